//! How words sound, through the one door of this module.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::phoneme::INVENTORY;
use super::phonemes;
use super::syllable::{Coda, Nucleus, Onset, Syllable, Tone};

const SYLLABLES: &str = include_str!("../../tests/data/phonemize/syllables.tsv");

fn check(spoken: &str, sounds: &str) {
    assert_eq!(phonemes(spoken).0.0, sounds, "{spoken}");
}

fn check_guessed(spoken: &str, sounds: &str, guessed: &[&str]) {
    check(spoken, sounds);
    let guesses = phonemes(spoken).1;
    let written: Vec<&str> = guesses.iter().map(|guess| guess.written.as_str()).collect();
    assert_eq!(written, guessed, "{spoken}");
}

/// The rows of the table: a word in NFC and its sounds.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    SYLLABLES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        line.split_once('\t').unwrap_or_else(|| panic!("no tab between the columns: {line}"))
    })
}

#[test]
fn every_onset_rime_and_tone() {
    assert!(rows().count() > 150);
    for (spelling, sounds) in rows() {
        check_guessed(spelling, sounds, &[]);
    }
}

#[test]
fn case_and_normal_form_change_nothing() {
    for (spelling, sounds) in rows() {
        check(&spelling.nfd().collect::<String>(), sounds);
        check(&spelling.to_uppercase(), sounds);
        check(&spelling.to_uppercase().nfd().collect::<String>(), sounds);
    }
}

#[test]
fn every_row_comes_out_of_the_inventory() {
    for (_, sounds) in rows() {
        assert!(sounds.chars().all(|c| INVENTORY.contains(c) || c == ' '), "{sounds}");
    }
}

#[test]
fn pauses_stay_on_the_word_before() {
    check("Mưa to, gió lớn.", "mˈyə t\u{32a}ˈɔ, zˈɔɜ lˈəːɜn.");
    check("mưa ,gió", "mˈyə, zˈɔɜ");
    check("Mưa à?! Ừ…", "mˈyə ˈaː2? ˈy2.");
    check("gió...?", "zˈɔɜ?");
    check("“gió” (mưa) - nắng; ", "zˈɔɜ mˈyə nˈaɜŋ;");
    check(" , . ", "");
    check("", "");
}

#[test]
fn parts_of_a_syllable() {
    let parse = |word| Syllable::parse(word).unwrap();
    let nguyen = parse("Nguyễn");
    assert_eq!((nguyen.onset, nguyen.glide), (Onset::Ng, true));
    assert_eq!((nguyen.nucleus, nguyen.coda), (Nucleus::Ie, Coda::N));
    assert_eq!(nguyen.tone, Tone::Broken);

    assert_eq!((parse("quốc").glide, parse("quốc").nucleus), (false, Nucleus::Uo));
    assert_eq!((parse("qua").glide, parse("cua").nucleus), (true, Nucleus::Uo));
    assert_eq!((parse("giết").onset, parse("giết").nucleus), (Onset::Gi, Nucleus::Ie));
    assert_eq!((parse("gịa").nucleus, parse("giạ").nucleus), (Nucleus::Ie, Nucleus::A));
    assert_eq!((parse("lắk").coda, parse("đăk").tone), (Coda::C, Tone::Rising));
}

#[test]
fn old_and_new_places_of_the_tone_mark_are_one_syllable() {
    for (old, new) in [("thủy", "thuỷ"), ("hòa", "hoà"), ("khỏe", "khoẻ"), ("qúy", "quý")]
    {
        assert_eq!(phonemes(old), phonemes(new), "{old}");
        let (old, new) = (Syllable::parse(old).unwrap(), Syllable::parse(new).unwrap());
        assert_eq!(Syllable { mark_on_glide: false, ..old }, new);
    }
}

#[test]
fn what_is_not_a_syllable() {
    for word in ["", "b", "bàc", "cê", "gê", "hàá", "king", "quư", "über", "bắcc", "ăn uống", "4"]
    {
        assert_eq!(Syllable::parse(word), None, "{word}");
    }
}

#[test]
fn names_from_the_highlands() {
    check_guessed("Krông", "kˌəː2 zˈoŋ", &["Krông"]);
    check_guessed("Pleiku,", "pˌəː2 lˈəɪ kˈu,", &["Pleiku"]);
    check_guessed("H'Drai", "hˌəː2 ɗˌəː2 zˈaːj", &["H'Drai"]);
    check_guessed("Ea Kar", "ˈe ˈaː kˈaː", &["Ea Kar"]);
}

#[test]
fn foreign_words_are_read_in_vietnamese_syllables() {
    for (word, sounds) in [
        ("Ronaldo", "zˈo nˈaːn ɗˈo"),
        ("Singapore", "sˈiɲ ɣˈaː pˈɔ"),
        ("Google", "ɣˈu ɣˈo2"),
        ("Korla", "kˈɔ lˈaː"),
        ("Equador", "ˈe kwˈaː ɗˈɔ"),
        ("Macron", "mˈaː kˌəː2 zˈoŋ"),
    ] {
        check_guessed(word, sounds, &[word]);
    }
}

#[test]
fn nothing_is_passed_over() {
    check_guessed("b", "bˈe", &["b"]);
    check_guessed("đ x", "ɗˈe ˈiɜc sˈi2", &["đ", "x"]);
    check_guessed("a ơ", "ˈaː ˈəː", &[]);
    check_guessed("HTV", "hˈaːɜt\u{32a} t\u{32a}ˈe vˈe", &["HTV"]);
    check_guessed("4G", "bˈoɜn zˈe", &["4", "G"]);
    check_guessed("105", "mˈo6t\u{32a} xˌoŋ nˈam", &["105"]);
    check_guessed("m²", "ˈɛm mˈəː2 hˈaːj", &["m", "2"]);
    check_guessed("5%", "nˈam fˈə2n tʃˈam", &["5", "%"]);
    check_guessed("北京", "tʃˈy5 nˈyəɜc ŋwˈaː2j", &["北京"]);
}

proptest! {
    // A failure becomes a line in the tests above, not a file of seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_only_the_inventory(text in any::<String>()) {
        only_inventory(&text)?;
    }

    #[test]
    fn any_letters_give_only_the_inventory(text in "[a-zA-ZÀ-ỹđĐƠơƯư0-9'’,.?!;:%/\u{300}-\u{323} -]{0,40}") {
        only_inventory(&text)?;
    }

    #[test]
    fn a_word_is_never_silent(word in "[a-zß-öø-ÿăđĩũơưạ-ỹ]{1,12}") {
        prop_assert!(!phonemes(&word).0.0.is_empty());
    }
}

#[test]
fn a_letter_or_digit_of_any_script_is_never_silent() {
    for c in ('\0'..=char::MAX).filter(|c| c.is_alphanumeric()) {
        // Some letters of Asian scripts are marks on the letter before them.
        let mark = c.nfkc().all(is_combining_mark);
        assert!(mark || !phonemes(&c.to_string()).0.0.is_empty(), "{c:?}");
    }
}

fn only_inventory(text: &str) -> Result<(), TestCaseError> {
    let (sounds, _) = phonemes(text);
    let speakable = |c| INVENTORY.contains(c) || " ,.?!;:".contains(c);
    prop_assert!(sounds.0.chars().all(speakable), "{text:?} gives {:?}", sounds.0);
    prop_assert_eq!(sounds.0.trim(), &sounds.0);
    prop_assert!(!sounds.0.contains("  "));
    Ok(())
}

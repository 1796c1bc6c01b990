//! How foreign words are said, in Vietnamese letters.

use proptest::prelude::*;

use super::super::phonemes;
use super::super::syllable::Syllable;

const FOREIGN: &str = include_str!("../../../tests/data/phonemize/foreign.tsv");

/// How a text is said, without the Vietnamese words in it.
fn said(written: &str) -> String {
    let guesses = phonemes(written).1;
    guesses.iter().map(|guess| guess.said.as_str()).collect::<Vec<_>>().join(" ")
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    FOREIGN.lines().filter(|line| !line.starts_with('#')).map(|line| {
        line.split_once('\t').unwrap_or_else(|| panic!("no tab between the columns: {line}"))
    })
}

#[test]
fn names_of_many_origins() {
    let wrong: Vec<String> = rows()
        .filter(|(written, expected)| said(written) != *expected)
        .map(|(written, expected)| format!("{written}: {} for {expected}", said(written)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn at_least_half_of_the_names_are_read_by_rule() {
    let by_rule = rows().filter(|(written, _)| phonemes(written).1.iter().any(|g| !g.settled));
    assert!(2 * by_rule.count() >= rows().count());
}

#[test]
fn a_phrase_is_found_in_any_case_and_across_a_hyphen() {
    for written in ["Real Madrid", "REAL MADRID", "real-madrid"] {
        let guesses = phonemes(written).1;
        assert_eq!((guesses.len(), guesses[0].settled), (1, true), "{written}");
        assert_eq!(guesses[0].said, "rê an ma đờ rít");
        assert_eq!(guesses[0].written, written);
    }
    assert_eq!(said("Man City, Man United"), "man xi ti man iu nai tít");
    // A pause parts a phrase.
    assert_ne!(said("Real, Madrid"), said("Real Madrid"));
}

#[test]
fn vietnamese_words_stay_vietnamese() {
    for written in ["Kon Tum", "Tim, Can, Son", "Lan cho kho đồ", "Hoa Kim", "Đạt nhật ký"]
    {
        assert_eq!(said(written), "", "{written}");
    }
    assert_eq!(said("K'Ho"), "cơ ho");
}

#[test]
fn two_names_in_one_word_fall_apart() {
    assert_eq!(said("VinBus"), "buýt");
    assert_eq!(said("VietGAP"), "việt gáp");
}

#[test]
fn long_words_take_no_longer_than_short_ones() {
    for word in ["Ab".repeat(50_000), "krst".repeat(50_000), "ea".repeat(50_000)] {
        assert!(!phonemes(&word).0.0.is_empty());
    }
}

proptest! {
    // A failure becomes a line in the tests above, not a file of seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_reading_is_written_in_vietnamese_syllables(
        text in "[A-Za-zà-ỹÀ-ỹđĐß-öø-ž'’ -]{0,30}",
    ) {
        for guess in phonemes(&text).1 {
            for word in guess.said.split(' ') {
                prop_assert!(Syllable::parse(word).is_some(), "{}: {word:?}", guess.written);
            }
        }
    }

    #[test]
    fn a_reading_sounds_as_it_is_written(word in "[b-df-hj-np-tv-z]{1,3}[aeiou]{1,2}[a-z]{1,6}") {
        let (sounds, guesses) = phonemes(&word);
        if let [guess] = &guesses[..] {
            let again = phonemes(&guess.said).0.0;
            let bare = |sounds: &str| sounds.replace(['ˈ', 'ˌ'], "");
            prop_assert_eq!(bare(&sounds.0), bare(&again), "{} is said {}", word, guess.said);
        }
    }
}

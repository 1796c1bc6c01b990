//! Golden sentences and properties of the whole stage.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::{Lexicon, script, utterances};
use crate::domain::article::{Article, Block, BlockKind, ByteSpan, Part};
use crate::domain::lexicon::LexiconEntry;
use crate::domain::note::NoteKind;
use crate::domain::script::{Pause, Utterance};

fn read(written: &str) -> Vec<Utterance> {
    utterances(Part::Block(0), written, &Lexicon::default()).0
}

fn spoken(written: &str) -> String {
    let utterances = read(written);
    let texts = utterances.iter().map(|utterance| utterance.spoken.as_str());
    texts.filter(|spoken| !spoken.is_empty()).collect::<Vec<_>>().join(" ")
}

fn check(written: &str, expected: &str) {
    assert_eq!(spoken(written), expected, "written: {written}");
}

/// Checks every line of a golden file, `written TAB spoken`, and reports all that differ.
fn check_file(name: &str, file: &str) {
    let mut wrong = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (written, expected) = line.split_once('\t').expect("written TAB spoken");
        let actual = spoken(written);
        let decomposed: String = written.nfd().collect();
        assert_eq!(spoken(&decomposed), actual, "decomposed: {written}");
        if actual != expected {
            wrong.push(format!("{written}\n   expected {expected}\n   actual   {actual}"));
        }
    }
    assert!(wrong.is_empty(), "{name}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// One test for each file of `tests/data/normalize`.
macro_rules! golden {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let file = include_str!(concat!(
                "../../tests/data/normalize/", stringify!($name), ".tsv"
            ));
            check_file(stringify!($name), file);
        }
    )*};
}

golden! {
    abbreviation capitals cardinal code context date decimal document electronic foreign fraction initial
    math measure money ordinal percent phone plate province punctuation range road roman score
    sentence time title topics
}

fn texts(written: &str) -> Vec<String> {
    read(written).into_iter().map(|utterance| utterance.written).collect()
}

#[test]
fn sentences_end_where_a_reader_ends_them() {
    assert_eq!(
        texts("Ông nói: “Tốt lắm.” TP. Sơn La có 3.5 km đê. Mưa to… Nước dâng!"),
        ["Ông nói: “Tốt lắm.” ", "TP. Sơn La có 3.5 km đê. ", "Mưa to… ", "Nước dâng!"]
    );
    assert_eq!(
        texts("Giữ vai trò đầu mối.Sau đó, các tổ vào việc, v.v. Trời tạnh."),
        ["Giữ vai trò đầu mối.", "Sau đó, các tổ vào việc, v.v. ", "Trời tạnh."]
    );
    assert_eq!(
        texts("Ai đến? Bà Lê T. H. và ông Q. đến."),
        ["Ai đến? ", "Bà Lê T. H. và ông Q. đến."]
    );
    assert_eq!(texts("Mở cửa lúc 7 giờ.\nNghỉ Chủ nhật"), ["Mở cửa lúc 7 giờ.\n", "Nghỉ Chủ nhật"]);
}

#[test]
fn the_first_utterance_of_an_article_is_short_where_it_can_be() {
    let title = "Từ ngày mai, các bến phà ở miền Tây mở lại cho xe máy và người đi bộ, xe tải phải chờ thêm một tuần";
    let spoken = |part| {
        let (utterances, _) = utterances(part, title, &Lexicon::default());
        utterances.into_iter().map(|utterance| utterance.written).collect::<Vec<_>>()
    };
    let cut = [
        "Từ ngày mai, các bến phà ở miền Tây mở lại cho xe máy và người đi bộ, ",
        "xe tải phải chờ thêm một tuần",
    ];
    assert_eq!(spoken(Part::Title), cut);
    assert_eq!(spoken(Part::Lead), [title]);
    let plain = "Các bến phà ở miền Tây mở lại cho xe máy và người đi bộ từ sáng ngày mai sau bão";
    assert_eq!(utterances(Part::Title, plain, &Lexicon::default()).0.len(), 1);
}

#[test]
fn long_sentences_are_cut_at_clauses() {
    let clause = "các tổ công tác đi từng nhà, gõ từng cửa để vận động bà con dời đến nơi ở mới";
    let written = format!("Trước mùa mưa, {clause}; {clause}; {clause}.");
    let utterances = read(&written);
    assert_eq!(utterances.len(), 3);
    assert!(utterances[0].written.ends_with("; "));
    assert_eq!(utterances[0].pause, Pause::Clause);
    assert_eq!(utterances[2].pause, Pause::Paragraph);
}

#[test]
fn an_article_has_pauses_by_its_parts() {
    let article = Article {
        title: "Tin vui".to_owned(),
        lead: Some("Một câu. Hai câu.".to_owned()),
        blocks: vec![
            Block { kind: BlockKind::Heading, text: "Mục đầu".to_owned() },
            Block { kind: BlockKind::Paragraph, text: "Hết.".to_owned() },
        ],
        ..Article::default()
    };
    let script = script(&article, &Lexicon::default());
    let pauses: Vec<Pause> = script.utterances.iter().map(|u| u.pause).collect();
    assert_eq!(
        pauses,
        [Pause::Title, Pause::Sentence, Pause::Lead, Pause::Heading, Pause::Paragraph]
    );
}

/// What the first tokens say with these entries, in an article of this section.
fn with_lexicon(entries: &str, section: Option<&str>, written: &str) -> String {
    let (entries, errors) = LexiconEntry::parse_lines(entries);
    assert!(errors.is_empty(), "{errors:?}");
    let lexicon = Lexicon::for_section(&entries, section);
    utterances(Part::Title, written, &lexicon).0[0].spoken.clone()
}

#[test]
fn the_newsrooms_lexicon_wins_over_every_rule() {
    let entries =
        "UBND\tủy ban\nUBND tỉnh\tủy ban tỉnh nhà\nhtx\thợp tác\ti\n42-NQ/TW\tnghị quyết lớn\n";
    let written = "UBND tỉnh và UBND xã, HTX, 42-NQ/TW.";
    assert_eq!(
        with_lexicon(entries, None, written),
        "ủy ban tỉnh nhà và ủy ban xã, hợp tác, nghị quyết lớn."
    );
}

#[test]
fn no_rule_swallows_an_entry_and_no_entry_cuts_a_number() {
    let entries = "USD\tđô\nkm\tcây số\nđ\tđồng bạc\n2/9\tmùng hai tháng chín\n18\tmười tám chẵn\n";
    for (written, said) in [
        ("giá 100 USD", "giá một trăm đô"),
        ("đi 5km", "đi năm cây số"),
        ("hết 100.000đ", "hết một trăm nghìn đồng bạc"),
        ("nghỉ 2/9", "nghỉ mùng hai tháng chín"),
        ("sinh 2/9/1945", "sinh ngày hai tháng chín năm một nghìn chín trăm bốn mươi lăm"),
        ("có 18.500 hộ, 18 xã", "có mười tám nghìn năm trăm hộ, mười tám chẵn xã"),
    ] {
        assert_eq!(with_lexicon(entries, None, written), said, "{written}");
    }
}

#[test]
fn a_reading_for_a_section_holds_there_only() {
    let entries = "hlv\tthầy\ti\tThể thao\nHLV\tngười huấn luyện\n";
    let said = |section| with_lexicon(entries, section, "HLV nói");
    assert_eq!(said(Some("THỂ THAO")), "thầy nói");
    assert_eq!(said(Some("Kinh tế")), "người huấn luyện nói");
    assert_eq!(said(None), "người huấn luyện nói");
}

#[test]
fn doubt_becomes_a_note() {
    let kinds = |written: &str| -> Vec<NoteKind> {
        utterances(Part::Lead, written, &Lexicon::default()).1.iter().map(|n| n.kind).collect()
    };
    assert_eq!(kinds("Ông Tân họp ở QZKT."), [NoteKind::UnknownAcronym]);
    assert_eq!(kinds("Vui quá ☃"), [NoteKind::UnknownSymbol]);
    assert_eq!(kinds("Ca sĩ Madonna hát"), [NoteKind::ForeignWord]);
    assert_eq!(kinds("Trời nắng."), []);
}

#[test]
fn a_note_of_doubt_names_the_other_readings() {
    let messages = |written: &str| -> Vec<String> {
        let notes = utterances(Part::Lead, written, &Lexicon::default()).1;
        notes.into_iter().map(|note| note.message).collect()
    };
    assert_eq!(messages("Bàn về QL."), [r#""QL" read as "quốc lộ"; it may be "quản lý""#]);
    assert_eq!(
        messages("Mưa to ở QN."),
        [r#""QN" read as "Quảng Ninh"; it may be "Quảng Nam", "Quảng Ngãi" or "quân nhân""#]
    );
    assert_eq!(
        messages("Th.tá Hà Nam nói."),
        [r#""Th.tá" read as "thiếu tá"; it may be "thượng tá""#]
    );
    assert_eq!(
        messages("Nợ đã trả 3/4."),
        [r#""3/4" read as "ba phần tư"; it may be "ngày ba tháng tư""#]
    );
    assert_eq!(
        messages("Họ gặp lại 3/7."),
        [r#""3/7" read as "ngày ba tháng bảy"; it may be "ba phần bảy""#]
    );
    assert_eq!(messages("Nhóm V đến."), [r#""V" read as "năm"; it may be "vê""#]);
    assert_eq!(
        messages("Kết quả trận này là 1-2."),
        [r#""1-2" read as "một đến hai"; it may be "một hai""#]
    );
    for sure in [
        "QL thị trường kiểm tra QL 6 và các tuyến QL.",
        "Vịnh Hạ Long (QN).",
        "Sáng 3/7, gần 3/4 số hộ có điện, 3/4 cốc nước, ngày 3/4.",
        "Quân khu V, quý V, khóa V, lần thứ V.",
        "Thắng 1-2, mưa 1-2 ngày, Điều 1-2, nghỉ từ 1-2.",
        "Mở cửa 24/7. Quốc khánh 2/9.",
    ] {
        assert_eq!(messages(sure), [""; 0], "{sure}");
    }
}

/// Long runs of what no newspaper prints; more than linear time would not end here.
#[test]
fn hostile_texts_take_linear_time() {
    for unit in [
        "9",
        "1.",
        "1/",
        "((",
        "1-",
        "A.",
        "a",
        "IV ",
        "8h",
        "1,000.",
        "% / ",
        "- 1 ",
        "UBND-",
        "\u{200b}",
        "a@b.",
        "1/1 ",
        "a_",
        "\\a",
        "x - ",
        "5!",
        "²",
        "x²",
        "/a/a ",
        "T2 ",
        "A-1 ",
        "0:",
        "a\u{ad}",
        "ab\u{200c}",
        "anan",
        "anan.vn ",
        "nva@a.vn ",
        "1e-1",
        "aB",
        "1/2=",
        "A'",
        "(UBND) ",
        "mã A-111 ",
        "$1B",
        "A+",
        "01/02-",
    ] {
        let count = 100_000 / unit.len();
        let text = unit.repeat(count);
        let (utterances, _) = utterances(Part::Block(0), &text, &Lexicon::default());
        assert_eq!(utterances.last().map(|u| u.span.end), Some(text.len()), "{unit:?}");
    }
}

/// Text as hostile as a page can make it, and text made of pieces that rules look for.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,5}",
        "[A-ZĐƯ]{1,5}",
        "[a-zăâđêôơưáàạ]{1,6}",
        "[-/.,:;%°²$€()\\[\\]\"'+=<>&@#*…–x]",
        "[ \u{a0}\u{200b}\u{ad}]",
        prop::sample::select(vec![
            "UBND",
            "ngày",
            "lần thứ",
            "quý",
            "TP.",
            "km",
            "m2",
            "đồng",
            "42-NQ/TW",
            "XIV",
            "7h30",
            "QL6",
            "tháng",
            "v.v.",
            "Km 5+2",
            "http://",
            "www.",
            "đ/c",
            "A/H1N1",
            "số",
            "lớp",
        ])
        .prop_map(str::to_owned),
    ];
    prop_oneof![any::<String>(), prop::collection::vec(piece, 0..24).prop_map(|p| p.concat())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_tile_the_text(text in any_text()) {
        let mut end = 0;
        for utterance in read(&text) {
            prop_assert_eq!(utterance.span.start, end);
            prop_assert_eq!(&utterance.written, utterance.span.of(&text));
            for token in &utterance.tokens {
                prop_assert_eq!(token.span.start, end);
                prop_assert!(text.is_char_boundary(token.span.end));
                prop_assert!(token.span.end > token.span.start);
                end = token.span.end;
            }
            prop_assert_eq!(utterance.span, ByteSpan { start: utterance.span.start, end });
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn only_speakable_text_comes_out(text in any_text()) {
        let spoken = spoken(&text);
        for c in spoken.chars() {
            // The apostrophe stays in English: `we're`.
            prop_assert!(c.is_alphabetic() || " ,.?!'".contains(c), "{:?} in {:?}", c, spoken);
        }
        for word in spoken.split([' ', ',', '.', '?', '!']) {
            let capitals = word.chars().filter(|c| c.is_uppercase()).count();
            prop_assert!(capitals < 2 || word.chars().any(char::is_lowercase), "{:?}", spoken);
        }
    }

    #[test]
    fn nothing_is_lost_without_a_note(text in any_text()) {
        let (utterances, notes) = utterances(Part::Block(0), &text, &Lexicon::default());
        let noted: Vec<ByteSpan> = notes.iter().filter_map(|n| n.place.map(|p| p.1)).collect();
        for token in utterances.iter().flat_map(|utterance| &utterance.tokens) {
            // Unicode counts one of the apostrophes as a letter.
            let says = |c: char| c.is_alphanumeric() && c != 'ʼ';
            if token.spoken.is_empty() && token.span.of(&text).chars().any(says) {
                prop_assert!(noted.contains(&token.span), "{:?} of {:?}", token, text);
            }
        }
    }

    #[test]
    fn spoken_text_is_read_as_it_is(text in any_text()) {
        let once = spoken(&text);
        prop_assert_eq!(spoken(&once), once);
    }
}

#[test]
fn a_unit_in_an_address_that_is_said_already_is_a_syllable() {
    for written in ["a_ha", "b@ha.vn", "a-ha.vn"] {
        let once = spoken(written);
        assert_eq!(spoken(&once), once);
    }
    assert_eq!(spoken("mỗi ha"), "mỗi héc ta");
}

#[test]
fn a_word_whose_apostrophe_is_gone_is_no_code() {
    check("B'aF", "Baf");
    check("Baf", "Baf");
}

#[test]
fn signs_at_the_end_of_an_endless_sentence_stay_with_it() {
    let words = "núi ".repeat(78);
    let said = read(&format!("{words}http://"));
    assert_eq!(said.len(), 1);
    assert!(said[0].spoken.ends_with("núi hát tê tê pê"), "{}", said[0].spoken);
}

/// What a table says must not itself be read by a table.
#[test]
fn the_tables_say_words_only() {
    for line in
        super::table::ALL.iter().flat_map(|table| table.lines()).filter(|l| !l.starts_with('#'))
    {
        let said = line.split('\t').nth(1).expect("a spoken side");
        check(said, said);
    }
}

//! Recognition and conversion of every encoding, and texts that must stay as they are.

use std::collections::HashMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::charset::Charset;
use super::*;

/// Words with every letter and tone; none needs a capital that TCVN3 lacks.
const SYLLABLES: &str = "đường phố ngày càng đẹp trẻ em vùng cao đến trường giữa mùa nước nổi cán bộ \
    xã vận động nhân dân trồng rừng chăn nuôi bò sữa phát triển kinh tế hợp tác xã mở rộng diện \
    tích chè xuất khẩu quả ngọt lịch lễ hội hoa ban nở trắng rực rỡ khắp bản mường nghĩa tình \
    quân dân thắm thiết kỹ thuật ủng hộ quỹ khuyến học ý kiến cử tri huyện Sông Mã Yên Châu Đà Bắc \
    bằng lẵng lặng nhẫn nhẹ nhẽ kẻo hẳn quẩn mẫu tỉ tĩnh sỏi dõi tổ lỗ cỡ lợi ngũ ngữ kỳ quỷ kỵ \
    hằn chẳng vẫn bữa ghế Ôn Ân Ơn Ưng Ăn Êm thuở xoè mỉm lĩnh thụ tựa hứng";

/// The text as a page that takes the bytes for windows-1252 holds it.
fn as_western(text: &str, charset: Charset) -> String {
    if charset == Charset::Utf8 {
        return western(text.as_bytes());
    }
    let code = &CODES[Charset::ALL.iter().position(|other| *other == charset).unwrap()];
    let western = |c: char| code.get(&c).map_or_else(|| c.to_string(), |bytes| western(bytes));
    text.chars().map(western).collect()
}

fn western(bytes: &[u8]) -> String {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

static CODES: LazyLock<[HashMap<char, Vec<u8>>; 5]> = LazyLock::new(|| Charset::ALL.map(codes));

/// The bytes of every letter, found by decoding: one byte, or a letter and a mark.
fn codes(charset: Charset) -> HashMap<char, Vec<u8>> {
    let letters = b"aeouyiAEOUYI".iter().copied().chain(0x80..=0xff);
    let pairs = letters.flat_map(|first| (0x80..=0xff).map(move |second| vec![first, second]));
    let mut codes = HashMap::new();
    for bytes in (0x80..=0xff).map(|byte| vec![byte]).chain(pairs) {
        let decoded = charset.decode(&western(&bytes));
        let mut letters = decoded.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            codes.entry(letter).or_insert(bytes);
        }
    }
    codes
}

fn shown(html: &str) -> String {
    let mut document = Html::parse_document(html);
    restore(&mut document);
    document.root_element().text().collect()
}

#[track_caller]
fn check_unchanged(written: &str) {
    assert_eq!(text(written), written);
    assert_eq!(shown(written), written);
}

const STORY: &str = "Sáng nay, huyện Vân Hồ khai mạc ngày hội văn hóa các dân tộc. Gần một nghìn \
                     diễn viên quần chúng đã biểu diễn những tiết mục đặc sắc.";

#[test]
fn a_story_is_restored_from_every_encoding() {
    for charset in Charset::ALL {
        let western = as_western(STORY, charset);
        assert_ne!(western, STORY);
        assert_eq!(text(&western), STORY, "{charset:?}");
        assert_eq!(shown(&format!("<p>{western}</p>")), STORY, "{charset:?}");
    }
}

#[test]
fn golden_texts_of_each_encoding() {
    let cases = [
        (
            "B¸o S¬n La ®\u{ad}a tin: thñy ®iÖn v\u{ad}ît kÕ ho¹ch",
            "Báo Sơn La đưa tin: thủy điện vượt kế hoạch",
        ),
        (
            "Baùo Sôn La ñöa tin: thuûy ñieän vöôït keá hoaïch",
            "Báo Sơn La đưa tin: thủy điện vượt kế hoạch",
        ),
        (
            "Báo S½n La ðßa tin: thüy ði®n vßþt kª hoÕch",
            "Báo Sơn La đưa tin: thủy điện vượt kế hoạch",
        ),
        (
            "Baìo Sõn La ðýa tin: thuÒy ðiêòn výõòt kêì hoaòch",
            "Báo Sơn La đưa tin: thủy điện vượt kế hoạch",
        ),
        ("TÃ¬nh há»™i", "Tình hội"),
        ("Má»\u{9d}i Ä‘á»\u{8d}c bÃ\u{a0}i viáº¿t “má»›i”", "Mời đọc bài viết “mới”"),
    ];
    for (western, meant) in cases {
        assert_eq!(text(western), meant);
    }
}

#[test]
fn it_does_not_matter_which_western_encoding_the_bytes_were_taken_for() {
    let meant = "Truyền hình nhiều tỉnh miền núi phía Bắc tiếp sóng chương trình trực tiếp";
    for charset in Charset::ALL {
        let bytes = encoding_rs::WINDOWS_1252.encode(&as_western(meant, charset)).0.into_owned();
        let taken = encoding_rs::WINDOWS_1258.decode_without_bom_handling(&bytes).0;
        assert_eq!(text(&taken).nfc().collect::<String>(), meant, "{charset:?}");
        assert_eq!(text(&western(&bytes)), meant, "{charset:?}");
        let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        assert_eq!(text(&latin), meant, "{charset:?}");
    }
}

#[test]
fn text_that_is_right_stays() {
    for right in [
        "Plain ASCII, e.g. Son La province & Moc Chau",
        "Le Très Bien de la façade: où êtes-vous né, à Noël, déjà? Là-bas, à l'été, c'est très sûr.",
        "Thomas Müller, Jürgen Klöße und Björn fahren über die Brücke nach Köln; schöne Grüße für Lötte",
        "São Paulo, Brasília e Goiânia não são já tão distantes; a opinião é à parte",
        "El niño más pequeño de Logroño comió piñas: ¿qué tal, José María Núñez?",
        "Ång på sjön: Malmö, Århus, Tromsø, Reykjavík; Guðmundur Sigurðsson",
        "Loïc, Anaïs et Saïd, de Thaï à Taï, Moïse au maïs, Raphaël chez Citroën",
        "În loc să formateze pagina de manual în modul dorit, că așa să fie",
        "© 2024 Báo • ® ™ ± 5°C, 3 m², «la», ½ kg, §5, ¶, µm, ¿?",
        "Trang nhà · Hà Nam · Cà Mau · Bà Rịa · Cô bé · Mê Linh · Bé Lê · Vô tâm",
        "bà cô à mê vé hè bé bò té xô hô hò",
        "Nhà hàng Très Bien của ông Müller ở São Paulo có món crème brûlée và café ngon",
        "Đội tuyển: Hà, Hoà, Lê, Xô, Tá, Mã. 20°C – 30°C",
    ] {
        check_unchanged(right);
    }
    let decomposed: String = STORY.nfd().collect();
    check_unchanged(&decomposed);
}

#[test]
fn blocks_are_decided_one_by_one() {
    let (body, foreign) = (as_western(STORY, Charset::Tcvn3), "La façade du café où dîne Zoë");
    let page = format!("<ul><li>Trang chủ</ul><h1>Hà Nam</h1><p>{body}</p><p>{foreign}</p>");
    assert_eq!(shown(&page), format!("Trang chủHà Nam{STORY}{foreign}"));
    let mixed = as_western(STORY, Charset::Utf8);
    assert_eq!(shown(&format!("<p>{mixed}<p>{body}")), format!("{STORY}{STORY}"));
}

#[test]
fn short_texts_follow_the_page_and_their_font() {
    let body = as_western(STORY, Charset::Tcvn3);
    let title = "<title>Mưa</title>".replace('ư', "\u{ad}");
    assert_eq!(shown(&format!("{title}<p>{body}</p>")), format!("Mưa{STORY}"));
    assert_eq!(shown("<font face='.VnTime'>M\u{ad}a</font>"), "Mưa");
    assert_eq!(shown("<p style='font-family: VNI-Times'>Tin töùc</p>"), "Tin tức");
    // Word leaves the font behind when the text has become Unicode.
    assert_eq!(
        shown("<p style='font-family: .VnTime'>Cô bé, à la façade</p>"),
        "Cô bé, à la façade"
    );
}

#[test]
fn entities_and_tags_survive() {
    let page = "<p>B&#184;o <b>S&not;n</b> La &reg;&shy;a tin v&Ograve; <a href='/x?a=1&b=é'>l&Ocirc; h&eacute;i</a></p>";
    let mut document = Html::parse_document(page);
    restore(&mut document);
    let html = document.html();
    assert!(
        html.contains("<p>Báo <b>Sơn</b> La đưa tin về <a href=\"/x?a=1&amp;b=é\">lễ hội</a></p>"),
        "{html}"
    );
}

#[test]
fn capitals_of_tcvn3_are_even() {
    assert_eq!(shown("<font face='.VnTimeH'>céng hßa x· héi</font>"), "CỘNG HÒA XÃ HỘI");
    assert_eq!(
        text("CéNG HßA X· HéI, Mü Hµo, ¤ng §ç V¨n ¸i"),
        "CỘNG HÒA XÃ HỘI, Mỹ Hào, Ông Đỗ Văn ái"
    );
}

#[test]
fn claims_in_the_head_are_restored_too() {
    let western = as_western(STORY, Charset::Utf8);
    let page = format!("<meta property='og:title' content=\"{western}\"><p>x");
    let mut document = Html::parse_document(&page);
    restore(&mut document);
    assert!(document.html().contains(STORY));
    let script = format!("<script>var x = '{western}';</script>");
    assert_eq!(shown(&script), format!("var x = '{western}';"));
}

#[test]
fn an_article_in_a_font_of_its_own_is_read_as_it_was_meant() {
    let lower = as_western("Ngày hội văn hóa các dân tộc vùng cao", Charset::Tcvn3);
    let body = as_western(STORY, Charset::Tcvn3);
    let html = format!(
        "<title>{lower}</title><nav><a href=/>Trang chủ</a></nav>\
         <h1 style='font-family:.VnTime'>{lower}</h1><p>{body}</p><p>{body}</p>"
    );
    let page = crate::domain::article::Page { url: None, html };
    let (article, _) =
        crate::extract::article(&page, &crate::extract::SiteRules::default()).unwrap();
    assert_eq!(article.title, "Ngày hội văn hóa các dân tộc vùng cao");
    assert_eq!(article.blocks[0].text, STORY);
    let (file, _) = crate::extract::plain_text(&format!("{lower}\n\n{body}\n\n{body}")).unwrap();
    assert_eq!((file.title, &file.blocks[0].text), (article.title, &article.blocks[0].text));
}

#[test]
fn look_alikes_of_d_become_the_letter() {
    assert_eq!(
        text("Ðảng bộ Ðại học Ðà Lạt, QÐ-UBND, ðường"),
        "Đảng bộ Đại học Đà Lạt, QĐ-UBND, đường"
    );
    check_unchanged("Guðmundur Ðorsteinsson, sjónvarpið");
}

/// Sentences of Vietnamese words.
fn sentence(words: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let words_of: Vec<&'static str> = SYLLABLES.split_whitespace().collect();
    prop::collection::vec(prop::sample::select(words_of), words).prop_map(|words| words.join(" "))
}

/// The same with every word different, as in running text most are.
fn varied_sentence(words: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let mut words_of: Vec<&'static str> = SYLLABLES.split_whitespace().collect();
    words_of.sort_unstable();
    words_of.dedup();
    prop::sample::subsequence(words_of, words).prop_map(|words| words.join(" "))
}

fn charset() -> impl Strategy<Value = Charset> {
    prop::sample::select(Charset::ALL.to_vec())
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(text in sentence(1..20), charset in charset()) {
        prop_assert_eq!(charset.decode(&as_western(&text, charset)), text);
    }

    #[test]
    fn sentences_are_recognized(meant in varied_sentence(24..40), charset in charset()) {
        let western = as_western(&meant, charset);
        prop_assert_eq!(text(&western), meant);
    }

    #[test]
    fn vietnamese_stays(right in sentence(1..20), capitals: bool) {
        let right = if capitals { right.to_uppercase() } else { right };
        prop_assert_eq!(text(&right), right.as_str());
    }

    #[test]
    fn other_languages_stay(words in prop::collection::vec(prop::sample::select(FOREIGN.split_whitespace().collect::<Vec<_>>()), 1..20)) {
        let right = words.join(" ");
        prop_assert_eq!(text(&right), right.as_str());
    }

    #[test]
    fn nothing_panics(odd in "[\\x00-\\xff\u{1e00}-\u{1eff}\u{300}-\u{330}\u{2010}-\u{2030}]{0,60}") {
        let once = text(&odd).into_owned();
        let _ = text(&once);
        let _ = shown(&format!("<font face='.VnTimeH'>{odd}</font>"));
    }
}

/// Words of other languages with marks, those first that a wrong encoding makes syllables of.
const FOREIGN: &str = "Loïc Thaï Taï où né à là déjà été très façade fête mêmes sûr dû côté Noël \
    Müller für über schön können Tür König größe böse Mädchen São não João ação coração você \
    niño año más qué él José Núñez señor Malmö på och två år Århus smørrebrød für naïve café \
    crème brûlée château garçon leçon ça élève mère père hôtel île août dîner œuvre";

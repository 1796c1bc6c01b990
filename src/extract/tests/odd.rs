//! Whatever a page holds, nothing panics.

use proptest::prelude::*;

use super::super::text::tidy;
use super::super::*;
use super::article;

/// Pieces that make pages odder than chance would.
fn odd_page() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("<p>"),
        Just("</p>"),
        Just("<div class='sapo author date'>"),
        Just("</div>"),
        Just("<table><tr><td>"),
        Just("</td><th>"),
        Just("</table>"),
        Just("<a href=/>"),
        Just("</a>"),
        Just("<h1>"),
        Just("</h1>"),
        Just("<br>"),
        Just("<b>"),
        Just("</b>"),
        Just("<!--"),
        Just("-->"),
        Just("<script>"),
        Just("</script>"),
        Just("<img src=x>"),
        Just("<li>"),
        Just("<svg><style>"),
        Just("&amp;#7843;"),
        Just("&#x110000;"),
        Just("\u{0}"),
        Just("12/3/2025 9h10"),
        Just("Bài, ảnh: Lò Thị Hương ("),
        Just("Tin liên quan"),
        Just("Bình luận"),
        Just("Ảnh: "),
        Just("("),
        Just("İ"),
        Just("Một câu văn đủ dài để được coi là văn xuôi, có dấu phẩy và có dấu chấm ở cuối câu. "),
        Just(
            "<script type='application/ld+json'>{\"@type\":\"Article\",\"author\":[[],{}],\"datePublished\":\"2025-99-99T99:99+99:99\"}</script>"
        ),
        Just("<meta property='article:published_time' content='0:-9999'>"),
        Just("<title>"),
        Just("</title>"),
    ];
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _article_or_refusal = article(&Page { url: text.parse().ok(), html: text.clone() });
        let _also_as_html = article(&Page { url: None, html: format!("<p>{text}") });
        let _also_as_text = plain_text(&text);
    }

    #[test]
    fn no_page_panics_and_texts_are_tidy(html in odd_page()) {
        if let Ok((article, _)) = article(&Page { url: None, html: format!("<html>{html}") }) {
            for (_, text) in article.parts() {
                prop_assert_eq!(text, tidy(text));
            }
        }
    }
}

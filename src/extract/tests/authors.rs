//! Who wrote it, and which names are only text.

use super::{LAST, article, page};

#[track_caller]
fn check_author(body: &str, wanted: Option<&str>) {
    let (article, _) = article(&page(body)).expect("the page is an article");
    assert_eq!(article.author.as_deref(), wanted, "{body}");
    assert_eq!(article.blocks.last().map(|block| block.text.as_str()), Some(LAST), "{body}");
}

/// Elements that nest around a long text are no bylines, whatever they are called.
#[test]
fn long_texts_in_nested_bylines_are_no_names() {
    let nested = format!("{}{}", "<div class=author>".repeat(50), "Lò Thị Hương ".repeat(1_000));
    let body = format!("<p>{LAST}</p></div>{nested}{}", "</div>".repeat(49));
    assert_eq!(article(&page(&body)).expect("the page is an article").0.author, None);
}

#[test]
fn bylines_are_authors_and_not_text() {
    for (byline, author) in [
        ("<p style='text-align:right'><b>Lò Thị Hương</b></p>", Some("Lò Thị Hương")),
        ("<p>Bài, ảnh: Cầm Bun</p>", Some("Cầm Bun")),
        ("<p><b>Thu Trang - Đức Minh</b></p>", Some("Thu Trang - Đức Minh")),
        ("<p class='author'>Theo Hà Linh/TTXVN</p>", Some("Hà Linh")),
        ("<p align=right><b>Nguyễn Xuân Trường</b></p>", Some("Nguyễn Xuân Trường")),
        ("<p align=right>T.H</p>", Some("T.H")),
        ("<p class='author'>Hà Linh (tổng hợp)</p>", Some("Hà Linh (tổng hợp)")),
        ("<p><b>Hà Linh</b></p><p><i>Theo TTXVN</i></p>", Some("Hà Linh")),
        ("<p><b>Triệu Minh</b> thực hiện</p>", Some("Triệu Minh")),
        ("<p align=right>Ghi chép của Hoàng Liễu</p>", Some("Hoàng Liễu")),
        ("<p class='by'>Hà Linh - Thứ Hai, 12/3/2025</p>", Some("Hà Linh")),
        ("<p align=right><b>Phòng Văn hóa</b></p>", None),
        ("<p><i>(Theo Báo Tin tức)</i></p>", None),
        ("<p class='author'>Báo Nậm Na</p>", None),
        ("", None),
    ] {
        check_author(&format!("<p>{LAST}</p>{byline}"), author);
    }
}

#[test]
fn signatures_are_authors_however_they_are_set() {
    for (signature, author) in [
        ("<p><em>Lò Thị Hương</em></p>", Some("Lò Thị Hương")),
        ("<p>Lò Thị Hương</p>", Some("Lò Thị Hương")),
        ("<p><strong>Hoài Thu</strong></p><p><em>(Sở Văn hóa)</em></p>", Some("Hoài Thu")),
        ("<p align=right><b>Hoài Thu</b><br>(Trường Chính trị tỉnh)</p>", Some("Hoài Thu")),
        ("<p><b>Hà Linh</b><br>halinh@namna.example</p>", Some("Hà Linh")),
        ("<p><b>Lê Vũ; ảnh: Đức Anh</b></p>", Some("Lê Vũ")),
        ("<p><b>Tác giả bài viết: Lò Thị Hoa</b></p>", Some("Lò Thị Hoa")),
        ("<p><b>Nhật Minh</b></p><p>Đồ họa: Văn Sáu</p>", Some("Nhật Minh")),
        ("<p>PV</p>", Some("PV")),
        ("<p align=right>CTV</p>", Some("CTV")),
        ("<p><b>P.V</b></p>", Some("P.V")),
        ("<p>Nguồn tin: Sở Y tế</p>", None),
        ("<p>Người đăng: Quản trị</p>", None),
        ("<p>Đọc tiếp</p>", None),
        (
            "<p align=right><b>Bài, ảnh: Hoài Thu</b></p><p>* Mời bạn đọc vào chuyên mục <a href=/>Kinh tế</a> xem các tin, bài liên quan.</p>",
            Some("Hoài Thu"),
        ),
    ] {
        check_author(&format!("<p>{LAST}</p>{signature}"), author);
    }
}

#[test]
fn the_name_that_a_line_asks_for_is_no_signature() {
    let (article, _) =
        article(&page(&format!("<p>{LAST}</p><p>Người ghi bàn:</p><p>Nguyễn Văn Bình</p>")))
            .unwrap();
    let end: Vec<&str> = article.blocks.iter().rev().map(|block| block.text.as_str()).collect();
    assert_eq!(article.author, None);
    assert_eq!(end[..2], ["Nguyễn Văn Bình", "Người ghi bàn:"]);
    // Unless it asks for whoever wrote or helped.
    check_author(&format!("<p>{LAST}</p><p>Bài, ảnh:</p><p>Hoài Thu</p>"), Some("Hoài Thu"));
}

#[test]
fn a_byline_over_the_text_is_not_read() {
    for byline in [
        "<p class=author>Hà Linh</p>",
        "<div class='amp-wp-byline'><span>Hà Linh</span></div>",
        "<p>Bài, ảnh: Hà Linh</p>",
        "<p><strong>Hà Linh</strong></p>",
        "<div class='article-author'><span>Hà Linh</span> <span>Báo Nậm Na</span></div>",
    ] {
        let mut page = page(&format!("<p>{LAST}</p>"));
        let begin = "<div class='content'>";
        page.html = page.html.replacen(begin, &format!("{begin}{byline}"), 1);
        let (article, _) = article(&page).expect("the page is an article");
        assert_eq!(article.author.as_deref(), Some("Hà Linh"), "{byline}");
        assert_eq!(article.blocks.len(), 2, "{byline}");
    }
}

#[test]
fn a_name_beside_the_time_is_the_author() {
    let mut page = page(&format!("<p>{LAST}</p>"));
    page.html = page.html.replace("<div class='date'>", "<div>Hà Linh</div><div class='date'>");
    assert_eq!(article(&page).unwrap().0.author.as_deref(), Some("Hà Linh"));
    page.html = page.html.replace("Hà Linh", "Kinh Tế");
    assert_eq!(article(&page).unwrap().0.author, None);
}

#[test]
fn structured_authors_count_only_when_they_are_persons() {
    let with = |author: &str| {
        let mut page = page(&format!("<p>{LAST}</p>"));
        let data = format!(
            "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"author\":{author}}}</script>"
        );
        page.html.insert_str(0, &data);
        article(&page).expect("the page is an article").0.author
    };
    assert_eq!(with(r#"{"@type":"Person","name":"Lò Văn Ánh"}"#).as_deref(), Some("Lò Văn Ánh"));
    assert_eq!(
        with(r#"[{"@type":"Person","name":"Hà Vi"},{"@type":"Person","name":"Lê An"}]"#).as_deref(),
        Some("Hà Vi, Lê An")
    );
    assert_eq!(with(r#"{"@type":"Person","name":""}"#), None);
    assert_eq!(with(r#"{"@type":"Organization","name":"Hà Vi"}"#), None);
    assert_eq!(with(r#"{"@type":"Person","name":"Báo Nậm Na"}"#), None);
}

#[test]
fn names_that_only_the_head_gives_are_no_authors() {
    let with = |head: &str, body: &str| {
        let mut page = page(&format!("<p>{LAST}</p>{body}"));
        page.url = "https://nam-na.example/cho-phien-7.html".parse().ok();
        page.html.insert_str(0, head);
        article(&page).expect("the page is an article").0.author
    };
    let meta = "<meta name=author content='Lò Văn Ánh'>";
    assert_eq!(with(meta, ""), None);
    assert_eq!(
        with(meta, "<div><a href=/tg/1>Lò Văn Ánh</a></div>").as_deref(),
        Some("Lò Văn Ánh")
    );
    let data =
        "<script type='application/ld+json'>{\"@type\":\"Article\",\"author\":\"Nam Na\"}</script>";
    assert_eq!(with(data, ""), None, "the paper's name in its host");
}

//! What is read and what is not, on small pages of our own.

mod authors;
mod odd;
mod rules;

use super::*;

/// By the general rules alone.
fn article(page: &Page) -> Result<(Article, Vec<Note>), NoArticle> {
    super::article(page, &SiteRules::default())
}

/// Two paragraphs that no rule touches; they make a page an article.
const FIRST: &str = "Sáng sớm, sương phủ kín thung lũng, tiếng gà gáy râm ran từ các bản ven suối, bà con đã gùi hàng xuống chợ.";
const LAST: &str = "Đến trưa, phiên chợ tan dần, con đường về bản lại đông vui tiếng cười nói, ai cũng hẹn nhau phiên sau.";

fn page(body: &str) -> Page {
    let html = format!(
        "<html><head><title>Phiên chợ bên suối Nậm Na - Báo Nậm Na</title>\
         <meta property='og:site_name' content='Báo Nậm Na'></head><body>\
         <h1>Phiên chợ bên suối Nậm Na</h1><div class='date'>Thứ Tư, 12/3/2025, 09:10</div>\
         <div class='content'><p>{FIRST}</p>{body}</div></body></html>"
    );
    Page { url: None, html }
}

/// The texts that are read of a page with that in its body, without the first paragraph.
fn read(body: &str) -> Vec<String> {
    let (article, _) = article(&page(body)).expect("the page is an article");
    assert_eq!(article.blocks[0].text, FIRST);
    article.blocks.into_iter().skip(1).map(|block| block.text).collect()
}

#[track_caller]
fn check(body: &str, wanted: &[&str]) {
    assert_eq!(read(body), wanted, "{body}");
}

#[test]
fn captions_and_credits_are_not_read() {
    for caption in [
        "<figure><img src=a.jpg><figcaption>Chợ họp từ sáng sớm.</figcaption></figure>",
        "<p style='text-align:center'><img src=a.jpg></p><p style='text-align:center'>Chợ họp từ sáng sớm.</p>",
        "<p><img src=a.jpg></p><p><em>Chợ họp từ sáng sớm.</em></p>",
        "<p><img src=a.jpg><br>Chợ họp từ sáng sớm.</p>",
        "<table><tr><td><img src=a.jpg></td></tr><tr><td>Chợ họp từ sáng sớm.</td></tr></table>",
        "<p>Chợ họp từ sáng sớm. Ảnh: Lò Văn Tiến</p>",
        "<p>Chợ họp từ sáng sớm (Ảnh tư liệu)</p>",
        "<p>Chợ họp từ sáng sớm - Ảnh Thu Hà</p>",
        "<p>Ảnh: CTV</p>",
        "<div class='photo-caption'>Chợ họp từ sáng sớm.</div>",
    ] {
        check(&format!("{caption}<p>{LAST}</p>"), &[LAST]);
    }
}

#[test]
fn a_paragraph_after_a_picture_is_read() {
    check(&format!("<p><img src=a.jpg></p><p>{LAST}</p>"), &[LAST]);
}

#[test]
fn a_headline_with_its_summary_is_not_read() {
    let teaser = "<a href=/1>Đường mới về bản đã thông xe</a><p>Con đường dài bảy cây số.</p>";
    for other in [
        format!("<div>{teaser}</div>"),
        format!("<div><a href=/1><img src=1.jpg></a><div>{teaser}</div></div>"),
        "<div type='RelatedOneNews'><div>Con đường dài bảy cây số, rộng ba mét.</div></div>".into(),
    ] {
        check(&format!("{other}<p>{LAST}</p>"), &[LAST]);
    }
    let text = format!("<p><a href=/1>Chợ phiên Nậm Na họp</a></p><p>Chợ đông.</p><p>{LAST}</p>");
    check(&text, &["Chợ đông.", LAST]);
}

#[test]
fn quotations_keep_who_said_them() {
    let quote =
        "<div type='SimpleQuote'><p>Chợ là nơi gặp bạn.</p><p class='name-caption'>Bà Lả</p></div>";
    let (article, _) = article(&page(&format!("{quote}<p>{LAST}</p>"))).unwrap();
    let kinds: Vec<BlockKind> = article.blocks[1..].iter().map(|block| block.kind).collect();
    assert_eq!(kinds, [BlockKind::Quote, BlockKind::Quote, BlockKind::Paragraph]);
}

#[test]
fn boxes_of_other_articles_are_not_read() {
    let teaser = "Mùa này năm trước, cả vùng chỉ có hai điểm thu mua, giá lại bấp bênh.";
    for other in [
        "<div class='box-related'><a href=/1>Đường mới về bản đã thông xe</a></div>".to_owned(),
        "<p><b>Tin liên quan:</b></p><ul><li><a href=/1>Đường mới về bản đã thông xe</a></li></ul>"
            .to_owned(),
        "<p>Xem thêm: <a href=/1>Đường mới về bản đã thông xe</a></p>".to_owned(),
        "<p><a href=/1>Đường mới về bản đã thông xe</a></p>".to_owned(),
        format!(
            "<div><h4>Cùng chuyên mục</h4><div><a href=/1>Đường mới về bản</a><p>{teaser}</p></div></div>"
        ),
        "<div class='ads'>Mua một tặng một trong tuần này</div>".to_owned(),
        "<div class='tags'>Từ khóa: chợ phiên</div>".to_owned(),
    ] {
        check(&format!("{other}<p>{LAST}</p>"), &[LAST]);
    }
}

/// A script fills the box once the page is open: as fetched it is empty.
#[test]
fn an_empty_box_of_other_articles_takes_nothing_along() {
    let more = "Ông Lù kể rằng cả bản đã góp công dựng lại mái chợ sau trận lốc mùa hè.";
    for label in [
        "<p><b>Tin liên quan</b></p><div id=rel></div>",
        "<div><p><b>Tin liên quan:</b></p><div id=rel></div></div>",
        "<h3>Xem thêm</h3>",
        "<p>Bạn có thể quan tâm:</p>",
    ] {
        check(&format!("{label}<p>{more}</p><p>{LAST}</p>"), &[more, LAST]);
    }
}

#[test]
fn a_short_paragraph_after_a_list_of_links_is_read() {
    let links = "<p><a href=/1>Đường mới về bản</a></p><p><a href=/2>Chợ đêm họp lại</a></p>";
    let text = "Ông Lả kể chợ có từ thời ông nội, khi lên bản còn là lối mòn.";
    check(&format!("<p><b>TIN LIÊN QUAN</b></p>{links}<p>{text}</p><p>{LAST}</p>"), &[text, LAST]);
}

#[test]
fn players_controls_and_hidden_texts_are_not_read() {
    for furniture in [
        "<div>00:00 / 03:15</div><div>Giọng nữ</div><div>Nghe đọc bài</div>",
        "<p>Theo dõi Báo Nậm Na trên Google News</p>",
        "<div style='display:none'>Đã sao chép liên kết của bài viết này.</div>",
        "<p class='hidden'>Đã sao chép liên kết của bài viết này.</p>",
        "<p hidden>Đã sao chép liên kết của bài viết này.</p>",
        "<button>Gửi bình luận của bạn</button><noscript>Hãy bật JavaScript để xem.</noscript>",
        "<p>Bạn còn 500/500 ký tự</p><p>Bạn vui lòng nhập từ 5 ký tự trở lên !!!</p>",
    ] {
        check(&format!("{furniture}<p>{LAST}</p>"), &[LAST]);
    }
}

#[test]
fn nothing_is_read_after_the_comments_begin() {
    let comment = "Bài viết hay quá, đọc mà nhớ những phiên chợ ngày còn bé.";
    check(&format!("<p>{LAST}</p><h3>Bình luận (12)</h3><p>{comment}</p>"), &[LAST]);
    check(&format!("<p>{LAST}</p><div id='comment-list'><p>{comment}</p></div>"), &[LAST]);
    let many = format!("<div>{comment}</div>").repeat(20);
    check(&format!("<p>{LAST}</p><div>Ý kiến bạn đọc (20)</div>{many}"), &[LAST]);
    check(&format!("<div>Bình luận (20)</div><p>{LAST}</p><p>{FIRST}</p>"), &[LAST, FIRST]);
}

#[test]
fn headings_lists_quotes_and_line_breaks_are_kept() {
    let body = format!(
        "<h2>Hàng hóa</h2><ul><li>Măng khô</li><li>Mật ong</li></ul>\
         <blockquote>Chợ là nơi gặp bạn.</blockquote><p><b>Lối về</b></p><p>Trời nắng.<br>Gió nhẹ.</p><p>{LAST}</p>"
    );
    let (article, _) = article(&page(&body)).expect("the page is an article");
    let kinds: Vec<BlockKind> = article.blocks.iter().skip(1).map(|block| block.kind).collect();
    use BlockKind::{Heading, ListItem, Paragraph, Quote};
    assert_eq!(
        kinds,
        [Heading, ListItem, ListItem, Quote, Heading, Paragraph, Paragraph, Paragraph]
    );
}

#[test]
fn on_a_page_of_pictures_the_captions_are_read() {
    let pictures: Vec<String> = (1..=3).map(|n| format!("<p><img src={n}.jpg></p><p class='desc' align=center>Gian hàng thứ {n} của chợ, nơi bày bán măng khô và mật ong.</p>")).collect();
    let html = format!(
        "<h1>Phiên chợ bên suối Nậm Na</h1><div class='date'>12/3/2025, 09:10</div><div>{}</div>",
        pictures.concat()
    );
    let (article, notes) = article(&Page { url: None, html }).expect("pictures make an article");
    assert_eq!((article.blocks.len(), article.lead), (3, None));
    assert!(notes.iter().any(|note| note.message.contains("captions")));
}

#[test]
fn announcements_of_what_is_not_read_are_dropped() {
    let pictures = "<p>Một số hình ảnh tại phiên chợ:</p><p align=center><img src=a.jpg><br>Gian hàng thổ cẩm</p>";
    check(&format!("<p>{LAST}</p>{pictures}"), &[LAST]);
    check(&format!("<p>{LAST}</p><h3>Xem video</h3><iframe src=v></iframe>"), &[LAST]);
}

#[test]
fn a_sentence_over_several_lines_is_one_text() {
    check(
        &format!("<p>Chợ họp<br>ở bãi đất<br>ven suối.<br>Gió nhẹ.</p><p>{LAST}</p>"),
        &["Chợ họp ở bãi đất ven suối.", "Gió nhẹ.", LAST],
    );
}

/// Of what a page claims again and again, the first few claims are kept.
#[test]
fn claims_are_bounded() {
    let object = r#"{"@type":"Article","headline":"Chợ","author":"Lò Ánh","url":"u","datePublished":"2025-03-12"}"#;
    let head: String = (0..2_000)
        .map(|n| {
            format!(
                "<link rel=canonical href=/{n}><meta property=og:title content='Chợ phiên {n}'>\
                 <meta name=description content='Chợ {n}'><meta name=author content='Lò {n}'>\
                 <meta property=og:url content=/o{n}><meta name=pubdate content=2025-03-12>\
                 <script type='application/ld+json'>[{object},{object}]</script>"
            )
        })
        .collect();
    let claims = outline::outline(&Html::parse_document(&head), None).1;
    assert_eq!(claims.addresses[0], "/0");
    for length in [
        claims.titles.len(),
        claims.descriptions.len(),
        claims.authors.len(),
        claims.published.len(),
        claims.addresses.len() - 1,
    ] {
        assert!(length <= 16, "{length}");
    }
    let long = format!("<meta property=og:title content='{}'>", "chợ ".repeat(100_000));
    assert!(outline::outline(&Html::parse_document(&long), None).1.titles[0].1.len() <= 4_000);
}

#[test]
fn small_tables_are_read_and_large_ones_noted() {
    let row = |name: &str, value: usize| format!("<tr><td>{name}</td><td>{value}</td></tr>");
    let small =
        format!("<table>{}{}</table><p>{LAST}</p>", row("Bản Mới", 310), row("Bản Cũ", 275));
    check(&small, &["Bản Mới: 310", "Bản Cũ: 275", LAST]);
    let large: String = (100..140).map(|value| row("Bản", value)).collect();
    let (article, notes) = article(&page(&format!("<table>{large}</table><p>{LAST}</p>"))).unwrap();
    assert_eq!(article.blocks.len(), 2);
    assert!(notes.iter().any(|note| note.message.contains("40 rows")));
    let said = format!("<p>Bản Mới có 310 hộ, bản Cũ có 275 hộ.</p>{small}");
    check(&said, &["Bản Mới có 310 hộ, bản Cũ có 275 hộ.", LAST]);
}

#[test]
fn marks_of_agencies_are_not_read() {
    let mut page = page(&format!("<p>{LAST}</p>"));
    page.html = page.html.replace(FIRST, &format!("(TTXVN) - {FIRST}"));
    assert_eq!(article(&page).unwrap().0.blocks[0].text, FIRST);
}

#[test]
fn text_without_size_is_not_read() {
    for hidden in [
        "<p style='font-size:0'>Mã bài 123 lấy từ kho nội dung</p>",
        "<span style='font-size: 0px'> Mã bài 123</span>",
        "<div style='position:absolute;left:-9999px'>Mã bài 123 lấy từ kho nội dung</div>",
    ] {
        check(&format!("{hidden}<p>{LAST}</p>"), &[LAST]);
    }
    check(&format!("<div style='font-size:0'><p style='font-size:16px'>{LAST}</p></div>"), &[LAST]);
    check(&format!("<div style='font-size:0'><p class=cau>{LAST}</p></div>"), &[LAST]);
}

#[test]
fn cells_over_several_rows_are_said_in_each() {
    let head = "<table><tr><th>Xã</th><th>2024</th><th>2025</th></tr>";
    check(
        &format!(
            "{head}<tr><td rowspan=2>Mường Lự</td><td>10</td><td>12</td></tr>\
             <tr><td>20</td><td>22</td></tr></table><p>{LAST}</p>"
        ),
        &["Xã: 2024; 2025", "Mường Lự: 10; 12", "Mường Lự: 20; 22", LAST],
    );
    check(
        &format!(
            "<table><tr><th rowspan=2>Xã</th><th colspan=2>Số hộ</th></tr><tr><th>2024</th>\
             <th>2025</th></tr><tr><td>Mường Lự</td><td>310</td><td>290</td></tr></table><p>{LAST}</p>"
        ),
        &["Xã: Số hộ", "Xã: 2024; 2025", "Mường Lự: 310; 290", LAST],
    );
    check(
        &format!(
            "<table><tr><td></td><td>2024</td><td>2025</td></tr>\
             <tr><td>Mường Lự</td><td colspan=2>310</td></tr></table><p>{LAST}</p>"
        ),
        &["2024; 2025", "Mường Lự: 310", LAST],
    );
}

/// A poem's lines are too short to weigh as prose.
#[test]
fn poems_of_short_lines_are_read() {
    let lines = [
        "Nước về bản cũ",
        "Mẹ gùi sương mai",
        "Suối reo dưới dốc",
        "Gà gáy canh hai",
        "Con đi học chữ",
        "cha đi chợ xa",
        "Bếp hồng vừa nhóm",
        "Khói thơm mái nhà",
    ];
    for text in [
        format!("<p>{}</p><p>{}</p>", lines[..4].join("<br>"), lines[4..].join("<br>")),
        lines.map(|line| format!("<p>{line}</p>")).concat(),
    ] {
        let html = format!(
            "<title>Nước về - Tạp chí Suối</title><ul><li><a href=/t>Thơ</a></ul><h1>Nước về</h1>\
             <div class=post-content>{text}</div><div><h3>Bài khác</h3><ul><li><a href=/1>Hoa ban</a>\
             <li><a href=/2>Mưa đầu mùa trên nương</a></ul></div>"
        );
        let (article, _) = article(&Page { url: None, html }).expect("a poem is an article");
        let read: Vec<&str> = article.blocks.iter().map(|block| block.text.as_str()).collect();
        assert_eq!((article.title.as_str(), read.as_slice()), ("Nước về", &lines[..]));
    }
    for entry in ["Lò Thị Hương", "Phòng phát hành và"] {
        let entries: String = (0..8).map(|n| format!("<p>{entry} {}</p>", lines[n])).collect();
        let html =
            format!("<h1>Liên hệ tòa soạn báo</h1><div>{entries}</div><a href=/>Trang chủ</a>");
        assert!(article(&Page { url: None, html }).is_err(), "{entry}");
    }
    let menu = "<h1>Chuyên trang</h1><ul><li>Thời sự<li>Kinh tế<li>Văn hóa<li>Xã hội<li>Thể thao<li>Du lịch</ul>";
    assert!(article(&Page { url: None, html: menu.to_owned() }).is_err());
}

#[test]
fn a_print_version_has_the_title_that_it_shows() {
    let title = "Phiên chợ bên suối Nậm Na";
    for given in [
        "In bài viết",
        "Trang in",
        "Print page",
        "Bản in: Phiên chợ bên suối Nậm Na",
        "",
        "Xem tin",
    ] {
        for shown in ["<div class=title>T</div>", "<b>T</b><br>", "<h2>T</h2>"] {
            let html = format!(
                "<title>{given}</title><div><a href=/>Báo Nậm Na</a></div>{}<div>Thứ Tư, 12/3/2025, \
                 09:10</div><div><p>{FIRST}</p><p>{LAST}</p></div>",
                shown.replace('T', title)
            );
            let (article, _) = article(&Page { url: None, html }).expect("it is an article");
            assert_eq!(
                (article.title.as_str(), article.blocks.len()),
                (title, 2),
                "{given} {shown}"
            );
        }
    }
}

/// The `<title>` may be another than the headline, and a sub-heading may have its words.
#[test]
fn a_title_does_not_cut_the_text_off() {
    for title in
        ["Chợ vùng cao những ngày giáp Tết", "Hàng hóa về chợ đông nhất trong năm", "Báo Nậm Na"]
    {
        let html = format!(
            "<title>{title}</title><div><a href=/>Trang chủ</a></div><div class=content>\
             <h2>Phiên chợ bên suối Nậm Na</h2><div>12/3/2025 09:10</div><p>{FIRST}</p><p>{LAST}</p>\
             <h3 class=title>Hàng hóa về chợ đông nhất trong năm</h3><p>{LAST} Trời nắng.</p></div>"
        );
        let (article, _) = article(&Page { url: None, html }).expect("it is an article");
        assert_eq!(article.title, "Phiên chợ bên suối Nậm Na", "{title}");
        assert_eq!((article.blocks.len(), article.blocks[0].text.as_str()), (4, FIRST), "{title}");
    }
}

#[test]
fn captions_that_are_read_have_no_credits() {
    let picture = |n: usize| {
        format!(
            "<figure><img src={n}.jpg><figcaption>Gian hàng thứ {n} bày măng khô. Ảnh: Lù Diệp/TTXVN</figcaption></figure>"
        )
    };
    let html = format!(
        "<h1>Phiên chợ bên suối Nậm Na</h1><div>12/3/2025, 09:10</div><div>{}</div><p align=right>\
         <b>Lù Diệp</b> (thực hiện)</p>",
        (1..=4).map(picture).collect::<String>()
    );
    let (article, _) = article(&Page { url: None, html }).expect("pictures make an article");
    assert_eq!(article.blocks.len(), 4);
    assert_eq!(article.blocks[0].text, "Gian hàng thứ 1 bày măng khô.");
}

#[test]
fn the_publication_is_told_from_the_update() {
    let mut page = page(&format!("<p>{LAST}</p>"));
    let lines = "Cập nhật lúc 11:45, 13/03/2025</div><div>Ngày đăng: 12/03/2025 09:10";
    page.html = page.html.replace("Thứ Tư, 12/3/2025, 09:10", lines);
    let published = article(&page).unwrap().0.published;
    assert_eq!(published, date::timestamp("2025-03-12T09:10:00+07:00"));
}

#[test]
fn a_list_of_names_at_the_end_is_text() {
    let names = "<ul><li>Lò Thị Hương</li><li>Cầm Văn Bun</li></ul>";
    check(&format!("<p>{LAST}</p>{names}"), &[LAST, "Lò Thị Hương", "Cầm Văn Bun"]);
}

#[test]
fn leads_are_told_from_the_first_paragraph() {
    let lead =
        "Phiên chợ mỗi tháng hai lần đã thành điểm hẹn của năm dân tộc anh em bên dòng Nậm Na.";
    let with = |html: &str| {
        let mut page = page(&format!("<p>{LAST}</p>"));
        page.html = page.html.replacen("<div class='content'>", html, 1);
        let (article, _) = article(&page).expect("the page is an article");
        assert_eq!(article.blocks.len(), 2, "{html}");
        article.lead
    };
    assert_eq!(
        with(&format!("<h2 class='sapo'>{lead}</h2><div class='content'>")).as_deref(),
        Some(lead)
    );
    assert_eq!(with(&format!("<p>{lead}</p><div class='content'>")).as_deref(), Some(lead));
    assert_eq!(with(&format!("<div class='content'><p><b>{lead}</b></p>")).as_deref(), Some(lead));
    assert_eq!(
        with(&format!("<div class='content'><p><b>(Báo Nậm Na) - {lead}</b></p>")).as_deref(),
        Some(lead)
    );
    assert_eq!(with("<div class='content'>"), None);
}

#[test]
fn a_lead_with_an_invisible_part_begins_with_a_letter() {
    let mut page = page(&format!("<p>{LAST}</p>"));
    let lead = "<div class='sapo'>&#x200b;<p>Phiên chợ mỗi tháng hai lần đã thành điểm hẹn của bản.</p></div>";
    page.html =
        page.html.replacen("<div class='content'>", &format!("{lead}<div class='content'>"), 1);
    let lead = article(&page).expect("the page is an article").0.lead;
    assert_eq!(lead.as_deref(), Some("Phiên chợ mỗi tháng hai lần đã thành điểm hẹn của bản."));
}

#[test]
fn the_day_on_the_masthead_is_not_the_publication() {
    let mut page = page(&format!("<p>{LAST}</p>"));
    let shown = article(&page).unwrap().0.published;
    assert_eq!(shown, date::timestamp("2025-03-12T09:10:00+07:00"));
    page.html = page.html.replace("<div class='date'>Thứ Tư, 12/3/2025, 09:10</div>", "");
    page.html = page.html.replace("<h1>", "<div>Hôm nay: Thứ Năm, ngày 1/1/2026</div><h1>");
    assert_eq!(article(&page).unwrap().0.published, None);
}

#[test]
fn refusals_say_what_to_do() {
    let refused = |html: &str| article(&Page { url: None, html: html.to_owned() }).unwrap_err();
    assert_eq!(refused(""), NoArticle::NotHtml);
    assert_eq!(refused("chỉ là chữ"), NoArticle::NotHtml);
    assert!(matches!(refused(&"<div>".repeat(20_000)), NoArticle::TooDeep { .. }));
    assert_eq!(refused("<p>Trang chủ</p>"), NoArticle::NotAnArticle);
    let video = "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Phóng sự\"}</script><h1>Phóng sự</h1>";
    assert_eq!(refused(video), NoArticle::Empty);
}

#[test]
fn a_body_that_only_structured_data_holds_is_read() {
    let html = "<script type='application/ld+json'>{\"@type\":\"Article\",\"headline\":\"Chợ phiên\",\
                \"articleBody\":\"Đoạn một.\\n\\nĐoạn hai.\"}</script><div id=app></div>";
    let (article, _) = article(&Page { url: None, html: html.to_owned() }).unwrap();
    assert_eq!(article.blocks.len(), 2);
}

#[test]
fn notes_say_which_layer_decided() {
    let (_, notes) = article(&page(&format!("<p>{LAST}</p>"))).unwrap();
    for part in ["title: ", "lead: ", "author: ", "time: ", "body: "] {
        assert!(notes.iter().any(|note| note.message.starts_with(part)), "{part}");
    }
}

#[test]
fn a_place_of_nothing_but_invisible_signs_opens_no_lead() {
    let html = "<html><div class='sapo author date'>&#x110000;<table><tr><td>Một câu văn đủ dài để được \
                coi là văn xuôi, có dấu phẩy và có dấu chấm ở cuối câu. <p>";
    let page = Page { url: None, html: html.into() };
    let (read, _) = super::article(&page, &SiteRules::default()).unwrap();
    assert!(read.parts().all(|(_, text)| text.starts_with("Một câu")), "{read:?}");
}

#[test]
fn a_warning_is_no_paper() {
    let prose = "Mưa to đến rất to trút xuống các bản vùng cao từ đêm qua, nước suối dâng nhanh và nhiều \
                 hộ phải chuyển đồ đạc lên nhà văn hóa. ";
    for title in
        ["Cảnh báo mưa lớn ở miền Trung", "Báo cáo kết quả vụ mùa", "Thông báo tuyển sinh lớp 10"]
    {
        let html =
            format!("<title>{title}</title><p>{}</p><p>{}</p>", prose.repeat(3), prose.repeat(3));
        let (article, _) =
            super::article(&Page { url: None, html }, &SiteRules::default()).unwrap();
        assert_eq!(article.title, title);
    }
}

//! A newspaper's site to fetch from: good pages, and every way in which a page can be bad.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use tokio::net::TcpListener;

/// The running site.
pub struct Site {
    authority: String,
    edition: Arc<AtomicUsize>,
}

impl Site {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let edition = Arc::new(AtomicUsize::new(1));
        let router = routes().with_state(edition.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { authority, edition }
    }

    /// `host:port`
    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    /// The newsroom corrects the article at `/bai-viet`.
    pub fn correct(&self) {
        self.edition.fetch_add(1, Ordering::Relaxed);
    }
}

/// One article in the manner of a provincial paper; editions differ in one number.
pub fn article_html(edition: usize) -> String {
    format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8>
        <title>Bản Mòn có cầu mới - Báo Mường Thanh</title>
        <meta property='og:site_name' content='Báo Mường Thanh'></head><body>
        <nav><a href=/>Trang chủ</a> <a href=/kinh-te>Kinh tế</a></nav>
        <article><h1>Bản Mòn có cầu mới</h1>
        <p class=sapo>Sau {edition} năm chờ đợi, người dân bản Mòn đã đi lại trên cây cầu bê tông
        bắc qua suối Nậm La, nối bản với trung tâm xã.</p>
        <p>Cây cầu dài 42,5 m, rộng 3,5 m, do nhân dân góp hơn 600 ngày công cùng nguồn vốn 1,2 tỷ
        đồng của tỉnh. Từ nay học sinh của bản không còn phải lội suối đến trường vào mùa mưa.</p>
        <p>Trưởng bản cho biết, mỗi mùa mưa trước đây bản bị chia cắt từ 10 đến 15 ngày. Nông sản làm
        ra không bán được, người ốm phải chờ nước rút mới ra được trạm y tế xã.</p></article>
        <div class=related><h3>Tin liên quan</h3><a href=/khac>Khởi công trường học mới</a></div>
        </body></html>"
    )
}

fn routes() -> Router<Arc<AtomicUsize>> {
    Router::new()
        .route("/bai-viet", get(article))
        .route("/bien-tap", get(article_with_name))
        .route("/doi", get(changing_article))
        .route("/cu", get(|| async { Redirect::permanent("/bai-viet") }))
        .route("/pdf", get(|| async { ([(header::CONTENT_TYPE, "application/pdf")], "%PDF-1.7") }))
        .route("/loi", get(|| async { (StatusCode::NOT_FOUND, "không có") }))
        .route("/cam", get(|| async { (StatusCode::FORBIDDEN, "cấm") }))
        .route("/vong", get(|| async { Redirect::temporary("/vong") }))
        .route("/noi-bo", get(|| async { Redirect::temporary("http://10.0.0.1/") }))
        .route("/danh-sach", get(front_page))
        .route("/rong", get(empty_article))
        .route("/lon", get(huge))
        .route("/nen", get(huge_compressed))
        .route("/cham", get(slow))
        .route("/khach", get(publisher_page))
        .route("/bao", get(strict_page))
        .route("/bao.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], PAGE_CSS) }))
        .route("/la.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], HOSTILE_CSS) }))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /kin\n" }))
        .route("/tin.rss", get(feed))
        .route("/sua.rss", get(|| async { "<rss><item><link>/bai-viet</link></item></rss>" }))
        .route("/hong.rss", get(|| async { Html("<html><body>Bảo trì</body></html>") }))
        .route("/tin/{number}", get(numbered_article))
        .route("/kin", get(article))
}

async fn article(State(edition): State<Arc<AtomicUsize>>) -> Html<String> {
    Html(article_html(edition.load(Ordering::Relaxed)))
}

/// An article with a name that nobody can know how to say.
async fn article_with_name() -> Html<String> {
    Html(article_html(1).replace("Trưởng bản cho biết", "Kỹ sư Brzylka cho biết"))
}

/// An article that is corrected, then hidden behind a paywall, then withdrawn.
async fn changing_article(State(edition): State<Arc<AtomicUsize>>) -> axum::response::Response {
    let edition = edition.load(Ordering::Relaxed);
    let paywall = "<!doctype html><html lang=vi><head><meta charset=utf-8>
        <title>Bản Mòn có cầu mới</title></head><body><article><h1>Bản Mòn có cầu mới</h1>
        <p>Đây là nội dung dành cho người đăng ký. Mời bạn đọc đăng nhập hoặc mua gói tháng để xem
        toàn bộ bài viết này.</p></article></body></html>";
    match edition {
        1 | 2 => Html(article_html(edition)).into_response(),
        3 => Html(paywall).into_response(),
        _ => (StatusCode::GONE, "đã gỡ").into_response(),
    }
}

/// An article for each edition, and one that robots.txt closes. With an `ETag`, as good sites have.
async fn feed(
    State(edition): State<Arc<AtomicUsize>>,
    headers: axum::http::HeaderMap,
) -> axum::response::Response {
    let edition = edition.load(Ordering::Relaxed);
    let tag = format!("\"{edition}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == *tag) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let item = |n: usize| {
        format!(
            "<item><link>/tin/{n}?utm_source=rss</link><pubDate>Mon, 23 Nov 2026 0{n}:00:00 +0700</pubDate></item>"
        )
    };
    let items: String = (1..=edition).map(item).collect();
    let xml = format!(
        "<rss version='2.0'><channel>{items}<item><link>/kin</link></item></channel></rss>"
    );
    ([(header::CONTENT_TYPE, "application/rss+xml".to_owned()), (header::ETAG, tag)], xml)
        .into_response()
}

async fn numbered_article(axum::extract::Path(number): axum::extract::Path<usize>) -> Html<String> {
    Html(article_html(number).replace("cầu mới", &format!("cầu mới thứ {number}")))
}

async fn front_page() -> Html<String> {
    let item = |n: usize| format!("<li><a href=/tin-{n}>Tin số {n} của tỉnh</a></li>");
    let items: String = (1..60).map(item).collect();
    Html(format!(
        "<html><head><title>Báo Mường Thanh</title></head><body><ul>{items}</ul></body></html>"
    ))
}

async fn empty_article() -> Html<&'static str> {
    Html(
        "<html><head><title>Phóng sự ảnh</title><script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Phóng sự ảnh\"}</script></head><body><article><h1>Phóng sự ảnh</h1></article></body></html>",
    )
}

/// 50 MB of text that never ends.
async fn huge() -> impl IntoResponse {
    let chunks =
        futures_util::stream::iter((0..800).map(|_| Ok::<_, std::io::Error>("a ".repeat(32_768))));
    ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(chunks))
}

/// 50 MB that travel as 50 kB.
async fn huge_compressed() -> impl IntoResponse {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..50 {
        gzip.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let about = [(header::CONTENT_TYPE, "text/html"), (header::CONTENT_ENCODING, "gzip")];
    (about, gzip.finish().unwrap())
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(60)).await;
    "cuối cùng"
}

/// A publisher's own page with the one line that embeds the player. `?host=` names the service.
/// What a paper adds so that nothing moves when the player comes.
const PAGE_CSS: &str = "bao-noi { display: block; min-height: 124px } .chu { max-width: 700px }";

/// A style that takes hold of everything it can.
const HOSTILE_CSS: &str = "* { font-size: 41px !important; text-transform: uppercase !important;
    letter-spacing: 9px !important; box-sizing: content-box !important; color: lime !important;
    float: right !important; }
    div, button, input, select, span, p { display: none !important; position: fixed !important;
    opacity: 0 !important; width: 3px !important; }
    bao-noi { display: block !important; min-height: 124px; float: none !important; }";

/// An article as its paper shows it, with other markup than the one that was read, under a strict policy.
async fn strict_page(
    axum::extract::Query(query): axum::extract::Query<std::collections::HashMap<String, String>>,
) -> impl IntoResponse {
    let (host, canonical) = (&query["host"], &query["canonical"]);
    let attributes = query.get("attributes").map_or("", String::as_str);
    let lang = query.get("lang").map_or("vi", String::as_str);
    let hostile = query.get("hostile").map_or("", |_| "<link rel=stylesheet href=/la.css>");
    let policy = format!(
        "default-src 'none'; script-src {host}; connect-src {host}; media-src {host}; img-src {host} data:; \
         style-src 'self'"
    );
    let page = format!(
        "<!doctype html><html lang={lang}><head><meta charset=utf-8><title>Bản Mòn có cầu mới</title>
        <meta name=viewport content='width=device-width'><link rel=icon href='data:,'>
        <link rel=canonical href='{canonical}'><link rel=stylesheet href=/bao.css>{hostile}
        <script src='{host}/baonoi.js' async></script></head><body>
        <h1>Bản Mòn có cầu mới</h1><bao-noi {attributes}></bao-noi><div class=chu data-paper>
        <p><b>Sau 1 năm chờ đợi</b>, người dân <a href=/mon>bản Mòn</a> đã đi lại trên cây cầu bê tông
        bắc qua suối Nậm La, nối bản với trung tâm xã.</p>
        <figure><figcaption>Ảnh: cây cầu mới</figcaption></figure>
        <p>Cây cầu dài <i>42,5&nbsp;m</i>, rộng 3,5 m, do nhân dân góp hơn 600 ngày công cùng nguồn vốn
        1,2&nbsp;tỷ đồng của tỉnh. Từ nay <em>học sinh</em> của bản không còn phải lội suối đến trường
        vào mùa mưa.</p><script type=text/plain>Không phải chữ.</script>
        <p>Trưởng bản cho biết, mỗi mùa mưa trước đây bản bị chia cắt từ 10 đến 15 ngày. Nông sản làm ra
        không bán được, người ốm phải chờ nước rút mới ra được trạm y tế xã.</p></div></body></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page))
}

async fn publisher_page(
    axum::extract::Query(query): axum::extract::Query<std::collections::HashMap<String, String>>,
) -> Html<String> {
    let (host, canonical) = (&query["host"], &query["canonical"]);
    Html(format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><title>Bài trên báo</title>
        <link rel=canonical href='{canonical}'></head><body><h1>Bài trên báo</h1>
        <script src='{host}/baonoi.js' async></script><bao-noi></bao-noi></body></html>"
    ))
}

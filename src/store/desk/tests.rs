//! The editors' list: its parts, its pages, its search.

use super::*;
use crate::domain::article::Article;
use crate::domain::job::{Failure, Source, Urgency};
use crate::domain::publication::Debut;
use crate::store::Lease;

async fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    (folder, store)
}

async fn ask(store: &Store, title: &str) -> JobId {
    let source = Source::Text { title: title.to_owned(), paragraphs: Vec::new() };
    store.ask(title, title, Urgency::Editor, &source).await.unwrap().id
}

async fn begin(store: &Store, title: &str, debut: Debut) -> (Lease, ArticleId) {
    ask(store, title).await;
    let lease = store.claim("worker", Millis(60_000)).await.unwrap().unwrap();
    let article = Article { title: title.to_owned(), ..Article::default() };
    let id = store.begin(&lease, &article, debut).await.unwrap();
    (lease, id)
}

/// What a page names, an article by its title and work by its label.
fn names(rows: &[DeskRow]) -> Vec<String> {
    let name = |row: &DeskRow| match (&row.article, &row.job) {
        (Some(article), _) => article.title.clone(),
        (None, Some(job)) => format!("({})", job.job.label),
        (None, None) => String::new(),
    };
    rows.iter().map(name).collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let (_folder, store) = open().await;
    // Many of one moment: the id decides.
    for number in 0..25 {
        let title = format!("Bài {number}");
        let insert = sqlx::query(
            "INSERT INTO articles (id, title, blocks, content_hash, created_ms, updated_ms, touched_ms)
             VALUES ($1, $2, '[]', $2, 0, 0, $3)",
        );
        let id: ArticleId = crate::store::new_id();
        let insert = insert.bind(id.to_string()).bind(title).bind(number / 10);
        insert.execute(&store.pool).await.unwrap();
    }
    ask(&store, "Chưa lấy được").await;
    let whole = names(&store.desk(DeskTab::All, None, 100).await.unwrap());
    assert_eq!((whole.len(), whole[0].as_str()), (26, "(Chưa lấy được)"));
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.desk(DeskTab::All, after.as_ref(), 4).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.cursor.clone());
        seen.extend(names(&page));
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn each_part_holds_what_it_says() {
    let (_folder, store) = open().await;
    let (lease, _) = begin(&store, "Đã hỏng", Debut::Published).await;
    let failure = Failure { code: "voice_failed".to_owned(), detail: String::new() };
    store.give_back(&lease, &failure, None).await.unwrap();
    let (_, draft) = begin(&store, "Bản nháp", Debut::Draft).await;
    ask(&store, "Đang chờ").await;

    let part = async |tab| names(&store.desk(tab, None, 10).await.unwrap());
    assert_eq!(part(DeskTab::All).await, ["(Đang chờ)", "Bản nháp", "Đã hỏng"]);
    assert_eq!(part(DeskTab::Working).await, ["(Đang chờ)", "Bản nháp"]);
    assert_eq!(part(DeskTab::Failed).await, ["Đã hỏng"]);
    assert_eq!(part(DeskTab::Drafts).await, ["Bản nháp"]);
    assert!(part(DeskTab::Published).await.is_empty());
    let counts = store.desk_counts().await.unwrap();
    assert_eq!(counts, DeskCounts { working: 2, failed: 1, drafts: 1 });

    // Asked for once more it is no failure any longer: the latest work counts.
    let failed = store.desk(DeskTab::Failed, None, 10).await.unwrap();
    let (article, job) = (failed[0].article.clone().unwrap(), failed[0].job.clone().unwrap());
    assert!(job.spent.is_some() && job.waited.is_some());
    let again = Source::Stored(article.id);
    let asked = store.ask("again", "Đã hỏng", Urgency::Editor, &again).await.unwrap();
    assert_eq!(asked.article, Some(article.id));
    assert!(part(DeskTab::Failed).await.is_empty());
    let rows = store.desk_of(&[draft, article.id], &[]).await.unwrap();
    assert_eq!(names(&rows), ["Bản nháp", "Đã hỏng"]);
    assert_eq!(rows[1].job.as_ref().unwrap().job.id, asked.id);
}

#[tokio::test]
async fn a_search_knows_titles_labels_and_addresses_without_marks() {
    let (_folder, store) = open().await;
    begin(&store, "Cầu mới ở bản Mòn", Debut::Published).await;
    let found = async |typed| names(&store.desk_about(typed, None, 10).await.unwrap());
    ask(&store, "Cầu cũ").await;
    assert_eq!(found("cau").await, ["(Cầu cũ)", "Cầu mới ở bản Mòn"]);
    assert_eq!(found("CẦU MỚI").await, ["Cầu mới ở bản Mòn"]);
    assert!(found("chợ").await.is_empty());

    let address = "https://bao.example/tin/cau-moi";
    let source = Source::Address(address.parse().unwrap());
    store.ask("address", address, Urgency::Editor, &source).await.unwrap();
    // The older one of the text is claimed first.
    store.claim("worker", Millis(60_000)).await.unwrap();
    let lease = store.claim("worker", Millis(60_000)).await.unwrap().unwrap();
    let url = Some(address.parse().unwrap());
    let article = Article { title: "Đường".to_owned(), url, ..Article::default() };
    store.begin(&lease, &article, Debut::Draft).await.unwrap();
    assert_eq!(found("bao.example/tin").await, ["Đường"]);
    assert_eq!(found("%").await, Vec::<String>::new());
}

#[tokio::test]
async fn whoever_asks_for_what_waits_already_finds_it_and_writes_nothing() {
    let (_folder, store) = open().await;
    let first = ask(&store, "Cầu mới").await;
    let before = store.job(first).await.unwrap().unwrap();
    assert_eq!(ask(&store, "Cầu mới").await, first);
    assert_eq!(store.job(first).await.unwrap().unwrap(), before);
    // Once it is being read the wish is another: it is read again afterwards.
    store.claim("worker", Millis(60_000)).await.unwrap();
    ask(&store, "Cầu mới").await;
    assert!(store.job(first).await.unwrap().unwrap().updated >= before.updated);
    assert!(store.ask_again(first).await.unwrap().is_some());
}

#[tokio::test]
async fn what_changed_is_told_from_a_moment_on() {
    let (_folder, store) = open().await;
    let (lease, article) = begin(&store, "Cầu mới", Debut::Published).await;
    let job = store.job(lease.job.id).await.unwrap().unwrap();
    assert_eq!(store.jobs_since(job.updated, 10).await.unwrap(), std::slice::from_ref(&job));
    assert!(store.jobs_since(Timestamp(job.updated.0 + 1), 10).await.unwrap().is_empty());
    let touched = store.touched_since(Timestamp(0), 10).await.unwrap();
    assert_eq!(touched[0].0, article);
}

//! How long it takes to see what a change of the lexicon would do to so many articles.
//!
//! `cargo bench --bench lexicon [-- COUNT]`: 10,000 articles of some 3,000 characters unless another number is named.
//! A word that stands in nearly all of them, one in a tenth, one nowhere, and a whole lexicon that is imported.

use std::path::Path;
use std::time::{Duration, Instant};

use baonoi::domain::article::{Article, Block, BlockKind, Page};
use baonoi::domain::lexicon::LexiconEntry;
use baonoi::domain::readings::LexiconChange;
use baonoi::extract::SiteRules;
use baonoi::narrate::{Comparison, preview};
use baonoi::store::Store;
use sqlx::Connection as _;
use tempfile::TempDir;
use uuid::Uuid;

const ROUNDS: usize = 5;

fn main() {
    let count = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(10_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("there are threads").block_on(measure(count));
}

async fn measure(count: usize) {
    let folder = TempDir::new().expect("there is a folder");
    let store = Store::open(folder.path()).await.expect("the store opens");
    let sample = sample();
    let articles: Vec<Article> = (0..count).map(|number| article(&sample, number)).collect();
    let chars: usize =
        articles.iter().flat_map(Article::parts).map(|(_, text)| text.chars().count()).sum();
    println!("{count} articles, {} characters each", chars / count.max(1));
    fill(&folder.path().join("baonoi.db"), &articles).await.expect("the articles are stored");
    let import: Vec<String> =
        (0..5_000).map(|number| format!("Ban {number}\tban nào đó")).collect();
    let import: Vec<&str> =
        import.iter().map(String::as_str).chain(["Khua\tkhua", "tỉnh\ttỉnh nhà"]).collect();
    for (name, lines) in [
        ("in nearly all", vec!["tỉnh\ttỉnh nhà"]),
        ("in nearly all, any letter case", vec!["tỉnh\ttỉnh nhà\ti"]),
        ("in a tenth", vec!["Khua\tcua"]),
        ("nowhere", vec!["XYZTQ\tích"]),
        ("an import of 5,000", import),
    ] {
        let mut times = Vec::new();
        let mut found = String::new();
        for _ in 0..ROUNDS {
            let change = change(&lines);
            let begun = Instant::now();
            let comparison = Comparison::new(&[], &[], &change);
            let preview =
                preview(&store, comparison, Duration::from_secs(60)).await.expect("it is read");
            times.push(begun.elapsed().as_secs_f64());
            assert_eq!(preview.looked_at, preview.of);
            found =
                format!("{} sentences in {} articles", preview.sentences, preview.articles.len());
        }
        times.sort_by(f64::total_cmp);
        println!("{name}: {:.2} s, at most {:.2} s; {found}", times[ROUNDS / 2], times[ROUNDS - 1]);
    }
}

/// Writes the articles into the database as if they had been read: asking for them one by one would take minutes.
async fn fill(database: &Path, articles: &[Article]) -> Result<(), sqlx::Error> {
    let mut connection = sqlx::SqliteConnection::connect(&database.display().to_string()).await?;
    let mut write = connection.begin().await?;
    for article in articles {
        let blocks: Vec<_> = article.blocks.iter().map(row).collect();
        let insert = sqlx::query(
            "INSERT INTO articles (id, title, lead, blocks, section, content_hash, created_ms, updated_ms, reading_id)
             VALUES ($1, $2, $3, $4, 'Chính trị', $1, 0, 0, $1)",
        );
        let insert = insert.bind(Uuid::now_v7().to_string()).bind(&article.title);
        let insert = insert.bind(&article.lead).bind(serde_json::json!(blocks).to_string());
        insert.execute(&mut *write).await?;
    }
    write.commit().await
}

fn row(block: &Block) -> serde_json::Value {
    serde_json::json!({ "kind": block.kind.name(), "text": block.text })
}

fn change(lines: &[&str]) -> LexiconChange {
    let entries = lines.iter().map(|line| LexiconEntry::parse(line).expect("words only"));
    LexiconChange { added: entries.collect(), ..LexiconChange::default() }
}

/// The bundled sample article: running text of a provincial paper, dense with numbers.
fn sample() -> Article {
    let html = include_str!("../samples/chinh-sach-xa-hoi.html").to_owned();
    let page = Page { url: None, html };
    baonoi::extract::article(&page, &SiteRules::default()).expect("the sample is an article").0
}

/// One like it whose words differ from all others'; every tenth speaks of the village of Khua.
fn article(sample: &Article, number: usize) -> Article {
    let place = if number.is_multiple_of(10) { "Khua" } else { "Mường" };
    let paragraph = format!("Đoàn công tác số {number} của tỉnh đã đến bản {place}, xã Pha Mu.");
    let mut article = Article { title: format!("{} ({number})", sample.title), ..sample.clone() };
    article.blocks.push(Block { kind: BlockKind::Paragraph, text: paragraph });
    article
}

//! Pages in, articles out: every folder of `tests/data/pages` holds a page and the article that a
//! careful reader would copy from it. `UPDATE=1 cargo test` rewrites the expected articles.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use baonoi::domain::address::Address;
use baonoi::domain::article::{Article, Block, BlockKind, Page};
use baonoi::domain::units::Timestamp;
use baonoi::extract::{self, SiteRules};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Page {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Page { url: None, html: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The shape that the expected files have.
fn shape(article: &Article) -> Value {
    let block = |block: &Block| json!({ "kind": block.kind.name(), "text": block.text });
    json!({
        "url": article.url.as_ref().map(Address::as_str),
        "site": article.site,
        "title": article.title,
        "lead": article.lead,
        "author": article.author,
        "published_ms": article.published.map(|Timestamp(ms)| ms),
        "blocks": article.blocks.iter().map(block).collect::<Vec<_>>(),
    })
}

#[test]
fn pages_become_their_articles() {
    let folders = fs::read_dir(root().join("tests/data/pages")).expect("the pages are there");
    let mut folders: Vec<PathBuf> =
        folders.map(|entry| entry.expect("it is readable").path()).collect();
    folders.sort();
    assert!(folders.len() >= 5);
    let rules = SiteRules::built_in();
    let mut differing = Vec::new();
    for folder in folders {
        let found = match extract::article(&read(&folder.join("source.html")), &rules) {
            Ok((article, _)) => shape(&article),
            Err(refusal) => json!({ "refused": refusal.to_string() }),
        };
        let expected = folder.join("expected.json");
        if std::env::var_os("UPDATE").is_some() {
            let text = serde_json::to_string_pretty(&found).expect("it is plain data");
            fs::write(&expected, text + "\n").expect("the folder is writable");
        }
        let wanted = fs::read_to_string(&expected).expect("there is an expected article");
        let wanted: Value = serde_json::from_str(&wanted).expect("it is JSON");
        if wanted != found {
            let found = serde_json::to_string_pretty(&found).expect("it is plain data");
            differing.push(format!("{}\n{found}", folder.display()));
        }
    }
    assert!(
        differing.is_empty(),
        "UPDATE=1 rewrites these; read the diff\n{}",
        differing.join("\n")
    );
}

#[test]
fn the_sample_page_is_read_without_its_furniture() {
    let (article, _) = extract::article(
        &read(&root().join("samples/chinh-sach-xa-hoi.html")),
        &SiteRules::default(),
    )
    .unwrap();
    assert_eq!(article.author.as_deref(), Some("Hà Ngân"));
    assert_eq!(article.blocks.iter().filter(|block| block.kind == BlockKind::Heading).count(), 2);
    assert_eq!(article.blocks.iter().filter(|block| block.kind == BlockKind::ListItem).count(), 3);
    for (_, text) in article.parts() {
        for furniture in [
            "00:00",
            "Giọng nữ",
            "Ảnh:",
            "Tin liên quan",
            "BÌNH LUẬN",
            "ký tự",
            "Tin mới",
            "Hà Ngân",
        ] {
            assert!(!text.contains(furniture), "{furniture} in {text}");
        }
    }
}

/// Real pages with hand-made gold, where they are at hand; they may not be published.
fn corpus() -> Option<PathBuf> {
    let corpus = root().join("../shared/corpus/extract");
    if !corpus.is_dir() {
        println!("skipped: no pages to measure at {}", corpus.display());
    }
    corpus.is_dir().then_some(corpus)
}

fn words(text: &str) -> Vec<String> {
    let text: String = text.nfc().collect::<String>().to_lowercase();
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// How many words two texts share, each counted as often as both have it.
fn shared(one: &[String], other: &[String]) -> usize {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in one {
        *counts.entry(word).or_default() += 1;
    }
    let taken = other.iter().filter(|word| {
        counts.get_mut(word.as_str()).filter(|left| **left > 0).is_some_and(|left| {
            *left -= 1;
            true
        })
    });
    taken.count()
}

/// Recall counts the body; precision allows title, lead and author as well.
fn body_f1(gold: &Value, article: &Article) -> f64 {
    let texts = |key: &str| -> String {
        let list = gold[key]
            .as_array()
            .map(|texts| texts.iter().filter_map(Value::as_str).collect::<Vec<_>>());
        list.map(|texts| texts.join(" "))
            .unwrap_or_else(|| gold[key].as_str().unwrap_or("").to_owned())
    };
    let body = words(&texts("body"));
    let allowed = words(&format!(
        "{} {} {} {}",
        texts("body"),
        texts("title"),
        texts("lead"),
        texts("author")
    ));
    let read: Vec<&str> = article.blocks.iter().map(|block| block.text.as_str()).collect();
    let read = words(&read.join(" "));
    let recall = shared(&body, &read) as f64 / body.len().max(1) as f64;
    let precision = shared(&allowed, &read) as f64 / read.len().max(1) as f64;
    2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE)
}

#[test]
fn measured_pages_keep_their_figures() {
    let Some(corpus) = corpus() else { return };
    let rules = SiteRules::built_in();
    let mut scores = Vec::new();
    for entry in fs::read_dir(corpus.join("gold")).expect("there is gold") {
        let path = entry.expect("it is readable").path();
        let gold: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let page = read(&corpus.join("pages").join(format!("{name}.html")));
        let (article, _) =
            extract::article(&page, &rules).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(words(&article.title), words(gold["title"].as_str().unwrap()), "{name}");
        assert!(article.published.is_some(), "{name}");
        let lines: Vec<Vec<String>> =
            article.blocks.iter().map(|block| words(&block.text)).collect();
        for text in gold["must_not"].as_array().unwrap().iter().filter_map(Value::as_str) {
            assert!(!lines.contains(&words(text)), "{name} reads {text}");
        }
        scores.push(body_f1(&gold, &article));
    }
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    println!("body F1 over {} pages: {mean:.3}", scores.len());
    assert!(mean >= 0.97, "{mean}");
    assert!(scores.iter().all(|score| *score >= 0.95), "{scores:?}");
}

#[test]
fn lists_and_front_pages_are_refused() {
    let Some(corpus) = corpus() else { return };
    for entry in fs::read_dir(corpus.join("not-articles")).expect("there are lists") {
        let path = entry.expect("it is readable").path();
        let found = extract::article(&read(&path), &SiteRules::built_in());
        assert_eq!(found.err(), Some(extract::NoArticle::NotAnArticle), "{}", path.display());
    }
}

#[test]
fn hostile_pages_end_soon() {
    let Some(corpus) = corpus() else { return };
    for entry in fs::read_dir(corpus.join("hostile")).expect("there are hostile pages") {
        let path = entry.expect("it is readable").path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let page = read(&path);
            let start = std::time::Instant::now();
            let _article_or_error = extract::article(&page, &SiteRules::built_in());
            // Ten times what an optimized build needs, because tests run unoptimized.
            assert!(start.elapsed().as_secs() < 15, "{}", path.display());
        }
    }
}

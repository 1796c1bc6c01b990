//! How fast a page becomes an article on one core: by the general rules, and beside the fastest
//! peer in Rust.
//!
//! `cargo bench --bench extract`; `PAGES=<folder> cargo bench --bench extract` takes the HTML files
//! of another folder. Beside the peers in Python: `benches/peers/extract.py`.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use baonoi::domain::article::Page;
use baonoi::extract::{self, SiteRules};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The HTML files of a folder and of its folders.
fn pages(folder: &Path) -> Vec<Page> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("the folder can be read");
        for path in entries.map(|entry| entry.expect("it can be read").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                files.push(path);
            }
        }
    }
    files.sort();
    let read = |file: &PathBuf| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
    files.iter().map(|file| Page { url: None, html: read(file) }).collect()
}

/// One round over all pages: divide by their number for the time of a page.
fn articles(c: &mut Criterion) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pages");
    let pages = pages(&std::env::var_os("PAGES").map_or(own, PathBuf::from));
    let mut group = c.benchmark_group(format!("{} pages", pages.len()));
    group.throughput(Throughput::Bytes(pages.iter().map(|page| page.html.len() as u64).sum()));
    for (name, rules) in
        [("baonoi", SiteRules::default()), ("baonoi with site rules", SiteRules::built_in())]
    {
        group.bench_function(name, |b| {
            b.iter(|| {
                for page in &pages {
                    let _article_or_refusal = black_box(extract::article(black_box(page), &rules));
                }
            });
        });
    }
    group.bench_function("dom_smoothie", |b| {
        b.iter(|| {
            for page in &pages {
                let reader =
                    dom_smoothie::Readability::new(black_box(page.html.as_str()), None, None);
                let _article_or_error = black_box(reader.map(|mut reader| reader.parse()));
            }
        });
    });
    group.finish();
}

/// Reading the rules, as at every start of the program.
fn rules(c: &mut Criterion) {
    c.bench_function("built-in site rules", |b| b.iter(SiteRules::built_in));
}

/// Pages of 5 MB: of plain paragraphs, and of boxes full of attributes, links and pictures.
fn large(c: &mut Criterion) {
    let paragraph =
        "<p>Sáng sớm, sương phủ kín thung lũng, bà con các bản ven suối đã gùi hàng xuống chợ.</p>";
    let boxed = |at: usize| {
        format!(
            "<div class=\"item box-{at}\" id=\"b{at}\"><p style=\"text-align: justify;\"><a \
             href=\"/bai-{at}.html\" class=\"link\" title=\"Chợ\"><b>Bản {at}</b></a>, <span \
             class=\"x y\">sương <i>phủ kín</i></span> thung lũng,<br> bà con các bản đã gùi hàng \
             xuống chợ.</p><img src=\"/a.jpg\" alt=\"x\"></div>"
        )
    };
    let plain = paragraph.repeat(5_000_000 / paragraph.len());
    let markup: String = (0..5_000_000 / boxed(10_000).len()).map(boxed).collect();
    let mut group = c.benchmark_group("large");
    group.sample_size(10);
    for (name, text) in [("5 MB of paragraphs", plain), ("5 MB of markup", markup)] {
        let html =
            format!("<html><body><h1>Phiên chợ bên suối Nậm Na</h1><div class=c>{text}</div>");
        let page = Page { url: None, html };
        group.bench_function(name, |b| {
            b.iter(|| extract::article(black_box(&page), &SiteRules::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, articles, rules, large);
criterion_main!(benches);

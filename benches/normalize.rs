//! How fast written text becomes spoken words: characters a second on one core.
//!
//! `cargo bench --bench normalize`; beside a peer: `benches/peers/normalize.py`.

use std::hint::black_box;

use baonoi::domain::article::{Article, Block, BlockKind, Page, Part};
use baonoi::domain::lexicon::LexiconEntry;
use baonoi::extract::SiteRules;
use baonoi::normalize::{self, Lexicon};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The bundled sample article: running text of a provincial paper, dense with numbers.
fn sample() -> Article {
    let html = include_str!("../samples/chinh-sach-xa-hoi.html").to_owned();
    let (article, _) = baonoi::extract::article(&Page { url: None, html }, &SiteRules::default())
        .expect("the sample is an article");
    article
}

/// An article of one paragraph.
fn paragraph(text: String) -> Article {
    let block = Block { kind: BlockKind::Paragraph, text };
    Article { blocks: vec![block], ..Article::default() }
}

fn chars(article: &Article) -> u64 {
    article.parts().map(|(_, text)| text.chars().count() as u64).sum()
}

/// A newsroom's lexicon of 10,000 entries: names of two words, a fifth of them in any letter case.
fn large_lexicon() -> Lexicon {
    let entry = |n: usize| {
        let word = |n: usize| {
            let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
            format!("{}{}{}", letter(n), letter(n / 26), letter(n / 676))
        };
        let written = format!("Ban {}", word(n));
        let mut entry = LexiconEntry::new(&written, "ban nào đó").expect("words only");
        entry.any_case = n.is_multiple_of(5);
        entry
    };
    let entries: Vec<LexiconEntry> = (0..10_000).map(entry).collect();
    Lexicon::for_section(&entries, None)
}

fn running_text(c: &mut Criterion) {
    let article = sample();
    let mut group = c.benchmark_group("running text");
    group.throughput(Throughput::Elements(chars(&article)));
    for (name, lexicon) in
        [("no lexicon", Lexicon::default()), ("lexicon of 10,000 entries", large_lexicon())]
    {
        group.bench_function(name, |b| {
            b.iter(|| normalize::script(black_box(&article), &lexicon));
        });
    }
    group.finish();
}

/// One text and four times as much of it: in linear time both have the same throughput.
fn linear(c: &mut Criterion) {
    let mut group = c.benchmark_group("linear");
    group.sample_size(10);
    let lexicon = Lexicon::default();
    for unit in ["9", "1.", "1/", "((", "1-", "a", "A.", "- 1 ", "8h ", "x² ", "UBND-"] {
        for bytes in [50_000, 200_000] {
            let text = paragraph(unit.repeat(bytes / unit.len()));
            group.throughput(Throughput::Elements(chars(&text)));
            group.bench_function(format!("{unit:?} {bytes}"), |b| {
                b.iter(|| normalize::script(black_box(&text), &lexicon));
            });
        }
    }
    group.finish();
}

/// One sentence, as when an editor hears a correction.
fn one_sentence(c: &mut Criterion) {
    let lexicon = Lexicon::default();
    let written = "Ngày 12/3, UBND tỉnh giao 1.250 ha đất cho 3 HTX theo Quyết định số 45/QĐ-UBND.";
    c.bench_function("one sentence", |b| {
        b.iter(|| normalize::utterances(Part::Title, black_box(written), &lexicon));
    });
}

criterion_group!(benches, running_text, linear, one_sentence);
criterion_main!(benches);

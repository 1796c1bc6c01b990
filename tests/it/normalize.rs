//! Text normalization from outside: the sentences with numbers of a real policy article, each read
//! as its newsreader would, and whatever the fuzzer came up with.

use std::path::Path;

#[path = "../../fuzz/promises.rs"]
mod promises;

use baonoi::domain::article::Part;
use baonoi::normalize::{self, Lexicon};

/// Written and accepted spoken forms; not a part of the project, so the test is skipped without it.
const CORPUS: &str = "../shared/corpus/normalize/seed_spoken.tsv";

/// Sentences that the file holds.
const SENTENCES: usize = 7;

/// Once found by the fuzzer, never broken again.
#[test]
fn the_fuzzers_corpus_keeps_the_promises() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/normalize");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert!(files.len() > 50);
    for file in files {
        let text = std::fs::read(file.unwrap().path()).unwrap();
        promises::keeps(&String::from_utf8_lossy(&text));
    }
}

#[test]
fn the_seed_article_is_read_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CORPUS);
    let Ok(corpus) = std::fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let mut right = 0;
    for line in corpus.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, _, written, accepted] = fields[..] else { panic!("four fields in {line:?}") };
        let spoken = words(&spoken(written));
        if accepted.split(" || ").any(|form| words(form) == spoken) {
            right += 1;
        } else {
            println!("{id}: {spoken}");
        }
    }
    assert_eq!(right, SENTENCES, "sentences read right");
}

fn spoken(written: &str) -> String {
    let (utterances, _) = normalize::utterances(Part::Block(0), written, &Lexicon::default());
    utterances.iter().map(|utterance| utterance.spoken.as_str()).collect::<Vec<_>>().join(" ")
}

/// In small letters, without punctuation: what a listener can tell apart.
fn words(text: &str) -> String {
    let letters = text.to_lowercase().replace(|c: char| !c.is_alphabetic(), " ");
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

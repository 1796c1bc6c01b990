//! Measures the phonemizer against espeak-ng's `vi` voice, where its recorded output is at hand.

use std::path::PathBuf;

use baonoi::phonemize;

/// A table beside the project: rows of tab-separated columns, or `None` where it is not kept.
fn table(name: &str) -> Option<Vec<Vec<String>>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/voice");
    let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
        println!("skipped: corpus absent ({name})");
        return None;
    };
    Some(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

fn sounds(spoken: &str) -> String {
    phonemize::phonemes(spoken).0.0
}

/// Every possible syllable, except six that the oracle takes for English.
#[test]
fn all_syllables_sound_as_recorded() {
    let Some(rows) = table("vi_syllables.tsv") else { return };
    let mut checked = 0;
    for row in &rows[1..] {
        let [spelling, _, _, _, recorded, switched] = &row[..] else { panic!("columns: {row:?}") };
        if switched.is_empty() {
            assert_eq!(sounds(spelling), *recorded, "{spelling}");
            checked += 1;
        }
    }
    println!("{checked} of {checked} syllables as recorded");
    assert!(checked > 18_000);
}

/// At least 99 in 100 words of running speech; the rest are English words, which the oracle
/// hands to another voice.
#[test]
fn sentences_sound_as_recorded() {
    let Some(rows) = table("sentences.tsv") else { return };
    let (mut words, mut same) = (0, 0);
    for row in &rows {
        let [_, spoken, recorded] = &row[..] else { panic!("columns: {row:?}") };
        // Two sentences in a row were recorded without a space between them.
        let recorded = recorded.replace('.', ". ");
        let recorded: Vec<&str> = recorded.split_whitespace().collect();
        let ours = sounds(spoken);
        let ours: Vec<&str> = ours.split_whitespace().collect();
        words += recorded.len();
        same += common(&recorded, &ours);
    }
    println!("{same} of {words} words as recorded");
    assert!(words > 2_000);
    assert!(same * 100 >= words * 99, "{same} of {words}");
}

/// How many words two readings share in the same order (longest common subsequence).
fn common(one: &[&str], other: &[&str]) -> usize {
    let mut row = vec![0; other.len() + 1];
    for a in one {
        let mut diagonal = 0;
        for (i, b) in other.iter().enumerate() {
            let above = row[i + 1];
            row[i + 1] = if a == b { diagonal + 1 } else { above.max(row[i]) };
            diagonal = above;
        }
    }
    row[other.len()]
}

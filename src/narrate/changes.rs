//! Two texts of an article, sentence by sentence: what an editor is shown when a site has changed one.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::domain::article::{Article, Part};
use crate::normalize::{self, Lexicon};

/// Words of a sentence, and whether the other side does not have them.
pub type ChangedText = Vec<(bool, String)>;

/// A sentence on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Same(String),
    /// Only the old text has it.
    Gone(String),
    /// Only the new one.
    New(String),
    Changed {
        before: ChangedText,
        after: ChangedText,
    },
}

/// Both texts in one order (Myers, "An O(ND) difference algorithm and its variations", 1986), by sentences and,
/// where one took the place of another, by words.
pub fn changes(before: &Article, after: &Article) -> Vec<Change> {
    let (before, after) = (sentences(before), sentences(after));
    let mut found = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let (old, new) = (&before[op.old_range()], &after[op.new_range()]);
        if let DiffOp::Equal { .. } = op {
            found.extend(old.iter().map(|(_, text)| Change::Same(text.clone())));
            continue;
        }
        let pairs = old.len().min(new.len());
        for ((_, old), (_, new)) in old.iter().zip(new) {
            let (before, after) = changed_words(old, new);
            found.push(Change::Changed { before, after });
        }
        found.extend(old[pairs..].iter().map(|(_, text)| Change::Gone(text.clone())));
        found.extend(new[pairs..].iter().map(|(_, text)| Change::New(text.clone())));
    }
    found
}

/// The sentences, and of which kind of text each is: a title is no paragraph.
fn sentences(article: &Article) -> Vec<(u8, String)> {
    let kind = |part| match part {
        Part::Title => 0,
        Part::Lead => 1,
        Part::Block(_) => 2,
    };
    let utterances = normalize::script(article, &Lexicon::default()).utterances;
    utterances.iter().map(|it| (kind(it.part), it.written.trim().to_owned())).collect()
}

fn changed_words(before: &str, after: &str) -> (ChangedText, ChangedText) {
    let words = |text: &str| -> Vec<String> { text.split_inclusive(' ').map(Into::into).collect() };
    let (before, after) = (words(before), words(after));
    let (mut old, mut new) = (ChangedText::new(), ChangedText::new());
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let differs = !matches!(op, DiffOp::Equal { .. });
        for (side, words) in
            [(&mut old, &before[op.old_range()]), (&mut new, &after[op.new_range()])]
        {
            if !words.is_empty() {
                side.push((differs, words.concat()));
            }
        }
    }
    (old, new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract;

    #[test]
    fn a_correction_is_shown_by_its_words() {
        let article = |text: &str| extract::plain_text(text).unwrap().0;
        let before = article("Cầu mới\n\nCầu dài 45 m. Dân vui. Trời mưa.");
        let after = article("Cầu mới\n\nCầu dài 54 m. Dân vui.\n\nNgày mai thông xe.");
        let found = changes(&before, &after);
        let changed = Change::Changed {
            before: vec![(false, "Cầu dài ".into()), (true, "45 ".into()), (false, "m.".into())],
            after: vec![(false, "Cầu dài ".into()), (true, "54 ".into()), (false, "m.".into())],
        };
        assert_eq!(
            found[..3],
            [Change::Same("Cầu mới".into()), changed, Change::Same("Dân vui.".into())]
        );
        assert!(matches!(&found[3..], [Change::Changed { .. }]), "{found:?}");
        assert!(changes(&before, &before).iter().all(|it| matches!(it, Change::Same(_))));
    }
}

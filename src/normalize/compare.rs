//! One text read with two lexicons: where they make a difference to the ear.

use std::ops::Range;

use super::tokenize::{At, Kind, Written, tokens};
use super::{Lexicon, Reading, read_by_rules, read_tokens, sentence};
use crate::domain::article::{BlockKind, ByteSpan, Part};
use crate::domain::script::Utterance;

/// A stretch of a text that is said differently: one utterance, or several where they are cut elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// As it stands in the text, without white space at its ends.
    pub written: String,
    pub before: String,
    pub after: String,
}

/// Where a text is said differently once `after` holds in place of `before`. `changed` holds the entries that
/// only one of the two has: without one of them in the text there is nothing to compare.
///
/// The rules look at written tokens only, so what they say of a place is the same with both lexicons, and is asked
/// once.
pub fn differences(
    part: Part,
    kind: BlockKind,
    text: &str,
    changed: &Lexicon,
    before: &Lexicon,
    after: &Lexicon,
) -> Vec<Difference> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut known: Vec<Option<Reading>> = Vec::new();
    for some in stretches(part, &tokens) {
        if !contains(&tokens, some.clone(), changed) {
            continue;
        }
        known.resize(tokens.len(), None);
        let mut utterances = |lexicon| {
            let by_rules = |at: At| {
                let place = tokens.len() - at.left();
                known[place].get_or_insert_with(|| read_by_rules(at)).clone()
            };
            let (pieces, mut notes) = read_tokens(part, &tokens, some.clone(), lexicon, by_rules);
            let mut utterances = Vec::new();
            let end = sentence::pause_after(part, kind);
            sentence::cut(part, text, pieces, end, &mut utterances, &mut notes);
            utterances
        };
        compare(text, &utterances(before), &utterances(after), &mut found);
    }
    found
}

/// Cuts a text where a sentence surely ends, whatever is said of it: after a small word with a Vietnamese letter and a
/// full stop, before a word with a capital. No rule reads across that, and no utterance reaches across it. How a
/// title is cut depends on what it begins with, so it stays whole.
fn stretches(part: Part, tokens: &[Written]) -> Vec<Range<usize>> {
    let is_end = |place: usize| {
        let here = At::new(tokens, place);
        let small = here.kind(-3) == Kind::Lower && !here.text(-3).is_ascii();
        let is_word = small && here.text(-3).chars().count() > 1 && here.kind(-4) == Kind::Space;
        is_word && here.is(-2, ".") && here.is(-1, " ") && here.kind(0) == Kind::Capital
    };
    let (mut stretches, mut from) = (Vec::new(), 0);
    if part != Part::Title {
        for place in (3..tokens.len()).filter(|place| is_end(*place)) {
            stretches.push(from..place);
            from = place;
        }
    }
    stretches.push(from..tokens.len());
    stretches
}

/// Whether an entry of the lexicon begins anywhere in a stretch. One that reaches into the next begins here.
fn contains(tokens: &[Written], some: Range<usize>, lexicon: &Lexicon) -> bool {
    some.into_iter().any(|place| lexicon.longest(At::new(tokens, place)).is_some())
}

/// Both sides tile the same text. Goes through them to the next place where both have a cut, again and again.
fn compare(
    text: &str,
    before: &[Utterance],
    after: &[Utterance],
    differences: &mut Vec<Difference>,
) {
    let (mut old, mut new) = (0, 0);
    while let (Some(first), Some(_)) = (before.get(old), after.get(new)) {
        let (from, to) = (old, new);
        loop {
            let (left, right) = (end_of(before, old), end_of(after, new));
            if left <= right {
                old += 1;
            }
            if right <= left {
                new += 1;
            }
            if left == right {
                break;
            }
        }
        let (said, will_say) = (spoken(before, from, old), spoken(after, to, new));
        if said != will_say {
            let span = ByteSpan { start: first.span.start, end: end_of(before, old - 1) };
            let written = span.of(text).trim().to_owned();
            differences.push(Difference { written, before: said, after: will_say });
        }
    }
}

fn end_of(utterances: &[Utterance], place: usize) -> usize {
    utterances.get(place).map_or(usize::MAX, |utterance| utterance.span.end)
}

fn spoken(utterances: &[Utterance], from: usize, to: usize) -> String {
    let utterances = utterances.get(from..to.min(utterances.len())).unwrap_or_default();
    utterances.iter().map(|utterance| utterance.spoken.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lexicon::LexiconEntry;

    fn lexicon(lines: &[&str]) -> Lexicon {
        let entries: Vec<_> = lines.iter().map(|line| LexiconEntry::parse(line).unwrap()).collect();
        Lexicon::for_section(&entries, None)
    }

    fn found(text: &str, before: &[&str], after: &[&str]) -> Vec<Difference> {
        let changed: Vec<&str> = before.iter().chain(after).copied().collect();
        let (changed, before, after) = (lexicon(&changed), lexicon(before), lexicon(after));
        differences(Part::Block(0), BlockKind::Paragraph, text, &changed, &before, &after)
    }

    #[test]
    fn only_sentences_that_sound_otherwise_are_told() {
        let text = "Ủy ban họp. TTĐH đến sớm, ttđh thì không! Hết.";
        let told = found(text, &[], &["TTĐH\ttrung tâm"]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].written, "TTĐH đến sớm, ttđh thì không!");
        assert!(told[0].after.starts_with("trung tâm đến sớm,"), "{told:?}");
        assert!(!told[0].before.contains("trung tâm"), "{told:?}");
        // What is said alike already is no change.
        assert_eq!(found("Ủy ban họp.", &[], &["Ủy ban\tỦy ban"]), []);
        assert_eq!(found(text, &["TTĐH\tx"], &["TTĐH\tx"]), []);
    }

    #[test]
    fn marks_in_their_old_place_and_other_letter_case_are_found() {
        let told = found("Uỷ BAN họp.", &[], &["ủy ban\tcơ quan\ti"]);
        assert_eq!(told[0].after, "cơ quan họp.");
    }

    #[test]
    fn a_text_that_is_cut_is_read_as_a_whole() {
        let text = "Bà con tới TP. Hồ Chí Minh. TTĐH đến xã. Ông J. K. Pó nói với PGS. TS. Lò Mai tại q. 5. \
                    (TTĐH về.) Họ đi 5 km. Đoàn TTĐH nghỉ ở bản. Hết ngày 2.9. TTĐH cũng vậy.";
        let lines = ["TTĐH\ttrung tâm", "xã. Ông\tnơi đó ông"];
        for lines in [&lines[..1], &lines[..]] {
            let read =
                |lexicon: &Lexicon| super::super::utterances(Part::Block(0), text, lexicon).0;
            let mut whole = Vec::new();
            compare(text, &read(&lexicon(&[])), &read(&lexicon(lines)), &mut whole);
            // An entry across the end of a sentence joins two stretches; the rest is the same.
            let told = found(text, &[], lines);
            assert!(whole.len() >= 4 && told.last() == whole.last(), "{told:#?} {whole:#?}");
            assert!(lines.len() > 1 || told == whole, "{told:#?} {whole:#?}");
        }
    }

    #[test]
    fn the_same_readings_come_out_as_when_the_text_is_read_twice() {
        // A long sentence whose clauses are cut elsewhere when a reading has many words.
        let clause = "sáng nay, tại trụ sở của tỉnh, TTĐH đã làm việc với các xã vùng cao";
        let text = format!("{clause}, {clause}; {clause}: {clause}. Hết 5 km/h.");
        let entry = "TTĐH\ttrung tâm điều hành thông minh của cả tỉnh và mọi xã";
        let told = found(&text, &[], &[entry]);
        let read = |lexicon: &Lexicon| {
            let (utterances, _) = super::super::utterances(Part::Block(0), &text, lexicon);
            spoken(&utterances, 0, usize::MAX)
        };
        let (mut rebuilt, after) = (read(&Lexicon::default()), read(&lexicon(&[entry])));
        assert_ne!(rebuilt, after);
        for told in &told {
            assert!(rebuilt.contains(&told.before), "{told:?}");
            rebuilt = rebuilt.replacen(&told.before, &told.after, 1);
        }
        assert_eq!(rebuilt, after);
    }
}

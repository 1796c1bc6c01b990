//! Where an utterance ends, how its pieces become one spoken text, and the silence after it.

use crate::domain::article::{BlockKind, ByteSpan, Part};
use crate::domain::note::{Note, NoteKind};
use crate::domain::script::{Pause, SemioticClass, Token, Utterance};

use super::Piece;

/// Above this a sentence is cut at clause boundaries: what a newsreader says in one or two breaths.
const WORDS_MAX: usize = 35;

/// A cut leaves at least this many words on both sides.
const WORDS_MIN: usize = 10;

/// The same for the first utterance of an article: a listener who has pressed play waits for it, so it
/// is cut where a sentence in the midst of the text would not be.
const OPENING_WORDS_MAX: usize = 16;
const OPENING_WORDS_MIN: usize = 5;

/// Without any clause boundary an utterance is cut between words here, to bound what the voice
/// must hold in memory.
const WORDS_HARD_MAX: usize = 80;

/// The silence at the end of a part.
pub(super) fn pause_after(part: Part, kind: BlockKind) -> Pause {
    match (part, kind) {
        (Part::Title, _) => Pause::Title,
        (Part::Lead, _) => Pause::Lead,
        (_, BlockKind::Heading) => Pause::Heading,
        _ => Pause::Paragraph,
    }
}

/// Cuts the pieces of one part into utterances, which tile its text; the last one ends with `end`.
pub(super) fn cut(
    part: Part,
    text: &str,
    pieces: Vec<Piece>,
    end: Pause,
    utterances: &mut Vec<Utterance>,
    notes: &mut Vec<Note>,
) {
    let before = utterances.len();
    let mut sentence = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let ends = piece.ends;
        sentence.push(piece);
        if !ends {
            continue;
        }
        while let Some(space) = pieces.next_if(|next| next.token.class == SemioticClass::Space) {
            sentence.push(space);
        }
        push_sentence(part, text, std::mem::take(&mut sentence), utterances, notes);
    }
    push_sentence(part, text, sentence, utterances, notes);
    if utterances.len() > before
        && let Some(last) = utterances.last_mut()
    {
        last.pause = end;
        // Signs without a word that came after a cut leave their pause to it; here is the end.
        if last.spoken.ends_with(',') {
            last.spoken.pop();
        }
    }
}

/// How many words an utterance may have before it is cut, and how many a cut leaves on both sides.
#[derive(Clone, Copy)]
struct Breath {
    max: usize,
    min: usize,
}

/// One sentence as one utterance, or as several when it is long.
fn push_sentence(
    part: Part,
    text: &str,
    sentence: Vec<Piece>,
    utterances: &mut Vec<Utterance>,
    notes: &mut Vec<Note>,
) {
    let mut words: usize = sentence.iter().map(|piece| piece.words).sum();
    let mut pieces = sentence.into_iter();
    if part == Part::Title && utterances.is_empty() && words > OPENING_WORDS_MAX {
        let breath = Breath { max: OPENING_WORDS_MAX, min: OPENING_WORDS_MIN };
        if let Some(cut) = clause_end(pieces.as_slice(), words, breath) {
            let clause: Vec<Piece> = pieces.by_ref().take(cut).collect();
            words -= clause.iter().map(|piece| piece.words).sum::<usize>();
            push(part, text, clause, Pause::Clause, utterances);
        }
    }
    let breath = Breath { max: WORDS_MAX, min: WORDS_MIN };
    while words > WORDS_MAX {
        let Some(cut) = clause_end(pieces.as_slice(), words, breath) else { break };
        let clause: Vec<Piece> = pieces.by_ref().take(cut).collect();
        words -= clause.iter().map(|piece| piece.words).sum::<usize>();
        push(part, text, clause, Pause::Clause, utterances);
    }
    let rest = pieces.as_slice();
    if words > WORDS_MAX
        && let (Some(first), Some(last)) = (rest.first(), rest.last())
    {
        let span = ByteSpan { start: first.token.span.start, end: last.token.span.end };
        let message = format!("{words} words without a place to breathe");
        notes.push(Note::at(NoteKind::LongSentence, part, span, message));
    }
    push(part, text, pieces.collect(), Pause::Sentence, utterances);
}

/// How many pieces to cut off a sentence of `words` words: up to the last `;` or `:` in the first words
/// of a breath, else up to the last comma there, else up to the first comma after them; `None` to
/// leave the sentence whole.
fn clause_end(sentence: &[Piece], words: usize, breath: Breath) -> Option<usize> {
    let (mut said, mut comma, mut strong) = (0, None, None);
    for (index, pair) in sentence.windows(2).enumerate() {
        said += pair[0].words;
        let after_space = index + 2;
        if said > WORDS_HARD_MAX {
            return strong.or(comma).or(Some(index + 1));
        }
        let pauses = pair[0].token.spoken == "," && pair[1].token.class == SemioticClass::Space;
        let room = said >= breath.min && words - said >= breath.min;
        if pauses && room && (said <= breath.max || comma.is_none()) {
            comma = Some(after_space);
            if pair[0].strong {
                strong = comma;
            }
        }
        if said > breath.max && comma.is_some() {
            break;
        }
    }
    strong.or(comma)
}

fn push(part: Part, text: &str, pieces: Vec<Piece>, pause: Pause, utterances: &mut Vec<Utterance>) {
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return };
    let span = ByteSpan { start: first.token.span.start, end: last.token.span.end };
    let tokens: Vec<Token> = pieces.into_iter().map(|piece| piece.token).collect();
    let mut spoken = joined(tokens.iter().map(|token| token.spoken.as_str()));
    // After a closing bracket at the end there is the silence of the end, and no pause before it.
    if pause != Pause::Clause && spoken.ends_with(',') {
        spoken.pop();
    }
    let written = span.of(text);
    if let Some(before) = utterances.last_mut().filter(|utterance| utterance.part == part) {
        // A pause that opens this utterance is heard at the end of the one before.
        let opening = tokens.iter().map(|token| token.spoken.as_str());
        for mark in opening.take_while(|spoken| !has_words(spoken)).flat_map(str::chars) {
            push_pause(&mut before.spoken, mark);
        }
        if spoken.is_empty() {
            // Nothing to say (a stray bracket, a space): it goes with what was said before it.
            before.span.end = span.end;
            before.written.push_str(written);
            before.tokens.extend(tokens);
            return;
        }
    }
    utterances.push(Utterance { part, span, written: written.to_owned(), spoken, tokens, pause });
}

fn has_words(spoken: &str) -> bool {
    spoken.contains(char::is_alphabetic)
}

/// Joins what the tokens say: one space between words, no pause at the start, and of several
/// pauses in a row only the strongest.
fn joined<'a>(pieces: impl Iterator<Item = &'a str>) -> String {
    let mut spoken = String::new();
    for piece in pieces.flat_map(|piece| piece.split_whitespace()) {
        let word = piece.trim_end_matches([',', '.', '?', '!']);
        if !word.is_empty() {
            if !spoken.is_empty() {
                spoken.push(' ');
            }
            spoken.push_str(word);
        }
        for mark in piece[word.len()..].chars() {
            push_pause(&mut spoken, mark);
        }
    }
    spoken
}

fn push_pause(spoken: &mut String, mark: char) {
    let strength = |mark: char| ",.!?".find(mark);
    match spoken.chars().last() {
        None => {}
        Some(last) => match strength(last) {
            None => spoken.push(mark),
            Some(_) if strength(mark) > strength(last) => {
                spoken.pop();
                spoken.push(mark);
            }
            Some(_) => {}
        },
    }
}

//! What an editor is told about a reading: words that were guessed, sounds that are odd.

use crate::domain::narration::Doubt;
use crate::domain::note::{Note, NoteKind};
use crate::domain::script::Utterance;
use crate::phonemize::Guess;

/// How the words of a script that are not Vietnamese are said, told in its notes. Where a table
/// settles it there is no doubt and no note.
///
/// `guesses` holds what the phonemizer says of each utterance; the notes on foreign words stand in
/// reading order, as `normalize` gives them.
pub fn settled(utterances: &[Utterance], guesses: Vec<Vec<Guess>>, notes: Vec<Note>) -> Vec<Note> {
    let (foreign, mut settled): (Vec<Note>, Vec<Note>) =
        notes.into_iter().partition(|note| note.kind == NoteKind::ForeignWord);
    let mut foreign = foreign.into_iter().peekable();
    for (utterance, guesses) in utterances.iter().zip(guesses) {
        let mut open = vec![true; guesses.len()];
        while let Some(mut note) = foreign.next_if(|note| is_in(note, utterance)) {
            let word = word_of(&note, utterance).to_lowercase();
            let about = |index: &usize| is_about(&guesses[*index], &word);
            let first = (0..guesses.len()).filter(|index| open[*index]).find(about);
            // A phrase of several words was met with the first of them.
            let Some(first) = first.or_else(|| (0..guesses.len()).find(about)) else {
                settled.push(note);
                continue;
            };
            // `AstraZeneca` is said in two pieces.
            let pieces = (first..guesses.len()).take_while(about).take(PIECES_MAX);
            let pieces: Vec<usize> = pieces.collect();
            let whole = guesses[first].written.to_lowercase() == word;
            let pieces = if whole { &pieces[..1] } else { &pieces[..] };
            pieces.iter().for_each(|&index| open[index] = false);
            if pieces.iter().any(|&index| !guesses[index].settled) {
                let said: Vec<&str> = pieces.iter().map(|&i| guesses[i].said.as_str()).collect();
                note.message = message(word_of(&note, utterance), &said.join(" "));
                settled.push(note);
            }
        }
        let rest = guesses.iter().zip(open).filter(|(guess, open)| *open && !guess.settled);
        settled.extend(rest.map(|(guess, _)| {
            let message = message(&guess.written, &guess.said);
            Note::at(NoteKind::UnknownSyllable, utterance.part, utterance.span, message)
        }));
    }
    settled.sort_by_key(|note| note.place.map(|(part, span)| (part, span.start)));
    settled
}

/// Pieces into which one written word falls.
const PIECES_MAX: usize = 8;

/// Whether a guess is about a word in small letters: the word itself, a piece of it, or a phrase
/// with it.
fn is_about(guess: &Guess, word: &str) -> bool {
    let written = guess.written.to_lowercase();
    word.contains(&written) || written.split(' ').any(|part| part == word)
}

fn message(written: &str, said: &str) -> String {
    format!("{written:?}{SAID}{said}\"")
}

/// Between a word and how it is said.
const SAID: &str = " is not Vietnamese; it is said \"";

/// How a word is said, where a note on it tells.
pub fn said_in(message: &str) -> Option<&str> {
    message.split_once(SAID)?.1.strip_suffix('"')
}

fn is_in(note: &Note, utterance: &Utterance) -> bool {
    note.place.is_some_and(|(part, span)| {
        part == utterance.part
            && span.start >= utterance.span.start
            && span.end <= utterance.span.end
    })
}

/// The written word that a note is about.
fn word_of<'u>(note: &Note, utterance: &'u Utterance) -> &'u str {
    let start = utterance.span.start;
    let word = note.place.and_then(|(_, span)| {
        utterance.written.get(span.start.checked_sub(start)?..span.end.checked_sub(start)?)
    });
    word.unwrap_or_default()
}

/// What is odd about the sound of an utterance, for the editor.
pub(super) fn doubtful(doubt: &Doubt, utterance: &Utterance) -> Note {
    let (kind, message) = match doubt {
        Doubt::UnknownPhonemes(phonemes) => {
            let phonemes: String = phonemes.iter().collect();
            (NoteKind::UnknownPhoneme, format!("the voice has no sound for {phonemes:?}"))
        }
        Doubt::OddLength { seconds, expected } => (
            NoteKind::OddLength,
            format!("it is said in {seconds:.1} s, where {expected:.1} s were expected"),
        ),
    };
    Note::at(kind, utterance.part, utterance.span, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::Part;
    use crate::normalize::{self, Lexicon};
    use crate::phonemize;

    fn notes(written: &str) -> Vec<String> {
        let (utterances, notes) =
            normalize::utterances(Part::Block(0), written, &Lexicon::default());
        let guesses = utterances.iter().map(|u| phonemize::phonemes(&u.spoken).1).collect();
        settled(&utterances, guesses, notes).into_iter().map(|note| note.message).collect()
    }

    #[test]
    fn a_note_says_how_a_foreign_name_is_said_unless_that_is_settled() {
        assert_eq!(notes("Ông Macron tới Real Madrid. Đội UNICEF mừng."), [""; 0]);
        let notes = notes("Hôm nay ông Brzylka đến. Hôm sau, ông Brzylka về.");
        assert_eq!(notes.len(), 2, "{notes:?}");
        let said = said_in(&notes[0]);
        assert!(said.is_some_and(|said| said.split(' ').count() > 1), "{said:?}");
        assert!(notes[0].starts_with("\"Brzylka\" is not Vietnamese; it is said \""), "{notes:?}");
        // One note a word, however often it comes and in however many pieces it is said.
        let notes = self::notes("Brzylka tăng, Brzylka giảm, BrzylkaPlus đứng.");
        assert_eq!(notes.len(), 3, "{notes:?}");
    }
}

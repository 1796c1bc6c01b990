//! Utterance -> phonemes: spoken words become the sounds a voice was trained on.
//!
//! The notation is that of espeak-ng's `vi` voice in running speech, because Piper trained its
//! Vietnamese voices on it. A Vietnamese syllable is taken apart ([`syllable`]) and said by rule
//! ([`phoneme`]), a few words are looked up ([`lexicon`]), and anything else is given a plausible
//! Vietnamese reading ([`foreign`]) and reported, so that an editor may correct it.

pub mod foreign;
mod letters;
pub mod lexicon;
pub mod phoneme;
pub mod syllable;

#[cfg(test)]
mod tests;

use unicode_normalization::UnicodeNormalization;

use crate::domain::narration::Phonemes;
use phoneme::Stress;
use syllable::Syllable;

/// Said for writing in an alphabet that has no reading here, so that it is not passed over.
const UNREADABLE: &str = "chữ nước ngoài";

/// How `spoken` sounds, and the words whose sound had to be guessed, as they are written, once
/// for each time they occur.
///
/// Takes either case and any Unicode normal form. Words come out apart by one space, with
/// `, . ? ! ; :` kept on the word before them; other marks make no sound.
pub fn phonemes(spoken: &str) -> (Phonemes, Vec<String>) {
    // Compatibility forms say the same in other shapes: `…` is three points, `²` a digit.
    let text: String = spoken.nfkc().collect();
    let mut reading = Reading { sounds: String::with_capacity(2 * text.len()), guessed: vec![] };
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let kind = Kind::of(first);
        let end = rest.find(|c| !kind.goes_on_with(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (piece, after) = rest.split_at(end);
        match kind {
            Kind::Word => reading.word(piece),
            Kind::Number => reading.number(piece),
            Kind::Mark => reading.mark(first),
        }
        rest = after;
    }
    (Phonemes(reading.sounds), reading.guessed)
}

/// The kinds of pieces a text falls into.
#[derive(Clone, Copy)]
enum Kind {
    Word,
    Number,
    /// A single character: punctuation, a sign or white space.
    Mark,
}

impl Kind {
    fn of(c: char) -> Self {
        if c.is_alphabetic() || letters::is_mark(c) {
            Self::Word
        } else if c.is_numeric() {
            Self::Number
        } else {
            Self::Mark
        }
    }

    /// Whether `c` may follow inside a piece that began as this kind.
    fn goes_on_with(self, c: char) -> bool {
        match self {
            Self::Number => matches!(Self::of(c), Self::Number),
            Self::Word => matches!(Self::of(c), Self::Word) || is_joiner(c),
            Self::Mark => false,
        }
    }
}

/// Apostrophes (H'Hen) and invisible characters do not part a word.
fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// The sounds so far.
struct Reading {
    sounds: String,
    guessed: Vec<String>,
}

impl Reading {
    fn word(&mut self, written: &str) {
        let written = written.trim_end_matches(is_joiner);
        let lower = written.to_lowercase();
        if self.known(&lower) {
            return;
        }
        let guess = foreign::syllables(&lower);
        if guess.is_empty() {
            // Nothing but combining marks has no letter to read.
            if !written.chars().any(char::is_alphabetic) {
                return;
            }
            self.say(UNREADABLE);
        }
        for (syllable, stress) in guess {
            self.syllable(&syllable, stress);
        }
        self.guessed.push(written.to_owned());
    }

    /// Digits should have become words before; one that did not is named, never passed over.
    fn number(&mut self, written: &str) {
        for c in written.chars() {
            self.say(lexicon::digit_name(c).unwrap_or("số"));
        }
        self.guessed.push(written.to_owned());
    }

    fn mark(&mut self, c: char) {
        match c {
            ',' | '.' | '?' | '!' | ';' | ':' => self.pause(c),
            _ => {
                if let Some(name) = lexicon::sign_name(c) {
                    self.say(name);
                    self.guessed.push(c.to_string());
                }
            }
        }
    }

    /// One mark to a pause: the first of a run, unless a question or an exclamation follows.
    fn pause(&mut self, mark: char) {
        match self.sounds.chars().next_back() {
            None | Some('?' | '!') => {}
            Some(',' | '.' | ';' | ':') => {
                if matches!(mark, '?' | '!') {
                    self.sounds.pop();
                    self.sounds.push(mark);
                }
            }
            Some(_) => self.sounds.push(mark),
        }
    }

    /// Says Vietnamese words, which are lower-case and apart by spaces.
    fn say(&mut self, words: &str) {
        for word in words.split(' ') {
            let known = self.known(word);
            debug_assert!(known, "not a syllable: {word}");
        }
    }

    /// Says a lower-case word if it is Vietnamese; otherwise says nothing and answers false.
    fn known(&mut self, word: &str) -> bool {
        if let Some(sounds) = lexicon::exception(word) {
            self.part();
            self.sounds.push_str(sounds);
            return true;
        }
        let Some(syllable) = Syllable::parse(word) else { return false };
        let stress = if lexicon::is_unstressed(word) { Stress::Secondary } else { Stress::Primary };
        self.syllable(&syllable, stress);
        true
    }

    fn syllable(&mut self, syllable: &Syllable, stress: Stress) {
        self.part();
        phoneme::write(&mut self.sounds, syllable, stress);
    }

    /// Parts the next word from the one before.
    fn part(&mut self) {
        if !self.sounds.is_empty() {
            self.sounds.push(' ');
        }
    }
}

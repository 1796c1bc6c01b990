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
mod spelling;
pub mod syllable;

#[cfg(test)]
mod tests;

use unicode_normalization::UnicodeNormalization;

use crate::domain::narration::Phonemes;
use foreign::names;
use phoneme::Stress;
use syllable::Syllable;

/// Said for writing in an alphabet that has no reading here, so that it is not passed over.
const UNREADABLE: &str = "chữ nước ngoài";

/// A word that is not Vietnamese, and how it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// As it stands in the text; a phrase with its spaces.
    pub written: String,
    /// In Vietnamese syllables, apart by spaces.
    pub said: String,
    /// The reading is that of the table of names, not of a rule: nobody need check it.
    pub settled: bool,
}

/// How `spoken` sounds, and the words whose sound was looked up or guessed, once for each time
/// they occur.
///
/// Takes either case and any Unicode normal form. Words come out apart by one space, with
/// `, . ? ! ; :` kept on the word before them; other marks make no sound.
pub fn phonemes(spoken: &str) -> (Phonemes, Vec<Guess>) {
    // Compatibility forms say the same in other shapes: `…` is three points, `²` a digit.
    let text: String = spoken.nfkc().collect();
    let mut reading =
        Reading { sounds: String::with_capacity(2 * text.len()), guesses: vec![], before: "" };
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let kind = Kind::of(first);
        let (piece, mut after) = rest.split_at(kind.end(first, rest));
        match kind {
            Kind::Word => after = &after[reading.word(piece, after)..],
            Kind::Number => reading.number(piece),
            Kind::Mark => reading.mark(first),
        }
        rest = after;
    }
    (Phonemes(reading.sounds), reading.guesses)
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

    /// Where the piece that begins `text` with `first` ends.
    fn end(self, first: char, text: &str) -> usize {
        text.find(|c| !self.goes_on_with(c)).unwrap_or(text.len()).max(first.len_utf8())
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

/// Looks at bytes, since every word of a text is asked.
fn has_apostrophe(word: &str) -> bool {
    // The second is the first byte of ’ and of nothing that Vietnamese writes.
    word.bytes().any(|byte| matches!(byte, b'\'' | 0xe2))
}

/// Where a second name begins inside a word; both are at least two letters with a vowel.
///
/// The first place is taken, so that a word falls into its names one by one.
fn inner_capital(written: &str) -> Option<usize> {
    // A longer word is no name, and looking for names in it would take long.
    const BYTES_MAX: usize = 60;
    if written.len() > BYTES_MAX {
        return None;
    }
    let mut small_before = false;
    let mut vowels = 0;
    for (at, c) in written.char_indices() {
        if c.is_uppercase() && small_before && vowels > 0 && at > 1 {
            let second = &written[at..];
            let readable = letters::of(second).iter().any(|letter| letter.is_vowel());
            return (readable && second.chars().nth(1).is_some()).then_some(at);
        }
        small_before = c.is_lowercase();
        vowels += usize::from(letters::of(c.encode_utf8(&mut [0; 4])).iter().any(|l| l.is_vowel()));
    }
    None
}

/// The word after one space or hyphen, `""` for none.
fn next_word(after: &str) -> &str {
    let Some(next) = after.strip_prefix([' ', '-']) else { return "" };
    let word = |first| matches!(Kind::of(first), Kind::Word);
    match next.chars().next() {
        Some(first) if word(first) => &next[..Kind::Word.end(first, next)],
        _ => "",
    }
}

/// Apostrophes (H'Hen) and invisible characters do not part a word.
fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// The sounds so far.
struct Reading<'a> {
    sounds: String,
    guesses: Vec<Guess>,
    /// The word just before, if nothing but a space or a hyphen parts it from the next.
    before: &'a str,
}

impl<'a> Reading<'a> {
    /// Says the word, or the phrase that it begins; answers how many bytes `after` it were said.
    fn word(&mut self, written: &'a str, after: &'a str) -> usize {
        let written = written.trim_end_matches(is_joiner);
        let before = std::mem::replace(&mut self.before, written);
        let lower = written.to_lowercase();
        // A Vietnamese word is what it looks like, unless a name of several words begins with
        // it (Man City) or an apostrophe makes it another (K'Ho).
        let found = if has_apostrophe(&lower) {
            names::longest(&lower, after)
        } else {
            names::phrase(&lower, after)
        };
        if found.is_none() && self.known(&lower) {
            return 0;
        }
        if let Some(found) = found.or_else(|| names::longest(&lower, after)) {
            let phrase = [written, &after[..found.taken]].concat();
            self.settled(&phrase, found.said);
            return found.taken;
        }
        match inner_capital(written) {
            // VinBus, LaLiga: two names in one.
            Some(at) => {
                let (first, second) = written.split_at(at);
                self.word(first, "");
                self.before = first;
                self.word(second, after)
            }
            None => {
                self.foreign(written, &lower, before, next_word(after));
                0
            }
        }
    }

    /// Says a word of another language by rule.
    fn foreign(&mut self, written: &str, lower: &str, before: &str, after: &str) {
        let syllables = foreign::syllables(lower, before, after);
        let mut said: Vec<String> = vec![];
        if syllables.is_empty() {
            // Nothing but combining marks has no letter to read.
            if !written.chars().any(char::is_alphabetic) {
                return;
            }
            self.say(UNREADABLE);
            said.push(UNREADABLE.to_owned());
        }
        for (syllable, stress) in syllables {
            self.syllable(&syllable, stress);
            said.push(syllable.to_string());
        }
        self.guess(written, said.join(" "), false);
    }

    /// Says a reading of the table of names.
    fn settled(&mut self, written: &str, said: &str) {
        for syllable in said.split(' ').filter_map(Syllable::parse) {
            self.syllable(&syllable, foreign::stress(&syllable));
        }
        self.guess(written, said.to_owned(), true);
    }

    fn guess(&mut self, written: &str, said: String, settled: bool) {
        self.guesses.push(Guess { written: written.to_owned(), said, settled });
    }

    /// Digits should have become words before; one that did not is named, never passed over.
    fn number(&mut self, written: &str) {
        self.before = "";
        let names: Vec<&str> =
            written.chars().map(|c| lexicon::digit_name(c).unwrap_or("số")).collect();
        for name in &names {
            self.say(name);
        }
        self.guess(written, names.join(" "), false);
    }

    fn mark(&mut self, c: char) {
        if !matches!(c, ' ' | '-') {
            self.before = "";
        }
        match c {
            ',' | '.' | '?' | '!' | ';' | ':' => self.pause(c),
            _ => {
                if let Some(name) = lexicon::sign_name(c) {
                    self.say(name);
                    self.guess(&c.to_string(), name.to_owned(), false);
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

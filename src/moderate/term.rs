//! One term of a list, and whether the letters of a comment say it.
//!
//! The automaton of `words` proposes a place; here it is checked letter by letter against what the
//! automaton does not know: where words begin and end, and the marks of every syllable.

use super::fold;
use super::letter::{Gap, Letter, Quality, Tone};
use super::spelling::Spelled;

/// A term as the checks need it.
#[derive(Clone, Debug)]
pub(super) struct Term {
    letters: Vec<TermLetter>,
    syllables: Vec<TermSyllable>,
}

#[derive(Clone, Copy, Debug)]
struct TermLetter {
    base: u8,
    quality: Quality,
    run: u16,
    syllable: usize,
}

#[derive(Clone, Copy, Debug)]
struct TermSyllable {
    tone: Tone,
    is_marked: bool,
}

/// Letters of a comment, and the letters of the term that they were read as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Index of the first letter in the comment.
    letter: usize,
    /// Index of the first letter in the term.
    term: usize,
    term_count: usize,
}

/// How often an alignment may try a letter before it is given up. Readings leave a choice only
/// where a letter is doubled or unusual; without this limit, choices could multiply.
const TRIES_PER_LETTER: usize = 8;

/// A term shorter than this may be an abbreviation's part: `đ.m` in `t.đ.m.k`.
const SHORT_LETTERS: usize = 4;

/// Letters of one syllable with spaces between are read together from this many on.
const SPELLED_APART_MIN: usize = 3;

impl Term {
    /// Longest term in letters.
    pub(super) const LETTERS_MAX: usize = 60;
    /// Longest term as written, in bytes: every letter with two marks, and spaces.
    pub(super) const BYTES_MAX: usize = 6 * Self::LETTERS_MAX;

    /// Takes the letters of a term; syllables are what spaces separate. `None` without letters.
    pub(super) fn new(written: &str) -> Option<Self> {
        let mut letters = Vec::new();
        let mut syllables: Vec<TermSyllable> = Vec::new();
        for letter in fold::letters(&written.to_lowercase()) {
            if matches!(letter.gap, Gap::Space | Gap::Break) || syllables.is_empty() {
                syllables.push(TermSyllable { tone: Tone::Level, is_marked: false });
            }
            let last = syllables.len() - 1;
            let syllable = &mut syllables[last];
            if syllable.tone == Tone::Level {
                syllable.tone = letter.tone;
            }
            syllable.is_marked |= letter.is_marked();
            let Letter { base, quality, run, .. } = letter;
            letters.push(TermLetter { base, quality, run, syllable: last });
        }
        (!letters.is_empty()).then_some(Self { letters, syllables })
    }

    /// Its base letters: what the automaton looks for.
    pub(super) fn skeleton(&self) -> Vec<u8> {
        self.letters.iter().map(|letter| letter.base).collect()
    }

    /// Where the term begins, if the comment says it in the letters before `end`.
    ///
    /// `steps` is working memory, so that no candidate allocates.
    pub(super) fn begin(
        &self,
        spelled: &Spelled,
        end: usize,
        steps: &mut Vec<Step>,
    ) -> Option<usize> {
        steps.clear();
        let (text, length) = (spelled.letters, self.letters.len());
        let tries = TRIES_PER_LETTER * length;
        let mut alignment = Alignment { term: self, spelled, text, end, steps, tries };
        match end.checked_sub(length) {
            // Most candidates end here: a part of a longer word, or one with other marks.
            Some(begin) if spelled.is_plain(begin..end) => {
                let possible = text[begin].gap != Gap::None && self.allows(&text[begin..end]);
                possible.then(|| alignment.go_on(end, length))?
            }
            _ => alignment.go_on(end, length),
        }
    }

    /// Whether no letter has marks that the term forbids at its place; `text` has the same bases.
    fn allows(&self, text: &[Letter]) -> bool {
        text.iter().zip(&self.letters).all(|(letter, term)| {
            let tone = self.syllables[term.syllable].tone;
            (letter.quality == Quality::Plain || letter.quality == term.quality)
                && (letter.tone == Tone::Level || letter.tone == tone)
        })
    }
}

/// A term laid beside the letters of a comment that end before `end`.
struct Alignment<'a> {
    term: &'a Term,
    spelled: &'a Spelled<'a>,
    text: &'a [Letter],
    end: usize,
    /// From the last letters to the first.
    steps: &'a mut Vec<Step>,
    tries: usize,
}

impl Alignment<'_> {
    /// Aligns what is before `text_end` with what is before `term_end`, from back to front.
    fn go_on(&mut self, text_end: usize, term_end: usize) -> Option<usize> {
        if term_end == 0 {
            return self.is_said().then_some(text_end);
        }
        if text_end == 0 || self.tries == 0 {
            return None;
        }
        self.tries -= 1;
        for reading in self.spelled.readings(text_end - 1) {
            let standard = reading.standard();
            let Some(term) = term_end.checked_sub(standard.len()) else { continue };
            let expected = &self.term.letters[term..term_end];
            if !expected.iter().map(|letter| &letter.base).eq(standard) {
                continue;
            }
            let letter = text_end - usize::from(reading.taken);
            // `cc` is not said by one c; `cccc` does say it.
            if standard.len() == 1 && expected[0].run.min(2) > self.text[letter].run {
                continue;
            }
            self.steps.push(Step { letter, term, term_count: standard.len() });
            let begin = self.go_on(letter, term);
            if begin.is_some() {
                return begin;
            }
            self.steps.pop();
        }
        None
    }

    /// Whether aligned letters are the term for a reader: whole words, and the right marks.
    fn is_said(&self) -> bool {
        let mut syllables = 0..self.term.syllables.len();
        self.stands_alone() && self.gaps_fit() && syllables.all(|syllable| self.marks_fit(syllable))
    }

    /// What stands before a letter of the comment, or at its end.
    fn gap(&self, letter: usize) -> Gap {
        self.text.get(letter).map_or(Gap::Break, |letter| letter.gap)
    }

    /// Whether the letters begin and end where words do.
    fn stands_alone(&self) -> bool {
        let Some((first, inner)) = self.steps.split_last() else { return false };
        let (begin, end) = (first.letter, self.end);
        let whole = self.gap(begin) != Gap::None && self.gap(end) != Gap::None;
        let dotted = inner.iter().any(|step| self.gap(step.letter) == Gap::Mark);
        if !dotted || self.term.letters.len() >= SHORT_LETTERS {
            return whole;
        }
        // One more letter with its dot: the term is a part of a longer abbreviation.
        let before = self.gap(begin) == Gap::Mark && self.gap(begin - 1) != Gap::None;
        let after = self.gap(end) == Gap::Mark && self.gap(end + 1) != Gap::None;
        whole && !before && !after
    }

    /// Whether what stands between the letters is there between the term's syllables too, or is
    /// put there to hide it.
    fn gaps_fit(&self) -> bool {
        let gap = |step: &Step| self.gap(step.letter);
        let Some((_, inner)) = self.steps.split_last() else { return false };
        let all_apart = inner.iter().all(|step| gap(step) != Gap::None);
        let breaks = inner.iter().any(|step| gap(step) == Gap::Break);
        // Letters below one another, or with a comma each, are also put apart to hide a word.
        let apart_min = if breaks { SHORT_LETTERS } else { SPELLED_APART_MIN };
        let spelled_apart = all_apart && self.steps.len() >= apart_min;
        if breaks || spelled_apart {
            return spelled_apart;
        }
        inner.iter().all(|step| {
            let TermLetter { syllable, .. } = self.term.letters[step.term];
            let begins_syllable = self.term.letters[step.term - 1].syllable != syllable;
            gap(step) != Gap::Space || begins_syllable || self.is_apart(syllable)
        })
    }

    /// Whether all letters of a syllable stand apart: the first of `l ừ a đảo`.
    fn is_apart(&self, syllable: usize) -> bool {
        let within = |step: &&Step| self.term.letters[step.term].syllable == syllable;
        let apart = |step: &Step| self.gap(step.letter) != Gap::None;
        let mut letters = self.steps.iter().filter(within);
        letters.clone().count() >= SPELLED_APART_MIN && letters.all(apart)
    }

    /// Whether a syllable has the term's marks, or none at all where that is enough.
    fn marks_fit(&self, syllable: usize) -> bool {
        let expected = self.term.syllables[syllable];
        let (mut tone, mut marked, mut disguised, mut equal) = (Tone::Level, false, false, true);
        for step in self.steps.iter().rev() {
            let letter = &self.text[step.letter];
            let term = &self.term.letters[step.term..step.term + step.term_count];
            if !term.iter().any(|letter| letter.syllable == syllable) {
                continue;
            }
            // A digit or sign cannot bear marks, nor can the j of `đjt`: they are open.
            let open = letter.guise || letter.base == b'j';
            disguised |= open;
            marked |= letter.is_marked();
            equal &= open || term.iter().any(|term| term.quality == letter.quality);
            equal &= letter.tone == Tone::Level || tone == Tone::Level || letter.tone == tone;
            if tone == Tone::Level {
                tone = letter.tone;
            }
        }
        if marked {
            equal && (tone == expected.tone || disguised && tone == Tone::Level)
        } else {
            // Readers often leave all marks out; of one syllable, that leaves another word.
            !expected.is_marked || self.term.syllables.len() > 1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the whole text says the term.
    fn says(text: &str, term: &str) -> bool {
        let letters = fold::letters(text);
        let term = Term::new(term).expect("has letters");
        term.begin(&Spelled::new(&letters), letters.len(), &mut Vec::new()) == Some(0)
    }

    #[test]
    fn the_tone_may_stand_on_any_vowel_of_its_syllable() {
        assert!(says("hoà bình", "hòa bình") && says("lưà đảo", "lừa đảo"));
        assert!(!says("lứa đảo", "lừa đảo"));
    }

    #[test]
    fn marks_are_all_there_or_all_left_out() {
        assert!(says("lua dao", "lừa đảo") && says("lừa dao", "lừa đảo"));
        assert!(!says("lúa đao", "lừa đảo") && !says("lua đao", "lừa đảo"));
        assert!(!says("ngu", "ngủ") && !says("ngủ", "ngu"));
        // A digit bears no marks, so those of its syllable's other letters decide.
        assert!(says("lừa đ@o", "lừa đảo") && says("đ1t", "địt") && !says("l0n", "lồn"));
    }

    #[test]
    fn letters_apart_are_read_together() {
        for text in ["l.ừ.a đ ả o", "l ừ a đ ả o", "lừađảo", "l ừ a đảo", "lừ.a đ*ả*o"]
        {
            assert!(says(text, "lừa đảo"), "{text}");
        }
        assert!(!says("lừ ađ ảo", "lừa đảo") && !says("lừa. Đảo", "lừa đảo"));
        assert!(says("đ.m", "đm") && !says("đ m", "đm") && says("v c l", "vcl"));
    }

    #[test]
    fn a_doubled_letter_of_a_term_is_needed() {
        assert!(says("cccc", "cc") && !says("c", "cc") && says("cccc", "c"));
        assert!(says("khốnnạn", "khốn nạn"));
    }

    #[test]
    fn choices_do_not_multiply() {
        let term = "a ".repeat(40);
        assert!(!says(&"aa ".repeat(39), &format!("b {term}")));
    }
}

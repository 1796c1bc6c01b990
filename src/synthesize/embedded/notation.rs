//! The phoneme string -> syllables and pauses.
//!
//! espeak-ng writes a Vietnamese syllable as onset, medial `w`, stress, nucleus, coda, with the
//! tone digit anywhere behind the first vowel: `t̪wˈiɛ4n`, `fˈəɪ4`, `hˈaːɜj`. Anything unknown
//! is skipped, and every word gets a nucleus, so whatever is written can be said.

use super::inventory::*;

/// The six tones of Hanoi.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// ngang, no digit or `1` or `7`.
    #[default]
    Level,
    /// huyền, `2`.
    Falling,
    /// sắc, `ɜ`.
    Rising,
    /// hỏi, `4`.
    Dipping,
    /// ngã, `5`.
    Broken,
    /// nặng, `6`.
    Heavy,
}

/// What punctuation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// `,`
    Comma,
    /// `;` and `:`
    Colon,
    /// `.` and `!`
    Stop,
    /// `?`
    Question,
}

/// A syllable taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Syllable {
    /// One consonant in Vietnamese, up to three in foreign words, none for a bare vowel.
    pub onset: Vec<Consonant>,
    /// The medial `w` of `hoa`, `quên`.
    pub glide: bool,
    /// One vowel or the two of a diphthong; never empty in a finished syllable.
    pub nucleus: Vec<Vowel>,
    pub coda: Option<Consonant>,
    pub tone: Tone,
    /// Carries `ˌ`, or no mark in a foreign word.
    pub weak: bool,
}

/// What the string says, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Syllable(Syllable),
    Break(Break),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Symbol {
    Consonant(char, Consonant),
    Vowel(char, Vowel),
    Tone(Tone),
    Stress { weak: bool },
}

/// Read a phoneme string.
pub fn pieces(phonemes: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut word = Vec::new();
    let mut foreign = false;
    let mut rest = phonemes.chars().peekable();
    while let Some(letter) = rest.next() {
        let pause = match letter {
            ',' => Some(Break::Comma),
            ';' | ':' => Some(Break::Colon),
            '.' | '!' | '…' => Some(Break::Stop),
            '?' => Some(Break::Question),
            _ => None,
        };
        if letter == '(' {
            // A change of language, `(en)` or `(vi)`.
            let flag: String = rest.by_ref().take_while(|&c| c != ')' && c != ' ').collect();
            foreign = flag != "vi";
        } else if pause.is_some() || letter.is_whitespace() {
            finish_word(&mut word, &mut pieces);
            pieces.extend(pause.map(Piece::Break));
        } else if let Some(symbol) = symbol(letter, foreign, &mut rest) {
            word.push(symbol);
        }
    }
    finish_word(&mut word, &mut pieces);
    pieces
}

/// One symbol, with the marks that follow its letter.
fn symbol(
    letter: char,
    foreign: bool,
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
) -> Option<Symbol> {
    let mut follows = |mark: char| rest.next_if_eq(&mark).is_some();
    Some(match letter {
        'ˈ' => Symbol::Stress { weak: false },
        'ˌ' => Symbol::Stress { weak: true },
        'ɜ' if follows('ː') => Symbol::Vowel(letter, VOWEL_SCHWA),
        'ɜ' => Symbol::Tone(Tone::Rising),
        '1' | '7' => Symbol::Tone(Tone::Level),
        '2' => Symbol::Tone(Tone::Falling),
        '3' => Symbol::Tone(Tone::Rising),
        '4' => Symbol::Tone(Tone::Dipping),
        '5' => Symbol::Tone(Tone::Broken),
        '6' => Symbol::Tone(Tone::Heavy),
        't' if follows('\u{32a}') => Symbol::Consonant(letter, DENTAL_STOP),
        't' | 'd' if follows('ʃ') || follows('ɕ') || follows('ʒ') => {
            Symbol::Consonant(letter, AFFRICATE)
        }
        't' if foreign => Symbol::Consonant(letter, DENTAL_STOP),
        'e' if follows('-') => Symbol::Vowel('\u{e6}', VOWEL_A_FRONTED),
        _ => match vowel_of(letter, follows('ː')) {
            Some(vowel) => Symbol::Vowel(letter, vowel),
            None => Symbol::Consonant(letter, consonant_of(letter)?),
        },
    })
}

/// Cut a word into syllables and append them.
fn finish_word(word: &mut Vec<Symbol>, pieces: &mut Vec<Piece>) {
    let symbols = with_a_vowel(std::mem::take(word));
    let mut rest = symbols.as_slice();
    while !rest.is_empty() {
        let (syllable, length) = first_syllable(rest);
        pieces.extend(syllable.map(Piece::Syllable));
        rest = &rest[length..];
    }
}

/// espeak-ng leaves the vowel of `gi`, `gin`, `quynh` to the consonants: `z`, `zn`, `kwjɲ`.
fn with_a_vowel(mut word: Vec<Symbol>) -> Vec<Symbol> {
    let is_consonant = |s: &Symbol| matches!(s, Symbol::Consonant(..));
    let is_vowel = |s: &Symbol| matches!(s, Symbol::Vowel(..));
    if word.iter().any(is_vowel) {
        return word;
    }
    let i = Symbol::Vowel('i', VOWEL_I);
    if let Some(j) = word.iter().position(|s| matches!(s, Symbol::Consonant('j', _))) {
        word[j] = i;
    } else if let Some(first) = word.iter().position(is_consonant) {
        word.insert(first + 1, i);
    }
    word
}

/// The first syllable of a word that is left, and how many symbols it takes (at least one).
fn first_syllable(symbols: &[Symbol]) -> (Option<Syllable>, usize) {
    let mut syllable = Syllable { weak: true, ..Syllable::default() };
    let mut at = 0;
    while let Some(symbol) = symbols.get(at) {
        match *symbol {
            Symbol::Vowel(..) => break,
            Symbol::Consonant(_, consonant) => syllable.onset.push(consonant),
            Symbol::Stress { weak } => syllable.weak = weak,
            Symbol::Tone(tone) => syllable.tone = tone,
        }
        at += 1;
    }
    let run = nucleus(&symbols[at..], &mut syllable);
    if run == 0 {
        return (None, symbols.len().max(1));
    }
    at += run;
    at += coda(&symbols[at..], &mut syllable);
    if syllable.onset.last() == Some(&GLIDE_TO_W) {
        syllable.onset.pop();
        syllable.glide = true;
    }
    syllable.onset.truncate(ONSET_MAX);
    if syllable.onset.is_empty() {
        syllable.onset.push(GLOTTAL_STOP);
    }
    settle_rounding(&mut syllable);
    (Some(syllable), at)
}

/// More consonants than this before a vowel are noise, not a word.
const ONSET_MAX: usize = 3;

/// Take the vowels of one syllable, with the tone digits among them.
fn nucleus(symbols: &[Symbol], syllable: &mut Syllable) -> usize {
    let mut letters = Vec::new();
    let mut at = 0;
    while let Some(symbol) = symbols.get(at) {
        match *symbol {
            // ê/â + ɪ, and the ends of English diphthongs, are codas.
            Symbol::Vowel('ɪ' | 'ʊ', _) if !letters.is_empty() => break,
            Symbol::Vowel(letter, vowel) => {
                // In `hˈo6aː` and `kˈui` the first vowel is the medial glide.
                let rounded = matches!(letters.as_slice(), ['o' | 'u']);
                let closes = vowel == VOWEL_SCHWA_SHORT && !coda_j(&symbols[at + 1..]);
                if rounded && !closes && letters != [letter] {
                    syllable.glide = true;
                    syllable.nucleus.clear();
                    letters.clear();
                } else if letters.len() == 2 {
                    break;
                }
                letters.push(letter);
                syllable.nucleus.push(vowel);
            }
            Symbol::Tone(tone) => syllable.tone = tone,
            Symbol::Stress { .. } | Symbol::Consonant(..) => break,
        }
        at += 1;
    }
    if let (2, [.., second]) = (syllable.nucleus.len(), letters.as_slice()) {
        centre(&mut syllable.nucleus, *second);
    }
    at
}

fn coda_j(symbols: &[Symbol]) -> bool {
    matches!(symbols.first(), Some(Symbol::Vowel('ɪ', _)))
}

/// The second half of iê, uô, ươ is less open than the vowel whose letter it borrows.
fn centre(nucleus: &mut [Vowel], second: char) {
    if !matches!(second, 'ə' | 'ɛ') {
        return;
    }
    nucleus[1] = match nucleus[0] {
        first if first == VOWEL_I => VOWEL_CENTRING_FRONT,
        first if first == VOWEL_U => VOWEL_CENTRING_BACK,
        first if first == VOWEL_U_BARRED => VOWEL_CENTRING,
        _ => return,
    };
}

/// Take the coda and a late tone digit; a single consonant before another vowel is left to the
/// next syllable.
fn coda(symbols: &[Symbol], syllable: &mut Syllable) -> usize {
    let mut at = 0;
    while let Some(symbol) = symbols.get(at) {
        match *symbol {
            Symbol::Tone(tone) => syllable.tone = tone,
            Symbol::Vowel('ɪ', _) if syllable.coda.is_none() => syllable.coda = Some(GLIDE_TO_J),
            Symbol::Vowel('ʊ', _) if syllable.coda.is_none() => syllable.coda = Some(GLIDE_TO_W),
            Symbol::Consonant(_, consonant) if !starts_a_syllable(&symbols[at..]) => {
                syllable.coda = syllable.coda.or(Some(consonant));
            }
            _ => break,
        }
        at += 1;
    }
    at
}

/// Whether the consonant at the front belongs to a vowel right behind it.
fn starts_a_syllable(symbols: &[Symbol]) -> bool {
    let mut behind = symbols[1..].iter().filter(|s| !matches!(s, Symbol::Stress { .. }));
    match behind.next() {
        Some(Symbol::Consonant('w', _)) => matches!(behind.next(), Some(Symbol::Vowel(..))),
        next => matches!(next, Some(Symbol::Vowel(..))),
    }
}

/// espeak-ng writes `c` for both final consonants of `các` and `cách`, and leaves the closing
/// lips of `ong`, `ông`, `ung` to the speaker.
fn settle_rounding(syllable: &mut Syllable) {
    let Some(coda) = syllable.coda.filter(|c| c.place == Place::Velar) else { return };
    let [only] = syllable.nucleus[..] else { return };
    let front = [VOWEL_I, VOWEL_E, VOWEL_A_FRONTED].contains(&only);
    let rounded = [VOWEL_U, VOWEL_O, VOWEL_OPEN_O].contains(&only);
    syllable.coda = Some(match coda.manner {
        Manner::Stop if front => CODA_K_PALATAL,
        Manner::Stop if rounded => CODA_K_ROUNDED,
        Manner::Nasal if rounded => CODA_NG_ROUNDED,
        _ => coda,
    });
    if only == VOWEL_OPEN_O {
        syllable.nucleus = vec![VOWEL_OPEN_O_GLIDING];
    } else if only == VOWEL_O {
        syllable.nucleus = vec![VOWEL_O_GLIDING];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(phonemes: &str) -> Syllable {
        match &pieces(phonemes)[..] {
            [Piece::Syllable(syllable)] => syllable.clone(),
            other => panic!("{phonemes}: not one syllable but {other:?}"),
        }
    }

    #[test]
    fn a_syllable_is_taken_apart() {
        let syllable = only("t̪wˈiɛ4n");
        assert_eq!(syllable.onset, [DENTAL_STOP]);
        assert!(syllable.glide && !syllable.weak);
        assert_eq!(syllable.nucleus, [VOWEL_I, VOWEL_CENTRING_FRONT]);
        assert_eq!(syllable.coda, consonant_of('n'));
        assert_eq!(syllable.tone, Tone::Dipping);
    }

    #[test]
    fn the_tone_may_stand_before_or_behind_the_coda() {
        for phonemes in ["fˈəɪ4", "fˈə4ɪ", "fˈəj4"] {
            let syllable = only(phonemes);
            assert_eq!((syllable.tone, syllable.coda), (Tone::Dipping, Some(GLIDE_TO_J)));
        }
        assert_eq!(only("kˌuə4").nucleus, [VOWEL_U, VOWEL_CENTRING_BACK]);
        assert_eq!(only("xˈə1w").tone, Tone::Level);
    }

    #[test]
    fn a_final_c_is_velar_palatal_or_rounded_by_its_vowel() {
        assert_eq!(only("kˌaːɜc").coda, Some(CODA_K));
        assert_eq!(only("kˈe-ɜc").coda, Some(CODA_K_PALATAL));
        assert_eq!(only("kˈu6c").coda, Some(CODA_K_ROUNDED));
        assert_eq!(only("kˈuəɜc").coda, Some(CODA_K));
        assert_eq!(only("kˈoŋ").coda, Some(CODA_NG_ROUNDED));
        assert_eq!(only("kˈooŋ").coda, Some(CODA_NG));
    }

    #[test]
    fn a_vowel_before_a_vowel_is_the_medial_glide() {
        for phonemes in ["hwˈaː6", "hˈoaː6", "kˈui4", "kˈuiɛɜt̪", "kˈuəɪ", "wˈi4"] {
            assert!(only(phonemes).glide, "{phonemes}");
        }
        assert!(!only("kˈuəj").glide);
    }

    #[test]
    fn words_without_a_vowel_get_one() {
        for phonemes in ["z", "zn", "kwj", "kwjɲ"] {
            assert_eq!(only(phonemes).nucleus, [VOWEL_I], "{phonemes}");
        }
    }

    #[test]
    fn foreign_words_fall_into_syllables_and_flags_are_silent() {
        assert_eq!(pieces("(en)vˈɪtəmɪn(vi)").len(), 3);
        assert_eq!(pieces("(en)kˈɒvɪd(vi) mˈaː").len(), 3);
        assert_eq!(only("(en)tˈuː(vi)").onset, [DENTAL_STOP]);
        assert_eq!(only("tˈuː").onset, [DENTAL_ASPIRATED]);
    }

    #[test]
    fn marks_are_breaks_even_without_a_space() {
        let marks = pieces("ɗˈaː6w.kwˈaːn, t̪ˈəm?");
        assert_eq!(marks.len(), 6);
        assert_eq!(marks[1], Piece::Break(Break::Stop));
        assert_eq!(marks[3], Piece::Break(Break::Comma));
        assert_eq!(marks[5], Piece::Break(Break::Question));
    }
}

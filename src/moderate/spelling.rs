//! Teencode: how else a comment's letters may be read, besides as they stand.
//!
//! Readings go one way, from an unusual spelling to the standard one. Two standard spellings are
//! two words: `da` is never read as `gia`, nor `ca` as `kha`.

use std::ops::Range;

use super::letter::{Gap, Letter};
use super::lookalike;

/// The last letters of a stretch, read as standard spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// How many letters of the comment it reads: 1 or 2.
    pub(super) taken: u8,
    standard: [u8; 2],
    length: u8,
}

impl Reading {
    const NOTHING: Self = Self { taken: 0, standard: [0; 2], length: 0 };

    pub(super) fn standard(&self) -> &[u8] {
        &self.standard[..usize::from(self.length)]
    }
}

/// Letters with the readings of every place.
pub(super) struct Spelled<'a> {
    pub(super) letters: &'a [Letter],
    readings: Vec<Readings>,
    /// At every place, how many letters before it may be read in more than one way.
    choices: Vec<u32>,
}

impl<'a> Spelled<'a> {
    pub(super) fn new(letters: &'a [Letter]) -> Self {
        let readings: Vec<Readings> =
            (0..letters.len()).map(|last| readings(letters, last)).collect();
        let mut choices = vec![0; letters.len() + 1];
        for (place, readings) in readings.iter().enumerate() {
            choices[place + 1] = choices[place] + u32::from(readings.count > 1);
        }
        Self { letters, readings, choices }
    }

    /// How the letters that end with the one at `last` may be read.
    pub(super) fn readings(&self, last: usize) -> impl Iterator<Item = &Reading> {
        let Readings { list, count } = &self.readings[last];
        list[..usize::from(*count)].iter()
    }

    /// Whether the letters of a range can only be read as they stand.
    pub(super) fn is_plain(&self, range: Range<usize>) -> bool {
        self.choices[range.start] == self.choices[range.end]
    }
}

/// The readings of one place.
struct Readings {
    list: [Reading; Self::MAX],
    count: u8,
}

impl Readings {
    /// Most are four: a letter as it stands, doubled, and two standard spellings.
    const MAX: usize = 4;

    fn add(&mut self, taken: u8, standard: &[u8]) {
        let (standard, length) = match *standard {
            [one] => ([one, 0], 1),
            [one, two] => ([one, two], 2),
            _ => unreachable!("a letter is read as one or two"),
        };
        self.list[usize::from(self.count)] = Reading { taken, standard, length };
        self.count += 1;
    }
}

fn readings(letters: &[Letter], last: usize) -> Readings {
    let letter = &letters[last];
    let base = letter.base;
    let mut readings = Readings { list: [Reading::NOTHING; Readings::MAX], count: 0 };
    readings.add(1, &[base]);
    if letter.run > 1 {
        // The end of one syllable and the start of the next, glued: `khốnnạn`.
        readings.add(1, &[base, base]);
    }
    if letter.guise && letter.is_digit() {
        for stands_for in lookalike::digit(base) {
            readings.add(1, &[*stands_for]);
        }
        return readings;
    }
    if !matches!(base, b'c' | b'f' | b'g' | b'h' | b'j' | b'k' | b'q' | b'w' | b'z') {
        return readings;
    }
    let before = joined(letters, last, last.wrapping_sub(1));
    let after = joined(letters, last + 1, last + 1);
    let front_follows = matches!(after, Some(b'e' | b'i' | b'y'));
    let back_follows = matches!(after, Some(b'a' | b'o' | b'u'));
    match base {
        b'z' => {
            let taken = if before == Some(b'd') { 2 } else { 1 };
            readings.add(taken, b"d");
            // `zết` and `ziết` both say `giết`.
            readings.add(taken, if after == Some(b'i') { b"g" } else { b"gi" });
        }
        b'j' => {
            readings.add(1, b"gi");
            readings.add(1, b"i");
        }
        b'w' => readings.add(1, b"qu"),
        b'f' => readings.add(1, b"ph"),
        b'q' if after != Some(b'u') => readings.add(1, b"qu"),
        // `ck`, `nk`, `tk`: an h among the consonants of a syllable's start or end.
        b'k' if matches!(before, Some(b'c' | b'g' | b'n' | b'p' | b't')) => readings.add(1, b"h"),
        b'k' if !front_follows && after != Some(b'h') => {
            readings.add(1, b"c");
            readings.add(1, if after.is_none() { b"ch" } else { b"kh" });
        }
        b'c' if front_follows => readings.add(1, b"k"),
        b'g' if after == Some(b'e') || before == Some(b'n') && after == Some(b'i') => {
            readings.add(1, b"gh");
        }
        b'h' if before == Some(b'g') && back_follows => readings.add(2, b"g"),
        _ => {}
    }
    readings
}

/// The base of the letter at `at`, if nothing stands before the one at `seam`.
fn joined(letters: &[Letter], seam: usize, at: usize) -> Option<u8> {
    let joined = letters.get(seam).is_some_and(|letter| letter.gap == Gap::None);
    letters.get(at).filter(|_| joined).map(|letter| letter.base)
}

#[cfg(test)]
mod tests {
    use super::super::fold;
    use super::*;

    /// Everything that the letters before and at `last` may be read as.
    fn read(text: &str, last: usize) -> Vec<String> {
        let letters = fold::letters(text);
        let text_of = |reading: &Reading| String::from_utf8_lossy(reading.standard()).into_owned();
        Spelled::new(&letters).readings(last).map(text_of).collect()
    }

    #[test]
    fn unusual_spellings_are_read_as_standard_ones() {
        assert_eq!(read("za", 0), ["z", "d", "gi"]);
        assert_eq!(read("dz", 1), ["z", "d", "gi"]);
        assert_eq!(read("zì", 0), ["z", "d", "g"]);
        assert_eq!(read("ko", 0), ["k", "c", "kh"]);
        assert_eq!(read("ck", 1), ["k", "h"]);
        assert_eq!(read("thik", 3), ["k", "c", "ch"]);
        assert_eq!(read("ghà", 1), ["h", "g"]);
        assert_eq!(read("l0n", 1), ["0", "o"]);
        assert_eq!(read("khốnnạn", 3), ["n", "nn"]);
    }

    #[test]
    fn standard_spellings_are_read_as_they_stand() {
        for (text, last) in
            [("da", 0), ("gia", 0), ("kẻ", 0), ("khó", 0), ("quà", 0), ("ghe", 1), ("10", 1)]
        {
            assert_eq!(read(text, last).len(), 1, "{text}");
        }
    }
}

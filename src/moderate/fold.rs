//! A comment as a sequence of letters, freed of what hides them.
//!
//! Case, compatibility forms (full-width, circled, mathematical), look-alikes, zero-width
//! characters and repeated letters are folded away. Vietnamese marks are kept beside the letter,
//! because they tell words apart, and so is what stood between two letters.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::letter::{Gap, Letter, Quality, Tone};
use super::lookalike;

/// The letters of a comment, in order; linear in its length.
pub fn letters(text: &str) -> Vec<Letter> {
    let mut folding = Folding::new(text);
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        folding.take(c, next, start..start + c.len_utf8());
    }
    let mut letters = folding.letters;
    // Only now: a mark comes after its letter, and decides whether that letter lengthens.
    letters.dedup_by(|letter, before| {
        let lengthens = letter.lengthens(before);
        if lengthens {
            before.run = before.run.saturating_add(1);
            before.span.end = letter.span.end;
        }
        lengthens
    });
    unmask_digits(&mut letters);
    letters
}

/// What two comments must share to count as the same text: their base letters, without marks,
/// case, spacing, punctuation, digits and lengthened letters.
///
/// Empty when a comment has no letters: such comments cannot be compared by it. Short ones
/// (`hay quá`) are the same by chance, so the caller sets a length from which it counts.
pub fn fingerprint(text: &str) -> String {
    let mut fingerprint = String::with_capacity(text.len());
    for letter in letters(text) {
        match letter.base {
            Letter::OTHER => fingerprint.push_str(&text[letter.span]),
            digit if letter.is_digit() && letter.guise => {
                fingerprint.extend(lookalike::digit(digit).first().map(|&base| char::from(base)));
            }
            _ if letter.is_digit() => {}
            base => fingerprint.push(char::from(base)),
        }
    }
    fingerprint
}

/// Marks the digits that touch letters: they may stand for letters (`l0n`); others are numbers.
fn unmask_digits(letters: &mut [Letter]) {
    for word in letters.chunk_by_mut(|_, next| next.gap == Gap::None) {
        let has_letter = word.iter().any(|letter| !letter.is_digit());
        for digit in word.iter_mut().filter(|letter| letter.is_digit()) {
            digit.guise = has_letter;
        }
    }
}

struct Folding {
    letters: Vec<Letter>,
    separators: Separators,
}

impl Folding {
    fn new(text: &str) -> Self {
        let separators = Separators { breaks: true, ..Separators::default() };
        Self { letters: Vec::with_capacity(text.len()), separators }
    }

    fn take(&mut self, c: char, next: Option<char>, span: Range<usize>) {
        let touches = |next: Option<char>| next.is_some_and(char::is_alphabetic);
        if c.is_ascii_lowercase() {
            self.push(c as u8, Quality::Plain, span);
        } else if lookalike::is_invisible(c) {
            // Neither a letter nor a separator.
        } else if c == 'I' && next.is_some_and(char::is_lowercase) {
            // `Iừa`: between small letters, a capital I may be an l. A one can be both.
            self.push(b'1', Quality::Plain, span);
        } else if let Some(base) = lookalike::sign(c)
            && (self.after_letter() || touches(next))
        {
            self.push(base, Quality::Plain, span);
            self.letters.last_mut().expect("just pushed").guise = true;
        } else {
            decompose_compatible(c, |part| self.take_part(part, &span));
        }
    }

    /// Takes one character of the NFKD form.
    fn take_part(&mut self, part: char, span: &Range<usize>) {
        if let Some(base) = lookalike::letter(part) {
            let stroke = matches!(part, 'đ' | 'Đ' | 'ð' | 'Ð' | 'ɖ' | 'Ɖ');
            let quality = if stroke { Quality::Stroke } else { Quality::Plain };
            self.push(base, quality, span.clone());
        } else if part.is_ascii_digit() {
            self.push(part as u8, Quality::Plain, span.clone());
        } else if is_combining_mark(part) {
            self.mark(part, span);
        } else if part.is_alphanumeric() {
            self.push(Letter::OTHER, Quality::Plain, span.clone());
        } else if !lookalike::is_invisible(part) {
            self.separators.take(part);
        }
    }

    fn push(&mut self, base: u8, quality: Quality, span: Range<usize>) {
        let gap = std::mem::take(&mut self.separators).gap();
        let (tone, run, guise) = (Tone::Level, 1, false);
        self.letters.push(Letter { base, quality, tone, gap, run, guise, span });
    }

    /// Puts a combining mark on the letter before; the first quality and the first tone count.
    fn mark(&mut self, mark: char, span: &Range<usize>) {
        if !self.separators.is_empty() {
            return;
        }
        let Some(letter) = self.letters.last_mut() else { return };
        letter.span.end = span.end;
        let quality = match mark {
            // A caron is often typed for a breve.
            '\u{306}' | '\u{30c}' => Quality::Breve,
            '\u{302}' => Quality::Circumflex,
            '\u{31b}' => Quality::Horn,
            '\u{335}' if letter.base == b'd' => Quality::Stroke,
            _ => Quality::Plain,
        };
        let tone = match mark {
            '\u{300}' | '\u{340}' => Tone::Grave,
            '\u{301}' | '\u{341}' => Tone::Acute,
            '\u{309}' => Tone::Hook,
            '\u{303}' => Tone::Tilde,
            '\u{323}' => Tone::Dot,
            _ => Tone::Level,
        };
        if letter.quality == Quality::Plain {
            letter.quality = quality;
        }
        if letter.tone == Tone::Level {
            letter.tone = tone;
        }
    }

    /// Whether a letter (no digit: `5$` is money) stands directly before.
    fn after_letter(&self) -> bool {
        self.separators.is_empty() && self.letters.last().is_some_and(|letter| !letter.is_digit())
    }
}

/// What was seen since the last letter.
#[derive(Default)]
struct Separators {
    count: usize,
    spaced: bool,
    /// A sign that belongs between words.
    divides: bool,
    /// A full stop that directly follows a letter.
    stops: bool,
    /// A comma and the like, which end a clause once a space is there too.
    pauses: bool,
    breaks: bool,
}

impl Separators {
    /// From this many characters on, what stands on both sides does not belong together.
    const COUNT_MAX: usize = 8;

    fn is_empty(&self) -> bool {
        self.count == 0 && !self.breaks
    }

    fn take(&mut self, c: char) {
        match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => self.breaks = true,
            '\u{2800}' => self.spaced = true,
            _ if c.is_whitespace() => self.spaced = true,
            '.' | '…' => self.stops |= self.count == 0,
            ',' | ';' | ':' | '!' | '?' => self.pauses = true,
            '-'
            | '_'
            | '*'
            | '|'
            | '~'
            | '\''
            | '’'
            | '`'
            | '^'
            | '+'
            | '='
            | '#'
            | '•'
            | '·'
            | '‐'..='—' => {}
            _ => self.divides = true,
        }
        self.count += 1;
    }

    fn gap(&self) -> Gap {
        let clause_ends = self.spaced && (self.stops || self.pauses);
        if self.breaks || clause_ends || self.count > Self::COUNT_MAX {
            Gap::Break
        } else if self.spaced || self.divides || self.pauses {
            Gap::Space
        } else if self.count > 0 {
            Gap::Mark
        } else {
            Gap::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(text: &str) -> String {
        letters(text).iter().map(|letter| char::from(letter.base)).collect()
    }

    fn gaps(text: &str) -> Vec<Gap> {
        letters(text).iter().map(|letter| letter.gap).collect()
    }

    #[test]
    fn compatibility_forms_and_look_alikes_are_folded() {
        for hidden in
            ["ｌｕａ", "ⓛⓤⓐ", "𝐥𝓾𝕒", "lцa".replace('ц', "ᴜ").as_str(), "LUA", "l\u{200b}ua"]
        {
            assert_eq!(bases(hidden), "lua", "{hidden}");
        }
        assert_eq!(bases("сhо"), "cho", "Cyrillic с and о");
        assert_eq!(bases("$ex đ@o"), "sexdao");
    }

    #[test]
    fn marks_are_kept_beside_the_letter() {
        let letter = |text: &str| letters(text).remove(0);
        assert_eq!((letter("ế").quality, letter("ế").tone), (Quality::Circumflex, Tone::Acute));
        assert_eq!((letter("Ự").quality, letter("Ự").tone), (Quality::Horn, Tone::Dot));
        assert_eq!(letter("Đ").quality, Quality::Stroke);
        // NFD, and a heap of marks that mean nothing.
        assert_eq!(letter("e\u{302}\u{301}").span, 0..5);
        assert_eq!(letter("a\u{336}\u{31f}\u{300}").tone, Tone::Grave);
    }

    #[test]
    fn lengthened_letters_are_one() {
        assert_eq!(bases("lừaaaa quáaa"), "luaqua");
        assert_eq!(letters("lừaaaa")[2].run, 4);
        assert_eq!(letters("lừaaaa")[2].span, 4..8);
        assert_eq!(bases("lừaảo"), "luaao", "another syllable begins");
        assert_eq!(bases("ba an"), "baan");
        assert_eq!(bases("1000"), "1000");
    }

    #[test]
    fn digits_stand_for_letters_only_beside_letters() {
        let guises = |text: &str| letters(text).iter().filter(|letter| letter.guise).count();
        assert_eq!(guises("3 năm, 10.000"), 0);
        assert_eq!(guises("l0n 88bet b3t99"), 6);
        assert_eq!(bases("giá 5$"), "gia5");
    }

    #[test]
    fn gaps_tell_words_from_letters_apart() {
        use Gap::{Break, Mark, None, Space};
        assert_eq!(gaps("l.ừ-a"), [Break, Mark, Mark]);
        assert_eq!(gaps("l ừ/a"), [Break, Space, Space]);
        assert_eq!(gaps("l. ừ, a\nb"), [Break, Break, Break, Break]);
        assert_eq!(gaps("l . ừ\u{200b}a"), [Break, Space, None]);
    }

    #[test]
    fn the_fingerprint_ignores_dress() {
        let plain = fingerprint("Vay tiền nhanh, gọi 0912 345 678");
        assert_eq!(plain, "vaytiennhanhgoi");
        assert_eq!(fingerprint("V-a-y  TIEN nhanhhhh!!! goi 0999"), plain);
        assert_eq!(fingerprint("v4y tien nhanh g0i"), plain);
        assert_ne!(fingerprint("vay tiền chậm"), plain);
        assert_eq!(fingerprint("123 😀"), "");
    }
}

//! Text -> written tokens that remember their place in the source.
//!
//! A token's `text` is folded: full-width forms, look-alike dashes and quotes, combining marks and
//! the old placement of tone marks all come out in one form, so that the rules match one form only.

use std::borrow::Cow;

use super::fold::{fold, fold_word};
use super::foreign;
use crate::domain::article::ByteSpan;

/// What a written token is made of. Words are told apart by their letter case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Digits,
    /// A word of small letters.
    Lower,
    /// A word that begins with a capital and goes on in small letters.
    Capital,
    /// One capital letter.
    Letter,
    /// Two or more capitals and nothing else.
    Caps,
    /// Any other mixture of cases: `iPhone`, `TTg`.
    Mixed,
    Space,
    /// One character that is neither letter, digit nor space.
    Mark,
    /// Letters of another script.
    Script,
    /// Before the first and after the last token.
    Edge,
}

/// A piece of the source.
#[derive(Clone, Debug)]
pub(super) struct Written<'a> {
    pub kind: Kind,
    pub span: ByteSpan,
    pub text: Cow<'a, str>,
}

impl Kind {
    pub fn is_word(self) -> bool {
        matches!(self, Self::Lower | Self::Capital | Self::Letter | Self::Caps | Self::Mixed)
    }
}

/// Cuts `text` into tokens that tile it.
///
/// Characters without width (soft hyphens, joiners, byte order marks) belong to the token before
/// them and are not part of its `text`.
pub(super) fn tokens(text: &str) -> Vec<Written<'_>> {
    let mut tokens = Vec::with_capacity(text.len() / 3 + 1);
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let group = group(first);
        let mut end = start + first.len_utf8();
        let mut plain = !matches!(group, Group::Silent) && fold(first) == first;
        let single = group == Group::Mark;
        let mut chars = text[end..].chars().peekable();
        while let Some(c) = chars.next() {
            let joins = match self::group(c) {
                Group::Silent => !is_word_gap(c, &text[start..end], &text[end + c.len_utf8()..]),
                Group::Apostrophe => {
                    group == Group::Latin
                        && chars.peek().is_some_and(|&next| self::group(next) == Group::Latin)
                }
                other => !single && other == group,
            };
            if !joins {
                break;
            }
            plain &= fold(c) == c && self::group(c) != Group::Silent;
            end += c.len_utf8();
        }
        tokens.push(written(&text[start..end], start, group, plain));
        start = end;
    }
    tokens
}

/// The kinds of characters that hold together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Latin,
    Digit,
    Space,
    Silent,
    Apostrophe,
    Mark,
    Script,
}

fn group(c: char) -> Group {
    match c {
        'a'..='z' | 'A'..='Z' => Group::Latin,
        '0'..='9' | '０'..='９' => Group::Digit,
        ' ' => Group::Space,
        '\'' | '’' | 'ʼ' => Group::Apostrophe,
        '\0'..='\u{7f}' if !c.is_whitespace() => Group::Mark,
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' => Group::Silent,
        '×' | '÷' => Group::Mark,
        '\u{c0}'..='\u{17f}' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{1e00}'..='\u{1eff}' => Group::Latin,
        // What letters and combining marks compose to.
        '\u{1cd}'..='\u{1dc}' | '\u{1de}'..='\u{1e1}' | '\u{1e6}'..='\u{1ef}' => Group::Latin,
        '\u{1f8}'..='\u{21b}' | '\u{21e}' | '\u{21f}' | '\u{226}'..='\u{233}' => Group::Latin,
        '\u{300}'..='\u{36f}' => Group::Latin,
        'Ａ'..='Ｚ' | 'ａ'..='ｚ' => Group::Latin,
        _ if c.is_whitespace() => Group::Space,
        // Greek letters, raised and lowered letters and those of sets of numbers are signs here.
        'ª'
        | 'º'
        | '\u{b5}'
        | '\u{391}'..='\u{3c9}'
        | 'ⁿ'
        | 'ⁱ'
        | 'ˣ'
        | 'ᵢ'
        | 'ℝ'
        | 'ℤ'
        | 'ℕ'
        | 'ℚ'
        | 'ℂ' => Group::Mark,
        _ if c.is_alphabetic() => Group::Script,
        _ => Group::Mark,
    }
}

/// Whether a character has neither sound nor width.
pub(super) fn is_silent(c: char) -> bool {
    group(c) == Group::Silent
}

/// Whether a character without width between letters separates words.
///
/// A zero-width space does, as a line may break there. A soft hyphen or a joiner does between two
/// syllables, for no Vietnamese word is written in one with the next.
fn is_word_gap(c: char, before: &str, after: &str) -> bool {
    let latin = |c: char| group(c) == Group::Latin;
    if !before.chars().next().is_some_and(latin) || !after.chars().next().is_some_and(latin) {
        return false;
    }
    c == '\u{200b}'
        || matches!(c, '\u{ad}' | '\u{200c}') && is_syllable(before) && {
            let rest = after.find(|c| !latin(c)).unwrap_or(after.len());
            is_syllable(&after[..rest])
        }
}

/// Whether the word is a Vietnamese syllable.
fn is_syllable(word: &str) -> bool {
    const BYTES_MAX: usize = 16;
    word.len() <= BYTES_MAX && foreign::is_vietnamese(&fold_word(word, false).to_lowercase())
}

fn written(source: &str, start: usize, group: Group, plain: bool) -> Written<'_> {
    let span = ByteSpan { start, end: start + source.len() };
    let text = match group {
        Group::Silent => Cow::Borrowed(""),
        Group::Space => Cow::Borrowed(if source.contains('\n') { "\n" } else { " " }),
        Group::Latin => fold_word(source, plain),
        _ if plain => Cow::Borrowed(source),
        _ => {
            let visible = source.chars().filter(|&c| self::group(c) != Group::Silent);
            Cow::Owned(visible.map(fold).collect())
        }
    };
    let kind = match group {
        Group::Latin => case_of(&text),
        Group::Digit => Kind::Digits,
        Group::Space | Group::Silent => Kind::Space,
        Group::Mark | Group::Apostrophe => Kind::Mark,
        Group::Script => Kind::Script,
    };
    Written { kind, span, text }
}

fn case_of(word: &str) -> Kind {
    let (mut upper, mut lower, mut first_upper) = (0, 0, false);
    for (index, c) in word.chars().enumerate() {
        if c.is_uppercase() {
            upper += 1;
            first_upper |= index == 0;
        } else if c.is_alphabetic() {
            lower += 1;
        }
    }
    match (upper, lower) {
        (0, _) => Kind::Lower,
        (1, 0) => Kind::Letter,
        (_, 0) => Kind::Caps,
        (1, _) if first_upper => Kind::Capital,
        _ => Kind::Mixed,
    }
}

/// A place between written tokens, from which rules look ahead and back.
///
/// Offsets count tokens from `at`: 0 is the token to be read, -1 the one before it. Beyond the text
/// there are tokens of kind `Edge`.
#[derive(Clone, Copy)]
pub(super) struct At<'t> {
    tokens: &'t [Written<'t>],
    at: usize,
}

impl<'t> At<'t> {
    pub fn new(tokens: &'t [Written<'t>], at: usize) -> Self {
        Self { tokens, at }
    }

    /// The same text, looked at from `k` tokens further on.
    pub fn moved(self, k: isize) -> Self {
        Self { at: self.at.saturating_add_signed(k), ..self }
    }

    /// The same place in a text that ends before the token at `k`.
    pub fn up_to(self, k: isize) -> Self {
        let end = self.at.saturating_add_signed(k).min(self.tokens.len());
        Self { tokens: &self.tokens[..end], ..self }
    }

    pub fn get(self, k: isize) -> Option<&'t Written<'t>> {
        self.tokens.get(self.at.checked_add_signed(k)?)
    }

    pub fn kind(self, k: isize) -> Kind {
        self.get(k).map_or(Kind::Edge, |token| token.kind)
    }

    /// The folded text of a token, `""` beyond the text.
    pub fn text(self, k: isize) -> &'t str {
        self.get(k).map_or("", |token| &token.text)
    }

    pub fn is(self, k: isize, text: &str) -> bool {
        self.text(k) == text
    }

    /// The digits of a token, `""` when it is none.
    pub fn digits(self, k: isize) -> &'t str {
        if self.kind(k) == Kind::Digits { self.text(k) } else { "" }
    }

    /// Whether there is a hyphen or a dash.
    pub fn dash(self, k: isize) -> bool {
        matches!(self.text(k), "-" | "–")
    }

    /// The offset of the first token from `k` on that is not space, skipping one space at most.
    pub fn skip_space(self, k: isize) -> isize {
        if self.kind(k) == Kind::Space { k + 1 } else { k }
    }

    /// Where the `n`-th token before this one stands that is not space (1 is the nearest).
    pub fn back(self, n: usize) -> isize {
        let mut k = 0;
        for _ in 0..n {
            k -= 1;
            if self.kind(k) == Kind::Space {
                k -= 1;
            }
        }
        k
    }

    /// The text of the `n`-th token before this one, spaces not counted.
    pub fn before(self, n: usize) -> &'t str {
        self.text(self.back(n))
    }

    /// Whether the word before is one of `words`, in any letter case.
    pub fn follows(self, words: &[&str]) -> bool {
        one_of(self.before(1), words)
    }

    /// Whether one of the `n` tokens before is one of `words`, within the clause.
    pub fn near(self, n: usize, words: &[&str]) -> bool {
        let mut k = 0;
        for _ in 0..n {
            k -= 1;
            if self.kind(k) == Kind::Space {
                k -= 1;
            }
            match self.text(k) {
                "." | "?" | "!" | ";" | "\n" | "" => return false,
                word if one_of(word, words) => return true,
                _ => {}
            }
        }
        false
    }

    /// How many tokens are left, from this one on.
    pub fn left(self) -> usize {
        self.tokens.len().saturating_sub(self.at)
    }
}

/// Whether `word` is one of `words` (which are in small letters), in any letter case.
pub(super) fn one_of(word: &str, words: &[&str]) -> bool {
    !word.is_empty() && words.iter().any(|known| same(word, known))
}

/// Whether two words differ in letter case at most; `small` is in small letters.
///
/// Vietnamese letters have as many bytes in either case, so most words differ by their length.
pub(super) fn same(word: &str, small: &str) -> bool {
    word.len() == small.len()
        && (word == small || word.chars().flat_map(char::to_lowercase).eq(small.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).iter().map(|token| token.text.to_string()).collect()
    }

    #[test]
    fn look_alikes_come_out_in_one_form() {
        assert_eq!(texts("２０–３０\u{a0}km"), ["20", "–", "30", " ", "km"]);
        assert_eq!(texts("hoà uỷ quý"), ["hòa", " ", "ủy", " ", "quý"]);
        assert_eq!(texts("Vie\u{302}\u{323}t"), ["Việt"]);
        assert_eq!(texts("mềm\u{ad}mại"), ["mềm", "", "mại"]);
        assert_eq!(texts("inter\u{ad}national"), ["international"]);
        assert_eq!(texts("thành\u{200b}phố"), ["thành", "", "phố"]);
    }

    #[test]
    fn spans_tile_the_text() {
        let text = "Ngày\u{200d} 1/2’ – ９%…";
        let tokens = tokens(text);
        let mut end = 0;
        for token in &tokens {
            assert_eq!(token.span.start, end);
            end = token.span.end;
        }
        assert_eq!(end, text.len());
    }
}

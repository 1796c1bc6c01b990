//! The same again and again inside one comment: characters, emoji, words, whole phrases.

use std::ops::Range;

use super::letter::{Gap, Letter};
use crate::domain::rule::{Hit, Rule};

/// From this many on, one character repeated is a repetition.
const CHARACTERS_MIN: usize = 10;

/// From this many emoji in a row on, they are a flood.
const EMOJI_MIN: usize = 8;

/// Longest phrase that is compared, in words. It bounds the work: every word is compared with this
/// many before it.
const PHRASE_WORDS_MAX: usize = 60;

/// How often a phrase must be said in a row. Vietnamese doubles words (`từ từ`), readers laugh
/// (`ha ha ha`) and cheer (`cố lên, cố lên, cố lên`); a long text even twice is a paste.
fn times_min(phrase_words: usize) -> usize {
    match phrase_words {
        ..=1 => 5,
        2..=3 => 4,
        4..=7 => 3,
        _ => 2,
    }
}

/// All repetitions, in order, none overlapping another; `letters` are the comment's.
pub(super) fn hits(text: &str, letters: &[Letter]) -> Vec<Hit> {
    let mut spans = characters(text);
    spans.extend(emoji(text));
    spans.extend(phrases(&words(text, letters)));
    Hit::apart(Rule::Repetition, spans)
}

/// One character in a row, `aAaA` too; digits are numbers, and spaces are no characters.
fn characters(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let (mut run, mut count, mut repeated) = (0..0, 0, '\0');
    for (start, c) in text.char_indices().chain([(text.len(), '\0')]) {
        if is_joiner(c) {
            continue;
        }
        let small = c.to_ascii_lowercase();
        if small != repeated {
            if count >= CHARACTERS_MIN && !repeated.is_whitespace() && !repeated.is_numeric() {
                spans.push(run.clone());
            }
            (run, count, repeated) = (start..start, 0, small);
        }
        count += 1;
        run.end = start + c.len_utf8();
    }
    spans
}

/// Emoji in a row, with or without spaces between.
fn emoji(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let (mut run, mut count) = (0..0, 0);
    let mut joined = false;
    for (start, c) in text.char_indices().chain([(text.len(), '\0')]) {
        let joins = joined;
        joined = c == '\u{200d}';
        if is_emoji(c) {
            if count == 0 {
                run.start = start;
            }
            // A family is one emoji, and the two halves of a flag are two: it is seldom alone.
            count += usize::from(!joins);
            run.end = start + c.len_utf8();
        } else if !is_joiner(c) && !c.is_whitespace() {
            if count >= EMOJI_MIN {
                spans.push(run.clone());
            }
            count = 0;
        }
    }
    spans
}

/// What changes or joins the emoji before it.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_emoji(c: char) -> bool {
    let pictures = matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{1f000}'..='\u{1f0ff}');
    let symbols = matches!(c, '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{203c}');
    let flags = matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
    (pictures || symbols || flags) && !is_joiner(c)
}

/// The words of a comment: what each says, and its place.
#[derive(Default)]
struct Words {
    said: Vec<u32>,
    spans: Vec<Range<usize>>,
}

fn words(text: &str, letters: &[Letter]) -> Words {
    let mut words = Words::default();
    for word in letters.chunk_by(|_, next| next.gap == Gap::None) {
        let end = word.iter().map(|letter| letter.span.end).next_back();
        words.said.push(said(text, word));
        words.spans.push(word[0].span.start..end.unwrap_or_default());
    }
    words
}

/// A number that is the same for the same word, lengthened or not (FNV-1a). Who finds two words
/// with the same number by effort has only his own comment marked.
fn said(text: &str, word: &[Letter]) -> u32 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    word.iter().fold(0x811c_9dc5, |hash, letter| match letter.base {
        Letter::OTHER => text[letter.span.clone()].bytes().fold(hash, mix),
        base => mix(mix(hash, base), 8 * letter.quality as u8 + letter.tone as u8),
    })
}

/// Phrases that are said as often as [`times_min`] in a row; shorter phrases come first, and what
/// they cover is not reported for their multiples again.
fn phrases(words: &Words) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let said = &words.said;
    for phrase in 1..=PHRASE_WORDS_MAX.min(said.len() / 2) {
        let needed = phrase * (times_min(phrase) - 1);
        let pairs = said.iter().zip(&said[phrase..]).map(|(before, word)| before == word);
        // A count without branches rules out nearly every length, many words at a time.
        if pairs.clone().filter(|equal| *equal).count() < needed {
            continue;
        }
        let mut same = 0;
        for (first, equal) in pairs.chain([false]).enumerate() {
            if equal {
                same += 1;
                continue;
            }
            if same >= needed {
                // `first` is the word behind the first of the last pair that was equal.
                let span = words.spans[first - same].start..words.spans[first + phrase - 1].end;
                if !spans.iter().any(|other| other.start < span.end && span.start < other.end) {
                    spans.push(span);
                }
            }
            same = 0;
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::super::fold;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        hits(text, &fold::letters(text)).into_iter().map(|hit| &text[hit.span]).collect()
    }

    #[test]
    fn floods_are_found() {
        for (text, flood) in [
            ("Bài hay hay hay hay hay hay!", "hay hay hay hay hay hay"),
            ("Hayyyyyyyyyy quá", "yyyyyyyyyy"),
            ("thật à !!!!!!!!!!!", "!!!!!!!!!!!"),
            ("yêu 😀😂😀 😂😀😂😀😂 quá", "😀😂😀 😂😀😂😀😂"),
            ("❤️❤️❤️❤️❤️❤️❤️❤️", "❤️❤️❤️❤️❤️❤️❤️❤"),
            ("mua đi, Mua đi! mua đi... MUA ĐI", "mua đi, Mua đi! mua đi... MUA ĐI"),
            ("a b c d e. A B C D E, a b c d e", "a b c d e. A B C D E, a b c d e"),
        ] {
            assert_eq!(found(text), [flood], "{text}");
        }
        let paste = "Tôi xin chia buồn cùng gia đình các nạn nhân. ".repeat(2);
        assert_eq!(found(&paste), [paste.trim().trim_end_matches('.')]);
    }

    #[test]
    fn emphasis_is_no_flood() {
        for text in [
            "cố lên, cố lên, cố lên!",
            "ha ha ha ha",
            "từ từ rồi tính",
            "100000000000 đồng",
            "❤️❤️❤️",
            "👨‍👩‍👧‍👦👨‍👩‍👧‍👦",
            "hay quá!!!",
            "               ",
            "ma má mà mạ mã",
            "中国 日本 韩国 中国 日本",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}

//! Written and spoken text of a sentence, cut where they differ.

use crate::domain::script::{SemioticClass, Utterance};

/// A piece of a sentence's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// It is said otherwise than it is written; pieces of the same number on both sides belong together.
    pub pair: Option<usize>,
}

/// A sentence on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    pub written: Vec<Piece>,
    pub spoken: Vec<Piece>,
}

/// Cuts an utterance by its tokens. What cannot be found on the spoken side stays unmarked there: the text is whole
/// in any case.
pub fn sides(utterance: &Utterance) -> Sides {
    let mut sides = Sides::default();
    let (mut said, mut pairs) = (0, 0);
    for token in &utterance.tokens {
        let start = token.span.start.saturating_sub(utterance.span.start);
        let end = token.span.end.saturating_sub(utterance.span.start);
        let written = utterance.written.get(start..end).unwrap_or_default();
        let is_other = !is_same(token.class, written, &token.spoken);
        let found = (is_other && !token.spoken.is_empty())
            .then(|| utterance.spoken[said..].find(&token.spoken))
            .flatten();
        let pair = is_other.then(|| {
            pairs += 1;
            pairs
        });
        add(&mut sides.written, written, pair);
        if let Some(at) = found {
            add(&mut sides.spoken, &utterance.spoken[said..said + at], None);
            add(&mut sides.spoken, &token.spoken, pair);
            said += at + token.spoken.len();
        }
    }
    add(&mut sides.spoken, &utterance.spoken[said..], None);
    sides
}

fn is_same(class: SemioticClass, written: &str, spoken: &str) -> bool {
    match class {
        SemioticClass::Space | SemioticClass::Punctuation => true,
        _ => written.to_lowercase() == spoken.to_lowercase(),
    }
}

fn add(pieces: &mut Vec<Piece>, text: &str, pair: Option<usize>) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(last) if last.pair.is_none() && pair.is_none() => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), pair }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::{ByteSpan, Part};
    use crate::domain::script::{Pause, Token};

    /// `(class, written, spoken)` one after the other.
    fn utterance(tokens: &[(SemioticClass, &str, &str)], spoken: &str) -> Utterance {
        let mut written = String::new();
        let tokens = tokens.iter().map(|&(class, text, spoken)| {
            let start = 7 + written.len();
            written.push_str(text);
            let span = ByteSpan { start, end: 7 + written.len() };
            Token { class, span, spoken: spoken.to_owned() }
        });
        let tokens = tokens.collect();
        Utterance {
            part: Part::Title,
            span: ByteSpan { start: 7, end: 7 + written.len() },
            written,
            spoken: spoken.to_owned(),
            tokens,
            pause: Pause::Sentence,
        }
    }

    #[test]
    fn what_is_said_otherwise_is_marked_on_both_sides() {
        use SemioticClass::{Measure, Punctuation, Space, Word};
        let tokens = [
            (Word, "Dài", "dài"),
            (Space, " ", ""),
            (Measure, "5 m", "năm mét"),
            (Punctuation, ".", "."),
        ];
        let sides = sides(&utterance(&tokens, "dài năm mét."));
        let shown = |pieces: &[Piece]| -> Vec<(String, Option<usize>)> {
            pieces.iter().map(|piece| (piece.text.clone(), piece.pair)).collect()
        };
        let expected = |parts: [(&str, Option<usize>); 3]| parts.map(|(t, p)| (t.to_owned(), p));
        assert_eq!(
            shown(&sides.written),
            expected([("Dài ", None), ("5 m", Some(1)), (".", None)])
        );
        assert_eq!(
            shown(&sides.spoken),
            expected([("dài ", None), ("năm mét", Some(1)), (".", None)])
        );
    }

    #[test]
    fn the_text_is_whole_whatever_the_tokens_say() {
        let odd = utterance(&[(SemioticClass::Measure, "5 m", "năm mét")], "lời khác.");
        let sides = sides(&odd);
        let text = |pieces: &[Piece]| pieces.iter().map(|p| p.text.as_str()).collect::<String>();
        assert_eq!((text(&sides.written), text(&sides.spoken)), ("5 m".into(), "lời khác.".into()));
    }
}

//! What text normalization promises for any text; the fuzzer and a test on its corpus ask for it.

use baonoi::domain::article::Part;
use baonoi::normalize::{self, Lexicon};

/// Fails when a promise is broken: the written sides tile the text, only words and pauses come out,
/// and reading what is spoken changes nothing.
pub fn keeps(text: &str) {
    let once = spoken(text);
    // An apostrophe belongs to its word: `don't`.
    assert!(once.chars().all(|c| c.is_alphabetic() || " ,.?!'".contains(c)), "{once:?}");
    assert_eq!(spoken(&once), once, "read again");
}

fn spoken(text: &str) -> String {
    let (utterances, _) = normalize::utterances(Part::Block(0), text, &Lexicon::default());
    let mut end = 0;
    for token in utterances.iter().flat_map(|utterance| &utterance.tokens) {
        assert_eq!(token.span.start, end, "a gap in {text:?}");
        assert!(text.is_char_boundary(token.span.end), "inside a character of {text:?}");
        end = token.span.end;
    }
    assert_eq!(end, text.len(), "the end of {text:?} is missing");
    let spoken: Vec<&str> = utterances.iter().map(|utterance| utterance.spoken.as_str()).collect();
    spoken.join(" ").trim().to_owned()
}

//! Script + Edition -> Script: what editors decided about how an article is said.

use crate::domain::article::{Article, ByteSpan, Part};
use crate::domain::edition::Edition;
use crate::domain::note::Note;
use crate::domain::script::{Pause, Script, SemioticClass, Token, Utterance};

/// Lets an edition hold in a script. Utterances still tile their texts: one that is skipped says nothing, and one
/// that is only spoken stands at a place of no width.
///
/// What was in doubt about words that somebody has rewritten, or that are not heard, is in doubt no longer.
pub(super) fn edited(edition: &Edition, article: &Article, script: &mut Script) {
    if edition.is_empty() {
        return;
    }
    let mut settled = Vec::new();
    for utterance in &mut script.utterances {
        let spoken = match edition.spoken_for(&utterance.written) {
            _ if is_skipped(edition, article, utterance.part) => "",
            Some(spoken) => spoken,
            None => continue,
        };
        say(utterance, spoken);
        settled.push((utterance.part, utterance.span));
    }
    let is_settled = |note: &Note| {
        note.place.is_some_and(|(part, span)| {
            let covers = |&(at, whole): &(Part, ByteSpan)| {
                at == part && whole.start <= span.start && span.end <= whole.end
            };
            settled.iter().any(covers)
        })
    };
    script.notes.retain(|note| !is_settled(note));
    add_asides(edition, script);
}

fn is_skipped(edition: &Edition, article: &Article, part: Part) -> bool {
    !edition.skipped.is_empty()
        && article.parts().any(|(at, text)| at == part && edition.skipped.iter().any(|s| s == text))
}

fn say(utterance: &mut Utterance, spoken: &str) {
    spoken.clone_into(&mut utterance.spoken);
    utterance.tokens = vec![Token {
        class: SemioticClass::Lexicon,
        span: utterance.span,
        spoken: spoken.to_owned(),
    }];
}

/// Puts what is only spoken where it belongs, in the order in which it was added. What follows a sentence that is
/// gone is not said.
fn add_asides(edition: &Edition, script: &mut Script) {
    // From the last to the first, so that several at one place come out in their order.
    for aside in edition.asides.iter().rev() {
        let (place, part, at, pause) = match &aside.after {
            None => match script.utterances.first() {
                Some(first) => (0, first.part, first.span.start, Pause::Paragraph),
                None => continue,
            },
            Some(after) => {
                let is_it = |utterance: &Utterance| utterance.written.trim() == after;
                let Some(place) = script.utterances.iter().position(is_it) else { continue };
                let before = &mut script.utterances[place];
                // It takes the place of the sentence before the break that follows.
                let pause = std::mem::replace(&mut before.pause, Pause::Sentence);
                (place + 1, before.part, before.span.end, pause)
            }
        };
        let span = ByteSpan { start: at, end: at };
        let mut utterance = Utterance {
            part,
            span,
            written: String::new(),
            spoken: String::new(),
            tokens: Vec::new(),
            pause,
        };
        say(&mut utterance, &aside.spoken);
        script.utterances.insert(place, utterance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edition::Edit;
    use crate::extract;
    use crate::normalize::{self, Lexicon};

    fn read(edits: &[Edit]) -> Script {
        let text = "Cầu mới\n\nCầu dài 45 m. Ông Brzylka đến dự.\n\nẢnh: Mạnh Hùng\n\nDân vui.";
        let (article, _) = extract::plain_text(text).unwrap();
        let mut edition = Edition::default();
        for edit in edits {
            edition = edition.with(edit).unwrap();
        }
        let mut script = normalize::script(&article, &Lexicon::default());
        edited(&edition, &article, &mut script);
        for (part, text) in article.parts() {
            let of_part = script.utterances.iter().filter(|utterance| utterance.part == part);
            let tiled: String = of_part.map(|utterance| utterance.written.as_str()).collect();
            assert_eq!(tiled, text);
        }
        script
    }

    fn spoken(script: &Script) -> Vec<&str> {
        script.utterances.iter().map(|utterance| utterance.spoken.as_str()).collect()
    }

    fn aside(after: Option<&str>, spoken: &str) -> Edit {
        Edit::Aside { after: after.map(Into::into), spoken: spoken.into() }
    }

    #[test]
    fn nothing_decided_is_the_machines_own_reading() {
        let (text, _) = extract::plain_text("Cầu mới\n\nCầu dài 45 m.").unwrap();
        let own = normalize::script(&text, &Lexicon::default());
        let mut script = own.clone();
        edited(&Edition::default(), &text, &mut script);
        assert_eq!(script, own);
    }

    #[test]
    fn a_sentence_is_said_as_somebody_wrote_it_and_no_longer_doubted() {
        let doubts = |script: &Script| script.notes.iter().filter(|n| n.place.is_some()).count();
        let before = read(&[]);
        let edit = Edit::Sentence {
            written: "Ông Brzylka đến dự.".into(),
            spoken: Some("ông bờ xin ka đến dự.".into()),
        };
        let after = read(&[edit]);
        assert!(spoken(&after).contains(&"ông bờ xin ka đến dự."), "{after:?}");
        assert_eq!((doubts(&before), doubts(&after)), (1, 0), "{before:?}");
    }

    #[test]
    fn a_block_that_is_skipped_says_nothing() {
        let script = read(&[Edit::Skip("Ảnh: Mạnh Hùng".into())]);
        let said: Vec<_> = script.utterances.iter().filter(|u| u.spoken.is_empty()).collect();
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].written, "Ảnh: Mạnh Hùng");
    }

    #[test]
    fn words_that_are_only_spoken_stand_where_they_were_put_in_their_order() {
        let script = read(&[
            aside(None, "xin chào"),
            aside(None, "báo mường thanh xin giới thiệu"),
            aside(Some("Dân vui."), "hết"),
            aside(Some("Câu này không có."), "không ai nghe"),
        ]);
        let said = spoken(&script);
        assert_eq!(said[..2], ["xin chào", "báo mường thanh xin giới thiệu"]);
        assert_eq!(said[said.len() - 1], "hết");
        assert!(!said.contains(&"không ai nghe"));
        let [.., before, last] = &script.utterances[..] else { panic!("{script:?}") };
        assert_eq!((before.pause, last.pause), (Pause::Sentence, Pause::Paragraph));
    }
}

//! Article -> Script.
//!
//! The written text is cut into tokens once (`tokenize`). Then one pass goes from left to right:
//! at each token the rules below are asked in their order, and the first that knows what begins
//! here says how many tokens it covers, of which semiotic class they are and how they are said.
//! Rules look at the written tokens only, ahead and back, never at what a rule has said, so no
//! spoken word is ever read a second time. Last, the pieces are joined into utterances
//! (`sentence`).

mod capitals;
mod code;
mod compare;
mod compound;
mod coordinate;
mod counted;
mod date;
mod document;
mod electronic;
mod fold;
mod foreign;
mod fraction;
mod letters;
mod lexicon;
mod list;
mod markup;
mod math;
mod measure;
mod number;
mod period;
mod phrases;
mod punctuation;
mod range;
mod rate;
mod roman;
mod sentence;
mod sieve;
mod signs;
mod table;
mod telephone;
#[cfg(test)]
mod tests;
mod time;
mod tokenize;

use std::ops::Range;

use crate::domain::article::{Article, ByteSpan, Part};
use crate::domain::note::{Note, NoteKind};
use crate::domain::script::{Script, SemioticClass, Token, Utterance};

pub use compare::{Difference, differences};
pub use lexicon::Lexicon;
pub use sieve::Sieve;
use tokenize::{At, Kind};

/// The whole article as it will be said.
pub fn script(article: &Article, lexicon: &Lexicon) -> Script {
    let mut script = Script::default();
    for (part, text) in article.parts() {
        let (pieces, notes) = read(part, text, lexicon);
        let end = sentence::pause_after(part, article.kind(part));
        script.notes.extend(notes);
        sentence::cut(part, text, pieces, end, &mut script.utterances, &mut script.notes);
    }
    script
}

/// One part's text as utterances that tile it exactly, and what an editor should look at.
pub fn utterances(part: Part, text: &str, lexicon: &Lexicon) -> (Vec<Utterance>, Vec<Note>) {
    let (pieces, mut notes) = read(part, text, lexicon);
    let end = sentence::pause_after(part, crate::domain::article::BlockKind::Paragraph);
    let mut utterances = Vec::new();
    sentence::cut(part, text, pieces, end, &mut utterances, &mut notes);
    (utterances, notes)
}

/// What a rule found at a place.
#[derive(Clone)]
struct Reading {
    /// How many written tokens it covers; at least one.
    count: usize,
    class: SemioticClass,
    spoken: String,
    doubt: Option<(NoteKind, String)>,
}

impl Reading {
    /// Covers the tokens from here to the one before `end`.
    fn new(end: isize, class: SemioticClass, spoken: impl Into<String>) -> Self {
        let count = usize::try_from(end).unwrap_or(0).max(1);
        Self { count, class, spoken: spoken.into(), doubt: None }
    }

    fn doubtful(self, kind: NoteKind, message: impl Into<String>) -> Self {
        Self { doubt: Some((kind, message.into())), ..self }
    }

    /// What was `written` may be said in `others` ways as well; the editor is told which, the
    /// likeliest first.
    fn or_else_read(self, written: &str, others: &[impl AsRef<str>]) -> Self {
        let quoted: Vec<String> = others.iter().map(|o| format!("{:?}", o.as_ref())).collect();
        let list = match quoted.split_last() {
            None => return self,
            Some((only, [])) => only.clone(),
            Some((last, firsts)) => format!("{} or {last}", firsts.join(", ")),
        };
        let message = format!("{written:?} read as {:?}; it may be {list}", self.spoken);
        self.doubtful(NoteKind::Ambiguous, message)
    }
}

type Rule = fn(At) -> Option<Reading>;

/// The kinds of tokens that a rule may begin with, so that most rules need not be asked.
#[derive(Clone, Copy)]
struct Starts(u8);

impl Starts {
    const DIGITS: Self = Self(1);
    const LOWER: Self = Self(2);
    const CAPITALIZED: Self = Self(4);
    const CAPITALS: Self = Self(8);
    const MARK: Self = Self(16);
    const WORD: Self = Self(2 | 4 | 8);
    const ANY: Self = Self(31);

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn includes(self, kind: Kind) -> bool {
        let starts = match kind {
            Kind::Digits => Self::DIGITS,
            Kind::Lower => Self::LOWER,
            Kind::Capital => Self::CAPITALIZED,
            Kind::Letter | Kind::Caps | Kind::Mixed => Self::CAPITALS,
            Kind::Mark => Self::MARK,
            Kind::Space | Kind::Script | Kind::Edge => Self(0),
        };
        self.0 & starts.0 != 0
    }
}

/// Every semiotic class that needs a rule, in the order in which they are asked.
///
/// The order is behaviour: what is more specific stands before what could swallow a part of it.
/// Codes with slashes and hyphens come before dates, dates before fractions and ranges, anything
/// with a unit before a bare number, Roman numerals before acronyms.
const RULES: &[(Starts, Rule)] = &[
    (Starts::ANY, list::read_marker),
    (Starts::ANY, electronic::read),
    (Starts::MARK, markup::read),
    (Starts::MARK, number::read_tolerance),
    (Starts::DIGITS, number::read_slashed),
    (Starts::DIGITS, document::read),
    (Starts::DIGITS, math::read_scientific),
    (Starts::DIGITS.or(Starts::MARK), telephone::read),
    (Starts::DIGITS, code::read_plate),
    (Starts::CAPITALS, code::read_boat),
    (Starts::WORD, code::read_road),
    (Starts::DIGITS, date::read),
    (Starts::DIGITS, time::read),
    (Starts::DIGITS, coordinate::read),
    (Starts::DIGITS, range::read_score),
    (Starts::DIGITS, code::read_address),
    (Starts::DIGITS, measure::read),
    (Starts::MARK.or(Starts::CAPITALS), measure::read_prefixed),
    (Starts::DIGITS, fraction::read),
    (Starts::DIGITS, range::read),
    (Starts::DIGITS, number::read_ordinal),
    (Starts::DIGITS, code::read_numbered),
    (Starts::CAPITALS, period::read_quarter),
    (Starts::CAPITALS, period::read_month_in_short),
    (Starts::CAPITALS, period::read_weekday),
    (Starts::CAPITALS.or(Starts::CAPITALIZED), code::read_hyphenated),
    (Starts::CAPITALS, code::read_lettered),
    (Starts::CAPITALS, code::read_formula),
    (Starts::CAPITALS, capitals::read_shouted),
    (Starts::CAPITALS, roman::read),
    (Starts::CAPITALS, letters::read_initials),
    (Starts::WORD.or(Starts::DIGITS), letters::read_abbreviation),
    (Starts::WORD, measure::read_alone),
    (Starts::DIGITS, number::read_dotted),
    (Starts::DIGITS, number::read_number),
    (Starts::MARK, period::read_year_after_slash),
    (Starts::MARK, date::read_slash_after_hour),
    (Starts::MARK, rate::read),
    (Starts::MARK, range::read_dash),
    (Starts::MARK, electronic::read_path),
    (Starts::LOWER, math::read_product),
    (Starts::LOWER, rate::read_times),
    (Starts::MARK, number::read_and_more),
    (Starts::MARK.or(Starts::LOWER), math::read),
    (Starts::WORD, letters::read_apostrophe),
    (Starts::WORD, letters::read_letters),
    (Starts::WORD, foreign::read),
];

/// A token with what the sentence cutter needs to know about it.
struct Piece {
    token: Token,
    /// Whether an utterance may end after it.
    ends: bool,
    /// Whether a long sentence is best cut after it: a semicolon or a colon.
    strong: bool,
    /// How many words its spoken form has.
    words: usize,
}

/// Reads a text from left to right; the tokens of the pieces tile it.
fn read(part: Part, text: &str, lexicon: &Lexicon) -> (Vec<Piece>, Vec<Note>) {
    let tokens = tokenize::tokens(text);
    read_tokens(part, &tokens, 0..tokens.len(), lexicon, read_by_rules)
}

/// Reads some of the tokens from left to right, in sight of all; `by_rules` says how the rules read what begins at a
/// place.
fn read_tokens<'t>(
    part: Part,
    tokens: &'t [tokenize::Written<'t>],
    some: Range<usize>,
    lexicon: &Lexicon,
    mut by_rules: impl FnMut(At<'t>) -> Reading,
) -> (Vec<Piece>, Vec<Note>) {
    let mut pieces = Vec::with_capacity(some.len());
    let mut notes = Vec::new();
    let mut at = some.start;
    while at < some.end {
        let here = At::new(tokens, at);
        let reading = read_here(here, lexicon, &mut by_rules);
        let count = reading.count.min(here.left());
        let last = at + count - 1;
        let span = ByteSpan { start: tokens[at].span.start, end: tokens[last].span.end };
        if let Some((kind, message)) = reading.doubt {
            notes.push(Note::at(kind, part, span, message));
        }
        let ends = punctuation::may_end(here.moved(count as isize - 1), reading.class);
        let words =
            if reading.spoken.is_empty() { 0 } else { 1 + reading.spoken.matches(' ').count() };
        let token = Token { class: reading.class, span, spoken: reading.spoken };
        let strong = matches!(here.text(0), ";" | ":");
        pieces.push(Piece { token, ends, strong, words });
        at += count;
    }
    (pieces, notes)
}

fn read_here<'t>(
    at: At<'t>,
    lexicon: &Lexicon,
    by_rules: &mut impl FnMut(At<'t>) -> Reading,
) -> Reading {
    if let Some((spoken, count)) = lexicon.longest(at) {
        return Reading::new(count as isize, SemioticClass::Lexicon, spoken);
    }
    let reading = by_rules(at);
    // `100 USD` must not swallow what the newsroom says of `USD`: the rules are asked again as if
    // the text ended there.
    let mut within = 1..reading.count.min(at.left()) as isize;
    match within.find(|&k| lexicon.longest(at.moved(k)).is_some()) {
        Some(end) => read_by_rules(at.up_to(end)),
        None => reading,
    }
}

fn read_by_rules(at: At) -> Reading {
    let kind = at.kind(0);
    let mut rules = RULES.iter().filter(|(starts, _)| starts.includes(kind));
    if let Some(reading) = rules.find_map(|(_, rule)| rule(at)) {
        return reading;
    }
    match kind {
        Kind::Space => Reading::new(1, SemioticClass::Space, ""),
        Kind::Mark => punctuation::read(at),
        // Letters of other scripts, and combining marks that stand alone.
        _ if kind == Kind::Script || at.text(0).is_empty() => {
            let message = format!("no reading for {:?}", at.text(0));
            Reading::new(1, SemioticClass::Symbol, "").doubtful(NoteKind::UnknownSymbol, message)
        }
        _ => Reading::new(1, SemioticClass::Word, at.text(0)),
    }
}

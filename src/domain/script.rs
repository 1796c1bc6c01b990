//! What the voice will read: utterances whose every spoken piece knows where it was written.
//!
//! The script is the pivot of the program: the machine speaks it, the player highlights it,
//! the editor corrects it.

use super::article::{ByteSpan, Part};
use super::note::Note;

/// An article as it will be said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    pub utterances: Vec<Utterance>,
    pub notes: Vec<Note>,
}

/// What is synthesized in one call, normally a sentence.
///
/// The utterances of one part tile that part's text: each begins where the one before it ended,
/// trailing white space included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utterance {
    pub part: Part,
    /// Where it stands in the part's text.
    pub span: ByteSpan,
    /// The text of that span, exactly as written.
    pub written: String,
    /// Words only, with `, . ? !` as pauses.
    pub spoken: String,
    /// The pieces, in order; their spans tile `span`.
    pub tokens: Vec<Token>,
    /// The silence that follows.
    pub pause: Pause,
}

/// A written piece and how it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub class: SemioticClass,
    /// Where it was written, in the part's text.
    pub span: ByteSpan,
    /// How it is said; empty when it is silent (a space, a bracket).
    pub spoken: String,
}

/// Kinds of text that are read by rules of their own (Taylor, "Text-to-Speech Synthesis", 2009,
/// chapter 4). One file of `normalize/` each, or a few close kin together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SemioticClass {
    /// A word that is said as written.
    Word,
    /// White space.
    Space,
    /// Anything that becomes a pause, or nothing.
    Punctuation,
    Cardinal,
    Ordinal,
    Decimal,
    /// Said digit by digit.
    Digits,
    Percent,
    Fraction,
    Score,
    Range,
    Date,
    Time,
    Measure,
    Money,
    Telephone,
    Roman,
    /// The number of a law, a decision, a party resolution: `42-NQ/TW`.
    DocumentNumber,
    Abbreviation,
    /// Said by the names of its letters, or as a word.
    Acronym,
    /// The initial of a name: `Nguyễn V. A.`
    Initial,
    /// The number plate of a vehicle.
    Plate,
    /// A road, a kilometre post.
    Road,
    /// A school class, a product, a virus: letters and digits that are one name.
    Code,
    /// A web or mail address, a hashtag, a handle.
    Electronic,
    /// A mathematical sign or formula.
    Math,
    /// A foreign name or loanword, respelled.
    Foreign,
    /// The number or letter that opens a list item.
    ListMarker,
    /// Replaced by the newsroom's own lexicon.
    Lexicon,
    /// A sign that no rule knows.
    Symbol,
}

/// The silence after an utterance, by the kind of break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pause {
    /// Inside a sentence, where a long one was cut.
    Clause,
    Sentence,
    Paragraph,
    Heading,
    /// After the article's title.
    Title,
    /// After the article's lead.
    Lead,
}

impl SemioticClass {
    /// The name that `baonoi normalize --json` prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Space => "space",
            Self::Punctuation => "punctuation",
            Self::Cardinal => "cardinal",
            Self::Ordinal => "ordinal",
            Self::Decimal => "decimal",
            Self::Digits => "digits",
            Self::Percent => "percent",
            Self::Fraction => "fraction",
            Self::Score => "score",
            Self::Range => "range",
            Self::Date => "date",
            Self::Time => "time",
            Self::Measure => "measure",
            Self::Money => "money",
            Self::Telephone => "telephone",
            Self::Roman => "roman",
            Self::DocumentNumber => "document_number",
            Self::Abbreviation => "abbreviation",
            Self::Acronym => "acronym",
            Self::Initial => "initial",
            Self::Plate => "plate",
            Self::Road => "road",
            Self::Code => "code",
            Self::Electronic => "electronic",
            Self::Math => "math",
            Self::Foreign => "foreign",
            Self::ListMarker => "list_marker",
            Self::Lexicon => "lexicon",
            Self::Symbol => "symbol",
        }
    }
}

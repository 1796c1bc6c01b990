//! What a newspaper published: the page as fetched, and the article taken from it.

use super::address::Address;
use super::units::Timestamp;

/// A document as it came from its site, decoded to Unicode but otherwise untouched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The address that finally answered, after redirects; `None` for a file.
    pub url: Option<Address>,
    /// The HTML text.
    pub html: String,
}

/// An article and nothing else: no captions, related links, player remnants or comments.
///
/// All text is plain NFC without markup; white space inside a text is single spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Article {
    /// The canonical address.
    pub url: Option<Address>,
    /// The paper's name as it calls itself, else the host name.
    pub site: Option<String>,
    pub title: String,
    /// The lead (sapo).
    pub lead: Option<String>,
    pub author: Option<String>,
    /// The section of the paper (`Kinh tế`, `Thể thao`); `None` where the page does not say.
    pub section: Option<String>,
    /// When it was published; `None` where the page does not say.
    pub published: Option<Timestamp>,
    /// The body in reading order.
    pub blocks: Vec<Block>,
}

/// One piece of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    pub text: String,
}

/// What a block is; it decides the pauses around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    Heading,
    Paragraph,
    ListItem,
    Quote,
}

/// A half-open range of bytes of a UTF-8 text; both ends lie on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByteSpan {
    pub start: usize,
    pub end: usize,
}

/// Which text of an article is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Title,
    Lead,
    /// The block with this index.
    Block(usize),
}

impl Part {
    /// The name in storage and addresses: `title`, `lead`, or the index of the block.
    pub fn name(self) -> String {
        match self {
            Self::Title => "title".to_owned(),
            Self::Lead => "lead".to_owned(),
            Self::Block(index) => index.to_string(),
        }
    }

    /// The part of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "title" => Self::Title,
            "lead" => Self::Lead,
            index => Self::Block(index.parse().ok()?),
        })
    }
}

impl Article {
    /// The texts to be read, in reading order.
    pub fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        let title = std::iter::once((Part::Title, self.title.as_str()));
        let lead = self.lead.iter().map(|lead| (Part::Lead, lead.as_str()));
        let blocks = self.blocks.iter().enumerate();
        let body = blocks.map(|(index, block)| (Part::Block(index), block.text.as_str()));
        title.chain(lead).chain(body).filter(|(_, text)| !text.trim().is_empty())
    }

    /// The kind of a part, as far as pauses go: a title is a heading, a lead a paragraph.
    pub fn kind(&self, part: Part) -> BlockKind {
        match part {
            Part::Title => BlockKind::Heading,
            Part::Lead => BlockKind::Paragraph,
            Part::Block(index) => self.blocks.get(index).map_or(BlockKind::Paragraph, |b| b.kind),
        }
    }
}

impl BlockKind {
    pub const ALL: [Self; 4] = [Self::Heading, Self::Paragraph, Self::ListItem, Self::Quote];

    /// The name in storage and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heading => "heading",
            Self::Paragraph => "paragraph",
            Self::ListItem => "list_item",
            Self::Quote => "quote",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl ByteSpan {
    /// The piece of `text` that is meant, or `""` when the span does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

//! Vietnamese from before Unicode: recognized in a parsed page, block by block, and restored.
//!
//! It is done after parsing, because such text stands in the page as Western letters, raw or as
//! entities, and the fonts that gave it its look are named by its elements. An encoding is believed
//! when it turns far more words into Vietnamese syllables than there were before; its font and the
//! rest of the page help to decide about short texts. Text that holds letters which only Unicode
//! has is left alone.

mod charset;
mod evidence;
mod letters;
mod syllable;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use scraper::node::Element;
use scraper::{Html, Node};

use super::metadata::attribute;
use charset::{Charset, holds_encoded_utf8, is_only_unicode};
use evidence::Offer;

/// Bytes of a block that are looked at for evidence.
const EVIDENCE_MAX: usize = 4_000;

/// Restores the texts of a page, those in its head included.
pub fn restore(document: &mut Html) {
    let (mut pieces, mut places) = (Vec::new(), Vec::new());
    let mut walk = Walk::default();
    let mut node = document.tree.root();
    'page: loop {
        if let Some(piece) = walk.enter(node.value()) {
            pieces.push(piece);
            places.push(node.id());
        }
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        walk.leave(node.value());
        while node.next_sibling().is_none() {
            let Some(parent) = node.parent() else { break 'page };
            node = parent;
            walk.leave(node.value());
        }
        if let Some(sibling) = node.next_sibling() {
            node = sibling;
        }
    }
    let restored = restored(&pieces);
    for (place, text) in places.into_iter().zip(restored) {
        if let (Some(text), Some(mut node)) = (text, document.tree.get_mut(place)) {
            put(node.value(), &text);
        }
    }
}

/// Restores a text without markup; its lines are decided one by one.
pub fn text(text: &str) -> Cow<'_, str> {
    let lines = text.split_inclusive('\n').enumerate();
    let pieces: Vec<Piece> = lines.map(|(block, text)| Piece { text, block, font: None }).collect();
    let restored = restored(&pieces);
    if restored.iter().all(Option::is_none) {
        return Cow::Borrowed(text);
    }
    let texts = pieces.iter().zip(&restored);
    Cow::Owned(texts.map(|(piece, new)| new.as_deref().unwrap_or(piece.text)).collect())
}

/// A text of the page in one font.
struct Piece<'a> {
    text: &'a str,
    /// Texts of one block are decided together.
    block: usize,
    font: Option<Font>,
}

/// A font that has its own encoding.
#[derive(Clone, Copy)]
struct Font {
    charset: Charset,
    /// It shows small letters as capitals.
    is_capital: bool,
}

/// The texts as they were meant, where that is not as they stand.
fn restored(pieces: &[Piece]) -> Vec<Option<String>> {
    let cases = cases(pieces);
    let usual = usual(&cases);
    let mut restored: Vec<Option<String>> = pieces.iter().map(|_| None).collect();
    for case in &cases {
        if let Some(charset) = case.charset(usual) {
            for &member in &case.members {
                restored[member] = Some(pieces[member].read_as(charset));
            }
        }
    }
    for (piece, restored) in pieces.iter().zip(&mut restored) {
        if let Some(mended) = letters::with_real_d(restored.as_deref().unwrap_or(piece.text)) {
            *restored = Some(mended);
        }
    }
    restored
}

/// Texts of a block that are decided together.
struct Case {
    members: Vec<usize>,
    font: Option<Charset>,
    offers: Vec<Offer>,
}

/// The cases that there is something to decide about.
fn cases(pieces: &[Piece]) -> Vec<Case> {
    let (mut cases, mut first) = (Vec::new(), 0);
    for block in pieces.chunk_by(|one, next| one.block == next.block) {
        let members = (first..).zip(block).filter(|(_, piece)| !piece.text.is_ascii());
        first += block.len();
        let (unicode, western): (Vec<_>, Vec<_>) =
            members.partition(|(_, piece)| piece.text.contains(is_only_unicode));
        let doubtful = unicode.into_iter().filter(|(_, piece)| holds_encoded_utf8(piece.text));
        cases.extend(doubtful.map(|(member, piece)| {
            let mut case = Case::of(vec![(member, piece)]);
            case.offers.retain(|offer| offer.charset == Charset::Utf8);
            case
        }));
        if !western.is_empty() {
            cases.push(Case::of(western));
        }
    }
    cases
}

impl Case {
    fn of(members: Vec<(usize, &Piece)>) -> Self {
        let text: String = members.iter().map(|(_, piece)| piece.text).collect();
        let font = members.iter().find_map(|(_, piece)| piece.font).map(|font| font.charset);
        let members = members.into_iter().map(|(member, _)| member).collect();
        Self { members, font, offers: Offer::all(&text[..text.floor_char_boundary(EVIDENCE_MAX)]) }
    }

    /// The encoding, if there is good reason to believe in one.
    fn charset(&self, usual: Option<Charset>) -> Option<Charset> {
        let expected = |offer: &Offer| [self.font, usual].contains(&Some(offer.charset));
        let convincing = self.offers.iter().filter(|offer| offer.convinces(expected(offer)));
        // The first of the best: `max_by_key` would take the last.
        let value = |offer: &&Offer| (offer.gain, expected(offer));
        let best = convincing.rev().max_by_key(value)?;
        Some(best.charset)
    }
}

/// The encoding that most of the page's evidence speaks for.
fn usual(cases: &[Case]) -> Option<Charset> {
    let sum = |charset: Charset| -> isize {
        let own = cases.iter().filter(|case| case.charset(None) == Some(charset));
        let offers = own.flat_map(|case| &case.offers);
        offers.filter(|offer| offer.charset == charset).map(|offer| offer.gain).sum()
    };
    let sums = Charset::ALL.into_iter().map(|charset| (charset, sum(charset)));
    sums.filter(|(_, sum)| *sum > 0).max_by_key(|(_, sum)| *sum).map(|(charset, _)| charset)
}

impl Piece<'_> {
    fn read_as(&self, charset: Charset) -> String {
        let text = charset.decode(self.text);
        match self.font {
            _ if charset != Charset::Tcvn3 => text,
            Some(Font { is_capital: true, .. }) => text.to_uppercase(),
            _ => letters::with_even_capitals(&text),
        }
    }
}

/// The state of the walk over the page: in which block and font it is.
#[derive(Default)]
struct Walk {
    block: usize,
    /// The elements between the root and here.
    open: Vec<Open>,
}

#[derive(Clone, Copy, Default)]
struct Open {
    font: Option<Font>,
    /// Its text is no language.
    is_code: bool,
    is_inline: bool,
}

impl Walk {
    /// Takes in a node; its text, if it has one.
    fn enter<'a>(&mut self, node: &'a Node) -> Option<Piece<'a>> {
        match node {
            Node::Text(text) => {
                let around = self.open.last().copied().unwrap_or_default();
                // Nothing is to be restored in ASCII, and most texts are but blanks.
                let is_candidate = !around.is_code && !text.is_ascii();
                is_candidate.then(|| Piece { text, block: self.block, font: around.font })
            }
            Node::Element(element) => {
                let is_inline = is_inline(element.name());
                self.block += usize::from(!is_inline);
                let around = self.open.last().copied().unwrap_or_default();
                let font = font(element).or(around.font);
                self.open.push(Open { font, is_code: is_code(element), is_inline });
                let text = content(element)?;
                self.block += 1;
                Some(Piece { text, block: self.block, font: None })
            }
            _ => None,
        }
    }

    fn leave(&mut self, node: &Node) {
        if node.is_element()
            && let Some(open) = self.open.pop()
        {
            self.block += usize::from(!open.is_inline);
        }
    }
}

/// The elements that change the look of running text; all others part it.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "big"
            | "br"
            | "del"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "mark"
            | "s"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "tt"
            | "u"
    )
}

/// Scripts and styles; structured data is text.
fn is_code(element: &Element) -> bool {
    let is_data = || element.attrs().any(|(name, kind)| name == "type" && kind.contains("json"));
    element.name() == "style" || element.name() == "script" && !is_data()
}

/// What a `<meta>` says.
fn content(element: &Element) -> Option<&str> {
    if element.name() == "meta" { attribute(element, "content") } else { None }
}

/// Puts a text back where [`Walk::enter`] took it from.
fn put(node: &mut Node, text: &str) {
    match node {
        Node::Text(old) => old.text = text.into(),
        Node::Element(element) => {
            let mut attributes = element.attrs.iter_mut();
            if let Some((_, old)) = attributes.find(|(name, _)| &*name.local == "content") {
                *old = text.into();
            }
        }
        _ => {}
    }
}

/// The font that an element asks for, if it has an encoding of its own.
fn font(element: &Element) -> Option<Font> {
    let mut values = element.attrs().filter(|(name, _)| matches!(*name, "face" | "style"));
    values.find_map(|(_, value)| {
        let lower = value.to_ascii_lowercase();
        let named = |prefix: &str| lower.find(prefix).map(|at| &value[at..]);
        if let Some(name) = named(".vn") {
            let end = name.find([',', ';', '"', '\'']).unwrap_or(name.len());
            // `.VnTimeH` is the capital font of `.VnTime`.
            let is_capital = name[..end].trim_end().ends_with('H');
            return Some(Font { charset: Charset::Tcvn3, is_capital });
        }
        named("vni-").map(|_| Font { charset: Charset::Vni, is_capital: false })
    })
}

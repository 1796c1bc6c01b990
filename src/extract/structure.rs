//! Limits on a page's structure, checked in one pass over its bytes before the parser sees it. What
//! no reader sees is cut out on the way: scripts, styles, drawings and comments were 63 % of the bytes
//! of 13 newspaper pages.
//!
//! The parser walks its stack of open elements at most tags, and opens unclosed formatting again in
//! every block, so both cost the square of what a hostile page nests. The scan bounds that stack
//! from above by one strict rule: an end tag closes the innermost element and only if it has its
//! name. The parser never keeps more of such a balanced stretch; where it closes more, by all the
//! rules about paragraphs, tables and formatting, the scan just counts too much. What the rule
//! needs is that both cut the page into the same tags: where that depends on whether an element
//! belongs to a drawing (SVG, MathML) and the scan cannot know, the page is refused.

use std::borrow::Cow;
use std::collections::HashMap;

use super::NoArticle;
use tokens::{Tag, Token, Tokens};

mod tokens;

/// Elements left open at once, by the strict rule. Sloppy pages that never close their paragraphs
/// and list items reach some hundreds; what they cost is bounded by the steps.
const DEPTH_MAX: usize = 10_000;
/// Open elements summed over all tags: the steps that the parser may take along its stack, at about
/// five nanoseconds each. A page of fewer than 10,000 tags cannot reach it.
const STEPS_MAX: usize = 100_000_000;
/// Start tags in a page. The largest front pages measured have 16,000.
const TAGS_MAX: usize = 200_000;
/// Elements that the parser may build, those included that no tag asks for.
const ELEMENTS_MAX: usize = 1_000_000;
/// Attributes of one tag; the parser compares each with all before it.
const TAG_ATTRIBUTES_MAX: usize = 300;
/// Attributes in a page.
const ATTRIBUTES_MAX: usize = 1_000_000;

/// Of formatting tags with the same text the parser keeps three to open again.
const ALIKE_MAX: usize = 3;
/// Copies that the parser makes at most when formatting ends across other elements.
const COPIES_MAX: usize = 32;
/// Passes over its stack that the parser makes then.
const PASSES_MAX: usize = 8;

/// The page with all of its text and structure, without what would be parsed for nothing. A page
/// whose structure is too deep or too large to be a newspaper's is refused.
pub fn bounded(html: &str) -> Result<Cow<'_, str>, NoArticle> {
    Ok(Scan::over(html)?.tokens.kept())
}

/// Upper bounds on what the parser builds of a page.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    /// Elements open at once, by the strict rule.
    depth: usize,
    elements: usize,
    steps: usize,
    tags: usize,
    attributes: usize,
}

impl Size {
    fn check(&self) -> Result<(), NoArticle> {
        if self.depth > DEPTH_MAX {
            return Err(NoArticle::TooDeep { limit: DEPTH_MAX });
        }
        let counts = [
            (self.tags, TAGS_MAX, "tags"),
            (self.attributes, ATTRIBUTES_MAX, "attributes"),
            (self.elements, ELEMENTS_MAX, "unclosed formatting tags"),
            (self.steps, STEPS_MAX, "unclosed tags"),
        ];
        let over = counts.iter().find(|(count, limit, _)| count > limit);
        over.map_or(Ok(()), |(_, _, what)| Err(NoArticle::TooMany { what }))
    }
}

/// How the parser treats an element of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Closed at once.
    Void,
    /// Its content is text up to its end tag.
    Raw,
    /// Opened again when a block cut it short.
    Formatting,
    /// Part of a table; the parser adds the body and row that are missing around it.
    TablePart,
    /// The root of a drawing or formula.
    Drawing,
    Other,
}

/// An open element.
struct Open<'a> {
    name: &'a [u8],
    /// A drawing's root, or known to be inside one.
    in_drawing: bool,
    /// Page elements may stand inside although it belongs to a drawing.
    is_window: bool,
    /// The text of a formatting tag.
    formatting: Option<&'a [u8]>,
}

struct Scan<'a> {
    tokens: Tokens<'a>,
    size: Size,
    open: Vec<Open<'a>>,
    /// How many of them are in drawings, windows out of drawings, templates.
    drawings: usize,
    windows: usize,
    templates: usize,
    /// Whether, with drawings open, the parser surely stands in the innermost of them.
    sure: bool,
    /// Where the content of the outermost drawing begins.
    drawing_from: usize,
    /// How often each formatting tag is open.
    formatting: HashMap<&'a [u8], usize>,
    /// Formatting that the parser may open again at once.
    reopenable: usize,
}

impl<'a> Scan<'a> {
    fn over(html: &'a str) -> Result<Self, NoArticle> {
        let mut scan = Self::of(html);
        while let Some(token) = scan.tokens.next() {
            match token {
                Token::Start(tag) => {
                    scan.count(&tag)?;
                    scan.begin(&tag)?;
                }
                Token::End(tag) => {
                    scan.count(&tag)?;
                    scan.end(&tag);
                }
                Token::Cdata => scan.cdata()?,
            }
            scan.size.check()?;
        }
        Ok(scan)
    }

    fn of(html: &'a str) -> Self {
        Self {
            tokens: Tokens::of(html),
            // The parser adds `html`, `head` and `body`.
            size: Size { elements: 3, ..Size::default() },
            open: Vec::new(),
            drawings: 0,
            windows: 0,
            templates: 0,
            sure: true,
            drawing_from: 0,
            formatting: HashMap::new(),
            reopenable: 0,
        }
    }

    /// Counts what every tag may cost.
    fn count(&mut self, tag: &Tag) -> Result<(), NoArticle> {
        self.size.attributes += tag.attributes;
        self.size.steps += self.open.len();
        // `</p>` and `</br>` build elements too.
        self.size.elements += 1 + self.reopenable;
        if tag.attributes > TAG_ATTRIBUTES_MAX {
            return Err(NoArticle::TooMany { what: "attributes" });
        }
        Ok(())
    }

    fn begin(&mut self, tag: &Tag<'a>) -> Result<(), NoArticle> {
        self.size.tags += 1;
        let mut lower = [0; 16];
        let name = lower_case(tag.name, &mut lower);
        let kind = kind(name);
        match name {
            // Among frames, and in a template of columns, the parser passes over all other tags.
            "frameset" => return Err(NoArticle::TooMany { what: "frames" }),
            "col" if self.templates > 0 => {
                return Err(NoArticle::TooMany { what: "templates of columns" });
            }
            // These end the one before.
            "a" | "nobr" => self.count_adoption(),
            _ => {}
        }
        self.end_items(name);
        if kind == Kind::TablePart || name == "col" {
            self.size.elements += 2;
        }
        self.sure &= !self.open.last().is_some_and(|open| open.is_window);
        if self.drawings > 0 && leaves_drawings(name) {
            self.leave_drawings();
        }
        let opens = match (self.drawings > 0, self.sure) {
            (false, _) => match kind {
                Kind::Void => false,
                Kind::Raw => {
                    let from = self.tokens.at();
                    self.tokens.skip_text_of(tag.name);
                    if is_unread(name, tag) {
                        self.tokens.cut(from..self.tokens.at());
                    }
                    false
                }
                Kind::Drawing => !tag.is_self_closing,
                _ => true,
            },
            (true, true) => !tag.is_self_closing,
            (true, false) if kind == Kind::Raw => return Err(unsure()),
            (true, false) => kind != Kind::Void || !tag.is_self_closing && !leaves_drawings(name),
        };
        if opens {
            self.push(tag, name, kind);
        }
        Ok(())
    }

    /// A list item ends the one that is open right before it, as everywhere in HTML without end tags.
    /// With anything else between, or in a drawing, the strict rule holds.
    fn end_items(&mut self, name: &str) {
        let ended: &[&[u8]] = match name {
            "li" => &[b"li"],
            "dd" | "dt" => &[b"dd", b"dt"],
            _ => return,
        };
        let is_one = |open: &Open| ended.iter().any(|name| open.name.eq_ignore_ascii_case(name));
        if self.drawings == 0 && self.open.last().is_some_and(is_one) {
            self.pop();
        }
    }

    fn push(&mut self, tag: &Tag<'a>, name: &str, kind: Kind) {
        let surely_inside = self.drawings > 0 && self.sure;
        let is_window = self.drawings > 0 && is_window(name);
        let in_drawing = surely_inside || is_window || kind == Kind::Drawing;
        let formatting = (kind == Kind::Formatting && !surely_inside).then_some(tag.whole);
        // With a colour, a size or a face it leaves the drawing.
        self.sure &= !(surely_inside && name == "font");
        self.drawings += usize::from(in_drawing);
        self.windows += usize::from(is_window);
        self.templates += usize::from(name == "template");
        if kind == Kind::Drawing && self.drawings == 1 {
            self.drawing_from = self.tokens.at();
        }
        if let Some(whole) = formatting {
            let alike = self.formatting.entry(whole).or_default();
            *alike += 1;
            self.reopenable += usize::from(*alike <= ALIKE_MAX);
        }
        self.open.push(Open { name: tag.name, in_drawing, is_window, formatting });
        self.size.depth = self.size.depth.max(self.open.len());
    }

    fn end(&mut self, tag: &Tag) {
        let is_it = |open: &Open| open.name.eq_ignore_ascii_case(tag.name);
        if self.drawings > 0 && self.sure {
            // In a drawing an end tag reaches as far as the drawing's root.
            let inside = self.open.iter().rev().take_while(|open| open.in_drawing);
            if let Some(outward) = inside.clone().position(is_it) {
                (0..=outward).for_each(|_| self.pop());
                if self.drawings == 0 {
                    // It was sure all the time: it would not be again with the drawing open.
                    self.tokens.cut(self.drawing_from..tag.start);
                }
                return;
            }
            self.sure = false;
        }
        if self.drawings > 0
            && [&b"p"[..], b"br"].iter().any(|name| tag.name.eq_ignore_ascii_case(name))
        {
            self.leave_drawings();
        }
        if self.open.last().is_some_and(is_it) {
            self.pop();
        } else if kind(lower_case(tag.name, &mut [0; 16])) == Kind::Formatting {
            self.count_adoption();
        }
    }

    /// Formatting that ends across other elements is copied into them.
    fn count_adoption(&mut self) {
        if !self.formatting.is_empty() {
            self.size.elements += COPIES_MAX;
            self.size.steps += PASSES_MAX * self.open.len();
        }
    }

    /// The parser leaves all drawings up to the next window; without one, there is none left.
    fn leave_drawings(&mut self) {
        if self.windows > 0 {
            self.sure = false;
            return;
        }
        if self.sure {
            while self.drawings > 0 {
                self.pop();
            }
        }
        for open in &mut self.open {
            open.in_drawing = false;
        }
        (self.drawings, self.sure) = (0, true);
    }

    fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.drawings -= usize::from(open.in_drawing);
        self.windows -= usize::from(open.is_window);
        self.templates -= usize::from(open.name.eq_ignore_ascii_case(b"template"));
        self.sure |= self.drawings == 0;
        if let Some(whole) = open.formatting
            && let Some(alike) = self.formatting.get_mut(whole)
        {
            self.reopenable -= usize::from(*alike <= ALIKE_MAX);
            *alike -= 1;
            if *alike == 0 {
                self.formatting.remove(whole);
            }
        }
    }

    /// In drawings it runs to its own end mark, elsewhere it is an odd comment.
    fn cdata(&mut self) -> Result<(), NoArticle> {
        match (self.drawings > 0, self.sure) {
            (false, _) => self.tokens.skip_past(b">"),
            (true, true) => self.tokens.skip_past(b"]]>"),
            (true, false) => return Err(unsure()),
        }
        Ok(())
    }
}

fn unsure() -> NoArticle {
    NoArticle::TooMany { what: "unclosed drawings" }
}

/// A name in lower case; one that is longer than all that matter is none of them.
fn lower_case<'a>(name: &[u8], buffer: &'a mut [u8; 16]) -> &'a str {
    let Some(lower) = buffer.get_mut(..name.len()) else { return "" };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).unwrap_or("")
}

fn kind(name: &str) -> Kind {
    match name {
        "area" | "base" | "basefont" | "bgsound" | "br" | "col" | "embed" | "frame" | "hr"
        | "image" | "img" | "input" | "keygen" | "link" | "meta" | "param" | "source" | "track"
        | "wbr" => Kind::Void,
        "iframe" | "noembed" | "noframes" | "noscript" | "script" | "style" | "textarea"
        | "title" | "xmp" => Kind::Raw,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike"
        | "strong" | "tt" | "u" => Kind::Formatting,
        "caption" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr" => {
            Kind::TablePart
        }
        "svg" | "math" => Kind::Drawing,
        _ => Kind::Other,
    }
}

/// Whether nobody reads what such a tag has up to its end; scripts may hold structured data, the
/// name of whose type may be written with entities.
fn is_unread(name: &str, tag: &Tag) -> bool {
    let is_json = |four: &[u8]| four.eq_ignore_ascii_case(b"json");
    let may_be_data = || tag.whole.contains(&b'&') || tag.whole.windows(4).any(is_json);
    match name {
        "iframe" | "noframes" | "noscript" | "style" | "textarea" => true,
        "script" => !may_be_data(),
        _ => false,
    }
}

/// The start tags that end a drawing wherever they stand in it.
fn leaves_drawings(name: &str) -> bool {
    matches!(
        name,
        "b" | "big"
            | "blockquote"
            | "body"
            | "br"
            | "center"
            | "code"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "embed"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "hr"
            | "i"
            | "img"
            | "li"
            | "listing"
            | "menu"
            | "meta"
            | "nobr"
            | "ol"
            | "p"
            | "pre"
            | "ruby"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "strike"
            | "sub"
            | "sup"
            | "table"
            | "tt"
            | "u"
            | "ul"
            | "var"
    )
}

/// The elements of drawings and formulas that page elements may stand in.
fn is_window(name: &str) -> bool {
    matches!(
        name,
        "annotation-xml" | "desc" | "foreignobject" | "mi" | "mn" | "mo" | "ms" | "mtext" | "title"
    )
}

#[cfg(test)]
mod tests;

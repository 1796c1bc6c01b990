//! The page as a flat list: its block elements, and the passages of text between their borders.
//!
//! One walk over the parsed tree, without recursion. Everything later works on this list, because
//! in document order a subtree is a range.

use std::collections::HashMap;

use scraper::{ElementRef, Html, Node};

use super::furniture::{Marks, class_marks};
use super::metadata::{Claims, attribute};
use super::site::{self, Field, Named, Names, Search, SiteRule};
use super::style::{sets_no_size, style_marks};
use super::text::is_space;

/// Block elements and passages of a page, both in document order.
#[derive(Debug, Default)]
pub struct Outline {
    pub elements: Vec<Element>,
    pub passages: Vec<Passage>,
}

/// A block element.
#[derive(Debug)]
pub struct Element {
    pub tag: Tag,
    pub marks: Marks,
    /// Index of the enclosing block element; the first element is its own parent.
    pub parent: usize,
    /// Its passages are `first..end`.
    pub first: usize,
    pub end: usize,
    /// The elements inside it are those from its own index + 1 to this, exclusive.
    pub last: usize,
    /// A cell's columns and rows.
    pub spans: (u8, u8),
}

/// A run of text without a block border or line break in it.
#[derive(Debug, Default)]
pub struct Passage {
    /// Index of the block element that holds it directly.
    pub element: usize,
    /// With single spaces, otherwise as in the page.
    pub text: String,
    /// Letters and signs, without spaces.
    pub size: usize,
    /// How many of them are in links, bold, italic.
    pub linked: usize,
    pub bold: usize,
    pub italic: usize,
    /// A picture stands between the passage before and this one.
    pub after_image: bool,
    /// The block element that this picture stands in.
    pub image_in: usize,
    /// A picture stands in the same block element, before it.
    pub beside_image: bool,
    /// A line break, not a block border, parts it from the passage before.
    pub after_break: bool,
}

/// The kinds of block elements that later steps tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Paragraph,
    Heading(u8),
    List,
    Item,
    Quote,
    Table,
    Row,
    Cell,
    HeaderCell,
    Figure,
    FigureCaption,
    /// Anything that holds other blocks: `div`, `section`, `article`, `body`.
    Box,
}

/// What the walk does with an element.
enum Way {
    /// Its content is never text of the page.
    Skip,
    Block(Tag),
    Inline,
    Break,
    Image,
}

impl Outline {
    /// The text of all passages of an element, with spaces between them.
    pub fn text(&self, element: usize) -> String {
        let Element { first, end, .. } = self.elements[element];
        let texts: Vec<&str> = self.passages[first..end].iter().map(|p| p.text.as_str()).collect();
        texts.join(" ")
    }

    /// The same, or nothing where it has more letters than that.
    pub fn text_up_to(&self, element: usize, size_max: usize) -> String {
        let Element { first, end, .. } = self.elements[element];
        let sizes = self.passages[first..end].iter().map(|passage| passage.size);
        if sizes.sum::<usize>() <= size_max { self.text(element) } else { String::new() }
    }

    /// The marks of a passage's element and of the elements around it, up to `levels` of them.
    pub fn marks_around(&self, passage: usize, levels: usize) -> Marks {
        let ancestors = self.ancestors(self.passages[passage].element).take(levels);
        ancestors.fold(Marks::NONE, |marks, element| marks.with(self.elements[element].marks))
    }

    /// An element and the elements around it, from the inside out.
    pub fn ancestors(&self, element: usize) -> impl Iterator<Item = usize> {
        let parent = |at: &usize| Some(self.elements[*at].parent).filter(|parent| parent != at);
        std::iter::successors((element < self.elements.len()).then_some(element), parent)
    }
}

impl Element {
    /// Whether a passage lies inside.
    pub fn holds(&self, passage: usize) -> bool {
        (self.first..self.end).contains(&passage)
    }
}

impl Passage {
    /// The part of it that is linked, 0 to 1.
    pub fn link_density(&self) -> f32 {
        self.linked as f32 / self.size.max(1) as f32
    }

    pub fn is_bold(&self) -> bool {
        self.bold * 10 >= self.size * 9
    }

    pub fn is_italic(&self) -> bool {
        self.italic * 10 >= self.size * 9
    }
}

/// Walks the page once; what it says about itself in its head and attributes comes beside, and what
/// the site's rule names on it.
pub fn outline<'a>(document: &'a Html, rule: Option<&'a SiteRule>) -> (Outline, Claims, Names) {
    let mut walk = Walk { search: Search::with(rule), ..Walk::default() };
    let mut node = document.tree.root();
    loop {
        let inner_text = node.first_child().and_then(|child| child.value().as_text());
        let inner_text = inner_text.map_or("", |text| text);
        let enters = match (ElementRef::wrap(node), node.value()) {
            (Some(element), _) => walk.element(element, inner_text),
            (None, other) => walk.enter(other),
        };
        if enters && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        if enters {
            walk.leave();
        }
        while node.next_sibling().is_none() {
            let Some(parent) = node.parent() else {
                walk.flush();
                return (walk.outline, walk.claims, walk.names);
            };
            node = parent;
            walk.leave();
        }
        if let Some(sibling) = node.next_sibling() {
            node = sibling;
        }
    }
}

/// The state of the walk.
#[derive(Default)]
struct Walk<'a> {
    outline: Outline,
    claims: Claims,
    search: Search<'a>,
    /// What class names and ids say, once found out: pages repeat them by the thousand.
    class_marks: HashMap<&'a str, Marks>,
    names: Names,
    /// The nodes between the root and here, with what they changed.
    open: Vec<Open>,
    /// The block elements between the root and here.
    blocks: Vec<usize>,
    run: Passage,
    /// The block element that the last picture stands in.
    image_block: Option<usize>,
    /// A space is due before the next letter.
    space: bool,
    links: usize,
    bolds: usize,
    italics: usize,
    /// The text here has no size.
    tiny: bool,
}

/// What is undone when the walk leaves a node.
#[derive(Default)]
struct Open {
    is_block: bool,
    link: bool,
    bold: bool,
    italic: bool,
    /// Whether the text around it has no size.
    tiny: bool,
}

impl<'a> Walk<'a> {
    /// Takes in a node that is no element; true when its children are to be walked too.
    fn enter(&mut self, node: &Node) -> bool {
        match node {
            Node::Text(text) => {
                self.text(text);
                false
            }
            Node::Document | Node::Fragment => {
                self.open.push(Open::default());
                true
            }
            _ => false,
        }
    }

    /// Takes in an element; true when its children are to be walked too.
    fn element(&mut self, found: ElementRef<'a>, inner_text: &str) -> bool {
        let element = found.value();
        let name = element.name();
        self.claims.hear(element, inner_text);
        let way = way(name);
        let named = self.search.names(found, self.open.len());
        if named.iter().any(|(field, _)| *field == Field::Remove) {
            return false;
        }
        if name == "meta" {
            self.name(&named, None, element);
        }
        match way {
            Way::Skip => return false,
            Way::Break => self.line_break(),
            Way::Image => self.run_image(element),
            Way::Block(_) | Way::Inline => {}
        }
        let marks = marks(element, &mut self.class_marks);
        if marks.has(Marks::HIDDEN) && !matches!(name, "html" | "body") {
            return false;
        }
        // Inline elements count as blocks where their name says that they hold something else
        // than running text.
        let metadata = Marks::AUTHOR.with(Marks::DATE).with(Marks::TITLE).with(Marks::LEAD);
        let telling = metadata.with(Marks::CAPTION).with(Marks::COMMENTS);
        let block = match way {
            Way::Block(tag) => Some(tag),
            _ if marks.has(telling) || !named.is_empty() => Some(Tag::Box),
            _ => None,
        };
        if let Some(tag) = block {
            self.name(&named, Some(self.outline.elements.len()), element);
            self.begin_block(tag, marks, spans(tag, element));
        }
        let open = Open {
            is_block: block.is_some(),
            link: name == "a",
            bold: matches!(name, "b" | "strong") || marks.has(Marks::BOLD),
            italic: matches!(name, "i" | "em" | "cite") || marks.has(Marks::ITALIC),
            tiny: self.tiny,
        };
        self.tiny = is_tiny(element, self.tiny);
        self.links += usize::from(open.link);
        self.bolds += usize::from(open.bold);
        self.italics += usize::from(open.italic);
        self.open.push(open);
        true
    }

    /// Keeps what the rule calls an element.
    fn name(
        &mut self,
        named: &[(Field, usize)],
        at: Option<usize>,
        element: &scraper::node::Element,
    ) {
        for (field, rank) in named.iter().copied() {
            self.names.add(Named { field, rank, element: at, value: site::value(element) });
        }
    }

    fn begin_block(&mut self, tag: Tag, marks: Marks, spans: (u8, u8)) {
        self.flush();
        let index = self.outline.elements.len();
        let parent = self.blocks.last().copied().unwrap_or(0);
        let first = self.outline.passages.len();
        self.outline.elements.push(Element {
            tag,
            marks,
            parent,
            first,
            end: first,
            last: index + 1,
            spans,
        });
        self.blocks.push(index);
    }

    /// Leaves the innermost node that was entered.
    fn leave(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.links -= usize::from(open.link);
        self.bolds -= usize::from(open.bold);
        self.italics -= usize::from(open.italic);
        self.tiny = open.tiny;
        if open.is_block {
            self.flush();
            if let Some(index) = self.blocks.pop() {
                let last = self.outline.elements.len();
                let element = &mut self.outline.elements[index];
                element.end = self.outline.passages.len();
                element.last = last;
            }
        }
    }

    fn line_break(&mut self) {
        self.flush();
        self.run.after_break = true;
    }

    fn run_image(&mut self, element: &scraper::node::Element) {
        // Icons beside a text are not pictures that a caption belongs to.
        let width =
            attribute(element, "width").and_then(|width| width.trim_end_matches("px").parse().ok());
        if width.unwrap_or(1_000) > 60 {
            self.flush();
            self.run.after_image = true;
            self.image_block = self.blocks.last().copied();
        }
    }

    fn text(&mut self, text: &str) {
        if self.tiny {
            return;
        }
        let mut size = 0;
        for (at, word) in text.split(is_space).enumerate() {
            self.space |= at > 0;
            if word.is_empty() {
                continue;
            }
            if self.run.text.is_empty() {
                self.run.text.reserve(text.len());
            } else if self.space {
                self.run.text.push(' ');
            }
            self.space = false;
            self.run.text.push_str(word);
            size += word.chars().count();
        }
        self.run.size += size;
        self.run.linked += size * usize::from(self.links > 0);
        self.run.bold += size * usize::from(self.bolds > 0);
        self.run.italic += size * usize::from(self.italics > 0);
    }

    /// Ends the passage that is being gathered.
    fn flush(&mut self) {
        self.space = false;
        if self.run.text.is_empty() || self.blocks.is_empty() {
            return;
        }
        let mut passage = std::mem::take(&mut self.run);
        passage.element = self.blocks.last().copied().unwrap_or(0);
        passage.image_in = self.image_block.unwrap_or(passage.element);
        passage.beside_image = passage.after_image && passage.image_in == passage.element;
        self.outline.passages.push(passage);
    }
}

/// What to do with an element of that name.
fn way(name: &str) -> Way {
    match name {
        "p" | "pre" | "dd" | "dt" => Way::Block(Tag::Paragraph),
        "h1" => Way::Block(Tag::Heading(1)),
        "h2" => Way::Block(Tag::Heading(2)),
        "h3" => Way::Block(Tag::Heading(3)),
        "h4" | "h5" | "h6" => Way::Block(Tag::Heading(4)),
        "ul" | "ol" => Way::Block(Tag::List),
        "li" => Way::Block(Tag::Item),
        "blockquote" => Way::Block(Tag::Quote),
        "table" => Way::Block(Tag::Table),
        "tr" => Way::Block(Tag::Row),
        "td" => Way::Block(Tag::Cell),
        "th" => Way::Block(Tag::HeaderCell),
        "figure" => Way::Block(Tag::Figure),
        "figcaption" | "caption" => Way::Block(Tag::FigureCaption),
        "html" | "head" | "body" | "div" | "section" | "article" | "main" | "header" | "footer"
        | "nav" | "aside" | "menu" | "form" | "fieldset" | "address" | "center" | "dl"
        | "details" | "summary" | "hgroup" | "tbody" | "thead" | "tfoot" | "time" | "legend"
        | "dialog" | "frameset" => Way::Block(Tag::Box),
        "br" | "hr" => Way::Break,
        "img" | "picture" | "amp-img" => Way::Image,
        "script"
        | "style"
        | "template"
        | "noscript"
        | "iframe"
        | "object"
        | "embed"
        | "video"
        | "audio"
        | "canvas"
        | "svg"
        | "math"
        | "select"
        | "textarea"
        | "input"
        | "button"
        | "datalist"
        | "map"
        | "title"
        | "meta"
        | "link"
        | "noframes"
        | "label"
        | "option"
        | "amp-sidebar"
        | "amp-ad"
        | "amp-sticky-ad"
        | "amp-social-share"
        | "amp-lightbox"
        | "amp-user-notification"
        | "amp-consent"
        | "amp-list"
        | "rp"
        | "rt"
        | "progress"
        | "meter"
        | "applet" => Way::Skip,
        _ if name.contains('-') => Way::Block(Tag::Box),
        _ => Way::Inline,
    }
}

/// What an element's tag and attributes say about it.
fn marks<'a>(
    element: &'a scraper::node::Element,
    class_marks_seen: &mut HashMap<&'a str, Marks>,
) -> Marks {
    let mut class_marks =
        |names: &'a str| *class_marks_seen.entry(names).or_insert_with(|| class_marks(names));
    let mut marks = match element.name() {
        "nav" | "aside" | "footer" | "menu" | "dialog" => Marks::FURNITURE,
        "figcaption" => Marks::CAPTION,
        "time" => Marks::DATE,
        "center" => Marks::CENTER,
        _ => Marks::NONE,
    };
    let is_frame = matches!(element.name(), "html" | "body" | "main" | "article");
    for (name, value) in element.attrs() {
        let said = match name {
            // Systems name the frame of an article by its subjects: `tag-nong-thon`.
            "class" | "id" if is_frame => class_marks(value).without(Marks::FURNITURE),
            "class" | "id" => class_marks(value),
            "style" => style_marks(value),
            "hidden" => Marks::HIDDEN,
            "aria-hidden" if value == "true" => Marks::HIDDEN,
            "align" if value.eq_ignore_ascii_case("right") => Marks::RIGHT,
            "align" if value.eq_ignore_ascii_case("center") => Marks::CENTER,
            "rel" if value == "author" => Marks::AUTHOR,
            "href" if leads_to_author(value) => Marks::AUTHOR,
            "itemprop" => itemprop_marks(value),
            "role" | "data-role" => role_marks(value),
            "type" | "data-type" => inserted_marks(value),
            _ => Marks::NONE,
        };
        marks = marks.with(said);
    }
    marks
}

/// Whether the text in an element has no size. Boxes are set so to close the gaps between what they
/// hold, which has a size of its own or a class that may give it one.
fn is_tiny(element: &scraper::node::Element, is_around: bool) -> bool {
    let says = |found| attribute(element, "style").and_then(sets_no_size).unwrap_or(found);
    if is_around { says(attribute(element, "class").is_none()) } else { says(false) }
}

/// Over how many columns and rows a cell reaches.
fn spans(tag: Tag, element: &scraper::node::Element) -> (u8, u8) {
    if !matches!(tag, Tag::Cell | Tag::HeaderCell) {
        return (1, 1);
    }
    let span = |name| attribute(element, name).and_then(|span| span.trim().parse().ok());
    let span = |name| span(name).map_or(1, |span: u8| span.max(1));
    (span("colspan"), span("rowspan"))
}

/// Whether a link leads to the page of a writer: `/tac-gia/thu-ha`.
fn leads_to_author(address: &str) -> bool {
    ["/tac-gia/", "/author/", "/authors/", "/but-danh/"].iter().any(|part| address.contains(part))
}

fn itemprop_marks(property: &str) -> Marks {
    match property {
        "articleBody" => Marks::ARTICLE_BODY,
        "author" => Marks::AUTHOR,
        "headline" => Marks::TITLE,
        "datePublished" => Marks::DATE,
        "caption" => Marks::CAPTION,
        _ => Marks::NONE,
    }
}

/// What editors' systems call the boxes that they insert in a text: `RelatedOneNews`, `SimpleQuote`.
fn inserted_marks(kind: &str) -> Marks {
    class_marks(kind).only(Marks::FURNITURE.with(Marks::QUOTE))
}

fn role_marks(role: &str) -> Marks {
    match role {
        "navigation" | "complementary" | "contentinfo" | "banner" | "search" | "dialog"
        | "menu" => Marks::FURNITURE,
        "sapo" => Marks::LEAD,
        "publishdate" => Marks::DATE,
        "author" => Marks::AUTHOR,
        _ => Marks::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Outline {
        outline(&Html::parse_document(html), None).0
    }

    #[test]
    fn passages_are_parted_by_blocks_and_breaks() {
        let outline = read("<div>một <b>hai</b>\n ba<br>bốn<p>năm</p>sáu</div>");
        let texts: Vec<&str> = outline.passages.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(texts, ["một hai ba", "bốn", "năm", "sáu"]);
        assert!(outline.passages[1].after_break && !outline.passages[2].after_break);
        assert_eq!(outline.passages[0].bold, 3);
    }

    #[test]
    fn what_is_never_text_is_left_out() {
        let outline =
            read("<p>còn</p><script>x</script><p hidden>mất</p><p style='display: none'>mất</p>");
        assert_eq!(outline.passages.len(), 1);
    }

    #[test]
    fn a_subtree_is_a_range() {
        let outline = read("<div><ul><li>a</li><li>b</li></ul></div><p>c</p>");
        let list =
            outline.elements.iter().position(|e| e.tag == Tag::List).expect("there is a list");
        assert_eq!((outline.elements[list].first, outline.elements[list].end), (0, 2));
        assert_eq!(outline.text(list), "a b");
        assert!(outline.ancestors(outline.passages[0].element).any(|at| at == list));
        assert!(outline.ancestors(outline.passages[2].element).all(|at| at != list));
    }
}

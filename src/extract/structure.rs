//! Limits on a page's structure, checked in one pass over its bytes before the parser sees it.
//!
//! Parsing deep nesting costs the square of the depth (20,000 nested `<div>` take a second), and
//! unclosed formatting tags are opened again in every block that follows. The scan keeps a stack
//! as the parser would, only coarser: where the two differ it counts too much rather than too little.

use super::NoArticle;

/// Open elements at once. Papers stay under 60; sloppy ones with unclosed tags under 300.
const DEPTH_MAX: usize = 1_000;
/// Start tags in a page. The largest front pages measured have 16,000.
const TAGS_MAX: usize = 200_000;
/// Attributes of one tag; the parser compares each with all before it.
const TAG_ATTRIBUTES_MAX: usize = 300;
/// Attributes in a page.
const ATTRIBUTES_MAX: usize = 1_000_000;
/// Formatting elements that the parser may have to open again, summed over the page.
const REOPENED_MAX: usize = 2_000_000;

/// Refuses a page whose structure is too deep or too large to be a newspaper's.
pub fn check(html: &str) -> Result<(), NoArticle> {
    let mut scan = Scan {
        bytes: html.as_bytes(),
        at: 0,
        open: Vec::new(),
        formatting: 0,
        tags: 0,
        attributes: 0,
        reopened: 0,
    };
    while scan.next_tag() {
        scan.tag()?;
    }
    Ok(())
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The open elements, as far as they count.
    open: Vec<Open>,
    /// How many of them are formatting.
    formatting: usize,
    tags: usize,
    attributes: usize,
    reopened: usize,
}

/// A tag name's first bytes in lower case, zero padded: enough to tell all of HTML's names apart.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Name([u8; 12]);

/// How an element behaves when others begin or end around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uncounted,
    Raw,
    Formatting,
    Inline,
    Wall,
    Foreign,
    Paragraph,
    Item,
    List,
    Block,
}

#[derive(Clone, Copy)]
struct Open {
    name: Name,
    kind: Kind,
}

impl Name {
    fn of(bytes: &[u8]) -> Self {
        let mut name = [0; 12];
        for (to, from) in name.iter_mut().zip(bytes) {
            *to = from.to_ascii_lowercase();
        }
        Self(name)
    }

    fn kind(&self) -> Kind {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        match std::str::from_utf8(&self.0[..end]).unwrap_or("") {
            // These open nothing, or the parser closes them by itself and they cannot nest without
            // an element that is counted.
            "area" | "base" | "br" | "col" | "colgroup" | "dd" | "dt" | "embed" | "frame"
            | "hr" | "image" | "img" | "input" | "link" | "meta" | "option" | "param"
            | "source" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr" | "track" | "wbr" => {
                Kind::Uncounted
            }
            // Their content is text up to their end tag.
            "iframe" | "noembed" | "noframes" | "noscript" | "script" | "style" | "textarea"
            | "title" | "xmp" => Kind::Raw,
            // They are opened again when a block cut them short.
            "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small"
            | "strike" | "strong" | "tt" | "u" => Kind::Formatting,
            // Their end tags do not reach over block elements.
            "abbr" | "bdo" | "cite" | "ins" | "label" | "mark" | "q" | "span" | "sub" | "sup" => {
                Kind::Inline
            }
            // No end tag reaches over these.
            "applet" | "button" | "marquee" | "object" | "table" | "template" => Kind::Wall,
            "svg" | "math" => Kind::Foreign,
            "p" => Kind::Paragraph,
            "li" => Kind::Item,
            "ul" | "ol" => Kind::List,
            _ => Kind::Block,
        }
    }
}

impl Scan<'_> {
    /// Moves to the next `<`; false at the end of the page.
    fn next_tag(&mut self) -> bool {
        match self.bytes[self.at..].iter().position(|byte| *byte == b'<') {
            Some(offset) => {
                self.at += offset + 1;
                true
            }
            None => false,
        }
    }

    fn tag(&mut self) -> Result<(), NoArticle> {
        let rest = &self.bytes[self.at..];
        match rest.first() {
            Some(b'!') if rest.starts_with(b"!--") => self.skip_comment(),
            Some(b'!' | b'?') => self.skip_past(b">"),
            Some(b'/') => {
                self.at += 1;
                let name = self.name();
                self.attributes()?;
                self.close(name);
            }
            Some(byte) if byte.is_ascii_alphabetic() => {
                let name = self.name();
                self.attributes()?;
                self.begin(name)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn skip_comment(&mut self) {
        self.at += 3;
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b">") || rest.starts_with(b"->") {
            return;
        }
        let end = rest.windows(3).position(|three| three == b"-->");
        let odd_end =
            rest.windows(4).take(end.unwrap_or(rest.len())).position(|four| four == b"--!>");
        self.at += odd_end.or(end).map_or(rest.len(), |end| end + 3);
    }

    fn skip_past(&mut self, mark: &[u8]) {
        let rest = &self.bytes[self.at..];
        let end = rest.windows(mark.len()).position(|window| window == mark);
        self.at += end.map_or(rest.len(), |end| end + mark.len());
    }

    fn name(&mut self) -> Name {
        let rest = &self.bytes[self.at..];
        let end = rest
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
            .unwrap_or(rest.len());
        self.at += end;
        Name::of(&rest[..end])
    }

    /// Reads to the end of the tag, over quoted values.
    fn attributes(&mut self) -> Result<(), NoArticle> {
        let mut count = 0;
        let mut in_name = false;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'>' => break,
                b'=' if in_name => {
                    in_name = false;
                    self.value();
                }
                b'/' => in_name = false,
                byte if byte.is_ascii_whitespace() => in_name = false,
                _ if !in_name => {
                    // White space around `=` makes one attribute count twice; that is harmless.
                    in_name = true;
                    count += 1;
                }
                _ => {}
            }
        }
        self.attributes += count;
        if count > TAG_ATTRIBUTES_MAX || self.attributes > ATTRIBUTES_MAX {
            return Err(NoArticle::TooMany { what: "attributes" });
        }
        Ok(())
    }

    fn value(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                self.skip_past(&[*quote]);
            }
            _ => {
                let end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
                let rest = &self.bytes[self.at..];
                self.at += rest.iter().position(end).unwrap_or(rest.len());
            }
        }
    }

    fn begin(&mut self, name: Name) -> Result<(), NoArticle> {
        self.tags += 1;
        if self.tags > TAGS_MAX {
            return Err(NoArticle::TooMany { what: "tags" });
        }
        let kind = name.kind();
        match kind {
            Kind::Uncounted => return Ok(()),
            Kind::Raw => {
                // Inside drawings and formulas the same names hold elements.
                if !self.open.iter().any(|open| open.kind == Kind::Foreign) {
                    self.skip_raw(name);
                    return Ok(());
                }
            }
            Kind::Formatting => self.formatting += 1,
            Kind::Inline => {}
            _ => {
                self.reopened += self.formatting;
                if self.reopened > REOPENED_MAX {
                    return Err(NoArticle::TooMany { what: "unclosed formatting tags" });
                }
                self.close_by_start(kind);
            }
        }
        self.open.push(Open { name, kind });
        if self.open.len() > DEPTH_MAX {
            return Err(NoArticle::TooDeep { limit: DEPTH_MAX });
        }
        Ok(())
    }

    /// A block ends the paragraph before it, an item the item before it; formatting outlives both.
    fn close_by_start(&mut self, kind: Kind) {
        let closed = if kind == Kind::Item { Kind::Item } else { Kind::Paragraph };
        let stop = |open: &Open| {
            open.kind == Kind::Wall || (kind == Kind::Item && open.kind == Kind::List)
        };
        let found = self.open.iter().rposition(|open| stop(open) || open.kind == closed);
        if let Some(place) = found.filter(|place| self.open[*place].kind == closed) {
            self.close_from(place);
        }
    }

    fn close(&mut self, name: Name) {
        let kind = name.kind();
        let stop = |open: &Open| match kind {
            Kind::Inline => !matches!(open.kind, Kind::Inline | Kind::Formatting),
            Kind::Wall => false,
            _ => open.kind == Kind::Wall,
        };
        let found = self.open.iter().rposition(|open| open.name == name || stop(open));
        let Some(place) = found.filter(|place| self.open[*place].name == name) else { return };
        if matches!(kind, Kind::Inline | Kind::Formatting) {
            self.formatting -= usize::from(kind == Kind::Formatting);
            self.open.remove(place);
        } else {
            self.close_from(place);
        }
    }

    /// Removes the element at `place` and those inside it, except formatting, which is opened again.
    fn close_from(&mut self, place: usize) {
        let mut to = place;
        for from in place + 1..self.open.len() {
            if self.open[from].kind == Kind::Formatting {
                self.open[to] = self.open[from];
                to += 1;
            }
        }
        self.open.truncate(to);
    }

    fn skip_raw(&mut self, name: Name) {
        let rest = &self.bytes[self.at..];
        let mut from = 0;
        while let Some(offset) = rest[from..].windows(2).position(|two| two == b"</") {
            from += offset + 2;
            let end = rest[from..]
                .iter()
                .position(|byte| !byte.is_ascii_alphanumeric())
                .unwrap_or(rest.len() - from);
            if Name::of(&rest[from..from + end]) == name {
                self.at += from - 2;
                return;
            }
        }
        self.at = self.bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_pages_pass() {
        let page =
            "<p>một<p>hai<ul><li>ba<li>bốn</ul><script>if (a<b) '<div>'</script>".repeat(2_000);
        assert!(check(&page).is_ok());
        assert!(check("<!-- <div> --><br><img src='a>b'><p>").is_ok());
    }

    #[test]
    fn deep_pages_are_refused() {
        for tag in [
            "<div>",
            "<b>",
            "<span>",
            "<table><tr><td>",
            "<a><b><i><u>x<p>",
            "<div><table><td></div>",
        ] {
            assert!(check(&tag.repeat(20_000)).is_err(), "{tag}");
        }
        assert!(matches!(check(&"<div>".repeat(2_000)), Err(NoArticle::TooDeep { .. })));
    }

    #[test]
    fn endless_pages_are_refused() {
        assert!(matches!(
            check(&"<p>x</p>".repeat(250_000)),
            Err(NoArticle::TooMany { what: "tags" })
        ));
        let many: String = (0..400).map(|n| format!(" a{n}=x")).collect();
        assert!(matches!(
            check(&format!("<div{many}>")),
            Err(NoArticle::TooMany { what: "attributes" })
        ));
        let reopened = format!("<p>{}</p>{}", "<font>".repeat(500), "<div>x</div>".repeat(20_000));
        assert!(check(&reopened).is_err());
    }

    #[test]
    fn a_comment_ends_where_the_parser_ends_it() {
        let hidden = format!("<!-->{}", "<div>".repeat(2_000));
        assert!(check(&hidden).is_err());
    }
}

//! Cuts a page into tags exactly where the parser does, without looking at what they mean, and
//! gathers what of it is to be parsed.
//!
//! Follows the tokenization of the HTML standard to the byte: a border seen at another place would
//! hide elements from the count.

use std::borrow::Cow;
use std::ops::Range;

/// What the scan stops at.
pub enum Token<'a> {
    Start(Tag<'a>),
    End(Tag<'a>),
    /// `<![CDATA[`: where it ends depends on the element around it.
    Cdata,
}

/// A start or end tag.
#[derive(Clone, Copy)]
pub struct Tag<'a> {
    /// As written, in any case.
    pub name: &'a [u8],
    /// Name and attributes as written: tags with equal text are equal to the parser.
    pub whole: &'a [u8],
    pub attributes: usize,
    pub is_self_closing: bool,
    /// Where its `<` stands.
    pub start: usize,
}

/// The rest of a page that is still to be cut.
pub struct Tokens<'a> {
    html: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// What is left out, in order.
    cuts: Vec<Range<usize>>,
}

impl<'a> Tokens<'a> {
    pub fn of(html: &'a str) -> Self {
        Self { html, bytes: html.as_bytes(), at: 0, cuts: Vec::new() }
    }

    /// How far the page is cut, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Leaves out the last part of what was read.
    pub fn cut(&mut self, part: Range<usize>) {
        while self.cuts.pop_if(|before| before.start >= part.start).is_some() {}
        self.cuts.push(part);
    }

    /// The page without what was left out of it.
    pub fn kept(&self) -> Cow<'a, str> {
        if self.cuts.is_empty() {
            return Cow::Borrowed(self.html);
        }
        let mut kept = String::with_capacity(self.html.len());
        let mut from = 0;
        for cut in &self.cuts {
            kept.push_str(&self.html[from..cut.start]);
            from = cut.end;
        }
        Cow::Owned(kept + &self.html[from..])
    }

    /// The next tag; `None` at the end of the page, and for a tag that the end cuts off.
    pub fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.skip_past(b"<");
            let rest = self.rest();
            let start = self.at.saturating_sub(1);
            match rest {
                [] => return None,
                [b'!', b'-', b'-', ..] => self.skip_comment(),
                [b'!', ..] if rest.starts_with(b"![CDATA[") => {
                    self.at += b"![CDATA[".len();
                    return Some(Token::Cdata);
                }
                [b'/', first, ..] if first.is_ascii_alphabetic() => {
                    self.at += 1;
                    return self.tag(start).map(Token::End);
                }
                [b'/', b'>', ..] => self.at += 2,
                // Anything else behind these is a comment up to the next `>`.
                [b'!' | b'?', ..] | [b'/', _, ..] => self.skip_past(b">"),
                [first, ..] if first.is_ascii_alphabetic() => {
                    return self.tag(start).map(Token::Start);
                }
                _ => {}
            }
        }
    }

    /// Moves behind the next such mark, or to the end.
    pub fn skip_past(&mut self, mark: &[u8]) {
        let rest = self.rest();
        self.at += find(rest, mark).map_or(rest.len(), |place| place + mark.len());
    }

    /// Moves over the text of an element whose content is no markup, to its end tag.
    pub fn skip_text_of(&mut self, name: &[u8]) {
        let rest = self.rest();
        let is_script = name.eq_ignore_ascii_case(b"script");
        let mut script = Script::Plain;
        let mut from = 0;
        loop {
            // Only a comment's end begins with a dash, and scripts are full of them.
            let place = match script {
                Script::Plain => find_byte(&rest[from..], b'<'),
                _ => rest[from..].iter().position(|byte| matches!(byte, b'<' | b'-')),
            };
            let Some(place) = place else { break };
            let here = from + place;
            from = here + 1;
            let tail = &rest[here..];
            if is_script && script == Script::Plain && tail.starts_with(b"<!--") {
                script = Script::Commented;
                // Its dashes may also be the first two of the `-->` that ends it.
                from = here + 2;
            } else if script != Script::Plain && tail.starts_with(b"-->") {
                script = Script::Plain;
            } else if script == Script::Commented && opens(tail, b"<", name) {
                script = Script::Nested;
            } else if opens(tail, b"</", name) {
                if script != Script::Nested {
                    self.at += here;
                    return;
                }
                script = Script::Commented;
            }
        }
        self.at = self.bytes.len();
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn skip_comment(&mut self) {
        self.at += b"!--".len();
        let rest = self.rest();
        if rest.starts_with(b">") || rest.starts_with(b"->") {
            return;
        }
        let ends = |at: &usize| rest[*at..].starts_with(b"-->") || rest[*at..].starts_with(b"--!>");
        let end = (0..rest.len()).find(ends);
        let from = self.at;
        self.at += end.map_or(rest.len(), |place| place + 3);
        // What stands before and after it must not come together.
        self.cut(from..from + end.unwrap_or(rest.len()));
    }

    /// Reads a tag from its name on; values in quotes may hold any sign.
    fn tag(&mut self, start: usize) -> Option<Tag<'a>> {
        let named_at = self.at;
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let name = self.take_until(is_end);
        let mut attributes = 0;
        let mut place = Place::Between;
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            place = match (byte, place) {
                (b'>', _) => {
                    let whole = &self.bytes[named_at..self.at - 1];
                    let is_self_closing = place == Place::Slash;
                    return Some(Tag { name, whole, attributes, is_self_closing, start });
                }
                (b'/', _) => Place::Slash,
                (b'=', Place::Name | Place::AfterName) => {
                    self.skip_value();
                    Place::Between
                }
                (byte, Place::Name | Place::AfterName) if byte.is_ascii_whitespace() => {
                    Place::AfterName
                }
                (byte, _) if byte.is_ascii_whitespace() => Place::Between,
                (_, Place::Name) => Place::Name,
                _ => {
                    attributes += 1;
                    Place::Name
                }
            };
        }
    }

    fn skip_value(&mut self) {
        self.take_until(|byte| !byte.is_ascii_whitespace());
        match self.bytes.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                self.skip_past(&[*quote]);
            }
            _ => {
                self.take_until(|byte| byte.is_ascii_whitespace() || *byte == b'>');
            }
        }
    }

    fn take_until(&mut self, is_end: impl Fn(&u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let taken = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }
}

/// Where in a tag the reading is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    Name,
    AfterName,
    Slash,
}

/// A script may hold `<!--`, and inside that `<script`, whose end tag then is not its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Plain,
    Commented,
    Nested,
}

/// Whether a text begins with a tag of that name.
fn opens(text: &[u8], sign: &[u8], name: &[u8]) -> bool {
    let Some((start, after)) =
        text.strip_prefix(sign).and_then(|tail| tail.split_at_checked(name.len()))
    else {
        return false;
    };
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    start.eq_ignore_ascii_case(name) && after.first().is_some_and(ends)
}

/// Looks at 32 bytes at once, for which the compiler has a few instructions.
fn find_byte(text: &[u8], wanted: u8) -> Option<usize> {
    let holds =
        |bytes: &[u8; 32]| bytes.iter().fold(false, |holds, byte| holds | (*byte == wanted));
    let (chunks, _) = text.as_chunks();
    let skipped = 32 * chunks.iter().take_while(|chunk| !holds(chunk)).count();
    text[skipped..].iter().position(|byte| *byte == wanted).map(|place| skipped + place)
}

fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    match mark {
        [only] => find_byte(text, *only),
        _ => text.windows(mark.len()).position(|window| window == mark),
    }
}

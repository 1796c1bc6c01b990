//! XML documents: elements with attributes and text, whatever the text says.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// A document under way, or the inside of one of its elements.
pub struct Xml<'a>(&'a mut Writer<Vec<u8>>);

/// A whole document with this root, in UTF-8.
pub fn document(
    root: &str,
    attributes: &[(&str, &str)],
    inside: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Xml(&mut writer).element(root, attributes, inside)?;
    Ok(writer.into_inner())
}

impl Xml<'_> {
    /// `<name …>` with what `inside` writes.
    pub fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Xml) -> io::Result<()>,
    ) -> io::Result<()> {
        self.begun(name, attributes).write_inner_content(|writer| inside(&mut Xml(writer)))?;
        Ok(())
    }

    /// `<name …/>`
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.begun(name, attributes).write_empty()?;
        Ok(())
    }

    /// `<name>text</name>`
    pub fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.text_with(name, &[], text)
    }

    /// `<name …>text</name>`
    pub fn text_with(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> io::Result<()> {
        let text = allowed(text);
        self.begun(name, attributes).write_text_content(BytesText::new(&text))?;
        Ok(())
    }

    fn begun<'a>(
        &'a mut self,
        name: &'a str,
        attributes: &[(&str, &str)],
    ) -> quick_xml::writer::ElementWriter<'a, Vec<u8>> {
        let mut element = self.0.create_element(name);
        for (name, value) in attributes {
            element = element.with_attribute((*name, allowed(value).as_ref()));
        }
        element
    }
}

/// The text without the characters that no XML document may contain, not even escaped (XML 1.0,
/// section 2.2).
fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => c >= ' ',
    };
    if text.chars().all(is_allowed) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| is_allowed(*c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_a_document() {
        let hostile = "a\u{0}\u{1b}<b>]]>&\"'\u{ffff}\u{fffe}🎧\n";
        let made = document("r", &[("x", hostile)], |xml| xml.text("t", hostile)).unwrap();
        let escaped = "a&lt;b&gt;]]&gt;&amp;&quot;&apos;🎧";
        let made = String::from_utf8(made).unwrap();
        assert!(made.ends_with(&format!("<t>{escaped}\n</t></r>")), "{made}");
        assert!(made.contains(&format!("<r x=\"{escaped}")), "{made}");
    }
}

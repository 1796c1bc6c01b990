//! Site rules: where one paper's pages keep their title, lead, author, time and text, as data.
//!
//! One TOML file a site, named `<host>.toml`; docs/extraction.md shows how to write one. The rules
//! of well-known papers are compiled in, a newsroom adds its own as text. Selectors are CSS; each
//! must end in a tag, a class or an id, by which the few elements are found that it is tried on.

use std::collections::HashMap;

use scraper::{ElementRef, Html, Selector};
use serde::Deserialize;
use toml::Spanned;

use super::metadata::attribute;
use super::text::tidy;
use crate::domain::address::Address;
use crate::domain::article::Page;

mod built_in;

/// Selectors of one kind in one rule; more are no rule but a guess.
const SELECTORS_MAX: usize = 32;
/// How often selectors are tried on a page, and how deep in it: what a hostile page may cost.
const TRIES_MAX: usize = 20_000;
const DEPTH_MAX: usize = 500;
/// Elements of a page that a rule may name.
const NAMED_MAX: usize = 256;

/// The rules of all sites that have one. Made once and shared; `default()` has none.
#[derive(Clone, Debug, Default)]
pub struct SiteRules {
    rules: HashMap<String, SiteRule>,
}

/// A rule that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct BrokenRule {
    /// Where in the file, from 1.
    pub line: usize,
    pub reason: String,
}

/// What a selector finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Title,
    Lead,
    Author,
    Time,
    Body,
    /// What is not to be read, wherever it stands.
    Remove,
}

/// The rule of one site.
#[derive(Clone, Debug, Default)]
pub struct SiteRule {
    choices: Vec<Choice>,
    /// The choices whose last part has that id, class or tag.
    ids: HashMap<String, Vec<usize>>,
    classes: HashMap<String, Vec<usize>>,
    tags: HashMap<String, Vec<usize>>,
}

/// One of the selectors that may find a part of the page.
#[derive(Clone, Debug)]
struct Choice {
    field: Field,
    /// Its place among the alternatives; the first that finds something counts.
    rank: usize,
    selector: Selector,
}

/// A rule's file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    title: Vec<Spanned<String>>,
    lead: Vec<Spanned<String>>,
    author: Vec<Spanned<String>>,
    time: Vec<Spanned<String>>,
    body: Vec<Spanned<String>>,
    remove: Vec<Spanned<String>>,
}

impl SiteRules {
    /// The rules that are compiled in.
    pub fn built_in() -> Self {
        let mut rules = Self::default();
        for (host, text) in built_in::SITES {
            rules.add(host, text).expect("a test reads every rule that is compiled in");
        }
        rules
    }

    /// Adds the rule of a host and its subdomains, in place of the one there is.
    pub fn add(&mut self, host: &str, text: &str) -> Result<(), BrokenRule> {
        let is_host = host.contains('.')
            && !host.starts_with("www.")
            && host.split('.').all(|label| {
                !label.is_empty() && label.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'))
            });
        if !is_host {
            let reason = format!(
                "the file's name must be the site's host in small letters, without \"www.\", as in \
                 bao.example.toml; {host:?} is none"
            );
            return Err(BrokenRule { line: 1, reason });
        }
        self.rules.insert(host.to_owned(), SiteRule::parse(text)?);
        Ok(())
    }

    /// The names of the sites that have a rule.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }

    /// The rule for a page, by the host that gave it; for a file, by the host that it claims.
    pub(super) fn of(&self, page: &Page, document: &Html) -> Option<(&str, &SiteRule)> {
        if self.rules.is_empty() {
            return None;
        }
        let address = page.url.clone().or_else(|| claimed_address(document))?;
        let mut host = address.site();
        loop {
            if let Some((host, rule)) = self.rules.get_key_value(host) {
                return Some((host, rule));
            }
            host = host.split_once('.')?.1;
        }
    }
}

/// The page's own address as its head gives it.
fn claimed_address(document: &Html) -> Option<Address> {
    let head =
        document.root_element().child_elements().find(|child| child.value().name() == "head");
    head?.child_elements().find_map(|element| {
        let element = element.value();
        let is = |name, wanted: &str| {
            attribute(element, name).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        };
        let address = match element.name() {
            "link" if is("rel", "canonical") => attribute(element, "href"),
            "meta" if is("property", "og:url") => attribute(element, "content"),
            _ => None,
        };
        address.filter(|address| address.contains("://")).and_then(|address| address.parse().ok())
    })
}

impl SiteRule {
    fn parse(text: &str) -> Result<Self, BrokenRule> {
        let line = |at: usize| 1 + text[..text.floor_char_boundary(at)].matches('\n').count();
        let written: Written = toml::from_str(text).map_err(|error| BrokenRule {
            line: line(error.span().map_or(0, |span| span.start)),
            reason: error.message().trim_end().to_owned(),
        })?;
        let fields = [
            (Field::Title, written.title),
            (Field::Lead, written.lead),
            (Field::Author, written.author),
            (Field::Time, written.time),
            (Field::Body, written.body),
            (Field::Remove, written.remove),
        ];
        let mut rule = Self::default();
        for (field, selectors) in fields {
            for (rank, selector) in selectors.into_iter().enumerate() {
                let line = line(selector.span().start);
                let added = if rank < SELECTORS_MAX {
                    rule.add(field, rank, selector.get_ref())
                } else {
                    Err(format!("more than {SELECTORS_MAX} selectors; keep those that are needed"))
                };
                added.map_err(|reason| BrokenRule { line, reason })?;
            }
        }
        Ok(rule)
    }

    fn add(&mut self, field: Field, rank: usize, written: &str) -> Result<(), String> {
        // Names of this kind are the same in capitals, and may be written with escapes.
        let has_escape = written.contains('\\') && written.contains('(');
        if written.to_ascii_lowercase().contains(":has(") || has_escape {
            return Err(format!("{written:?}: write it without :has(), which is too slow"));
        }
        let selector = Selector::parse(written).map_err(|_| {
            format!("{written:?} is not a CSS selector; write it as in \"div.detail-content\"")
        })?;
        let keys = match last_part(written)? {
            (Key::Id, name) => self.ids.entry(name),
            (Key::Class, name) => self.classes.entry(name),
            (Key::Tag, name) => self.tags.entry(name.to_ascii_lowercase()),
        };
        keys.or_default().push(self.choices.len());
        self.choices.push(Choice { field, rank, selector });
        Ok(())
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.choices.iter().any(|choice| choice.field == field)
    }

    /// The choices that may fit an element, by its id, its classes and its tag.
    fn candidates(&self, element: &scraper::node::Element) -> Vec<usize> {
        let mut found = Vec::new();
        let mut take = |of: &HashMap<String, Vec<usize>>, name: &str| {
            found.extend(of.get(name).into_iter().flatten());
        };
        if !self.tags.is_empty() {
            take(&self.tags, element.name());
        }
        for (name, value) in element.attrs() {
            match name {
                "id" => take(&self.ids, value),
                "class" => {
                    value.split_ascii_whitespace().for_each(|class| take(&self.classes, class))
                }
                _ => {}
            }
        }
        found
    }
}

enum Key {
    Id,
    Class,
    Tag,
}

/// An id, a class or the tag of a selector's last part: what every element has that it finds.
fn last_part(selector: &str) -> Result<(Key, String), String> {
    let mut nested = 0_usize;
    let mut quote = None;
    let mut start = 0;
    for (at, character) in selector.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[' | '(') => nested += 1,
            (None, ']' | ')') => nested = nested.saturating_sub(1),
            (None, ',') if nested == 0 => {
                return Err(format!(
                    "{selector:?}: give alternatives one by one, not with a comma"
                ));
            }
            (None, ' ' | '\t' | '\n' | '>' | '+' | '~') if nested == 0 => start = at + 1,
            _ => {}
        }
    }
    let part = &selector[start..];
    // What is in brackets says no more than what is before them.
    let plain = part.split(['[', '(', ':']).next().unwrap_or(part);
    let named = |sign: char| {
        let mut names = plain.split_inclusive(['.', '#']).zip(plain.split(['.', '#']).skip(1));
        names.find(|(before, name)| before.ends_with(sign) && !name.is_empty())
    };
    let escaped = plain.contains('\\');
    if let Some((_, id)) = named('#').filter(|_| !escaped) {
        return Ok((Key::Id, id.to_owned()));
    }
    if let Some((_, class)) = named('.').filter(|_| !escaped) {
        return Ok((Key::Class, class.to_owned()));
    }
    let tag = plain.split(['.', '#', '\\']).next().unwrap_or("");
    if tag.is_empty() || !tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(format!("{selector:?} must end in a tag, a class or an id"));
    }
    Ok((Key::Tag, tag.to_owned()))
}

/// The search for what a rule names, along the walk over a page.
#[derive(Default)]
pub(super) struct Search<'a> {
    rule: Option<&'a SiteRule>,
    tries: usize,
}

/// An element that a rule names.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub field: Field,
    pub rank: usize,
    /// Its index among the page's block elements; `None` for what is not shown.
    pub element: Option<usize>,
    /// What an attribute says in its place: `<meta content>`, `<time datetime>`.
    pub value: Option<String>,
}

impl<'a> Search<'a> {
    pub fn with(rule: Option<&'a SiteRule>) -> Self {
        Self { rule, tries: 0 }
    }

    /// What the rule calls an element; several at once, if it likes.
    pub fn names(&mut self, element: ElementRef, depth: usize) -> Vec<(Field, usize)> {
        let Some(rule) = self.rule.filter(|_| depth <= DEPTH_MAX) else { return Vec::new() };
        let mut names = Vec::new();
        for choice in rule.candidates(element.value()) {
            self.tries += 1;
            if self.tries > TRIES_MAX {
                break;
            }
            let Choice { field, rank, selector } = &rule.choices[choice];
            if selector.matches(&element) {
                names.push((*field, *rank));
            }
        }
        names
    }
}

/// What an element says in an attribute and not in its text.
pub(super) fn value(element: &scraper::node::Element) -> Option<String> {
    let name = match element.name() {
        "meta" => "content",
        "time" => "datetime",
        _ => return None,
    };
    attribute(element, name).map(tidy).filter(|value| !value.is_empty())
}

/// All that the rule names on a page.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Named>);

impl Names {
    pub fn add(&mut self, named: Named) {
        if self.0.len() < NAMED_MAX {
            self.0.push(named);
        }
    }

    /// What was found for a part of the page, the best alternatives first.
    pub fn of(&self, field: Field) -> Vec<&Named> {
        let mut found: Vec<&Named> = self.0.iter().filter(|named| named.field == field).collect();
        found.sort_by_key(|named| named.rank);
        found
    }

    /// The elements among them, the best alternatives first.
    pub fn elements(&self, field: Field) -> Vec<usize> {
        self.of(field).into_iter().filter_map(|named| named.element).collect()
    }
}

#[cfg(test)]
mod tests;

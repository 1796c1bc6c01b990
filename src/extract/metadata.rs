//! What a page says about itself: JSON-LD, OpenGraph, meta tags and microdata.
//!
//! These are claims, not truths: `meta author` is usually the paper, descriptions are cut short,
//! entities are encoded twice. What is shown on the page decides; the claims help to find it.

use scraper::node::Element;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::date::timestamp;
use super::text::{tidy, words};
use crate::domain::units::Timestamp;

/// JSON-LD objects looked at in one page.
const OBJECTS_MAX: usize = 500;
/// Claims of a kind that are kept; every passage of the page may be compared with each.
const CLAIMS_MAX: usize = 16;
/// Bytes of a claim that are kept; entities that were encoded twice make a title ten times as long.
const CLAIM_MAX: usize = 4_000;
/// A longer text is no name of a paper.
const NAME_MAX: usize = 300;

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// What the site's rule names.
    Site,
    JsonLd,
    OpenGraph,
    Meta,
    Microdata,
    /// What readers see, found by the general rules.
    Page,
}

impl Layer {
    /// How notes call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Site => "site rule",
            Self::JsonLd => "structured data (JSON-LD)",
            Self::OpenGraph => "structured data (OpenGraph)",
            Self::Meta => "structured data (meta tag)",
            Self::Microdata => "structured data (microdata)",
            Self::Page => "general rules (what the page shows)",
        }
    }
}

/// All that the page says of itself, in its own words.
#[derive(Debug, Default)]
pub struct Claims {
    /// The host that gave the page.
    pub host: Option<String>,
    /// JSON-LD calls it an article.
    pub is_article: bool,
    /// OpenGraph calls it a site or a list, as front pages do.
    pub is_site: bool,
    pub titles: Vec<(Layer, String)>,
    /// The `<title>`, which usually ends with the paper's name.
    pub document_title: Option<String>,
    pub descriptions: Vec<(Layer, String)>,
    pub authors: Vec<(Layer, String)>,
    pub published: Vec<(Layer, Timestamp)>,
    /// Addresses: the first canonical link before all others.
    pub addresses: Vec<String>,
    pub site: Option<String>,
    /// The section of the paper.
    pub section: Option<String>,
    /// The publisher's name, to tell the paper from a person.
    pub publisher: Option<String>,
    /// The article's text in JSON-LD, for pages that build their body by script.
    pub body: Option<String>,
    has_canonical: bool,
    /// JSON-LD objects that were looked at.
    objects: usize,
}

/// Words that begin as the name of a paper does.
const NOT_PAPERS: [&str; 7] =
    ["báo cáo", "báo động", "báo hiếu", "báo hiệu", "báo giá", "báo tin", "báo ơn"];

impl Claims {
    /// Takes in an element of the page; `inner_text` is the text it begins with.
    pub fn hear(&mut self, element: &Element, inner_text: &str) {
        match element.name() {
            "meta" => self.meta(element),
            "link" => self.link(element),
            "title" if self.document_title.is_none() => self.document_title = said(inner_text),
            "script" if attribute(element, "type").is_some_and(|kind| kind.contains("ld+json")) => {
                self.json_ld(inner_text);
            }
            "time" => self.time(element),
            _ => {}
        }
    }

    /// The page's first claim of a publication time by the order of trust.
    pub fn published(&self) -> Option<(Layer, Timestamp)> {
        let order = [Layer::JsonLd, Layer::OpenGraph, Layer::Microdata, Layer::Meta];
        order
            .iter()
            .find_map(|layer| self.published.iter().find(|(from, _)| from == layer))
            .copied()
    }

    /// Whether a name is the paper's own and not a person's.
    pub fn is_paper(&self, name: &str) -> bool {
        let bare = without_marks(name);
        let hosts = self.addresses.iter().filter_map(|address| host(address));
        let mut hosts = hosts.chain(self.host.as_deref());
        if bare.len() > 4 && hosts.any(|host| host.replace('-', "").contains(&bare)) {
            return true;
        }
        let name = words(name);
        let own = [&self.site, &self.publisher].into_iter().flatten().map(|own| words(own));
        let is_own = own
            .into_iter()
            .any(|own| !own.is_empty() && (own == name || own.contains(&name) && name.len() > 8));
        let verb = NOT_PAPERS.iter().any(|verb| name.starts_with(verb));
        is_own
            || !verb
                && [
                    "báo",
                    "tạp chí",
                    "đài",
                    "cổng thông tin",
                    "admin",
                    "administrator",
                    "super user",
                    "biên tập viên",
                    "editor",
                    "cms",
                ]
                .iter()
                .any(|word| name == *word || name.starts_with(&format!("{word} ")))
    }

    fn meta(&mut self, element: &Element) {
        let (mut keys, mut content) = (Vec::new(), "");
        for (name, value) in element.attrs() {
            match name {
                "property" | "name" => keys.push(value.to_ascii_lowercase()),
                "itemprop" => keys.push(format!("itemprop:{value}")),
                "content" => content = value,
                _ => {}
            }
        }
        for key in keys {
            self.meta_says(&key, content);
        }
    }

    fn meta_says(&mut self, key: &str, content: &str) {
        let Some(text) = said(content) else { return };
        match key {
            "og:title" => add(&mut self.titles, (Layer::OpenGraph, text)),
            "twitter:title" | "title" | "dc.title" | "dcterms.title" => {
                add(&mut self.titles, (Layer::Meta, text))
            }
            "itemprop:headline" => add(&mut self.titles, (Layer::Microdata, text)),
            "og:description" => add(&mut self.descriptions, (Layer::OpenGraph, text)),
            "description" | "twitter:description" => {
                add(&mut self.descriptions, (Layer::Meta, text))
            }
            "article:author" => add(&mut self.authors, (Layer::OpenGraph, text)),
            "author" | "dc.creator" | "dcterms.creator" | "dc.author" => {
                add(&mut self.authors, (Layer::Meta, text))
            }
            "itemprop:author" => add(&mut self.authors, (Layer::Microdata, text)),
            "article:section" | "itemprop:articleSection" if text.len() <= NAME_MAX => {
                self.section.get_or_insert(text);
            }
            "og:type" => self.is_site = text == "website",
            "og:site_name" if text.len() <= NAME_MAX => self.site = Some(text),
            "og:url" => add(&mut self.addresses, text),
            "article:published_time" | "og:published_time" => {
                self.time_said(Layer::OpenGraph, &text)
            }
            "pubdate"
            | "publishdate"
            | "publish_date"
            | "dc.date"
            | "dc.date.issued"
            | "dcterms.issued"
            | "dcterms.created"
            | "dc.created"
            | "datepublished"
            | "article_date_original"
            | "sailthru.date" => {
                self.time_said(Layer::Meta, &text);
            }
            "itemprop:datePublished" => self.time_said(Layer::Microdata, &text),
            _ => {}
        }
    }

    fn link(&mut self, element: &Element) {
        let is_canonical =
            attribute(element, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
        if is_canonical
            && !self.has_canonical
            && let Some(address) = attribute(element, "href").and_then(said)
        {
            self.has_canonical = true;
            self.addresses.insert(0, address);
        }
    }

    fn time(&mut self, element: &Element) {
        let of_article = attribute(element, "itemprop") == Some("datePublished")
            || element.attrs().any(|(name, _)| name == "pubdate");
        if of_article && let Some(time) = attribute(element, "datetime") {
            self.time_said(Layer::Microdata, time);
        }
    }

    fn time_said(&mut self, layer: Layer, text: &str) {
        if let Some(time) = timestamp(text) {
            add(&mut self.published, (layer, time));
        }
    }

    fn json_ld(&mut self, script: &str) {
        if self.objects >= OBJECTS_MAX {
            return;
        }
        // Line breaks inside strings are against JSON and common.
        let flat: String = script.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let trimmed = flat
            .trim()
            .trim_start_matches("<!--")
            .trim_end_matches("-->")
            .trim()
            .trim_end_matches(';');
        let Ok(root) = serde_json::from_str::<Value>(trimmed) else { return };
        let mut waiting = vec![&root];
        while self.objects < OBJECTS_MAX
            && let Some(value) = waiting.pop()
        {
            match value {
                Value::Array(items) => waiting.extend(items.iter().rev()),
                Value::Object(object) => {
                    self.objects += 1;
                    if is_article(object.get("@type")) {
                        self.article_object(object);
                    }
                    waiting
                        .extend(["mainEntity", "@graph"].iter().filter_map(|key| object.get(*key)));
                }
                _ => {}
            }
        }
    }

    fn article_object(&mut self, object: &serde_json::Map<String, Value>) {
        let text = |key: &str| object.get(key).and_then(Value::as_str).and_then(said);
        self.is_article = true;
        if let Some(title) = text("headline").or_else(|| text("name")) {
            add(&mut self.titles, (Layer::JsonLd, title));
        }
        if let Some(description) = text("description") {
            add(&mut self.descriptions, (Layer::JsonLd, description));
        }
        if let Some(time) = text("datePublished") {
            self.time_said(Layer::JsonLd, &time);
        }
        if let Some(address) = text("url") {
            add(&mut self.addresses, address);
        }
        let publisher = object.get("publisher").and_then(|publisher| publisher.get("name"));
        let publisher = || publisher.and_then(Value::as_str).and_then(said);
        self.publisher =
            self.publisher.take().or_else(publisher).filter(|name| name.len() <= NAME_MAX);
        let section = object.get("articleSection").map(|section| section.get(0).unwrap_or(section));
        let section = section.and_then(Value::as_str).and_then(said);
        self.section = section.filter(|name| name.len() <= NAME_MAX).or(self.section.take());
        let names: Vec<String> = object.get("author").map(persons).unwrap_or_default();
        if !names.is_empty() {
            add(&mut self.authors, (Layer::JsonLd, names.join(", ")));
        }
        // Its line breaks part the paragraphs, so it is tidied only when it is used.
        let body = object.get("articleBody").and_then(Value::as_str);
        self.body = self.body.take().or_else(|| body.map(str::to_owned));
    }
}

/// The letters of a name as hosts are written: `Dân trí` is `dantri`.
fn without_marks(name: &str) -> String {
    let small = name.nfd().flat_map(char::to_lowercase);
    let plain = small.map(|c| if c == 'đ' { 'd' } else { c });
    plain.filter(char::is_ascii_alphanumeric).collect()
}

/// The host of an absolute address.
fn host(address: &str) -> Option<&str> {
    address.split_once("://")?.1.split(['/', '?', '#', ':']).next()
}

/// An attribute's value. Quicker than `Element::attr`, which interns the name at every call.
pub fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A text that says something, up to what is kept of a claim.
fn said(text: &str) -> Option<String> {
    let text = &text[..text.floor_char_boundary(CLAIM_MAX)];
    Some(tidy(text)).filter(|text| !text.is_empty())
}

/// Adds a claim; those after the first few of a kind are not heard.
fn add<T>(claims: &mut Vec<T>, claim: T) {
    if claims.len() < CLAIMS_MAX {
        claims.push(claim);
    }
}

/// `NewsArticle`, `Article` and their kin, alone or in a list of types.
fn is_article(kind: Option<&Value>) -> bool {
    let is_one =
        |kind: &str| kind.ends_with("Article") || kind == "BlogPosting" || kind == "Report";
    match kind {
        Some(Value::String(kind)) => is_one(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is_one),
        _ => false,
    }
}

/// The persons among the authors; organizations and empty names are left out.
fn persons(author: &Value) -> Vec<String> {
    match author {
        Value::String(name) => said(name).into_iter().collect(),
        Value::Array(authors) => authors
            .iter()
            .take(8)
            .flat_map(|author| match author {
                Value::Array(_) => Vec::new(),
                one => persons(one),
            })
            .collect(),
        Value::Object(author) => {
            let is_organization = author
                .get("@type")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind.ends_with("Organization"));
            let name = author.get("name").and_then(Value::as_str).and_then(said);
            name.filter(|_| !is_organization).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

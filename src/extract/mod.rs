//! Page -> Article.
//!
//! The order of the steps: bound the page's structure and cut out its code, parse it, restore text
//! from before Unicode, lay it out flat, hear what it claims of itself, find the title, find the
//! part of the page that is the article, drop what is not to be read, and settle lead, author, time
//! and address. Which layer decided is noted.

mod address;
mod agency;
mod byline;
mod clean;
mod content;
mod date;
mod dateline;
mod feed;
mod furniture;
mod headline;
mod lead;
mod legacy;
mod metadata;
mod outline;
mod phrases;
mod plain;
mod site;
mod structure;
mod style;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod verdict;
mod verse;

use scraper::Html;

use crate::domain::article::{Article, Block, BlockKind, Page};
use crate::domain::note::{Note, NoteKind};
use crate::domain::units::Timestamp;
use clean::Cleaned;
use content::{Bodies, Body};
use headline::Headline;
use metadata::{Claims, Layer};
use outline::Outline;
use site::{Field, Names, SiteRule};

pub use feed::{Listing, NotAFeed, listing};
pub use plain::{is_html, plain_text};
pub use site::{BrokenRule, SiteRules};

/// Under this much text, a page of pictures is read by its captions.
const TEXT_MIN: usize = 150;

/// A rule that finds less than this part of the text that the general rules find is not followed.
const RULED_MIN: f64 = 0.5;

/// A title has at most this part of the text before it.
const BEFORE_TITLE_MAX: f64 = 0.2;

/// Why a page gives no article.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoArticle {
    #[error("this is not HTML; give a news page, or a plain text file as text")]
    NotHtml,
    #[error(
        "the page nests more than {limit} elements deep, which no newspaper does; it was not parsed"
    )]
    TooDeep { limit: usize },
    #[error("the page has too many {what} for a news article; it was not parsed")]
    TooMany { what: &'static str },
    #[error(
        "no article found: this looks like a front page or a list; give the address of one article"
    )]
    NotAnArticle,
    #[error(
        "this is an article's page, but its text is not in the HTML (a video, or loaded by script); paste the text instead"
    )]
    Empty,
}

/// Takes the article from a page, with notes on which layer decided each part of it: the rule of
/// its site where there is one, what the page claims of itself, or what it shows.
pub fn article(page: &Page, rules: &SiteRules) -> Result<(Article, Vec<Note>), NoArticle> {
    if !is_html(&page.html) {
        return Err(NoArticle::NotHtml);
    }
    let mut document = Html::parse_document(&structure::bounded(&page.html)?);
    legacy::restore(&mut document);
    let Some((host, rule)) = rules.of(page, &document) else {
        return read(page, &document, None);
    };
    // A rule that takes the article away has grown old: without it there may still be one.
    read(page, &document, Some((host, rule))).or_else(|refusal| {
        let (article, mut notes) = read(page, &document, None).map_err(|_| refusal)?;
        notes.push(outdated(host, "with it there would be no article"));
        Ok((article, notes))
    })
}

fn read(
    page: &Page,
    document: &Html,
    ruled: Option<(&str, &SiteRule)>,
) -> Result<(Article, Vec<Note>), NoArticle> {
    let rule = ruled.map(|(_, rule)| rule);
    let (outline, mut claims, names) = outline::outline(document, rule);
    claims.host = page.url.as_ref().map(|url| url.site().to_owned());
    let mut headline = headline::headline(&outline, &claims, &names);
    let mut bodies = content::bodies(&outline, headline.as_ref(), &names);
    if let Some(above) =
        bodies.general.as_ref().and_then(|body| above(&outline, headline.as_ref(), body))
    {
        headline = Some(above);
        bodies = content::bodies(&outline, headline.as_ref(), &names);
    }
    let (body, layer, doubt) = choose(&outline, bodies, rule);
    let Some(body) = body else {
        return without_body(page, &claims, headline);
    };
    let sight = Sight {
        outline: &outline,
        claims: &claims,
        names: &names,
        headline: headline.as_ref(),
        body: &body,
    };
    let mut cleaned = clean::pieces(sight);
    let published = dateline::published(sight, &cleaned.pieces);
    verdict::refuse_lists(sight, &cleaned, published.is_some())?;
    let author = byline::author(sight, &mut cleaned);
    let mut lead = lead::lead(sight, &mut cleaned.pieces);
    if let Some(first) = cleaned.pieces.first_mut() {
        first.text = agency::without_mark(&first.text, &claims).to_owned();
    }
    clean::drop_announcements(&outline, &mut cleaned.pieces);
    use_captions_of_picture_pages(&mut cleaned);
    if cleaned.pieces.is_empty() {
        // Under a video or a drawing, the summary is all the text there is.
        cleaned.pieces.extend(lead.take().map(|(text, _)| outside(text)));
    }
    if cleaned.pieces.is_empty() {
        return without_body(page, &claims, headline);
    }
    if let Some(((host, _), doubt)) = ruled.zip(doubt) {
        cleaned.notes.push(outdated(host, &doubt));
    }
    let found = Found { headline, lead, author, published, body_layer: layer, cleaned };
    Ok(assemble(page, &claims, found))
}

/// The heading over the text, where the one that the page calls its title stands in the midst of it:
/// a sub-heading may have the words of the `<title>`.
fn above(outline: &Outline, headline: Option<&Headline>, body: &Body) -> Option<Headline> {
    let place = headline?.place.clone()?;
    let root = &outline.elements[body.element];
    let is_inside = root.first < place.start && place.end < root.end;
    let is_deep = is_inside
        && body.weight(root.first..place.start)
            > BEFORE_TITLE_MAX * body.weight(root.first..root.end);
    if is_deep { headline::over(outline, place.start) } else { None }
}

/// The body that the rule names, unless the general rules find far more; then, why not.
fn choose(
    outline: &Outline,
    bodies: Bodies,
    rule: Option<&SiteRule>,
) -> (Option<Body>, Layer, Option<String>) {
    let weight = |body: &Body| {
        let element = &outline.elements[body.element];
        body.weight(element.first..element.end)
    };
    match (bodies.ruled, bodies.general) {
        (Some(ruled), Some(general)) if weight(&ruled) < RULED_MIN * weight(&general) => {
            let part = 100.0 * weight(&ruled) / weight(&general);
            (Some(general), Layer::Page, Some(format!("it finds {part:.0} % of the text")))
        }
        (Some(ruled), _) => (Some(ruled), Layer::Site, None),
        (None, general) => {
            let expected = rule.is_some_and(|rule| rule.has(Field::Body));
            (general, Layer::Page, expected.then(|| "it finds no text".to_owned()))
        }
    }
}

/// A note that a rule was not followed.
fn outdated(host: &str, why: &str) -> Note {
    clean::left_out(format!(
        "the rule for {host} was not followed: {why}; has the site changed its pages?"
    ))
}

/// What the later steps look at: the page laid out, what it claims, where its title and text are.
#[derive(Clone, Copy)]
struct Sight<'a> {
    outline: &'a Outline,
    claims: &'a Claims,
    /// What the site's rule names.
    names: &'a Names,
    headline: Option<&'a Headline>,
    body: &'a Body,
}

impl Sight<'_> {
    /// The passages of the title, where it is shown.
    fn title_place(&self) -> Option<std::ops::Range<usize>> {
        self.headline.and_then(|headline| headline.place.clone())
    }
}

/// What the steps found, before it is put together.
struct Found {
    headline: Option<Headline>,
    lead: Option<(String, Layer)>,
    author: Option<(String, Layer)>,
    published: Option<(Timestamp, Layer)>,
    body_layer: Layer,
    cleaned: Cleaned,
}

/// A text of fewer characters is rather a caption, or what stands before a paywall.
const SHORT_CHARS: usize = 250;

fn assemble(page: &Page, claims: &Claims, found: Found) -> (Article, Vec<Note>) {
    let mut notes = found.cleaned.notes;
    let mut note = |what: &str, layer: Option<Layer>| {
        let by = layer.map_or("not found", Layer::name);
        notes.push(Note::general(NoteKind::Extraction, format!("{what}: {by}")));
    };
    note("title", found.headline.as_ref().map(|headline| headline.layer));
    note("lead", found.lead.as_ref().map(|(_, layer)| *layer));
    note("author", found.author.as_ref().map(|(_, layer)| *layer));
    note("time", found.published.as_ref().map(|(_, layer)| *layer));
    note("body", Some(found.body_layer));
    let url = address::canonical(&claims.addresses, page.url.as_ref());
    let host = url.as_ref().map(|address| address.site().to_owned());
    let pieces = found.cleaned.pieces.into_iter();
    let blocks: Vec<Block> =
        pieces.map(|piece| Block { kind: piece.kind, text: piece.text }).collect();
    let mut doubt = |why: &str| notes.push(Note::general(NoteKind::UncertainText, why));
    if !is_vietnamese(&blocks) {
        doubt("the text does not look Vietnamese");
    }
    if found.headline.is_none() {
        doubt("no title was found");
    }
    if blocks.iter().map(|block| block.text.chars().count()).sum::<usize>() < SHORT_CHARS {
        doubt("there is very little text");
    }
    let article = Article {
        url,
        site: claims.site.clone().or(host),
        title: found.headline.map(|headline| headline.text).unwrap_or_default(),
        lead: found.lead.map(|(lead, _)| lead),
        author: found.author.map(|(author, _)| author),
        section: claims.section.clone(),
        published: found.published.map(|(time, _)| time),
        blocks,
    };
    (article, notes)
}

/// A page without a body in its markup: its structured data may still hold the text.
fn without_body(
    page: &Page,
    claims: &Claims,
    headline: Option<Headline>,
) -> Result<(Article, Vec<Note>), NoArticle> {
    let Some(text) = &claims.body else {
        return Err(if claims.is_article { NoArticle::Empty } else { NoArticle::NotAnArticle });
    };
    let paragraphs = text.lines().map(text::tidy).filter(|text| !text.is_empty());
    let piece = |text| clean::Piece { passage: 0, last: 0, kind: BlockKind::Paragraph, text };
    let cleaned = Cleaned { pieces: paragraphs.map(piece).collect(), ..Cleaned::default() };
    if cleaned.pieces.is_empty() {
        return Err(NoArticle::Empty);
    }
    let published = claims.published().map(|(layer, time)| (time, layer));
    let found = Found {
        headline,
        lead: None,
        author: byline::claimed(claims),
        published,
        body_layer: Layer::JsonLd,
        cleaned,
    };
    Ok(assemble(page, claims, found))
}

/// A text from another place than the article's part of the page.
fn outside(text: String) -> clean::Piece {
    clean::Piece { passage: usize::MAX, last: usize::MAX, kind: BlockKind::Paragraph, text }
}

/// On a page of pictures the captions are the article.
fn use_captions_of_picture_pages(cleaned: &mut Cleaned) {
    let text: usize = cleaned.pieces.iter().map(|piece| piece.text.chars().count()).sum();
    if text >= TEXT_MIN || cleaned.captions.len() < 3 {
        return;
    }
    let captions = std::mem::take(&mut cleaned.captions).into_iter();
    let captions = captions.map(|caption| clean::without_credit(&caption).to_owned());
    cleaned.pieces.extend(captions.filter(|caption| !caption.is_empty()).map(outside));
    cleaned.notes.push(clean::left_out("a page of pictures: the captions are read"));
}

/// Whether enough letters carry the marks that only Vietnamese has.
fn is_vietnamese(blocks: &[Block]) -> bool {
    let (mut letters, mut marked) = (0, 0);
    for character in blocks.iter().flat_map(|block| block.text.chars()) {
        letters += usize::from(text::is_letter(character));
        marked += usize::from(matches!(
            character,
            '\u{1ea0}'..='\u{1ef9}' | 'đ' | 'Đ' | 'ơ' | 'ư' | 'ă' | 'Ơ' | 'Ư' | 'Ă'
        ));
    }
    letters < 40 || marked * 20 > letters
}

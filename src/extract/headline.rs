//! The title: the one that readers see, found with the help of what the page claims.

use std::sync::LazyLock;

use super::content::prose;
use super::furniture::{Marks, is_furniture, opens_other_articles};
use super::metadata::{Claims, Layer};
use super::outline::{Outline, Tag};
use super::phrases::Phrases;
use super::site::{Field, Names};
use super::text::{tidy, words};

/// A shorter text is no title that could be recognized by its words.
const TITLE_MIN: usize = 8;
/// The same of a main heading: poems have titles of two short words.
const MAIN_TITLE_MIN: usize = 4;
/// Characters: a longer heading of the second rank is a lead.
const TITLE_MAX: usize = 160;
/// Letters of a passage that is surely the text.
const PROSE_MIN: f32 = 60.0;
/// Titles that name the kind of page, in small letters.
static GENERIC: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/generic-titles.txt")));

/// The title and where it stands.
#[derive(Debug)]
pub struct Headline {
    pub text: String,
    pub layer: Layer,
    /// Shown as a link, as the names of sections are.
    pub is_linked: bool,
    /// Its passages, where it is shown.
    pub place: Option<std::ops::Range<usize>>,
}

/// The title of the page, or `None` where nothing looks like one.
pub fn headline(outline: &Outline, claims: &Claims, names: &Names) -> Option<Headline> {
    ruled(outline, names).or_else(|| general(outline, claims))
}

/// What the site's rule names the title.
fn ruled(outline: &Outline, names: &Names) -> Option<Headline> {
    names.of(Field::Title).into_iter().find_map(|named| {
        let place = named.element.map(|at| outline.elements[at].first..outline.elements[at].end);
        let shown = named.element.map(|at| tidy(&outline.text(at)));
        let text = named.value.clone().or(shown)?;
        let fits = (1..=300).contains(&text.chars().count());
        fits.then_some(Headline { text, layer: Layer::Site, is_linked: false, place })
    })
}

fn general(outline: &Outline, claims: &Claims) -> Option<Headline> {
    let claimed: Vec<String> =
        claims.titles.iter().map(|(_, title)| words(without_label(title))).collect();
    let document =
        claims.document_title.as_deref().map(without_label).map(words).unwrap_or_default();
    let shown = candidates(outline);
    let agrees = |said: &str| {
        let same = |claim: &String| *claim == said || (said.len() > 20 && claim.starts_with(said));
        claimed.iter().any(same) || (said.len() >= TITLE_MIN && document.starts_with(said))
    };
    let mut agreeing = shown.iter().filter(|shown| agrees(&words(&shown.text)));
    if let Some(first) = agreeing.next() {
        let main = agreeing.find(|shown| shown.level == 1).filter(|_| first.level != 1);
        return Some(main.unwrap_or(first).headline());
    }
    // A heading that the claims do not know still beats them: papers shorten titles for sharing.
    let lone =
        |shown: &&Shown| shown.level == 1 && !shown.is_linked && words(&shown.text).contains(' ');
    let mut main_headings = shown.iter().filter(lone);
    if let (Some(only), None) = (main_headings.next(), main_headings.next())
        && only.text.chars().count() > 15
    {
        return Some(only.headline());
    }
    if let Some(heading) = leading(outline, &shown) {
        return Some(heading.headline());
    }
    if let Some(place) = unnamed(outline, &agrees) {
        let text = tidy(&outline.passages[place].text);
        return Some(Headline {
            text,
            layer: Layer::Page,
            is_linked: false,
            place: Some(place..place + 1),
        });
    }
    let order = [Layer::JsonLd, Layer::OpenGraph, Layer::Microdata, Layer::Meta];
    let claim = order.iter().find_map(|layer| claims.titles.iter().find(|(from, _)| from == layer));
    let claim = claim.map(|(layer, title)| (*layer, title.as_str()));
    let claim = claim.or(claims.document_title.as_deref().map(|title| (Layer::Meta, title)));
    let claim = claim.map(|(layer, title)| (layer, without_site(without_label(title), claims)));
    let claim = claim.filter(|(_, text)| !is_site(text, claims) && !is_generic(text));
    if let Some((layer, text)) = claim {
        return Some(Headline { text, layer, is_linked: false, place: None });
    }
    // The page gives every article the paper's name as its title: take what is set as one.
    let set = |shown: &&Shown| !shown.is_linked && shown.text.chars().count() > 15;
    let named = || shown.iter().filter(|shown| shown.is_named).find(set);
    let found = named().or_else(|| shown.iter().find(set)).map(Shown::headline);
    found.or_else(|| bold(outline))
}

/// The heading over a place in the page: the largest of those before it, and of these the last.
pub fn over(outline: &Outline, end: usize) -> Option<Headline> {
    let shown = candidates(outline).into_iter();
    let before = shown.filter(|shown| {
        shown.place.end <= end && !shown.is_linked && shown.text.split(' ').count() > 3
    });
    let mut best: Option<Shown> = None;
    for shown in before {
        // The first `<h2>` is the title, further ones are parts of the text.
        if best.as_ref().is_none_or(|best| shown.level < best.level) {
            best = Some(shown);
        }
    }
    best.map(|shown| shown.headline())
}

/// On a page without a main heading: the second-rank one that the text follows, with none before it.
fn leading<'a>(outline: &Outline, shown: &'a [Shown]) -> Option<&'a Shown> {
    const AFTER: usize = 6;
    if shown.iter().any(|shown| shown.level == 1) {
        return None;
    }
    let is_prose = |at: usize| prose(&outline.passages[at]) >= PROSE_MIN;
    let first_prose = (0..outline.passages.len()).find(|at| is_prose(*at))?;
    shown.iter().find(|shown| {
        let marks = outline.marks_around(shown.place.start, usize::MAX);
        shown.level == 2
            && !shown.is_linked
            && shown.text.split(' ').count() > 3
            && !shown.text.ends_with(['.', ':', '…'])
            && shown.text.chars().count() <= TITLE_MAX
            && !marks.has(Marks::LEAD.with(Marks::FURNITURE).with(Marks::COMMENTS))
            && !opens_other_articles(&shown.text)
            && (shown.place.end..shown.place.end + AFTER).contains(&first_prose)
    })
}

/// The bold line over the text, on pages that set everything by hand.
fn bold(outline: &Outline) -> Option<Headline> {
    let end = outline
        .passages
        .iter()
        .position(|passage| prose(passage) >= PROSE_MIN && !passage.is_bold())?;
    let place = (0..end).find(|at| {
        let passage = &outline.passages[*at];
        let words = passage.text.split(' ').count();
        passage.is_bold()
            && passage.linked == 0
            && words > 3
            && (TITLE_MIN..TITLE_MAX).contains(&passage.size)
            && !is_furniture(&passage.text)
            && !passage.text.ends_with(['.', ':'])
    })?;
    Some(Headline {
        text: tidy(&outline.passages[place].text),
        layer: Layer::Page,
        is_linked: false,
        place: Some(place..place + 1),
    })
}

/// A passage that says what the claims say, though nothing names it a title.
fn unnamed(outline: &Outline, agrees: &impl Fn(&str) -> bool) -> Option<usize> {
    outline.passages.iter().position(|passage| {
        (20..300).contains(&passage.size) && passage.link_density() < 0.5 && {
            let said = words(&passage.text);
            said.contains(' ') && agrees(&said)
        }
    })
}

/// A heading on the page.
struct Shown {
    text: String,
    /// 1 for `<h1>`, 9 for what only its class calls a title.
    level: u8,
    is_linked: bool,
    is_named: bool,
    place: std::ops::Range<usize>,
}

impl Shown {
    fn headline(&self) -> Headline {
        Headline {
            text: self.text.clone(),
            layer: Layer::Page,
            is_linked: self.is_linked,
            place: Some(self.place.clone()),
        }
    }
}

fn candidates(outline: &Outline) -> Vec<Shown> {
    let mut shown = Vec::new();
    for element in outline.elements.iter() {
        let level = match element.tag {
            Tag::Heading(level) => level,
            Tag::Box | Tag::Paragraph | Tag::Cell if element.marks.has(Marks::TITLE) => 9,
            _ => continue,
        };
        let place = element.first..element.end;
        let passages = &outline.passages[place.clone()];
        if passages.len() > 4 {
            continue;
        }
        let size: usize = passages.iter().map(|passage| passage.size).sum();
        let least = if level == 1 { MAIN_TITLE_MIN } else { TITLE_MIN };
        if !(least..=300).contains(&size) {
            continue;
        }
        let linked: usize = passages.iter().map(|passage| passage.linked).sum();
        let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        shown.push(Shown {
            text: tidy(&texts.join(" ")),
            level,
            is_linked: linked * 2 > size,
            is_named: element.marks.has(Marks::TITLE),
            place,
        });
    }
    shown
}

/// A title without the paper's name at its end.
fn without_site(title: &str, claims: &Claims) -> String {
    for separator in [" | ", " – ", " — ", " - ", " :: "] {
        if let Some((front, tail)) = title.rsplit_once(separator)
            && is_site(tail, claims)
            && front.chars().count() >= TITLE_MIN
        {
            return without_site(front, claims);
        }
    }
    title.trim().to_owned()
}

/// Whether a text is the name of a paper rather than a headline: `Sơn La online`, but not `Cảnh báo
/// mưa lớn`.
fn is_site(text: &str, claims: &Claims) -> bool {
    const WORDS_MAX: usize = 8;
    let signs = ["điện tử", "online", "news", "vn", "phát thanh", "thông tin điện tử", "tin tức"];
    let said = words(text);
    let named = signs.iter().any(|sign| format!(" {said} ").contains(&format!(" {sign} ")));
    claims.is_paper(text) || named && said.split_whitespace().count() <= WORDS_MAX
}

/// Whether a title names the kind of page and not the article.
fn is_generic(title: &str) -> bool {
    GENERIC.has(&words(title))
}

/// A title without the label of the print version: `Bản in: …`, `[In bài] …`, `… - Bản in`.
fn without_label(title: &str) -> &str {
    const PRINTED: [&str; 7] =
        ["in bài viết", "in bài", "in tin", "bản in", "phiên bản in", "trang in", "print"];
    let is_label = |text: &str| PRINTED.contains(&words(text).as_str());
    let ends = [": ", "] ", " - ", " | ", " – "];
    let begun =
        ends.iter().filter_map(|end| title.split_once(end)).find(|(label, _)| is_label(label));
    let ended =
        || ends.iter().filter_map(|end| title.rsplit_once(end)).find(|(_, label)| is_label(label));
    let rest = begun.map(|(_, rest)| rest).or_else(|| ended().map(|(rest, _)| rest));
    rest.filter(|rest| rest.chars().count() >= TITLE_MIN).unwrap_or(title)
}

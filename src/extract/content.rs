//! Which part of the page is the article: text density, link density, paragraph structure.
//!
//! Every passage that reads like prose gives its weight to the elements around it, less to each
//! further out, so that the element holding the paragraphs directly wins. Menus, related links and
//! comments are set aside before, by what their names say and by how they are linked.

use super::furniture::{Marks, is_masthead, surely_opens_comments};
use super::headline::Headline;
use super::outline::{Outline, Passage, Tag};
use super::site::{Field, Named, Names};
use super::verse;

/// What each further element out gets of a passage's weight.
const DECAY: f32 = 0.6;
/// How many elements out a passage is felt.
const REACH: usize = 4;
/// A passage with fewer letters says nothing about where the article is.
const PROSE_MIN: usize = 25;
/// Letters of prose that make an article, when comments follow.
const ARTICLE_MIN: f32 = 140.0;
/// An article has at least this part of the prose, its readers' comments the rest.
const ARTICLE_PART_MIN: f32 = 0.15;
/// Linked letters above this part make a passage a list entry.
pub const LINK_DENSITY_MAX: f32 = 0.4;
/// Named furniture that holds more than this part of the page's prose is not furniture.
const FURNITURE_PROSE_MAX: f32 = 0.45;

/// The part of the page that is the article.
#[derive(Clone, Debug)]
pub struct Body {
    /// Index of the element.
    pub element: usize,
    /// For each passage of the page: whether it belongs to furniture or comments.
    pub set_aside: Vec<bool>,
    /// The lines of a poem, and no prose.
    pub is_verse: bool,
    /// The weight of the prose before each passage, summed from the page's beginning: sums over a
    /// range are asked for often.
    weight_before: Vec<f64>,
}

impl Body {
    /// The weight of the prose in some passages, in letters; what was set aside weighs nothing.
    pub fn weight(&self, passages: std::ops::Range<usize>) -> f64 {
        self.weight_before[passages.end] - self.weight_before[passages.start]
    }
}

/// How much a passage reads like an article, in letters.
pub fn prose(passage: &Passage) -> f32 {
    let density = passage.link_density();
    if passage.size < PROSE_MIN || density > LINK_DENSITY_MAX || is_masthead(&passage.text) {
        return 0.0;
    }
    let sentence = passage.text.ends_with(['.', '!', '?', '…', ':', ';', '”', '"', '»', ')'])
        || (passage.size > 60 && (passage.text.contains(", ") || passage.text.contains(". ")));
    let weight = if sentence { 1.0 } else { 0.3 };
    passage.size as f32 * (1.0 - density) * weight
}

/// Whether a passage is the summary under the linked headline of another article: alone with it in
/// a small element.
fn is_teaser(outline: &Outline, at: usize) -> bool {
    let around =
        outline.ancestors(outline.passages[at].element).take(3).map(|at| &outline.elements[at]);
    around.take_while(|element| element.end - element.first <= 6).any(|element| {
        let is_headline = |other: usize| {
            let passage = &outline.passages[other];
            passage.size >= 15 && passage.link_density() > 0.9
        };
        let is_text = |other: usize| outline.passages[other].size >= 40 && !is_headline(other);
        (element.first..at).any(is_headline)
            && (element.first..element.end).filter(|at| is_text(*at)).count() <= 1
    })
}

/// Both ways of finding the article's text.
#[derive(Debug)]
pub struct Bodies {
    /// By the general rules; `None` where no passage reads like prose.
    pub general: Option<Body>,
    /// The element that the site's rule names.
    pub ruled: Option<Body>,
}

/// The element that holds the article's text, and the one that the site's rule names.
pub fn bodies(outline: &Outline, headline: Option<&Headline>, names: &Names) -> Bodies {
    let named = names.of(Field::Body);
    let weigh = |at| if is_teaser(outline, at) { 0.0 } else { prose(&outline.passages[at]) };
    let mut prose: Vec<f32> = (0..outline.passages.len()).map(weigh).collect();
    let title = headline.and_then(|headline| headline.place.clone());
    let elements: Vec<usize> = names.elements(Field::Body);
    let set_aside = set_aside(outline, &prose, title.as_ref(), &elements);
    let all: f32 =
        prose.iter().zip(&set_aside).filter(|(_, aside)| !**aside).map(|(one, _)| one).sum();
    let is_verse = all < ARTICLE_MIN && verse::weigh(outline, &set_aside, &mut prose);
    let kept: Vec<f32> = prose
        .iter()
        .zip(&set_aside)
        .map(|(prose, aside)| if *aside { 0.0 } else { *prose })
        .collect();
    let scores = scores(outline, &kept, title.as_ref().map_or(0, |title| title.start));
    let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let best = best.filter(|best| scores[*best] > 0.0).map(|best| {
        widen(outline, best, &kept, &set_aside, title.as_ref().map_or(0, |title| title.end))
    });
    let mut weight_before = vec![0.0];
    weight_before.extend(kept.iter().scan(0.0, |sum, weight| {
        *sum += f64::from(*weight);
        Some(*sum)
    }));
    let body = |element| Body {
        element,
        set_aside: set_aside.clone(),
        is_verse,
        weight_before: weight_before.clone(),
    };
    let ruled = largest_of_first(&named, |element| sum(outline, element, &kept)).map(body);
    Bodies { general: best.map(body), ruled }
}

/// Of the first alternative that finds any text, the element with the most.
fn largest_of_first(named: &[&Named], size: impl Fn(usize) -> f32) -> Option<usize> {
    let sizes = named.iter().filter_map(|one| Some((one.rank, one.element?, size(one.element?))));
    let (mut rank, mut best) = (usize::MAX, None);
    for (its, element, size) in sizes.filter(|(_, _, size)| *size > 0.0) {
        if its > rank {
            break;
        }
        if best.is_none_or(|(_, largest)| size > largest) {
            (rank, best) = (its, Some((element, size)));
        }
    }
    best.map(|(element, _)| element)
}

fn sum(outline: &Outline, element: usize, prose: &[f32]) -> f32 {
    let element = &outline.elements[element];
    prose[element.first..element.end].iter().sum()
}

/// Marks the passages of elements whose names say that they are not the article.
fn set_aside(
    outline: &Outline,
    prose: &[f32],
    title: Option<&std::ops::Range<usize>>,
    named_bodies: &[usize],
) -> Vec<bool> {
    let mut aside = vec![false; outline.passages.len()];
    let total: f32 = prose.iter().sum();
    for (index, element) in outline.elements.iter().enumerate() {
        let is_comments = element.marks.has(Marks::COMMENTS);
        if !is_comments && !element.marks.has(Marks::FURNITURE) || element.first == element.end {
            continue;
        }
        let holds_title =
            title.is_some_and(|title| element.first <= title.start && title.end <= element.end);
        let holds_body = named_bodies.iter().any(|at| (index..element.last).contains(at));
        let declared = holds_body
            || element.marks.has(Marks::ARTICLE_BODY)
            || (is_comments && element.marks.has(Marks::BODY));
        let is_large = !is_comments && sum(outline, index, prose) > FURNITURE_PROSE_MAX * total;
        if !holds_title && !declared && !is_large {
            aside[element.first..element.end].fill(true);
        }
    }
    if let Some(at) = comments_after(outline, prose, title.map_or(0, |title| title.end), &aside) {
        aside[at..].fill(true);
    }
    aside
}

/// Where readers begin to speak under an article: they may say more than it does. A count of
/// comments above the text has no more than the lead before it.
fn comments_after(
    outline: &Outline,
    prose: &[f32],
    title_end: usize,
    aside: &[bool],
) -> Option<usize> {
    let weight = |at: usize| if aside[at] { 0.0 } else { prose[at] };
    let all: f32 = (title_end..prose.len()).map(weight).sum();
    let (mut before, mut texts) = (0.0, 0);
    (title_end..prose.len()).find(|at| {
        let passage = &outline.passages[*at];
        let enough = texts >= 2 && before >= ARTICLE_MIN.max(ARTICLE_PART_MIN * all);
        before += weight(*at);
        texts += usize::from(weight(*at) > 0.0);
        enough && passage.link_density() < 0.5 && surely_opens_comments(&passage.text)
    })
}

/// What each element gets from the prose in it.
fn scores(outline: &Outline, prose: &[f32], title_start: usize) -> Vec<f32> {
    let mut scores = vec![0.0; outline.elements.len()];
    let mut direct = vec![0_u32; outline.elements.len()];
    for passage in &outline.passages {
        direct[passage.element] += 1;
    }
    for (passage, prose) in outline.passages.iter().zip(prose).filter(|(_, prose)| **prose > 0.0) {
        // A box with a single text is a paragraph; one with several lines is their holder.
        let is_holder = |at: usize| {
            let holds = matches!(outline.elements[at].tag, Tag::Box | Tag::Cell | Tag::HeaderCell);
            holds && (at != passage.element || direct[at] > 1)
        };
        let mut share = *prose;
        for at in outline.ancestors(passage.element).filter(|at| is_holder(*at)).take(REACH) {
            scores[at] += share;
            share *= DECAY;
        }
    }
    for (score, element) in scores.iter_mut().zip(&outline.elements) {
        if element.marks.has(Marks::ARTICLE_BODY) {
            *score *= 1.6;
        } else if element.marks.has(Marks::BODY) {
            *score *= 1.25;
        }
        if element.end <= title_start {
            *score *= 0.3;
        }
    }
    scores
}

/// Goes out to the elements around as long as that brings more of the article: a body that is cut
/// into several sections of equal rank.
fn widen(outline: &Outline, best: usize, prose: &[f32], aside: &[bool], title_end: usize) -> usize {
    let mut element = best;
    let mut tried = best;
    for outer in outline.ancestors(best).skip(1).take(REACH) {
        let (inside, around) = (&outline.elements[tried], &outline.elements[outer]);
        // One or two texts before the body are its lead, which is found by other means.
        let before = around.first.max(title_end)..inside.first.max(around.first.max(title_end));
        let has_sections = before.clone().filter(|at| prose[*at] > 0.0 && !aside[*at]).count() > 2;
        let before = if has_sections { before } else { 0..0 };
        let added = before.chain(inside.end..around.end);
        let (mut text, mut entries) = (0.0, 0.0);
        for at in added.filter(|at| !aside[*at]) {
            let passage = &outline.passages[at];
            text += prose[at];
            if prose[at] == 0.0 && passage.link_density() > LINK_DENSITY_MAX {
                entries += passage.size as f32;
            }
        }
        if entries > 0.3 * text + 20.0 && entries > 60.0 {
            break;
        }
        tried = outer;
        if text > 0.25 * sum(outline, element, prose) {
            element = outer;
        }
    }
    element
}

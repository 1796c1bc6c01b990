//! The lead (sapo): the paragraph under the title that readers see set apart from the text.

use super::Sight;
use super::agency::without_mark;
use super::clean::{Piece, ends_with_credit};
use super::content::{Body, prose};
use super::date::is_dateline;
use super::furniture::{Marks, is_furniture};
use super::metadata::Layer;
use super::outline::{Element, Outline, Passage, Tag};
use super::site::Field;
use super::text::{says, tidy, words};
use crate::domain::article::BlockKind;

/// Letters: shorter texts under a title are kickers and labels.
const LEAD_MIN: usize = 30;
/// Letters: a plain text under a picture that is no longer is its caption.
const CAPTION_MAX: usize = 160;
/// Letters: the name of a place before a lead.
const PLACE_MAX: usize = 25;
/// A longer text is a part of the article.
const LEAD_MAX: usize = 1_200;

/// Finds the lead and takes it out of the article's texts, so that it is not read twice.
pub fn lead(sight: Sight, pieces: &mut Vec<Piece>) -> Option<(String, Layer)> {
    let Sight { outline, claims, body, .. } = sight;
    let begin = match sight.title_place() {
        Some(place) => place.end,
        None => outline.elements[body.element].first.saturating_sub(8),
    };
    let ruled = ruled(sight, pieces);
    let layer = if ruled.is_some() { Layer::Site } else { Layer::Page };
    let text = ruled
        .or_else(|| named(outline, body, begin, pieces))
        .or_else(|| between(outline, body, begin, pieces))
        .or_else(|| set_apart(outline, pieces))?;
    let said = words(&text);
    pieces.retain(|piece| piece.text.len() > said.len() * 2 + 16 || !says(&piece.text, &said));
    Some((without_mark(&text, claims).to_owned(), layer))
}

/// What the site's rule names the lead, if it is not most of the text.
fn ruled(sight: Sight, pieces: &mut Vec<Piece>) -> Option<String> {
    let Sight { outline, names, .. } = sight;
    // Further on it is something else that has the lead's name.
    let limit = pieces.get(2).or(pieces.last()).map_or(usize::MAX, |piece| piece.passage + 1);
    let (element, text) = names.of(Field::Lead).into_iter().find_map(|named| {
        let text = match (&named.value, named.element) {
            (Some(value), _) => value.clone(),
            (None, at) => lead_text(outline, &outline.elements[at?]),
        };
        let inside = |piece: &&Piece| {
            named.element.is_some_and(|at| outline.elements[at].holds(piece.passage))
        };
        let taken = pieces.iter().filter(inside).count();
        let fits = (LEAD_MIN..LEAD_MAX).contains(&text.chars().count())
            && named.element.is_none_or(|at| outline.elements[at].first < limit)
            && (taken * 2 <= pieces.len() || pieces.len() == 1);
        fits.then_some((named.element, text))
    })?;
    if let Some(element) = element.map(|at| &outline.elements[at]) {
        pieces.retain(|piece| !element.holds(piece.passage));
    }
    Some(text)
}

/// The texts of a lead's element that are to be read.
fn lead_text(outline: &Outline, element: &Element) -> String {
    let passages = &outline.passages[element.first..element.end];
    if passages.iter().map(|passage| passage.size).sum::<usize>() >= LEAD_MAX {
        return String::new();
    }
    // The place that news agencies begin with stands apart and is no date.
    let (place, passages) = match passages {
        [place, rest @ ..]
            if place.size < PLACE_MAX
                && !rest.is_empty()
                && outline.elements[place.element].marks.has(Marks::DATE)
                && !place.text.contains(|c: char| c.is_ascii_digit()) =>
        {
            (Some(tidy(&place.text)), rest)
        }
        all => (None, all),
    };
    let readable = passages.iter().filter(|passage| passage.link_density() < 0.5);
    let texts: Vec<String> = readable
        .map(|passage| tidy(&passage.text))
        .filter(|text| !text.is_empty() && !is_furniture(text) && !is_dateline(text))
        .collect();
    match place {
        Some(place) if !place.is_empty() && !texts.is_empty() => {
            format!("{place} - {}", texts.join(" "))
        }
        _ => texts.join(" "),
    }
}

/// What the page itself names a lead.
fn named(outline: &Outline, body: &Body, begin: usize, pieces: &mut Vec<Piece>) -> Option<String> {
    let limit = pieces.get(2).or(pieces.last()).map_or(begin, |piece| piece.passage + 1);
    let root = &outline.elements[body.element];
    let is_named = |element: &&Element| {
        let passages = &outline.passages[element.first..element.end];
        let size: usize = passages.iter().map(|passage| passage.size).sum();
        let before = |passage: usize| pieces.partition_point(|piece| piece.passage < passage);
        let inside = before(element.end) - before(element.first);
        (LEAD_MIN..LEAD_MAX).contains(&size)
            && !body.set_aside[element.first]
            && passages.iter().all(|passage| passage.link_density() < 0.5)
            // An element that holds most of the text is no lead, whatever its name.
            && (inside * 2 <= pieces.len() || pieces.len() == 1)
    };
    let in_reach = |element: &&Element| {
        element.marks.has(Marks::LEAD) && element.first >= begin && element.first < element.end
    };
    let named: Vec<&Element> = outline.elements.iter().filter(in_reach).filter(is_named).collect();
    let first = *named.first().filter(|element| element.first < limit)?;
    // Descriptions that come again and again in the text belong to its pictures.
    let again = |element: &&&Element| element.first >= first.end && element.end <= root.end;
    if root.holds(first.first) && named.iter().any(|element| again(&element)) {
        return None;
    }
    let text = lead_text(outline, first);
    pieces.retain(|piece| !first.holds(piece.passage));
    Some(text).filter(|text| !text.is_empty())
}

/// Prose between the title and the text.
fn between(outline: &Outline, body: &Body, begin: usize, pieces: &[Piece]) -> Option<String> {
    let first = outline.elements[body.element].first.min(pieces.first()?.passage);
    let texts: Vec<String> = (begin..first)
        .filter(|at| !body.set_aside[*at] && prose(&outline.passages[*at]) > LEAD_MIN as f32)
        .filter(|at| {
            !outline.marks_around(*at, 2).has(Marks::CAPTION.with(Marks::AUTHOR).with(Marks::DATE))
        })
        .filter(|at| {
            let passage = &outline.passages[*at];
            !passage.after_image || passage.is_bold() || passage.size > CAPTION_MAX
        })
        .map(|at| tidy(&outline.passages[at].text))
        .filter(|text| {
            !text.is_empty() && !is_furniture(text) && !is_dateline(text) && !ends_with_credit(text)
        })
        .collect();
    let size: usize = texts.iter().map(|text| text.chars().count()).sum();
    (!texts.is_empty() && texts.len() <= 2 && size <= LEAD_MAX).then(|| texts.join(" "))
}

/// A first paragraph that is bold or italic while the text goes on plainly, or is a sentence in a
/// heading tag.
fn set_apart(outline: &Outline, pieces: &mut Vec<Piece>) -> Option<String> {
    let [first, second, ..] = pieces.as_slice() else { return None };
    let (passage, next) = (&outline.passages[first.passage], &outline.passages[second.passage]);
    let size = first.text.chars().count();
    let in_heading = matches!(outline.elements[passage.element].tag, Tag::Heading(_)) && size > 100;
    let styled = |passage: &Passage| passage.is_bold() || passage.is_italic();
    let apart = in_heading || (styled(passage) && !styled(next));
    let is_sentence = first.kind != BlockKind::Heading || in_heading || size > 60;
    if !apart || !is_sentence || !(40..=LEAD_MAX).contains(&size) || is_question(&first.text) {
        return None;
    }
    Some(pieces.remove(0).text)
}

/// The first question of an interview is not its lead.
fn is_question(text: &str) -> bool {
    let speaker = text.split(':').next().unwrap_or(text);
    text.ends_with('?')
        || (speaker.len() < text.len()
            && matches!(
                speaker.trim_start_matches(['*', '-', '–', ' ']),
                "PV" | "Phóng viên" | "Hỏi" | "P.V"
            ))
}

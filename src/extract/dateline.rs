//! When the article was published: what the page claims, else the dateline that it shows.

use super::Sight;
use super::clean::Piece;
use super::date::{has_clock, is_dateline, is_update, timestamp};
use super::furniture::Marks;
use super::metadata::Layer;
use super::site::Field;
use super::text::tidy;
use crate::domain::units::Timestamp;

/// Characters of a line that is named a dateline.
const NAMED_MAX: usize = 90;
/// Letters of a place that is named for the time; more hold something else as well.
const DATELINE_MAX: usize = 200;

/// The publication time: what the site's rule names, else claimed, else shown between the title and the end of the text.
pub fn published(sight: Sight, pieces: &[Piece]) -> Option<(Timestamp, Layer)> {
    let Sight { outline, claims, body, .. } = sight;
    if let Some(time) = ruled(sight) {
        return Some((time, Layer::Site));
    }
    if let Some((layer, time)) = claims.published() {
        return Some((time, layer));
    }
    let body = &outline.elements[body.element];
    let begin = sight.title_place().map_or(body.first.saturating_sub(8), |title| title.start);
    let dateline = |at: usize| {
        let text = tidy(&outline.passages[at].text);
        // What is named a dateline may also say who put the text there.
        let is_named = || {
            let marked = outline.elements[outline.passages[at].element].marks.has(Marks::DATE);
            marked && text.chars().count() <= NAMED_MAX
        };
        (is_dateline(&text) || timestamp(&text).is_some() && is_named())
            .then(|| (timestamp(&text), has_clock(&text), is_update(&text)))
    };
    // When a text was changed says when it was published only where nothing else does.
    let best = |lines: &mut dyn Iterator<Item = usize>| {
        let mut found = lines.filter_map(dateline);
        let first = found.next()?;
        Some(if first.2 {
            found.find(|(_, _, is_update)| !is_update).unwrap_or(first)
        } else {
            first
        })
    };
    // Where the body holds the title too, its own text begins later.
    let text = pieces.first().map_or(body.first, |piece| piece.passage.max(body.first));
    let under = best(&mut (begin..(text + 3).min(body.end).max(begin)));
    let after = || best(&mut (body.end..(body.end + 4).min(outline.passages.len())));
    // Above the title stands today's date as often as the article's, which has an hour.
    let above = || {
        (begin.saturating_sub(4)..begin).filter_map(dateline).rfind(|(_, has_hour, _)| *has_hour)
    };
    let (time, ..) = under.or_else(after).or_else(above)?;
    time.map(|time| (time, Layer::Page))
}

/// The first of the places that the site's rule names where a time can be read.
fn ruled(sight: Sight) -> Option<Timestamp> {
    sight.names.of(Field::Time).into_iter().find_map(|named| {
        let shown = || named.element.map(|at| tidy(&sight.outline.text_up_to(at, DATELINE_MAX)));
        named.value.clone().or_else(shown).as_deref().and_then(timestamp)
    })
}

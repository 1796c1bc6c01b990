//! When the article was published: what the page claims, else the dateline that it shows.

use super::Sight;
use super::date::{is_dateline, timestamp};
use super::metadata::Layer;
use super::text::tidy;
use crate::domain::units::Timestamp;

/// The publication time: claimed, else shown between the title and the end of the text.
pub fn published(sight: Sight) -> Option<(Timestamp, Layer)> {
    let Sight { outline, claims, body, .. } = sight;
    if let Some((layer, time)) = claims.published() {
        return Some((time, layer));
    }
    let body = &outline.elements[body.element];
    let begin = sight.title_place().map_or(body.first.saturating_sub(8), |title| title.start);
    let dateline = |at: usize| {
        let text = tidy(&outline.passages[at].text);
        is_dateline(&text).then(|| (timestamp(&text), text.contains(':')))
    };
    let under = (begin..(body.first + 3).min(body.end).max(begin)).find_map(dateline);
    let after = || (body.end..(body.end + 4).min(outline.passages.len())).find_map(dateline);
    // Above the title stands today's date as often as the article's, which has an hour.
    let above =
        || (begin.saturating_sub(4)..begin).filter_map(dateline).find(|(_, has_hour)| *has_hour);
    let (time, _) = under.or_else(after).or_else(above)?;
    time.map(|time| (time, Layer::Page))
}

//! Whether a page is an article at all, or a front page, a list, an empty shell.

use super::clean::Cleaned;
use super::{NoArticle, Sight};

/// Letters of prose that make an article under a title or a dateline.
const PROSE_MIN: f64 = 140.0;
/// Letters of prose that make an article when nothing else says that it is one.
const PROSE_MIN_BARE: f64 = 500.0;
/// Letters of prose that are enough on a page that calls itself an article, or links nowhere.
const PROSE_MIN_DECLARED: f64 = 40.0;

/// Refuses front pages and lists: little prose, or as many linked headlines as texts.
pub fn refuse_lists(sight: Sight, cleaned: &Cleaned, is_dated: bool) -> Result<(), NoArticle> {
    let Sight { outline, claims, headline, body, .. } = sight;
    let declared = claims.is_article || (!claims.published.is_empty() && headline.is_some());
    let titled = headline.is_some_and(|headline| {
        let is_long = headline.text.split(' ').count() > 3 || body.is_verse;
        headline.place.is_some() && !headline.is_linked && is_long
    });
    let root = &outline.elements[body.element];
    let entries = (root.first..root.end)
        .filter(|at| !body.set_aside[*at])
        .map(|at| &outline.passages[at])
        .filter(|passage| passage.size >= 20 && passage.link_density() > 0.8)
        .count();
    let texts = cleaned.pieces.iter().filter(|piece| piece.text.chars().count() >= 60).count();
    let is_list = if titled && is_dated { entries > texts } else { entries * 2 >= texts };
    if !declared && (claims.is_site && !is_dated && !titled || entries >= 3 && is_list) {
        return Err(NoArticle::NotAnArticle);
    }
    // A list without a link would be of no use to anybody.
    let is_no_list = outline.passages.iter().all(|passage| passage.link_density() == 0.0);
    let enough = match (declared || is_no_list, titled || is_dated) {
        (true, _) => PROSE_MIN_DECLARED,
        (false, true) if body.is_verse => PROSE_MIN_DECLARED,
        (false, true) => PROSE_MIN,
        (false, false) => PROSE_MIN_BARE,
    };
    let pictures = cleaned.captions.len() >= 3;
    if body.weight(root.first..root.end) < enough && !pictures {
        return Err(if declared { NoArticle::Empty } else { NoArticle::NotAnArticle });
    }
    Ok(())
}

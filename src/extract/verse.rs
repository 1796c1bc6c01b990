//! Poems: lines too short to weigh as prose, which are the text where there is no other.

use super::content::LINK_DENSITY_MAX;
use super::date::is_dateline;
use super::furniture::is_furniture;
use super::outline::{Outline, Tag};

/// Lines that make a poem; the shortest forms have four, of which a list could be one too.
const LINES_MIN: usize = 6;
/// Letters of a line.
const LINE: std::ops::RangeInclusive<usize> = 6..=60;
/// Words of a line.
const WORDS: std::ops::RangeInclusive<usize> = 2..=14;

/// Gives the lines of poems their weight, in letters; whether there are any.
pub fn weigh(outline: &Outline, set_aside: &[bool], prose: &mut [f32]) -> bool {
    let (mut start, mut found) = (0, false);
    while start < prose.len() {
        let is_line = |at: usize| !set_aside[at] && is_line(outline, at);
        let end = (start..prose.len()).find(|at| !is_line(*at)).unwrap_or(prose.len());
        if end - start >= LINES_MIN && is_together(outline, start, end) {
            found = true;
            for at in start..end {
                prose[at] = outline.passages[at].size as f32;
            }
        }
        start = end + 1;
    }
    found
}

fn is_line(outline: &Outline, at: usize) -> bool {
    let passage = &outline.passages[at];
    let text = &passage.text;
    let tag = outline.elements[passage.element].tag;
    LINE.contains(&passage.size)
        && passage.link_density() <= LINK_DENSITY_MAX
        && matches!(tag, Tag::Paragraph | Tag::Box | Tag::Quote | Tag::Cell)
        && WORDS.contains(&text.split_whitespace().count())
        && !text.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '@' | '|' | '/'))
        && !is_furniture(text)
        && !is_dateline(text)
}

/// Whether the lines stand in one element, or in paragraphs of one.
fn is_together(outline: &Outline, start: usize, end: usize) -> bool {
    let holder = |at: usize| {
        let element = outline.passages[at].element;
        let is_paragraph = outline.elements[element].tag == Tag::Paragraph;
        if is_paragraph { outline.elements[element].parent } else { element }
    };
    let own = holder(start + 1);
    let together = (start..end).filter(|at| holder(*at) == own).count();
    together >= LINES_MIN && together * 5 >= (end - start) * 4
}

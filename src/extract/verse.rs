//! Poems: lines too short to weigh as prose, which are the text where there is no other.

use std::collections::HashMap;

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
            let lines = &outline.passages[start..end];
            prose[start..end]
                .iter_mut()
                .zip(lines)
                .for_each(|(prose, line)| *prose = line.size as f32);
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
    together >= LINES_MIN && together * 5 >= (end - start) * 4 && is_no_list(outline, start, end)
}

/// Whether the lines are neither names nor entries that all begin alike.
fn is_no_list(outline: &Outline, start: usize, end: usize) -> bool {
    let lines = || outline.passages[start..end].iter().map(|passage| passage.text.as_str());
    let capitals: usize = lines()
        .flat_map(str::split_whitespace)
        .filter(|word| word.starts_with(char::is_uppercase))
        .count();
    let mut firsts: HashMap<&str, usize> = HashMap::new();
    lines()
        .filter_map(|line| line.split(' ').next())
        .for_each(|word| *firsts.entry(word).or_default() += 1);
    let alike = firsts.values().max().copied().unwrap_or(0);
    capitals <= 2 * (end - start) && alike * 2 <= end - start
}

//! The article's own texts: what stands in its part of the page and is not to be read is dropped.

use std::sync::LazyLock;

use super::Sight;
use super::byline;
use super::content::Body;
use super::date::is_dateline;
use super::furniture::{
    Marks, is_furniture, opens_comments, opens_other_articles, surely_opens_comments,
};
use super::outline::{Outline, Passage, Tag};
use super::phrases::Phrases;
use super::table;
use super::text::{push_small, says, tidy, words};
use crate::domain::article::BlockKind;
use crate::domain::note::{Note, NoteKind};

/// Linked letters above this part make a passage a link to something else.
const LINK_DENSITY_MAX: f32 = 0.7;
/// Captions run to about three sentences; longer texts under a picture are the article's.
const CAPTION_MAX: usize = 320;
/// A plain line under a picture up to this length is its caption.
const LABEL_MAX: usize = 180;
/// Letters at a caption's end in which a credit is looked for.
const CREDIT_MAX: usize = 100;
/// Elements around a passage that may call it a quotation; further out the name means a layout.
const QUOTE_DEPTH: usize = 4;
/// How credits begin, in small letters.
static CREDITS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::lines(include_str!("tables/credits.txt")));
/// Letters of a sentence that no box of other articles begins with.
const PROSE_MIN: usize = 50;
/// A linked headline has at least so many letters, its summary at most so many characters.
const TEASER_MIN: usize = 15;
const SUMMARY_MAX: usize = 250;
/// A bold line up to this length is a sub-heading.
const HEADING_MAX: usize = 120;

/// A text that will be read.
#[derive(Debug)]
pub struct Piece {
    /// The passages it begins and ends with.
    pub passage: usize,
    pub last: usize,
    pub kind: BlockKind,
    pub text: String,
}

/// The texts of the article in order, and what was left out of them.
#[derive(Debug, Default)]
pub struct Cleaned {
    pub pieces: Vec<Piece>,
    pub captions: Vec<String>,
    pub notes: Vec<Note>,
}

/// Takes the article's texts from its part of the page.
pub fn pieces(sight: Sight) -> Cleaned {
    let Sight { outline, headline, body, .. } = sight;
    let mut cleaned = Cleaned::default();
    let title = headline.map(|headline| words(&headline.text)).unwrap_or_default();
    let title_end = sight.title_place().map_or(0, |place| place.end);
    let element = &outline.elements[body.element];
    let mut tables = table::data_tables(outline, body.element).into_iter().peekable();
    let mut at = element.first.max(title_end.min(element.end));
    while at < element.end {
        if body.set_aside[at] {
            at += 1;
            continue;
        }
        if let Some(next) = box_end(outline, body, at).or_else(|| teaser_end(outline, body, at)) {
            at = next;
            continue;
        }
        while tables.peek().is_some_and(|table| outline.elements[*table].end <= at) {
            tables.next();
        }
        if let Some(table) = tables.next_if(|table| outline.elements[*table].holds(at)) {
            table::read(outline, table, at, &mut cleaned);
            at = outline.elements[table].end;
            continue;
        }
        passage(outline, body, at, &title, &mut cleaned);
        at += 1;
    }
    table::drop_repeated(&mut cleaned);
    cleaned
}

/// When a passage is the heading of a box with other things: the first passage after the box.
fn box_end(outline: &Outline, body: &Body, at: usize) -> Option<usize> {
    let text = &outline.passages[at].text;
    let comments = opens_comments(text);
    if !comments && !opens_other_articles(text) {
        return None;
    }
    let root = &outline.elements[body.element];
    if comments {
        return (body.weight(at..root.end) < 0.5 * body.weight(root.first..root.end))
            .then_some(root.end);
    }
    let holder = outline
        .ancestors(outline.passages[at].element)
        .take_while(|element| *element != body.element)
        .find(|element| {
            outline.elements[*element].end > at + 1 && outline.elements[*element].tag == Tag::Box
        });
    if let Some(holder) = holder.map(|holder| &outline.elements[holder])
        && body.weight(at..holder.end) < 0.4 * body.weight(root.first..root.end)
    {
        return Some(holder.end);
    }
    // A script was to fill the box, and what follows is the article's.
    let is_prose = |passage: &Passage| {
        passage.link_density() < 0.3 && passage.size >= PROSE_MIN && ends_sentence(&passage.text)
    };
    if at + 1 < root.end && is_prose(&outline.passages[at + 1]) {
        return Some(at + 1);
    }
    // The box has no element of its own: it ends at the next paragraph that is prose. Only where
    // headlines have their summaries must it be longer than these are.
    let mut only_links = true;
    let prose_again = (at + 1..root.end).find(|next| {
        let passage = &outline.passages[*next];
        let is_text = passage.link_density() < 0.3;
        let enough = if only_links && *next > at + 1 { 0.0 } else { 80.0 };
        let ends = is_text && body.weight(*next..*next + 1) > enough;
        only_links &= passage.link_density() > LINK_DENSITY_MAX;
        ends
    });
    Some(prose_again.unwrap_or(root.end))
}

/// When a passage is the linked headline of another article, alone in a small box with its
/// summary: the first passage after the box.
fn teaser_end(outline: &Outline, body: &Body, at: usize) -> Option<usize> {
    let headline = &outline.passages[at];
    if headline.size < TEASER_MIN || headline.link_density() < 0.9 {
        return None;
    }
    let holder = outline
        .ancestors(headline.element)
        .take_while(|element| *element != body.element)
        .map(|element| &outline.elements[element])
        .find(|element| element.end > at + 1)?;
    let summary = &outline.passages[at + 1];
    let fits = matches!(holder.tag, Tag::Box | Tag::Item)
        && holder.end == at + 2
        && holder.first + 2 > at
        && outline.passages[holder.first..at].iter().all(|before| before.size < TEASER_MIN)
        && summary.text.chars().count() <= SUMMARY_MAX;
    fits.then_some(holder.end)
}

/// Adds one passage to the article, or drops it.
fn passage(outline: &Outline, body: &Body, at: usize, title: &str, cleaned: &mut Cleaned) {
    let passage = &outline.passages[at];
    let text = tidy(&passage.text);
    let is_label = is_furniture(&text) || surely_opens_comments(&text);
    if text.is_empty() || passage.link_density() > LINK_DENSITY_MAX || is_label {
        return;
    }
    if is_caption(outline, body, at, &text) {
        cleaned.captions.push(text);
        return;
    }
    if is_dateline(&text) && cleaned.pieces.len() < 2 || is_said(title, &text) {
        return;
    }
    let kind = kind(outline, body, at, &text);
    if let Some(last) = cleaned.pieces.last_mut()
        && passage.after_break
        && !body.is_verse
        && last.last + 1 == at
        && continues(&last.text, &text)
    {
        last.last = at;
        last.text.push(' ');
        last.text.push_str(&text);
        return;
    }
    cleaned.pieces.push(Piece { passage: at, last: at, kind, text });
}

/// Whether a text says what those words say.
fn is_said(said: &str, text: &str) -> bool {
    text.len() < said.len() * 2 + 16 && says(text, said)
}

/// Whether a text after a line break goes on with the sentence before.
fn continues(before: &str, text: &str) -> bool {
    !before.ends_with(['.', '!', '?', ':', ';', '”', '"', '…'])
        && text.chars().next().is_some_and(char::is_lowercase)
}

/// The element names between a passage and the article's element.
fn tags(outline: &Outline, body: &Body, at: usize) -> impl Iterator<Item = Tag> {
    let inner = outline.ancestors(outline.passages[at].element);
    inner
        .take_while(|element| *element != body.element)
        .map(|element| outline.elements[element].tag)
}

fn is_caption(outline: &Outline, body: &Body, at: usize, text: &str) -> bool {
    let passage = &outline.passages[at];
    let mut inside = outline
        .ancestors(passage.element)
        .take_while(|element| *element != body.element)
        .map(|element| &outline.elements[element]);
    let named = inside.any(|element| {
        matches!(element.tag, Tag::Figure | Tag::FigureCaption) || element.marks.has(Marks::CAPTION)
    });
    if named {
        // Under a quotation stands who said it.
        return !is_quoted(outline, body, at);
    }
    let size = text.chars().count();
    if size > CAPTION_MAX {
        return false;
    }
    if ends_with_credit(text) && !byline::names_writer_and_photographer(text) {
        return true;
    }
    if !passage.after_image || passage.is_bold() {
        return false;
    }
    let set_apart = outline.marks_around(at, 2).has(Marks::CENTER)
        || passage.is_italic()
        || tags(outline, body, at).any(|tag| tag == Tag::Cell);
    let is_label = size <= LABEL_MAX && !ends_sentence(text) && !is_heading_tag(outline, at);
    let beside = passage.beside_image || is_alone_with_image(outline, body, at);
    set_apart || is_label || (beside && size <= LABEL_MAX)
}

/// Whether a passage stands in a box of somebody's words.
fn is_quoted(outline: &Outline, body: &Body, at: usize) -> bool {
    let mut around = outline
        .ancestors(outline.passages[at].element)
        .take_while(|element| *element != body.element)
        .take(QUOTE_DEPTH);
    around.any(|element| outline.elements[element].marks.has(Marks::QUOTE))
}

/// Whether a small box holds the picture before a passage and this one text.
fn is_alone_with_image(outline: &Outline, body: &Body, at: usize) -> bool {
    let passage = &outline.passages[at];
    let around = outline.ancestors(passage.element).take_while(|element| *element != body.element);
    let mut small = around.take(3).take_while(|element| {
        outline.elements[*element].first == at && outline.elements[*element].end == at + 1
    });
    small.any(|element| (element..outline.elements[element].last).contains(&passage.image_in))
}

fn is_heading_tag(outline: &Outline, at: usize) -> bool {
    matches!(outline.elements[outline.passages[at].element].tag, Tag::Heading(_))
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', ':', ';', '…', '”', '"'])
}

/// `… Ảnh: Thu Trang`, `(Ảnh minh họa)`, `- Ảnh tư liệu`: the credit of a picture.
pub fn ends_with_credit(text: &str) -> bool {
    credit(text).is_some()
}

/// A caption without the credit at its end.
pub fn without_credit(caption: &str) -> &str {
    let before = credit(caption).map_or(caption, |chars| {
        let end = caption.char_indices().nth(chars).map_or(caption.len(), |(at, _)| at);
        &caption[..end]
    });
    before.trim_end_matches([' ', '-', '–', '—', '(', '/', '|', ';', '['])
}

/// After how many characters the credit begins that a text ends with.
fn credit(text: &str) -> Option<usize> {
    let skipped = text.chars().count().saturating_sub(CREDIT_MAX);
    let mut lower = String::with_capacity(text.len());
    text.chars().skip(skipped).for_each(|c| push_small(&mut lower, c));
    let places = CREDITS.found_in(&lower).filter_map(|mark| lower.rfind(mark).map(|at| (at, mark)));
    let credits = places.filter(|(at, mark)| {
        let before = lower[..*at].trim_end();
        let end = at + mark.len();
        let after = lower[end..].trim_matches(|c: char| c == ')' || c == '.' || c.is_whitespace());
        let is_byline = before.ends_with(',') || before.ends_with("và") || before.ends_with("bài");
        let is_set_off = before.is_empty()
            || before.ends_with(['.', '-', '–', '—', '(', '/', '|', '!', '?', '”', '"', ')', ';']);
        if *mark == "ảnh " {
            // `- Ảnh Thu Hà`: only a name may follow.
            let begin = skipped + lower[..end].chars().count();
            let name: String = text.chars().skip(begin).collect();
            let capital = |word: &str| word.starts_with(char::is_uppercase);
            let words = name.split_whitespace();
            let is_name = (1..=4).contains(&words.clone().count()) && words.clone().all(capital);
            return is_name && is_set_off && !before.is_empty();
        }
        // `Ảnh tư liệu cho thấy …` begins a sentence.
        let next = text.chars().skip(skipped + lower[..end].chars().count()).find(|c| *c != ' ');
        let goes_on = !mark.ends_with([':', '|'])
            && next.is_some_and(char::is_lowercase)
            && after.split_whitespace().count() > 3;
        !is_byline && is_set_off && !goes_on && after.chars().count() < 60 && !after.contains(". ")
    });
    credits.map(|(at, _)| skipped + lower[..at].chars().count()).min()
}

fn kind(outline: &Outline, body: &Body, at: usize, text: &str) -> BlockKind {
    let passage = &outline.passages[at];
    let mut around = tags(outline, body, at);
    let size = text.chars().count();
    if is_heading_tag(outline, at) {
        // Some systems set whole paragraphs in heading tags.
        return if size <= 2 * HEADING_MAX { BlockKind::Heading } else { BlockKind::Paragraph };
    }
    let kind = around.find_map(|tag| match tag {
        Tag::Item => Some(BlockKind::ListItem),
        Tag::Quote => Some(BlockKind::Quote),
        _ => None,
    });
    let is_line = size <= HEADING_MAX && !text.ends_with(['.', ',', ':', ';', '!', '…', '?']);
    let alone = passage.is_bold() && is_line && text.contains(' ');
    let kind = kind.or(is_quoted(outline, body, at).then_some(BlockKind::Quote));
    kind.unwrap_or(if alone { BlockKind::Heading } else { BlockKind::Paragraph })
}

/// Drops what at the end announces something that is not read: a heading, a line with a colon.
pub fn drop_announcements(outline: &Outline, pieces: &mut Vec<Piece>) {
    while let Some(last) = pieces.last() {
        let is_heading = last.kind == BlockKind::Heading && is_heading_tag(outline, last.passage);
        if pieces.len() < 2 || !is_heading && !last.text.ends_with(':') {
            break;
        }
        pieces.pop();
    }
}

/// A note about something left out.
pub fn left_out(message: impl Into<String>) -> Note {
    Note::general(NoteKind::Extraction, message)
}

//! The author: a person's name at the end of the text or under the title, not the paper's.

use super::Sight;
use super::clean::{Cleaned, Piece};
use super::content::Body;
use super::date::is_dateline;
use super::furniture::{Marks, is_furniture};
use super::metadata::{Claims, Layer};
use super::outline::Outline;
use super::site::Field;
use super::text::{tidy, words};
use crate::domain::article::BlockKind;

/// Passages after the text in which a byline may still come.
const AFTER: usize = 12;
/// A longer line is no byline.
const BYLINE_MAX: usize = 90;

/// The author, and which layer says so; bylines and source lines are taken out of the article's
/// texts, so that they are not read as its last sentence.
pub fn author(sight: Sight, cleaned: &mut Cleaned) -> Option<(String, Layer)> {
    let Sight { outline, claims, body, .. } = sight;
    // Where the captions are the text, the byline may be the only other.
    let kept = usize::from(cleaned.captions.len() < PICTURES_MIN);
    let pieces = &mut cleaned.pieces;
    let at_the_end = take_closing_lines(sight, kept, pieces);
    let at_the_beginning = take_opening_line(sight, pieces);
    if let Some(name) = ruled(sight, pieces) {
        return Some((name, Layer::Site));
    }
    let shown = at_the_end
        .or(at_the_beginning)
        .or_else(|| after_text(outline, claims, body))
        .or_else(|| under_title(sight, pieces))
        .or_else(|| labelled(sight, pieces))
        .or_else(|| beside_time(sight, pieces))
        .or_else(|| last_in_box(outline, claims, body));
    let is_shown = |name: &str| {
        let name = words(name);
        let short = outline.passages.iter().filter(|passage| passage.size <= BYLINE_MAX);
        short.map(|passage| words(&passage.text)).any(|line| line.contains(&name))
    };
    shown.map(|name| (name, Layer::Page)).or_else(|| {
        claimed(claims).filter(|(name, layer)| *layer == Layer::JsonLd || is_shown(name))
    })
}

/// The person that the site's rule names; where the name stands in the text, it is taken out.
fn ruled(sight: Sight, pieces: &mut Vec<Piece>) -> Option<String> {
    let Sight { outline, claims, names, .. } = sight;
    names.of(Field::Author).into_iter().find_map(|named| {
        let shown = || named.element.map(|at| tidy(&outline.text_up_to(at, BYLINE_MAX)));
        let name = named_person(&named.value.clone().or_else(shown)?, claims)?;
        if let Some(element) = named.element.map(|at| &outline.elements[at]) {
            pieces.retain(|piece| !element.holds(piece.passage));
        }
        Some(name)
    })
}

/// The author by the page's own claims.
pub fn claimed(claims: &Claims) -> Option<(String, Layer)> {
    let order = [Layer::JsonLd, Layer::Microdata, Layer::OpenGraph, Layer::Meta];
    order.iter().find_map(|layer| {
        let mut claimed = claims.authors.iter().filter(|(from, _)| from == layer);
        claimed.find_map(|(_, name)| claimed_name(name, claims)).map(|name| (name, *layer))
    })
}

/// A claimed author who is a person and not the paper.
fn claimed_name(claim: &str, claims: &Claims) -> Option<String> {
    let name = named_person(claim, claims)?;
    let words = name.split_whitespace().count();
    (words >= 2 || name.contains('.')).then_some(name)
}

/// Takes bylines, source lines and credits off the end; the first byline found is returned.
fn take_closing_lines(sight: Sight, kept: usize, pieces: &mut Vec<Piece>) -> Option<String> {
    let Sight { outline, claims, .. } = sight;
    let mut author = None;
    while let Some(last) = pieces.last().filter(|_| pieces.len() > kept) {
        if last.text.chars().count() > BYLINE_MAX || last.kind == BlockKind::ListItem {
            break;
        }
        // `(Sở Văn hóa)`: where the writer works.
        if is_bracketed(&last.text)
            && let [.., _, writer, _] = pieces.as_slice()
            && person(&writer.text, true).is_some_and(|name| !claims.is_paper(&name))
            && is_set_as_byline(outline, writer.passage)
        {
            pieces.pop();
            continue;
        }
        let marks = outline.marks_around(last.passage, 2);
        // `Người ghi bàn:` and the name below: what the line before asks for.
        if let [.., asked, _] = pieces.as_slice()
            && asked.text.ends_with(':')
            && !is_labelled(&asked.text)
            && !marks.has(Marks::RIGHT.with(Marks::AUTHOR))
        {
            break;
        }
        let is_styled = is_set_as_byline(outline, last.passage);
        let is_desk = || DESKS.contains(&words(&last.text).as_str());
        let name = if marks.has(Marks::AUTHOR) || is_desk() {
            named_person(&last.text, claims)
        } else if is_source(&last.text) {
            None
        } else {
            person(&last.text, is_styled).filter(|name| !claims.is_paper(name))
        };
        let is_paper = claims.site.as_ref().is_some_and(|site| words(site) == words(&last.text));
        let is_desk = marks.has(Marks::RIGHT) && is_institution(&last.text);
        let is_signature = is_desk
            || is_labelled(&last.text)
            || is_paper
            || marks.has(Marks::SOURCE.with(Marks::AUTHOR))
            || is_source(&last.text);
        let is_second_name = author.is_some() && !is_styled;
        if (name.is_none() || is_second_name) && !is_signature {
            break;
        }
        author = author.or(name);
        pieces.pop();
    }
    author
}

/// Whether a passage is set as bylines are: to the right, bold, italic, or named as one.
fn is_set_as_byline(outline: &Outline, at: usize) -> bool {
    let passage = &outline.passages[at];
    let marks = outline.marks_around(at, 2);
    marks.has(Marks::RIGHT.with(Marks::AUTHOR)) || passage.is_bold() || passage.is_italic()
}

/// A few words in brackets that are no sentence.
fn is_bracketed(text: &str) -> bool {
    text.starts_with('(')
        && text.ends_with(')')
        && text.split_whitespace().count() <= 8
        && !text.contains(['.', '?', '!'])
}

/// Takes the byline off that stands over the text: named as one, labelled, or a name alone.
fn take_opening_line(sight: Sight, pieces: &mut Vec<Piece>) -> Option<String> {
    let Sight { outline, claims, .. } = sight;
    let [first, next, ..] = pieces.as_slice() else { return None };
    let size = first.text.chars().count();
    if size > BYLINE_MAX
        || next.text.chars().count() <= BYLINE_MAX
        || first.kind == BlockKind::ListItem
    {
        return None;
    }
    let is_named = outline.marks_around(first.passage, 2).has(Marks::AUTHOR);
    let name = if is_named || is_labelled(&first.text) {
        named_person(&first.text, claims)
    } else {
        bare_name(&first.text, claims)
    };
    if name.is_some() {
        pieces.remove(0);
    }
    name
}

/// A person's name of two words and more that is no section's.
fn bare_name(text: &str, claims: &Claims) -> Option<String> {
    let said = words(text);
    let is_section = claims.section.as_ref().is_some_and(|section| words(section) == said);
    let is_name = said.contains(' ') && !is_section && !NOT_NAMES.contains(&said.as_str());
    person(text, false).filter(|name| is_name && !claims.is_paper(name))
}

/// A name alone beside the time, over the text.
fn beside_time(sight: Sight, pieces: &[Piece]) -> Option<String> {
    let Sight { outline, claims, body, .. } = sight;
    let begin = sight.title_place()?.end;
    let root = &outline.elements[body.element];
    let first = pieces.first().map_or(root.first, |piece| piece.passage).max(begin);
    let is_time = |at: usize| {
        at >= begin
            && outline.passages.get(at).is_some_and(|passage| is_dateline(&tidy(&passage.text)))
    };
    (begin..first.min(begin + AFTER)).find_map(|at| {
        let passage = &outline.passages[at];
        let fits = passage.size <= BYLINE_MAX
            && passage.linked == 0
            && !body.set_aside[at]
            && (is_time(at + 1) || at > 0 && is_time(at - 1));
        fits.then(|| bare_name(&tidy(&passage.text), claims)).flatten()
    })
}

/// `Lê Vũ; ảnh: Đức Anh`: a byline, though it ends as captions do.
pub fn names_writer_and_photographer(text: &str) -> bool {
    let writer = text.split([';', ',']).next().filter(|writer| writer.len() < text.len());
    writer.is_some_and(|writer| is_name(writer.trim(), false))
}

/// A closing line with a byline's label, whoever it names: `Tin, ảnh: Ban Văn hóa xã`.
fn is_labelled(text: &str) -> bool {
    let lower = text.to_lowercase();
    let labels = LABELS.iter().chain(HELPERS).filter(|label| label.ends_with(':'));
    labels.into_iter().any(|label| lower.starts_with(label)) && !text.ends_with(['.', '?', '!'])
}

/// An office or a desk that signs a text: `Phòng Chính sách`.
fn is_institution(text: &str) -> bool {
    let lower = format!("{} ", text.to_lowercase());
    let short = text.split_whitespace().count() <= 8 && !text.ends_with(['.', ':', '?', '!', ';']);
    short && INSTITUTIONS.iter().any(|name| lower.starts_with(&format!("{name} ")))
}

/// A byline set after the text: named as one, or bold or to the right.
fn after_text(outline: &Outline, claims: &Claims, body: &Body) -> Option<String> {
    let end = outline.elements[body.element].end;
    let until = (end + AFTER).min(outline.passages.len());
    let marked = marked_author(outline, claims, end.saturating_sub(2)..until);
    let styled = || {
        let line = (end..until.min(end + 3)).find(|at| !body.set_aside[*at])?;
        let marks = outline.marks_around(line, 2);
        let passage = &outline.passages[line];
        let text = tidy(&passage.text);
        let styled = marks.has(Marks::RIGHT.with(Marks::BOLD)) || passage.is_bold();
        let fits = styled && passage.linked == 0 && !is_source(&text) && !is_furniture(&text);
        person(&text, true).filter(|name| fits && !claims.is_paper(name))
    };
    marked.or_else(styled)
}

/// A bare name that closes the box around the text.
fn last_in_box(outline: &Outline, claims: &Claims, body: &Body) -> Option<String> {
    let root = &outline.elements[body.element];
    let passage = outline.passages.get(root.end).filter(|_| !body.set_aside[root.end])?;
    let closes = root.parent != body.element && outline.elements[root.parent].end == root.end + 1;
    let text = tidy(&passage.text);
    let fits = closes && passage.linked == 0 && !is_source(&text) && !is_furniture(&text);
    person(&text, false).filter(|name| fits && !claims.is_paper(name))
}

/// A byline between the title and the text, or just above the title.
fn under_title(sight: Sight, pieces: &[Piece]) -> Option<String> {
    let Sight { outline, claims, body, .. } = sight;
    let place = sight.title_place();
    let first = outline.elements[body.element].first;
    let begin = place.map_or(first.saturating_sub(10), |place| place.start.saturating_sub(4));
    let end = outline.elements[body.element].end;
    let text = pieces.first().map_or(first, |piece| piece.passage.max(first));
    marked_author(outline, claims, begin..text.max(begin))
        .or_else(|| marked_author(outline, claims, first.max(end.saturating_sub(6))..end))
}

/// A line under the title or about the text's end that says itself that it names the author.
fn labelled(sight: Sight, pieces: &[Piece]) -> Option<String> {
    let Sight { outline, claims, body, .. } = sight;
    let root = &outline.elements[body.element];
    let begin = sight.title_place().map_or(root.first, |place| place.start.min(root.first));
    let first = pieces.first().map_or(root.first, |piece| piece.passage.clamp(begin, root.end));
    let last = pieces.last().map_or(root.end, |piece| piece.last.clamp(first, root.end));
    let after = last..(root.end + AFTER).min(outline.passages.len());
    (begin..first)
        .chain(after)
        .filter(|at| !body.set_aside[*at])
        .find_map(|at| {
            let passage = &outline.passages[at];
            let lower = passage.text.to_lowercase();
            let says = passage.size <= BYLINE_MAX
                && AUTHOR_LABELS.iter().any(|label| lower.starts_with(label));
            says.then(|| person(&tidy(&passage.text), true)).flatten()
        })
        .filter(|name| !claims.is_paper(name))
}

/// The first element among those passages that is named as the author and holds a name.
fn marked_author(
    outline: &Outline,
    claims: &Claims,
    among: std::ops::Range<usize>,
) -> Option<String> {
    outline.elements.iter().enumerate().find_map(|(index, element)| {
        let fits =
            element.first >= among.start && element.end <= among.end && element.first < element.end;
        if !fits || !element.marks.has(Marks::AUTHOR) || element.end - element.first > 6 {
            return None;
        }
        // Before its text is put together: elements may nest around a long one.
        let passages = &outline.passages[element.first..element.end];
        if passages.iter().any(|passage| passage.size > BYLINE_MAX) {
            return None;
        }
        let in_comments =
            outline.ancestors(index).any(|at| outline.elements[at].marks.has(Marks::COMMENTS));
        if in_comments { None } else { named_person(&tidy(&outline.text(index)), claims) }
    })
}

/// A name that the page calls an author: a person, or the desk that signs for them.
fn named_person(text: &str, claims: &Claims) -> Option<String> {
    let text = without_date(text.strip_prefix("Theo ").unwrap_or(text));
    // The paper may stand behind the name.
    let paper = claims.site.as_deref().and_then(|site| text.strip_suffix(site));
    let text = paper.map(str::trim_end).filter(|name| !name.is_empty()).unwrap_or(text);
    let text = text.split_once(" Báo ").map_or(text, |(name, _)| name);
    let said = words(text);
    if DESKS.contains(&said.as_str()) {
        return Some(text.to_owned());
    }
    person(text, true).filter(|name| !claims.is_paper(name))
}

/// Without the date that stands behind a name: `Thu Hà - Thứ Hai, 12/3/2025`.
fn without_date(text: &str) -> &str {
    let Some(digit) = text.find(|c: char| c.is_ascii_digit()) else { return text };
    let mut name = &text[..digit];
    loop {
        let trimmed = name.trim_end_matches(|c: char| !c.is_alphabetic() && c != '.' && c != ')');
        let word = trimmed.rsplit(' ').next().unwrap_or("");
        if word.is_empty() || !DAY_WORDS.contains(&word.to_lowercase().as_str()) {
            return trimmed;
        }
        name = &trimmed[..trimmed.len() - word.len()];
    }
}

/// Desks that sign as persons do.
const DESKS: &[&str] = &[
    "ban biên tập",
    "bbt",
    "pv",
    "p v",
    "ctv",
    "nhóm pv",
    "nhóm p v",
    "nhóm phóng viên",
    "phóng viên",
    "nhóm tác giả",
    "pv ctv",
    "pv tổng hợp",
];
/// Sections and places that papers write with capitals as names are.
const NOT_NAMES: &[&str] = &[
    "an ninh",
    "chính trị",
    "công nghệ",
    "du lịch",
    "đời sống",
    "giải trí",
    "giáo dục",
    "khoa học",
    "kinh doanh",
    "kinh tế",
    "nông nghiệp",
    "nông thôn",
    "pháp luật",
    "phóng sự",
    "quân sự",
    "quốc phòng",
    "quốc tế",
    "sức khỏe",
    "thế giới",
    "thể thao",
    "thời sự",
    "tin tức",
    "trong nước",
    "trong tỉnh",
    "văn hóa",
    "văn học",
    "văn nghệ",
    "xã hội",
    "xây dựng đảng",
    "y tế",
    "đối ngoại",
    "hà nội",
    "đà nẵng",
    "hải phòng",
    "cần thơ",
    "việt nam",
    "điện biên",
    "sơn la",
    "lào cai",
    "lai châu",
    "quảng ninh",
    "nghệ an",
    "hà tĩnh",
    "thanh hóa",
    "đắk lắk",
    "lâm đồng",
    "cà mau",
    "an giang",
];
/// Captions that make a page of pictures.
const PICTURES_MIN: usize = 3;
/// Words between a name and a date. The days' own names begin with "Thứ" or "Chủ".
const DAY_WORDS: &[&str] = &[
    "thứ", "chủ", "nhật", "hai", "ba", "tư", "năm", "sáu", "bảy", "cn", "t", "ngày", "lúc", "đăng",
    "cập",
];
/// Labels that no sentence begins with.
const AUTHOR_LABELS: &[&str] = &[
    "tác giả bài viết:",
    "bài và ảnh |",
    "bài |",
    "bài và ảnh:",
    "bài viết:",
    "bài, ảnh:",
    "bài:",
    "nội dung:",
    "tác giả:",
    "thực hiện:",
    "người viết:",
    "viết bởi ",
    "được viết bởi ",
];
/// Labels before a name.
const LABELS: &[&str] = &[
    "tác giả bài viết:",
    "người viết bài:",
    "người đăng:",
    "người đăng tin:",
    "nguồn tin:",
    "bài, ảnh:",
    "bài, ảnh -",
    "bài và ảnh:",
    "bài, ảnh",
    "bài - ảnh:",
    "bài & ảnh:",
    "tin, ảnh:",
    "tin và ảnh:",
    "tin - ảnh:",
    "tin, bài:",
    "tin bài:",
    "bài, video:",
    "bài viết:",
    "bài của",
    "bài:",
    "bút ký của",
    "bút ký:",
    "bởi",
    "được viết bởi",
    "ghi chép của",
    "ghi chép:",
    "người viết:",
    "nội dung:",
    "phóng sự của",
    "phóng sự:",
    "tản văn của",
    "truyện ngắn của",
    "viết bởi",
    "đăng bởi",
    "tin:",
    "tác giả:",
    "tác giả",
    "thực hiện:",
    "người thực hiện:",
    "nhóm thực hiện:",
    "pv:",
    "phóng viên:",
    "by ",
    "ảnh, bài:",
    "ảnh và bài:",
    "biên tập:",
    "tin, ảnh, video:",
    "tin, ảnh",
    "bài và ảnh",
];
/// Labels of those who helped and did not write.
const HELPERS: &[&str] =
    &["đồ họa:", "thiết kế:", "trình bày:", "kỹ thuật:", "dựng:", "quay phim:"];
/// What may stand in brackets behind a name and belongs to the byline.
const ROLES: &[&str] =
    &["thực hiện", "tổng hợp", "ghi", "lược ghi", "lược dịch", "dịch", "biên dịch", "t/h", "th"];
/// The same without brackets; a name of only this is none.
const LAST_WORDS: &[&str] =
    &[" thực hiện", " tổng hợp", " lược ghi", " lược dịch", " ghi", " dịch"];
/// How institutions and labels begin. `Trường`, `Ban` and `Đài` are not here: they begin names too.
const INSTITUTIONS: &[&str] = &[
    "báo",
    "bộ",
    "chi cục",
    "công ty",
    "cổng",
    "cục",
    "huyện",
    "nguồn",
    "phòng",
    "sở",
    "theo",
    "thành phố",
    "tin",
    "trung tâm",
    "tỉnh",
    "tạp chí",
    "ubnd",
    "video",
    "viện",
    "xã",
    "đài phát",
    "đài pt",
    "đài truyền",
    "ảnh",
    "ủy ban",
    "hội nông",
    "hội liên",
    "tp",
];
/// Words that no person's name holds.
const AGENCIES: &[&str] = &["online", "ttxvn", "ubnd", "vietnam+", "vnexpress", "vov", "vtv"];

/// The person that a byline names: `Bài, ảnh: Thu Hà` is `Thu Hà`. A lone word counts only when it
/// is set as bylines are.
fn person(text: &str, is_styled: bool) -> Option<String> {
    let lower = text.to_lowercase();
    let label = LABELS.iter().find(|label| lower.starts_with(**label));
    let mut name = match label {
        // The labels keep their length in capitals, letter for letter.
        Some(label) => {
            let skip: usize = text.chars().take(label.chars().count()).map(char::len_utf8).sum();
            text[skip..].trim_start_matches([':', ' ', '-'])
        }
        None => text,
    };
    // The photographer does not write.
    for mark in ["Ảnh:", "ảnh:", "Ảnh :", "Video:", "; ảnh", " | "] {
        name = name.split(mark).next().unwrap_or(name);
    }
    name = name
        .trim()
        .trim_end_matches(['-', '–', '/', ',', ';', '.', '|', '*'])
        .trim_start_matches(['-', '–', '*', '|'])
        .trim();
    // `Thu Hà/TTXVN`: the agency behind the name.
    if let Some((front, tail)) = name.split_once('/')
        && !is_name(tail.trim(), true)
    {
        name = front.trim();
    }
    let (bare, role) = split_role(name)?;
    let joints = |c: char| matches!(c, '-' | '–' | '—' | ',' | '/' | '&' | ';' | '+');
    let with_and = bare.replace(" và ", " & ");
    let mut parts = with_and.split(joints).map(str::trim);
    let fits = !bare.is_empty()
        && bare.chars().count() < 60
        && parts.clone().count() <= 5
        && parts.all(|part| is_name(part, is_styled || label.is_some()));
    fits.then(|| if role { name.to_owned() } else { bare.to_owned() })
}

/// A name and whether a role in brackets follows; `None` when the brackets hold a sentence.
fn split_role(name: &str) -> Option<(&str, bool)> {
    let name = LAST_WORDS.iter().find_map(|word| name.strip_suffix(word)).unwrap_or(name).trim();
    let Some((bare, rest)) = name.split_once('(') else { return Some((name, false)) };
    let role = rest.trim_end().trim_end_matches(')').trim();
    let known = ROLES.contains(&role.to_lowercase().as_str());
    (known || role.chars().count() < 24).then_some((bare.trim(), known))
}

/// One to five words, each with a capital, none of them an institution's.
fn is_name(part: &str, lone_word: bool) -> bool {
    let words: Vec<&str> = part.split_whitespace().collect();
    let lower = part.to_lowercase();
    let capital = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '’'))
    };
    let padded = format!("{lower} ");
    let institution = INSTITUTIONS.iter().any(|name| padded.starts_with(&format!("{name} ")))
        || lower.split(' ').any(|word| AGENCIES.contains(&word));
    // A last full stop after a small letter ends a sentence, after a capital an initial.
    let sentence = part.ends_with('.');
    let enough = words.len() >= 2 || lone_word && part.chars().count() >= 2 || part.contains('.');
    enough && words.len() <= 5 && words.iter().all(capital) && !institution && !sentence
}

/// `Theo TTXVN`, `(Nguồn: …)`: where a text was taken from.
fn is_source(text: &str) -> bool {
    let lower = text.trim_start_matches(['(', '[', '*', '-', ' ']).to_lowercase();
    let count = lower.split_whitespace().count();
    let opens =
        ["theo ", "nguồn ", "nguồn:", "nguồn tin"].iter().any(|opening| lower.starts_with(opening));
    let agency = ["ttxvn", "vov", "vtv", "tổng hợp", "t.h", "baochinhphu.vn"]
        .contains(&lower.trim_matches([')', '.', ' ']));
    count <= 9 && (opens && !text.ends_with(['.', '?', '!', ':']) || agency && lower != "t.h")
}

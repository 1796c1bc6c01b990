//! The mark of a paper or an agency that a text opens with: `(Dân trí) - `, `TTO - `, `VOV.VN - `.

use super::metadata::Claims;
use super::text::words;

/// Characters of a mark.
const MARK_MAX: usize = 30;

/// Marks that papers and agencies use in each other's pages, one a line.
const KNOWN: &str = include_str!("tables/agency-marks.txt");

/// Organizations in capitals that end as the marks of online papers do, and open sentences.
const ORGANIZATIONS: &[&str] = &[
    "CEO", "CFO", "FAO", "ILO", "IMO", "ISO", "NATO", "NGO", "UFO", "UNESCO", "WHO", "WIPO", "WTO",
];

/// The text without the mark that it opens with. A place is no mark: `Hà Nội - ` is read.
pub fn without_mark<'a>(text: &'a str, claims: &Claims) -> &'a str {
    let opening = text.trim_start_matches(['*', ' ']);
    bracketed(opening).or_else(|| joined(opening, claims)).unwrap_or(text)
}

/// What follows `(Dân trí) - `, `[VOV2] - ` or, in capitals, `(NNO) `.
fn bracketed(text: &str) -> Option<&str> {
    let closing = match text.chars().next()? {
        '(' => ')',
        '[' => ']',
        _ => return None,
    };
    let (mark, rest) = text[1..].split_once(closing)?;
    let size = mark.chars().count();
    if size >= MARK_MAX || !mark.contains(char::is_alphabetic) || mark.contains('/') {
        return None;
    }
    let after = rest.trim_start();
    let joint = after.trim_start_matches(['-', '–', '—', ':']);
    let in_capitals = || (2..=8).contains(&size) && !mark.contains(char::is_lowercase);
    let is_mark = joint.len() < after.len() || in_capitals() && begins(after);
    is_mark.then(|| joint.trim_start())
}

/// What follows `TTO - `, `VOV.VN - `, `Báo Nậm Na – `.
fn joined<'a>(text: &'a str, claims: &Claims) -> Option<&'a str> {
    let joint = text.find(['-', '–', '—'])?;
    let (mark, rest) = (text[..joint].trim_end(), &text[joint..]);
    let rest = rest.trim_start_matches(['-', '–', '—']);
    // A hyphen inside a word joins nothing.
    let is_apart = mark.len() < joint || rest.starts_with(' ');
    let rest = rest.trim_start();
    if !is_apart || mark.is_empty() || mark.chars().count() >= MARK_MAX {
        return None;
    }
    let is_mark = is_web(mark)
        || is_own(mark, claims)
        || begins(rest) && is_short(mark) && is_papers(mark, claims)
        || is_short(mark) && is_left_out_of_description(rest, claims);
    is_mark.then_some(rest)
}

/// `VOV.VN`, `Mường Thanh online`.
fn is_web(mark: &str) -> bool {
    let small = mark.to_lowercase();
    mark.len() < 20 && [".vn", ".com", " online"].iter().any(|end| small.ends_with(end))
}

/// A word of capitals.
fn is_short(mark: &str) -> bool {
    let signs = |c: char| !c.is_lowercase() && !c.is_ascii_digit() && !c.is_whitespace();
    (2..12).contains(&mark.chars().count()) && mark.chars().all(signs)
}

/// Whether a word of capitals is a paper's: known, its initials, or that of an online edition.
fn is_papers(mark: &str, claims: &Claims) -> bool {
    let is_online = mark.ends_with('O') && mark.chars().count() >= 3;
    KNOWN.lines().any(|known| known == mark)
        || is_initials(mark, claims)
        || is_online && !ORGANIZATIONS.contains(&mark)
}

/// The paper's own name, with or without `Báo`, or its host's.
fn is_own(mark: &str, claims: &Claims) -> bool {
    let said = words(mark);
    let own = [&claims.site, &claims.publisher].into_iter().flatten().map(|own| words(own));
    let is_one = |own: String| own == said || own.strip_prefix("báo ") == Some(said.as_str());
    let is_host = !mark.contains(' ') && mark.is_ascii() && claims.is_paper(mark);
    own.into_iter().any(is_one) || is_host
}

/// Whether the page's description has the text without the mark.
fn is_left_out_of_description(rest: &str, claims: &Claims) -> bool {
    let start: String = words(rest).chars().take(40).collect();
    claims.descriptions.iter().any(|(_, claim)| words(claim).starts_with(&start))
}

/// Whether a mark is the paper's initials: `ĐBP` for `Báo Điện Biên Phủ`, `ĐBPO` for its pages.
fn is_initials(mark: &str, claims: &Claims) -> bool {
    let site = claims.site.as_deref().unwrap_or_default().to_lowercase();
    let initials: String = site.split_whitespace().filter_map(|word| word.chars().next()).collect();
    let mark: String = mark.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    mark.chars().count() > 1 && initials.contains(&mark)
}

/// Whether a text begins as sentences do.
fn begins(text: &str) -> bool {
    text.starts_with(|c: char| {
        c.is_uppercase() || c.is_ascii_digit() || matches!(c, '“' | '"' | '\'')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Sáng sớm, sương phủ kín thung lũng.";

    #[test]
    fn marks_of_papers_are_taken_off() {
        let mut claims = Claims::default();
        claims.site = Some("Báo Nậm Na".to_owned());
        claims.host = Some("kinhtenamna.example".to_owned());
        for mark in [
            "TTO - ",
            "(TTXVN) - ",
            "(Dân trí)- ",
            "(NNO) ",
            "(PLVN) – ",
            "Báo Nậm Na – ",
            "NN - ",
            "(Chinhphu.vn) - ",
            "[VOV2] - ",
            "VOV.VN - ",
            "TPO -",
            "Kinhtenamna - ",
            "QTO – ",
            "* (TTXVN) - ",
            "BNN- ",
        ] {
            assert_eq!(without_mark(&format!("{mark}{TEXT}"), &claims), TEXT, "{mark}");
        }
    }

    #[test]
    fn places_and_organizations_are_read() {
        for opening in [
            "Hà Nội - ",
            "HÀ NỘI - ",
            "Nậm Na (TTXVN 12/3) - ",
            "EU - ",
            "WHO - ",
            "Báo chí - ",
            "Covid-19 ",
            "(12/3) - ",
            "- ",
        ] {
            let text = format!("{opening}{TEXT}");
            assert_eq!(without_mark(&text, &Claims::default()), text, "{opening}");
        }
    }
}

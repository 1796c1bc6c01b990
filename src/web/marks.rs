//! A comment's words with what the rules found in them marked.

use super::pages::Piece;
use super::texts::texts;
use crate::domain::rule::{Hit, Rule};

/// What a rule is called on pages.
pub fn rule_name(rule: Rule) -> &'static str {
    texts().rules.get(rule.name()).map_or("", String::as_str)
}

/// What a hit says: the rule, and the term of its list.
pub fn hit_name(hit: &Hit) -> String {
    match &hit.term {
        Some(term) => format!("{}: “{term}”", rule_name(hit.rule)),
        None => rule_name(hit.rule).to_owned(),
    }
}

/// The text in pieces. A marked one lies in one hit or several, and says which.
pub fn marked(text: &str, hits: &[Hit]) -> Vec<Piece> {
    // Spans are from storage: one that does not fit the text marks nothing.
    let fits = |hit: &&Hit| !hit.span.is_empty() && text.get(hit.span.clone()).is_some();
    let hits: Vec<&Hit> = hits.iter().filter(fits).collect();
    let mut bounds: Vec<usize> =
        hits.iter().flat_map(|hit| [hit.span.start, hit.span.end]).collect();
    bounds.extend([0, text.len()]);
    bounds.sort_unstable();
    bounds.dedup();
    let piece = |bound: &[usize]| {
        let (start, end) = (bound[0], bound[1]);
        let covers = |hit: &&&Hit| hit.span.start <= start && end <= hit.span.end;
        let mut names: Vec<String> = hits.iter().filter(covers).map(|hit| hit_name(hit)).collect();
        names.dedup();
        let why = if names.is_empty() { None } else { Some(names.join("; ")) };
        Piece { text: text[start..end].to_owned(), why }
    };
    bounds.windows(2).map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_up_the_text_and_overlaps_say_both() {
        let text = "gọi 0912 345 678 vay";
        let hit = |rule, term: Option<&str>, span: std::ops::Range<usize>| Hit {
            rule,
            term: term.map(str::to_owned),
            span,
        };
        let hits = [
            hit(Rule::SuspectWord, Some("gọi 0912"), 0..10),
            hit(Rule::Phone, None, 6..18),
            hit(Rule::SameText, None, 0..0),
            hit(Rule::Link, None, 2..900),
        ];
        let pieces = marked(text, &hits);
        let joined: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(joined, text);
        let marked: Vec<&str> =
            pieces.iter().filter(|p| p.why.is_some()).map(|p| p.text.as_str()).collect();
        assert_eq!(marked, ["gọi ", "0912", " 345 678"]);
        assert!(pieces[1].why.as_deref().is_some_and(|why| why.contains("; ")));
        assert_eq!(pieces.last().and_then(|piece| piece.why.clone()), None);
    }
}

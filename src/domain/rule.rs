//! What the rules say about a comment before a moderator sees it.

use std::cmp::Ordering;
use std::ops::Range;

/// A reason to look at a comment before readers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A term of the blocked list: what the newspaper never prints.
    BlockedWord,
    /// A term of the suspect list: what needs a human's eye.
    SuspectWord,
    /// An address of the web, also a hidden one (`abc chấm com`), or of e-mail.
    Link,
    /// A telephone number of Vietnam.
    Phone,
    /// Most of the comment is in capitals.
    Capitals,
    /// The same phrase, character or emoji again and again.
    Repetition,
    /// The same text, however it is dressed, came shortly before.
    SameText,
    /// A field was filled in that people do not see.
    Honeypot,
    /// It comes from a network that a moderator has blocked.
    BlockedNetwork,
    /// It was sent faster than a person writes.
    TooFast,
}

/// A place where a rule applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub rule: Rule,
    /// The term as the list writes it; only for the two rules with lists.
    pub term: Option<String>,
    /// Bytes in the comment, on character boundaries; empty for a rule that is about all of it.
    pub span: Range<usize>,
}

impl Rule {
    pub const ALL: [Self; 10] = [
        Self::BlockedWord,
        Self::SuspectWord,
        Self::Link,
        Self::Phone,
        Self::Capitals,
        Self::Repetition,
        Self::SameText,
        Self::Honeypot,
        Self::BlockedNetwork,
        Self::TooFast,
    ];

    /// The name in storage and JSON; never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::BlockedWord => "blocked_word",
            Self::SuspectWord => "suspect_word",
            Self::Link => "link",
            Self::Phone => "phone",
            Self::Capitals => "capitals",
            Self::Repetition => "repetition",
            Self::SameText => "same_text",
            Self::Honeypot => "honeypot",
            Self::BlockedNetwork => "blocked_network",
            Self::TooFast => "too_fast",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// How much it speaks against a comment, 0 to 100: the order of a queue, never a verdict.
    pub fn risk(self) -> u32 {
        match self {
            Self::BlockedWord | Self::BlockedNetwork => 100,
            Self::Honeypot => 90,
            Self::SameText => 60,
            Self::TooFast => 50,
            Self::SuspectWord | Self::Link => 40,
            Self::Phone | Self::Repetition => 20,
            Self::Capitals => 10,
        }
    }
}

impl Hit {
    /// A hit of a rule that has no list.
    pub fn new(rule: Rule, span: Range<usize>) -> Self {
        Self { rule, term: None, span }
    }

    /// Hits of such a rule, in order; of those that overlap the first counts, and of two that begin at
    /// the same place the longer.
    pub fn apart(rule: Rule, mut spans: Vec<Range<usize>>) -> Vec<Self> {
        spans.sort_unstable_by_key(|span| (span.start, usize::MAX - span.end));
        let mut end = 0;
        spans.retain(|span| {
            let is_apart = span.start >= end;
            end = end.max(span.end);
            is_apart
        });
        spans.into_iter().map(|span| Self::new(rule, span)).collect()
    }

    /// By place in the comment, then by rule and term, so that the order is always the same.
    pub fn by_position(&self, other: &Self) -> Ordering {
        let key = |hit: &Self| (hit.span.start, hit.span.end, hit.rule);
        key(self).cmp(&key(other)).then_with(|| self.term.cmp(&other.term))
    }
}

/// How much all of it speaks against a comment, 0 to 100. A rule that applies twice counts once.
pub fn risk(hits: &[Hit]) -> u32 {
    let mut rules: Vec<Rule> = hits.iter().map(|hit| hit.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules.into_iter().map(Rule::risk).sum::<u32>().min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_once_and_the_sum_is_bounded() {
        let hits = |rules: &[Rule]| -> Vec<Hit> {
            rules.iter().map(|rule| Hit::new(*rule, 0..1)).collect()
        };
        assert_eq!(risk(&[]), 0);
        assert_eq!(risk(&hits(&[Rule::Link, Rule::Link, Rule::Phone])), 60);
        assert_eq!(risk(&hits(&[Rule::BlockedWord, Rule::Link])), 100);
    }

    #[test]
    fn every_rule_comes_back_by_its_name() {
        assert!(Rule::ALL.iter().all(|rule| Rule::from_name(rule.name()) == Some(*rule)));
    }
}

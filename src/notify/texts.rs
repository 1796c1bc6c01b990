//! What letters say, out of `static/texts.json` like every word of the interface.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::rule::Hit;

/// What letters need of the file.
#[derive(Debug, Deserialize)]
pub(super) struct LetterTexts {
    pub digest: DigestTexts,
    /// What a rule found in a comment, by the name of the rule.
    pub rules: BTreeMap<String, String>,
}

/// A letter, and the pages that its links lead to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestTexts {
    pub subject: String,
    pub heading: String,
    pub lead: String,
    pub article: String,
    pub signed: String,
    pub rules: String,
    pub approve: String,
    pub reject: String,
    pub more: String,
    pub desk: String,
    pub expires: String,
    pub private: String,
    pub confirm_approve: String,
    pub confirm_reject: String,
    pub confirm_lead: String,
    pub done_approve: String,
    pub done_reject: String,
    pub done_lead: String,
}

/// The texts, parsed once.
pub(super) fn texts() -> &'static LetterTexts {
    static TEXTS: LazyLock<LetterTexts> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../static/texts.json"))
            .expect("static/texts.json fits these structs: a test says so")
    });
    &TEXTS
}

/// What a hit says: the rule, and the term of its list.
pub(super) fn hit_name(hit: &Hit) -> String {
    let rule = texts().rules.get(hit.rule.name()).map_or("", String::as_str);
    match &hit.term {
        Some(term) => format!("{rule}: “{term}”"),
        None => rule.to_owned(),
    }
}

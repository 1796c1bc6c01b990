//! The settings of the comment box.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, refuse};
use crate::domain::newsroom::CommentRules;

/// What readers can do in the box, what is asked of them, and what happens to what they write.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommentsConfig {
    /// "before": a moderator approves first. "after": what no rule speaks against is shown at once.
    pub moderation: String,
    /// Readers whom the newspaper's login names, of whom so many comments were approved and none
    /// rejected, are shown at once. 0: nobody is.
    pub trusted_after: u32,
    pub name_required: bool,
    /// Whether readers may leave an address of e-mail, which only moderators see.
    pub email: bool,
    pub replies: bool,
    pub likes: bool,
    pub reports: bool,
    /// Whether readers choose between the newest and the most liked first.
    pub sorting: bool,
    /// Whether the list comes in pages; else all at once, 1000 at most.
    pub paging: bool,
    /// How many leading zero bits a browser has to find before what it sends may be shown at once.
    /// 0: none.
    pub proof_of_work_bits: u32,
    /// Whoever sends faster is taken for a program, in seconds. 0: nobody is.
    pub min_seconds: u32,
    /// How many comments one network (/24 or /48) may send in ten minutes.
    pub per_network_max: u32,
    /// How many comments one article may get in ten minutes.
    pub per_article_max: u32,
    /// How many likes and reports one network may send in ten minutes.
    pub reactions_max: u32,
    /// The newsroom's own lists, one term a line. Empty: those that are compiled in.
    pub blocked_words: PathBuf,
    pub suspect_words: PathBuf,
    /// The rules that reject a comment before a moderator sees it; it is kept all the same.
    pub reject: Vec<String>,
}

impl Default for CommentsConfig {
    fn default() -> Self {
        Self {
            moderation: "before".to_owned(),
            trusted_after: 0,
            name_required: false,
            email: false,
            replies: true,
            likes: true,
            reports: true,
            sorting: true,
            paging: true,
            proof_of_work_bits: 12,
            min_seconds: 3,
            per_network_max: 30,
            per_article_max: 600,
            reactions_max: 120,
            blocked_words: PathBuf::new(),
            suspect_words: PathBuf::new(),
            reject: vec!["honeypot".to_owned(), "blocked_network".to_owned()],
        }
    }
}

impl CommentsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !["before", "after"].contains(&self.moderation.as_str()) {
            let rule = "use \"before\" or \"after\"";
            return refuse("comments.moderation", self.moderation.clone(), rule);
        }
        if self.proof_of_work_bits > 20 {
            // 2^20 hashes keep a cheap telephone busy for a minute.
            let bits = self.proof_of_work_bits.to_string();
            return refuse("comments.proof_of_work_bits", bits, "use 0 to 20");
        }
        if self.min_seconds > 60 {
            let seconds = self.min_seconds.to_string();
            return refuse("comments.min_seconds", seconds, "use 0 to 60");
        }
        Ok(())
    }

    /// What of it editors may change, as the file has it.
    pub fn rules(&self) -> CommentRules {
        CommentRules {
            shown_at_once: self.is_shown_at_once(),
            trusted_after: self.trusted_after,
            name_required: self.name_required,
            email: self.email,
            replies: self.replies,
            likes: self.likes,
            reports: self.reports,
            per_network_max: self.per_network_max,
            per_article_max: self.per_article_max,
            reactions_max: self.reactions_max,
            blocked_words: Vec::new(),
            suspect_words: Vec::new(),
        }
    }

    /// The same with what editors have set.
    pub fn with(&self, rules: &CommentRules) -> Self {
        Self {
            moderation: if rules.shown_at_once { "after" } else { "before" }.to_owned(),
            trusted_after: rules.trusted_after,
            name_required: rules.name_required,
            email: rules.email,
            replies: rules.replies,
            likes: rules.likes,
            reports: rules.reports,
            per_network_max: rules.per_network_max,
            per_article_max: rules.per_article_max,
            reactions_max: rules.reactions_max,
            ..self.clone()
        }
    }

    /// Whether moderators look after readers do.
    pub fn is_shown_at_once(&self) -> bool {
        self.moderation == "after"
    }
}

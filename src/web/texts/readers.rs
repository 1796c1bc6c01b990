//! What readers are told: on pages, in the player and the comment box.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagesTexts {
    pub brand: String,
    pub tagline: String,
    pub skip: String,
    pub navigation: String,
    pub account_navigation: String,
    pub desk: String,
    pub moderation: String,
    pub login: String,
    pub logout: String,
    pub logged_in_as: String,
    pub news_heading: String,
    pub news_lead: String,
    pub news_none_other: String,
    pub news_empty: String,
    pub news_beyond: String,
    pub news_pinned: String,
    pub news_duration: String,
    pub play_all: String,
    pub enqueue: String,
    pub search_label: String,
    pub search_submit: String,
    pub search_heading: String,
    pub search_none: String,
    pub search_all: String,
    pub paging: String,
    pub page_previous: String,
    pub page_next: String,
    /// What the podcast is called where a page names it.
    pub podcast: String,
    /// That no person speaks, for programs.
    pub synthetic: String,
    pub job_heading: String,
    pub byline_at: String,
    pub source: String,
    pub login_heading: String,
    pub login_lead: String,
    pub login_name: String,
    pub login_password: String,
    pub login_submit: String,
    pub login_no_accounts: String,
    pub login_command_name: String,
    pub error_heading: String,
    pub error_back: String,
    pub embed_unavailable: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PodcastTexts {
    /// What it is about, when the newsroom does not say.
    pub description: String,
}

#[derive(Debug, Deserialize)]
pub struct PlayerTexts {
    pub heading: String,
    pub ai_notice: String,
    /// What the pages do not say, only the player itself.
    #[serde(flatten)]
    pub others: BTreeMap<String, String>,
}

/// What stands behind "…" in the player.
#[derive(Debug, Deserialize)]
pub struct PanelTexts {
    pub download: String,
    #[serde(flatten)]
    pub others: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommentsTexts {
    pub heading: String,
    pub body: String,
    pub author: String,
    pub email: String,
    pub email_hint: String,
    pub optional: String,
    pub left: String,
    pub over: String,
    pub too_long: String,
    pub too_short: String,
    pub name_missing: String,
    pub moderated: String,
    pub send: String,
    pub sending: String,
    pub offline: String,
    pub list: String,
    pub empty: String,
    pub list_failed: String,
    pub retry: String,
    pub more: String,
    pub more_replies: String,
    pub order: String,
    pub newest: String,
    pub liked: String,
    pub like: String,
    pub reply: String,
    pub replying: String,
    pub report: String,
    pub cancel: String,
    pub failed: String,
}

/// What the server says around the comment box; the script is not given it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxTexts {
    /// Signs a comment whose writer gave no name.
    pub anonymous: String,
    pub accepted: String,
    pub published: String,
    pub reported: String,
    pub likes: String,
}

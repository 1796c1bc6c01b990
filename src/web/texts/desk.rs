//! What editors are told.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskTexts {
    pub heading: String,
    pub url_example: String,
    pub job_open: String,
    pub article_open: String,
    pub job_heading: String,
    pub progress: String,
    pub received: String,
    pub reload_hint: String,
    pub back: String,
    pub stream_lost: String,
    pub voice_heading: String,
    /// Shown when no other voice than the compiled-in one is there.
    pub voice_embedded: String,
    pub warnings_heading: String,
    pub warning_stand_in: String,
    pub warning_left_out: String,
    pub ways: String,
    pub way_articles: String,
    pub way_lexicon: String,
    pub way_numbers: String,
    pub way_settings: String,
    pub way_health: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobsTexts {
    pub queued: String,
    pub running_fetch: String,
    pub running: String,
    pub finishing: String,
    pub done: String,
    pub done_with_warnings: String,
    pub failed: String,
    pub retrying: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListeningTexts {
    pub heading: String,
    pub lead: String,
    pub article_lead: String,
    pub open: String,
    pub article_open: String,
    pub back: String,
    pub empty: String,
    pub article_empty: String,
    pub total_heading: String,
    pub plays: String,
    pub plays_count: String,
    pub time: String,
    pub completions: String,
    pub rate: String,
    pub rate_unknown: String,
    pub hours: String,
    pub minutes: String,
    pub seconds: String,
    pub plays_a_day: String,
    pub time_a_day: String,
    pub chart_summary: String,
    pub table_open: String,
    pub table: String,
    pub day: String,
    pub articles_heading: String,
    pub article: String,
    pub by_day: String,
    pub altogether: String,
    pub counted_heading: String,
    pub counted: String,
    pub not_counted: String,
}

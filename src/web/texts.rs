//! Every word the interface says, read from `static/texts.json`: templates and scripts share it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The file itself; scripts get the sections that they name.
const TEXTS_JSON: &str = include_str!("../../static/texts.json");

/// The interface texts by section. `{name}` inside a text is a place to be filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub pages: PagesTexts,
    pub podcast: PodcastTexts,
    pub player: PlayerTexts,
    pub panel: PanelTexts,
    pub comments: CommentsTexts,
    #[serde(rename = "box")]
    pub comment_box: BoxTexts,
    /// Said by the script alone.
    pub report: BTreeMap<String, String>,
    pub desk: DeskTexts,
    pub moderation: ModerationTexts,
    /// Why a comment is rejected, by the name of the reason.
    pub reasons: BTreeMap<String, String>,
    /// What a rule found in a comment, by the name of the rule.
    pub rules: BTreeMap<String, String>,
    pub listening: ListeningTexts,
    /// Letters to moderators, and the pages that their links lead to.
    pub digest: crate::notify::DigestTexts,
    pub record: RecordTexts,
    /// What was done, by the name of the action in the log.
    pub record_actions: BTreeMap<String, String>,
    pub sheet: SheetTexts,
    pub erasure: ErasureTexts,
    pub jobs: JobsTexts,
    /// What somebody may do, by the name of the role.
    pub roles: BTreeMap<String, String>,
    pub account: AccountTexts,
    pub accounts: AccountsTexts,
    /// Error code -> what happened and what to do about it.
    pub errors: BTreeMap<String, String>,
}

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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskTexts {
    pub heading: String,
    pub lead: String,
    pub url: String,
    pub url_example: String,
    pub submit: String,
    pub jobs_heading: String,
    pub jobs_empty: String,
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
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModerationTexts {
    pub heading: String,
    pub tabs: String,
    pub waiting: String,
    pub approved: String,
    pub rejected: String,
    pub empty_waiting: String,
    pub empty_approved: String,
    pub empty_rejected: String,
    pub list: String,
    pub about: String,
    pub approve: String,
    pub reject: String,
    pub keys: String,
    pub key_next: String,
    pub key_previous: String,
    pub key_approve: String,
    pub key_reject: String,
    pub key_undo: String,
    pub keys_use: String,
    pub done_approve: String,
    pub done_reject: String,
    pub failed: String,
    pub offline: String,
    pub undo: String,
    pub undo_nothing: String,
    pub undone: String,
    pub more: String,
    pub flagged: String,
    pub reported: String,
    pub reports: String,
    pub unseen: String,
    pub keep: String,
    pub answered: String,
    pub empty_reported: String,
    pub empty_unseen: String,
    pub all: String,
    pub empty_flagged: String,
    pub empty_all: String,
    pub empty_search: String,
    pub keys_open: String,
    pub keys_close: String,
    pub key_spam: String,
    pub key_block: String,
    pub key_select: String,
    pub key_search: String,
    pub key_single: String,
    pub key_help: String,
    pub wait: String,
    pub networks: String,
    pub networks_lead: String,
    pub networks_empty: String,
    pub unblock: String,
    pub done_wait: String,
    pub done_block: String,
    pub done_many_approve: String,
    pub done_many_reject: String,
    pub done_many_wait: String,
    pub failed_many: String,
    pub meanwhile_approved: String,
    pub meanwhile_rejected: String,
    pub meanwhile_waiting: String,
    pub somebody: String,
    pub undone_many: String,
    pub selected: String,
    pub select: String,
    pub select_none: String,
    pub reason: String,
    pub reason_cancel: String,
    pub search: String,
    pub search_submit: String,
    pub order: String,
    pub order_oldest: String,
    pub order_risk: String,
    pub history: String,
    pub network: String,
    pub page_previous: String,
    pub page_next: String,
    pub block_failed: String,
    pub done_many_block: String,
    pub meanwhile_many: String,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordTexts {
    pub heading: String,
    pub open: String,
    pub lead: String,
    pub from: String,
    pub to: String,
    pub comment: String,
    pub article: String,
    pub show: String,
    pub print_open: String,
    pub print_heading: String,
    pub print_hint: String,
    pub print_too_many: String,
    pub back: String,
    pub paper: String,
    pub period: String,
    pub period_all: String,
    pub period_between: String,
    pub period_from: String,
    pub period_to: String,
    pub count: String,
    pub count_shown: String,
    pub last_hash: String,
    pub made: String,
    pub made_by: String,
    pub sign_made: String,
    pub sign_head: String,
    pub sign_hint: String,
    pub list: String,
    pub empty: String,
    pub newer: String,
    pub older: String,
    pub hash: String,
    pub words: String,
    pub by: String,
    pub about: String,
    pub erased: String,
    pub reader: String,
    pub system: String,
    pub reason: String,
    pub rules: String,
    pub imported: String,
    pub parent: String,
    pub roles: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetTexts {
    pub open: String,
    pub id: String,
    pub sent: String,
    pub author: String,
    pub email: String,
    pub body: String,
    pub state: String,
    pub reason: String,
    pub decided_by: String,
    pub decided: String,
    pub rules: String,
    pub likes: String,
    pub reports: String,
    pub network: String,
    pub article: String,
    pub address: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureTexts {
    pub heading: String,
    pub open: String,
    pub lead: String,
    pub search: String,
    pub search_submit: String,
    pub none: String,
    pub newest: String,
    pub found: String,
    pub select: String,
    pub email: String,
    pub network: String,
    pub identity: String,
    pub reason: String,
    pub reason_hint: String,
    pub review: String,
    pub confirm_heading: String,
    pub confirm_lead: String,
    pub confirm: String,
    pub cancel: String,
    pub done: String,
    pub left: String,
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
pub struct AccountTexts {
    pub heading: String,
    pub name: String,
    pub roles: String,
    pub password_heading: String,
    pub password_old: String,
    pub password_new: String,
    pub password_again: String,
    pub password_hint: String,
    pub password_submit: String,
    pub done_password: String,
    pub totp_heading: String,
    pub totp_lead: String,
    pub totp_is_off: String,
    pub totp_is_on: String,
    pub totp_password: String,
    pub totp_start: String,
    pub totp_stop: String,
    pub totp_new_codes: String,
    pub totp_new_codes_hint: String,
    pub done_totp_off: String,
    pub setup_heading: String,
    pub setup_scan: String,
    pub setup_qr: String,
    pub setup_open: String,
    pub setup_secret: String,
    pub setup_code: String,
    pub setup_submit: String,
    pub setup_cancel: String,
    pub codes_heading: String,
    pub codes_lead_on: String,
    pub codes_lead_new: String,
    pub codes_hint: String,
    pub codes_done: String,
    pub code_heading: String,
    pub code_lead: String,
    pub code: String,
    pub code_submit: String,
    pub code_recovery_open: String,
    pub code_recovery: String,
    pub code_recovery_hint: String,
    pub code_back: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsTexts {
    pub heading: String,
    pub lead: String,
    pub list: String,
    pub own: String,
    pub disabled: String,
    pub totp_on: String,
    pub totp_off: String,
    pub last_login: String,
    pub never_logged_in: String,
    pub change: String,
    pub roles: String,
    pub roles_submit: String,
    pub password: String,
    pub password_submit: String,
    pub password_hint: String,
    pub totp_stop: String,
    pub totp_stop_hint: String,
    pub disable: String,
    pub disable_hint: String,
    pub enable: String,
    pub own_page: String,
    pub add_heading: String,
    pub add_name: String,
    pub add_name_hint: String,
    pub add_password: String,
    pub add_submit: String,
    pub made_up_added: String,
    pub made_up_password: String,
    pub done_added: String,
    pub done_roles: String,
    pub done_disabled: String,
    pub done_enabled: String,
    pub done_password: String,
    pub done_totp_off: String,
}

/// The texts, parsed once.
pub fn texts() -> &'static Texts {
    static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
        serde_json::from_str(TEXTS_JSON)
            .expect("static/texts.json fits these structs: a test says so")
    });
    &TEXTS
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use unicode_normalization::is_nfc;

    use super::*;

    /// Every text of the file with its path, such as `comments.heading`.
    fn all_texts() -> Vec<(String, String)> {
        let file: Value = serde_json::from_str(TEXTS_JSON).unwrap();
        let mut found = Vec::new();
        for (section, texts) in file.as_object().unwrap() {
            for (key, text) in texts.as_object().unwrap() {
                found.push((format!("{section}.{key}"), text.as_str().unwrap().to_owned()));
            }
        }
        found
    }

    #[test]
    fn the_file_fits_the_structs() {
        assert_eq!(texts().comments.heading, "BÌNH LUẬN");
        assert_eq!(texts().comments.too_short, texts().errors["comment_too_short"]);
    }

    #[test]
    fn every_reason_rule_and_role_has_a_name() {
        use crate::domain::account::Role;
        use crate::domain::comment::Reason;
        use crate::domain::rule::Rule;
        assert!(Reason::ALL.iter().all(|reason| texts().reasons.contains_key(reason.name())));
        assert!(Role::ALL.iter().all(|role| texts().roles.contains_key(role.name())));
        assert!(Rule::ALL.iter().all(|rule| texts().rules.contains_key(rule.name())));
    }

    #[test]
    fn every_text_is_nfc_trimmed_and_not_empty() {
        for (path, text) in all_texts() {
            assert!(is_nfc(&text), "{path} is not NFC");
            assert!(!text.is_empty() && text.trim() == text, "{path} is empty or has outer space");
        }
    }

    #[test]
    fn the_player_says_the_same_in_english() {
        let english: Value =
            serde_json::from_str(include_str!("../../static/texts.en.json")).unwrap();
        let vietnamese: Value = serde_json::from_str(TEXTS_JSON).unwrap();
        let places = |text: &Value| {
            let text = text.as_str().unwrap().to_owned();
            let mut found: Vec<String> = text
                .split('{')
                .skip(1)
                .map(|part| part.split('}').next().unwrap().into())
                .collect();
            found.sort();
            found
        };
        let texts = |file: &Value| -> BTreeMap<String, Vec<String>> {
            let sections = ["player", "panel"].map(|name| file[name].as_object().unwrap());
            let texts = sections.into_iter().flatten();
            texts.map(|(key, text)| (key.clone(), places(text))).collect()
        };
        assert_eq!(texts(&english), texts(&vietnamese));
    }

    #[test]
    fn every_place_to_fill_is_closed_and_named() {
        for (path, text) in all_texts() {
            for part in text.split('{').skip(1) {
                let name =
                    part.split_once('}').unwrap_or_else(|| panic!("{path}: brace left open")).0;
                assert!(
                    name.bytes().all(|b| b.is_ascii_lowercase()),
                    "{path}: odd place {{{name}}}"
                );
            }
        }
    }

    #[test]
    fn errors_are_whole_sentences() {
        for (code, text) in &texts().errors {
            assert!(text.ends_with(['.', '!']), "{code} does not end as a sentence");
        }
    }
}

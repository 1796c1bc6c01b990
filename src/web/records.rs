//! A record of the log in words, for people who will never see the program.

use serde_json::Value;
use time::macros::format_description;

use super::moderation::{author_name, reason_name};
use super::texts::texts;
use super::{marks, views};
use crate::domain::comment::{CommentState, Reason};
use crate::domain::newsroom::Setting;
use crate::domain::rule::Rule;
use crate::domain::units::Timestamp;
use crate::store::{AboutComment, READER, Recorded, SYSTEM};

/// A record as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordWords {
    pub seq: i64,
    /// To the second, in Vietnam.
    pub at: String,
    pub who: String,
    pub what: String,
    /// Reasons, rules, where it came from.
    pub notes: Vec<String>,
    pub about: Option<AboutWords>,
    /// What it was done to.
    pub subject: String,
    pub hash: String,
}

/// The comment as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutWords {
    pub author: String,
    pub body: String,
    pub is_erased: bool,
    pub article_title: String,
    /// Its page here.
    pub article_page: String,
    pub article_url: Option<String>,
}

/// Tells a record.
pub fn record_words(recorded: &Recorded) -> RecordWords {
    let record = &recorded.record;
    let detail: Value = serde_json::from_str(&record.detail).unwrap_or_default();
    RecordWords {
        seq: record.seq,
        at: second(record.at),
        who: who(&record.actor),
        what: what(&record.action, &record.subject, &record.detail, &detail),
        notes: notes(&detail),
        about: recorded.about.as_ref().map(about),
        subject: record.subject.clone(),
        hash: record.hash.clone(),
    }
}

/// `dd/mm/yyyy HH:MM:SS` in Vietnam.
pub fn second(at: Timestamp) -> String {
    let format = format_description!("[day]/[month]/[year] [hour]:[minute]:[second]");
    at.in_vietnam().and_then(|at| at.format(&format).ok()).unwrap_or_default()
}

fn who(actor: &str) -> String {
    match actor {
        READER => texts().record.reader.clone(),
        SYSTEM => texts().record.system.clone(),
        account => account.to_owned(),
    }
}

/// What was done. An action of a newer version is told as it is stored, rather than not at all.
fn what(action: &str, subject: &str, stored: &str, detail: &Value) -> String {
    let Some(text) = texts().record_actions.get(action) else {
        return format!("{action} {stored}");
    };
    let state = |field: &str| {
        let name = detail[field].as_str().unwrap_or_default();
        CommentState::from_name(name).map_or_else(|| name.to_owned(), |s| state_name(s).to_owned())
    };
    // Settings are stored by names for programs.
    let known = Setting::from_name(subject).filter(|_| action.starts_with("setting."));
    let subject = known.map_or_else(|| subject.to_owned(), |known| setting_name(known).to_owned());
    text.replace("{from}", &state("from"))
        .replace("{state}", &state("state"))
        .replace("{subject}", &subject)
}

/// A setting as its page is called.
fn setting_name(setting: Setting) -> &'static str {
    let t = texts();
    match setting {
        Setting::Pace => &t.pace.heading,
        Setting::Voice => &t.voice.heading,
        Setting::Embedding => &t.embedding.heading,
        Setting::Comments => &t.rules_page.heading,
    }
}

/// A state as it is called.
pub fn state_name(state: CommentState) -> &'static str {
    let t = &texts().moderation;
    match state {
        CommentState::Waiting => &t.waiting,
        CommentState::Approved => &t.approved,
        CommentState::Rejected => &t.rejected,
    }
}

fn notes(detail: &Value) -> Vec<String> {
    let t = &texts().record;
    let mut notes = Vec::new();
    if let Some(reason) = detail["reason"].as_str() {
        // A rejection has one of the reasons that there are, an erasure has its own words.
        let words = match Reason::from_name(reason) {
            Some(known) => reason_name(known),
            None => reason,
        };
        notes.push(t.reason.replace("{reason}", words));
    }
    if let Some(parent) = detail["parent"].as_str() {
        notes.push(t.parent.replace("{parent}", parent));
    }
    if let Some(roles) = detail["roles"].as_str() {
        let name = |role: &str| texts().roles.get(role).cloned().unwrap_or_else(|| role.to_owned());
        let roles: Vec<String> = roles.split_whitespace().map(name).collect();
        notes.push(t.roles.replace("{roles}", &roles.join(", ")));
    }
    if let Some(rules) = detail["rules"].as_array() {
        let name = |rule: &Value| Rule::from_name(rule.as_str()?).map(marks::rule_name);
        let rules: Vec<&str> = rules.iter().filter_map(name).collect();
        notes.push(t.rules.replace("{rules}", &rules.join(", ")));
    }
    if let Some(title) = detail["title"].as_str() {
        notes.push(t.title.replace("{title}", title));
    }
    if let Some(at) = detail["publish_at"].as_str() {
        notes.push(t.publish_at.replace("{date}", at));
    }
    for (name, text) in [("spoken", &t.spoken), ("section", &t.section), ("label", &t.label)] {
        if let Some(value) = detail[name].as_str().filter(|value| !value.is_empty()) {
            notes.push(text.replace(&format!("{{{name}}}"), value));
        }
    }
    if let Some(head) = detail["imported"].as_str() {
        notes.push(t.imported.replace("{head}", head));
    }
    notes
}

fn about(about: &AboutComment) -> AboutWords {
    let is_erased = about.body.is_empty();
    AboutWords {
        author: author_name(&about.author).to_owned(),
        body: if is_erased { texts().record.erased.clone() } else { about.body.clone() },
        is_erased,
        article_title: about.article_title.clone(),
        article_page: views::article_path(about.article),
        article_url: about.article_url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Record;

    fn told(action: &str, detail: &str) -> RecordWords {
        let record = Record {
            seq: 3,
            at: Timestamp(1_795_000_000_000),
            actor: "lan".into(),
            action: action.into(),
            subject: "192.0.2.0/24".into(),
            detail: detail.into(),
            hash: "ab".into(),
        };
        record_words(&Recorded { record, about: None })
    }

    #[test]
    fn a_record_is_told_in_words() {
        let words =
            told("comment.decided", r#"{"from":"waiting","state":"rejected","reason":"insult"}"#);
        assert_eq!(words.at, "18/11/2026 18:06:40");
        assert_eq!(words.what, "Chuyển bình luận từ “Chờ duyệt” sang “Đã từ chối”");
        assert_eq!(words.notes, ["Lý do: Xúc phạm người khác"]);
        assert_eq!(told("network.blocked", "{}").what, "Chặn mạng 192.0.2.0/24");
        let setting = what("setting.changed", "pace", "{}", &Value::Null);
        assert_eq!(setting, "Đổi cài đặt Nhịp đọc và khoảng nghỉ");
        let rules = told("comment.received", r#"{"state":"waiting","rules":["link"]}"#);
        assert_eq!(rules.notes, ["Quy tắc: Có liên kết"]);
        let erased = told("comment.erased", r#"{"from":"waiting","reason":"Đơn số 12"}"#);
        assert_eq!(erased.notes, ["Lý do: Đơn số 12"]);
        // What this version does not know is shown all the same.
        assert_eq!(told("comment.framed", r#"{"a":1}"#).what, r#"comment.framed {"a":1}"#);
    }
}

//! Every word the interface says, read from `static/texts.json`: templates and scripts share it.

mod accounts;
mod desk;
mod desk_list;
mod lexicon;
mod moderation;
mod readers;
mod script;
mod settings;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub use self::accounts::*;
pub use self::desk::*;
pub use self::desk_list::*;
pub use self::lexicon::*;
pub use self::moderation::*;
pub use self::readers::*;
pub use self::script::*;
pub use self::settings::*;

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
    pub desk_list: DeskListTexts,
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
    pub lexicon: LexiconTexts,
    pub keys: KeysTexts,
    pub queue: QueueTexts,
    /// What somebody may do, by the name of the role.
    pub roles: BTreeMap<String, String>,
    pub settings: SettingsTexts,
    pub sources: SourcesTexts,
    pub voice: VoiceTexts,
    pub pace: PaceTexts,
    pub embedding: EmbeddingTexts,
    pub rules_page: RulesTexts,
    /// What is wrong with a word of the newsroom's lists.
    pub word_errors: BTreeMap<String, String>,
    pub health: HealthTexts,
    pub account: AccountTexts,
    pub accounts: AccountsTexts,
    pub script: ScriptTexts,
    /// Said by the script alone.
    pub script_live: BTreeMap<String, String>,
    /// What kinds of text are called.
    pub script_parts: BTreeMap<String, String>,
    /// What was done to a script, by the name of the edit.
    pub edits: BTreeMap<String, String>,
    /// Why a place should be listened to, by the kind of the note.
    pub concerns: BTreeMap<String, String>,
    /// Error code -> what happened and what to do about it.
    pub errors: BTreeMap<String, String>,
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

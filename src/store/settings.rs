//! What editors set on pages: each value with who and when, and a record in the log.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{Chain, Entry};
use super::{Store, StoreError, now, to_json};
use crate::domain::account::Account;
use crate::domain::ids::VoiceId;
use crate::domain::newsroom::{CommentRules, NewsroomSettings, Setting, SettingChange};
use crate::domain::pace::{Pace, Pauses};
use crate::domain::units::{Millis, Timestamp};

/// What is done to a setting, as the log names it.
const CHANGED: &str = "setting.changed";
const RESET: &str = "setting.reset";

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingSaved {
    Done,
    /// Somebody else was faster; nothing was changed.
    Overtaken(SettingChange),
}

#[derive(Serialize, Deserialize)]
struct PaceRow {
    speed: f32,
    clause_ms: u64,
    sentence_ms: u64,
    paragraph_ms: u64,
    heading_ms: u64,
    title_ms: u64,
    lead_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct VoiceRow {
    id: String,
}

#[derive(Serialize, Deserialize)]
struct EmbeddingRow {
    sites: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct CommentsRow {
    shown_at_once: bool,
    trusted_after: u32,
    name_required: bool,
    email: bool,
    replies: bool,
    likes: bool,
    reports: bool,
    per_network_max: u32,
    per_article_max: u32,
    reactions_max: u32,
    blocked_words: Vec<String>,
    suspect_words: Vec<String>,
}

impl Store {
    /// Everything that editors have set.
    pub async fn newsroom_settings(&self) -> Result<NewsroomSettings, StoreError> {
        let rows = sqlx::query(
            "SELECT settings.name, settings.value, settings.updated_ms, accounts.name AS by_name
             FROM settings JOIN accounts ON accounts.id = settings.account_id ORDER BY settings.name",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut settings = NewsroomSettings::default();
        for row in &rows {
            take(&mut settings, row)?;
        }
        Ok(settings)
    }

    /// Sets the pace, or takes it back (`None`) to what the settings file says. `seen` is the time of the
    /// change that whoever changes it has seen, if there was one.
    pub async fn set_pace(
        &self,
        pace: Option<&Pace>,
        seen: Option<Timestamp>,
        by: &Account,
    ) -> Result<SettingSaved, StoreError> {
        let row = pace.map(|&Pace { speed, pauses }| PaceRow {
            speed,
            clause_ms: pauses.clause.0,
            sentence_ms: pauses.sentence.0,
            paragraph_ms: pauses.paragraph.0,
            heading_ms: pauses.heading.0,
            title_ms: pauses.title.0,
            lead_ms: pauses.lead.0,
        });
        self.set(Setting::Pace, row, seen, by).await
    }

    /// Sets which voice reads.
    pub async fn set_voice(
        &self,
        voice: Option<&VoiceId>,
        seen: Option<Timestamp>,
        by: &Account,
    ) -> Result<SettingSaved, StoreError> {
        let row = voice.map(|voice| VoiceRow { id: voice.to_string() });
        self.set(Setting::Voice, row, seen, by).await
    }

    /// Sets which sites may show the player in a frame.
    pub async fn set_embed_sites(
        &self,
        sites: Option<&[String]>,
        seen: Option<Timestamp>,
        by: &Account,
    ) -> Result<SettingSaved, StoreError> {
        let row = sites.map(|sites| EmbeddingRow { sites: sites.to_vec() });
        self.set(Setting::Embedding, row, seen, by).await
    }

    /// Sets what becomes of comments.
    pub async fn set_comment_rules(
        &self,
        rules: Option<&CommentRules>,
        seen: Option<Timestamp>,
        by: &Account,
    ) -> Result<SettingSaved, StoreError> {
        let row = rules.cloned().map(|rules| CommentsRow {
            shown_at_once: rules.shown_at_once,
            trusted_after: rules.trusted_after,
            name_required: rules.name_required,
            email: rules.email,
            replies: rules.replies,
            likes: rules.likes,
            reports: rules.reports,
            per_network_max: rules.per_network_max,
            per_article_max: rules.per_article_max,
            reactions_max: rules.reactions_max,
            blocked_words: rules.blocked_words,
            suspect_words: rules.suspect_words,
        });
        self.set(Setting::Comments, row, seen, by).await
    }

    /// A value that is taken back stays as `null`, so that it is known who did it.
    async fn set<T: Serialize>(
        &self,
        setting: Setting,
        value: Option<T>,
        seen: Option<Timestamp>,
        by: &Account,
    ) -> Result<SettingSaved, StoreError> {
        let mut write = self.write().await?;
        let known = sqlx::query(
            "SELECT settings.name, settings.value, settings.updated_ms, accounts.name AS by_name
             FROM settings JOIN accounts ON accounts.id = settings.account_id WHERE settings.name = $1",
        )
        .bind(setting.name())
        .fetch_optional(&mut *write)
        .await?;
        let before = known.as_ref().map(|row| change(setting, row)).transpose()?;
        if let Some(before) = before.as_ref().filter(|before| Some(before.at) != seen) {
            return Ok(SettingSaved::Overtaken(before.clone()));
        }
        let text = to_json(&value);
        // Two changes within one millisecond are told apart.
        let at = now().0.max(before.map_or(i64::MIN, |before| before.at.0.saturating_add(1)));
        sqlx::query(
            "INSERT INTO settings (name, value, account_id, updated_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value,
                account_id = excluded.account_id, updated_ms = excluded.updated_ms",
        )
        .bind(setting.name())
        .bind(&text)
        .bind(by.id.to_string())
        .bind(at)
        .execute(&mut *write)
        .await?;
        let action = if value.is_some() { CHANGED } else { RESET };
        let was: String = match &known {
            Some(row) => row.try_get("value")?,
            None => "null".to_owned(),
        };
        let detail = json!({ "was": parsed(&was), "value": parsed(&text) });
        let subject = setting.name().to_owned();
        let entry = Entry { actor: &by.name, action, subject, detail };
        Chain::open(&mut write).await?.append(&mut write, entry).await?;
        write.commit().await?;
        Ok(SettingSaved::Done)
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn change(setting: Setting, row: &AnyRow) -> Result<SettingChange, StoreError> {
    let at = Timestamp(row.try_get("updated_ms")?);
    Ok(SettingChange { setting, by: row.try_get("by_name")?, at })
}

fn take(settings: &mut NewsroomSettings, row: &AnyRow) -> Result<(), StoreError> {
    let name: String = row.try_get("name")?;
    // One of a newer version is none of ours.
    let Some(setting) = Setting::from_name(&name) else { return Ok(()) };
    settings.changes.push(change(setting, row)?);
    match setting {
        Setting::Pace => settings.pace = super::json::<Option<PaceRow>>(row, "value")?.map(pace),
        Setting::Voice => {
            let voice = super::json::<Option<VoiceRow>>(row, "value")?;
            let parse = |voice: VoiceRow| {
                voice.id.parse().map_err(|_| StoreError::Corrupt(format!("voice {}", voice.id)))
            };
            settings.voice = voice.map(parse).transpose()?;
        }
        Setting::Embedding => {
            let row = super::json::<Option<EmbeddingRow>>(row, "value")?;
            settings.embed_sites = row.map(|row| row.sites);
        }
        Setting::Comments => {
            settings.comments = super::json::<Option<CommentsRow>>(row, "value")?.map(rules);
        }
    }
    Ok(())
}

fn pace(row: PaceRow) -> Pace {
    let pauses = Pauses {
        clause: Millis(row.clause_ms),
        sentence: Millis(row.sentence_ms),
        paragraph: Millis(row.paragraph_ms),
        heading: Millis(row.heading_ms),
        title: Millis(row.title_ms),
        lead: Millis(row.lead_ms),
    };
    Pace { speed: row.speed, pauses }
}

fn rules(row: CommentsRow) -> CommentRules {
    CommentRules {
        shown_at_once: row.shown_at_once,
        trusted_after: row.trusted_after,
        name_required: row.name_required,
        email: row.email,
        replies: row.replies,
        likes: row.likes,
        reports: row.reports,
        per_network_max: row.per_network_max,
        per_article_max: row.per_article_max,
        reactions_max: row.reactions_max,
        blocked_words: row.blocked_words,
        suspect_words: row.suspect_words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::outbox::{moderator, open};

    #[tokio::test]
    async fn what_is_set_comes_back_as_it_was_and_can_be_taken_back() {
        let (_folder, store, _) = open().await;
        let lan = moderator(&store).await;
        assert_eq!(store.newsroom_settings().await.unwrap(), NewsroomSettings::default());
        let pauses = Pauses { lead: Millis(0), ..Pauses::default() };
        let pace = Pace { speed: 1.15, pauses };
        let voice: VoiceId = "vi-embedded".parse().unwrap();
        let sites = ["https://bao.example".to_owned()];
        let rules = CommentRules {
            shown_at_once: true,
            trusted_after: 3,
            name_required: true,
            email: false,
            replies: true,
            likes: false,
            reports: true,
            per_network_max: 7,
            per_article_max: 8,
            reactions_max: 9,
            blocked_words: vec!["lan đột biến".to_owned()],
            suspect_words: Vec::new(),
        };
        let done = SettingSaved::Done;
        assert_eq!(store.set_pace(Some(&pace), None, &lan).await.unwrap(), done);
        assert_eq!(store.set_voice(Some(&voice), None, &lan).await.unwrap(), done);
        assert_eq!(store.set_embed_sites(Some(&sites), None, &lan).await.unwrap(), done);
        assert_eq!(store.set_comment_rules(Some(&rules), None, &lan).await.unwrap(), done);
        let held = store.newsroom_settings().await.unwrap();
        assert_eq!((held.pace, held.voice), (Some(pace), Some(voice)));
        assert_eq!((held.embed_sites, held.comments), (Some(sites.to_vec()), Some(rules)));
        let seen = held.changes.iter().find(|change| change.setting == Setting::Pace).unwrap();
        assert_eq!(seen.by, "lan");
        assert_eq!(store.set_pace(None, Some(seen.at), &lan).await.unwrap(), done);
        let held = store.newsroom_settings().await.unwrap();
        assert_eq!(held.pace, None);
        assert!(held.change_of(Setting::Pace).is_some_and(|change| change.at > seen.at));
        assert!(store.verify_audit().await.unwrap().faults.is_empty());
    }

    #[tokio::test]
    async fn whoever_has_not_seen_the_last_change_is_overtaken() {
        let (_folder, store, _) = open().await;
        let lan = moderator(&store).await;
        let set = async |speed: f32, seen| {
            let pace = Pace { speed, ..Pace::default() };
            store.set_pace(Some(&pace), seen, &lan).await.unwrap()
        };
        assert_eq!(set(1.1, None).await, SettingSaved::Done);
        let SettingSaved::Overtaken(first) = set(1.2, None).await else { panic!("not refused") };
        assert_eq!((first.by.as_str(), first.setting), ("lan", Setting::Pace));
        let records = store.verify_audit().await.unwrap().records;
        // Of two who have seen the same one is too late, however close they are.
        let (one, two) = tokio::join!(set(1.3, Some(first.at)), set(1.4, Some(first.at)));
        let done = [&one, &two].iter().filter(|saved| ***saved == SettingSaved::Done).count();
        assert_eq!(done, 1, "{one:?} {two:?}");
        assert_eq!(store.verify_audit().await.unwrap().records, records + 1);
    }
}

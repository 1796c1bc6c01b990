//! What holds now: the settings file, and over it what editors have set.
//!
//! Kept in memory and looked at every few seconds, so that a change in one process reaches all; the one in
//! which it was made looks at once.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::http::HeaderValue;
use tracing::error;

use super::limits::embed_policy;
use super::{App, WebSettings};
use crate::config::CommentsConfig;
use crate::domain::newsroom::NewsroomSettings;
use crate::moderate::{Examiner, ListTexts, WordLists};
use crate::store::StoreError;

/// How often what editors have set is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// The values that hold.
#[derive(Debug)]
pub struct Newsroom {
    /// What editors have set.
    pub settings: NewsroomSettings,
    pub comments: CommentsConfig,
    /// What looks at comments first.
    pub examiner: Examiner,
    pub embed_sites: Vec<String>,
    pub embed_policy: HeaderValue,
}

impl Newsroom {
    /// As the settings file has it.
    pub fn of(file: &WebSettings) -> Self {
        Self::with(file, NewsroomSettings::default())
    }

    fn with(file: &WebSettings, settings: NewsroomSettings) -> Self {
        let rules = settings.comments.as_ref();
        let embed_sites = settings.embed_sites.clone().unwrap_or_else(|| file.embed_sites.clone());
        Self {
            comments: rules
                .map_or_else(|| file.comments.clone(), |rules| file.comments.with(rules)),
            examiner: Examiner::new(lists(&file.word_lists, &settings)),
            embed_policy: embed_policy(&embed_sites),
            embed_sites,
            settings,
        }
    }
}

/// The lists with the newsroom's own words. Those were tried when they were saved; should this version refuse
/// one all the same, the lists hold without them.
fn lists(texts: &ListTexts, settings: &NewsroomSettings) -> WordLists {
    let added = settings.comments.as_ref();
    let with = added.map(|rules| texts.with(&rules.blocked_words, &rules.suspect_words));
    let lists = match with {
        Some(Ok(lists)) => return lists,
        Some(Err(error)) => {
            error!(%error, "the newsroom's own words cannot be used");
            texts.with(&[], &[])
        }
        None => texts.with(&[], &[]),
    };
    lists.expect("the lists were compiled at the start")
}

impl App {
    /// What holds now.
    pub(super) fn newsroom(&self) -> Arc<Newsroom> {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.0.newsroom.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at what editors have set.
    pub(super) async fn look_at_settings(&self) -> Result<(), StoreError> {
        let settings = self.0.store.newsroom_settings().await?;
        if settings == self.newsroom().settings {
            return Ok(());
        }
        let newsroom = Newsroom::with(&self.0.settings, settings);
        self.0.comment_limit.set_max(newsroom.comments.per_network_max);
        self.0.article_limit.set_max(newsroom.comments.per_article_max);
        self.0.reaction_limit.set_max(newsroom.comments.reactions_max);
        *self.0.newsroom.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(newsroom);
        Ok(())
    }
}

/// Looks before the first request is answered.
pub async fn look_first(app: &App) {
    if let Err(error) = app.look_at_settings().await {
        error!(%error, "what editors have set cannot be read");
    }
}

/// Looks every few seconds, for as long as it is let.
pub async fn keep_looking(app: App) {
    let mut is_lost = false;
    loop {
        tokio::time::sleep(LOOK).await;
        match app.look_at_settings().await {
            Ok(()) => is_lost = false,
            // One line, not one every two seconds.
            Err(error) if !is_lost => {
                is_lost = true;
                error!(%error, "what editors have set cannot be read");
            }
            Err(_) => {}
        }
    }
}

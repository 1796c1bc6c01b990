//! When an article that comes in is heard.

use serde::Deserialize;

use super::{ConfigError, refuse};
use crate::domain::publication::NewArticles;
use crate::domain::revision::OnChange;

/// How articles come before readers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublishingConfig {
    /// "at_once": readers hear a new article as soon as it is known. "when_sure": it is a draft until it is
    /// read, and then published if nothing in the reading is in doubt. "by_hand": an editor publishes it.
    pub new: String,
    /// What is done when a site changes an article that was read. "read": the sentences that changed are read at
    /// once. "wait": an editor is shown what changed, and decides.
    pub changes: String,
}

impl Default for PublishingConfig {
    fn default() -> Self {
        Self {
            new: NewArticles::default().name().to_owned(),
            changes: OnChange::default().name().to_owned(),
        }
    }
}

impl PublishingConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if NewArticles::from_name(&self.new).is_none() {
            let rule = "use \"at_once\", \"when_sure\" or \"by_hand\"";
            return refuse("publishing.new", self.new.clone(), rule);
        }
        if OnChange::from_name(&self.changes).is_none() {
            return refuse("publishing.changes", self.changes.clone(), "use \"read\" or \"wait\"");
        }
        Ok(())
    }

    /// What was chosen.
    pub fn on_change(&self) -> OnChange {
        OnChange::from_name(&self.changes).unwrap_or_default()
    }

    /// What was chosen.
    pub fn new_articles(&self) -> NewArticles {
        NewArticles::from_name(&self.new).unwrap_or_default()
    }
}

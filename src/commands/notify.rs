//! Who is told, as the settings say: programs by webhooks, moderators by letters.

use anyhow::Context as _;
use baonoi::config::{Config, WebhooksConfig};
use baonoi::domain::units::Millis;
use baonoi::domain::webhook::WebhookSecret;
use baonoi::notify::{Digests, Links, Mailer, Webhooks};
use baonoi::store::Store;

/// Who tells of what, while the service runs.
pub struct Tellers {
    pub webhooks: Option<Webhooks>,
    pub digests: Option<Digests>,
}

impl Tellers {
    /// Also lets the store know which programs are told.
    pub async fn new(config: &Config, store: &Store) -> anyhow::Result<Self> {
        let webhooks = webhooks(config, store)?;
        let WebhooksConfig { urls, only, .. } = &config.webhooks;
        store.set_webhooks(urls, only, &config.public_url).await?;
        Ok(Self { webhooks, digests: digests(config, store).await? })
    }

    /// The links in letters, if letters are sent.
    pub fn links(&self) -> Option<Links> {
        self.digests.as_ref().map(|digests| digests.links.clone())
    }
}

fn webhooks(config: &Config, store: &Store) -> anyhow::Result<Option<Webhooks>> {
    let settings = &config.webhooks;
    if settings.urls.is_empty() {
        return Ok(None);
    }
    let secret = WebhookSecret::new(&settings.secret).context(WebhookSecret::RULE)?;
    let webhooks = Webhooks::new(
        store.clone(),
        &settings.urls,
        secret,
        Millis(settings.first_retry_ms),
        &config.fetch.allow_private,
    );
    Ok(Some(webhooks.context("the setting `webhooks.urls` cannot be used")?))
}

async fn digests(config: &Config, store: &Store) -> anyhow::Result<Option<Digests>> {
    let settings = &config.mail;
    if !settings.is_on() {
        return Ok(None);
    }
    let mailer = Mailer::new(&settings.smtp, &settings.from)
        .context("the settings of `[mail]` cannot be used")?;
    for to in &settings.to {
        Mailer::check(to).context("the setting `mail.to` cannot be used")?;
    }
    let secret = store.secret("digest").await?;
    Ok(Some(Digests {
        store: store.clone(),
        mailer,
        links: Links::new(&secret, &config.public_url, &settings.to),
        every: Millis(settings.every_minutes * 60_000),
        at_most: settings.at_most,
    }))
}

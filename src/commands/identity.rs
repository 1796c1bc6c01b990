//! Who vouches for readers, as the settings have it, with the keys out of their files.

use anyhow::Context as _;
use baonoi::config::{IdentityConfig, KeyAlgorithm, KeyConfig};
use baonoi::domain::webhook::WebhookSecret;
use baonoi::fetch::PhoneHook;
use baonoi::identify::{Key, Verifier};
use baonoi::web::ReaderSettings;

/// The settings, ready for the first token.
pub fn identity(config: &IdentityConfig) -> anyhow::Result<ReaderSettings> {
    let keys = config.keys.iter().map(key).collect::<anyhow::Result<_>>()?;
    Ok(ReaderSettings {
        verifier: Verifier::new(keys, &config.issuer, &config.audience, config.leeway_s),
        phone: phone_hook(config)?,
        required: config.required,
    })
}

fn key(config: &KeyConfig) -> anyhow::Result<Key> {
    let file = &config.public_key;
    let key = match config.algorithm {
        KeyAlgorithm::HS256 => {
            Key::hs256(&config.secret.0).context("cannot use a secret of `identity.keys`")?
        }
        KeyAlgorithm::RS256 | KeyAlgorithm::EdDSA => {
            let unusable = || format!("cannot use {} in `identity.keys`", file.display());
            let pem = std::fs::read_to_string(file).with_context(unusable)?;
            let key = match config.algorithm {
                KeyAlgorithm::EdDSA => Key::eddsa(&pem),
                _ => Key::rs256(&pem),
            };
            key.with_context(unusable)?
        }
    };
    Ok(key.named(&config.id))
}

fn phone_hook(config: &IdentityConfig) -> anyhow::Result<Option<PhoneHook>> {
    if config.phone_hook.is_empty() {
        return Ok(None);
    }
    let secret = WebhookSecret::new(&config.phone_hook_secret.0).with_context(|| {
        format!("cannot use `identity.phone_hook_secret`: {}", WebhookSecret::RULE)
    })?;
    let hook =
        PhoneHook::new(&config.phone_hook, secret).context("cannot use `identity.phone_hook`")?;
    Ok(Some(hook))
}

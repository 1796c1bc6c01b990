//! Who is told: programs by webhooks, moderators by letters.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::{Host, Url};

use super::{ConfigError, refuse};
use crate::domain::address::Address;
use crate::domain::webhook::{EVENTS, WebhookSecret};

const EVENTS_RULE: &str =
    "name some of comment.received, comment.decided, article.finished, article.failed";

/// Programs of the newsroom that are told what happens to comments and articles.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksConfig {
    /// Where they listen. Empty: nobody is told.
    pub urls: Vec<String>,
    /// The events that a place wants, for places that do not want all of them.
    pub only: BTreeMap<String, Vec<String>>,
    /// What every message is signed with: `whsec_` and 24 to 64 bytes in base64.
    pub secret: String,
    /// How long a message that was not taken waits for its second try, in milliseconds; all further
    /// waits grow with it.
    pub first_retry_ms: u64,
}

/// Letters to moderators about comments that wait.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// The server that takes our letters, with its login. Empty: no letters are sent.
    pub smtp: String,
    /// Who writes them, e.g. `Báo Nói <baonoi@baomuongthanh.example>`.
    pub from: String,
    /// The moderators' addresses. Whoever reads a letter there can decide.
    pub to: Vec<String>,
    /// The shortest time between two letters to one address.
    pub every_minutes: u64,
    /// How many comments one letter shows.
    pub at_most: u32,
}

impl Default for WebhooksConfig {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            only: BTreeMap::new(),
            secret: String::new(),
            first_retry_ms: 5_000,
        }
    }
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            smtp: String::new(),
            from: String::new(),
            to: Vec::new(),
            every_minutes: 60,
            at_most: 20,
        }
    }
}

impl WebhooksConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if let Some(url) = self.urls.iter().find(|url| !is_whole(url)) {
            return refuse("webhooks.urls", url.clone(), "begin with https:// or http://");
        }
        if let Some(url) = self.only.keys().find(|url| !self.urls.contains(url)) {
            return refuse("webhooks.only", url.clone(), "name a place of webhooks.urls");
        }
        let mut named = self.only.values().flatten();
        if let Some(event) = named.find(|event| !EVENTS.contains(&event.as_str())) {
            return refuse("webhooks.only", event.clone(), EVENTS_RULE);
        }
        if let Some((url, _)) = self.only.iter().find(|(_, events)| events.is_empty()) {
            return refuse("webhooks.only", url.clone(), EVENTS_RULE);
        }
        if !(1..=3_600_000).contains(&self.first_retry_ms) {
            let rule = "use 1 to 3600000";
            return refuse("webhooks.first_retry_ms", self.first_retry_ms.to_string(), rule);
        }
        if !self.urls.is_empty() && WebhookSecret::new(&self.secret).is_none() {
            let value = if self.secret.is_empty() { "empty" } else { "what it is" };
            return refuse("webhooks.secret", value.to_owned(), WebhookSecret::RULE);
        }
        Ok(())
    }
}

fn is_whole(url: &str) -> bool {
    let web = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    web && url.parse::<Address>().is_ok()
}

impl MailConfig {
    /// Whether letters are sent at all.
    pub fn is_on(&self) -> bool {
        !self.smtp.is_empty()
    }

    pub(super) fn check(&self, public_url: &str) -> Result<(), ConfigError> {
        if !(1..=10_080).contains(&self.every_minutes) {
            let rule = "use 1 to 10080, which is a week";
            return refuse("mail.every_minutes", self.every_minutes.to_string(), rule);
        }
        if !(1..=100).contains(&self.at_most) {
            return refuse("mail.at_most", self.at_most.to_string(), "use 1 to 100");
        }
        if !self.is_on() {
            return Ok(());
        }
        if !is_smtp(&self.smtp) {
            // The password in it is nobody's business.
            let rule = "write smtp://user:password@host:587, smtps://user:password@host:465, or \
                        smtp://localhost:25 without a login";
            return refuse("mail.smtp", "what it is".to_owned(), rule);
        }
        if public_url.is_empty() {
            let rule = "set public_url too: the links in the letters lead there";
            return refuse("mail.smtp", "set".to_owned(), rule);
        }
        if self.from.is_empty() {
            return refuse("mail.from", "empty".to_owned(), "name who writes the letters");
        }
        if self.to.is_empty() {
            return refuse("mail.to", "empty".to_owned(), "name the moderators' addresses");
        }
        if let Some(to) = self.to.iter().find(|to| !is_mail_address(to)) {
            return refuse("mail.to", to.clone(), "write addresses alone, e.g. lan@bao.example");
        }
        Ok(())
    }
}

/// A server without encryption may only be one on the same machine, for a login and readers' words go
/// to it.
fn is_smtp(written: &str) -> bool {
    let Ok(url) = Url::parse(written) else { return false };
    let bare = url.query().is_none() && matches!(url.path(), "" | "/") && url.fragment().is_none();
    bare && matches!(url.scheme(), "smtp" | "smtps")
        && !matches!(url.host(), None | Some(Host::Domain("")))
}

/// Whether it looks like an address without a name; the letter's writer knows it exactly.
fn is_mail_address(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;:\"()".contains(c);
    let halves = text.rsplit_once('@');
    text.len() <= 254
        && text.chars().all(plain)
        && halves.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

impl std::fmt::Debug for WebhooksConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let urls = &self.urls;
        f.debug_struct("WebhooksConfig").field("urls", urls).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, to) = (&self.from, &self.to);
        f.debug_struct("MailConfig").field("from", from).field("to", to).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn refusal(settings: &str) -> String {
        let config: Config = toml::from_str(settings).unwrap();
        config.check().map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn webhooks_need_a_secret_and_do_not_show_a_bad_one() {
        let urls = "[webhooks]\nurls = [\"https://cms.example/hook\"]\n";
        assert!(refusal(urls).contains("whsec_"));
        let bad = refusal(&format!("{urls}secret = \"whsec_bimat\""));
        assert!(bad.contains("webhooks.secret") && !bad.contains("bimat"), "{bad}");
        let secret = "secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"";
        assert_eq!(refusal(&format!("{urls}{secret}")), "");
        let scheme = format!("[webhooks]\nurls = [\"cms.example/hook\"]\n{secret}");
        assert!(refusal(&scheme).contains("webhooks.urls"));
        let only = |only: &str| refusal(&format!("{urls}{secret}\nonly = {{ {only} }}"));
        assert_eq!(only("\"https://cms.example/hook\" = [\"article.finished\"]"), "");
        for wrong in [
            "\"https://cms.example/other\" = [\"article.finished\"]",
            "\"https://cms.example/hook\" = [\"article.done\"]",
            "\"https://cms.example/hook\" = []",
        ] {
            assert!(only(wrong).contains("webhooks.only"), "{wrong}");
        }
    }

    #[test]
    fn letters_need_somewhere_for_their_links_to_lead() {
        let mail = "[mail]\nsmtp = \"smtp://a:bimat@mail.example:587\"\nfrom = \"a@bao.example\"\n\
                    to = [\"lan@bao.example\"]\n";
        let refused = refusal(mail);
        assert!(refused.contains("public_url") && !refused.contains("bimat"), "{refused}");
        let public = "public_url = \"https://doc.example\"\n";
        assert_eq!(refusal(&format!("{public}{mail}")), "");
        for (good, bad, setting) in [
            ("smtp://a:bimat@mail.example:587", "http://mail.example", "mail.smtp"),
            ("smtp://a:bimat@mail.example:587", "smtp://mail.example/?tls=none", "mail.smtp"),
            ("a@bao.example\"\nto", "\"\nto", "mail.from"),
            ("\"lan@bao.example\"", "", "mail.to"),
            ("lan@bao.example", "Lan <lan@bao.example>", "mail.to"),
            ("lan@bao.example", "lan@bao.example\\r\\nBcc: x@y.example", "mail.to"),
        ] {
            let refused = refusal(&format!("{public}{}", mail.replacen(good, bad, 1)));
            assert!(refused.contains(setting) && !refused.contains("bimat"), "{bad}: {refused}");
        }
    }
}

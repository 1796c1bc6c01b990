//! Letter -> a moderator's mailbox, by the newsroom's own mail server.

use std::time::Duration;

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::{Host, Url};

use super::letter::Letter;

/// How long the server may take for all of one letter.
const TOTAL: Duration = Duration::from_secs(30);

/// Sends letters.
pub struct Mailer {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why letters cannot be sent, or one was not.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the setting `mail.smtp` is not the address of a mail server")]
    Server,
    #[error("{0:?} cannot be written to or from: {1}")]
    Address(String, lettre::address::AddressError),
    #[error("the letter cannot be written: {0}")]
    Letter(#[from] lettre::error::Error),
    #[error("the mail server did not take the letter: {0}")]
    Refused(String),
    #[error("the mail server did not take the letter within {0:?}")]
    Timeout(Duration),
}

/// Says that no person wrote it, so that no person's absence answers (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Mailer {
    /// `smtp` and `from` as in the settings.
    pub fn new(smtp: &str, from: &str) -> Result<Self, MailError> {
        let from: Mailbox =
            from.parse().map_err(|error| MailError::Address(from.to_owned(), error))?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&connection(smtp)?)
            .map_err(|_| MailError::Server)?
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .timeout(Some(TOTAL))
            .build();
        Ok(Self { server, from })
    }

    /// Whether letters can go to an address.
    pub fn check(to: &str) -> Result<(), MailError> {
        address(to).map(|_| ())
    }

    /// The server has taken the letter when this returns.
    pub async fn send(&self, to: &str, letter: &Letter) -> Result<(), MailError> {
        let message = message(&self.from, to, letter)?;
        let sent = tokio::time::timeout(TOTAL, self.server.send(message)).await;
        match sent.map_err(|_| MailError::Timeout(TOTAL))? {
            Ok(_) => Ok(()),
            Err(error) => Err(MailError::Refused(told(&error))),
        }
    }
}

/// An error with what caused it.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// The address of the server with what our words stand for: without encryption on the same machine,
/// else with it, or not at all.
fn connection(smtp: &str) -> Result<String, MailError> {
    let mut url = Url::parse(smtp).map_err(|_| MailError::Server)?;
    if url.scheme() == "smtp" && !is_here(&url) {
        url.set_query(Some("tls=required"));
    }
    Ok(url.into())
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost"
                || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn address(to: &str) -> Result<Address, MailError> {
    to.parse().map_err(|error| MailError::Address(to.to_owned(), error))
}

fn message(from: &Mailbox, to: &str, letter: &Letter) -> Result<Message, MailError> {
    let parts = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, address(to)?))
        .subject(letter.subject.as_str())
        .date_now()
        .message_id(None)
        .header(AutoSubmitted)
        .multipart(parts)?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::super::letter::{comment, write};
    use super::*;

    fn formatted(letter: &Letter) -> String {
        let from = "Báo Nói <baonoi@bao.example>".parse().unwrap();
        let message = message(&from, "lan@bao.example", letter).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    /// The names of the headers, which end at the first empty line.
    fn headers(message: &str) -> Vec<String> {
        let head = message.split("\r\n\r\n").next().unwrap();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect()
    }

    #[test]
    fn a_title_with_line_breaks_adds_no_header() {
        let plain = headers(&formatted(&write(&[comment("Cầu mới", "Mai", "Hay lắm")], 1)));
        assert!(plain.contains(&"auto-submitted".to_owned()), "{plain:?}");
        for bad in [
            "Cầu\r\nBcc: x@y.example",
            "Cầu\nBcc: x@y.example",
            "A\r\n\r\n<html>",
            "Cầu\rBcc: x@y.example\u{0}",
        ] {
            let letter = write(&[comment(bad, bad, bad)], 1);
            assert_eq!(headers(&formatted(&letter)), plain, "{bad:?}");
        }
        // Also where the letter's writer had let one through.
        let letter = Letter {
            subject: "Cầu\r\nBcc: x@y.example".to_owned(),
            ..write(&[comment("Cầu mới", "Mai", "Hay lắm")], 1)
        };
        assert_eq!(headers(&formatted(&letter)), plain);
    }

    #[test]
    fn nothing_goes_unencrypted_to_another_machine() {
        for (smtp, wanted) in [
            ("smtp://a:b@mail.example:587", "smtp://a:b@mail.example:587?tls=required"),
            ("smtps://a:b@mail.example", "smtps://a:b@mail.example"),
            ("smtp://localhost:25", "smtp://localhost:25"),
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
            ("smtp://[::1]:25", "smtp://[::1]:25"),
            ("smtp://127.0.0.1.example", "smtp://127.0.0.1.example?tls=required"),
            ("smtp://10.0.0.5:25", "smtp://10.0.0.5:25?tls=required"),
        ] {
            assert_eq!(connection(smtp).unwrap(), wanted);
            assert!(Mailer::new(smtp, "Báo Nói <baonoi@bao.example>").is_ok(), "{smtp}");
        }
    }

    #[test]
    fn addresses_are_checked_at_the_start() {
        assert!(Mailer::new("smtp://localhost", "không phải địa chỉ").is_err());
        assert!(Mailer::check("lan@bao.example").is_ok());
        for bad in ["lan", "lan@", "lan@bao.example\r\nBcc: x@y.example", "<lan@bao.example>"] {
            assert!(Mailer::check(bad).is_err(), "{bad:?}");
        }
    }
}

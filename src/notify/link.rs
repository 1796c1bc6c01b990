//! The links in a letter: signed, so that a decision needs no login, and good for one comment, one
//! decision, one recipient and a week.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::domain::comment::CommentState;
use crate::domain::ids::CommentId;
use crate::domain::units::Timestamp;

/// Where links lead; what they ask for follows.
pub const PATH: &str = "/moderation/mail/";

/// How long a link is good, in milliseconds.
const LIFETIME_MS: i64 = 7 * 24 * 3600 * 1000;

/// What a signature is for, so that none that was made for something else passes for one.
const PURPOSE: &str = "baonoi letter 1";

/// What a link asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub comment: CommentId,
    /// What the comment shall become: approved or rejected.
    pub state: CommentState,
    /// The address that the letter went to.
    pub recipient: String,
    pub expires: Timestamp,
}

/// Why a link decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadLink {
    /// We did not sign it, or whom it was sent to gets no letters any more.
    Forged,
    Expired,
}

/// Makes and reads links.
#[derive(Clone)]
pub struct Links {
    key: hmac::Key,
    origin: String,
    recipients: Vec<String>,
}

impl Links {
    /// `origin` is how the recipients reach the service. Nobody else's link is good.
    pub fn new(secret: &str, origin: &str, recipients: &[String]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
            origin: origin.trim_end_matches('/').to_owned(),
            recipients: recipients.to_vec(),
        }
    }

    /// Those who get letters.
    pub fn recipients(&self) -> &[String] {
        &self.recipients
    }

    /// The address of a page of ours.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// When a link that is made now ends to be good.
    pub fn expires(now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add(LIFETIME_MS))
    }

    pub fn address(&self, link: &Link) -> String {
        let Link { comment, state, recipient, expires } = link;
        // The recipient last: an address has no space in it, but nobody has to rely on that.
        let asked = format!("{comment} {} {} {recipient}", state.name(), expires.0);
        let tag = hmac::sign(&self.key, &signed(asked.as_bytes()));
        let (asked, tag) = (URL_SAFE_NO_PAD.encode(asked), URL_SAFE_NO_PAD.encode(tag));
        self.page(&format!("{PATH}{asked}.{tag}"))
    }

    /// What the end of a link's address asks for.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Link, BadLink> {
        let link = self.read_signed(token).ok_or(BadLink::Forged)?;
        if !self.recipients.contains(&link.recipient) {
            return Err(BadLink::Forged);
        }
        if link.expires <= now { Err(BadLink::Expired) } else { Ok(link) }
    }

    fn read_signed(&self, token: &str) -> Option<Link> {
        let (asked, tag) = token.split_once('.')?;
        let asked = URL_SAFE_NO_PAD.decode(asked).ok()?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.key, &signed(&asked), &tag).ok()?;
        let asked = String::from_utf8(asked).ok()?;
        let mut parts = asked.splitn(4, ' ');
        let mut next = || parts.next();
        Some(Link {
            comment: next()?.parse().ok()?,
            state: CommentState::from_name(next()?)
                .filter(|state| *state != CommentState::Waiting)?,
            expires: Timestamp(next()?.parse().ok()?),
            recipient: next()?.to_owned(),
        })
    }
}

fn signed(asked: &[u8]) -> Vec<u8> {
    [PURPOSE.as_bytes(), b"\n", asked].concat()
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").field("recipients", &self.recipients).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAN: &str = "lan@bao.example";
    const MINH: &str = "minh@bao.example";

    fn links(secret: &str) -> Links {
        Links::new(secret, "https://doc.example/", &[LAN.to_owned()])
    }

    fn link() -> Link {
        Link {
            comment: "0197a000-0000-7000-8000-000000000001".parse().unwrap(),
            state: CommentState::Approved,
            recipient: LAN.to_owned(),
            expires: Timestamp(2_000),
        }
    }

    fn token(links: &Links, link: &Link) -> String {
        let address = links.address(link);
        address.strip_prefix("https://doc.example/moderation/mail/").unwrap().to_owned()
    }

    #[test]
    fn a_link_says_what_it_was_made_for_until_its_time_is_over() {
        let links = links("bí mật");
        let token = token(&links, &link());
        assert_eq!(links.read(&token, Timestamp(1_999)), Ok(link()));
        assert_eq!(links.read(&token, Timestamp(2_000)), Err(BadLink::Expired));
        assert_eq!(Links::expires(Timestamp(0)).0, 604_800_000);
    }

    #[test]
    fn what_we_did_not_sign_is_refused() {
        let links = links("bí mật");
        let good = token(&links, &link());
        let (asked, tag) = good.split_once('.').unwrap();
        let other = Link { state: CommentState::Rejected, ..link() };
        let rejecting = token(&links, &other);
        let mut forged = vec![
            String::new(),
            ".".to_owned(),
            asked.to_owned(),
            format!("{asked}."),
            format!("{}.{tag}", rejecting.split_once('.').unwrap().0),
            token(&Links::new("khác", "https://doc.example", &[LAN.to_owned()]), &link()),
        ];
        // Any letter that is changed makes it another one.
        for at in 0..good.len() {
            let mut changed = good.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            forged.push(String::from_utf8(changed).unwrap());
        }
        for token in forged {
            assert_eq!(links.read(&token, Timestamp(0)), Err(BadLink::Forged), "{token}");
        }
    }

    #[test]
    fn who_gets_no_letters_any_more_decides_nothing() {
        let links = links("bí mật");
        let token = token(&links, &Link { recipient: MINH.to_owned(), ..link() });
        assert_eq!(links.read(&token, Timestamp(0)), Err(BadLink::Forged));
    }

    #[test]
    fn a_link_cannot_make_a_comment_wait() {
        let links = links("bí mật");
        let token = token(&links, &Link { state: CommentState::Waiting, ..link() });
        assert_eq!(links.read(&token, Timestamp(0)), Err(BadLink::Forged));
    }
}

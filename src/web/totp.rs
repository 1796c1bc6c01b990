//! One-time codes (RFC 6238) and recovery codes: made, shown, and recognized.

use fast_qr::qr::QRBuilder;
use ring::hmac;
use url::form_urlencoded::byte_serialize;

use crate::domain::units::Timestamp;
use crate::store::hex;

/// How long a code is shown, in seconds: what every authenticator app takes for granted.
const STEP_SECONDS: i64 = 30;

/// A code of the step before or after is good too: RFC 6238 (section 5.2) allows for a slow hand, and
/// clocks of telephones run ahead as well.
const STEPS_AROUND: i64 = 1;

/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// 80 bits: far more than anybody can try, even with the hashes at hand.
const RECOVERY_BYTES: usize = 10;

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 8;

/// Light modules around a QR code (ISO/IEC 18004 asks for four).
const QUIET_MODULES: usize = 4;

/// What the service and somebody's telephone share.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// What somebody typed where a code is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// Six digits, as an app shows them.
    Code(u32),
    /// A recovery code in its canonical form.
    Recovery(String),
}

/// A QR code as one path of an SVG.
pub struct QrCode {
    /// Modules from edge to edge, the light ones around included.
    pub size: usize,
    /// Path data: the dark modules, a run of them at a time.
    pub path: String,
}

impl Secret {
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = vec![0; SECRET_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The form in which it is stored.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    pub fn from_hex(text: &str) -> Option<Self> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let pairs = text.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| match *pair {
            [high, low] => Some(digit(high)? * 16 + digit(low)?),
            _ => None,
        });
        bytes.collect::<Option<_>>().map(Self)
    }

    /// As people type it into an app: in groups of four.
    pub fn for_people(&self) -> String {
        grouped(&base32(&self.0), ' ')
    }

    /// What an app reads from a QR code (the key URI format of Google Authenticator).
    pub fn link(&self, issuer: &str, account: &str) -> String {
        let (issuer, account, secret) = (escaped(issuer), escaped(account), base32(&self.0));
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
    }

    /// The time step whose code this is, if it is one of now.
    pub fn step_of(&self, code: u32, now: Timestamp) -> Option<i64> {
        let present = now.0.div_euclid(STEP_SECONDS * 1000);
        let mut steps = present - STEPS_AROUND..=present + STEPS_AROUND;
        steps.find(|step| self.code(*step) == code)
    }

    /// The code of a time step (RFC 4226, section 5.3).
    fn code(&self, step: i64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let digest = hmac::sign(&key, &step.to_be_bytes());
        let digest = digest.as_ref();
        let at = usize::from(digest[digest.len() - 1] & 0xf);
        let word = digest[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        (word & 0x7fff_ffff) % 1_000_000
    }
}

impl Typed {
    /// However it was typed: with spaces, hyphens, capitals.
    pub fn new(text: &str) -> Self {
        let kept: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let is_code = kept.len() == 6 && kept.bytes().all(|byte| byte.is_ascii_digit());
        match kept.parse() {
            Ok(code) if is_code => Self::Code(code),
            _ => Self::Recovery(kept.to_ascii_lowercase()),
        }
    }
}

/// New recovery codes in their canonical form.
pub fn recovery_codes() -> Result<Vec<String>, getrandom::Error> {
    let code = |_| {
        let mut bytes = [0; RECOVERY_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(base32(&bytes).to_ascii_lowercase())
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// A recovery code as people write it down.
pub fn recovery_for_people(code: &str) -> String {
    grouped(code, '-')
}

/// A text as a QR code; `None` if it is too long for one.
pub fn qr_code(text: &str) -> Option<QrCode> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        let row = &code[y];
        let mut x = 0;
        while x < code.size {
            let dark = row[x..code.size].iter().take_while(|module| module.value()).count();
            if dark > 0 {
                let (left, top) = (x + QUIET_MODULES, y + QUIET_MODULES);
                path.push_str(&format!("M{left} {top}h{dark}v1h-{dark}z"));
            }
            x += dark.max(1);
        }
    }
    Some(QrCode { size: code.size + 2 * QUIET_MODULES, path })
}

/// Base 32 without padding (RFC 4648): no digit in it looks like a letter.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut five = [0; 5];
        five[..chunk.len()].copy_from_slice(chunk);
        let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            let letter = bits >> (35 - 5 * place) & 31;
            text.push(char::from(LETTERS[letter as usize]));
        }
    }
    text
}

fn grouped(text: &str, between: char) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(&between.to_string())
}

/// For a part of a link. Apps take "+" for itself, so a space is %20.
fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: eight digits there, of which an app shows the last six.
        let secret = Secret(b"12345678901234567890".to_vec());
        let vectors = [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ];
        for (seconds, code) in vectors {
            assert_eq!(secret.code(seconds / STEP_SECONDS), code % 1_000_000, "{seconds}");
        }
        // RFC 4226, appendix D.
        let counted = [755_224, 287_082, 359_152, 969_429, 338_314];
        for (step, code) in counted.into_iter().enumerate() {
            assert_eq!(secret.code(step as i64), code);
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_those_beside_it() {
        let secret = Secret(b"12345678901234567890".to_vec());
        let step = |seconds: i64| secret.step_of(287_082, Timestamp(seconds * 1000));
        // That code is of step 1, from second 30 to 59.
        for (seconds, found) in [(-1, None), (0, Some(1)), (45, Some(1)), (89, Some(1)), (90, None)]
        {
            assert_eq!(step(seconds), found, "{seconds}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        // RFC 4648, section 10, without the padding.
        let vectors = [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_secret_survives_being_stored() {
        let secret = Secret::new().unwrap();
        assert!(Secret::from_hex(&secret.to_hex()) == Some(secret.clone()));
        assert!(secret != Secret::new().unwrap());
        assert!(Secret::from_hex("abc").is_none() && Secret::from_hex("zz").is_none());
        let link = Secret(b"foobar".to_vec()).link("Báo Nói", "lan");
        assert_eq!(
            link,
            "otpauth://totp/B%C3%A1o%20N%C3%B3i:lan?secret=MZXW6YTBOI&issuer=B%C3%A1o%20N%C3%B3i"
        );
    }

    #[test]
    fn what_is_typed_is_recognized() {
        assert_eq!(Typed::new(" 028 708 "), Typed::Code(28_708));
        assert_eq!(Typed::new("28708"), Typed::Recovery("28708".into()));
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for code in codes {
            let shown = recovery_for_people(&code);
            assert_eq!(shown.len(), 19);
            assert_eq!(Typed::new(&shown.to_uppercase()), Typed::Recovery(code));
        }
    }

    #[test]
    fn a_qr_code_has_its_three_corners() {
        let code = qr_code("otpauth://totp/a").unwrap();
        // The upper edge of a corner is seven dark modules wide; two of them lie in the first row.
        let first = format!("M4 4h7v1h-7zM{} 4h7v1h-7z", code.size - 11);
        let row: String =
            code.path.split_inclusive('z').filter(|run| run.contains(" 4h7")).collect();
        assert_eq!(row, first);
        assert!(code.path.contains(&format!("M4 {}h7", code.size - 5)));
        assert!(qr_code(&"a".repeat(10_000)).is_none());
    }
}

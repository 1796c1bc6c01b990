//! The keys of the newspaper's login, checked before the first token comes.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jsonwebtoken::{Algorithm, DecodingKey};

/// The shortest secret of HS256, in bytes: as long as what it signs with (RFC 7518, section 3.2).
const SECRET_BYTES_MIN: usize = 32;

/// The shortest RSA key, in bits (RFC 7518, section 3.3).
const RSA_BITS_MIN: usize = 2048;

const ED25519_BYTES: usize = 32;

/// Base64 as people paste it, with or without `=` at its end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A key, and the one algorithm that it is for.
#[derive(Clone, Debug)]
pub struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
    /// The `kid` of the tokens that it signs; `None`: of any.
    pub(super) id: Option<String>,
}

/// Why something is no key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableKey {
    #[error("the secret is not base64")]
    NotBase64,
    #[error("the secret has {0} bytes; HS256 needs at least {SECRET_BYTES_MIN}")]
    ShortSecret(usize),
    #[error("this is no public key of {0} in PEM (\"-----BEGIN PUBLIC KEY-----\")")]
    NotPem(&'static str),
    #[error("this is a private key, which has no business here; give the public one")]
    Private,
    #[error("the RSA key has {0} bits; RS256 needs at least {RSA_BITS_MIN}")]
    ShortRsa(usize),
}

impl Key {
    /// A secret that the login shares with us, in base64.
    pub fn hs256(secret: &str) -> Result<Self, UnusableKey> {
        let secret = BASE64.decode(secret.trim()).map_err(|_| UnusableKey::NotBase64)?;
        if secret.len() < SECRET_BYTES_MIN {
            return Err(UnusableKey::ShortSecret(secret.len()));
        }
        let key = DecodingKey::from_secret(&secret).map_err(|_| UnusableKey::NotBase64)?;
        Ok(Self { algorithm: Algorithm::HS256, key, id: None })
    }

    /// An RSA public key, the text of a PEM file.
    pub fn rs256(pem: &str) -> Result<Self, UnusableKey> {
        refuse_private(pem)?;
        let unusable = || UnusableKey::NotPem("RSA");
        let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| unusable())?;
        let der = key.try_get_as_bytes().map_err(|_| unusable())?;
        match modulus_bits(der).ok_or_else(unusable)? {
            RSA_BITS_MIN.. => Ok(Self { algorithm: Algorithm::RS256, key, id: None }),
            bits => Err(UnusableKey::ShortRsa(bits)),
        }
    }

    /// An Ed25519 public key, the text of a PEM file.
    pub fn eddsa(pem: &str) -> Result<Self, UnusableKey> {
        refuse_private(pem)?;
        let unusable = || UnusableKey::NotPem("Ed25519");
        let key = DecodingKey::from_ed_pem(pem.as_bytes()).map_err(|_| unusable())?;
        let bytes = key.try_get_as_bytes().map_err(|_| unusable())?;
        if bytes.len() != ED25519_BYTES {
            return Err(unusable());
        }
        Ok(Self { algorithm: Algorithm::EdDSA, key, id: None })
    }

    /// The same for tokens that name it; an empty `id` changes nothing.
    pub fn named(self, id: &str) -> Self {
        Self { id: (!id.is_empty()).then(|| id.to_owned()), ..self }
    }
}

fn refuse_private(pem: &str) -> Result<(), UnusableKey> {
    if pem.contains("PRIVATE KEY") { Err(UnusableKey::Private) } else { Ok(()) }
}

/// The length of the modulus, the first number of an `RSAPublicKey` in DER (RFC 8017, appendix A.1.1).
fn modulus_bits(der: &[u8]) -> Option<usize> {
    let numbers = contents(der, 0x30)?;
    let modulus = contents(numbers, 0x02)?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let significant = &modulus[first..];
    Some(significant.len() * 8 - significant[0].leading_zeros() as usize)
}

/// What is in a DER value with that tag.
fn contents(der: &[u8], tag: u8) -> Option<&[u8]> {
    let rest = der.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return rest.get(..usize::from(first));
    }
    let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    if length.len() > 4 {
        return None;
    }
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    rest.get(..length)
}

//! The cryptography behind the tokens: ring, which TLS brings anyway.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::hmac;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: no_signer,
    verifier_factory: verifier,
    // They serve JSON Web Keys, which we do not read.
    key_utils: KeyUtils::new_unimplemented(),
};

/// One provider for the process; a second call finds it installed, which is as good.
pub fn install() {
    let _ = PROVIDER.install_default();
}

/// An algorithm that is one of ours, with its key.
struct WithRing {
    algorithm: Algorithm,
    key: Vec<u8>,
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(Box::new(WithRing { algorithm: *algorithm, key: key.try_get_as_bytes()?.to_vec() }))
}

/// We ask who readers are; we vouch for nobody.
fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

impl Verifier<Vec<u8>> for WithRing {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let verified = match self.algorithm {
            Algorithm::HS256 => {
                hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &self.key), message, signature)
            }
            Algorithm::RS256 => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.key)
                .verify(message, signature),
            Algorithm::EdDSA => {
                UnparsedPublicKey::new(&ED25519, &self.key).verify(message, signature)
            }
            _ => return Err(Error::new()),
        };
        verified.map_err(|_| Error::new())
    }
}

impl JwtVerifier for WithRing {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

//! Another JOSE library than the issuer's and than the harness's: `jwt-compact`.

use jwt_compact::alg::{Ed25519, Es256, Es256k, Rsa};
use jwt_compact::jwk::JsonWebKey;
use jwt_compact::{
    Algorithm, AlgorithmExt as _, Empty, ParseError, UntrustedToken, ValidationError,
};
use serde_json::{Map, Value};
use vcispec::fuzzing::SecondOpinion;

/// What it says of this compact JWS by the key of this public JWK.
pub fn verify(jwk: &Value, jws: &str) -> SecondOpinion {
    let token: UntrustedToken<'_, Empty> = match UntrustedToken::new(jws) {
        Ok(token) => token,
        Err(ParseError::InvalidTokenStructure | ParseError::InvalidBase64Encoding) => {
            return SecondOpinion::Refused;
        }
        Err(_) => return SecondOpinion::None,
    };
    let Ok(key) = serde_json::from_value::<JsonWebKey<'_>>(jwk.clone()) else {
        return SecondOpinion::None;
    };
    match jwk["crv"].as_str() {
        Some("P-256") => by(&Es256, &key, &token),
        Some("secp256k1") => by(&<Es256k>::default(), &key, &token),
        Some("Ed25519") => by(&Ed25519, &key, &token),
        None => match token.algorithm().parse::<Rsa>() {
            Ok(algorithm) => by(&algorithm, &key, &token),
            Err(_) => SecondOpinion::Refused,
        },
        Some(_) => SecondOpinion::None,
    }
}

fn by<'k, A>(algorithm: &A, key: &'k JsonWebKey<'k>, token: &UntrustedToken<'_>) -> SecondOpinion
where
    A: Algorithm,
    A::VerifyingKey: TryFrom<&'k JsonWebKey<'k>>,
{
    let Ok(key) = A::VerifyingKey::try_from(key) else {
        return SecondOpinion::None;
    };
    match algorithm
        .validator::<Map<String, Value>>(&key)
        .validate(token)
    {
        Ok(_) => SecondOpinion::Verified,
        Err(ValidationError::MalformedClaims(_)) => SecondOpinion::None,
        Err(_) => SecondOpinion::Refused,
    }
}

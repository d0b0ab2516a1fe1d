//! Freezing cases against the reference issuer, and the reference issuer as frozen vectors want it.
//!
//! The two do not lean on each other: [`freeze`] gets its requests from whole sessions, [`frozen_issuer`] knows
//! nothing but what stands in a file.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::Bench;
use crate::case::Case;
use crate::corpus::frozen::{self, FreezeError, Frozen, KeyPair, Keys, Setup, State};
use crate::issuer::{
    Builder, Issuer, ManualClock, Past, PastAuthorisation, PastPromise, ReproducibleSignatures,
};
use crate::oracle::Oracle;
use crate::profile::{EBSI_V3, Profile};
use crate::transcript::Transcript;

/// The time of every request: 2024-01-01T00:00:00Z, in seconds since the Unix epoch.
const TIME: Duration = Duration::from_secs(1_704_067_200);

/// Where the issuer of frozen vectors stands. Nothing is sent there.
const ORIGIN: &str = "https://issuer.example";

/// Freezes every case that can be. Equal builds write equal bytes, wherever and whenever.
///
/// # Errors
/// The reference issuer does not answer one of them as it must, which is a bug.
///
/// # Panics
/// If the reference issuer cannot be built.
pub fn freeze() -> Result<Frozen, FreezeError> {
    let profile: &'static Profile = &EBSI_V3;
    let setup = setup(bench(profile, TIME).issuer());
    let drafts = frozen::drafts(profile);
    frozen::freeze(profile, &setup, &drafts, |case| play(profile, case))
}

/// An issuer that is as a file of frozen vectors says: `setup` of the file and `state` of the test. `change` may
/// give it a defect or a reading.
///
/// # Errors
/// The reference issuer cannot be set up so, or cannot have such a state.
pub fn frozen_issuer(
    setup: &Setup,
    state: &State,
    change: impl FnOnce(Builder) -> Builder,
) -> Result<Issuer, String> {
    let words = |error: &dyn std::error::Error| {
        let causes = std::iter::successors(Some(error), |error| error.source());
        let words: Vec<String> = causes.map(ToString::to_string).collect();
        words.join(": ")
    };
    let (origin, prefix) = place(setup)?;
    let clock = ManualClock::new(Duration::from_secs(setup.time));
    let builder = Issuer::builder()
        .origin(origin)
        .prefix(prefix)
        .issuer_did(setup.issuer_did.as_str())
        .auth_key(setup.keys.authorization_server.private.clone())
        .issuer_key(setup.keys.credential_issuer.private.clone())
        .signatures(Arc::new(ReproducibleSignatures))
        .clock(Arc::new(clock));
    let issuer = change(builder).build().map_err(|error| words(&error))?;
    issuer.recall(&past(state)).map_err(|error| words(&error))?;
    Ok(issuer)
}

/// Origin and path prefix of the reference issuer that has these identifiers.
fn place(setup: &Setup) -> Result<(String, String), String> {
    let identifier = &setup.credential_issuer;
    let url = Url::parse(identifier).map_err(|error| format!("credentialIssuer: {error}"))?;
    let origin = url.origin().ascii_serialization();
    let prefix = url.path().strip_suffix("/issuer-mock").ok_or_else(|| {
        format!("the reference issuer stands at /issuer-mock, so it cannot be {identifier}")
    })?;
    let server = format!("{origin}{prefix}/auth-mock");
    if server == setup.authorization_server {
        Ok((origin, prefix.to_owned()))
    } else {
        Err(format!(
            "the authorization server of the reference issuer {identifier} is {server}, not {}",
            setup.authorization_server
        ))
    }
}

fn past(state: &State) -> Past {
    let promise = |token: &frozen::AcceptanceToken| PastPromise {
        acceptance_token: token.value.clone(),
        is_ready: token.ready,
        format: token.format.clone(),
        types: token.types.clone(),
        subject: token.subject.clone(),
    };
    let authorisation = |code: &frozen::AuthorizationCode| PastAuthorisation {
        code: code.value.clone(),
        client_id: code.client_id.clone(),
        subject: code.subject.clone(),
        code_challenge: code.code_challenge.clone(),
        nonce: code.nonce.clone(),
        authorization_details: code.authorization_details.clone(),
    };
    let redeemed = state.pre_authorized_codes.iter();
    let redeemed = redeemed.filter(|code| code.redeemed);
    let open = state.authorization_codes.iter();
    let open = open.filter(|code| !code.redeemed);
    Past {
        used_access_tokens: state.used_access_tokens.clone(),
        promises: state.acceptance_tokens.iter().map(promise).collect(),
        redeemed_codes: redeemed.map(|code| code.value.clone()).collect(),
        authorisations: open.map(authorisation).collect(),
    }
}

fn setup(issuer: &Issuer) -> Setup {
    Setup {
        time: TIME.as_secs(),
        credential_issuer: issuer.issuer_url().to_owned(),
        authorization_server: issuer.auth_url().to_owned(),
        issuer_did: issuer.issuer_did().to_owned(),
        keys: Keys {
            authorization_server: pair(issuer.auth_key_jwk()),
            credential_issuer: pair(issuer.issuer_key_jwk()),
        },
    }
}

fn pair(private: Value) -> KeyPair {
    let mut public = private.clone();
    if let Some(members) = public.as_object_mut() {
        members.remove("d");
    }
    KeyPair { public, private }
}

/// A bench that nothing was played on.
fn bench(profile: &'static Profile, start: Duration) -> Bench {
    let builder = Issuer::builder()
        .origin(ORIGIN)
        .signatures(Arc::new(ReproducibleSignatures));
    Bench::beginning_at(builder, profile, Oracle::new(profile), start)
}

/// Plays a case such that its last request is sent at [`TIME`]: where time passes in it, it begins earlier.
fn play(profile: &'static Profile, case: &Case) -> Transcript {
    let transcript = bench(profile, TIME).play(case, 0);
    let last = transcript.steps().last();
    let took = last.map_or(Duration::ZERO, |exchange| {
        exchange.sent_at.saturating_sub(TIME)
    });
    if took.is_zero() {
        return transcript;
    }
    bench(profile, TIME.saturating_sub(took)).play(case, 0)
}

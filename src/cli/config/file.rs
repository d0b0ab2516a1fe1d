//! What may stand in `vcispec.toml`, as it is read. Unknown keys are errors.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) issuer: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) workers: Option<u16>,
    #[serde(default)]
    pub(super) endpoints: EndpointKeys,
    #[serde(default)]
    pub(super) session: Session,
    #[serde(default)]
    pub(super) holder: HolderKeys,
    #[serde(default)]
    pub(super) http: HttpKeys,
    pub(super) liveness: Option<LivenessKeys>,
    #[serde(default)]
    pub(super) invariants: InvariantKeys,
    #[serde(default)]
    pub(super) expectations: Vec<ExpectationKeys>,
}

/// `[endpoints]`: URLs that count more than what the issuer's documents say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndpointKeys {
    pub(super) issuer_metadata: Option<String>,
    pub(super) auth_metadata: Option<String>,
    pub(super) credential: Option<String>,
    pub(super) deferred: Option<String>,
    pub(super) token: Option<String>,
    pub(super) authorization: Option<String>,
}

/// `[session]`: how a session comes about.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    #[serde(default)]
    pub(super) kind: Kind,
    /// For `offer` and `authorization-code`: the offer URI. For `offer-http`: a JSON pointer to it in the answer.
    pub(super) offer: Option<String>,
    /// For `offer-command`: what prints the offer URI. For `static-token`: what prints an access token. For
    /// `authorization-code`: what logs in.
    pub(super) command: Option<String>,
    /// For `static-token`: the access token of every session.
    pub(super) access_token: Option<String>,
    /// For `static-token`: the nonce that goes with it.
    pub(super) c_nonce: Option<String>,
    /// For `authorization-code`: what the authorization request says.
    pub(super) client_id: Option<String>,
    pub(super) redirect_uri: Option<String>,
    pub(super) scope: Option<String>,
    /// For `offer-http`.
    pub(super) method: Option<String>,
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    pub(super) pin: Option<Pin>,
    pub(super) nonce: Option<Nonce>,
    #[serde(default)]
    pub(super) token_parameters: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) fresh_per_case: bool,
}

/// How a session comes about; for most, where offers come from.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// The issuer's `initiate-credential-offer` endpoint.
    #[default]
    EbsiInitiate,
    /// One offer URI.
    Offer,
    /// A command prints one.
    OfferCommand,
    /// An HTTP request is answered with one.
    OfferHttp,
    /// There is no offer: the access token is given.
    StaticToken,
    /// Somebody logs in, which gives an authorization code.
    AuthorizationCode,
}

/// Which `c_nonce` a proof holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Nonce {
    /// That of the token response.
    TokenResponse,
    /// The latest of any answer.
    Latest,
}

/// `[session.pin]`: where PINs come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pin {
    pub(super) rule: PinKind,
    /// For `fixed`.
    pub(super) value: Option<String>,
    /// For `offer`: a JSON pointer into the answer that held the offer.
    pub(super) pointer: Option<String>,
}

/// Where PINs come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PinKind {
    None,
    Ebsi,
    Fixed,
    Offer,
}

/// `[holder]`: who asks for credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HolderKeys {
    pub(super) key: Option<String>,
    pub(super) id: Option<String>,
    pub(super) iss: Option<bool>,
}

/// `[http]`: what every request has, and how the issuer is reached.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpKeys {
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) proxy: Option<String>,
    pub(super) ca_cert: Option<PathBuf>,
    #[serde(default)]
    pub(super) insecure: bool,
    pub(super) client_cert: Option<PathBuf>,
    pub(super) client_key: Option<PathBuf>,
}

/// `[liveness]`: how a target that died is noticed, and started again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LivenessKeys {
    pub(super) health: Option<String>,
    pub(super) restart: Option<String>,
    #[serde(default = "LivenessKeys::limit")]
    pub(super) limit: u32,
    pub(super) control: Option<NonZeroUsize>,
}

impl LivenessKeys {
    const fn limit() -> u32 {
        100
    }
}

/// `[invariants]`: rules that are not asked, or that weigh less or more.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InvariantKeys {
    #[serde(default)]
    pub(super) disable: Vec<String>,
    #[serde(default)]
    pub(super) level: BTreeMap<String, Level>,
}

/// How much a broken rule weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Level {
    Note,
    Tolerable,
    Failure,
}

/// An entry of `[[expectations]]`: a deviation that is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectationKeys {
    pub(super) invariant: String,
    /// Only at this endpoint.
    pub(super) endpoint: Option<String>,
    pub(super) reason: String,
}

//! The reference issuer: a credential issuer and authorization server that follow EBSI conformance v3.
//!
//! [`Issuer::handle`] answers one HTTP request. It is synchronous and opens no socket: time, randomness, signatures and DID
//! resolution are arguments of the [`Builder`], so that equal inputs give equal verdicts. `serve` puts the same function behind hyper.
//!
//! Nothing here may be imported by the judging side, and nothing of the judging side is imported here: did:key decoding and JWS
//! handling exist in both on purpose, so that one mistake cannot hide on both sides.
//!
//! Start at [`service`](Issuer) for the routes and at `credential/mod.rs` for the order in which a credential request is validated.

mod access_token;
mod auth_metadata;
mod authorisation;
mod authorize;
mod base64url;
mod builder;
mod catalogue;
mod client_keys;
mod clients;
mod clock;
mod credential;
mod credential_deferred;
mod credential_subject;
mod defect;
mod did;
mod direct_post;
mod fetch;
mod form;
#[cfg(feature = "cli")]
mod guarded_fetcher;
mod initiate_offer;
mod issuer_metadata;
mod issues;
mod json;
mod jwks;
mod jws;
mod keys;
mod lies;
mod media_type;
mod named;
mod offer;
mod openapi;
mod past;
mod pin;
mod presentation;
mod public_key;
mod randomness;
mod reading;
mod redirect;
mod registry;
mod reply;
mod request_uri;
mod route;
mod schema;
#[cfg(feature = "cli")]
mod serve;
mod service;
mod signatures;
mod status_list;
mod store;
mod token;
mod verifiable_credential;

pub use builder::{BuildError, Builder};
pub use catalogue::{OfferedType, unoffered_types};
pub use clients::{ClientError, ClientMetadata};
pub use clock::{Clock, ManualClock, SystemClock};
pub use defect::{Defect, UnknownDefect};
pub use did::{DidDocument, DidResolver, EmptyRegistry, VerificationMethod, did_key_jwk};
pub use fetch::{FetchError, Fetcher, NoFetcher};
#[cfg(feature = "cli")]
pub use guarded_fetcher::GuardedFetcher;
pub use jws::verify_jws;
pub use keys::{KeyError, SigningKey};
pub use past::{Past, PastAuthorisation, PastError, PastPromise};
pub use pin::user_pin;
pub use public_key::{Algorithm, PublicKey};
pub use randomness::{Randomness, SeededRandomness};
pub use reading::{Reading, UnknownReading};
pub use registry::{DidDocumentError, DidRegistry};
pub use reply::RefusedAt;
#[cfg(feature = "cli")]
pub use serve::{Service, serve};
pub use service::{BODY_LIMIT, Issuer, Sessions};
pub use signatures::{LibrarySignatures, ReproducibleSignatures, Signatures, SigningError};

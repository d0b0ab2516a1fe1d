//! Assembling an issuer.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::clients::{ClientMetadata, Clients};
use super::clock::{Clock, SystemClock};
use super::defect::Defect;
use super::did::{DidResolver, did_key};
use super::fetch::{Fetcher, NoFetcher};
use super::keys::{KeyError, SigningKey};
use super::lies::Memory;
use super::named::Switches;
use super::randomness::{Randomness, SeededRandomness};
use super::reading::Reading;
use super::registry::{DidRegistry, attribute_id, document_of, method_id};
use super::service::Issuer;
use super::signatures::{LibrarySignatures, Signatures};
use super::store::Store;

/// Assembles an [`Issuer`]; everything has a default.
#[must_use]
pub struct Builder {
    origin: String,
    prefix: String,
    registries: Option<String>,
    seed: u64,
    auth_key: Option<Value>,
    issuer_key: Option<Value>,
    issuer_did: String,
    deferred_delay: Duration,
    clock: Arc<dyn Clock>,
    randomness: Option<Arc<dyn Randomness>>,
    signatures: Arc<dyn Signatures>,
    did_registry: DidRegistry,
    did_resolver: Option<Arc<dyn DidResolver>>,
    clients: Vec<ClientMetadata>,
    fetcher: Arc<dyn Fetcher>,
    defects: Switches<Defect>,
    readings: Switches<Reading>,
}

impl Builder {
    /// Scheme, host and port under which clients reach the issuer, such as `https://issuer.example`. Default `http://localhost:3000`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = origin.into();
        self
    }

    /// The path before `/issuer-mock` and `/auth-mock`. Default `/conformance/v3`; may be empty.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The URL under which the registries of DIDs, of trusted issuers and of schemas stand, to which credentials link. They are
    /// served there if it begins with the origin. Default: the origin.
    pub fn registries(mut self, url: impl Into<String>) -> Self {
        self.registries = Some(url.into());
        self
    }

    /// Determines the keys, and the randomness unless that is given. Default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The private key of the authorization server: a JWK of type EC on P-256. Default: derived from the seed.
    pub fn auth_key(mut self, jwk: Value) -> Self {
        self.auth_key = Some(jwk);
        self
    }

    /// The private key of the issuer: a JWK of type EC on P-256. Default: derived from the seed.
    pub fn issuer_key(mut self, jwk: Value) -> Self {
        self.issuer_key = Some(jwk);
        self
    }

    /// The DID that stands in credentials as their issuer; `did:key` alone stands for the did:key of the issuer's key.
    pub fn issuer_did(mut self, did: impl Into<String>) -> Self {
        self.issuer_did = did.into();
        self
    }

    /// How long a deferred credential is not ready. Default 5 seconds.
    pub fn deferred_delay(mut self, delay: Duration) -> Self {
        self.deferred_delay = delay;
        self
    }

    /// Where the time comes from. Default [`SystemClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where nonces and identifiers come from. Default [`SeededRandomness`] of the seed.
    pub fn randomness(mut self, randomness: Arc<dyn Randomness>) -> Self {
        self.randomness = Some(randomness);
        self
    }

    /// What verifies and signs. Default [`LibrarySignatures`].
    pub fn signatures(mut self, signatures: Arc<dyn Signatures>) -> Self {
        self.signatures = signatures;
        self
    }

    /// The DID documents that the DID registry serves beside that of the issuer. Default: none.
    pub fn did_registry(mut self, registry: DidRegistry) -> Self {
        self.did_registry = registry;
        self
    }

    /// Where DIDs other than did:key are looked up. Default: the DID registry.
    pub fn did_resolver(mut self, resolver: Arc<dyn DidResolver>) -> Self {
        self.did_resolver = Some(resolver);
        self
    }

    /// The service wallets that are registered beforehand. Default none: any may come, and says where its keys are.
    pub fn clients(mut self, clients: Vec<ClientMetadata>) -> Self {
        self.clients = clients;
        self
    }

    /// What fetches the keys and request objects of service wallets. Default [`NoFetcher`].
    pub fn fetcher(mut self, fetcher: Arc<dyn Fetcher>) -> Self {
        self.fetcher = fetcher;
        self
    }

    /// Gives the issuer a bug; may be called several times.
    pub fn defect(mut self, defect: Defect) -> Self {
        self.defects.insert(defect);
        self
    }

    /// Has the issuer use what the profile leaves open in another way; may be called several times.
    pub fn reading(mut self, reading: Reading) -> Self {
        self.readings.insert(reading);
        self
    }

    /// Puts the issuer together.
    ///
    /// # Errors
    /// The origin, the prefix, the issuer's DID or a key is not what it must be.
    pub fn build(self) -> Result<Issuer, BuildError> {
        let origin = parse_origin(&self.origin)?;
        let prefix = parse_prefix(&self.prefix)?;
        let key = |given: &Option<Value>, purpose: &'static str| {
            let key = given.as_ref().map_or_else(
                || SigningKey::derive(self.seed, purpose),
                SigningKey::from_jwk,
            );
            key.map_err(|source| BuildError::Key { purpose, source })
        };
        let auth_key = key(&self.auth_key, "authorization server")?;
        let issuer_key = key(&self.issuer_key, "issuer")?;
        let (issuer_did, issuer_kid) = identify(self.issuer_did, &issuer_key)?;
        let registries = self.registries.unwrap_or_else(|| origin.clone());
        let registries = registries.trim_end_matches('/').to_owned();
        let did_registry = with_issuer(self.did_registry, &issuer_did, &issuer_key)?;
        Ok(Issuer {
            issuer_url: format!("{origin}{prefix}/issuer-mock"),
            auth_url: format!("{origin}{prefix}/auth-mock"),
            registries_path: registries.strip_prefix(&origin).map(str::to_owned),
            registries,
            origin,
            prefix,
            attribute_id: attribute_id(&issuer_did),
            issuer_did,
            issuer_kid,
            auth_key,
            issuer_key,
            deferred_delay: self.deferred_delay,
            clock: self.clock,
            randomness: self
                .randomness
                .unwrap_or_else(|| Arc::new(SeededRandomness::new(self.seed))),
            signatures: self.signatures,
            did_resolver: self
                .did_resolver
                .unwrap_or_else(|| Arc::new(did_registry.clone())),
            did_registry,
            clients: Clients::new(self.clients),
            fetcher: self.fetcher,
            defects: self.defects,
            readings: self.readings,
            store: Store::default(),
            memory: Memory::default(),
        })
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            origin: "http://localhost:3000".to_owned(),
            prefix: "/conformance/v3".to_owned(),
            registries: None,
            seed: 0,
            auth_key: None,
            issuer_key: None,
            issuer_did: "did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD".to_owned(),
            deferred_delay: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
            randomness: None,
            signatures: Arc::new(LibrarySignatures),
            did_registry: DidRegistry::default(),
            did_resolver: None,
            clients: Vec::new(),
            fetcher: Arc::new(NoFetcher),
            defects: Switches::default(),
            readings: Switches::default(),
        }
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("origin", &self.origin)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// Why an issuer could not be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Not an http or https origin.
    #[error(
        "{0:?} is not an origin: it must be http:// or https:// with a host, perhaps a port, and nothing after it"
    )]
    Origin(String),
    /// Not a path.
    #[error(
        "{0:?} is not a path prefix: it must be empty, or begin with a slash, not end in one, and hold unreserved characters only"
    )]
    Prefix(String),
    /// Not a DID.
    #[error("{0:?} is not a DID")]
    IssuerDid(String),
    /// A did:key that the issuer could not sign for.
    #[error("{given:?} is not the did:key of the issuer's key, which is {own:?}")]
    ForeignDidKey {
        /// What was asked for.
        given: String,
        /// The did:key of the issuer's key.
        own: String,
    },
    /// The DID registry contradicts the issuer.
    #[error(
        "the DID document of the issuer ({did}) does not list its key {kid} under \"assertionMethod\""
    )]
    IssuerDocument {
        /// The issuer's DID.
        did: String,
        /// The id of its key.
        kid: String,
    },
    /// A key could not be read.
    #[error("could not read the key of the {purpose}")]
    Key {
        /// Whose key it is.
        purpose: &'static str,
        /// What is wrong with it.
        source: KeyError,
    },
}

/// The issuer's DID and the id of its key in the DID document.
fn identify(did: String, key: &SigningKey) -> Result<(String, String), BuildError> {
    if did == "did:key" || did.starts_with("did:key:") {
        let (own, kid) = did_key(key.public().canonical_jwk());
        if did != "did:key" && did != own {
            return Err(BuildError::ForeignDidKey { given: did, own });
        }
        return Ok((own, kid));
    }
    if !did.starts_with("did:") || did.contains(['#', '/', '?']) {
        return Err(BuildError::IssuerDid(did));
    }
    let kid = method_id(&did, key);
    Ok((did, kid))
}

/// The registry with the issuer's own document in it; a did:key carries its own.
fn with_issuer(
    mut registry: DidRegistry,
    did: &str,
    key: &SigningKey,
) -> Result<DidRegistry, BuildError> {
    if did.starts_with("did:key:") {
        return Ok(registry);
    }
    let kid = method_id(did, key);
    let Some(document) = registry.document(did) else {
        registry.publish(did, document_of(did, key));
        return Ok(registry);
    };
    let lists_key = document["assertionMethod"]
        .as_array()
        .is_some_and(|ids| ids.iter().any(|id| *id == kid));
    if lists_key {
        return Ok(registry);
    }
    Err(BuildError::IssuerDocument {
        did: did.to_owned(),
        kid,
    })
}

fn parse_origin(text: &str) -> Result<String, BuildError> {
    let invalid = || BuildError::Origin(text.to_owned());
    let url = Url::parse(text).map_err(|_| invalid())?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https")
        || !url.has_host()
        || url.password().is_some()
        || !is_bare
    {
        return Err(invalid());
    }
    Ok(url.origin().ascii_serialization())
}

fn parse_prefix(text: &str) -> Result<String, BuildError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let is_path =
        text.is_empty() || (text.starts_with('/') && !text.ends_with('/') && !text.contains("//"));
    if is_path && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(BuildError::Prefix(text.to_owned()))
    }
}

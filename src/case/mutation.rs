//! A mutation: one named change to a request that would otherwise be accepted.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::grant::Grant;
use super::op::{Jws, Member, Op, Slot};
use super::stage::{Endpoint, Stage};
use crate::clauses::Clause;

/// What a mutation must do to the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The request must be refused.
    Malformed,
    /// The outcome must not change.
    Benign,
    /// Conformant issuers differ; the name of the point of latitude.
    Either(&'static str),
}

/// What a mutation needs beyond a session with the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// The authorization server's private key, to mint access tokens.
    AuthKey,
    /// A second session of the same holder with the same issuer.
    OtherSession,
    /// A session of another holder with the same issuer.
    OtherHolder,
    /// A second session of the same holder that has its access token.
    OtherTokens,
    /// The session's acceptance token, so that its credential was requested before.
    AcceptanceToken,
    /// A second name of the service wallet, whose keys are found through a redirect only.
    RedirectedKeys,
}

impl Need {
    /// Stable name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AuthKey => "as-key",
            Self::OtherSession => "other-session",
            Self::OtherHolder => "other-holder",
            Self::OtherTokens => "other-tokens",
            Self::AcceptanceToken => "acceptance-token",
            Self::RedirectedKeys => "redirected-keys",
        }
    }
}

/// The catalogue's description of a mutation.
#[derive(Debug)]
pub struct Entry {
    /// Stable identifier, `topic/slug`.
    pub id: String,
    /// What is wrong with the request, in one sentence.
    pub doc: String,
    /// Which endpoint's request is changed.
    pub endpoint: Endpoint,
    /// Whether the request must be refused.
    pub effect: Effect,
    /// The stage at which a request with this fault alone is refused; `None` if it must not be.
    pub stage: Option<Stage>,
    /// Whether the reference issuer accepts it, where conformant issuers differ.
    pub reference_accepts: bool,
    /// The rule that the mutation puts to the test.
    pub clause: &'static Clause,
    /// What it needs.
    pub needs: Vec<Need>,
    /// The grants whose sessions have such a request; empty if all have.
    pub grants: &'static [Grant],
    /// Points of latitude that widen the allowed outcomes beyond those of the stage.
    pub latitude: Vec<&'static str>,
    /// What it does.
    pub ops: Vec<Op>,
    /// Whether it was derived by a general mechanism (near-misses, types of other flows) from a slot.
    pub expansion: bool,
}

impl Entry {
    /// The slots it writes to.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.ops.iter().map(Op::slot)
    }
}

/// A handle on an entry of the catalogue. In JSON, the entry's identifier.
#[derive(Clone, Copy)]
pub struct Mutation(&'static Entry);

impl Mutation {
    /// The mutation with this identifier.
    pub fn find(id: &str) -> Option<Self> {
        REGISTRY.by_id.get(id).copied()
    }

    /// Every mutation, in the order of the catalogue.
    pub fn all() -> &'static [Self] {
        &REGISTRY.all
    }

    /// Every mutation of requests to this endpoint.
    pub fn of(endpoint: Endpoint) -> impl Iterator<Item = Self> {
        Self::all()
            .iter()
            .copied()
            .filter(move |mutation| mutation.endpoint == endpoint)
    }

    /// Whether both can be made to one request without one undoing the other. What both take from
    /// one other session might fit together and make a good request.
    pub fn combines_with(self, other: Self) -> bool {
        let borrowed = [Need::OtherSession, Need::OtherHolder, Need::OtherTokens];
        let clash = |mine, theirs| {
            overlap(mine, theirs) || are_compared(mine, theirs) || are_compared(theirs, mine)
        };
        self.endpoint == other.endpoint
            && !borrowed
                .iter()
                .any(|need| self.needs(*need) && other.needs(*need))
            && !self
                .slots()
                .any(|mine| other.slots().any(|theirs| clash(mine, theirs)))
    }

    /// Whether sessions of this grant have a request that can be changed so. Where all share an access token, no session has
    /// another than the next.
    pub fn fits(self, grant: Grant) -> bool {
        let is_one_of_its_own = self.grants.is_empty() || self.grants.contains(&grant);
        is_one_of_its_own
            && grant.makes(self.endpoint)
            && !(grant == Grant::Shared && self.takes_another_session())
    }

    /// Whether it carries a value of another session.
    pub fn takes_another_session(self) -> bool {
        let others = [Need::OtherSession, Need::OtherHolder, Need::OtherTokens];
        others.iter().any(|need| self.needs(*need))
    }

    /// Whether it makes sense only in a session that begins with an offer.
    pub fn needs_offer(self) -> bool {
        use super::op::Jws;
        let of_offer = matches!(self.endpoint, Endpoint::InitiateOffer | Endpoint::Offer);
        let of_state = matches!(
            self.stage,
            Some(Stage::AuthorizeIssuerState | Stage::AuthorizeIssuerStateSignature)
        );
        let writes_state = self.slots().any(|slot| {
            matches!(
                slot,
                Slot::Parameter("issuer_state")
                    | Slot::JwsHeader(Jws::IssuerState, _)
                    | Slot::JwsClaim(Jws::IssuerState, _)
                    | Slot::JwsForm(Jws::IssuerState)
                    | Slot::JwsSignature(Jws::IssuerState)
            )
        });
        of_offer || of_state || writes_state
    }

    /// Whether the mutation needs this.
    pub fn needs(self, need: Need) -> bool {
        self.0.needs.contains(&need)
    }
}

/// Whether writing to one slot may undo or hide what was written to the other.
fn overlap(a: Slot, b: Slot) -> bool {
    let covers = |outer: Slot, inner: Slot| match (outer, inner) {
        (Slot::Body, Slot::Member(_) | Slot::Extra(_) | Slot::JwsForm(Jws::Proof)) => true,
        (
            Slot::Body,
            Slot::JwsHeader(Jws::Proof, _)
            | Slot::JwsClaim(Jws::Proof, _)
            | Slot::JwsSignature(Jws::Proof),
        ) => true,
        (
            Slot::Member(Member::Proof),
            Slot::Member(Member::ProofType | Member::ProofJwt) | Slot::Extra(_),
        ) => true,
        (
            Slot::Member(Member::Proof | Member::ProofJwt),
            Slot::JwsHeader(Jws::Proof, _)
            | Slot::JwsClaim(Jws::Proof, _)
            | Slot::JwsForm(Jws::Proof)
            | Slot::JwsSignature(Jws::Proof),
        ) => true,
        (
            Slot::Header("authorization"),
            Slot::JwsHeader(Jws::Token, _)
            | Slot::JwsClaim(Jws::Token, _)
            | Slot::JwsForm(Jws::Token)
            | Slot::JwsSignature(Jws::Token),
        ) => true,
        (
            Slot::Form(_) | Slot::Parameter(_),
            Slot::JwsHeader(inner, _)
            | Slot::JwsClaim(inner, _)
            | Slot::JwsForm(inner)
            | Slot::JwsSignature(inner),
        ) => carrier(inner) == Some(outer),
        // A parameter that holds JSON is edited in the same way wherever it stands.
        (Slot::Form(form), Slot::Parameter(json)) => form == json,
        (
            Slot::JwsForm(form),
            Slot::JwsHeader(inner, _) | Slot::JwsClaim(inner, _) | Slot::JwsSignature(inner),
        ) => form == inner,
        (Slot::JwsHeader(a, "*"), Slot::JwsHeader(b, _))
        | (Slot::JwsClaim(a, "*"), Slot::JwsClaim(b, _)) => a == b,
        (Slot::JwsClaim(a, outer), Slot::JwsClaim(b, inner)) => {
            a == b
                && inner
                    .strip_prefix(outer)
                    .is_some_and(|rest| rest.starts_with('.'))
        }
        _ => false,
    };
    a == b || covers(a, b) || covers(b, a)
}

/// The parameter that carries a JWS, for those that travel in one.
const fn carrier(jws: Jws) -> Option<Slot> {
    Some(match jws {
        Jws::Token | Jws::Proof => return None,
        Jws::IssuerState => Slot::Parameter("issuer_state"),
        Jws::RequestObject => Slot::Parameter("request"),
        Jws::IdToken => Slot::Form("id_token"),
        Jws::VpToken => Slot::Form("vp_token"),
        Jws::Assertion => Slot::Form("client_assertion"),
        Jws::Code => Slot::Form("pre-authorized_code"),
    })
}

/// Whether an issuer compares the one, of the request, with the other, of the access token: two that are wrong in the same
/// way agree again, and then there is no fault.
fn are_compared(request: Slot, token: Slot) -> bool {
    use super::op::{Jws, Member};
    let Slot::JwsClaim(Jws::Token, claim) = token else {
        return false;
    };
    match request {
        Slot::JwsClaim(Jws::Proof, "iss") => claim == "claims.client_id",
        Slot::JwsClaim(Jws::Proof, "nonce") => claim == "claims.c_nonce",
        Slot::JwsHeader(Jws::Proof, "kid") => claim == "sub",
        Slot::Member(Member::Format | Member::Types) => {
            claim.starts_with("claims.authorization_details")
        }
        _ => false,
    }
}

/// A mutation that stands in no catalogue: for other dialects and for tests. It cannot be read back
/// from JSON.
impl From<&'static Entry> for Mutation {
    fn from(entry: &'static Entry) -> Self {
        Self(entry)
    }
}

impl std::ops::Deref for Mutation {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.0
    }
}

impl PartialEq for Mutation {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Mutation {}

impl std::hash::Hash for Mutation {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl fmt::Debug for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.id)
    }
}

impl Serialize for Mutation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.id)
    }
}

impl<'de> Deserialize<'de> for Mutation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::find(&id).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "unknown mutation \"{id}\"; `vcispec list mutations` shows those there are"
            ))
        })
    }
}

struct Registry {
    all: Vec<Mutation>,
    by_id: HashMap<&'static str, Mutation>,
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let entries: &'static [Entry] = Vec::leak(super::catalogue::entries());
    let all: Vec<_> = entries.iter().map(Mutation).collect();
    let by_id = entries
        .iter()
        .map(|entry| (entry.id.as_str(), Mutation(entry)))
        .collect();
    Registry { all, by_id }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn combine(one: &str, other: &str) -> bool {
        let find = |id| Mutation::find(id).unwrap();
        let combine = find(one).combines_with(find(other));
        assert_eq!(combine, find(other).combines_with(find(one)));
        combine
    }

    #[test]
    fn a_jws_is_not_edited_where_its_parameter_is_replaced() {
        for (whole, inside) in [
            ("issuer-state/word", "issuer-state/client-tampered"),
            ("request-object/empty", "request-object/aud-other"),
            ("id-token/empty", "id-token/sub-other"),
            ("vp-token/absent", "vp-token/credential-null"),
            ("client-assertion/absent", "client-assertion/expired"),
            ("pre-authorized-code/uuid", "pre-authorized-code/kid-null"),
            ("submission/absent", "submission/id"),
        ] {
            assert!(!combine(whole, inside), "{whole} with {inside}");
        }
        assert!(combine("direct-post/state-word", "id-token/sub-other"));
    }

    #[test]
    fn what_comes_from_one_other_session_does_not_come_together() {
        assert!(!combine(
            "code-grant/code-of-other-session",
            "code-verifier/of-other-session"
        ));
        assert!(!combine(
            "direct-post/state-of-other-session",
            "id-token/nonce-of-other-session"
        ));
    }
}

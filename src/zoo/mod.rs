//! The deliberate bugs of the reference issuer, each with the rule that catches it: what the harness is measured by.
//!
//! `vcispec list defects` shows the table, `tests/judged.rs` and `tests/engine/defects.rs` hold the harness to it in this
//! process, `scripts/defects-over-http.sh` over HTTP. It switches nothing on; `issuer/defect.rs` does. Start at [`ALL`].

use serde::Serialize;

use crate::issuer::Defect;

/// A defect and what catches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The bug.
    pub defect: Defect,
    /// The identifier of the invariant that must catch it.
    pub invariant: &'static str,
    /// What the smallest case that shows it needs.
    pub needs: Needs,
    /// A credential type whose flow shows it.
    pub shown_by: &'static str,
}

/// A defect that no request of the harness can show by itself, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfReach {
    /// The bug.
    pub defect: Defect,
    /// What it would take; where it is tested instead.
    pub reason: &'static str,
}

/// The defects that are tested on the issuer's side alone.
pub const OUT_OF_REACH: &[OutOfReach] = &[
    OutOfReach {
        defect: Defect::AssertionReusable,
        reason: "RFC 7523, 3 lets a server take a client assertion twice, so a request that tries it shows no fault; the issuer's own tests do",
    },
    OutOfReach {
        defect: Defect::JwksFetchedThroughRedirect,
        reason: "it takes a server of the client's that redirects; the issuer's own tests have one",
    },
];

/// The size of a case, as `Case::size` counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Needs {
    /// How many mutations.
    pub mutations: usize,
    /// How many steps.
    pub steps: usize,
}

/// Every defect that the harness catches, in the order of [`Defect::ALL`].
pub const ALL: &[Entry] = &[
    entry(
        Defect::TokenReplayAccepted,
        "access-token/single-use",
        SAID_TWICE,
    ),
    entry(
        Defect::MissingProof500,
        "robustness/a-client-fault-is-no-server-error",
        ONE_MUTATION,
    ),
    entry(
        Defect::NonceUnchecked,
        "proof/nonce-is-the-c-nonce-of-this-token",
        ONE_MUTATION,
    ),
    entry(
        Defect::ProofAudByPrefix,
        "proof/audience-is-the-issuer",
        ONE_MUTATION,
    ),
    entry(
        Defect::ProofTypIgnored,
        "proof/typ-tells-a-proof",
        ONE_MUTATION,
    ),
    entry(
        Defect::KidByDidPrefix,
        "proof/kid-names-the-subjects-key",
        ONE_MUTATION,
    ),
    entry(
        Defect::AlgNoneAccepted,
        "proof/algorithm-fits-the-key",
        ONE_MUTATION,
    ),
    entry(
        Defect::Hs256WithPublicKey,
        "proof/algorithm-fits-the-key",
        ONE_MUTATION,
    ),
    entry(
        Defect::SignatureSkippedForOneType,
        "proof/signature-verified",
        ONE_MUTATION,
    ),
    entry(
        Defect::RefusedRequestBurnsToken,
        "access-token/refused-request-consumes-nothing",
        REFUSED_THEN_VALID,
    ),
    entry(
        Defect::CredentialIsTheWordError,
        "response/credential-is-a-compact-jws",
        VALID,
    ),
    entry(
        Defect::SubjectOfAnotherSession,
        "credential/subject-is-the-holder",
        VALID,
    ),
    entry(
        Defect::IdTokenNonceUnchecked,
        "id-token/nonce-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Defect::IdTokenAudienceUnchecked,
        "id-token/audience-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Defect::IdTokenOfAnotherHolder,
        "id-token/holder-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Defect::IdTokenSignatureUnchecked,
        "id-token/signature-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Defect::PresentationOfAnotherSubject,
        "vp-token/credentials-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_PRESENTATION),
    entry(
        Defect::StateReusable,
        "direct-post/state-checked",
        SAID_TWICE,
    )
    .shown_by(BY_ID_TOKEN),
    entry(Defect::CodeReusable, "token/code-checked", SAID_TWICE).shown_by(BY_ID_TOKEN),
    entry(
        Defect::CodeOfAnotherClient,
        "token/client-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Defect::PkceUnchecked,
        "token/verifier-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Defect::PkcePlainAccepted,
        "token/verifier-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_ID_TOKEN),
    entry(
        Defect::ClientAssertionSignatureUnchecked,
        "token/client-assertion-checked",
        ONE_MUTATION,
    )
    .shown_by(BY_SERVICE_WALLET),
    entry(Defect::PinUnchecked, "token/pin-checked", ONE_MUTATION),
];

/// A flow that shows every defect of the credential endpoint, the one of a single type included.
const PRE_AUTHORISED: &str = "CTWalletCrossPreAuthorised";
const BY_ID_TOKEN: &str = "CTWalletSameAuthorisedInTime";
const BY_PRESENTATION: &str = "CTWalletQualificationCredential";
const BY_SERVICE_WALLET: &str = "VerifiableAccreditationToAttest";

/// One faulty request.
const ONE_MUTATION: Needs = Needs {
    mutations: 1,
    steps: 1,
};

/// One valid request.
const VALID: Needs = Needs {
    mutations: 0,
    steps: 1,
};

/// A valid request, sent twice.
const SAID_TWICE: Needs = Needs {
    mutations: 0,
    steps: 2,
};

/// A faulty request and a valid one after it.
const REFUSED_THEN_VALID: Needs = Needs {
    mutations: 1,
    steps: 2,
};

const fn entry(defect: Defect, invariant: &'static str, needs: Needs) -> Entry {
    Entry {
        defect,
        invariant,
        needs,
        shown_by: PRE_AUTHORISED,
    }
}

impl Entry {
    const fn shown_by(mut self, credential_type: &'static str) -> Self {
        self.shown_by = credential_type;
        self
    }

    /// The entry of a defect.
    pub fn of(defect: Defect) -> Option<&'static Self> {
        ALL.iter().find(|entry| entry.defect == defect)
    }
}

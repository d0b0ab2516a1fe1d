//! Deliberate bugs, each switched beside the rule it breaks with `issuer.lies(Defect::…)`.

use std::fmt;
use std::str::FromStr;

/// Declares the defects once: variant, slug, and the sentence that documents both.
macro_rules! defects {
    ($($(#[doc = $sentence:literal])+ $variant:ident = $slug:literal,)+) => {
        /// A deliberate bug of the reference issuer. The clean issuer has none of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Defect {
            $($(#[doc = $sentence])+ $variant,)+
        }

        impl Defect {
            /// Every defect, in the order of the rules they break.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name, as written on a command line.
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $slug,)+
                }
            }

            /// What the issuer does wrong, in one sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($sentence,)+).trim_ascii(),)+
                }
            }
        }
    };
}

defects! {
    /// An access token stays good after it has yielded a credential.
    TokenReplayAccepted = "token-replay-accepted",
    /// A credential request without `proof` is answered with 500.
    MissingProof500 = "missing-proof-500",
    /// The `nonce` of the proof is not compared with the token's `c_nonce`.
    NonceUnchecked = "nonce-unchecked",
    /// The `aud` of the proof need only begin with the issuer's URL.
    ProofAudByPrefix = "proof-aud-by-prefix",
    /// The `typ` of the proof is not looked at.
    ProofTypIgnored = "proof-typ-ignored",
    /// The `kid` of the proof need only begin with the holder's DID; its fragment is not compared.
    KidByDidPrefix = "kid-by-did-prefix",
    /// A proof with `alg: none` needs no signature.
    AlgNoneAccepted = "alg-none-accepted",
    /// A proof with `alg: HS256` is verified with the holder's public JWK as the secret.
    Hs256WithPublicKey = "hs256-with-public-key",
    /// The signature of the proof is not verified for `CTWalletCrossPreAuthorised`.
    SignatureSkippedForOneType = "signature-skipped-for-one-type",
    /// A refused request uses up the access token.
    RefusedRequestBurnsToken = "refused-request-burns-token",
    /// The answer is 200 with the word `Error` in place of the credential.
    CredentialIsTheWordError = "credential-is-the-word-error",
    /// The credential names the subject of the session served before.
    SubjectOfAnotherSession = "subject-of-another-session",
    /// The `nonce` of an ID token is not compared with the one that the wallet was sent.
    IdTokenNonceUnchecked = "id-token-nonce-unchecked",
    /// The `aud` of an ID token may be anybody.
    IdTokenAudienceUnchecked = "id-token-audience-unchecked",
    /// An ID token may be that of another holder than the one whose wallet began.
    IdTokenOfAnotherHolder = "id-token-of-another-holder",
    /// The signature of an ID token is not verified.
    IdTokenSignatureUnchecked = "id-token-signature-unchecked",
    /// The credentials of a presentation may be those of another holder.
    PresentationOfAnotherSubject = "presentation-of-another-subject",
    /// The state of an authorisation stays good after its wallet has answered.
    StateReusable = "state-reusable",
    /// An authorisation code stays good after it has been redeemed.
    CodeReusable = "code-reusable",
    /// An authorisation code may be redeemed by another client than the one it was given to.
    CodeOfAnotherClient = "code-of-another-client",
    /// The `code_verifier` is not compared with the challenge.
    PkceUnchecked = "pkce-unchecked",
    /// The `code_verifier` may be the challenge itself, as if the method were `plain`.
    PkcePlainAccepted = "pkce-plain-accepted",
    /// The signature of a `client_assertion` is not verified.
    ClientAssertionSignatureUnchecked = "client-assertion-signature-unchecked",
    /// A `client_assertion` stays good after it has been used.
    AssertionReusable = "assertion-reusable",
    /// The redirect that a `jwks_uri` answers with is followed.
    JwksFetchedThroughRedirect = "jwks-fetched-through-redirect",
    /// Any PIN will do for a pre-authorised code.
    PinUnchecked = "pin-unchecked",
}

/// The set of defects that an issuer has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Defects(Vec<Defect>);

impl Defects {
    pub(crate) fn insert(&mut self, defect: Defect) {
        if !self.contains(defect) {
            self.0.push(defect);
        }
    }

    pub(crate) fn contains(&self, defect: Defect) -> bool {
        self.0.contains(&defect)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl FromStr for Defect {
    type Err = UnknownDefect;

    fn from_str(slug: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|defect| defect.slug() == slug)
            .ok_or_else(|| UnknownDefect(slug.to_owned()))
    }
}

/// A name that no [`Defect`] has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no defect is called {0:?}")]
pub struct UnknownDefect(String);

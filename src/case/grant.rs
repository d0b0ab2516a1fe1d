//! How a session comes to its access token.

use super::stage::Endpoint;

/// The grant of a session, and with it the requests that go before the credential request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grant {
    /// A pre-authorised code from the offer, with a PIN.
    #[default]
    PreAuthorized,
    /// An authorisation code, for an ID token of the holder's wallet.
    IdToken,
    /// An authorisation code, for a presentation of credentials by the holder's wallet.
    VpToken,
    /// An authorisation code, for an ID token of a service wallet that authenticates as a client by
    /// its published keys.
    Service,
    /// An authorisation code, for a presentation of credentials by such a service wallet.
    ServiceVp,
    /// An authorisation code, for whoever logs in at a page of the authorization server (RFC 6749, 4.1). Nothing is sent there
    /// by the wallet itself.
    Login,
    /// None: the run is given an access token for each session.
    Given,
    /// None: the run is given one access token, which all sessions share.
    Shared,
}

impl Grant {
    /// Every grant.
    pub const ALL: &[Self] = &[
        Self::PreAuthorized,
        Self::IdToken,
        Self::VpToken,
        Self::Service,
        Self::ServiceVp,
        Self::Login,
        Self::Given,
        Self::Shared,
    ];

    /// Stable name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::PreAuthorized => "pre-authorized",
            Self::IdToken => "id-token",
            Self::VpToken => "vp-token",
            Self::Service => "service",
            Self::ServiceVp => "service-vp-token",
            Self::Login => "login",
            Self::Given => "given-token",
            Self::Shared => "shared-token",
        }
    }

    /// Whether the way leads over the authorization endpoint.
    pub const fn has_code(self) -> bool {
        !matches!(self, Self::PreAuthorized | Self::Given | Self::Shared)
    }

    /// Whether the access token is given, and none is asked for.
    pub const fn is_given(self) -> bool {
        matches!(self, Self::Given | Self::Shared)
    }

    /// Whether a session may have an access token and no nonce for its first proof, and asks for one then.
    pub const fn asks_for_nonce(self) -> bool {
        matches!(self, Self::Login | Self::Given | Self::Shared)
    }

    /// Whether a session makes requests to this endpoint on its way, or could.
    pub const fn makes(self, endpoint: Endpoint) -> bool {
        match self {
            Self::Given | Self::Shared => {
                matches!(endpoint, Endpoint::Credential | Endpoint::Deferred)
            }
            Self::Login => matches!(
                endpoint,
                Endpoint::Offer | Endpoint::Token | Endpoint::Credential | Endpoint::Deferred
            ),
            _ => true,
        }
    }

    /// Whether the wallet is a service wallet.
    pub const fn is_service(self) -> bool {
        matches!(self, Self::Service | Self::ServiceVp)
    }

    /// Whether the authorization server asks for a presentation.
    pub const fn presents(self) -> bool {
        matches!(self, Self::VpToken | Self::ServiceVp)
    }
}

//! A dialect where the run itself says how sessions come to their access tokens, whatever the credential type.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;

use super::{CredentialType, Profile, Subject};
use crate::case::Grant;

impl Profile {
    /// The profile with sessions of this grant for every type that takes no service wallet, at the authorization server with
    /// this metadata.
    ///
    /// What is made is kept as long as the process lives, once for each profile and grant.
    pub fn by_grant(&'static self, grant: Grant, auth_metadata: &Value) -> &'static Self {
        type Key = (usize, Grant, bool);
        static KNOWN: LazyLock<Mutex<HashMap<Key, &'static Profile>>> =
            LazyLock::new(Mutex::default);
        let of = std::ptr::from_ref(self) as usize;
        let checks_pkce = names_s256(auth_metadata);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry((of, grant, checks_pkce)).or_insert_with(|| {
            let types = self.types.iter().map(|known| known.by_grant(grant));
            let made = Self {
                types: types.collect::<Vec<_>>().leak(),
                ..*self
            };
            Box::leak(Box::new(match grant {
                Grant::Login => made.with_login(checks_pkce),
                _ => made,
            }))
        })
    }
}

/// Whether the authorization server says that it has PKCE (RFC 8414, 2).
fn names_s256(auth_metadata: &Value) -> bool {
    let methods = auth_metadata.get("code_challenge_methods_supported");
    let mut methods = methods.and_then(Value::as_array).into_iter().flatten();
    methods.any(|method| method == "S256")
}

impl CredentialType {
    fn by_grant(self, grant: Grant) -> Self {
        if self.grant.is_service() || self.subject == Subject::Newcomer {
            return self;
        }
        Self {
            grant,
            by_offer: false,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::case::{Grant, Mutation};
    use crate::profile::{EBSI_V3, OPENID4VCI_DRAFT11};

    #[test]
    fn every_type_of_a_holder_wallet_is_had_by_the_grant() {
        let given = EBSI_V3.by_grant(Grant::Given, &Value::Null);
        let pairs = EBSI_V3.types.iter().zip(given.types);
        for (own, changed) in pairs {
            let expected = if own.grant.is_service() {
                (own.grant, own.by_offer)
            } else {
                (Grant::Given, false)
            };
            assert_eq!((changed.grant, changed.by_offer), expected, "{}", own.name);
        }
        assert!(std::ptr::eq(
            given,
            EBSI_V3.by_grant(Grant::Given, &Value::Null)
        ));
    }

    #[test]
    fn a_verifier_is_judged_where_the_server_says_that_it_has_pkce() {
        let verifier = Mutation::find("code-verifier/challenge").expect("a mutation");
        assert!(!OPENID4VCI_DRAFT11.tries(verifier));
        for (methods, is_open) in [(json!(["S256"]), false), (json!(["plain"]), true)] {
            let metadata = json!({ "code_challenge_methods_supported": methods });
            let by_login = OPENID4VCI_DRAFT11.by_grant(Grant::Login, &metadata);
            assert!(by_login.tries(verifier));
            assert_eq!(by_login.leaves_open(verifier), is_open);
        }
    }
}

//! A dialect where the run itself says how sessions come to their access tokens, whatever the credential type.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{CredentialType, Profile, Subject};
use crate::case::Grant;

impl Profile {
    /// The profile with sessions of this grant for every type that takes no service wallet.
    ///
    /// What is made is kept as long as the process lives, once for each profile and grant.
    pub fn by_grant(&'static self, grant: Grant) -> &'static Self {
        static KNOWN: LazyLock<Mutex<HashMap<(usize, Grant), &'static Profile>>> =
            LazyLock::new(Mutex::default);
        let of = std::ptr::from_ref(self) as usize;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry((of, grant)).or_insert_with(|| {
            let types = self.types.iter().map(|known| known.by_grant(grant));
            Box::leak(Box::new(Self {
                types: types.collect::<Vec<_>>().leak(),
                ..*self
            }))
        })
    }
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
    use crate::case::Grant;
    use crate::profile::EBSI_V3;

    #[test]
    fn every_type_of_a_holder_wallet_is_had_by_the_grant() {
        let given = EBSI_V3.by_grant(Grant::Given);
        let pairs = EBSI_V3.types.iter().zip(given.types);
        for (own, changed) in pairs {
            let expected = if own.grant.is_service() {
                (own.grant, own.by_offer)
            } else {
                (Grant::Given, false)
            };
            assert_eq!((changed.grant, changed.by_offer), expected, "{}", own.name);
        }
        assert!(std::ptr::eq(given, EBSI_V3.by_grant(Grant::Given)));
    }
}

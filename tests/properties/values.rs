//! Small values on their own.

use proptest::prelude::*;
use vcispec::transcript::{Compact, Facts};
use vcispec::wallet::ebsi_pin;

proptest! {
    #[test]
    fn for_all_texts_redaction_leaves_no_secret(
        secrets in prop::collection::vec("[A-Za-z0-9._~-]{16,40}", 1..5),
        around in prop::collection::vec("[ -~]{0,12}", 6),
        order in prop::collection::vec(any::<prop::sample::Index>(), 6),
    ) {
        let text: String = order
            .iter()
            .zip(&around)
            .map(|(which, before)| format!("{before}{}", which.get(&secrets)))
            .collect();
        let facts = Facts {
            secrets: secrets.iter().map(|secret| (secret.clone(), "secret")).collect(),
            ..Facts::default()
        };
        let redacted = facts.redact(&text);
        for secret in &secrets {
            prop_assert!(!redacted.contains(secret), "{redacted}");
        }
    }

    #[test]
    fn for_all_texts_redaction_is_done_at_once(text in "\\PC{0,80}") {
        let facts = Facts::default();
        let once = facts.redact(&text);
        prop_assert_eq!(facts.redact(&once), once);
    }

    #[test]
    fn for_all_dids_wallet_and_issuer_find_the_same_pin(did in "did:key:z[1-9A-HJ-NP-Za-km-z]{1,80}") {
        prop_assert_eq!(ebsi_pin(&did), vcispec::issuer::user_pin(&did));
    }

    #[test]
    fn for_all_texts_a_compact_jws_keeps_its_parts(text in "[A-Za-z0-9_-]{0,20}(\\.[A-Za-z0-9_-]{0,20}){0,4}") {
        if let Some(compact) = Compact::parse(&text) {
            prop_assert!(text.starts_with(&compact.signing_input));
            prop_assert_eq!(text.matches('.').count(), 2);
        }
    }
}

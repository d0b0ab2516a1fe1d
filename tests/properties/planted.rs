//! A property that is wrong on purpose; `seeds.rs` runs it in a process of its own.

use proptest::prelude::*;

/// Set where the property is to fail.
pub(super) const ASKED: &str = "VCISPEC_PLANTED_FAILURE";

proptest! {
    #[test]
    #[ignore = "fails where seeds.rs asks it to, and has nothing to say elsewhere"]
    fn for_all_numbers_each_is_small(number in any::<u64>()) {
        println!("tried {number}.");
        prop_assert!(std::env::var_os(ASKED).is_none() || number < 1000);
    }
}

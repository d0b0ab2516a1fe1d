//! What the targets have in common: the two engines that run them, and what they tell of themselves.
//!
//! The bodies are in `vcispec::fuzzing`. libFuzzer is the engine by default; with the feature `afl` the same bodies run under
//! AFL++.

pub mod second_jose;

use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "afl")]
#[doc(hidden)]
pub use afl;
#[cfg(feature = "libfuzzer")]
#[doc(hidden)]
pub use libfuzzer_sys;
use vcispec::fuzzing::Reached;

/// A target: what it makes of an input, and for structured inputs how one is made of another.
#[macro_export]
macro_rules! target {
    ($body:expr $(, $mutate:expr)?) => {
        #[cfg(feature = "libfuzzer")]
        const _: () = {
            use $crate::libfuzzer_sys;
            libfuzzer_sys::fuzz_target!(init: $crate::begin(), |data: &[u8]| {
                $crate::count(($body)(data));
            });
            $(libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
                $mutate(data, size, max_size, seed)
            });)?
        };

        #[cfg(feature = "afl")]
        fn main() {
            use $crate::afl;
            $crate::begin();
            afl::fuzz!(|data: &[u8]| {
                $crate::count(($body)(data));
            });
        }
    };
}

/// Gives the issuer the deliberate bug that `VCISPEC_DEFECT` names, if it names one: to see whether the target finds it.
///
/// # Panics
/// If there is no such bug.
pub fn begin() {
    if let Ok(name) = std::env::var("VCISPEC_DEFECT") {
        vcispec::fuzzing::plant(name.parse().expect("vcispec list defects shows the names"));
    }
}

/// Counts an input, and tells after every power of two how many could be used at all: a structured target whose inputs are
/// mostly noise shows it here.
pub fn count(reached: Reached) {
    static ALL: AtomicU64 = AtomicU64::new(0);
    static USED: AtomicU64 = AtomicU64::new(0);
    let used = u64::from(reached != Reached::Nothing);
    let used = USED.fetch_add(used, Ordering::Relaxed) + used;
    let all = ALL.fetch_add(1, Ordering::Relaxed) + 1;
    if all >= 64 && all.is_power_of_two() {
        let percent = 100.0 * used as f64 / all as f64;
        eprintln!("{percent:.1}% of {all} inputs could be read");
    }
}

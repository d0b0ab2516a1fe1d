#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    vcispec::fuzzing::credential_case(data);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    vcispec::fuzzing::mutate_case(data, size, max_size, seed)
});

#![cfg_attr(feature = "libfuzzer", no_main)]

vcispec_fuzz::target!(vcispec::fuzzing::proof_jwt);

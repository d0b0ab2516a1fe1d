#![cfg_attr(feature = "libfuzzer", no_main)]

vcispec_fuzz::target!(|data| vcispec::fuzzing::jws(data, vcispec_fuzz::second_jose::verify));

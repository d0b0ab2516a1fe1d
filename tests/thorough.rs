//! How much of what is alike is tried: some of it, so that the tests are quick to run while one works, or, with
//! `VCISPEC_THOROUGH=1`, all of it, as CI does.

/// Every `n`-th of what is alike, the first among them; all if the environment asks for it.
pub(crate) fn every_nth<T>(
    n: usize,
    alike: impl IntoIterator<Item = T>,
) -> impl Iterator<Item = T> {
    let n = if is_thorough() { 1 } else { n };
    alike.into_iter().step_by(n)
}

/// Whether the environment asks for all of it.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("VCISPEC_THOROUGH").is_some_and(|said| said == "1")
}

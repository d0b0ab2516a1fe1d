//! How much of what is alike is tried: some of it, so that the tests are quick to run while one works, or, with
//! `VCISPEC_THOROUGH=1`, all of it, as CI does.

/// Every `n`-th of what is alike, the first among them; all if the environment asks for it.
pub(crate) fn every_nth<T>(
    n: usize,
    alike: impl IntoIterator<Item = T>,
) -> impl Iterator<Item = T> {
    let n = few_or_all(n, 1);
    alike.into_iter().step_by(n)
}

/// The one number, or the other if the environment asks for all.
pub(crate) fn few_or_all<T>(few: T, all: T) -> T {
    if is_thorough() { all } else { few }
}

/// The seeds from 1 that what is drawn is drawn with: one, three if the environment asks for all, or `VCISPEC_SEEDS` of them.
pub(crate) fn seeds() -> std::ops::RangeInclusive<u64> {
    let wanted = std::env::var("VCISPEC_SEEDS").ok();
    let wanted = wanted.and_then(|wanted| wanted.parse().ok());
    1..=wanted.unwrap_or(few_or_all(1, 3))
}

/// Whether the environment asks for all of it.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("VCISPEC_THOROUGH").is_some_and(|said| said == "1")
}

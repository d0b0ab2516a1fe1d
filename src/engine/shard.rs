//! A part of a run, so that several machines share one.

use std::str::FromStr;

/// One of several parts that together hold every case of a run once.
///
/// Which part a case belongs to follows from its place in its stage. Discovery and the valid run of each flow take place in
/// every part, because all else depends on them; what they show is found by the first part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    of: usize,
}

/// Text that names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no part of a run; write its number and how many there are, such as 1/4")]
pub struct NoShard(String);

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// How many of so many cases are its own.
    pub(super) const fn share(self, total: usize) -> usize {
        (total / self.of) + (self.number <= total % self.of) as usize
    }

    /// Whether it is all of it.
    pub fn is_whole(self) -> bool {
        self == Self::WHOLE
    }

    /// Whether it is the first.
    pub(super) const fn is_first(self) -> bool {
        self.number == 1
    }

    /// Whether the case with this index is one of its own.
    pub(super) const fn holds(self, index: usize) -> bool {
        index % self.of == self.number - 1
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(NoShard(text.to_owned())),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_is_held_once() {
        for of in 1..7 {
            let shards: Vec<Shard> = (1..=of)
                .map(|number| format!("{number}/{of}").parse().expect("a part"))
                .collect();
            for index in 0..50 {
                let holders = shards.iter().filter(|shard| shard.holds(index)).count();
                assert_eq!(holders, 1, "{index} of {of}");
            }
            for shard in shards {
                let own = (0..50).filter(|index| shard.holds(*index)).count();
                assert_eq!(own, shard.share(50));
            }
        }
    }

    #[test]
    fn what_is_no_part() {
        for text in ["", "1", "0/4", "5/4", "1/0", "a/b", "-1/4"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!("3/4".parse::<Shard>().expect("a part").to_string(), "3/4");
    }
}

//! A source of choices, and its adapters.

use arbitrary::Unstructured;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// Answers questions of the kind "which of n?".
pub trait Choices {
    /// A number below `n`; 0 if `n` is 0.
    fn below(&mut self, n: usize) -> usize;

    /// One of `items`; `None` if there is none.
    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T>
    where
        Self: Sized,
    {
        items.get(self.below(items.len()))
    }

    /// Whether something of probability `numerator` / `denominator` happens.
    fn happens(&mut self, numerator: usize, denominator: usize) -> bool {
        self.below(denominator) < numerator
    }
}

/// Choices from a random number generator.
#[derive(Debug, Clone)]
pub struct Seeded<R = ChaCha8Rng>(pub R);

impl Seeded {
    /// The choices of the case with this index in the run with this seed.
    pub fn new(seed: u64, index: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&index.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }
}

impl<R: RngCore> Choices for Seeded<R> {
    fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            return 0;
        }
        let wide = u128::from(self.0.next_u64()) * n as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }
}

impl Choices for Unstructured<'_> {
    /// Zero when the bytes have run out.
    fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            0
        } else {
            self.choose_index(n).unwrap_or(0)
        }
    }
}

//! What the clean reference issuer answers to every mutation alone, played once for all tests that look at it.
//! Start at [`PLAYED`].

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use vcispec::case::{Case, Flow, Mutation};
use vcispec::fuzzing::{Bench, CAPABILITIES, on_benches};
use vcispec::generate;
use vcispec::issuer::{Issuer, Randomness, SeededRandomness};
use vcispec::profile::EBSI_V3;
use vcispec::transcript::Transcript;

use crate::thorough::every_nth;

/// The reference issuer after it was asked, and the transcripts in their order.
pub(crate) struct Played {
    pub(crate) bench: Bench,
    pub(crate) transcripts: Vec<Transcript>,
    /// Where the first transcript of each mutation alone stands, of those tried.
    alone: HashMap<Mutation, usize>,
}

/// The flows on which every mutation is tried: one of each grant, and a deferred one in the other format.
const TRIED: [(&str, &str); 7] = [
    ("CTWalletSamePreAuthorisedInTime", "jwt_vc"),
    ("CTWalletSamePreAuthorisedDeferred", "jwt_vc_json"),
    ("CTWalletSameAuthorisedInTime", "jwt_vc"),
    ("CTWalletQualificationCredential", "jwt_vc"),
    ("VerifiableAccreditationToAttest", "jwt_vc"),
    ("VerifiableAuthorisationToOnboard", "jwt_vc"),
    ("VerifiableAuthorisationForTrustChain", "jwt_vc"),
];

/// A valid run of each flow and kind of key, and the systematic phase on [`TRIED`].
pub(crate) static PLAYED: LazyLock<Played> = LazyLock::new(|| {
    let bench = Bench::new(Issuer::builder());
    let (flows, _) = generate::flows(&EBSI_V3, bench.context(), CAPABILITIES);
    assert_eq!(flows.len(), 34);
    let valid = flows.iter().map(|flow| generate::baseline(&EBSI_V3, flow));
    let tried = TRIED.map(|(name, format)| Flow::new(name, format));
    let keys = generate::key_types(&EBSI_V3, &tried[0]);
    let (mutated, _) = generate::systematic(&EBSI_V3, &tried, &CAPABILITIES);
    let is_expansion = |case: &Case| case.mutations().any(|mutation| mutation.expansion);
    let (expanded, named): (Vec<Case>, Vec<Case>) = mutated.into_iter().partition(is_expansion);
    let mut met = HashSet::new();
    let is_first = |case: &Case| case.mutations().any(|mutation| met.insert(mutation));
    let (first, others): (Vec<Case>, Vec<Case>) = named.into_iter().partition(is_first);
    let some = every_nth(2, others).chain(every_nth(7, expanded));
    let cases: Vec<Case> = valid.chain(keys).chain(first).chain(some).collect();
    let mut alone = HashMap::new();
    for (index, case) in cases.iter().enumerate() {
        if let Some(mutation) = case.mutations().next() {
            alone.entry(mutation).or_insert(index);
        }
    }
    // All are one issuer to whoever looks at the transcripts: no two make a value twice.
    let randomness: Arc<dyn Randomness> = Arc::new(SeededRandomness::new(0));
    let make = || Bench::new(Issuer::builder().randomness(Arc::clone(&randomness)));
    let transcripts = on_benches(make, &cases, |bench, case, salt| bench.play(case, salt));
    Played {
        bench,
        transcripts,
        alone,
    }
});

impl Played {
    /// Every named mutation, and those expansions that were played.
    pub(crate) fn mutations(&self) -> impl Iterator<Item = Mutation> {
        let all = Mutation::all().iter().copied();
        all.filter(|mutation| self.alone.contains_key(mutation))
    }

    /// The transcript of a mutation alone, with its repaired twin.
    pub(crate) fn alone(&self, mutation: Mutation) -> &Transcript {
        &self.transcripts[self.alone[&mutation]]
    }

    /// The case of a mutation alone.
    pub(crate) fn case_of(&self, mutation: Mutation) -> &Case {
        let case = &self.alone(mutation).case;
        case.as_ref().expect("only discovery has no case")
    }
}

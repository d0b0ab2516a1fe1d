//! A valid request every so often. When a target no longer gives what it gave, what it says of other requests tells nothing.

use super::baseline::why_unusable;
use super::carry::Judged;
use super::stages::Planned;
use crate::case::{Case, Flow};
use crate::generate;
use crate::profile::Profile;

/// So many in a row without a credential, and nothing more is sent.
const VAIN: usize = 2;

const LABEL: &str = "control/";

/// The valid run that is repeated, and what came of it so far.
#[derive(Debug, Clone)]
pub(super) struct Control {
    case: Case,
    every: usize,
    /// Behind which case it last got a credential.
    good: Option<String>,
    /// Behind which case it first got none, and why, since then.
    bad: Option<(String, String)>,
    vain: usize,
}

impl Control {
    /// A valid run after every so many cases, on the flow of these that waits least.
    pub(super) fn new(every: usize, profile: &Profile, usable: &[Flow]) -> Option<Self> {
        let cases = usable.iter().map(|flow| generate::baseline(profile, flow));
        let case = cases.min_by_key(|case| generate::waits(profile, case))?;
        Some(Self {
            case,
            every: every.max(1),
            good: None,
            bad: None,
            vain: 0,
        })
    }

    /// How many there are among so many cases.
    pub(super) const fn among(&self, total: usize) -> usize {
        total / self.every
    }

    /// The valid run that comes after this case, which is the `number`-th, from 0, if there is to be one.
    pub(super) fn after(&self, number: usize, planned: &Planned) -> Option<Planned> {
        (number + 1).is_multiple_of(self.every).then(|| {
            Planned::named(
                number,
                format!("{LABEL}{}", planned.label),
                self.case.clone(),
            )
        })
    }

    /// Whether it is a valid run of this kind.
    pub(super) fn is(judged: &Judged) -> bool {
        judged.label.starts_with(LABEL)
    }

    /// Why nothing more is to be sent after this valid run, if so.
    pub(super) fn see(&mut self, judged: &Judged) -> Option<String> {
        let after = judged.label.replacen(LABEL, "", 1);
        let Some(reason) = why_unusable(&judged.transcript) else {
            self.good = Some(after);
            self.bad = None;
            self.vain = 0;
            return None;
        };
        self.vain += 1;
        let (first, why) = self.bad.get_or_insert((after, reason));
        if self.vain < VAIN {
            return None;
        }
        let since = match &self.good {
            Some(good) => format!("between case {good} and case {first}"),
            None => format!("up to case {first}"),
        };
        Some(format!(
            "{VAIN} control requests in a row got no credential ({why}): what was sent {since} seems to have broken the target, and nothing that it says \
             since then tells of other requests"
        ))
    }
}

//! The generated part of the corpus: what the catalogue gives, the sequences, and the cases that show deliberate bugs.

use serde::Deserialize;

use super::CAPABILITIES;
use crate::case::{Case, Flow};
use crate::corpus::generate::{self, Flag, Idea, Topic};
use crate::corpus::{BugType, VectorFile};
use crate::generate::{Capabilities, Notable, notable};
use crate::invariants;
use crate::issuer::Defect;
use crate::profile::Profile;
use crate::zoo;

/// A deliberate bug and a case that shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kill {
    /// The bug.
    pub defect: String,
    /// The rule that it breaks.
    pub invariant: String,
    /// The case.
    pub case: Case,
    /// The other bugs that the same rule catches by this case.
    #[serde(default)]
    pub shows_too: Vec<String>,
}

/// The generated files of a profile with their names. `by_hand` are the files of the profile that people wrote, whose cases
/// are left out; `kills` are cases that show deliberate bugs. What the vectors expect is left open: see [`expect`].
///
/// # Errors
/// What is wrong with `kills`, in words: a bug or a rule is not known.
///
/// [`expect`]: super::expect
pub fn generated<'a>(
    profile: &Profile,
    by_hand: impl IntoIterator<Item = &'a VectorFile>,
    kills: &[Kill],
) -> Result<Vec<(String, VectorFile)>, String> {
    let others = vec![sequences(profile), bugs(profile, kills)?];
    Ok(generate::files(profile, others, by_hand))
}

/// The sequences that every flow is worth, on one flow of each grant, in time and deferred.
fn sequences(profile: &Profile) -> Topic {
    // What takes a key or a clock of its own would keep others from replaying the rest of a sequence.
    let capabilities = Capabilities {
        auth_key: false,
        clock: false,
        ..CAPABILITIES
    };
    let mut met = Vec::new();
    let mut ideas = Vec::new();
    for known in profile.types {
        let kind = (known.grant, known.deferred);
        if met.contains(&kind) || !known.left_out.is_empty() {
            continue;
        }
        met.push(kind);
        let flow = Flow::new(known.name, profile.formats[0]);
        let later = if known.deferred { "-deferred" } else { "" };
        for Notable {
            slug,
            doc,
            clauses,
            case,
        } in notable(profile, &flow, &capabilities)
        {
            ideas.push(Idea {
                slug: format!("{}{later}/{slug}", known.grant.slug()),
                group: format!("Sequences of sessions by the grant {}.", known.grant.slug()),
                comment: doc.to_owned(),
                flag: Flag {
                    name: "left-behind".into(),
                    bug_type: BugType::KnownBug,
                    description: "What one request leaves behind changes what another session, another holder or a later \
                                  request is given."
                        .into(),
                },
                clauses: clauses.to_vec(),
                case,
            });
        }
    }
    Topic {
        name: "sequence".into(),
        ideas,
    }
}

/// The cases that show deliberate bugs of the reference issuer, but for those that discovery shows.
fn bugs(profile: &Profile, kills: &[Kill]) -> Result<Topic, String> {
    let mut ideas = Vec::new();
    for kill in kills {
        if kill.case.steps.is_empty() {
            continue;
        }
        let defect: Defect = kill
            .defect
            .parse()
            .map_err(|error| format!("{}: {error}", kill.defect))?;
        let entry = zoo::Entry::of(defect)
            .ok_or_else(|| format!("{defect} is not among the bugs that are caught"))?;
        let rule = invariants::find(&kill.invariant)
            .ok_or_else(|| format!("no invariant is called {}", kill.invariant))?;
        let class = entry.class.slug();
        ideas.push(Idea {
            slug: defect.slug().to_owned(),
            group: format!("Bugs of the class {class}."),
            comment: format!("Shows this bug: {}", sentence(defect.sentence())),
            flag: Flag {
                name: format!("bug-{class}"),
                bug_type: BugType::KnownBug,
                description: format!(
                    "A bug of the class {class}, as the reference issuer can be told to have."
                ),
            },
            clauses: vec![rule.clause],
            case: usual(profile, &kill.case, defect),
        });
    }
    Ok(Topic {
        name: "zoo".into(),
        ideas,
    })
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    match text.strip_suffix('.') {
        Some(_) => text.to_owned(),
        None => format!("{text}."),
    }
}

/// The case on the flow of its kind that most vectors use and most issuers have.
fn usual(profile: &Profile, case: &Case, defect: Defect) -> Case {
    let known = profile.find_type(&case.flow.credential_type);
    let first = known.and_then(|known| {
        let mut types = profile.types.iter();
        types.find(|other| {
            (other.grant, other.deferred, other.left_out)
                == (known.grant, known.deferred, known.left_out)
        })
    });
    match first.filter(|_| !OF_ONE_TYPE.contains(&defect)) {
        Some(first) => Case {
            flow: Flow {
                credential_type: first.name.into(),
                ..case.flow.clone()
            },
            ..case.clone()
        },
        None => case.clone(),
    }
}

/// Bugs that only the type shows which their case asks for.
const OF_ONE_TYPE: [Defect; 1] = [Defect::SignatureSkippedForOneType];

//! The part of the corpus that is generated: every mutation alone, two faults at once, every flow with
//! every kind of key, and whatever else the caller has thought of.
//!
//! The same catalogue gives the same files. Stories, flags and clauses come from the catalogue and the
//! profile; what is expected is left open, because that shows when a case is played.
//! Start at [`files`].

mod alone;
mod kept;
mod pairs;
mod positive;

use std::collections::{BTreeMap, HashSet};

use super::{BugType, Expected, Group, Note, SCHEMA, Vector, VectorFile, Verdict};
use crate::case::Case;
use crate::clauses::Clause;
use crate::profile::Profile;

/// The `generator` of the files made here.
pub const GENERATOR: &str = "vcispec corpus generate";

/// A topic of the corpus about to be written.
#[derive(Debug, Clone)]
pub struct Topic {
    /// The name of the file without `.json`, and the first part of every identifier.
    pub name: String,
    /// Its vectors, in their order.
    pub ideas: Vec<Idea>,
}

/// A vector about to be written.
#[derive(Debug, Clone)]
pub struct Idea {
    /// The identifier behind the topic: slugs with slashes between them.
    pub slug: String,
    /// What the vectors of its group have in common, in a sentence.
    pub group: String,
    /// The story, in a sentence.
    pub comment: String,
    /// The bug it hunts.
    pub flag: Flag,
    /// The clauses it holds an issuer to.
    pub clauses: Vec<&'static Clause>,
    /// What is sent.
    pub case: Case,
}

/// A kind of bug.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Its name.
    pub name: String,
    /// What kind it is.
    pub bug_type: BugType,
    /// What an issuer with the bug does, in a sentence.
    pub description: String,
}

/// The generated files of a profile with their names, those of `others` included. A case that is among
/// `taken`, or that an earlier file has, is left out: no two vectors are alike.
///
/// What each vector expects is still to be filled in.
pub fn files<'a>(
    profile: &Profile,
    others: Vec<Topic>,
    taken: impl IntoIterator<Item = &'a VectorFile>,
) -> Vec<(String, VectorFile)> {
    let mut seen: HashSet<Case> = taken
        .into_iter()
        .flat_map(VectorFile::vectors)
        .map(|vector| vector.case.clone())
        .collect();
    let mut topics = alone::topics(profile);
    topics.push(pairs::topic(profile));
    topics.push(kept::topic(profile));
    topics.push(positive::topic(profile));
    topics.extend(others);
    topics
        .into_iter()
        .filter_map(|mut topic| {
            topic.ideas.retain(|idea| seen.insert(idea.case.clone()));
            let is_empty = topic.ideas.is_empty();
            (!is_empty).then(|| (format!("{}.json", topic.name), file(profile, topic)))
        })
        .collect()
}

fn file(profile: &Profile, topic: Topic) -> VectorFile {
    let mut notes = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for idea in topic.ideas {
        let vector = vector(&topic.name, &idea);
        notes.entry(idea.flag.name).or_insert(Note {
            bug_type: idea.flag.bug_type,
            description: idea.flag.description,
            effect: String::new(),
            links: Vec::new(),
            cves: Vec::new(),
        });
        match groups.iter_mut().find(|group| group.comment == idea.group) {
            Some(group) => group.tests.push(vector),
            None => groups.push(Group {
                comment: idea.group,
                tests: vec![vector],
            }),
        }
    }
    let file = VectorFile {
        schema: SCHEMA.into(),
        profile: profile.id.into(),
        generator: GENERATOR.into(),
        number_of_tests: 0,
        notes,
        test_groups: groups,
    };
    file.tidied()
}

fn vector(topic: &str, idea: &Idea) -> Vector {
    let mut clauses: Vec<String> = Vec::new();
    for clause in &idea.clauses {
        if !clauses.iter().any(|known| known == clause.id) {
            clauses.push(clause.id.to_owned());
        }
    }
    Vector {
        id: format!("{topic}/{}", idea.slug),
        comment: idea.comment.clone(),
        flags: vec![idea.flag.name.clone()],
        clauses,
        needs: Vec::new(),
        case: idea.case.clone(),
        result: Verdict::Acceptable,
        expected: Expected {
            status: Vec::new(),
            error: Vec::new(),
        },
    }
}

impl Flag {
    /// What must work is refused.
    pub fn over_strict() -> Self {
        Self {
            name: "over-strict".into(),
            bug_type: BugType::Interoperability,
            description:
                "What must work, or must make no difference, is refused or changes the answer."
                    .into(),
        }
    }
}

/// A name of a credential type as a slug: `CTWalletSameInTime` is `ct-wallet-same-in-time`.
fn slug_of(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut slug = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let next_is_lower = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_lower = at > 0 && letters[at - 1].is_ascii_lowercase();
        if at > 0 && letter.is_ascii_uppercase() && (after_lower || next_is_lower) {
            slug.push('-');
        }
        match letter {
            '_' => slug.push('-'),
            _ => slug.push(letter.to_ascii_lowercase()),
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::slug_of;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("CTWalletSameInTime", "ct-wallet-same-in-time"),
            ("jwt_vc_json", "jwt-vc-json"),
            ("P-256", "p-256"),
            ("RSA", "rsa"),
            ("Ed25519", "ed25519"),
        ] {
            assert_eq!(slug_of(name), slug);
        }
    }
}

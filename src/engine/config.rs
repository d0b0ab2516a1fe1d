//! What a run is told: what to do, and where the outside world enters.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::clock::Clock;
use super::halt::Halt;
use super::shard::Shard;
use crate::case::{Flow, Grant};
use crate::invariants::{self, Invariant};
use crate::profile::{EBSI_V3, Holder, Profile};
use crate::target::Target;
use crate::transcript::{Context, Grade};
use crate::wallet::{Endpoints, GivenToken, Manner, Offered, ServiceClient, SessionSource};

/// Where the outside world enters.
#[derive(Clone)]
pub struct Environment {
    /// Where requests go.
    pub target: Arc<dyn Target>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where fresh offers come from, if sessions ask for them.
    pub offers: Option<Arc<dyn Offers>>,
    /// Where fresh access tokens come from, if sessions are given one each.
    pub tokens: Option<Arc<dyn Tokens>>,
    /// Who logs in, if sessions begin with that.
    pub logins: Option<Arc<dyn Logins>>,
    /// Who registers the DIDs of newcomers, if anybody does.
    pub registrar: Option<Arc<dyn Registrar>>,
}

/// Puts DID documents where the issuer looks them up.
pub trait Registrar: Send + Sync {
    /// Registers the document of this DID, or says why it cannot.
    fn register(&self, did: String, document: Value) -> BoxFuture<'_, Result<(), String>>;
}

/// Makes the issuer offer a credential.
pub trait Offers: Send + Sync {
    /// A fresh offer for this holder and type, or why there is none.
    fn fetch(
        &self,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<Offered, String>>;
}

/// Obtains access tokens in a way that is nobody's business here.
pub trait Tokens: Send + Sync {
    /// A fresh access token for this holder and type, or why there is none.
    fn fetch(
        &self,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<GivenToken, String>>;
}

/// Logs in at the authorization server, in place of a person with a browser.
pub trait Logins: Send + Sync {
    /// Goes to `url`, the authorization request, and logs in for this holder and type. The URL that the browser is redirected
    /// to at the end, or the authorization code alone; or why there is none.
    fn log_in(
        &self,
        url: String,
        holder: String,
        credential_type: String,
    ) -> BoxFuture<'_, Result<String, String>>;
}

/// What to do.
#[derive(Debug, Clone)]
pub struct Config {
    /// The credential issuer identifier of the target.
    pub issuer: String,
    /// What the report calls the target.
    pub target: String,
    /// The dialect.
    pub profile: &'static Profile,
    /// What keys and random cases are made from.
    pub seed: u64,
    /// How many random cases; a quarter as many sequences are drawn.
    pub cases: u64,
    /// Which phases, besides discovery and one valid run of each flow.
    pub phases: Vec<Phase>,
    /// Only flows of these credential types or with these names; all if empty.
    pub flows: Vec<String>,
    /// Which rules.
    pub invariants: Filter,
    /// How many cases are under way at once.
    pub workers: usize,
    /// Whether each mutation gets a session of its own, also where several might share one.
    pub fresh_per_case: bool,
    /// A valid run after every so many cases; the run ends when two in a row get no credential.
    pub control_every: Option<usize>,
    /// Whether findings are shrunk.
    pub shrink: bool,
    /// Stop after so many findings.
    pub max_findings: Option<usize>,
    /// Stop as soon as this rule is broken: the identifier of an invariant.
    pub until: Option<&'static str>,
    /// Stop after so long.
    pub max_time: Option<Duration>,
    /// Which part of the run.
    pub shard: Shard,
    /// Stops it from outside.
    pub halt: Halt,
    /// How long a deferred credential takes, in seconds, if not as long as the profile says.
    pub deferred_delay: Option<u64>,
    /// The private key of the authorization server as a JWK: lets the harness mint access tokens.
    pub auth_key: Option<Value>,
    /// A service wallet that the issuer knows.
    pub service: Option<ServiceClient>,
    /// Where sessions come from.
    pub sessions: SessionSource,
    /// How the wallet departs from the conduct of the profile.
    pub manner: Manner,
    /// What is known of the issuer's endpoints beforehand.
    pub endpoints: Endpoints,
    /// A command that replays a case; `{case}` stands for its JSON, quoted for a shell.
    pub replay: String,
    /// A command that runs the one rule `{invariant}`, for findings that need no case.
    pub rerun: String,
}

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Every mutation alone, on every flow.
    Systematic,
    /// Several sessions, one after the other, interleaved and at the same time.
    Sequence,
    /// Combinations drawn from the seed.
    Random,
}

/// Which rules are asked. Patterns are identifiers or topics.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    only: Vec<String>,
    exclude: Vec<String>,
    /// Rules that weigh otherwise than by themselves, by identifier.
    grades: Vec<(String, Grade)>,
}

/// A name that nothing has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no {kind} is called \"{name}\"{}", hint(.suggestions))]
pub struct UnknownName {
    /// What was looked for.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Names like it.
    pub suggestions: Vec<String>,
}

impl Config {
    /// A run with defaults against the issuer of this identifier.
    pub fn new(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        Self {
            target: issuer.clone(),
            replay: format!("vcispec replay {{case}} {issuer}"),
            rerun: format!("vcispec run {issuer} --invariants {{invariant}}"),
            issuer,
            profile: &EBSI_V3,
            seed: 1,
            cases: 1000,
            phases: Phase::ALL.to_vec(),
            flows: Vec::new(),
            invariants: Filter::default(),
            workers: 8,
            fresh_per_case: false,
            control_every: None,
            shrink: true,
            max_findings: None,
            until: None,
            max_time: None,
            shard: Shard::WHOLE,
            halt: Halt::default(),
            deferred_delay: None,
            auth_key: None,
            service: None,
            sessions: SessionSource::EbsiInitiate,
            manner: Manner::default(),
            endpoints: Endpoints::default(),
        }
    }

    /// The same, with the profile for the issuer that discovery found and for the way in which sessions come to their tokens.
    pub(super) fn for_issuer(&self, context: &Context) -> Self {
        let profile = self.profile.for_issuer(&context.issuer_metadata);
        let grant = self.sessions.grant();
        Self {
            profile: grant.map_or(profile, |grant| {
                profile.by_grant(grant, &context.auth_metadata)
            }),
            // What one case learns of the token that all share, the next must know.
            workers: if self.shares_a_token() {
                1
            } else {
                self.workers
            },
            ..self.clone()
        }
    }

    /// Whether all sessions have one access token in common.
    pub(super) fn shares_a_token(&self) -> bool {
        self.sessions.grant() == Some(Grant::Shared)
    }

    /// Who asks for credentials.
    pub(super) fn holder(&self) -> Holder {
        let conduct = self.profile.conduct;
        self.manner.holder.unwrap_or(conduct.holder)
    }

    /// Whether the flow is wanted.
    pub(super) fn wants(&self, flow: &Flow) -> bool {
        let is_named = |name: &String| *name == flow.credential_type || *name == flow.to_string();
        self.flows.is_empty() || self.flows.iter().any(is_named)
    }

    /// Whether the phases hold any case at all.
    pub(super) fn is_empty(&self) -> bool {
        let planned = [Phase::Systematic, Phase::Sequence];
        let planned = planned.iter().any(|phase| self.phases.contains(phase));
        let random = self.phases.contains(&Phase::Random) && self.cases > 0;
        !planned && !random
    }
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: &[Self] = &[Self::Systematic, Self::Sequence, Self::Random];

    /// Stable name.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Systematic => "systematic",
            Self::Sequence => "sequence",
            Self::Random => "random",
        }
    }
}

impl FromStr for Phase {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|phase| phase.slug() == name);
        found.ok_or_else(|| UnknownName {
            kind: "phase",
            name: name.to_owned(),
            suggestions: Self::ALL.iter().map(|p| p.slug().to_owned()).collect(),
        })
    }
}

impl Filter {
    /// Only these rules, or all if none are named, without those excluded. A name is an identifier, or a topic for all of
    /// its rules.
    ///
    /// # Errors
    /// A name that no rule and no topic has.
    pub fn new(only: Vec<String>, exclude: Vec<String>) -> Result<Self, UnknownName> {
        for name in only.iter().chain(&exclude) {
            if !invariants::ALL.iter().any(|rule| is_meant(name, rule)) {
                return Err(UnknownName::new(
                    "invariant",
                    name,
                    invariants::ALL
                        .iter()
                        .flat_map(|rule| [rule.id, rule.topic()]),
                ));
            }
        }
        Ok(Self {
            only,
            exclude,
            grades: Vec::new(),
        })
    }

    /// The same, with other grades for what breaks these rules.
    #[must_use]
    pub fn weighing(self, grades: Vec<(String, Grade)>) -> Self {
        Self { grades, ..self }
    }

    /// The grade of what breaks the rule, if it is not the rule's own.
    pub(super) fn grade(&self, invariant: &Invariant) -> Option<Grade> {
        let mut grades = self.grades.iter();
        let named = grades.find(|(id, _)| id == invariant.id);
        named.map(|(_, grade)| *grade)
    }

    /// Whether the rule is asked.
    pub fn selects(&self, invariant: &Invariant) -> bool {
        let named = |names: &[String]| names.iter().any(|name| is_meant(name, invariant));
        (self.only.is_empty() || named(&self.only)) && !named(&self.exclude)
    }
}

impl UnknownName {
    /// With the names that come nearest.
    pub fn new<'a>(
        kind: &'static str,
        name: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut near: Vec<_> = names
            .into_iter()
            .map(|other| (distance(name, other), other))
            .collect();
        near.sort_unstable();
        near.dedup();
        let limit = name.len() / 2 + 1;
        Self {
            kind,
            name: name.to_owned(),
            suggestions: near
                .into_iter()
                .filter(|(distance, _)| *distance <= limit)
                .take(3)
                .map(|(_, name)| name.to_owned())
                .collect(),
        }
    }
}

fn is_meant(name: &str, invariant: &Invariant) -> bool {
    let name = name.strip_suffix("/*").unwrap_or(name);
    name == invariant.id || name == invariant.topic()
}

fn hint(suggestions: &[String]) -> String {
    if suggestions.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", suggestions.join(" or "))
}

/// How many letters have to change to make one name the other; less if one holds the other.
fn distance(a: &str, b: &str) -> usize {
    if b.contains(a) {
        return 0;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let unknown = UnknownName::new("mutation", "proof/nonce-stal", ["proof/nonce-stale", "x"]);
        assert_eq!(unknown.suggestions, ["proof/nonce-stale"]);
        assert_eq!(
            unknown.to_string(),
            "no mutation is called \"proof/nonce-stal\"; did you mean proof/nonce-stale?"
        );
    }

    #[test]
    fn a_topic_means_all_its_rules() {
        let rule = &invariants::ALL[0];
        let filter = Filter::new(vec![rule.topic().to_owned()], vec![rule.id.to_owned()])
            .expect("the names are known");
        assert!(!filter.selects(rule));
        assert!(filter.selects(&invariants::ALL[1]));
    }
}

//! How near-misses of a compared value become entries of the catalogue.

use super::{either, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::{Effect, Entry, Need};
use crate::case::near::Near;
use crate::case::op::Op;
use crate::case::stage::{Endpoint, Stage};
use crate::clauses::Clause;

/// A value that is compared, and where each kind of near-miss is refused.
pub(super) struct Compared {
    /// First part of the identifiers.
    pub(super) topic: &'static str,
    /// The value in a sentence.
    pub(super) name: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) clause: &'static Clause,
    pub(super) needs: Option<Need>,
    pub(super) op: fn(Near) -> Op,
    /// Where this near-miss is refused; `None` if it makes no sense here.
    pub(super) stage: fn(Near) -> Option<Stage>,
    /// The grants whose sessions have the value; empty if all have.
    pub(super) grants: &'static [Grant],
    /// The point of latitude for near-misses over which issuers differ.
    pub(super) latitude: fn(Near) -> Option<&'static str>,
}

impl Compared {
    /// A value of a request of these grants, over whose near-misses nobody differs.
    pub(super) const fn new(
        topic: &'static str,
        name: &'static str,
        place: (Endpoint, &'static [Grant]),
        clause: &'static Clause,
        op: fn(Near) -> Op,
        stage: fn(Near) -> Option<Stage>,
    ) -> Self {
        Self {
            topic,
            name,
            endpoint: place.0,
            clause,
            needs: None,
            op,
            stage,
            grants: place.1,
            latitude: none,
        }
    }

    /// With near-misses over which issuers differ.
    pub(super) const fn but(mut self, latitude: fn(Near) -> Option<&'static str>) -> Self {
        self.latitude = latitude;
        self
    }
}

pub(super) fn expand(compared: &'static Compared) -> impl Iterator<Item = Entry> {
    Near::ALL.iter().filter_map(move |near| {
        let stage = (compared.stage)(*near)?;
        let id = format!("{}/near-{}", compared.topic, near.slug());
        let doc = format!("{} {}.", compared.name, near.words());
        let op = (compared.op)(*near);
        let mut entry = match (compared.latitude)(*near) {
            Some(point) => either(&id, point, stage, compared.clause, &doc, [op]),
            None => malformed(&id, stage, compared.clause, &doc, [op]),
        };
        entry.endpoint = compared.endpoint;
        entry.needs.extend(compared.needs);
        entry.grants = compared.grants;
        entry.expansion = true;
        if entry.effect == Effect::Malformed {
            entry.latitude.extend(widened(compared.topic, *near));
        }
        Some(entry)
    })
}

/// Draft 11 has codes of its own for types and formats that an issuer does not know, and validators
/// differ over what is a URL.
fn widened(topic: &str, near: Near) -> Option<&'static str> {
    match topic {
        "format" | "type" if near.is_text() => Some("draft-11-codes"),
        "minted/client" if near.is_text() => Some("url-validation"),
        _ => None,
    }
}

/// Wrong JSON types are found by the schema, strings by the comparison.
pub(super) fn by_type(near: Near, schema: Stage, comparison: Stage) -> Option<Stage> {
    Some(if near.is_text() { comparison } else { schema })
}

/// As [`by_type`], for values that must be a URL: some near-misses are none.
pub(super) fn by_url(near: Near, schema: Stage, comparison: Stage) -> Option<Stage> {
    Some(match near {
        Near::PercentEncoded | Near::LookAlike | Near::EmptyString => schema,
        // Backwards, one is a URL by chance.
        Near::Reversed => return None,
        _ if near.is_text() => comparison,
        _ => schema,
    })
}

/// A key id whose DID is another, or whose fragment.
pub(super) fn by_kid(near: Near, did: Stage, fragment: Stage) -> Stage {
    if near.is_at_the_end() { fragment } else { did }
}

pub(super) fn none(_: Near) -> Option<&'static str> {
    None
}

/// Where only text can stand.
pub(super) fn text(near: Near, comparison: Stage) -> Option<Stage> {
    near.is_text().then_some(comparison)
}

/// JWTs may hold one audience as an array.
pub(super) fn audience(near: Near) -> Option<&'static str> {
    (near == Near::InArray).then_some("proof-aud-array")
}

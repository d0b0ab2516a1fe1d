//! Rules about the dates of an issued credential. "Now" is when the answer came.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Check, Invariant, Scene, read};
use crate::clauses::ebsi_v3 as c;
use crate::transcript::{Compact, Exchange, Verdict};

pub(super) const RULES: &[Invariant] = &[
    Invariant::new(
        "credential/dates-agree",
        c::VC_DATES,
        "nbf is validFrom, exp is expirationDate, iat is issued, and issuanceDate is validFrom.",
        Check::Exchange(dates_agree),
    ),
    Invariant::new(
        "credential/ends-after-it-begins",
        c::VC_VALIDITY,
        "The period that a credential claims ends after it begins.",
        Check::Exchange(ends_after_it_begins),
    ),
    Invariant::new(
        "credential/holds-when-issued",
        c::VC_VALIDITY,
        "A credential holds at the moment it is handed out, give or take five minutes.",
        Check::Exchange(holds_when_issued),
    ),
];

const SKEW: i64 = 300;

fn dates_agree(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some(credential) = read::issued(exchange) else {
        return Verdict::NotApplicable;
    };
    let pairs = [
        ("nbf", "validFrom"),
        ("exp", "expirationDate"),
        ("iat", "issued"),
        ("nbf", "issuanceDate"),
    ];
    for (claim, member) in pairs {
        let expected = format!("{claim} and {member} name the same moment");
        let (Some(seconds), Some(date)) = (seconds(&credential, claim), date(&credential, member))
        else {
            let actual = match seconds(&credential, claim) {
                None => format!("{claim} is {}", read::kind(credential.payload.get(claim))),
                Some(_) => match credential.claim("/vc").and_then(|vc| vc.get(member)) {
                    Some(Value::String(_)) => format!("{member} is no date"),
                    other => format!("{member} is {}", read::kind(other)),
                },
            };
            return Verdict::fail(expected, actual);
        };
        if seconds != date {
            return Verdict::fail(expected, apart(claim, seconds, member, date));
        }
    }
    Verdict::Pass
}

fn ends_after_it_begins(exchange: &Exchange, _: &Scene) -> Verdict {
    let Some((begin, end)) = read::issued(exchange).as_ref().and_then(period) else {
        return Verdict::NotApplicable;
    };
    Verdict::require(begin < end)
        .expected("nbf before exp")
        .actual(apart("exp", end, "nbf", begin))
}

fn holds_when_issued(exchange: &Exchange, scene: &Scene) -> Verdict {
    let Some((begin, end)) = read::issued(exchange).as_ref().and_then(period) else {
        return Verdict::NotApplicable;
    };
    let now = i64::try_from(exchange.received_at.as_secs()).unwrap_or_default();
    if now == 0 || ends_after_it_begins(exchange, scene) != Verdict::Pass {
        return Verdict::NotApplicable;
    }
    let actual = if begin.saturating_sub(SKEW) > now {
        apart("nbf", begin, "the answer", now)
    } else if end.saturating_add(SKEW) < now {
        apart("exp", end, "the answer", now)
    } else {
        return Verdict::Pass;
    };
    Verdict::fail("a period that includes the moment of the answer", actual)
}

fn period(credential: &Compact) -> Option<(i64, i64)> {
    Some((seconds(credential, "nbf")?, seconds(credential, "exp")?))
}

/// A claim in whole seconds.
fn seconds(credential: &Compact, claim: &str) -> Option<i64> {
    let value = credential.payload.get(claim)?;
    value.as_i64().or_else(|| {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a date with a fraction means its whole second, and the cast saturates"
        )]
        value.as_f64().map(|seconds| seconds.floor() as i64)
    })
}

fn date(credential: &Compact, member: &str) -> Option<i64> {
    let text = credential.claim("/vc")?.get(member)?.as_str()?;
    Some(OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp())
}

/// How far apart two moments are, in words that do not change from run to run.
fn apart(name: &str, moment: i64, other_name: &str, other: i64) -> String {
    let difference = moment.saturating_sub(other);
    match difference {
        0 => format!("{name} is {other_name}"),
        1.. => format!("{name} is {difference} s after {other_name}"),
        _ => format!(
            "{name} is {} s before {other_name}",
            difference.unsigned_abs()
        ),
    }
}

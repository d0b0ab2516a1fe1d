//! How a refusal is judged: the one place where an answer meets its expectation.
//!
//! A request is judged by the rule of its first fault alone. Some faults of one stage deserve a
//! rule of their own, since they are other bugs: see [`Special`].

use super::{Scene, read};
use crate::case::{Edit, Jws, JwsEdit, Op, Raw, Signer, Stage};
use crate::profile::Answer;
use crate::transcript::{Exchange, Fault, Grade, Verdict};

/// A fault that a rule of its own judges, in place of the rule of its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// The proof's `alg` is `none`, HMAC, or another that does not fit the key.
    ProofAlgorithm,
    /// The proof has expired or is not valid yet.
    ProofExpiry,
    /// The proof's `typ`.
    ProofType,
    /// The proof's `crit` names an extension that must be understood.
    ProofCritical,
    /// The access token's `alg` is `none`, HMAC, or another that does not fit the key.
    TokenAlgorithm,
}

/// Judges requests whose first fault is at one of these stages and no special one.
pub(super) fn of_stages(stages: &[Stage], exchange: &Exchange, scene: &Scene) -> Verdict {
    match exchange.expectation.first() {
        Some(fault) if stages.contains(&fault.stage) && special(fault).is_none() => {
            judge(fault, exchange, scene)
        }
        _ => Verdict::NotApplicable,
    }
}

/// Judges requests whose first fault is this special one.
pub(super) fn of_special(wanted: Special, exchange: &Exchange, scene: &Scene) -> Verdict {
    match exchange.expectation.first() {
        Some(fault) if special(fault) == Some(wanted) => judge(fault, exchange, scene),
        _ => Verdict::NotApplicable,
    }
}

fn special(fault: &Fault) -> Option<Special> {
    let ops = &fault.mutation?.ops;
    let changes_header = |which: Jws, wanted: &str| {
        ops.iter().any(|op| {
            matches!(op, Op::Jws(jws, JwsEdit::Header(name, _) | JwsEdit::TamperHeader(name, _))
                if *jws == which && *name == wanted)
        })
    };
    let changes_claim = |which: Jws, wanted: &[&str]| {
        ops.iter().any(|op| {
            matches!(op, Op::Jws(jws, JwsEdit::Claim(name, _) | JwsEdit::TamperClaim(name, _))
                if *jws == which && wanted.contains(name))
        })
    };
    let hmac = |which: Jws| {
        ops.iter().any(|op| {
            matches!(op, Op::Jws(jws, JwsEdit::Signer(Signer::Hmac(_) | Signer::HmacEmpty)) if *jws == which)
        })
    };
    match fault.stage {
        Stage::ProofSignature if changes_header(Jws::Proof, "alg") || hmac(Jws::Proof) => {
            Some(Special::ProofAlgorithm)
        }
        Stage::ProofSignature if changes_claim(Jws::Proof, &["exp", "nbf"]) => {
            Some(Special::ProofExpiry)
        }
        Stage::ProofSignature | Stage::ProofHeader if changes_header(Jws::Proof, "crit") => {
            Some(Special::ProofCritical)
        }
        Stage::ProofHeader if changes_header(Jws::Proof, "typ") => Some(Special::ProofType),
        Stage::TokenHeader | Stage::TokenSignature
            if names_algorithm(ops, Jws::Token) || hmac(Jws::Token) =>
        {
            Some(Special::TokenAlgorithm)
        }
        _ => None,
    }
}

/// Whether the header names another algorithm, in contrast to none or to one of the wrong type.
fn names_algorithm(ops: &[Op], which: Jws) -> bool {
    ops.iter().any(|op| match op {
        Op::Jws(
            jws,
            JwsEdit::Header("alg", Edit::Set(value)) | JwsEdit::TamperHeader("alg", value),
        ) => *jws == which && matches!(value, Raw::String(_) | Raw::Template(_)),
        _ => false,
    })
}

fn judge(fault: &Fault, exchange: &Exchange, scene: &Scene) -> Verdict {
    if read::crashed(exchange)
        || exchange.expectation.allowed.is_empty()
        || hands_out_no_jws(exchange)
    {
        return Verdict::NotApplicable;
    }
    if exchange.is_allowed() || is_refused_in_a_broken_shape(exchange) {
        return Verdict::Pass;
    }
    Verdict::fail(exchange.expectation.words(), exchange.outcome_words())
        .grade(grade(exchange, scene))
        .clause(fault.clause)
}

/// A 2xx with a `credential` that is no JWS is neither refusal nor acceptance, but a broken answer:
/// `response/credential-is-a-compact-jws` says so.
fn hands_out_no_jws(exchange: &Exchange) -> bool {
    read::is_issuance(exchange)
        && exchange.is_success()
        && exchange.credential_member().is_some()
        && exchange.credential().is_none()
}

/// A refusal with an allowed status whose body is no error of any kind. What is wrong with the body
/// is for `response/*` and `error/*` to say.
fn is_refused_in_a_broken_shape(exchange: &Exchange) -> bool {
    let status = exchange.status();
    read::is_client_error(exchange)
        && exchange.error().is_none()
        && !read::is_problem(exchange)
        && !read::is_head(exchange)
        && exchange
            .expectation
            .allowed
            .iter()
            .any(|allowed| allowed.statuses.contains(&status))
}

/// With several faults at once, a code that fits one of them is tolerable even with another status.
fn grade(exchange: &Exchange, scene: &Scene) -> Grade {
    let faults = &exchange.expectation.faults;
    let fits = |fault: &Fault| {
        let rule = scene.profile.rule(exchange.endpoint, fault.stage);
        matches!((rule.map(|rule| rule.answer), exchange.any_error()),
            (Some(Answer::OAuth(codes) | Answer::Redirect(codes)), Some(error))
                if codes.contains(&error))
    };
    if read::is_client_error(exchange) && faults.len() > 1 && faults.iter().any(fits) {
        Grade::Tolerable
    } else {
        Grade::Failure
    }
}

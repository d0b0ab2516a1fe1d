//! `vcispec list`.

use std::io::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{Done, Exit, unread};
use crate::case::{Effect, Mutation};
use crate::clauses;
use crate::invariants;
use crate::issuer::Defect;

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to list
    #[arg(value_enum)]
    what: What,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Changes to a valid request
    Mutations,
    /// Rules that every answer must satisfy
    Invariants,
    /// What the specifications say
    Clauses,
    /// Deliberate bugs of the reference issuer
    Defects,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let entries = match arguments.what {
        What::Mutations => Mutation::all().iter().copied().map(mutation).collect(),
        What::Invariants => invariants::ALL.iter().map(invariant).collect(),
        What::Clauses => clauses::all().map(clause).collect(),
        What::Defects => Defect::ALL.iter().copied().map(defect).collect::<Vec<_>>(),
    };
    let mut out = anstream::stdout().lock();
    if arguments.json {
        let text = serde_json::to_string_pretty(&entries).expect("a list is JSON");
        writeln!(out, "{text}").map_err(unread)?;
        return Ok(Exit::Clean);
    }
    let text = |entry: &Value, member: &str| entry[member].as_str().unwrap_or_default().to_owned();
    let ids: Vec<_> = entries.iter().map(|entry| text(entry, "id")).collect();
    let width = ids.iter().map(String::len).max().unwrap_or(0).min(48);
    for (id, entry) in ids.iter().zip(&entries) {
        writeln!(out, "{id:width$}  {}", text(entry, "doc")).map_err(unread)?;
    }
    Ok(Exit::Clean)
}

fn mutation(mutation: Mutation) -> Value {
    let (effect, latitude) = match mutation.effect {
        Effect::Malformed => ("malformed", None),
        Effect::Benign => ("benign", None),
        Effect::Either(point) => ("either", Some(point)),
    };
    json!({
        "id": mutation.id,
        "doc": mutation.doc,
        "endpoint": mutation.endpoint.slug(),
        "effect": effect,
        "latitude": latitude.into_iter().chain(mutation.latitude.iter().copied()).collect::<Vec<_>>(),
        "stage": mutation.stage.map(crate::case::Stage::slug),
        "clause": mutation.clause.id,
        "needs": mutation.needs.iter().map(|need| need.slug()).collect::<Vec<_>>(),
        "expansion": mutation.expansion,
    })
}

fn invariant(invariant: &invariants::Invariant) -> Value {
    json!({ "id": invariant.id, "doc": invariant.doc, "clause": invariant.clause.id })
}

fn clause(clause: &clauses::Clause) -> Value {
    json!({
        "id": clause.id,
        "doc": clause.text,
        "spec": clause.spec,
        "section": clause.section,
        "level": clause.level.as_str(),
        "link": clause.link,
    })
}

fn defect(defect: Defect) -> Value {
    json!({ "id": defect.slug(), "doc": defect.sentence() })
}

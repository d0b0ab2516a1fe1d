//! `vcispec explain`.

use std::fmt::Write as _;
use std::io::Write as _;

use super::{Done, Exit, unread, usage};
use crate::case::{Effect, Mutation};
use crate::clauses::{self, Clause};
use crate::engine::UnknownName;
use crate::invariants;
use crate::issuer::Defect;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The identifier of a mutation, an invariant, a clause or a defect
    id: String,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let id = arguments.id.as_str();
    let meanings: Vec<String> = [
        Mutation::find(id).map(mutation),
        invariants::find(id).map(invariant),
        clauses::find(id).map(|found| format!("clause {id}\n{}", clause(found))),
        id.parse().ok().map(defect),
    ]
    .into_iter()
    .flatten()
    .collect();
    if meanings.is_empty() {
        let names = Mutation::all()
            .iter()
            .map(|mutation| mutation.id.as_str())
            .chain(invariants::ALL.iter().map(|invariant| invariant.id))
            .chain(clauses::all().map(|clause| clause.id))
            .chain(Defect::ALL.iter().map(|defect| defect.slug()));
        let kind = "mutation, invariant, clause or defect";
        return Err(usage(UnknownName::new(kind, id, names)));
    }
    write!(anstream::stdout(), "{}", meanings.join("\n")).map_err(unread)?;
    Ok(Exit::Clean)
}

fn mutation(mutation: Mutation) -> String {
    let mut out = format!("mutation {}\n{}\n\n", mutation.id, mutation.doc);
    let _ = writeln!(out, "request    {}", mutation.endpoint.slug());
    let effect = match mutation.effect {
        Effect::Malformed => "must be refused".to_owned(),
        Effect::Benign => "must not change the outcome".to_owned(),
        Effect::Either(point) => {
            format!("may be refused or not: docs/latitude.md, {point}")
        }
    };
    let _ = writeln!(out, "effect     {effect}");
    if let Some(stage) = mutation.stage {
        let _ = writeln!(out, "stage      {}", stage.slug());
    }
    for need in &mutation.needs {
        let _ = writeln!(out, "needs      {}", need.slug());
    }
    out + &clause(mutation.clause)
}

fn invariant(invariant: &invariants::Invariant) -> String {
    format!(
        "invariant {}\n{}\n\n{}",
        invariant.id,
        invariant.doc,
        clause(invariant.clause)
    )
}

fn clause(clause: &Clause) -> String {
    format!(
        "clause     {}, {} {} ({})\n           {}\n           {}\n",
        clause.id,
        clause.spec,
        clause.section,
        clause.level.as_str(),
        clause.text,
        clause.link
    )
}

fn defect(defect: Defect) -> String {
    format!(
        "defect {defect}\n{}\n\nTry it: vcispec serve --defect {defect}\n",
        defect.sentence()
    )
}

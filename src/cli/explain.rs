//! `vcispec explain`: one thing in full.

use clap::Args;

use super::{Exit, Stop};
use crate::case::{Effect, Mutation};
use crate::clauses::{self, Clause};
use crate::engine::UnknownName;
use crate::invariants;
use crate::issuer::{Defect, Reading};
use crate::oracle::latitude;
use crate::profile::EBSI_V3;
use crate::zoo::{Entry, readings};

/// Explain a mutation, an invariant, a clause, a defect or a reading.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Its identifier, as `vcispec list` and reports show it.
    id: String,
}

impl Explain {
    /// Prints what is known.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let id = self.id.as_str();
        let defect = Defect::ALL.iter().find(|defect| defect.slug() == id);
        if let Some(mutation) = Mutation::find(id) {
            explain_mutation(mutation);
        } else if let Some(rule) = invariants::find(id) {
            anstream::println!("{id} is an invariant.\n{}\n", rule.doc);
            explain_clause(rule.clause);
        } else if let Some(clause) = clauses::find(id) {
            explain_clause(clause);
        } else if let Some(defect) = defect {
            anstream::println!(
                "{id} is a defect of the reference issuer: vcispec serve --defect {id}\n{}",
                defect.sentence()
            );
            if let Some(entry) = Entry::of(*defect) {
                anstream::println!("It must be caught by: {}.", entry.invariant);
            }
        } else if let Some(reading) = Reading::ALL.iter().find(|reading| reading.slug() == id) {
            anstream::println!(
                "{id} is a reading of the reference issuer: vcispec serve --reading {id}\n{}",
                reading.sentence()
            );
            if let Some(entry) = readings::of(*reading) {
                anstream::println!("It uses {} of docs/latitude.md.", entry.point);
            }
        } else {
            let names = Mutation::all()
                .iter()
                .map(|mutation| mutation.id.as_str())
                .chain(invariants::ALL.iter().map(|rule| rule.id))
                .chain(clauses::all().map(|clause| clause.id))
                .chain(Defect::ALL.iter().map(|defect| defect.slug()))
                .chain(Reading::ALL.iter().map(|reading| reading.slug()));
            return Err(Stop::usage(UnknownName::new(
                "mutation, invariant, clause, defect or reading",
                id,
                names,
            )));
        }
        Ok(Exit::Clean)
    }
}

fn explain_mutation(mutation: Mutation) {
    anstream::println!(
        "{} is a mutation of {} requests.\n{}",
        mutation.id,
        mutation.endpoint.slug(),
        mutation.doc
    );
    let rule = mutation
        .stage
        .and_then(|stage| EBSI_V3.rule(mutation.endpoint, stage));
    match (mutation.effect, rule) {
        (Effect::Malformed, Some(rule)) => anstream::println!(
            "The request must be refused, at step {} ({}).",
            rule.label,
            rule.stage.slug()
        ),
        (Effect::Benign, _) => anstream::println!("The outcome must not change."),
        (Effect::Either(point), _) => {
            let reason = latitude::find(point).map_or("", |point| point.reason);
            anstream::println!("Conformant issuers differ ({point}): {reason}.");
        }
        (Effect::Malformed, None) => {}
    }
    let slots: Vec<_> = mutation.slots().map(|slot| slot.to_string()).collect();
    anstream::println!("It changes: {}.", slots.join(", "));
    for need in &mutation.needs {
        anstream::println!("It needs: {}.", need.slug());
    }
    anstream::println!();
    explain_clause(mutation.clause);
}

fn explain_clause(clause: &Clause) {
    anstream::println!(
        "clause {} ({}, {}; {})\n{}\n{}",
        clause.id,
        clause.spec,
        clause.section,
        clause.level.as_str(),
        clause.text,
        clause.link
    );
}

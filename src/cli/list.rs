//! `vcispec list`: what there is.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Exit, Stop};
use crate::case::{Effect, Mutation};
use crate::issuer::Defect;
use crate::{clauses, invariants};

/// List what there is.
#[derive(Debug, Args)]
pub(super) struct List {
    /// What to list.
    what: What,
    /// As JSON, one array.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// The changes that are made to requests.
    Mutations,
    /// The rules that answers must satisfy.
    Invariants,
    /// What the specifications say.
    Clauses,
    /// The deliberate bugs that `serve --defect` switches on.
    Defects,
}

/// A line of a list.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    /// What kind it is, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<&'static str>,
    text: String,
}

impl List {
    /// Prints the list.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let rows = match self.what {
            What::Mutations => mutations(),
            What::Invariants => invariants::ALL
                .iter()
                .map(|rule| Row {
                    id: rule.id.into(),
                    kind: None,
                    clause: Some(rule.clause.id),
                    text: rule.doc.into(),
                })
                .collect(),
            What::Clauses => clauses::all()
                .map(|clause| Row {
                    id: clause.id.into(),
                    kind: Some(clause.level.as_str()),
                    clause: None,
                    text: clause.text.into(),
                })
                .collect(),
            What::Defects => Defect::ALL
                .iter()
                .map(|defect| Row {
                    id: defect.slug().into(),
                    kind: None,
                    clause: None,
                    text: defect.sentence().into(),
                })
                .collect(),
        };
        let mut out = anstream::stdout().lock();
        // Whoever reads may have seen enough and gone.
        let _ = if self.json {
            writeln!(
                out,
                "{}",
                serde_json::to_string_pretty(&rows).map_err(Stop::internal)?
            )
        } else {
            print(&mut out, &rows)
        };
        Ok(Exit::Clean)
    }
}

fn mutations() -> Vec<Row> {
    let kind = |effect| match effect {
        Effect::Malformed => "malformed",
        Effect::Benign => "benign",
        Effect::Either(_) => "either",
    };
    Mutation::all()
        .iter()
        .map(|mutation| Row {
            id: mutation.id.clone(),
            kind: Some(kind(mutation.effect)),
            clause: Some(mutation.clause.id),
            text: mutation.doc.clone(),
        })
        .collect()
}

fn print(out: &mut impl std::io::Write, rows: &[Row]) -> std::io::Result<()> {
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    for row in rows {
        let kind = row.kind.map_or(String::new(), |kind| format!("{kind:<10}"));
        writeln!(out, "{:<width$}  {kind}{}", row.id, row.text)?;
    }
    Ok(())
}

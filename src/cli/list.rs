//! `vcispec list`: what there is.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Exit, Stop};
use crate::case::{Effect, Mutation};
use crate::issuer::Defect;
use crate::zoo::{self, Needs};
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
    /// The deliberate bugs that `serve --defect` switches on, with the invariant that catches each.
    Defects,
    /// The other uses of latitude that `serve --reading` switches on, with the point that each uses.
    Readings,
}

/// A line of a list.
#[derive(Debug, Default, Serialize)]
struct Row {
    id: String,
    /// What kind it is, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<&'static str>,
    /// What must catch it.
    #[serde(skip_serializing_if = "Option::is_none")]
    invariant: Option<&'static str>,
    /// The size of the smallest case that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<Needs>,
    /// A credential type whose flow shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown_by: Option<&'static str>,
    /// What it takes to show it, beyond requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    takes: Option<&'static str>,
    /// Where somebody had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    /// The point of latitude that it uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<&'static str>,
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
                    clause: Some(rule.clause.id),
                    text: rule.doc.into(),
                    ..Row::default()
                })
                .collect(),
            What::Clauses => clauses::all()
                .map(|clause| Row {
                    id: clause.id.into(),
                    kind: Some(clause.level.as_str()),
                    text: clause.text.into(),
                    ..Row::default()
                })
                .collect(),
            What::Defects => defects(),
            What::Readings => readings(),
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

fn defects() -> Vec<Row> {
    let row = |defect: Defect| Row {
        id: defect.slug().into(),
        text: defect.sentence().into(),
        ..Row::default()
    };
    let rows = zoo::ALL.iter().map(|entry| Row {
        invariant: Some(entry.invariant),
        needs: Some(entry.needs),
        shown_by: Some(entry.shown_by),
        kind: Some(entry.class.slug()),
        takes: entry.capability.words(),
        source: Some(entry.source),
        ..row(entry.defect)
    });
    rows.collect()
}

fn readings() -> Vec<Row> {
    let row = |entry: &zoo::readings::Entry| Row {
        id: entry.reading.slug().into(),
        point: Some(entry.point),
        shown_by: Some(entry.shown_by),
        text: entry.reading.sentence().into(),
        ..Row::default()
    };
    zoo::readings::ALL.iter().map(row).collect()
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
            ..Row::default()
        })
        .collect()
}

fn print(out: &mut impl std::io::Write, rows: &[Row]) -> std::io::Result<()> {
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let beside = |row: &Row| row.invariant.or(row.point);
    let rules = rows.iter().filter_map(beside).map(str::len);
    let rule_width = rules.max().unwrap_or(0);
    for row in rows {
        let kind = row.kind.map_or(String::new(), |kind| format!("{kind:<10}"));
        let rule = beside(row).map_or(String::new(), |id| format!("{id:<rule_width$}  "));
        writeln!(out, "{:<width$}  {kind}{rule}{}", row.id, row.text)?;
    }
    Ok(())
}

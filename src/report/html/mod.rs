//! `report.html`: one page that needs no network, for people: findings by clause with request and answer side by side, what
//! was asked on which flow, and what was not tried.

mod shown;

use std::collections::{BTreeMap, BTreeSet};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::shown::Shown;
use super::summary;
use super::wire::word;
use crate::clauses;
use crate::engine::{Asked, Outcome};
use crate::transcript::{Finding, Grade, Transcript};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The report as HTML.
pub fn text(outcome: &Outcome) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "vcispec: " (outcome.target) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header(outcome))
                main {
                    (findings(outcome))
                    (matrix(outcome))
                    (coverage(outcome))
                    (left_out(outcome))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn header(outcome: &Outcome) -> Markup {
    let kind = if outcome.has_failures() {
        "failure"
    } else {
        "good"
    };
    html! {
        header {
            h1 { "vcispec " small { (outcome.target) } }
            p.verdict.(kind) { (summary::verdict(outcome)) }
            @if let Some(reason) = &outcome.stopped {
                p.failure { "stopped early: " (reason) }
            }
            p.controls {
                label for="search" { "Search " }
                input #search type="search" placeholder="rule, mutation, flow, text";
                @for grade in [Grade::Failure, Grade::Tolerable, Grade::Note] {
                    label { input type="checkbox" checked data-grade=(word(grade)); " " (word(grade)) }
                }
            }
        }
    }
}

fn findings(outcome: &Outcome) -> Markup {
    let mut by_clause: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &outcome.findings {
        by_clause.entry(&finding.clause).or_default().push(finding);
    }
    // The clause with the worst finding first; within one, as the run has them.
    let mut groups: Vec<_> = by_clause.into_iter().collect();
    groups.sort_by_key(|(_, found)| std::cmp::Reverse(found.iter().map(|one| one.grade).max()));
    html! {
        section #findings {
            h2 { "Findings" }
            @if groups.is_empty() { p { "None." } }
            @for (clause, found) in groups {
                div.clause {
                    h3 { (clause) }
                    @if let Some(clause) = clauses::find(clause) {
                        p.rule { (clause.text) " " small { (clause.spec) ", " (clause.section) "; " (clause.link) } }
                    }
                    @for finding in found { (one(finding, outcome.shown.get(&finding.id).map(AsRef::as_ref))) }
                }
            }
        }
    }
}

fn one(finding: &Finding, transcript: Option<&Transcript>) -> Markup {
    let grade = word(finding.grade);
    html! {
        details.finding.(grade) id=(finding.id) data-grade=(grade) {
            summary {
                span.grade { (grade) } " " code { (finding.invariant) } " "
                span.words { (finding.actual) }
                span.count { (finding.count) "×" }
            }
            dl {
                dt { "expected" } dd { (finding.expected) }
                dt { "got" } dd { (finding.actual) }
                @for mutation in finding.case.iter().flat_map(|case| case.mutations()) {
                    dt { "sent" } dd { (mutation.doc) " " code { (mutation.id) } }
                }
                dt { "flows" } dd { (finding.flows.join(", ")) }
                @if finding.seen_with.len() > 1 {
                    dt { "mutations" } dd { (finding.seen_with.join(", ")) }
                }
                @if !finding.shows_by_itself {
                    dt { "but" } dd { "not by this case alone: it takes the requests of other cases, before or at the same time" }
                }
            }
            @if let Some(transcript) = transcript { (exchanges(transcript)) }
            (copyable("replay", &finding.reproduce))
            (copyable("curl", &finding.curl))
        }
    }
}

fn exchanges(transcript: &Transcript) -> Markup {
    let last = transcript.exchanges.len().saturating_sub(1);
    html! {
        div.exchanges {
            @for (at, exchange) in transcript.exchanges.iter().enumerate() {
                @let shown = Shown::of(exchange);
                @let is_of_case = exchange.step.is_some() || transcript.case.is_none();
                details.exchange open[is_of_case && at == last] {
                    summary {
                        code { (shown.line) } " → " code { (shown.status) }
                        @for mutation in &exchange.mutations { " " mark { (mutation.id) } }
                    }
                    div.sides {
                        (side("request", &shown.request))
                        (side("answer", &shown.response))
                    }
                }
            }
        }
    }
}

fn side(name: &str, text: &str) -> Markup {
    html! { figure { figcaption { (name) } pre { (text) } } }
}

fn copyable(name: &str, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            figure.copy { figcaption { (name) " " button type="button" hidden { "copy" } } pre { (text) } }
        }
    }
}

/// Rules by flows: what was asked, and what came of it.
fn matrix(outcome: &Outcome) -> Markup {
    let flows: BTreeSet<&str> = outcome
        .asked
        .iter()
        .flat_map(|rule| rule.flows.iter().map(String::as_str))
        .collect();
    let worst = |rule: &Asked, flow: &str| {
        let of_this = |finding: &&Finding| {
            finding.invariant == rule.id
                && (finding.flow == flow || finding.flows.iter().any(|other| other == flow))
        };
        outcome
            .findings
            .iter()
            .filter(of_this)
            .map(|finding| finding.grade)
            .max()
    };
    html! {
        section #matrix {
            h2 { "Rules and flows" }
            div.wide { table {
                thead { tr { th {} @for flow in &flows { th.flow { span { (flow) } } } } }
                tbody {
                    @for rule in &outcome.asked {
                        tr {
                            th title=(rule.doc) { code { (rule.id) } }
                            @for flow in &flows {
                                @if !rule.flows.iter().any(|other| other == flow) { td {} }
                                @else if let Some(grade) = worst(rule, flow) { td.(word(grade)) title=(word(grade)) { "✗" } }
                                @else { td.good title="holds" { "✓" } }
                            }
                        }
                    }
                }
            } }
        }
    }
}

/// How many rules rest on each clause, and how many of them spoke.
fn coverage(outcome: &Outcome) -> Markup {
    let mut clauses: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for rule in &outcome.asked {
        let (rules, spoke) = clauses.entry(rule.clause.id).or_default();
        *rules += 1;
        *spoke += usize::from(!rule.flows.is_empty());
    }
    html! {
        section #coverage {
            h2 { "Clauses" }
            details {
                summary {
                    (clauses.values().filter(|(_, spoke)| *spoke > 0).count()) " of " (clauses.len())
                    " clauses with a rule were put to the test"
                }
                table {
                    thead { tr { th { "clause" } th { "rules" } th { "that spoke" } } }
                    tbody { @for (clause, (rules, spoke)) in &clauses {
                        tr { th { code { (clause) } } td { (rules) } td.(if *spoke == 0 { "note" } else { "" }) { (spoke) } }
                    } }
                }
            }
        }
    }
}

fn left_out(outcome: &Outcome) -> Markup {
    html! {
        @if !outcome.not_applicable.is_empty() {
            section #left-out {
                h2 { "Not tried" }
                details {
                    summary { (outcome.not_applicable.len()) " mutations, flows and rules" }
                    ul { @for left in &outcome.not_applicable { li { code { (left.id) } ": " (left.reason) } } }
                }
            }
        }
    }
}

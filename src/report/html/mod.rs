//! `report.html`: one page that needs no network, for people: findings by clause with request and answer side by side and what
//! was changed marked, what was asked on which flow, which clauses were put to the test, and what was not tried.

mod mark;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::json::{Report, Rule};
use super::summary;
use super::told::Told;
use super::wire::word;
use crate::clauses;
use crate::transcript::{Finding, Grade};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
const GRADES: [Grade; 3] = [Grade::Failure, Grade::Tolerable, Grade::Note];

/// The report as HTML.
pub fn text(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "vcispec: " (report.target) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header(report))
                main {
                    (findings(report))
                    (matrix(report))
                    (coverage(report))
                    (left_out(report))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// Whether the page can mark what these words name, which are those of a slot of a request, such as `proof claim nonce`.
pub fn can_mark(changed: &str) -> bool {
    !mark::parts(&[changed.to_owned()]).is_empty()
}

fn header(report: &Report) -> Markup {
    let kind = if report.has(Grade::Failure) {
        "failure"
    } else {
        "good"
    };
    let facts = [
        ("profile", report.profile.clone()),
        ("seed", report.seed.to_string()),
        ("started", report.started.clone()),
        ("version", report.version.clone()),
    ];
    html! {
        header {
            h1 { "vcispec " small { (report.target) } }
            p.verdict.(kind) { (summary::verdict(report)) }
            @if let Some(reason) = &report.stopped {
                p.early { "Stopped early: " (reason) }
            }
            @for remark in &report.remarks { p.early { (remark) } }
            ul.facts {
                @for (name, value) in facts { li { (name) " " b { (value) } } }
            }
            nav {
                a href="#findings" { "Findings" } " "
                a href="#matrix" { "Rules and flows" } " "
                a href="#coverage" { "Clauses" } " "
                @if !report.not_applicable.is_empty() { a href="#left-out" { "Not tried" } }
            }
        }
    }
}

fn findings(report: &Report) -> Markup {
    let mut by_clause: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        by_clause.entry(&finding.clause).or_default().push(finding);
    }
    // The clause with the worst finding first; within one, as the run has them.
    let mut groups: Vec<_> = by_clause.into_iter().collect();
    groups.sort_by_key(|(_, found)| std::cmp::Reverse(found.iter().map(|one| one.grade).max()));
    html! {
        section #findings {
            h2 { "Findings" }
            @if groups.is_empty() { p { "None." } }
            @else { (controls(report)) }
            @for (clause, found) in groups {
                div.clause {
                    h3 { (clause) }
                    @if let Some(clause) = clauses::find(clause) {
                        p.rule { (clause.text) " " small { (clause.spec) ", " (clause.section) "; " (clause.link) } }
                    }
                    @for finding in found { (one(finding, report.exchanges.get(&finding.id))) }
                }
            }
            p #nothing hidden { "No finding is like that." }
        }
    }
}

/// What narrows the findings down.
fn controls(report: &Report) -> Markup {
    let of = |grade| {
        let findings = report.findings.iter();
        findings.filter(|finding| finding.grade == grade).count()
    };
    let flows: BTreeSet<&str> = report
        .findings
        .iter()
        .flat_map(|finding| finding.flows.iter().chain([&finding.flow]))
        .map(String::as_str)
        .collect();
    html! {
        form.controls {
            label { "Search " input #search type="search" placeholder="rule, mutation, text"; }
            label { "Flow " select #flow {
                option value="" { "all" }
                @for flow in flows { option { (flow) } }
            } }
            @for grade in GRADES {
                @if of(grade) > 0 {
                    label { input type="checkbox" checked data-grade=(word(grade)); " " (word(grade)) " (" (of(grade)) ")" }
                }
            }
            button #open type="button" { "open all" }
        }
    }
}

fn one(finding: &Finding, exchanges: Option<&Vec<Told>>) -> Markup {
    let grade = word(finding.grade);
    let flows: BTreeSet<&str> = finding
        .flows
        .iter()
        .chain([&finding.flow])
        .map(String::as_str)
        .collect();
    let flows: Vec<_> = flows.into_iter().collect();
    html! {
        details.finding.(grade) id=(finding.id) data-grade=(grade) data-flows=(flows.join(" ")) {
            summary {
                span.grade { (grade) } " " code { (finding.invariant) } " "
                span.words { (finding.actual) } " "
                span.count title="cases that showed it" { (finding.count) "×" }
            }
            dl {
                @for mutation in finding.case.iter().flat_map(|case| case.mutations()) {
                    dt { "sent" } dd { (mutation.doc) " " code { (mutation.id) } }
                }
                dt { "expected" } dd { (finding.expected) }
                dt { "got" } dd { (finding.actual) }
                dt { "flows" } dd { (flows.join(", ")) }
                @if finding.seen_with.len() > 1 {
                    dt { "mutations" } dd { (finding.seen_with.join(", ")) }
                }
                @if !finding.shows_by_itself {
                    dt { "but" } dd { "not by this case alone: it takes the requests of other cases, before or at the same time" }
                }
            }
            @if let Some(exchanges) = exchanges { (shown::exchanges(exchanges)) }
            (copyable("replay", &finding.reproduce))
            (copyable("curl", &finding.curl))
        }
    }
}

fn copyable(name: &str, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            figure.copy { figcaption { (name) " " button type="button" hidden { "copy" } } pre { (text) } }
        }
    }
}

/// Rules by flows: what was asked, and what came of it.
fn matrix(report: &Report) -> Markup {
    let flows: BTreeSet<&str> = report
        .rules
        .iter()
        .flat_map(|rule| rule.flows.iter().map(String::as_str))
        .collect();
    let mut found: BTreeMap<(&str, &str), Grade> = BTreeMap::new();
    for finding in &report.findings {
        for flow in finding.flows.iter().chain([&finding.flow]) {
            let worst = found
                .entry((&finding.invariant, flow))
                .or_insert(Grade::Note);
            *worst = finding.grade.max(*worst);
        }
    }
    let is_asked = |rule: &&Rule| !rule.flows.is_empty();
    html! {
        section #matrix {
            h2 { "Rules and flows" }
            p.rule { "✓ the rule was asked and holds, ✗ it is broken, empty: it had nothing to say." }
            div.wide { table {
                thead { tr { th {} @for flow in &flows { th.flow { span { (flow) } } } } }
                tbody {
                    @for rule in report.rules.iter().filter(is_asked) {
                        tr {
                            th title=(rule.doc) { code { (rule.id) } }
                            @for flow in &flows { (cell(rule, flow, found.get(&(rule.id.as_str(), *flow)).copied())) }
                        }
                    }
                }
            } }
        }
    }
}

fn cell(rule: &Rule, flow: &str, grade: Option<Grade>) -> Markup {
    html! {
        @match grade {
            Some(grade) => td.(word(grade)) title={ (word(grade)) ": " (rule.id) " on " (flow) } { "✗" },
            None if rule.flows.contains(flow) => td.good title={ (rule.id) " holds on " (flow) } { "✓" },
            None => td {},
        }
    }
}

/// How many rules rest on each clause, and how many of them spoke.
fn coverage(report: &Report) -> Markup {
    let mut clauses: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for rule in &report.rules {
        let (rules, spoke, broken) = clauses.entry(&rule.clause).or_default();
        *rules += 1;
        *spoke += usize::from(!rule.flows.is_empty());
        let is_broken = report
            .findings
            .iter()
            .any(|finding| finding.invariant == rule.id);
        *broken += usize::from(is_broken);
    }
    let tested = clauses.values().filter(|(_, spoke, _)| *spoke > 0).count();
    html! {
        section #coverage {
            h2 { "Clauses" }
            details {
                summary { (tested) " of " (clauses.len()) " clauses with a rule were put to the test" }
                div.wide { table {
                    thead { tr { th { "clause" } th { "rules" } th { "that spoke" } th { "broken" } } }
                    tbody { @for (clause, (rules, spoke, broken)) in &clauses {
                        tr {
                            th title=[clauses::find(clause).map(|clause| clause.text)] { code { (clause) } }
                            td { (rules) }
                            td.(if *spoke == 0 { "note" } else { "" }) { (spoke) }
                            td.(if *broken == 0 { "" } else { "failure" }) { (broken) }
                        }
                    } }
                } }
            }
        }
    }
}

fn left_out(report: &Report) -> Markup {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for left in &report.not_applicable {
        by_reason.entry(&left.reason).or_default().push(&left.id);
    }
    html! {
        @if !by_reason.is_empty() {
            section #left-out {
                h2 { "Not tried" }
                @for (reason, ids) in by_reason {
                    details {
                        summary { (ids.len()) ": " (reason) }
                        p { @for id in ids { code { (id) } " " } }
                    }
                }
            }
        }
    }
}

//! `docs/invariants/`: a page a topic with what is asked, on which clause it rests, a case that breaks the rule on a deliberate
//! bug, and which of these bugs it must catch. Written from the tables; `VCISPEC_UPDATE=1 cargo test invariant_pages` renews them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use vcispec::case::Case;
use vcispec::invariants::{self, Invariant};
use vcispec::zoo;

/// A defect and the case that shows it, as `tests/data/kills.json` has them.
#[derive(Deserialize)]
struct Kill {
    defect: String,
    case: Case,
}

#[test]
fn the_pages_say_what_the_tables_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/invariants");
    let pages = pages();
    if std::env::var_os("VCISPEC_UPDATE").is_some() {
        fs::create_dir_all(&folder).expect("the folder can be made");
        for (name, text) in &pages {
            fs::write(folder.join(name), text).expect("the page can be written");
        }
    }
    for (name, text) in &pages {
        let found = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            found == *text,
            "docs/invariants/{name} is out of step; VCISPEC_UPDATE=1 cargo test invariant_pages renews it"
        );
    }
    let files = fs::read_dir(&folder).expect("there is a folder").count();
    assert_eq!(files, pages.len(), "docs/invariants has a page too many");
}

/// Every page by its file name.
fn pages() -> BTreeMap<String, String> {
    let kills = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/kills.json");
    let kills = fs::read_to_string(kills).expect("the cases can be read");
    let kills: Vec<Kill> = serde_json::from_str(&kills).expect("they are cases");
    let mut topics: BTreeMap<&str, Vec<&Invariant>> = BTreeMap::new();
    for rule in invariants::ALL {
        topics.entry(rule.topic()).or_default().push(rule);
    }
    let mut pages: BTreeMap<String, String> = topics
        .iter()
        .map(|(topic, rules)| (format!("{topic}.md"), page(topic, rules, &kills)))
        .collect();
    let mut contents = "# Invariants\n\nThe rules that every answer must satisfy, by topic. \
        `vcispec explain ID` shows one.\n\n"
        .to_owned();
    for (topic, rules) in &topics {
        let _ = writeln!(contents, "- [{topic}]({topic}.md): {}", rules.len());
    }
    pages.insert("README.md".to_owned(), contents);
    pages
}

fn page(topic: &str, rules: &[&Invariant], kills: &[Kill]) -> String {
    let mut page = format!("# {topic}\n");
    for rule in rules {
        let clause = rule.clause;
        let _ = write!(
            page,
            "\n## {}\n\n{}\n\nRests on [`{}`]({}) ({}): {}\n",
            rule.id,
            rule.doc,
            clause.id,
            link(clause.link),
            clause.level.as_str(),
            clause.text
        );
        let caught: Vec<_> = zoo::ALL
            .iter()
            .filter(|entry| entry.invariant == rule.id)
            .collect();
        let Some(first) = caught.first() else {
            continue;
        };
        let slug = first.defect.slug();
        let kill = kills.iter().find(|kill| kill.defect == slug);
        if let Some(kill) = kill.filter(|kill| !kill.case.steps.is_empty()) {
            let steps: Vec<_> = kill.case.steps.iter().map(ToString::to_string).collect();
            let _ = write!(
                page,
                "\nBroken, for example, by an issuer with `{slug}`, asked for `{}`: {}.\n",
                kill.case.flow,
                steps.join("; ")
            );
        }
        page.push_str("\nCatches:\n\n");
        for entry in caught {
            let _ = writeln!(
                page,
                "- `{}`: {}",
                entry.defect.slug(),
                entry.defect.sentence()
            );
        }
    }
    page
}

/// Links to files of the project are relative to its root.
fn link(link: &str) -> String {
    match link.strip_prefix("docs/") {
        Some(rest) => format!("../{rest}"),
        None => link.to_owned(),
    }
}

//! The pages that the program's output links to, held against the program and against each other.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use vcispec::clauses;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in backquotes that follow `marker` on a line.
fn names_after<'a>(line: &'a str, marker: &str) -> Vec<&'a str> {
    line.split_once(marker).map_or_else(Vec::new, |(_, rest)| {
        rest.split('`').skip(1).step_by(2).collect()
    })
}

#[test]
fn each_clause_of_ebsi_v3_has_its_heading_and_each_heading_its_clause() {
    let page = page("docs/ebsi-v3.md");
    let headings: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    let linked: BTreeSet<_> = clauses::ebsi_v3::ALL
        .iter()
        .map(|clause| {
            let slug = clause
                .id
                .strip_prefix("ebsi-v3/")
                .expect("the id begins with the specification");
            assert_eq!(clause.link, format!("docs/ebsi-v3.md#{slug}"));
            slug
        })
        .collect();
    assert_eq!(headings, linked);
}

#[test]
fn each_latitude_that_a_clause_mentions_is_explained() {
    let explained = page("docs/latitude.md");
    for line in page("docs/ebsi-v3.md").lines() {
        for point in names_after(line, "Latitude: ") {
            assert!(
                explained.contains(&format!("\n| `{point}` |")),
                "{point} is not in docs/latitude.md"
            );
        }
    }
}

#[test]
fn the_page_on_latitude_names_the_readings_of_each_point() {
    let page = page("docs/latitude.md");
    let named: BTreeSet<(&str, &str)> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| {
            let point = names_after(line, "| ")[0];
            let cells = line.trim_end_matches(" |").rsplit_once(" | ");
            let last = cells.map_or("", |(_, last)| last);
            names_after(last, "")
                .into_iter()
                .map(move |name| (point, name))
        })
        .collect();
    let known: BTreeSet<_> = vcispec::zoo::readings::ALL
        .iter()
        .map(|entry| (entry.point, entry.reading.slug()))
        .collect();
    assert_eq!(named, known);
}

#[test]
fn each_point_of_latitude_is_mentioned_by_a_clause() {
    let facts = page("docs/ebsi-v3.md");
    let mentioned: BTreeSet<_> = facts
        .lines()
        .flat_map(|line| names_after(line, "Latitude: "))
        .collect();
    for line in page("docs/latitude.md")
        .lines()
        .filter(|line| line.starts_with("| `"))
    {
        let point = names_after(line, "| ")[0];
        assert!(mentioned.contains(point), "no clause mentions {point}");
    }
}

#[test]
fn the_page_on_latitude_has_the_points_of_the_oracle() {
    let page = page("docs/latitude.md");
    let explained: BTreeSet<_> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| names_after(line, "| ")[0])
        .collect();
    let known: BTreeSet<_> = vcispec::oracle::latitude::POINTS
        .iter()
        .map(|point| point.id)
        .collect();
    assert_eq!(explained, known);
}

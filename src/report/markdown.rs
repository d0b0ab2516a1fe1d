//! `report.md`: a summary for pull requests and job pages.

use std::fmt::Write as _;

use super::json::Report;
use super::summary;
use super::wire::word;
use crate::transcript::Finding;

/// The report as GitHub-flavoured Markdown.
pub fn text(report: &Report) -> String {
    let mut out = format!(
        "# vcispec: {}\n\n{}\n\n",
        cell(&report.target),
        summary::verdict(report)
    );
    let notes = report.remarks.iter().map(|remark| cell(remark));
    let early = report
        .stopped
        .iter()
        .map(|why| format!("stopped early: {}", cell(why)));
    for note in notes.chain(early) {
        let _ = writeln!(out, "> {note}\n");
    }
    if !report.findings.is_empty() {
        out.push_str("| | rule | expected | got | seen |\n|---|---|---|---|---|\n");
        for finding in &report.findings {
            let _ = writeln!(
                out,
                "| {} | `{}` | {} | {} | {} |",
                word(finding.grade),
                finding.invariant,
                cell(&finding.expected),
                cell(&finding.actual),
                finding.count
            );
        }
        out.push('\n');
    }
    for finding in &report.findings {
        write_finding(&mut out, finding);
    }
    let left = report.not_applicable.len();
    if left > 0 {
        let _ = writeln!(out, "<details><summary>not tried: {left}</summary>\n");
        for left in &report.not_applicable {
            let _ = writeln!(out, "- `{}`: {}", left.id, cell(&left.reason));
        }
        out.push_str("\n</details>\n");
    }
    out
}

fn write_finding(out: &mut String, finding: &Finding) {
    let fence = fence_for(&summary::of(finding));
    let _ = writeln!(
        out,
        "<details><summary>{}: <code>{}</code></summary>\n\n{fence}text\n{}{fence}\n\n</details>\n",
        word(finding.grade),
        finding.invariant,
        summary::of(finding)
    );
}

/// Text of the target inside a table or a line: nothing in it is markup.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// A fence that is longer than any run of backticks in the text.
fn fence_for(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max();
    "`".repeat(longest.unwrap_or(0).max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_target_is_no_markup() {
        assert_eq!(cell("a|b<img>\n`x`"), "a\\|b&lt;img&gt; \\`x\\`");
        assert_eq!(fence_for("a ```` b"), "`````");
        assert_eq!(fence_for("plain"), "```");
    }
}

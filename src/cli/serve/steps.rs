//! From the label of a refusal to a sentence.
//!
//! Labels are the issuer's; any may come. Where the specification has a clause for one, its rule is told too.

use crate::clauses;

/// What the label is called on the page: `step 14`, or the label itself where it is no number.
pub(super) fn name(label: &str) -> String {
    if label.starts_with(|first: char| first.is_ascii_digit()) {
        format!("step {label}")
    } else {
        label.replace(['-', '_'], " ")
    }
}

/// The rule that was broken, if there is exactly one behind the label.
pub(super) fn rule(label: &str) -> Option<&'static str> {
    let section = format!("Validation {label}");
    let mut clauses = clauses::all()
        .filter(|clause| clause.section == section || clause.id.rsplit('/').next() == Some(label));
    match (clauses.next(), clauses.next()) {
        (Some(clause), None) => Some(clause.text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{name, rule};

    #[test]
    fn a_numbered_step_has_its_rule_and_an_unknown_label_is_shown_as_it_is() {
        assert_eq!(name("14"), "step 14");
        assert!(rule("14").is_some_and(|rule| rule.contains("c_nonce")));
        // Four clauses stand behind step 10; the description of the error says which it was.
        assert_eq!(rule("10"), None);
        assert_eq!(
            (name("never-heard-of").as_str(), rule("never-heard-of")),
            ("never heard of", None)
        );
    }
}

//! Cases and what they are made of: their JSON form, how they shrink, what can be combined.

use proptest::prelude::*;
use vcispec::case::{Bytes, Case, KeyType, Mutation, Near, Raw, Time, TimeForm};

use super::{any_case, one_in};

proptest! {
    #[test]
    fn for_all_cases_the_json_form_gives_the_case_back(case in any_case()) {
        let text = serde_json::to_string(&case).expect("a case is JSON");
        prop_assert_eq!(serde_json::from_str::<Case>(&text).expect("a case"), case);
    }

    #[test]
    fn for_all_raw_trees_the_json_form_gives_the_tree_back(raw in raw()) {
        let text = serde_json::to_string(&raw).expect("a tree is JSON");
        prop_assert_eq!(serde_json::from_str::<Raw>(&text).expect("a tree"), raw);
    }

    #[test]
    fn for_all_cases_each_candidate_of_the_shrinker_is_smaller(case in any_case()) {
        for smaller in case.smaller() {
            prop_assert!(measure(&smaller) < measure(&case), "{smaller:?}");
        }
    }

    #[test]
    fn for_all_cases_shrinking_comes_to_an_end(
        case in any_case(), choices in prop::collection::vec(any::<prop::sample::Index>(), 64),
    ) {
        let (mut current, mut rounds) = (case, 0);
        for choice in choices {
            let candidates = current.smaller();
            if candidates.is_empty() {
                break;
            }
            current = choice.get(&candidates).clone();
            rounds += 1;
        }
        prop_assert!(current.smaller().is_empty(), "still {current:?} after {rounds} rounds");
        prop_assert_eq!(current.mutations().count(), 0);
        prop_assert!(current.steps.len() <= 1);
    }

    #[test]
    fn for_all_pairs_of_mutations_combining_is_symmetric(
        one in prop::sample::select(Mutation::all()), other in prop::sample::select(Mutation::all()),
    ) {
        prop_assert_eq!(one.combines_with(other), other.combines_with(one));
        prop_assert!(!one.combines_with(one));
    }

    #[test]
    fn for_all_texts_a_near_miss_differs(
        text in "\\PC{1,40}", near in prop::sample::select(Near::ALL),
    ) {
        prop_assert_ne!(near.apply(&text), Raw::string(&text));
    }
}

proptest! {
    #![proptest_config(one_in(4))]

    #[test]
    fn for_all_identifiers_no_two_near_misses_are_alike(
        text in "(https?://[a-z]{1,9}\\.example/[a-z0-9/]{1,20}|did:key:z[1-9a-km-z]{8,60}|[a-z]{2,8}_[a-z]{2,8})",
    ) {
        let mut seen = std::collections::BTreeSet::new();
        for near in Near::ALL {
            prop_assert!(seen.insert(format!("{:?}", near.apply(&text))), "{near:?}");
        }
    }
}

/// What shrinking makes smaller: mutations, then steps, then the kind of key.
fn measure(case: &Case) -> (usize, usize, bool) {
    let (mutations, steps) = case.size();
    (mutations, steps, case.flow.key != KeyType::P256)
}

fn raw() -> impl Strategy<Value = Raw> {
    let form = prop::sample::select(vec![
        TimeForm::Seconds,
        TimeForm::Milliseconds,
        TimeForm::Fraction,
        TimeForm::Text,
    ]);
    let leaf = prop_oneof![
        Just(Raw::Null),
        any::<bool>().prop_map(Raw::Bool),
        "[-+0-9.eE]{1,20}".prop_map(Raw::Number),
        any::<String>().prop_map(Raw::String),
        any::<String>().prop_map(Raw::Template),
        any::<String>().prop_map(Raw::Embedded),
        any::<Vec<u8>>().prop_map(|bytes| Raw::Bytes(Bytes(bytes))),
        any::<u32>().prop_map(Raw::Nested),
        any::<u32>().prop_map(Raw::Pad),
        (any::<i64>(), form).prop_map(|(offset, form)| Raw::Time(Time { offset, form })),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Raw::Array),
            prop::collection::vec((any::<String>(), inner), 0..5).prop_map(Raw::Object),
        ]
    })
}

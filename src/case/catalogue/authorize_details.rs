//! The `authorization_details` of a holder wallet's authorization request.

use super::authorize::of_holders;
use super::{benign, either, malformed};
use crate::case::mutation::Entry;
use crate::case::op::{Edit, FormEdit, Op};
use crate::case::raw::Raw;
use crate::case::stage::Stage::{AuthorizeDetails, AuthorizeIssuerState};
use crate::clauses::ebsi_v3 as c;

const DETAILS: &str = "authorization_details";

pub(super) fn entries() -> Vec<Entry> {
    let mut all = whole();
    all.extend(members());
    all.extend(types());
    all.extend(allowed());
    of_holders(all)
}

fn inside(path: &'static str, edit: Edit) -> Op {
    Op::ParameterJson(DETAILS, path, edit)
}

fn types_op(types: &[&str]) -> Op {
    inside("0.types", Edit::Set(Raw::templates(types)))
}

fn bad(id: &str, doc: &str, op: Op) -> Entry {
    malformed(id, AuthorizeDetails, c::AUTHORIZE_DETAILS, doc, [op])
}

fn whole() -> Vec<Entry> {
    let text = |id: &str, doc: &str, text: &'static str| {
        bad(id, doc, Op::Parameter(DETAILS, FormEdit::Set(text.into())))
    };
    vec![
        bad(
            "authorize-details/absent",
            "There are no authorization_details.",
            Op::Parameter(DETAILS, FormEdit::Remove),
        ),
        text(
            "authorize-details/empty",
            "The authorization_details are empty.",
            "",
        ),
        text(
            "authorize-details/not-json",
            "The authorization_details are no JSON.",
            "openid_credential",
        ),
        text(
            "authorize-details/truncated",
            "The authorization_details are truncated JSON.",
            "[{\"type\":\"openid_credential\"",
        ),
        text(
            "authorize-details/object",
            "The authorization_details are an object instead of an array.",
            "{\"type\":\"openid_credential\"}",
        ),
        text(
            "authorize-details/null",
            "The authorization_details are null.",
            "null",
        ),
        text(
            "authorize-details/no-item",
            "The authorization_details are an empty array.",
            "[]",
        ),
        bad(
            "authorize-details/item-null",
            "The only item of the authorization_details is null.",
            inside("0", Edit::Set(Raw::Null)),
        ),
        bad(
            "authorize-details/item-string",
            "The only item of the authorization_details is a string.",
            inside("0", Edit::Set(Raw::string("openid_credential"))),
        ),
        bad(
            "authorize-details/item-array",
            "The only item of the authorization_details is an array.",
            inside("0", Edit::Set(Raw::Array(Vec::new()))),
        ),
    ]
}

fn members() -> Vec<Entry> {
    let no = |path| inside(path, Edit::Remove);
    let set = |path, value| inside(path, Edit::Set(value));
    vec![
        bad(
            "authorize-details/type-absent",
            "The authorization_details have no type.",
            no("0.type"),
        ),
        bad(
            "authorize-details/type-other",
            "The type of the authorization_details is another API's.",
            set("0.type", Raw::string("payment_initiation")),
        ),
        bad(
            "authorize-details/format-absent",
            "The authorization_details have no format.",
            no("0.format"),
        ),
        bad(
            "authorize-details/format-unknown",
            "The format of the authorization_details is ldp_vc.",
            set("0.format", Raw::string("ldp_vc")),
        ),
        bad(
            "authorize-details/locations-empty",
            "The locations of the authorization_details are an empty array.",
            set("0.locations", Raw::Array(Vec::new())),
        ),
        bad(
            "authorize-details/locations-string",
            "The locations of the authorization_details are a string.",
            set("0.locations", Raw::template("{issuer}")),
        ),
        bad(
            "authorize-details/locations-null",
            "The locations of the authorization_details are null.",
            set("0.locations", Raw::Null),
        ),
        bad(
            "authorize-details/location-no-url",
            "A location of the authorization_details is no URL.",
            set("0.locations", Raw::templates(&["{issuer}", "issuer"])),
        ),
        bad(
            "authorize-details/location-number",
            "A location of the authorization_details is a number.",
            set(
                "0.locations",
                Raw::Array(vec![Raw::template("{issuer}"), Raw::number(1)]),
            ),
        ),
    ]
}

fn types() -> Vec<Entry> {
    let set = |value| inside("0.types", Edit::Set(value));
    let not_offered =
        |id: &str, doc: &str, op| malformed(id, AuthorizeIssuerState, c::ISSUER_STATE, doc, [op]);
    let order = |id: &str, doc: &str, op| {
        either(
            id,
            "issuer-state-types-order",
            AuthorizeIssuerState,
            c::ISSUER_STATE,
            doc,
            [op],
        )
    };
    vec![
        bad(
            "authorize-details/types-absent",
            "The authorization_details have no types.",
            inside("0.types", Edit::Remove),
        ),
        bad(
            "authorize-details/types-renamed",
            "The types of the authorization_details stand under the name that a later draft gave them.",
            inside("0.types", Edit::Rename("credential_definition")),
        ),
        bad(
            "authorize-details/types-null",
            "The types of the authorization_details are null.",
            set(Raw::Null),
        ),
        bad(
            "authorize-details/types-string",
            "The types of the authorization_details are a string.",
            set(Raw::template("{type}")),
        ),
        bad(
            "authorize-details/types-empty",
            "The types of the authorization_details are an empty array.",
            set(Raw::Array(Vec::new())),
        ),
        bad(
            "authorize-details/types-without-base",
            "The types of the authorization_details lack the base type.",
            types_op(&["{attestation_type}", "{type}"]),
        ),
        bad(
            "authorize-details/types-without-attestation",
            "The types of the authorization_details lack the attestation type.",
            types_op(&["{base_type}", "{type}"]),
        ),
        bad(
            "authorize-details/types-unknown",
            "The authorization_details ask for an unknown type besides the offered.",
            types_op(&[
                "{base_type}",
                "{attestation_type}",
                "{type}",
                "NoSuchCredential",
            ]),
        ),
        not_offered(
            "authorize-details/types-other",
            "The authorization_details ask for another type than the offered.",
            types_op(&["{base_type}", "{attestation_type}", "{other_type}"]),
        ),
        not_offered(
            "authorize-details/types-more",
            "The authorization_details ask for another type besides the offered.",
            types_op(&[
                "{base_type}",
                "{attestation_type}",
                "{type}",
                "{other_type}",
            ]),
        ),
        order(
            "authorize-details/types-reversed",
            "The types of the authorization_details stand in the opposite order.",
            types_op(&["{type}", "{attestation_type}", "{base_type}"]),
        ),
        order(
            "authorize-details/types-repeated",
            "The authorization_details name the offered type twice.",
            types_op(&["{base_type}", "{attestation_type}", "{type}", "{type}"]),
        ),
    ]
}

fn allowed() -> Vec<Entry> {
    let ok = |id: &str, doc: &str, op| benign(id, c::AUTHORIZE_DETAILS, doc, [op]);
    let locations = |items: &[&str]| inside("0.locations", Edit::Set(Raw::templates(items)));
    // Who is authorised so has an access token that is good there alone.
    let elsewhere = |id: &str, doc: &str, op| {
        either(
            id,
            "authorization-elsewhere",
            AuthorizeDetails,
            c::AUTHORIZE_DETAILS,
            doc,
            [op],
        )
        .accepted()
    };
    let second = Raw::Object(vec![
        ("type".into(), Raw::string("openid_credential")),
        ("format".into(), Raw::template("{default_format}")),
        ("locations".into(), Raw::templates(&["{issuer}"])),
        (
            "types".into(),
            Raw::templates(&["{base_type}", "{attestation_type}", "{other_type}"]),
        ),
    ]);
    vec![
        ok(
            "authorize-details/locations-repeated",
            "The location of the authorization_details is named twice, as a published wallet does.",
            locations(&["{issuer}", "{issuer}"]),
        ),
        ok(
            "authorize-details/locations-with-server",
            "The locations of the authorization_details hold the authorization server too, as a published wallet sends them.",
            locations(&["{as}", "{issuer}"]),
        ),
        ok(
            "authorize-details/unknown-member",
            "The authorization_details have a member that nobody asked for.",
            inside("0.x_unknown", Edit::Set(Raw::number(1))),
        ),
        elsewhere(
            "authorize-details/locations-other",
            "The authorization_details are for another credential issuer.",
            inside(
                "0.locations",
                Edit::Set(Raw::templates(&["https://issuer.example"])),
            ),
        ),
        elsewhere(
            "authorize-details/locations-absent",
            "The authorization_details name no location.",
            inside("0.locations", Edit::Remove),
        ),
        either(
            "authorize-details/format-json",
            "jwt-vc-json",
            AuthorizeDetails,
            c::AUTHORIZE_DETAILS,
            "The format of the authorization_details is jwt_vc_json.",
            [inside(
                "0.format",
                Edit::Set(Raw::template("{other_format}")),
            )],
        )
        .accepted(),
        either(
            "authorize-details/second-item",
            "second-authorization-detail",
            AuthorizeDetails,
            c::AUTHORIZE_DETAILS,
            "The authorization_details ask for another type in a second item.",
            [inside("1", Edit::Set(second))],
        )
        .accepted(),
    ]
}

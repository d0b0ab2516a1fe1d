//! The presentation of a holder wallet: claims, holder, credentials, and the submission that says
//! which is which. Each request costs a session for every credential, so only the telling faults.

use super::jws::Signed;
use super::{benign, malformed};
use crate::case::grant::Grant;
use crate::case::mutation::{Entry, Need};
use crate::case::op::{Edit, FormEdit, Jws, JwsEdit, Op, Signer};
use crate::case::raw::Raw;
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::{
    self, PresentationSubmission, VpTokenAudience, VpTokenCredentials, VpTokenForm, VpTokenHolder,
    VpTokenNonce, VpTokenSignature,
};
use crate::clauses::{Clause, ebsi_v3 as c, rfc};

/// The grants whose sessions answer with a presentation.
pub(super) const PRESENTATION: &[Grant] = &[Grant::VpToken, Grant::ServiceVp];

const SIGNED: Signed = Signed {
    jws: Jws::VpToken,
    topic: "vp-token",
    endpoint: Endpoint::DirectPost,
    grants: PRESENTATION,
    form_clause: c::VP_TOKEN,
    clause: c::VP_TOKEN_HOLDER,
    form: VpTokenForm,
    header: VpTokenForm,
    algorithm: VpTokenSignature,
    signature: VpTokenSignature,
    received: false,
};

const SUBMISSION: &str = "presentation_submission";

pub(super) fn entries() -> Vec<Entry> {
    let mut all = SIGNED.few();
    let mut own = form();
    own.extend(claims());
    own.extend(holders());
    own.extend(submissions());
    own.extend(credentials());
    let at = |entry: Entry| entry.at(Endpoint::DirectPost).only(PRESENTATION);
    all.extend(own.into_iter().map(at));
    all
}

fn op(edit: JwsEdit) -> Op {
    Op::Jws(Jws::VpToken, edit)
}

fn claim(name: &'static str, value: Raw) -> Op {
    op(JwsEdit::Claim(name, Edit::Set(value)))
}

fn bad(id: &str, stage: Stage, clause: &'static Clause, doc: &str, ops: Vec<Op>) -> Entry {
    malformed(id, stage, clause, doc, ops)
}

fn form() -> Vec<Entry> {
    let form = |id: &str, doc: &str, ops: Vec<Op>| bad(id, VpTokenForm, c::VP_TOKEN, doc, ops);
    let absent = |name: &'static str| {
        form(
            &format!("vp-token/{name}-absent"),
            &format!("The presentation has no {name}."),
            vec![op(JwsEdit::Claim(name, Edit::Remove))],
        )
    };
    let no_token = || Op::Form("vp_token", FormEdit::Remove);
    vec![
        form(
            "vp-token/absent",
            "There is no presentation.",
            vec![no_token()],
        ),
        form(
            "vp-token/as-id-token",
            "The presentation is called id_token.",
            vec![no_token(), Op::FormExtra("id_token", "{vp_token}".into())],
        ),
        form(
            "vp-token/credential-alone",
            "A credential stands in place of the presentation.",
            vec![Op::Form("vp_token", FormEdit::Set("{presented}".into()))],
        ),
        absent("iss"),
        absent("aud"),
        absent("nonce"),
        absent("vp"),
        form(
            "vp-token/vp-text",
            "The presentation's vp is a string.",
            vec![claim("vp", Raw::string("{}"))],
        ),
    ]
}

fn claims() -> Vec<Entry> {
    let nonce = |id: &str, doc: &str, text: &'static str| {
        let op = claim("nonce", Raw::template(text));
        bad(id, VpTokenNonce, c::VP_TOKEN, doc, vec![op])
    };
    let audience = |id: &str, doc: &str, text: &'static str| {
        let op = claim("aud", Raw::template(text));
        bad(id, VpTokenAudience, c::VP_TOKEN, doc, vec![op])
    };
    vec![
        nonce(
            "vp-token/nonce-of-client",
            "The presentation's nonce is one that the client made up.",
            "{client_nonce}",
        ),
        nonce(
            "vp-token/nonce-is-state",
            "The presentation's nonce is the state of the server's request.",
            "{request_state}",
        ),
        audience(
            "vp-token/aud-issuer",
            "The presentation is meant for the credential issuer.",
            "{issuer}",
        ),
        audience(
            "vp-token/aud-other",
            "The presentation is meant for another server.",
            "https://other.example/auth",
        ),
        bad(
            "vp-token/expired",
            VpTokenSignature,
            rfc::JWT_EXP,
            "The presentation has expired.",
            vec![claim("exp", Raw::time(-600))],
        ),
        bad(
            "vp-token/not-yet",
            VpTokenSignature,
            rfc::JWT_NBF,
            "The presentation is not valid before an hour.",
            vec![claim("nbf", Raw::time(3600))],
        ),
    ]
}

fn holders() -> Vec<Entry> {
    let holder = |id: &str, doc: &str, ops| bad(id, VpTokenHolder, c::VP_TOKEN_HOLDER, doc, ops);
    let kid = |text: &'static str| op(JwsEdit::Header("kid", Edit::Set(Raw::template(text))));
    let other = |name| claim(name, Raw::template("{other_did}"));
    let other_key = || op(JwsEdit::Signer(Signer::OtherKey));
    vec![
        holder(
            "vp-token/iss-other",
            "The presentation's iss is another holder.",
            vec![other("iss")],
        ),
        holder(
            "vp-token/holder-other",
            "The presentation's holder is another holder.",
            vec![other("vp.holder")],
        ),
        holder(
            "vp-token/kid-and-key-of-other",
            "The presentation is signed by another holder's key, which its kid names.",
            vec![kid("{other_did}#{other_frag}"), other_key()],
        ),
        holder(
            "vp-token/of-other-holder",
            "Another holder presents the credentials of this one.",
            vec![
                kid("{other_did}#{other_frag}"),
                other("iss"),
                other("sub"),
                other("vp.holder"),
                other_key(),
            ],
        ),
        holder(
            "vp-token/kid-fragment-of-other",
            "The presentation's kid has the fragment of another key.",
            vec![kid("{did}#{other_frag}")],
        ),
    ]
}

fn submissions() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, op| {
        bad(
            id,
            PresentationSubmission,
            c::PRESENTATION_SUBMISSION,
            doc,
            vec![op],
        )
    };
    let whole = |text: &'static str| Op::Form(SUBMISSION, FormEdit::Set(text.into()));
    let inside = |path, edit| Op::ParameterJson(SUBMISSION, path, edit);
    let set = |path, value| inside(path, Edit::Set(value));
    vec![
        malformed(
            "submission/absent",
            VpTokenForm,
            c::PRESENTATION_SUBMISSION,
            "There is no presentation submission.",
            [Op::Form(SUBMISSION, FormEdit::Remove)],
        ),
        bad(
            "submission/not-json",
            "The presentation submission is no JSON.",
            whole("submission"),
        ),
        bad(
            "submission/array",
            "The presentation submission is an array.",
            whole("[]"),
        ),
        bad(
            "submission/definition-absent",
            "The presentation submission names no definition.",
            inside("definition_id", Edit::Remove),
        ),
        bad(
            "submission/definition-other",
            "The presentation submission answers another definition.",
            set("definition_id", Raw::string("va-to-onboard-presentation")),
        ),
        bad(
            "submission/descriptors-absent",
            "The presentation submission has no descriptor_map.",
            inside("descriptor_map", Edit::Remove),
        ),
        bad(
            "submission/descriptors-empty",
            "The presentation submission's descriptor_map is empty.",
            set("descriptor_map", Raw::Array(Vec::new())),
        ),
        bad(
            "submission/descriptor-missing",
            "The presentation submission leaves out a descriptor.",
            inside("descriptor_map.0", Edit::Remove),
        ),
        bad(
            "submission/descriptor-unknown",
            "The presentation submission has a descriptor that nobody asked for in place of one.",
            set("descriptor_map.0.id", Raw::string("no-such-descriptor")),
        ),
        bad(
            "submission/path-to-holder",
            "A descriptor's path leads to the holder instead of a credential.",
            set(
                "descriptor_map.0.path_nested.path",
                Raw::string("$.vp.holder"),
            ),
        ),
        bad(
            "submission/path-to-presentation",
            "A descriptor's path leads to the presentation itself.",
            inside("descriptor_map.0.path_nested", Edit::Remove),
        ),
        malformed(
            "submission/path-to-nothing",
            VpTokenCredentials,
            c::PRESENTATION_SUBMISSION,
            "A descriptor's path leads behind the last credential.",
            [set(
                "descriptor_map.0.path_nested.path",
                Raw::string("$.vp.verifiableCredential[99]"),
            )],
        ),
        malformed(
            "submission/path-to-other-credential",
            VpTokenCredentials,
            c::PRESENTATION_SUBMISSION,
            "A descriptor's path leads to a credential of another type.",
            [set(
                "descriptor_map.0.path_nested.path",
                Raw::string("$.vp.verifiableCredential[1]"),
            )],
        ),
        benign(
            "submission/id",
            c::PRESENTATION_SUBMISSION,
            "The presentation submission has an id of another form.",
            [set("id", Raw::string("submission 1"))],
        ),
        benign(
            "submission/unknown-member",
            c::PRESENTATION_SUBMISSION,
            "The presentation submission has a member that nobody asked for.",
            [set("x_unknown", Raw::number(1))],
        ),
    ]
}

fn credentials() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, op| {
        bad(
            id,
            VpTokenCredentials,
            c::VP_TOKEN_CREDENTIALS,
            doc,
            vec![op],
        )
    };
    let all = "vp.verifiableCredential";
    let first = |value| claim("vp.verifiableCredential.0", value);
    let jwt = |text: &'static str| first(Raw::template(text));
    vec![
        bad(
            "vp-token/credentials-absent",
            "The presentation has no credentials.",
            op(JwsEdit::Claim(all, Edit::Remove)),
        ),
        bad(
            "vp-token/credentials-empty",
            "The presentation's list of credentials is empty.",
            claim(all, Raw::Array(Vec::new())),
        ),
        bad(
            "vp-token/credential-dropped",
            "The presentation lacks the first credential.",
            op(JwsEdit::Claim("vp.verifiableCredential.0", Edit::Remove)),
        ),
        bad(
            "vp-token/credential-garbage",
            "A presented credential is garbage.",
            first(Raw::string("x.y.z")),
        ),
        bad(
            "vp-token/credential-null",
            "A presented credential is null.",
            first(Raw::Null),
        ),
        bad(
            "vp-token/credential-of-other-type",
            "A credential is presented twice, in place of one of another type.",
            jwt("{presented_second}"),
        ),
        bad(
            "vp-token/credential-of-other-holder",
            "A presented credential is another holder's.",
            jwt("{other_holder_presented}"),
        )
        .needs(Need::OtherHolder),
        bad(
            "vp-token/credential-unsigned",
            "A presented credential's alg is none and there is no signature.",
            jwt("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{presented_payload}."),
        ),
        bad(
            "vp-token/credential-signature-empty",
            "A presented credential has no signature.",
            jwt("{presented_header}.{presented_payload}."),
        ),
        bad(
            "vp-token/credential-signature-of-other",
            "A presented credential has the signature of another.",
            jwt("{presented_header}.{presented_payload}.{presented_second_signature}"),
        ),
    ]
}

//! The redirect_uri of a token request, to which the code of a login is bound (RFC 6749, 4.1.3).

use super::malformed;
use crate::case::grant::Grant;
use crate::case::mutation::Entry;
use crate::case::op::{FormEdit, Op};
use crate::case::stage::Endpoint;
use crate::case::stage::Stage::TokenRequestCode;
use crate::clauses::oauth;

pub(super) fn entries() -> Vec<Entry> {
    let bad = |id: &str, doc: &str, edit| {
        let ops = [Op::Form("redirect_uri", edit)];
        malformed(id, TokenRequestCode, oauth::CODE_REDIRECT_URI, doc, ops)
            .at(Endpoint::Token)
            .only(&[Grant::Login])
    };
    vec![
        bad(
            "redirect-uri/absent",
            "The token request has no redirect_uri, though the authorization request has one.",
            FormEdit::Remove,
        ),
        bad(
            "redirect-uri/other",
            "The redirect_uri of the token request is another than that of the authorization request.",
            FormEdit::Set("https://other.example/callback".into()),
        ),
        bad(
            "redirect-uri/issuer",
            "The redirect_uri of the token request is the credential issuer.",
            FormEdit::Set("{issuer}".into()),
        ),
    ]
}

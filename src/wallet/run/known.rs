//! What is known when a request is made: the values of its placeholders, and the facts by which its answer is judged.

use std::time::Duration;

use super::CaseRun;
use super::prepare::presented_sessions;
use crate::profile::CredentialType;
use crate::transcript::Facts;
use crate::wallet::live::Values;
use crate::wallet::session::Session;

impl CaseRun {
    /// What stands for the placeholders of a request.
    pub(super) fn values(&self, session: &Session, number: u8, now: Duration) -> Values {
        let wallet = &*self.wallet;
        let mut values = Values::at(now);
        values.describe_issuer(&wallet.context);
        values.describe_profile(wallet.profile);
        values.set("type", session.flow.credential_type.as_str());
        if let Some(known) = wallet.profile.find_type(&session.flow.credential_type) {
            values.describe_types(known.types);
        }
        // A type that could be obtained in the same way, where there is one.
        let alike = |other: &&CredentialType| other.name != session.flow.credential_type;
        let types = || wallet.profile.types.iter().filter(alike);
        let other = types()
            .find(|other| other.grant == session.grant())
            .or_else(|| types().next());
        values.set("other_type", other.map_or("", |offered| offered.name));
        let formats = wallet.profile.formats;
        let another = formats
            .iter()
            .find(|format| **format != session.flow.format);
        values.set("another_format", another.copied().unwrap_or_default());
        session.describe(&mut values);
        if let Some(other) = self.sessions.get(&(number ^ 1)) {
            other.describe_as_other(&mut values);
        }
        if let Some(other) = self.sessions.get(&(number ^ 2)) {
            other.describe_as_other_holder(&mut values);
            if let Some((_, credential)) = self.presented(other, number ^ 2).first() {
                values.set("other_holder_presented", credential);
            }
        }
        describe_presented(&self.presented(session, number), &mut values);
        values
    }

    /// The credentials that were gathered for the session, each with its descriptor.
    pub(super) fn presented(&self, session: &Session, number: u8) -> Vec<(String, String)> {
        let pending = session.pending.as_ref();
        let wanted = pending.and_then(|pending| pending.wanted().ok());
        wanted
            .unwrap_or_default()
            .into_iter()
            .zip(presented_sessions(number))
            .filter_map(|((descriptor, _), sub)| {
                Some((descriptor, self.sessions.get(&sub)?.credential.clone()?))
            })
            .collect()
    }

    /// What the judge is told of the session.
    pub(super) fn facts(&self, session: &Session, types: &[String], values: &Values) -> Facts {
        let wallet = &*self.wallet;
        let flow = &session.flow;
        let named = |names: &[(&str, &'static str)]| -> Vec<(String, &'static str)> {
            names
                .iter()
                .filter_map(|(name, placeholder)| {
                    Some((values.get(name)?.to_owned(), *placeholder))
                })
                .filter(|(text, _)| !text.is_empty())
                .collect()
        };
        Facts {
            holder: session.did().to_owned(),
            client_id: session.client_id().to_owned(),
            c_nonce: session
                .tokens
                .as_ref()
                .and_then(|tokens| tokens.c_nonce.clone()),
            requested_types: types.to_vec(),
            requested_format: flow.format.clone(),
            deferred: wallet.profile.is_deferred(&flow.credential_type),
            pin: session.pin(),
            grant: session.grant(),
            asked_otherwise: session.asked_otherwise,
            client_state: session
                .grant()
                .has_code()
                .then(|| session.client_state().to_owned()),
            secrets: named(&[
                ("token", "access_token"),
                ("other_token", "other_access_token"),
                ("id_token", "id_token"),
                ("code", "pre-authorized_code"),
                ("auth_code", "authorization_code"),
                ("other_auth_code", "other_authorization_code"),
                ("verifier", "code_verifier"),
                ("issuer_state", "issuer_state"),
                ("acceptance_token", "acceptance_token"),
            ]),
            public: named(&[
                ("did", "did"),
                ("frag", "frag"),
                ("other_did", "other_did"),
                ("other_frag", "other_frag"),
                ("c_nonce", "c_nonce"),
                ("other_c_nonce", "other_c_nonce"),
                ("client", "client_id"),
                ("client_state", "client_state"),
                ("client_nonce", "client_nonce"),
                ("challenge", "code_challenge"),
                ("request_state", "request_state"),
                ("request_nonce", "request_nonce"),
                ("issuer", "issuer"),
                ("as", "as"),
                ("origin", "origin"),
            ]),
        }
    }
}

/// Gives the placeholders of the first two credentials of a presentation their values, whole and in
/// segments.
fn describe_presented(presented: &[(String, String)], values: &mut Values) {
    const NAMES: [(&str, [&str; 3]); 2] = [
        (
            "presented",
            [
                "presented_header",
                "presented_payload",
                "presented_signature",
            ],
        ),
        (
            "presented_second",
            [
                "presented_second_header",
                "presented_second_payload",
                "presented_second_signature",
            ],
        ),
    ];
    for ((_, credential), (whole, segments)) in presented.iter().zip(NAMES) {
        values.set(whole, credential);
        for (name, segment) in segments.into_iter().zip(credential.split('.')) {
            values.set(name, segment);
        }
    }
}

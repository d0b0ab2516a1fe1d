//! The placeholders of a session: what mutations may put where.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::{Session, ebsi_pin};
use crate::transcript::Compact;
use crate::wallet::PinSource;
use crate::wallet::live::Values;

impl Session {
    /// Gives the placeholders of this session their values.
    pub(in crate::wallet) fn describe(&self, values: &mut Values) {
        let (holder, other) = (&self.holder, &self.other);
        values.set("did", self.did());
        let fragment = self.identity.fragment.as_str();
        values.set("frag", fragment);
        values.set("frag_in_other_case", in_other_case(fragment));
        values.set("client", self.client_id());
        if let Some(redirected) = &self.identity.redirected {
            values.set("redirected_client", redirected.client_id.as_str());
            values.set("redirected_jwks", redirected.jwks_uri.as_str());
        }
        values.set("client_state", self.client_state.as_str());
        values.set("client_nonce", self.client_nonce.as_str());
        values.set("verifier", self.verifier.as_str());
        values.set(
            "challenge",
            URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier)),
        );
        values.set("jwk", holder.canonical_jwk());
        values.set("thumbprint", holder.thumbprint());
        values.set("other_did", self.stranger.did.as_str());
        values.set("other_frag", self.stranger.fragment.as_str());
        values.set("other_jwk", other.canonical_jwk());
        values.set("other_thumbprint", other.thumbprint());
        values.set("pin", self.pin().unwrap_or_default());
        let own_pin = self.own_pin().unwrap_or_else(|| ebsi_pin(self.did()));
        let other_pin = match self.pin_source {
            PinSource::EbsiDid | PinSource::None => ebsi_pin(&self.stranger.did),
            PinSource::Fixed(_) | PinSource::OfOffer => own_pin.clone(),
        };
        values.set("other_pin", different_pin(&other_pin, &own_pin));
        values.set("own_pin", own_pin);
        if let Some(code) = self.pre_authorized_code() {
            values.set("code", code);
        }
        if let Some(state) = self.issuer_state() {
            values.set("issuer_state", state);
        }
        if let Some(pending) = &self.pending {
            values.set("request_state", pending.state.clone().unwrap_or_default());
            values.set("request_nonce", pending.nonce.clone().unwrap_or_default());
            values.set("server_request", pending.object.clone().unwrap_or_default());
        }
        if let Some(code) = &self.code {
            values.set("auth_code", code);
        }
        if let Some((token, _)) = &self.acceptance {
            values.set("acceptance_token", token);
        }
        let Some(tokens) = &self.tokens else { return };
        values.set("token", &tokens.access_token);
        if let Some(nonce) = Compact::parse(&tokens.access_token)
            .as_ref()
            .and_then(|token| token.text_claim("/nonce"))
        {
            values.set("token_nonce", nonce);
        }
        if let Some(c_nonce) = &tokens.c_nonce {
            values.set("c_nonce", c_nonce);
            values.set("c_nonce_without_hyphens", c_nonce.replace('-', ""));
        }
        if let Some(id_token) = &tokens.id_token {
            values.set("id_token", id_token);
        }
    }

    /// Gives the placeholders of another session of the same holder their values.
    pub(in crate::wallet) fn describe_as_other(&self, values: &mut Values) {
        if let Some(tokens) = &self.tokens {
            values.set("other_token", &tokens.access_token);
            values.set("other_c_nonce", tokens.c_nonce.clone().unwrap_or_default());
        }
        if let Some(pending) = &self.pending {
            values.set(
                "other_request_state",
                pending.state.clone().unwrap_or_default(),
            );
            values.set(
                "other_request_nonce",
                pending.nonce.clone().unwrap_or_default(),
            );
        }
        if let Some(code) = &self.code {
            values.set("other_auth_code", code);
        }
        if let Some(assertion) = &self.assertion {
            values.set("other_assertion", assertion);
        }
        values.set("other_verifier", self.verifier.as_str());
    }

    /// Gives the placeholders of a session of another holder their values.
    pub(in crate::wallet) fn describe_as_other_holder(&self, values: &mut Values) {
        values.set("other_holder", self.did());
        if let Some(pin) = self.own_pin() {
            values.set("other_holder_pin", pin);
        }
        if let Some(state) = self.issuer_state() {
            values.set("other_holder_issuer_state", state);
        }
        if let Some(code) = self.pre_authorized_code() {
            values.set("other_holder_code", code);
        }
        if let Some(code) = &self.code {
            values.set("other_holder_auth_code", code);
        }
        if let Some(pending) = &self.pending {
            values.set(
                "other_holder_state",
                pending.state.clone().unwrap_or_default(),
            );
            values.set(
                "other_holder_nonce",
                pending.nonce.clone().unwrap_or_default(),
            );
        }
    }
}

/// The same text with small letters for capitals and the other way round.
fn in_other_case(text: &str) -> String {
    let swapped = text.chars().map(|letter| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    });
    swapped.collect()
}

/// Another holder's PIN may happen to be the same; one digit then makes the difference.
fn different_pin(candidate: &str, pin: &str) -> String {
    if candidate != pin || pin.is_empty() {
        return candidate.to_owned();
    }
    let first = if pin.starts_with('9') { '8' } else { '9' };
    let rest: String = candidate.chars().skip(1).collect();
    format!("{first}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_pin_is_another() {
        assert_ne!(different_pin("5910", "5910"), "5910");
        assert_eq!(different_pin("1234", "5910"), "1234");
    }
}

//! Assembly of compact JWS, sound and broken. Edits to header and claims come before signing, so
//! that the signature fits what is said; tampering comes after it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::edit;
use super::keys::{Key, public_form};
use crate::case::{JwsEdit, KeyType, Live, Raw, Segment, SignatureEdit, Signer};

/// What a JWS is made from.
pub(super) struct Draft<'a> {
    /// Header members.
    pub(super) header: Raw,
    /// Claims.
    pub(super) payload: Raw,
    /// The segments as they were received, for a token that somebody else signed.
    pub(super) received: Option<[&'a str; 3]>,
    /// The key that signs; `None` if the signature is somebody else's and cannot be renewed.
    pub(super) key: Option<&'a Key>,
    /// Another key of the same type.
    pub(super) other: &'a Key,
    /// The public JWK of the rightful signer.
    pub(super) public: &'a serde_json::Value,
    /// The key id of the rightful signer.
    pub(super) kid: &'a str,
    /// The signature of the other JWS of the request, encoded.
    pub(super) signature_of_other: Option<&'a str>,
}

/// A finished JWS.
#[derive(Debug, Clone)]
pub(super) struct Built {
    /// Header, payload and signature segments.
    pub(super) segments: [String; 3],
    /// The compact form.
    pub(super) compact: String,
}

/// An edit that cannot be made, or that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Void(pub(super) &'static str);

impl Draft<'_> {
    /// Carries out the edits and signs.
    pub(super) fn build(mut self, edits: &[&JwsEdit], live: &dyn Live) -> Result<Built, Void> {
        let (mut header_changed, mut payload_changed) =
            (self.received.is_none(), self.received.is_none());
        let (mut header_bytes, mut payload_bytes) = (None, None);
        let mut spaces = false;
        let mut signer = None;
        for edit in edits {
            match edit {
                JwsEdit::Header(name, change) => {
                    edit::member(&mut self.header, name, change, live)?;
                    header_changed = true;
                }
                JwsEdit::Claim(path, change) => {
                    edit::at_path(&mut self.payload, path, change, live)?;
                    payload_changed = true;
                }
                JwsEdit::HeaderBytes(bytes) => {
                    header_bytes = Some(bytes.to_vec());
                    header_changed = true;
                }
                JwsEdit::PayloadBytes(bytes) => {
                    payload_bytes = Some(bytes.to_vec());
                    payload_changed = true;
                }
                JwsEdit::ReverseHeader => {
                    edit::reverse(&mut self.header);
                    header_changed = true;
                }
                JwsEdit::ReverseClaims => {
                    edit::reverse(&mut self.payload);
                    payload_changed = true;
                }
                JwsEdit::Spaces => {
                    spaces = true;
                    (header_changed, payload_changed) = (true, true);
                }
                JwsEdit::Signer(other) => signer = Some(*other),
                _ => {}
            }
        }
        let encode = |raw: &Raw, bytes: Option<Vec<u8>>| {
            let bytes = bytes.unwrap_or_else(|| raw.to_bytes(live));
            URL_SAFE_NO_PAD.encode(if spaces { edit::spaced(&bytes) } else { bytes })
        };
        let received = |index: usize| self.received.map(|segments| segments[index].to_owned());
        let mut header = if header_changed {
            encode(&self.header, header_bytes)
        } else {
            received(0).unwrap_or_default()
        };
        let mut payload = if payload_changed {
            encode(&self.payload, payload_bytes)
        } else {
            received(1).unwrap_or_default()
        };
        let input = format!("{header}.{payload}");
        let of_other_claims = edits
            .iter()
            .any(|edit| matches!(edit, JwsEdit::Signature(SignatureEdit::OfOtherClaims)));
        let input = if of_other_claims {
            format!(
                "{header}.{}",
                URL_SAFE_NO_PAD.encode("{\"iss\":\"somebody else\"}")
            )
        } else {
            input
        };
        let unchanged = !header_changed && !payload_changed && signer.is_none() && !of_other_claims;
        let mut signature = match (unchanged, received(2)) {
            (true, Some(segment)) => URL_SAFE_NO_PAD
                .decode(&segment)
                .map_err(|_| Void("the signature is no base64url"))?,
            _ => self.sign(signer, input.as_bytes())?,
        };
        for edit in edits {
            match edit {
                JwsEdit::TamperHeader(name, value) => {
                    edit::member(
                        &mut self.header,
                        name,
                        &crate::case::Edit::Set(value.clone()),
                        live,
                    )?;
                    header = URL_SAFE_NO_PAD.encode(self.header.to_bytes(live));
                }
                JwsEdit::TamperClaim(path, value) => {
                    edit::at_path(
                        &mut self.payload,
                        path,
                        &crate::case::Edit::Set(value.clone()),
                        live,
                    )?;
                    payload = URL_SAFE_NO_PAD.encode(self.payload.to_bytes(live));
                }
                _ => {}
            }
        }
        let mut segment = None;
        for edit in edits {
            if let JwsEdit::Signature(change) = edit {
                segment = self.change_signature(*change, &mut signature)?;
            }
        }
        let mut segments = [
            header,
            payload,
            segment.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(&signature)),
        ];
        for edit in edits {
            if let JwsEdit::FlipCharacter(which) = edit {
                flip_character(&mut segments[*which as usize]);
            }
        }
        let compact = match edits.iter().find_map(|edit| {
            if let JwsEdit::Compact(form) = edit {
                Some(form)
            } else {
                None
            }
        }) {
            Some(form) => fill_compact(form, &segments, live),
            None => segments.join("."),
        };
        Ok(Built { segments, compact })
    }

    fn sign(&self, signer: Option<Signer>, input: &[u8]) -> Result<Vec<u8>, Void> {
        Ok(match signer {
            None => self
                .key
                .ok_or(Void("the key that signs is not known"))?
                .sign(input),
            Some(Signer::OtherKey) => self.other.sign(input),
            Some(Signer::OtherCurve) => Key::derive(KeyType::P384, 0, "other curve").sign(input),
            Some(Signer::Hmac(form)) => hmac(&public_form(self.public, form, self.kid), input),
            Some(Signer::HmacEmpty) => hmac(b"", input),
        })
    }

    /// Changes the signature's bytes; returns the segment itself where its text is special.
    fn change_signature(
        &self,
        change: SignatureEdit,
        bytes: &mut Vec<u8>,
    ) -> Result<Option<String>, Void> {
        let length = bytes.len();
        let half = length / 2;
        if length == 0 && change != SignatureEdit::Empty {
            return Err(Void("there is no signature to change"));
        }
        match change {
            SignatureEdit::Empty => bytes.clear(),
            SignatureEdit::FlipFirstBit => bytes[0] ^= 0x80,
            SignatureEdit::FlipMiddleBit => bytes[half] ^= 0x10,
            SignatureEdit::FlipLastBit => bytes[length - 1] ^= 1,
            SignatureEdit::CutLastByte => bytes.truncate(length - 1),
            SignatureEdit::FirstHalf => bytes.truncate(half),
            SignatureEdit::Extended => bytes.push(0),
            SignatureEdit::Zero => bytes.fill(0),
            SignatureEdit::ZeroR => bytes[..half].fill(0),
            SignatureEdit::ZeroS => bytes[half..].fill(0),
            SignatureEdit::Ones => {
                bytes.fill(0);
                bytes[half - 1] = 1;
                bytes[length - 1] = 1;
            }
            SignatureEdit::Swapped => bytes.rotate_left(half),
            SignatureEdit::Der => *bytes = p256_signature(bytes)?.to_der().as_bytes().to_vec(),
            SignatureEdit::HighS => {
                let (r, s) = p256_signature(bytes)?.split_scalars();
                let twin = p256::ecdsa::Signature::from_scalars(r, -s)
                    .map_err(|_| Void("the signature has no twin"))?;
                *bytes = twin.to_vec();
            }
            SignatureEdit::OfOtherClaims => {}
            SignatureEdit::OfOtherJws => {
                return self
                    .signature_of_other
                    .map(|text| Some(text.to_owned()))
                    .ok_or(Void("there is no other JWS"));
            }
            SignatureEdit::Padded => return text_change(bytes, URL_SAFE.encode(&*bytes)),
            SignatureEdit::StandardBase64 => return text_change(bytes, STANDARD.encode(&*bytes)),
            SignatureEdit::StrayCharacter => {
                let mut text = URL_SAFE_NO_PAD.encode(&*bytes);
                text.insert(text.len() / 2, '!');
                return Ok(Some(text));
            }
            SignatureEdit::TrailingBits => {
                if length.is_multiple_of(3) {
                    return Err(Void("the signature's last character has no unused bits"));
                }
                let mut text = URL_SAFE_NO_PAD.encode(&*bytes);
                let last = text.pop().unwrap_or('A');
                text.push(next_in_alphabet(last));
                return Ok(Some(text));
            }
        }
        Ok(None)
    }
}

fn text_change(bytes: &[u8], text: String) -> Result<Option<String>, Void> {
    if text == URL_SAFE_NO_PAD.encode(bytes) {
        Err(Void("the encodings do not differ"))
    } else {
        Ok(Some(text))
    }
}

fn p256_signature(bytes: &[u8]) -> Result<p256::ecdsa::Signature, Void> {
    p256::ecdsa::Signature::from_slice(bytes)
        .map_err(|_| Void("the signature is no P-256 signature"))
}

fn hmac(key: &[u8], input: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(input);
    mac.finalize().into_bytes().to_vec()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Sets the lowest bit of a base64url character whose lowest bits are unused.
fn next_in_alphabet(letter: char) -> char {
    let index = ALPHABET
        .iter()
        .position(|byte| *byte as char == letter)
        .unwrap_or(0);
    ALPHABET[index | 1] as char
}

/// Replaces a character so that the decoded bytes change.
fn flip_character(segment: &mut String) {
    // The second character carries six significant bits in every segment of two bytes or more.
    let Some(old) = segment.chars().nth(1) else {
        return;
    };
    let index = ALPHABET
        .iter()
        .position(|byte| *byte as char == old)
        .unwrap_or(0);
    let new = ALPHABET[(index + 32) % 64] as char;
    segment.replace_range(1..2, &new.to_string());
}

fn fill_compact(form: &str, segments: &[String; 3], live: &dyn Live) -> String {
    let [header, payload, signature] = segments;
    let text = form
        .replace("{h}", header)
        .replace("{p}", payload)
        .replace("{s}", signature);
    live.fill(&text)
}

/// The segment names are in the order of [`Segment`].
const _: () = assert!(
    Segment::Header as usize == 0
        && Segment::Payload as usize == 1
        && Segment::Signature as usize == 2
);

//! The body of a credential request.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::crash;
use crate::issuer::catalogue::{Format, REQUIRED, known_name, names};
use crate::issuer::defect::Defect;
use crate::issuer::json::Duplicates;
use crate::issuer::reply::Refusal;
use crate::issuer::service::Issuer;

/// What the server fails over before it reads JSON.
pub(crate) fn stumble_over_bytes(issuer: &Issuer, bytes: &[u8]) -> Result<(), Refusal> {
    if issuer.lies(Defect::BodyNotUtf8Panics) && std::str::from_utf8(bytes).is_err() {
        crash("called `Result::unwrap()` on an `Err` value: Utf8Error");
    }
    let fails = issuer.lies(Defect::LargeBody500) && bytes.len() > 64 << 10
        || issuer.lies(Defect::DeepJson500) && depth(bytes) > 32;
    if fails {
        Err(Refusal::Internal)
    } else {
        Ok(())
    }
}

/// How deep brackets are nested; those in strings count too, which does not matter here.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in bytes {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// As much of the body as is read.
pub(crate) fn text<'b>(issuer: &Issuer, bytes: &'b [u8]) -> Cow<'b, [u8]> {
    if issuer.lies(Defect::TrailingTextAccepted) {
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
        if let Some(Ok(_)) = values.next() {
            return bytes[..values.byte_offset()].into();
        }
    }
    bytes.into()
}

/// How members are read that stand twice. The first reader's `types` are put aside for the issuance.
pub(crate) fn duplicates(issuer: &Issuer, bytes: &[u8]) -> Duplicates {
    if !issuer.lies(Defect::DuplicateTypesTwoReaders) {
        return Duplicates::Refused;
    }
    let text = String::from_utf8_lossy(bytes);
    let behind = text
        .split_once("\"types\"")
        .map(|(_, rest)| rest.trim_start());
    let value = behind.and_then(|rest| rest.strip_prefix(':'));
    let mut values =
        value.map(|text| serde_json::Deserializer::from_str(text).into_iter::<Value>());
    let first = values.as_mut().and_then(|values| values.next()?.ok());
    if let Some(Value::Array(types)) = first {
        let types: Vec<_> = types.iter().filter_map(Value::as_str).collect();
        issuer
            .memory()
            .swap("types of the first reader", &types.join(" "));
    }
    Duplicates::LastWins
}

/// What the server fails over in the document.
pub(crate) fn stumble_over_document(issuer: &Issuer, document: &Value) -> Result<(), Refusal> {
    if !issuer.is_buggy() {
        return Ok(());
    }
    let Value::Object(members) = document else {
        if issuer.lies(Defect::BodyNoObjectPanics) {
            crash("expected an object");
        }
        return Ok(());
    };
    let proof_type = members
        .get("proof")
        .and_then(|proof| proof.get("proof_type"));
    if issuer.lies(Defect::UnknownProofTypePanics)
        && proof_type.is_some_and(|name| name.is_string() && name != "jwt")
    {
        crash("not yet implemented");
    }
    let types = members.get("types").and_then(Value::as_array);
    let is_unknown = |name: &Value| name.as_str().is_some_and(|name| known_name(name).is_none());
    let has_unknown = types.is_some_and(|types| types.iter().any(is_unknown));
    let is_extra = |name: &String| !["format", "types", "proof"].contains(&name.as_str());
    let fails = issuer.lies(Defect::MissingProof500) && !members.contains_key("proof")
        || issuer.lies(Defect::UnknownMember500) && members.keys().any(is_extra)
        || issuer.lies(Defect::UnknownType500) && has_unknown
        || issuer.lies(Defect::ManyTypes500) && types.is_some_and(|types| types.len() > 16);
    if fails {
        Err(Refusal::Internal)
    } else {
        Ok(())
    }
}

/// Puts right what a buggy server does not care for.
pub(crate) fn mend(issuer: &Issuer, document: &mut Value) {
    if !issuer.is_buggy() || !document.is_object() {
        return;
    }
    stick(issuer, document);
    let had: Vec<String> = document
        .as_object()
        .map(|members| members.keys().cloned().collect())
        .unwrap_or_default();
    mend_format(issuer, document);
    mend_types(issuer, &mut document["types"]);
    let proof = &mut document["proof"];
    if issuer.lies(Defect::MissingProofUnbound) && proof.is_null() {
        *proof = json!({ "proof_type": "jwt", "jwt": "" });
    }
    if issuer.lies(Defect::ProofListAccepted)
        && let Some(first) = proof.get(0).cloned()
    {
        *proof = first;
    }
    if issuer.lies(Defect::ProofTypeUnchecked) && proof.is_object() {
        proof["proof_type"] = json!("jwt");
    }
    if let Some(members) = document.as_object_mut() {
        // Looking for a member has made it.
        members.retain(|name, value| had.contains(name) || !value.is_null());
    }
}

/// Merges what stood in a member `__proto__` into all that comes after it.
fn stick(issuer: &Issuer, document: &mut Value) {
    let Some(members) = document
        .as_object_mut()
        .filter(|_| issuer.lies(Defect::ProtoMembersStick))
    else {
        return;
    };
    if let Some(Value::Object(stuck)) = members.get("__proto__") {
        for (name, value) in stuck {
            let name = format!("__proto__ {name}");
            issuer.memory().swap(&name, &value.to_string());
        }
    }
    for (name, value) in issuer.memory().named("__proto__ ") {
        let value = serde_json::from_str(&value).unwrap_or_default();
        members.entry(name).or_insert(value);
    }
}

fn mend_format(issuer: &Issuer, document: &mut Value) {
    let given = document["format"].as_str().unwrap_or_default().to_owned();
    let lowered = given.to_ascii_lowercase();
    if issuer.lies(Defect::FormatUnchecked) && Format::from_name(&given).is_none() {
        document["format"] = json!("jwt_vc");
    } else if issuer.lies(Defect::FormatIgnoresCase) && !given.is_empty() {
        document["format"] = json!(lowered);
    } else if issuer.lies(Defect::EmptyFormatIsDefault) && document["format"] == "" {
        document
            .as_object_mut()
            .map(|members| members.remove("format"));
    }
}

fn mend_types(issuer: &Issuer, types: &mut Value) {
    if issuer.lies(Defect::TypesSplitAtSpaces)
        && let Some(text) = types.as_str()
    {
        *types = text.split([' ', ',']).collect::<Vec<_>>().into();
    }
    let Some(items) = types.as_array_mut() else {
        return;
    };
    if issuer.lies(Defect::TypesIgnoreCase) {
        for item in items.iter_mut() {
            let given = item.as_str().unwrap_or_default();
            if let Some(known) = names().find(|known| known.eq_ignore_ascii_case(given)) {
                *item = json!(known);
            }
        }
    }
    if issuer.lies(Defect::UnknownTypesDropped) {
        items.retain(|item| item.as_str().is_none_or(|name| known_name(name).is_some()));
    }
    if issuer.lies(Defect::AttestationTypeOptional) && !items.contains(&json!(REQUIRED[1])) {
        items.push(json!(REQUIRED[1]));
    }
}

/// Whether a request goes without a proof.
pub(crate) fn needs_no_proof(issuer: &Issuer, proof: &str) -> bool {
    issuer.lies(Defect::MissingProofUnbound) && proof.is_empty()
}

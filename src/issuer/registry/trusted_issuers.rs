//! `/trusted-issuers-registry/v5/issuers/…`: the accreditation of the one issuer that stands in it, and its status list.
//!
//! The issuer is its own root of trust: its one attribute is an authorisation for the trust chain that it gave itself.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Absent;
use crate::issuer::reply::{self, Reply};
use crate::issuer::service::Issuer;
use crate::issuer::{status_list, verifiable_credential};

pub(super) fn issuer(issuer: &Issuer, did: &str) -> Result<Reply, Absent> {
    known(issuer, did)?;
    Ok(reply::json(&json!({
        "did": did,
        "hasAttributes": true,
        "attributes": attributes_url(issuer),
    })))
}

pub(super) fn attributes(issuer: &Issuer, did: &str) -> Result<Reply, Absent> {
    known(issuer, did)?;
    let url = attributes_url(issuer);
    let page = format!("{url}?page[after]=1&page[size]=10");
    Ok(reply::json(&json!({
        "self": page,
        "items": [{ "id": issuer.attribute_id, "href": attribute_url(issuer) }],
        "total": 1,
        "pageSize": 10,
        "links": { "first": page, "prev": page, "next": page, "last": page },
    })))
}

pub(super) fn attribute(issuer: &Issuer, did: &str, id: &str) -> Result<Reply, Absent> {
    known(issuer, did)?;
    // EBSI writes attribute ids with and without the prefix.
    if id.strip_prefix("0x").unwrap_or(id) != issuer.attribute_id {
        return Err(Absent::Unknown(format!("Attribute {id} Not Found")));
    }
    let body = verifiable_credential::accreditation(issuer).map_err(|_| Absent::Internal)?;
    Ok(reply::json(&json!({
        "did": did,
        "attribute": {
            "hash": hex(&Sha256::digest(&body)),
            "body": body,
            "issuerType": "RootTAO",
            "tao": did,
            "rootTao": did,
        },
    })))
}

pub(super) fn status_list(issuer: &Issuer, did: &str, proxy: &str) -> Result<Reply, Absent> {
    known(issuer, did)?;
    if proxy != proxy_id(issuer) {
        return Err(Absent::Unknown(format!("Proxy {proxy} Not Found")));
    }
    Ok(status_list::answer(issuer))
}

/// Where the accreditation of the issuer stands.
pub(crate) fn attribute_url(issuer: &Issuer) -> String {
    format!("{}/{}", attributes_url(issuer), issuer.attribute_id)
}

/// Where verifiers find the issuer's status list: EBSI lets them read it through the registry only.
pub(crate) fn status_list_url(issuer: &Issuer) -> String {
    let proxy = proxy_id(issuer);
    format!(
        "{}/proxies/{proxy}/credentials/status/1",
        issuer_url(issuer)
    )
}

/// The attribute that holds the issuer's accreditation: 32 bytes in hexadecimal.
pub(crate) fn attribute_id(did: &str) -> String {
    hex(&Sha256::digest(did))
}

fn known(issuer: &Issuer, did: &str) -> Result<(), Absent> {
    if did == issuer.issuer_did {
        Ok(())
    } else {
        Err(Absent::Unknown(format!("Issuer {did} Not Found")))
    }
}

fn issuer_url(issuer: &Issuer) -> String {
    format!(
        "{}/trusted-issuers-registry/v5/issuers/{}",
        issuer.registries, issuer.issuer_did
    )
}

fn attributes_url(issuer: &Issuer) -> String {
    format!("{}/attributes", issuer_url(issuer))
}

/// A proxy is registered with the URL that it stands for.
fn proxy_id(issuer: &Issuer) -> String {
    let registered: Value = json!({ "prefix": issuer.issuer_url() });
    format!("0x{}", hex(&Sha256::digest(registered.to_string())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The requests that bring an offer.

use super::Scene;
use super::pairs::{self, Stands};
use crate::case::Op;
use crate::wallet::jws::Void;
use crate::wallet::session;

/// The URL that starts an offer.
pub(super) fn initiate(scene: &Scene<'_>, ops: &[&Op]) -> Result<String, Void> {
    let mut query = pairs::pairs([
        ("credential_type", scene.credential_type.to_owned()),
        ("client_id", scene.session.client_id().to_owned()),
        (
            "credential_offer_endpoint",
            "openid-credential-offer://".to_owned(),
        ),
    ]);
    pairs::change(&mut query, Stands::Query, ops, &scene.values)?;
    Ok(format!(
        "{}?{}",
        session::initiate_url(scene.context),
        pairs::encode(query)
    ))
}

/// The URL of the offer itself.
pub(super) fn offer(scene: &Scene<'_>) -> Result<String, Void> {
    let url = scene.session.offer_url.clone();
    url.ok_or(Void("there is no offer to fetch"))
}

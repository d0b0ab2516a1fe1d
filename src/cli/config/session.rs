//! `[session]`: where sessions come from, and which keys each kind of them takes.

use std::sync::Arc;

use url::Url;

use super::file::{Kind, PinKind};
use super::{ConfigFile, offers};
use crate::cli::Stop;
use crate::cli::commands::{LoginCommand, OfferCommand, TokenCommand};
use crate::engine::{Config, Environment};
use crate::wallet::{GivenToken, Login, PinSource, SessionSource};

impl ConfigFile {
    /// Enters where sessions come from.
    pub(super) fn session(
        &self,
        environment: &mut Environment,
        config: &mut Config,
    ) -> Result<(), Stop> {
        let session = &self.file.session;
        let needs =
            |key: &str| self.wrong(format!("[session] of this kind needs the key \"{key}\""));
        self.refuse_foreign_keys()?;
        match session.kind {
            Kind::EbsiInitiate => {}
            Kind::Offer => {
                let uri = session.offer.clone().ok_or_else(|| needs("offer"))?;
                config.sessions = SessionSource::Offer(uri);
            }
            Kind::OfferCommand => {
                let command = session.command.clone().ok_or_else(|| needs("command"))?;
                config.sessions = SessionSource::Ask;
                environment.offers = Some(Arc::new(OfferCommand(command)));
            }
            Kind::OfferHttp => {
                let offers = offers::OfferRequest::new(session, Arc::clone(&environment.target))
                    .map_err(|error| self.wrong(error))?;
                config.sessions = SessionSource::Ask;
                environment.offers = Some(Arc::new(offers));
            }
            Kind::StaticToken => self.given_token(environment, config)?,
            Kind::AuthorizationCode => {
                config.sessions = SessionSource::Login(Login {
                    client_id: session.client_id.clone(),
                    redirect_uri: self.redirect_uri()?,
                    scope: session.scope.clone(),
                    offer: session.offer.clone(),
                });
                match &session.command {
                    Some(command) => {
                        environment.logins = Some(Arc::new(LoginCommand(command.clone())));
                    }
                    // A flag may say who logs in.
                    None if environment.logins.is_some() => {}
                    None => return Err(needs("command")),
                }
            }
        }
        Ok(())
    }

    fn redirect_uri(&self) -> Result<Option<String>, Stop> {
        let uri = self.file.session.redirect_uri.clone();
        if let Some(uri) = uri.as_ref().filter(|uri| Url::parse(uri).is_err()) {
            return Err(self.wrong(format!("[session] redirect_uri \"{uri}\" is no URL")));
        }
        Ok(uri)
    }

    /// Either a token for all sessions, or a command that prints one for each.
    fn given_token(&self, environment: &mut Environment, config: &mut Config) -> Result<(), Stop> {
        let session = &self.file.session;
        match (&session.access_token, &session.command) {
            (Some(token), None) => {
                let given = GivenToken::parse(token).map_err(|error| self.wrong(error))?;
                let c_nonce = session.c_nonce.clone().or(given.c_nonce);
                config.sessions = SessionSource::Token(GivenToken { c_nonce, ..given });
            }
            (None, Some(_)) if session.c_nonce.is_some() => {
                return Err(self.wrong(
                    "[session] has the key \"c_nonce\", which goes with \"access_token\"; a command prints {\"access_token\": …, \"c_nonce\": …}",
                ));
            }
            (None, Some(command)) => {
                config.sessions = SessionSource::AskToken;
                environment.tokens = Some(Arc::new(TokenCommand(command.clone())));
            }
            _ => {
                return Err(self.wrong(
                    "[session] of this kind needs the key \"access_token\" or the key \"command\", and not both",
                ));
            }
        }
        Ok(())
    }

    /// A key that another kind of session has would do nothing.
    fn refuse_foreign_keys(&self) -> Result<(), Stop> {
        use Kind::{AuthorizationCode, EbsiInitiate, Offer, OfferCommand, OfferHttp, StaticToken};
        let session = &self.file.session;
        let with_pin = &[EbsiInitiate, Offer, OfferCommand, OfferHttp];
        let with_token_request = &[
            EbsiInitiate,
            Offer,
            OfferCommand,
            OfferHttp,
            AuthorizationCode,
        ];
        let has_parameters = !session.token_parameters.is_empty();
        let login = &[AuthorizationCode];
        let keys: [(&str, bool, &[Kind]); 13] = [
            (
                "offer",
                session.offer.is_some(),
                &[Offer, OfferHttp, AuthorizationCode],
            ),
            ("client_id", session.client_id.is_some(), login),
            ("redirect_uri", session.redirect_uri.is_some(), login),
            ("scope", session.scope.is_some(), login),
            (
                "command",
                session.command.is_some(),
                &[OfferCommand, StaticToken, AuthorizationCode],
            ),
            (
                "access_token",
                session.access_token.is_some(),
                &[StaticToken],
            ),
            ("c_nonce", session.c_nonce.is_some(), &[StaticToken]),
            ("pin", session.pin.is_some(), with_pin),
            ("token_parameters", has_parameters, with_token_request),
            ("method", session.method.is_some(), &[OfferHttp]),
            ("url", session.url.is_some(), &[OfferHttp]),
            ("headers", !session.headers.is_empty(), &[OfferHttp]),
            ("body", session.body.is_some(), &[OfferHttp]),
        ];
        let foreign = keys
            .iter()
            .find(|(_, is_there, kinds)| *is_there && !kinds.contains(&session.kind));
        match foreign {
            Some((key, ..)) => Err(self.wrong(format!(
                "[session] has the key \"{key}\", which is for another kind than the one named"
            ))),
            None => Ok(()),
        }
    }

    /// Where PINs come from.
    pub(super) fn pin(&self) -> Result<Option<PinSource>, Stop> {
        let Some(pin) = &self.file.session.pin else {
            return Ok(None);
        };
        let is_http = self.file.session.kind == Kind::OfferHttp;
        Ok(Some(match (pin.rule, &pin.value, &pin.pointer) {
            (PinKind::None, None, None) => PinSource::None,
            (PinKind::Ebsi, None, None) => PinSource::EbsiDid,
            (PinKind::Fixed, Some(value), None) => PinSource::Fixed(value.clone()),
            (PinKind::Offer, None, Some(_)) if is_http => PinSource::OfOffer,
            (PinKind::Offer, ..) => {
                return Err(self.wrong(
                    "[session.pin] with rule = \"offer\" needs the key \"pointer\", and a session of kind \"offer-http\"",
                ));
            }
            (PinKind::Fixed, ..) => {
                return Err(self.wrong(
                    "[session.pin] with rule = \"fixed\" needs the key \"value\" and no other",
                ));
            }
            _ => {
                return Err(self.wrong("[session.pin] has a key that its rule does not take"));
            }
        }))
    }
}

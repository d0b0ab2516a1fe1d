//! Makes the expectation of one request: from what deviates, from what went before, and from the latitude of both.

use std::time::Duration;

use serde_json::Value;

use super::history::{self, History, SessionHistory, Used};
use super::latitude::Point;
use super::{Oracle, Question};
use crate::case::{Effect, Endpoint, Grant, Jws, Member, Mutation, Slot, Stage};
use crate::profile::Answer;
use crate::transcript::{Allowed, Body, Compact, Expectation, Fault};

/// Around the moment when a deferred credential becomes ready, clocks and networks decide.
const BEFORE_READY: Duration = Duration::from_millis(1000);
const AFTER_READY: Duration = Duration::from_millis(400);

/// For how long an authorization code is good at every issuer.
const CODE_LASTS: Duration = Duration::from_secs(30);

/// After how long it is good at none: it must expire shortly after it was issued (RFC 6749, 4.1.2), and half a day is not shortly.
const CODE_IS_OVER: Duration = Duration::from_secs(12 * 3600);

/// Every status by which a request can be refused where a dialect leaves it open.
pub(super) const REFUSALS: &[u16] = &[
    400, 401, 403, 404, 405, 406, 409, 410, 411, 413, 414, 415, 422, 428, 429, 431, 501, 505,
];

/// What a request may be answered with, as it becomes known.
pub(super) struct Builder<'a> {
    oracle: &'a Oracle,
    question: Question<'a>,
    expectation: Expectation,
    refusals: Vec<Allowed>,
}

impl<'a> Builder<'a> {
    /// Nothing is wrong with the request yet.
    pub(super) fn new(oracle: &'a Oracle, question: Question<'a>) -> Self {
        Self {
            oracle,
            question,
            expectation: Expectation::default(),
            refusals: Vec::new(),
        }
    }

    pub(super) fn mutation(&mut self, mutation: Mutation) {
        if self.oracle.profile.leaves_open(mutation) {
            self.leave_open();
            return;
        }
        let Some(stage) = mutation.stage else { return };
        match mutation.effect {
            Effect::Benign => return,
            // Who does not look must accept, who does look may refuse.
            Effect::Malformed if self.is_left_out(stage) => {
                if self.either("onboarding-proof") {
                    self.refuse_at(stage);
                }
            }
            Effect::Malformed => self.fault(stage, Some(mutation)),
            Effect::Either(_) if self.is_refused_here(mutation) => {
                self.fault(stage, Some(mutation));
            }
            // Without the point, the change is judged as the reference issuer judges it.
            Effect::Either(id) => match self.oracle.known(id) {
                Some(point) => {
                    self.expectation.either = true;
                    self.refuse_at(stage);
                    self.add(point);
                }
                None if mutation.reference_accepts => return,
                None => self.fault(stage, Some(mutation)),
            },
        }
        for id in &mutation.latitude {
            if let Some(point) = self.oracle.known(id) {
                self.add(point);
            }
        }
    }

    /// What follows from the requests before.
    pub(super) fn history(&mut self, session: &SessionHistory) {
        if self.question.endpoint == Endpoint::Credential {
            self.token_of_others(session);
        }
        match self.question.endpoint {
            Endpoint::Credential if !self.oracle.profile.reading.one_credential_a_token => {
                self.token_of_several_uses(session);
            }
            Endpoint::Credential => {
                self.audience();
                match session.token_used {
                    // An issuer that burns tokens on refusal would look as if it gave wrong codes
                    // for every later refusal; the repaired twin tells what it really does.
                    Used::No
                        if session.refused
                            && self.oracle.forgives_burning
                            && self.may_be_refused() =>
                    {
                        self.refuse_at(Stage::TokenUnused);
                    }
                    Used::No => {}
                    Used::Yes if self.uses_own_token() => self.fault(Stage::TokenUnused, None),
                    Used::Yes | Used::Unknown => {
                        self.expectation.either = true;
                        self.refuse_at(Stage::TokenUnused);
                    }
                }
                // Without the type that stages are left out for, none is.
                if self.is_left_out(Stage::ProofDidExists)
                    && self.writes_to(Slot::Member(Member::Types))
                    && self.either("onboarding-proof")
                {
                    self.refuse_at(Stage::ProofDidExists);
                }
                if self.is_format_uncertain() {
                    self.either("jwt-vc-json");
                }
            }
            Endpoint::Authorize => self.authorize(),
            Endpoint::Token => self.token(session),
            Endpoint::DirectPost => match session.state_used {
                Used::No => {}
                Used::Yes if self.uses_own_state() => self.fault(Stage::DirectPostState, None),
                Used::Yes | Used::Unknown => {
                    self.expectation.either = true;
                    self.refuse_at(Stage::DirectPostState);
                }
            },
            Endpoint::Deferred => self.deferred(session),
            _ => {}
        }
    }

    /// An access token that others use too may be used up or over before the case begins, and one whose code was tried again may
    /// have been revoked; and who has no nonce yet may be refused for that.
    fn token_of_others(&mut self, session: &SessionHistory) {
        let facts = self.question.facts;
        let is_faulty = !self.expectation.faults.is_empty();
        let may_be_over = facts.grant == Grant::Shared && !is_faulty;
        let may_be_revoked = facts.grant == Grant::Login && session.token_may_be_revoked;
        if history::asks_for_nonce(facts) || may_be_over || may_be_revoked {
            self.leave_open();
        }
    }

    /// Whether a further credential is issued for a token, and whether a refused request ends a session, is for the issuer
    /// to say: a draft of OpenID4VCI does not.
    fn token_of_several_uses(&mut self, session: &SessionHistory) {
        let is_faulty = !self.expectation.faults.is_empty();
        let was_refused = (session.refused || session.refused_elsewhere)
            && (self.oracle.forgives_burning || !is_faulty);
        if session.token_used != Used::No || was_refused {
            self.leave_open();
        }
    }

    /// Allows acceptance and every refusal.
    fn leave_open(&mut self) {
        self.expectation.either = true;
        self.refusals
            .push(Allowed::new(REFUSALS, Body::NoCredential));
    }

    /// A request that carries another session's value may be refused because that was used up.
    pub(super) fn others(&mut self, history: &History) {
        for other in history::others(self.question.session, self.question.mutations) {
            let other = history.session(other);
            let used = match self.question.endpoint {
                Endpoint::Credential => other.token_used,
                Endpoint::Token => other.code_used,
                Endpoint::DirectPost => other.state_used,
                _ => Used::No,
            };
            if used != Used::No {
                self.refuse_as_used_up();
            }
        }
    }

    /// The single-use value may have been used up by the time the request arrives.
    pub(super) fn may_be_used_up(&mut self) {
        let is_pre_authorised =
            self.question.endpoint == Endpoint::Token && !self.question.facts.grant.has_code();
        if is_pre_authorised && self.either("code-twice") {
            return;
        }
        if self.refuse_as_used_up() {
            self.expectation.either = true;
        }
    }

    /// Allows the refusal of a single-use value that was used; whether the endpoint has one.
    fn refuse_as_used_up(&mut self) -> bool {
        let stage = match self.question.endpoint {
            Endpoint::Credential => Stage::TokenUnused,
            Endpoint::Token => Stage::TokenRequestCode,
            Endpoint::DirectPost => Stage::DirectPostState,
            _ => return false,
        };
        self.refuse_at(stage);
        true
    }

    fn authorize(&mut self) {
        if self.is_format_uncertain() && self.either("jwt-vc-json") {
            self.refuse_at(Stage::AuthorizeDetails);
        }
    }

    fn token(&mut self, session: &SessionHistory) {
        if !self.question.facts.grant.has_code() {
            // Without the point, a code is good once, as at the reference issuer.
            match session.code_used {
                Used::No => {}
                Used::Yes | Used::Unknown if self.either("code-twice") => {
                    self.refuse_at(Stage::TokenRequestCode);
                }
                Used::Yes if self.uses_own_code() => self.fault(Stage::TokenRequestCode, None),
                Used::Yes | Used::Unknown => {}
            }
            return;
        }
        match session.code_used {
            Used::No => {}
            Used::Yes if self.uses_own_code() => self.fault(Stage::TokenRequestCode, None),
            Used::Yes | Used::Unknown => {
                self.expectation.either = true;
                self.refuse_at(Stage::TokenRequestCode);
            }
        }
        // EBSI's documents name two lifetimes, and RFC 6749, 4.1.2 recommends a third.
        let age = session
            .code_since
            .map(|since| self.question.now.saturating_sub(since));
        if age.is_some_and(|age| age > CODE_IS_OVER) && self.uses_own_code() {
            self.fault(Stage::TokenRequestCode, None);
        } else if age.is_some_and(|age| age > CODE_LASTS) {
            self.expectation.either = true;
            self.refuse_at(Stage::TokenRequestCode);
        }
        if session.code_tried {
            self.either("code-after-refusal");
        }
    }

    /// An access token that was asked for in other words than the offer's may be good for another issuer alone.
    fn audience(&mut self) {
        let facts = self.question.facts;
        if !facts.asked_otherwise || !self.keeps_audience() {
            return;
        }
        let mut secrets = facts.secrets.iter();
        let token = secrets.find(|(_, name)| *name == "access_token");
        let token = token.and_then(|(token, _)| Compact::parse(token));
        let issuer = facts.public.iter().find(|(_, name)| *name == "issuer");
        let issuer = issuer.map_or("", |(issuer, _)| issuer.as_str());
        let includes = match token.as_ref().and_then(|token| token.claim("/aud")) {
            Some(Value::String(audience)) => Some(audience.contains(issuer)),
            Some(Value::Array(audiences)) => Some(audiences.iter().any(|one| one == issuer)),
            _ => None,
        };
        match includes {
            Some(true) => {}
            Some(false) => self.fault(Stage::TokenAudience, None),
            // Where it is good cannot be told.
            None => {
                self.expectation.either = true;
                self.refuse_at(Stage::TokenAudience);
            }
        }
    }

    /// Whether what deviates in the request itself lets an issuer refuse it.
    fn may_be_refused(&self) -> bool {
        self.expectation.either || !self.expectation.faults.is_empty()
    }

    /// Whether the request still carries the session's own state.
    fn uses_own_state(&self) -> bool {
        !self.writes_to(Slot::Form("state"))
    }

    /// Whether the request still carries the session's own authorization code.
    fn uses_own_code(&self) -> bool {
        !self.writes_to(Slot::Form("code")) && !self.writes_to(Slot::Form("pre-authorized_code"))
    }

    fn writes_to(&self, slot: Slot) -> bool {
        let mut mutations = self.question.mutations.iter();
        mutations.any(|mutation| mutation.slots().any(|written| written == slot))
    }

    /// Whether the request still carries an access token with the audience of the session's own.
    fn keeps_audience(&self) -> bool {
        let replaced = |slot| {
            let whole = Slot::Header("authorization");
            slot == whole || matches!(slot, Slot::JwsClaim(Jws::Token, "aud" | "*"))
        };
        let mut slots = self.question.mutations.iter().flat_map(|one| one.slots());
        !slots.any(replaced)
    }

    /// Whether the request still carries the session's own access token.
    fn uses_own_token(&self) -> bool {
        !self
            .question
            .mutations
            .iter()
            .any(|mutation| mutation.slots().any(replaces_token))
    }

    fn deferred(&mut self, session: &SessionHistory) {
        let Some((sent, answered)) = session.deferred_since else {
            return;
        };
        let now = self.question.now;
        let early = now + BEFORE_READY < sent + self.oracle.deferred_delay;
        let ready = now >= answered + self.oracle.deferred_delay + AFTER_READY;
        if early {
            self.fault(Stage::DeferredReady, None);
        } else if !ready {
            self.expectation.either = true;
            self.refuse_at(Stage::DeferredReady);
        } else if session.deferred_fetched {
            self.either("deferred-again");
        }
    }

    /// Whether the dialect takes back the latitude over this change.
    fn is_refused_here(&self, mutation: Mutation) -> bool {
        let refused = self.oracle.profile.refused;
        refused.iter().any(|id| *id == mutation.id)
    }

    /// Allows what the point allows, if the profile grants it.
    fn either(&mut self, id: &str) -> bool {
        let point = self.oracle.known(id);
        if let Some(point) = point {
            self.expectation.either = true;
            self.add(point);
        }
        point.is_some()
    }

    /// Whether the issuer may not know the format of the case.
    fn is_format_uncertain(&self) -> bool {
        let format = self.question.flow.format.as_str();
        self.oracle.uncertain_formats.contains(&format)
    }

    /// Whether the stage is left out for the type that the case asks for.
    fn is_left_out(&self, stage: Stage) -> bool {
        let Question { flow, endpoint, .. } = self.question;
        endpoint == Endpoint::Credential
            && self.oracle.profile.leaves_out(&flow.credential_type, stage)
    }

    fn fault(&mut self, stage: Stage, mutation: Option<Mutation>) {
        let Some(rule) = self.oracle.profile.rule(self.question.endpoint, stage) else {
            return;
        };
        let profile = self.oracle.profile;
        let clause = mutation
            .and_then(|mutation| profile.clause(mutation.clause))
            .unwrap_or(rule.clause);
        self.expectation.faults.push(Fault {
            stage,
            label: rule.label,
            clause,
            mutation,
        });
        self.refuse_at(stage);
    }

    /// Allows the refusals of a stage.
    fn refuse_at(&mut self, stage: Stage) {
        let Some(rule) = self.oracle.profile.rule(self.question.endpoint, stage) else {
            return;
        };
        let body = match rule.answer {
            Answer::OAuth(codes) => Body::OAuthError(codes.to_vec()),
            Answer::Problem => Body::Problem,
            Answer::Redirect(codes) => Body::RedirectError(codes.to_vec()),
            Answer::Http => Body::NoCredential,
        };
        self.refusals.push(Allowed::new(rule.statuses, body));
        for point in self
            .oracle
            .latitude
            .iter()
            .filter(|point| point.stages.contains(&stage))
        {
            self.add(point);
        }
    }

    fn add(&mut self, point: &'static Point) {
        self.refusals
            .extend(point.adds.iter().map(|added| added.allowed(point.id)));
    }

    pub(super) fn finish(mut self) -> Expectation {
        let (profile, endpoint) = (self.oracle.profile, self.question.endpoint);
        self.expectation
            .faults
            .sort_by_key(|fault| profile.rank(endpoint, fault.stage));
        if self.expectation.faults.is_empty() {
            self.expectation.allowed.extend(self.successes());
        } else {
            self.expectation.either = false;
        }
        self.expectation.allowed.extend(self.refusals);
        self.expectation
    }

    fn successes(&self) -> Vec<Allowed> {
        match self.question.endpoint {
            Endpoint::Credential => {
                let in_time = Allowed::new(&[200], Body::Credential);
                let later = Allowed::new(&[200], Body::AcceptanceToken);
                let types_changed = self.question.mutations.iter().any(|mutation| {
                    mutation
                        .slots()
                        .any(|slot| slot == Slot::Member(Member::Types))
                });
                // What comes later is not known beforehand where types come from the metadata.
                let is_unknown = self.oracle.profile.conduct.types_of_metadata;
                match (types_changed || is_unknown, self.question.facts.deferred) {
                    (true, _) => vec![in_time, later],
                    (false, true) => vec![later],
                    (false, false) => vec![in_time],
                }
            }
            Endpoint::Deferred => vec![Allowed::new(&[200], Body::Credential)],
            Endpoint::InitiateOffer => {
                let mut allowed = vec![Allowed::new(&[200, 302, 303], Body::Success)];
                allowed.extend(self.offer_statuses());
                allowed
            }
            Endpoint::Authorize => vec![Allowed::new(
                &[302, 303],
                Body::Redirect(&["request_uri", "request", "nonce"]),
            )],
            Endpoint::RequestUri => vec![Allowed::new(&[200], Body::RequestObject)],
            Endpoint::DirectPost => vec![Allowed::new(&[302, 303], Body::Redirect(&["code"]))],
            Endpoint::Offer => {
                let mut allowed = vec![Allowed::new(&[200], Body::Success)];
                allowed.extend(self.offer_statuses());
                allowed
            }
            _ => vec![Allowed::new(&[200], Body::Success)],
        }
    }

    /// The statuses of offers that latitude adds.
    fn offer_statuses(&self) -> Vec<Allowed> {
        let point = self.oracle.known("offer-status").into_iter();
        point
            .flat_map(|point| point.adds.iter().map(|added| added.allowed(point.id)))
            .collect()
    }
}

/// Whether writing to this slot makes the request carry another token than the session's own, as far
/// as single use is concerned.
fn replaces_token(slot: Slot) -> bool {
    matches!(
        slot,
        Slot::Header("authorization") | Slot::JwsClaim(Jws::Token, "claims.c_nonce" | "claims")
    )
}

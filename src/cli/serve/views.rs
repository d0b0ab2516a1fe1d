//! The pages: the list of types, an offer with its link and QR code, the list of requests.
//!
//! Everything that came from outside goes through maud, which escapes it.

use std::time::SystemTime;

use maud::{Markup, html};
use time::OffsetDateTime;
use time::macros::format_description;

use super::log::{Entry, Verdict};
use super::{qr, steps};
use crate::issuer::{Issuer, OfferedType, unoffered_types};

/// What was entered into the form.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) client_id: String,
    pub(super) endpoint: String,
}

impl Form {
    /// The page to start from, filled in as before.
    fn href(&self) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix("/?".to_owned(), 2);
        query.append_pair("client_id", &self.client_id);
        if !self.endpoint.is_empty() {
            query.append_pair("credential_offer_endpoint", &self.endpoint);
        }
        query.finish()
    }
}

/// An offer that has been made.
#[derive(Debug)]
pub(super) struct Offer<'a> {
    pub(super) kind: OfferedType,
    pub(super) form: &'a Form,
    /// The URI that a wallet is called with.
    pub(super) uri: &'a str,
    pub(super) pin: Option<String>,
}

/// The page to start from: the form with a button a type, and the latest requests.
pub(super) fn home(issuer: &Issuer, form: &Form, faults: &[String], entries: &[Entry]) -> Markup {
    html! {
        h1 { "Offer a credential to a wallet" }
        p.lead { "Enter the wallet's DID, then choose a credential. Same-device offers open the wallet on this device; cross-device offers are a QR code to scan." }
        @if !faults.is_empty() {
            div.fault role="alert" {
                h2 { "No offer was made" }
                ul { @for fault in faults { li { (fault) } } }
            }
        }
        (offer_form(form))
        section aria-labelledby="latest" {
            div.row {
                h2 #latest { "Latest requests" }
                a href="/requests" { "All requests" }
            }
            (live(&entries[..entries.len().min(SHOWN)], SHOWN))
        }
        (addresses(issuer))
    }
}

fn offer_form(form: &Form) -> Markup {
    html! {
        form.offer method="get" action="/offer" {
            div.field {
                label for="client_id" { "Wallet's DID (client_id)" }
                textarea #client_id name="client_id" rows="3" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="did:key:z2dmzD81cgPx8Vki7Jbuu…" aria-describedby="client_id-help" { (form.client_id) }
                p.help #client_id-help { "A did:key with a jwk_jcs-pub key; wallets show it in their settings or log." }
            }
            details.field open[!form.endpoint.is_empty()] {
                summary { "Another wallet link" }
                label for="endpoint" { "Where the offer is handed over" }
                input #endpoint name="credential_offer_endpoint" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="openid-credential-offer://" value=(form.endpoint);
                p.help { "A scheme such as haip://, or the https address of a web wallet. Empty: openid-credential-offer://" }
            }
            @for (title, help, pre_authorised) in KINDS {
                fieldset {
                    legend { (title) }
                    p.help { (help) }
                    ul.types {
                        @for kind in OfferedType::all().filter(|kind| kind.pre_authorised == *pre_authorised) {
                            li { (type_button(&kind)) }
                        }
                    }
                }
            }
            p.help.unoffered {
                "Not offered, but issued to service wallets that ask at the authorisation endpoint: "
                @for (index, name) in unoffered_types().enumerate() {
                    @if index > 0 { ", " }
                    (breakable(name))
                }
                "."
            }
        }
    }
}

fn type_button(kind: &OfferedType) -> Markup {
    html! {
        button type="submit" name="credential_type" value=(kind.name) {
            span.name { (breakable(kind.name)) }
            span.tags {
                span.tag { @if kind.same_device { "same device" } @else { "QR code" } }
                @if kind.pre_authorised { span.tag { "PIN" } }
                @if kind.deferred { span.tag { "deferred" } }
            }
        }
    }
}

/// The page of one offer.
pub(super) fn offer(offer: &Offer<'_>) -> Markup {
    let Offer {
        kind,
        form,
        uri,
        pin,
    } = offer;
    html! {
        p.back { a href=(form.href()) { "← All credentials" } }
        h1.long { (breakable(kind.name)) }
        p.lead {
            "The offer is good for five minutes"
            @if kind.deferred { "; the credential will be deferred" }
            "."
        }
        div.offered {
            @if kind.same_device {
                div.beside { (link(uri)) (pin_card(pin.as_deref())) }
                (code(uri, "Or scan it with another device"))
            } @else {
                (code(uri, "Scan with the wallet"))
                div.beside { (pin_card(pin.as_deref())) (link(uri)) }
            }
        }
        details {
            summary { "The link as text" }
            p.uri { code { (uri) } }
        }
        form method="get" action="/offer" {
            input type="hidden" name="client_id" value=(form.client_id);
            input type="hidden" name="credential_offer_endpoint" value=(form.endpoint);
            button.plain type="submit" name="credential_type" value=(kind.name) { "Make a new offer" }
        }
    }
}

fn link(uri: &str) -> Markup {
    html! {
        section.card aria-labelledby="same" {
            h2 #same { "On this device" }
            p { a.action href=(uri) rel="noreferrer" { "Open in the wallet" } }
        }
    }
}

fn pin_card(pin: Option<&str>) -> Markup {
    html! {
        @if let Some(pin) = pin {
            section.card aria-labelledby="pin" {
                h2 #pin { "PIN to type" }
                p.pin { (pin) }
                p.help { "The wallet asks for it. It follows from the wallet's DID." }
            }
        }
    }
}

/// A name that may be broken before each of its words.
fn breakable(name: &str) -> Markup {
    let is_start = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    let windows = name.as_bytes().windows(2).enumerate();
    // Between two ASCII letters there is always a boundary of characters.
    let starts: Vec<usize> = windows
        .filter(|(_, pair)| is_start(pair))
        .map(|(index, _)| index + 1)
        .collect();
    let ends = starts.iter().copied().chain([name.len()]);
    let words = [0].into_iter().chain(starts.iter().copied()).zip(ends);
    html! { @for (start, end) in words { (name[start..end]) wbr; } }
}

fn code(uri: &str, title: &str) -> Markup {
    html! {
        section.card aria-labelledby="cross" {
            h2 #cross { (title) }
            @match qr::svg(uri) {
                Some(picture) => (picture),
                None => p { "The link is too long for a QR code." },
            }
        }
    }
}

/// The page of all remembered requests.
pub(super) fn requests(entries: &[Entry]) -> Markup {
    html! {
        h1 { "Requests" }
        p.lead { "The last 200 requests with what became of them, the newest first. Tokens, codes and PINs are shortened." }
        (live(entries, usize::MAX))
    }
}

/// The list, and what the script needs to keep it fresh.
fn live(entries: &[Entry], shown: usize) -> Markup {
    let newest = entries.first().map_or(0, |entry| entry.number);
    html! {
        div.live data-live="/requests/latest" data-newest=(newest) data-shown=(shown.min(1000)) {
            (list(entries))
        }
        noscript { p.help { "Without scripts the list stands still; " a href="/requests" { "the page of requests" } " reloads itself." } }
    }
}

/// The list of requests alone.
pub(super) fn list(entries: &[Entry]) -> Markup {
    html! {
        @if entries.is_empty() {
            p.empty { "No request yet. Point a wallet here, or make an offer above." }
        } @else {
            ol.requests { @for entry in entries { li value=(entry.number) { (request(entry)) } } }
        }
    }
}

fn request(entry: &Entry) -> Markup {
    let refused = matches!(entry.verdict, Verdict::Refused { .. });
    html! {
        article.request.refused[refused] {
            div.line {
                span.status { (entry.status) }
                span.what {
                    span.method { (entry.method) } " "
                    span.path { (entry.path) }
                }
                time.when datetime=(timestamp(entry.time)) { (clock(entry.time)) " UTC" }
            }
            @match &entry.verdict {
                Verdict::Served(words) => p.verdict { (words) },
                Verdict::Refused { error, description, step } => div.verdict {
                    p {
                        strong { (error) }
                        @if let Some(step) = step { " at " span.step { (steps::name(step)) } }
                    }
                    @if !description.is_empty() { p { (description) } }
                    @if let Some(rule) = step.and_then(steps::rule) {
                        p.rule { "Rule: " (rule) }
                    }
                },
            }
            @if !entry.sent.is_empty() {
                details {
                    summary { "What was sent" }
                    dl { @for (name, value) in &entry.sent { div { dt { (name) } dd { (value) } } } }
                }
            }
        }
    }
}

fn addresses(issuer: &Issuer) -> Markup {
    let (issuer_url, auth_url) = (issuer.issuer_url(), issuer.auth_url());
    let metadata = format!("{issuer_url}/.well-known/openid-credential-issuer");
    let auth_metadata = format!("{auth_url}/.well-known/openid-configuration");
    html! {
        section aria-labelledby="addresses" {
            h2 #addresses { "Addresses" }
            dl.addresses {
                div { dt { "Credential issuer" } dd { code { (issuer_url) } " " a href=(metadata) { "metadata" } } }
                div { dt { "Authorization server" } dd { code { (auth_url) } " " a href=(auth_metadata) { "metadata" } } }
                div { dt { "Issuer's DID" } dd { code { (issuer.issuer_did()) } } }
                div { dt { "API description" } dd { a href=(issuer.openapi_url()) { "OpenAPI 3.1" } } }
            }
        }
    }
}

fn clock(time: SystemTime) -> String {
    let format = format_description!("[hour]:[minute]:[second]");
    OffsetDateTime::from(time)
        .format(format)
        .unwrap_or_default()
}

fn timestamp(time: SystemTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    OffsetDateTime::from(time)
        .format(format)
        .unwrap_or_default()
}

/// How many requests stand on the page to start from.
pub(super) const SHOWN: usize = 12;

/// The two ways to a credential, with whether the offer is pre-authorised.
const KINDS: &[(&str, &str, bool)] = &[
    (
        "With a pre-authorised code",
        "The wallet redeems the code of the offer with a PIN.",
        true,
    ),
    (
        "Through the authorisation endpoint",
        "The wallet authenticates with an ID token, or presents what it already holds.",
        false,
    ),
];

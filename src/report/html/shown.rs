//! Exchanges side by side, with what was changed in the request marked.

use maud::{Markup, html};

use super::mark::{Part, inside, marked, parts};
use crate::report::told::{Body, Decoded, Told};

/// The exchanges of a case; the last of its own is open.
pub(super) fn exchanges(all: &[Told]) -> Markup {
    let last = all.len().saturating_sub(1);
    let has_case = all.iter().any(|told| told.of_case);
    html! {
        div.exchanges {
            @for (at, told) in all.iter().enumerate() {
                details.exchange open[at == last && (told.of_case || !has_case)] {
                    summary {
                        code { (told.request.method) " " (told.request.path()) } " → " code { (status(told)) }
                        @for mutation in &told.mutations { " " mark { (mutation) } }
                    }
                    @if !told.changed.is_empty() {
                        p.rule { "changed: " (told.changed.join(", ")) }
                    }
                    div.sides { (request(told)) (answer(told, at == last)) }
                }
            }
        }
    }
}

/// The status, or why there is none.
fn status(told: &Told) -> String {
    match (&told.answer, &told.failure) {
        (Some(answer), _) => format!("{} {}", answer.status, answer.reason),
        (None, failure) => failure.clone().unwrap_or_default(),
    }
}

fn request(told: &Told) -> Markup {
    let request = &told.request;
    let parts = parts(&told.changed);
    let line = format!("{} {} {}", request.method, request.url, request.version);
    html! {
        figure {
            figcaption { "request" }
            pre { (message(&line, &request.headers, &request.body, &parts)) }
            (decoded(&request.decoded, &parts))
        }
    }
}

fn answer(told: &Told, is_last: bool) -> Markup {
    let Some(answer) = &told.answer else {
        return html! { figure { figcaption { "answer" } pre { mark { (status(told)) } } } };
    };
    // What came of it stands in the status and, where there is one, in the code.
    let parts = if is_last {
        vec![Part::Line, Part::Member("error".into())]
    } else {
        Vec::new()
    };
    let line = format!("{} {}", answer.version, status(told));
    html! {
        figure {
            figcaption { "answer" }
            pre { (message(&line, &answer.headers, &answer.body, &parts)) }
            (decoded(&answer.decoded, &[]))
        }
    }
}

fn message(line: &str, headers: &[(String, String)], body: &Body, parts: &[Part]) -> Markup {
    html! {
        @if parts.contains(&Part::Line) { mark { (line) } } @else { (line) }
        "\n"
        @for (name, value) in headers {
            @if parts.contains(&Part::Header(name.clone())) { mark { (name) ": " (value) } }
            @else { (name) ": " (value) }
            "\n"
        }
        @if !body.text.is_empty() {
            "\n"
            @if parts.contains(&Part::Body) { mark { (body.text) } } @else { (marked(&body.text, parts)) }
            "\n"
        }
        @if let Some(note) = &body.note { "\n[" (note) "]\n" }
    }
}

/// What the tokens say: their signatures are left out, so nobody can use them.
fn decoded(all: &[Decoded], parts: &[Part]) -> Markup {
    html! {
        @for token in all {
            details.token open[parts.iter().any(|part| part.is_in(token))] {
                summary { (token.name) ", decoded" }
                @let parts = inside(parts, token);
                pre { (marked(&token.header, &parts)) "\n" (marked(&token.claims, &parts)) }
            }
        }
    }
}

//! A QR code as an inline picture.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// The code for `text`, dark on light whatever the colours of the page; `None` if the text is too long for one.
pub(super) fn svg(text: &str) -> Option<Markup> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let size = width + 2 * QUIET;
    let path = outline(&code.to_colors(), width);
    Some(html! {
        svg.qr role="img" aria-label="QR code of the credential offer" viewBox={ "0 0 " (size) " " (size) } shape-rendering="crispEdges" xmlns="http://www.w3.org/2000/svg" {
            rect width=(size) height=(size) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}

/// One rectangle for each run of dark modules in a row.
fn outline(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width.max(1)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a string cannot fail.
                let _ = write!(
                    path,
                    "M{} {}h{}v1H{}z",
                    x + QUIET,
                    y + QUIET,
                    run.len(),
                    x + QUIET
                );
            }
            x += run.len();
        }
    }
    path
}

/// The light border around the code, in modules (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

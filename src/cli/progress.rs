//! Shows a run while it is under way, where somebody looks at a terminal.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::Event;
use crate::report::summary::Style;

/// A progress bar, or nothing where no one would see it.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar on a terminal; nothing in continuous integration or when standard error is a file.
    pub(super) fn new() -> Self {
        let wanted = std::io::stderr().is_terminal()
            && std::env::var_os("CI").is_none_or(|value| value.is_empty());
        let template = "{prefix:>10} {bar:32} {pos}/{len} cases, {per_sec}, {msg}";
        Self(wanted.then(|| {
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(0).with_style(style)
        }))
    }

    /// Takes an event.
    pub(super) fn see(&self, event: &Event<'_>) {
        let Some(bar) = &self.0 else { return };
        match event {
            Event::StageStarted { stage, total } => {
                bar.reset();
                bar.set_length(*total);
                bar.set_prefix(stage.slug());
            }
            Event::CaseFinished { findings, .. } => {
                bar.inc(1);
                bar.set_message(format!("{findings} findings"));
            }
            Event::FindingFound(finding) => bar.println(format!("found: {}", finding.invariant)),
            Event::Finished(_) => bar.finish_and_clear(),
            Event::RunStarted { .. } | Event::Answered { .. } | Event::SoFar(_) => {}
        }
    }
}

/// Colours, which the output stream takes out again where they are not wanted.
pub(super) const STYLE: Style = Style {
    failure: ("\u{1b}[1;31m", "\u{1b}[0m"),
    note: ("\u{1b}[1;33m", "\u{1b}[0m"),
    good: ("\u{1b}[1;32m", "\u{1b}[0m"),
    dim: ("\u{1b}[2m", "\u{1b}[0m"),
};

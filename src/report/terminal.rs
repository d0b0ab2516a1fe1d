//! The run on a terminal: who is tested, how far it is, what was found. A bar only where somebody watches.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::summary::{self, ANSI, PLAIN, Palette};
use crate::engine::{Event, Outcome};

/// Listens to a run and writes to standard error what goes on, to standard output what came of it.
#[derive(Debug)]
pub struct Terminal {
    bar: ProgressBar,
}

impl Terminal {
    /// With a progress bar if standard error is a terminal and this is no continuous integration.
    pub fn new() -> Self {
        let is_watched = std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let target = if is_watched {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        bar.set_style(
            ProgressStyle::with_template(
                "{prefix:10} {bar:30} {pos}/{len}  {per_sec}, {eta} left  {msg}",
            )
            .expect("the template is well formed"),
        );
        Self { bar }
    }

    /// Takes note of an event.
    pub fn listen(&self, event: &Event<'_>) {
        match event {
            Event::RunStarted {
                target,
                profile,
                seed,
                flows,
                ..
            } => self.say(&format!(
                "vcispec {}: {target}, {}, {} flows, seed {seed}",
                env!("CARGO_PKG_VERSION"),
                profile.title,
                flows.len(),
            )),
            Event::StageStarted { stage, total } => {
                self.bar.reset();
                self.bar.set_length(*total);
                self.bar.set_prefix(stage.slug());
                if !self.bar.is_hidden() {
                    self.bar.enable_steady_tick(Duration::from_millis(250));
                }
            }
            Event::CaseFinished { findings, .. } => {
                self.bar.inc(1);
                if *findings > 0 {
                    self.bar.set_message(format!("{findings} found"));
                }
            }
            Event::FindingFound(finding) => {
                self.say(&format!("found: {}, {}", finding.invariant, finding.actual));
            }
            Event::Finished(_) => self.bar.finish_and_clear(),
        }
    }

    /// Writes the summary to standard output.
    ///
    /// # Errors
    /// Standard output cannot be written to.
    pub fn summarise(&self, outcome: &Outcome) -> std::io::Result<()> {
        self.bar.finish_and_clear();
        let mut out = anstream::stdout();
        write!(out, "{}", summary::text(outcome, Self::palette()))?;
        out.flush()
    }

    /// The streams of `anstream` take the colours out again where they are not wanted.
    fn palette() -> Palette {
        match anstream::ColorChoice::global() {
            anstream::ColorChoice::Never => PLAIN,
            _ => ANSI,
        }
    }

    fn say(&self, line: &str) {
        if self.bar.is_hidden() {
            eprintln!("{line}");
        } else {
            self.bar.println(line);
        }
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

//! `vcispec run`.

use std::time::Duration;

use super::Done;
use super::options::Options;
use crate::engine::{self, Phase};
use crate::report::Terminal;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The issuer's URL (its credential issuer identifier); the embedded reference issuer if absent
    target: Option<String>,
    /// How many random cases
    #[arg(long, default_value_t = 1000, value_name = "N")]
    cases: u64,
    /// Which phases, besides one valid run of each flow
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "systematic,random",
        value_name = "PHASE"
    )]
    phases: Vec<Phase>,
    /// Stop after so many seconds
    #[arg(long, value_name = "SECONDS")]
    max_time: Option<u64>,
    /// Stop after so many findings
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_findings: Option<u32>,
    /// Report findings with the case that showed them first, without looking for a smaller one
    #[arg(long)]
    no_shrink: bool,
    #[command(flatten)]
    options: Options,
}

pub(super) async fn run(arguments: Arguments) -> Done {
    let options = &arguments.options;
    let (environment, mut config) = options.prepare(arguments.target.as_deref())?;
    config.cases = arguments.cases;
    config.phases = arguments.phases;
    config.max_time = arguments.max_time.map(Duration::from_secs);
    config.max_findings = arguments
        .max_findings
        .map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    config.shrink = !arguments.no_shrink;
    let terminal = Terminal::new();
    let outcome = engine::run(&environment, &config, &mut |event| terminal.listen(event)).await;
    options.finish(&terminal, outcome)
}

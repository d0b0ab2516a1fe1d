//! `vcispec run`: tests an issuer.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::config::Expected;
use super::progress::{Progress, STYLE};
use super::target::TargetFlags;
use super::{Exit, Stop, block_on};
use crate::engine::{self, Event, Filter, Outcome, Phase, Shard, Unusable};
use crate::report::json::Report;
use crate::report::{self, summary};
use crate::transcript::Grade;

/// Test an issuer; without TARGET, the embedded reference issuer.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    target: TargetFlags,
    /// How many random cases; a quarter as many sequences are drawn.
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    cases: u64,
    /// Which phases: systematic, sequence, random.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    phases: Vec<String>,
    /// Only these invariants or topics.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    invariants: Vec<String>,
    /// Not these invariants or topics.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    exclude: Vec<String>,
    /// Stop after this many findings.
    #[arg(long, value_name = "NUMBER")]
    max_findings: Option<usize>,
    /// Stop after this many seconds.
    /// [default: 3600 for a URL]
    #[arg(long, value_name = "SECONDS")]
    max_time: Option<u64>,
    /// A valid run after every so many cases; the run ends when two in a row get no credential.
    #[arg(long, value_name = "NUMBER")]
    control_every: Option<NonZeroUsize>,
    /// Only one of several parts that together are the whole run, for example 1/4.
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Report cases as they were found, without looking for smaller ones.
    #[arg(long)]
    no_shrink: bool,
    #[command(flatten)]
    report: ReportFlags,
}

/// Where reports go, and what makes a run fail.
#[derive(Debug, Args)]
pub(super) struct ReportFlags {
    /// Reports to write.
    #[arg(long, value_delimiter = ',', value_name = "FORMATS")]
    report: Vec<Format>,
    /// The folder for reports.
    #[arg(long, default_value = "vcispec-report", value_name = "FOLDER")]
    report_dir: PathBuf,
    /// The mildest grade of finding that makes the run fail.
    #[arg(long, value_enum, default_value_t = FailOn::Failure, value_name = "GRADE")]
    fail_on: FailOn,
}

impl ReportFlags {
    /// From which grade on a finding fails the run.
    pub(super) const fn fail_on(&self) -> Grade {
        self.fail_on.grade()
    }

    /// The folder for JSON reports, if any are wanted.
    pub(super) fn json(&self) -> Option<&Path> {
        let wanted = self.report.contains(&Format::Json);
        wanted.then_some(self.report_dir.as_path())
    }
}

/// From which grade on a finding makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A broken rule.
    Failure,
    /// Right in substance, wrong in a code; and worse.
    Tolerable,
    /// Worth knowing; and worse.
    Note,
}

impl FailOn {
    const fn grade(self) -> Grade {
        match self {
            Self::Failure => Grade::Failure,
            Self::Tolerable => Grade::Tolerable,
            Self::Note => Grade::Note,
        }
    }
}

/// A format of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Everything, for machines: report.json.
    Json,
    /// A test case for each rule and flow: junit.xml.
    Junit,
    /// For code scanning: vcispec.sarif.
    Sarif,
    /// The exchanges behind the findings: vcispec.har.
    Har,
    /// A summary for pull requests: report.md, and the job's page in GitHub Actions.
    Markdown,
    /// One page for people: report.html.
    Html,
}

impl Format {
    /// The name of the file, and the text in it.
    fn render(self, report: &Report, fail_on: Grade) -> (&'static str, String) {
        match self {
            Self::Json => ("report.json", report.text()),
            Self::Junit => ("junit.xml", report::junit::text(report, fail_on)),
            Self::Sarif => ("vcispec.sarif", report::sarif::text(report)),
            Self::Har => ("vcispec.har", report::har::text(report)),
            Self::Markdown => ("report.md", report::markdown::text(report)),
            Self::Html => ("report.html", report::html::text(report)),
        }
    }
}

impl ReportFlags {
    /// Writes what a run came to so far, so that it is there if the process is killed.
    pub(super) fn keep(&self, event: &Event<'_>) {
        let Event::SoFar(outcome) = event else { return };
        if self.report.is_empty() {
            return;
        }
        let report = Report::new(outcome);
        for format in &self.report {
            // If it cannot be written, that is said at the end.
            let _ = self.write(*format, &report);
        }
    }

    /// Writes a report. Its path and text.
    fn write(&self, format: Format, report: &Report) -> Result<(PathBuf, String), Stop> {
        let (name, text) = format.render(report, self.fail_on.grade());
        let path = self.report_dir.join(name);
        // Whoever looks at it meanwhile, or is left with it, finds all of one or all of the other.
        let new = self.report_dir.join(format!(".{name}.new"));
        std::fs::create_dir_all(&self.report_dir)
            .and_then(|()| std::fs::write(&new, &text))
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(|error| unwritten(&path, &error))?;
        Ok((path, text))
    }

    /// Writes all reports that are wanted, and says where. Whether the run fails.
    pub(super) fn publish(&self, report: &Report) -> Result<Exit, Stop> {
        for format in &self.report {
            let (path, text) = self.write(*format, report)?;
            anstream::println!("report: {}", path.display());
            // In GitHub Actions a job has a page that Markdown is added to.
            let page = std::env::var_os("GITHUB_STEP_SUMMARY");
            if let (Format::Markdown, Some(page)) = (format, page.filter(|page| !page.is_empty())) {
                let page = PathBuf::from(page);
                let file = OpenOptions::new().create(true).append(true).open(&page);
                file.and_then(|mut file| file.write_all(text.as_bytes()))
                    .map_err(|error| unwritten(&page, &error))?;
            }
        }
        Ok(if report.has(self.fail_on.grade()) {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("could not write {}: {error}", path.display()))
}

impl Run {
    /// Carries the run out, and reports.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let done = self.carry_out(&mut |event| {
            announce(event);
            self.report.keep(event);
        })?;
        let exit = conclude(done.outcome, &self.report)?;
        for line in done.expected {
            anstream::println!("{line}");
        }
        Ok(match exit {
            Exit::Clean if done.is_stale => Exit::Findings,
            other => other,
        })
    }

    /// Carries the run out; `listener` is told what happens.
    pub(super) fn carry_out(
        &self,
        listener: &mut (dyn FnMut(&Event<'_>) + Send),
    ) -> Result<Done, Stop> {
        let named = self.phases.iter().map(|name| name.parse());
        let phases = named
            .collect::<Result<Vec<Phase>, _>>()
            .map_err(Stop::usage)?;
        // Before anything is started.
        Filter::new(self.invariants.clone(), self.exclude.clone()).map_err(Stop::usage)?;
        block_on(async {
            let mut resolved = self.target.resolve().await?;
            let invariants = resolved.filter(self.invariants.clone(), self.exclude.clone())?;
            let expected = resolved.expected()?;
            let config = &mut resolved.config;
            config.cases = self.cases;
            if !phases.is_empty() {
                config.phases = phases;
            }
            config.invariants = invariants;
            config.max_findings = self.max_findings;
            let limit = self.max_time.map(Duration::from_secs);
            config.max_time = limit.or(config.max_time);
            let control = self.control_every.map(NonZeroUsize::get);
            config.control_every = control.or(config.control_every);
            config.shard = self.shard.unwrap_or_default();
            config.shrink = !self.no_shrink;
            let progress = Progress::new();
            let mut listener = |event: &Event<'_>| {
                progress.see(event);
                listener(event);
            };
            let outcome = engine::run(&resolved.environment, &resolved.config, &mut listener).await;
            resolved.end().await;
            Ok(Done::new(outcome, &expected))
        })
    }
}

/// What a run came to, but for the deviations that are known.
pub(super) struct Done {
    pub(super) outcome: Result<Outcome, Unusable>,
    /// What there is to say about those.
    expected: Vec<String>,
    /// Whether one of them does not show any more.
    is_stale: bool,
}

impl Done {
    fn new(mut outcome: Result<Outcome, Unusable>, known: &Expected) -> Self {
        let (expected, is_stale) = match &mut outcome {
            Ok(outcome) => known.take_from(outcome),
            Err(_) => (Vec::new(), false),
        };
        Self {
            outcome,
            expected,
            is_stale,
        }
    }
}

/// Says what is about to be tested.
pub(super) fn announce(event: &Event<'_>) {
    if let Event::RunStarted {
        target,
        profile,
        seed,
        flows,
        ..
    } = event
    {
        anstream::println!(
            "testing {target} ({}, seed {seed}, {} flows)",
            profile.title,
            flows.len()
        );
    }
}

/// Prints the summary, writes the reports, and says how the process ends.
pub(super) fn conclude(
    outcome: Result<Outcome, Unusable>,
    reports: &ReportFlags,
) -> Result<Exit, Stop> {
    let outcome = outcome.map_err(unusable)?;
    let report = Report::new(&outcome);
    anstream::print!("{}", summary::text(&report, &STYLE));
    reports.publish(&report)
}

/// How the process ends when there was no run.
pub(super) fn unusable(why: Unusable) -> Stop {
    let exit = match why {
        Unusable::NothingToRun | Unusable::Interrupted => Exit::Nothing,
        Unusable::AuthKey(_) => Exit::Usage,
        Unusable::NoAnswer { .. } | Unusable::NoMetadata(_) | Unusable::NoSession(_) => {
            Exit::Unusable
        }
    };
    Stop {
        exit,
        message: why.to_string(),
    }
}

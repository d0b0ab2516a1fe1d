//! `vcispec run`: tests an issuer.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::progress::{Progress, STYLE};
use super::target::TargetFlags;
use super::{Exit, Stop, block_on};
use crate::engine::{self, Event, Filter, Outcome, Phase, Unusable};
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
    #[arg(long, value_name = "SECONDS")]
    max_time: Option<u64>,
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
    fn render(self, outcome: &Outcome, fail_on: Grade) -> (&'static str, String) {
        match self {
            Self::Json => ("report.json", Report::new(outcome).text()),
            Self::Junit => ("junit.xml", report::junit::text(outcome, fail_on)),
            Self::Sarif => ("vcispec.sarif", report::sarif::text(outcome)),
            Self::Har => ("vcispec.har", report::har::text(outcome)),
            Self::Markdown => ("report.md", report::markdown::text(outcome)),
            Self::Html => ("report.html", report::html::text(outcome)),
        }
    }
}

impl ReportFlags {
    fn write(&self, format: Format, outcome: &Outcome) -> Result<(), Stop> {
        let (name, text) = format.render(outcome, self.fail_on.grade());
        let path = self.report_dir.join(name);
        let wrong = |path: &Path, error| {
            Stop::usage(format!("could not write {}: {error}", path.display()))
        };
        std::fs::create_dir_all(&self.report_dir).map_err(|error| wrong(&path, error))?;
        std::fs::write(&path, &text).map_err(|error| wrong(&path, error))?;
        anstream::println!("report: {}", path.display());
        // In GitHub Actions a job has a page that Markdown is added to.
        if let (Format::Markdown, Some(page)) = (format, std::env::var_os("GITHUB_STEP_SUMMARY")) {
            let page = PathBuf::from(page);
            let file = OpenOptions::new().create(true).append(true).open(&page);
            file.and_then(|mut file| file.write_all(text.as_bytes()))
                .map_err(|error| wrong(&page, error))?;
        }
        Ok(())
    }
}

impl Run {
    /// Carries the run out.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
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
            config.max_time = self.max_time.map(Duration::from_secs);
            config.shrink = !self.no_shrink;
            let progress = Progress::new();
            let mut listener = |event: &Event<'_>| {
                progress.see(event);
                announce(event);
            };
            let outcome = engine::run(&resolved.environment, &resolved.config, &mut listener).await;
            resolved.end().await;
            let mut outcome = outcome.map_err(unusable)?;
            let (lines, is_stale) = expected.take_from(&mut outcome);
            let exit = conclude(Ok(outcome), &self.report)?;
            for line in lines {
                anstream::println!("{line}");
            }
            Ok(if is_stale && exit == Exit::Clean {
                Exit::Findings
            } else {
                exit
            })
        })
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

/// Why there was no run.
fn unusable(why: Unusable) -> Stop {
    Stop {
        exit: match why {
            Unusable::NothingToRun => Exit::Nothing,
            Unusable::AuthKey(_) => Exit::Usage,
            Unusable::NoAnswer { .. } | Unusable::NoMetadata(_) | Unusable::NoSession(_) => {
                Exit::Unusable
            }
        },
        message: why.to_string(),
    }
}

/// Prints the summary, writes the reports, and says how the process ends.
pub(super) fn conclude(
    outcome: Result<Outcome, Unusable>,
    reports: &ReportFlags,
) -> Result<Exit, Stop> {
    let outcome = outcome.map_err(unusable)?;
    anstream::print!("{}", summary::text(&outcome, &STYLE));
    for format in &reports.report {
        reports.write(*format, &outcome)?;
    }
    Ok(if outcome.has(reports.fail_on.grade()) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

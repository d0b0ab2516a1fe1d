//! `vcispec defects`: the harness against each deliberate bug of the reference issuer.

mod vectors;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use clap::{Args, ValueEnum};
use futures_util::future::BoxFuture;
use http::{Request, Response};

use super::embedded::{self, Embedded};
use super::{Exit, Stop};
use crate::engine::{self, Config, Event, Outcome};
use crate::invariants;
use crate::issuer::Defect;
use crate::target::{SendError, Target};
use crate::transcript::{Finding, Grade};
use crate::zoo::{self, Caught, Entry, Matrix, Row};

/// Run the harness against each deliberate bug of the reference issuer, and say what catches it.
#[derive(Debug, Args)]
pub(super) struct Defects {
    /// Only these bugs.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    only: Vec<Defect>,
    /// How many runs at once. Default: one a core.
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<usize>,
    /// What keys and random cases are made from.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// How many random cases a run has at most; a quarter as many sequences are drawn.
    #[arg(long, default_value_t = 400, value_name = "NUMBER")]
    cases: u64,
    /// Also look for a vector of the corpus that each bug fails.
    #[arg(long)]
    corpus: bool,
    /// Reports to write.
    #[arg(long, value_delimiter = ',', value_name = "FORMATS")]
    report: Vec<Format>,
    /// The folder for reports.
    #[arg(long, default_value = "vcispec-report", value_name = "FOLDER")]
    report_dir: PathBuf,
}

/// A format of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// `kill-matrix.json`.
    Json,
    /// `kill-matrix.md`.
    Markdown,
}

/// What is run: a bug, or none.
type Job = Option<&'static Entry>;

impl Defects {
    /// Runs them all and prints what caught each.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let wanted =
            |entry: &&'static Entry| self.only.is_empty() || self.only.contains(&entry.defect);
        let mut jobs: Vec<Job> = zoo::ALL.iter().filter(wanted).map(Some).collect();
        if jobs.is_empty() {
            return Ok(Exit::Nothing);
        }
        // The clean issuer's run is among the longest; see `all` for the order.
        if self.only.is_empty() {
            jobs.push(None);
        }
        // A bug that crashes is one of those sought; what it prints would hide the table.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let done = self.all(&jobs);
        std::panic::set_hook(hook);
        let mut matrix = Matrix {
            seed: self.seed,
            clean: Vec::new(),
            rows: Vec::new(),
        };
        for result in done {
            match result? {
                Done::Clean(rules) => matrix.clean = rules,
                Done::Row(row) => matrix.rows.push(*row),
            }
        }
        self.write(&matrix)?;
        let (caught, all) = matrix.score();
        anstream::println!("{caught} of {all} deliberate bugs caught");
        if self.corpus {
            let failed = matrix.rows.iter().filter(|row| row.vector.is_some());
            anstream::println!("{} of {all} fail a vector of the corpus", failed.count());
        }
        if !matrix.clean.is_empty() {
            anstream::println!("the clean issuer draws {}", matrix.clean.join(", "));
        }
        Ok(if matrix.is_as_expected() {
            Exit::Clean
        } else {
            Exit::Findings
        })
    }

    /// The results, in the order of the jobs.
    fn all(&self, jobs: &[Job]) -> Vec<Result<Done, Stop>> {
        let threads = self
            .jobs
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, jobs.len()) {
                scope.spawn(|| {
                    loop {
                        // From the last to the first: bugs that hang, which take the longest, are at the end of the zoo.
                        let before = next.fetch_add(1, Ordering::Relaxed);
                        let Some(index) = jobs.len().checked_sub(before + 1) else {
                            break;
                        };
                        let job = &jobs[index];
                        let result = self.one(*job);
                        if let Ok(Done::Row(row)) = &result {
                            print(row);
                        }
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        done.push((index, result));
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, result)| result).collect()
    }

    fn one(&self, job: Job) -> Result<Done, Stop> {
        let Embedded {
            mut environment,
            issuer,
            auth_key,
            service,
        } = embedded::with_defect(self.seed, job.map(|entry| entry.defect))?;
        let requests = Arc::new(AtomicU64::new(0));
        let (counter, inner) = (Arc::clone(&requests), environment.target);
        environment.target = Arc::new(Counting { counter, inner });
        let mut config = Config::new(issuer);
        config.seed = self.seed;
        config.cases = self.cases;
        config.auth_key = Some(auth_key);
        config.service = Some(service);
        if let Some(entry) = job {
            config.flows = vec![format!("{}/{}", entry.shown_by, entry.format)];
            config.until = Some(entry.invariant);
        }
        let mut phase = "discovery";
        let mut first = None;
        let mut listener = |event: &Event<'_>| match event {
            Event::StageStarted { stage, .. } => phase = stage.slug(),
            Event::FindingFound(finding) if named(job, finding) => {
                first.get_or_insert((phase, requests.load(Ordering::Relaxed)));
            }
            _ => {}
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(Stop::internal)?;
        let outcome = runtime.block_on(engine::run(&environment, &config, &mut listener));
        // The thread of a bug that does not answer goes on for a while.
        runtime.shutdown_background();
        let Some(entry) = job else {
            let outcome = outcome.map_err(Stop::internal)?;
            return Ok(Done::Clean(rules(&outcome, None)));
        };
        let mut row = Row::of(entry, clause_of(entry));
        // A bug so bad that the issuer cannot be tested is no bug caught.
        if let Ok(outcome) = outcome {
            row.surprises = rules(&outcome, Some(entry.invariant));
            let found = outcome.findings.iter().find(|found| named(job, found));
            row.caught = found.zip(first).map(|(found, (phase, requests))| Caught {
                grade: found.grade,
                phase,
                requests,
                mutations: found.case.as_ref().map_or(0, |case| case.size().0),
                steps: found.case.as_ref().map_or(0, |case| case.size().1),
                case: found.case.clone(),
            });
        }
        if let (true, Some(caught)) = (self.corpus, &row.caught) {
            row.vector = vectors::failed(self.seed, entry, caught)?;
        }
        Ok(Done::Row(Box::new(row)))
    }

    fn write(&self, matrix: &Matrix) -> Result<(), Stop> {
        for format in &self.report {
            let (name, text) = match format {
                Format::Json => (
                    "kill-matrix.json",
                    serde_json::to_string_pretty(matrix).map_err(Stop::internal)? + "\n",
                ),
                Format::Markdown => ("kill-matrix.md", matrix.markdown()),
            };
            let path = self.report_dir.join(name);
            let wrong = |error| Stop::usage(format!("could not write {}: {error}", path.display()));
            std::fs::create_dir_all(&self.report_dir).map_err(wrong)?;
            std::fs::write(&path, text).map_err(wrong)?;
            anstream::println!("report: {}", path.display());
        }
        Ok(())
    }
}

/// What a job came to.
enum Done {
    /// The rules that the clean issuer is said to break.
    Clean(Vec<String>),
    Row(Box<Row>),
}

/// A target that counts the requests.
struct Counting {
    counter: Arc<AtomicU64>,
    inner: Arc<dyn Target>,
}

impl Target for Counting {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        self.counter.fetch_add(1, Ordering::Relaxed);
        self.inner.send(request)
    }
}

fn clause_of(entry: &Entry) -> &'static str {
    invariants::find(entry.invariant).map_or("", |rule| rule.clause.id)
}

fn named(job: Job, finding: &Finding) -> bool {
    job.is_some_and(|entry| entry.invariant == finding.invariant)
}

/// The rules that were broken, but for `named`.
fn rules(outcome: &Outcome, named: Option<&str>) -> Vec<String> {
    let failures = outcome.findings.iter().filter(|finding| {
        finding.grade != Grade::Note && Some(finding.invariant.as_str()) != named
    });
    let rules: BTreeSet<_> = failures.map(|finding| finding.invariant.clone()).collect();
    rules.into_iter().collect()
}

fn print(row: &Row) {
    match &row.caught {
        Some(caught) => anstream::println!(
            "caught  {}: {} after {} requests ({}), smallest case {} + {}: {}{}{}",
            row.defect,
            row.invariant,
            caught.requests,
            caught.phase,
            caught.mutations,
            caught.steps,
            caught.in_words(),
            if row.surprises.is_empty() {
                String::new()
            } else {
                format!("; also {}", row.surprises.join(", "))
            },
            match &row.vector {
                Some(vector) => format!("; fails {vector}"),
                None => String::new(),
            }
        ),
        None => anstream::println!(
            "MISSED  {}: {} is silent{}",
            row.defect,
            row.invariant,
            if row.surprises.is_empty() {
                String::new()
            } else {
                format!("; but {}", row.surprises.join(", "))
            }
        ),
    }
}

//! Servers that mean no good, or are broken beyond belief: whatever they do, `vcispec run` ends in bounded time and memory
//! with a finding or an error that says what is wrong.
//!
//! `server.rs` has the servers' side, raw bytes over TCP or TLS; `run.rs` starts the command as a child and measures it.
//! Each other file is a table of servers: hostile at once (`metadata.rs`), behind honest metadata and tokens
//! (`credential.rs`), with certificates that nobody should trust (`tls.rs`), metadata that points elsewhere (`elsewhere.rs`), and those that come, go and ask for patience
//! (`lives.rs`). A new one is a line in a table.

mod credential;
mod elsewhere;
mod lives;
mod metadata;
mod run;
mod server;
mod tls;

use std::sync::atomic::{AtomicUsize, Ordering};

use run::Ended;

/// A hostile server and what a run against it has to come to.
pub(crate) struct Hostile {
    name: &'static str,
    play: fn(&mut server::Peer),
    expect: Expect,
}

/// What a run has to come to.
#[derive(Clone, Copy)]
enum Expect {
    /// Exit code 3, with these words on standard error.
    Error(&'static str),
    /// Exit code 1, with a finding of this rule.
    Finding(&'static str),
}

/// More findings than this are not one root cause grouped, but a flood. Whoever answers garbage to everything accepts whatever
/// is sent, and breaks one rule for each kind of fault that was tried.
const MOST_FINDINGS: usize = 16;

impl Hostile {
    /// How long a run waits for each answer, in seconds: no longer than it takes where there will be none.
    fn patience(&self) -> u64 {
        let lets_wait = ["no answer", "a slow drip"];
        if lets_wait.iter().any(|words| self.name.contains(words)) {
            1
        } else {
            5
        }
    }
}

impl Expect {
    /// What is wrong with how a run ended, if anything.
    fn complaint(self, name: &str, ended: &Ended) -> Option<String> {
        let problem = match self {
            Self::Error(words) if ended.code != 3 => Some(format!(
                "ended with {}, not with an error: {words}",
                ended.code
            )),
            Self::Error(words) => {
                (!ended.stderr.contains(words)).then(|| format!("does not say \"{words}\""))
            }
            Self::Finding(_) if ended.code != 1 => {
                Some(format!("ended with {}, not with a finding", ended.code))
            }
            Self::Finding(rule) => (!ended.findings.iter().any(|found| found == rule))
                .then(|| format!("does not find {rule} but {:?}", ended.findings)),
        };
        let problem = problem.or_else(|| {
            let flood = ended.findings.len() > MOST_FINDINGS;
            flood.then(|| format!("floods with {:?}", ended.findings))
        });
        let problem = problem.or_else(|| ended.is_out_of_bounds());
        problem.map(|problem| format!("{name}: {problem}\n{}{}", ended.stdout, ended.stderr))
    }
}

/// What is wrong with the runs against these servers.
fn complaints(all: &[&Hostile], against: impl Fn(&Hostile) -> Ended + Sync) -> Vec<String> {
    in_parallel(all, |hostile| {
        hostile.expect.complaint(hostile.name, &against(hostile))
    })
}

/// What is said of each item, of which four are looked at at once: they mostly wait.
fn in_parallel<T: Sync>(all: &[T], say: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut said = Vec::new();
        while let Some(item) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            said.extend(say(item));
        }
        said
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        let said = workers.into_iter().map(|worker| worker.join());
        said.flat_map(|said| said.expect("no worker panics"))
            .collect()
    })
}

#[test]
fn there_are_at_least_thirty() {
    let all = [metadata::ALL, credential::ALL];
    let names: std::collections::BTreeSet<_> = all
        .iter()
        .flat_map(|table| table.iter())
        .map(|one| one.name)
        .collect();
    assert!(names.len() >= 30, "{}", names.len());
}

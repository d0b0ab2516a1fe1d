//! `vcispec corpus export`: vectors for other tools.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::Paths;
use crate::cli::{Exit, Stop};
use crate::corpus::{Vector, VectorFile};
use crate::engine;
use crate::fuzzing::Bench;
use crate::issuer::Issuer;

/// Write vectors in another form.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    paths: Paths,
    /// The form.
    #[arg(long, value_enum, value_name = "FORM")]
    format: Form,
    /// The folder for the files of the form `fuzz`.
    #[arg(long, value_name = "FOLDER", required_if_eq("format", "fuzz"))]
    to: Option<PathBuf>,
}

/// A form of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One JSON object a line: the vector and its profile.
    Ndjson,
    /// The last request of each as a curl line, with shell variables for live values and the URLs of the
    /// reference issuer.
    Curl,
    /// A file for each, the input of the fuzz target `credential_case`.
    Fuzz,
}

/// A line of NDJSON.
#[derive(Serialize)]
struct Line<'a> {
    profile: &'a str,
    #[serde(flatten)]
    vector: &'a Vector,
}

impl Export {
    /// Writes the vectors.
    pub(super) fn execute(&self) -> Result<Exit, Stop> {
        let files = self.paths.read()?;
        let vectors = files
            .iter()
            .flat_map(|(_, file)| file.vectors().map(move |vector| (file, vector)));
        match (self.format, &self.to) {
            (Form::Ndjson, _) => print(vectors.map(|(file, vector)| ndjson(file, vector))),
            (Form::Curl, _) => {
                let bench = Bench::new(Issuer::builder());
                print(
                    vectors
                        .zip(0..)
                        .map(|((_, vector), salt)| Ok(curl(&bench, vector, salt))),
                )
            }
            (Form::Fuzz, Some(folder)) => {
                let wrong = |error| {
                    Stop::usage(format!("could not write to {}: {error}", folder.display()))
                };
                std::fs::create_dir_all(folder).map_err(wrong)?;
                let mut count = 0;
                for (_, vector) in vectors {
                    let case = serde_json::to_vec(&vector.case).map_err(Stop::internal)?;
                    let name = vector.id.replace('/', "--");
                    std::fs::write(folder.join(name), case).map_err(wrong)?;
                    count += 1;
                }
                anstream::println!("{count} files in {}", folder.display());
                Ok(Exit::Clean)
            }
            (Form::Fuzz, None) => Err(Stop::usage("the form fuzz takes a folder: --to FOLDER")),
        }
    }
}

fn print(texts: impl Iterator<Item = Result<String, Stop>>) -> Result<Exit, Stop> {
    let mut out = anstream::stdout().lock();
    for text in texts {
        // Whoever reads may have seen enough and gone.
        if writeln!(out, "{}", text?).is_err() {
            break;
        }
    }
    Ok(Exit::Clean)
}

fn ndjson(file: &VectorFile, vector: &Vector) -> Result<String, Stop> {
    let line = Line {
        profile: &file.profile,
        vector,
    };
    serde_json::to_string(&line).map_err(Stop::internal)
}

fn curl(bench: &Bench, vector: &Vector, salt: u64) -> String {
    let transcript = bench.play(&vector.case, salt);
    let request = transcript
        .steps()
        .last()
        .map_or_else(|| "# the case sends nothing".to_owned(), engine::curl_line);
    format!("# {}: {}\n{request}\n", vector.id, vector.comment)
}

//! The import table of `ARCHITECTURE.md`, held against every path in `src`.
//!
//! [`violations`] is pure: source text in, forbidden imports out. Start there; the tests below plant one
//! violation of each form. `lib.rs` and `main.rs` stand outside the table: they tie the modules together.
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use syn::buffer::Cursor;
use syn::parse::ParseStream;
use syn::visit::{self, Visit};

/// What each top-level module may import besides itself. A row names only modules of earlier rows.
const TABLE: &[(&str, &[&str])] = &[
    ("clauses", &[]),
    ("case", &["clauses"]),
    ("profile", &["case", "clauses"]),
    ("transcript", &["case", "clauses"]),
    ("oracle", &["case", "profile", "transcript", "clauses"]),
    ("generate", &["case", "profile", "transcript", "clauses"]),
    ("wallet", &["case", "profile", "transcript", "clauses"]),
    ("invariants", &["case", "profile", "transcript", "clauses"]),
    ("target", &[]),
    ("engine", &[EVERYTHING_ABOVE]),
    (
        "corpus",
        &[
            "case",
            "profile",
            "oracle",
            "wallet",
            "transcript",
            "clauses",
        ],
    ),
    ("issuer", &[]),
    (
        "zoo",
        &["case", "transcript", "issuer", "engine", "clauses"],
    ),
    ("report", &["transcript", "clauses", "engine"]),
    ("fuzzing", &[EVERYTHING_ABOVE]),
    ("cli", &[EVERYTHING_ABOVE]),
];

/// Stands for every module of an earlier row.
const EVERYTHING_ABOVE: &str = "everything above";

/// One import that the table does not allow.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    module: String,
    path: String,
    reason: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` {}", self.module, self.path, self.reason)
    }
}

/// The forbidden imports in the source text of one module, given by its path from the crate root.
fn violations(module: &[&str], source: &str) -> syn::Result<BTreeSet<Violation>> {
    let file = syn::parse_file(source)?;
    let mut checker = Checker {
        module: module.iter().map(ToString::to_string).collect(),
        found: BTreeSet::new(),
    };
    checker.visit_file(&file);
    Ok(checker.found)
}

/// Walks a file and looks at each path that could leave the module.
struct Checker {
    /// Where we are, nested inline modules included.
    module: Vec<String>,
    found: BTreeSet<Violation>,
}

impl Checker {
    /// Judges one path, written as in the source.
    fn check(&mut self, written: &[String]) {
        let Some(resolved) = resolve(&self.module, written) else {
            return;
        };
        let home = &self.module[0];
        let reason = match resolved.first() {
            Some(module) if module == home => return,
            Some(module) if may_import(home, module) => return,
            Some(module) if row(module).is_some() => {
                format!("must not import {module}")
            }
            Some(_) | None => "goes through the crate root; name the module itself".to_owned(),
        };
        self.report(written.join("::"), reason);
    }

    fn report(&mut self, path: String, reason: String) {
        let module = self.module.join("::");
        self.found.insert(Violation {
            module,
            path,
            reason,
        });
    }

    fn check_use(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let with = |name: String| [prefix, &[name]].concat();
        match tree {
            syn::UseTree::Path(path) => self.check_use(&with(path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) => self.check(&with(name.ident.to_string())),
            syn::UseTree::Rename(rename) => self.check(&with(rename.ident.to_string())),
            syn::UseTree::Glob(_) => self.check(prefix),
            syn::UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|item| self.check_use(prefix, item)),
        }
    }
}

impl<'ast> Visit<'ast> for Checker {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("path"))
        {
            let path = format!("mod {}", item.ident);
            self.report(
                path,
                "has a path attribute; a module lies where its name says".to_owned(),
            );
        }
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.check_use(&[], &item.tree);
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Vec<_> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.check(&written);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Ok(paths) = call.parse_body_with(paths_in_tokens) {
            paths.iter().for_each(|path| self.check(path));
        }
        visit::visit_macro(self, call);
    }

    fn visit_meta_list(&mut self, meta: &'ast syn::MetaList) {
        if let Ok(paths) = meta.parse_args_with(paths_in_tokens) {
            paths.iter().for_each(|path| self.check(path));
        }
        visit::visit_meta_list(self, meta);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // `pub(crate)` and `pub(super)` open a module to others; they import nothing.
    }
}

/// Where a module stands in the table.
fn row(module: &str) -> Option<usize> {
    TABLE.iter().position(|(name, _)| *name == module)
}

fn may_import(home: &str, module: &str) -> bool {
    row(home).is_some_and(|home| {
        let imports = TABLE[home].1;
        let above = row(module).is_some_and(|module| module < home);
        imports.contains(&module) || (above && imports.contains(&EVERYTHING_ABOVE))
    })
}

/// The path from the crate root that a written path stands for; `None` if it stays in scope or in another crate.
fn resolve(module: &[String], written: &[String]) -> Option<Vec<String>> {
    let mut resolved = match written.first()?.as_str() {
        "crate" | "vcispec" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module[..module.len() - 1].to_vec(),
        _ => return None,
    };
    for segment in &written[1..] {
        match segment.as_str() {
            "self" => {}
            "super" => drop(resolved.pop()),
            name => resolved.push(name.to_owned()),
        }
    }
    Some(resolved)
}

/// The paths in tokens that nothing has parsed: the inside of a macro call or an attribute.
fn paths_in_tokens(input: ParseStream<'_>) -> syn::Result<Vec<Vec<String>>> {
    let mut paths = Vec::new();
    input.step(|cursor| Ok(((), find_paths(*cursor, &mut paths))))?;
    Ok(paths)
}

fn find_paths<'a>(mut cursor: Cursor<'a>, paths: &mut Vec<Vec<String>>) -> Cursor<'a> {
    while !cursor.eof() {
        if let Some((inside, _, _, after)) = cursor.any_group() {
            find_paths(inside, paths);
            cursor = after;
        } else if cursor.ident().is_some() {
            cursor = read_path(&[], cursor, paths);
        } else {
            cursor = after_token(cursor);
        }
    }
    cursor
}

/// Reads one path, or the tree of paths that braces make of it, and returns the place after it.
fn read_path<'a>(
    prefix: &[String],
    mut cursor: Cursor<'a>,
    paths: &mut Vec<Vec<String>>,
) -> Cursor<'a> {
    let mut path = prefix.to_vec();
    while let Some((ident, after)) = cursor.ident() {
        path.push(ident.to_string());
        let Some(next) = after_colons(after) else {
            paths.push(path);
            return after;
        };
        cursor = next;
    }
    let Some((mut inside, _, _, after)) = cursor.any_group() else {
        paths.push(path);
        return cursor;
    };
    while !inside.eof() {
        inside = match inside.ident() {
            Some(_) => read_path(&path, inside, paths),
            None => after_token(inside),
        };
    }
    after
}

fn after_colons(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    let (first, cursor) = cursor.punct()?;
    let (second, cursor) = cursor.punct()?;
    (first.as_char() == ':' && second.as_char() == ':').then_some(cursor)
}

fn after_token(cursor: Cursor<'_>) -> Cursor<'_> {
    cursor
        .token_tree()
        .map_or_else(Cursor::empty, |(_, after)| after)
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every `.rs` file below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The module that a file below `src` holds, by the rule of file names; empty for the two roots.
fn module_of(file: &Path) -> Vec<String> {
    let relative = file
        .strip_prefix(source_root())
        .expect("the file lies below src")
        .with_extension("");
    let mut module: Vec<String> = relative
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] || module == ["main"] {
        module.pop();
    }
    module
}

#[test]
fn the_tree_keeps_to_the_table() {
    let mut found = Vec::new();
    for file in rust_files(&source_root()) {
        let module = module_of(&file);
        if module.is_empty() {
            continue;
        }
        let module: Vec<&str> = module.iter().map(String::as_str).collect();
        let source = fs::read_to_string(&file).expect("the file is text");
        let violations = violations(&module, &source)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        found.extend(violations.iter().map(ToString::to_string));
    }
    assert!(found.is_empty(), "forbidden imports:\n{}", found.join("\n"));
}

#[test]
fn every_module_stands_in_the_table() {
    for file in rust_files(&source_root()) {
        if let Some(top) = module_of(&file).first() {
            assert!(row(top).is_some(), "{top} is missing from the table");
        }
    }
}

#[test]
fn a_row_names_only_modules_of_earlier_rows() {
    for (index, (name, imports)) in TABLE.iter().enumerate() {
        for import in imports.iter().filter(|import| **import != EVERYTHING_ABOVE) {
            let above = row(import).is_some_and(|row| row < index);
            assert!(
                above,
                "{name} may import {import}, which does not stand above it"
            );
        }
    }
}

#[test]
fn architecture_page_shows_the_same_table() {
    let page = fs::read_to_string(source_root().with_file_name("ARCHITECTURE.md"))
        .expect("ARCHITECTURE.md is there");
    let shown: BTreeSet<(String, BTreeSet<String>)> = page
        .lines()
        .filter_map(|line| line.split_once(" -> "))
        .map(|(name, imports)| {
            let imports = imports.split(", ").map(|import| import.trim().to_owned());
            (
                name.trim().to_owned(),
                imports.filter(|import| import != "nothing").collect(),
            )
        })
        .collect();
    let held = TABLE
        .iter()
        .map(|(name, allowed)| {
            (
                name.to_string(),
                allowed.iter().map(ToString::to_string).collect(),
            )
        })
        .collect();
    assert_eq!(shown, held);
}

/// What the checker says about `source`, standing in `src/oracle/codes.rs`.
fn judged(source: &str) -> Vec<String> {
    let found = violations(&["oracle", "codes"], source).expect("the planted source parses");
    found.into_iter().map(|violation| violation.path).collect()
}

#[test]
fn a_planted_violation_of_each_form_is_found() {
    for (source, path) in [
        ("use crate::cli::run;", "crate::cli::run"),
        ("use crate::cli;", "crate::cli"),
        ("use crate::cli as tool;", "crate::cli"),
        ("use crate::cli::*;", "crate::cli"),
        ("use crate::{case, cli::run};", "crate::cli::run"),
        ("use crate::{case, cli::{self, run}};", "crate::cli::run"),
        ("use vcispec::cli::run;", "vcispec::cli::run"),
        ("pub use crate::cli::run;", "crate::cli::run"),
        ("pub(crate) use crate::cli::run;", "crate::cli::run"),
        ("use super::super::cli::run;", "super::super::cli::run"),
        ("use super::super::{cli};", "super::super::cli"),
        ("use self::super::super::cli;", "self::super::super::cli"),
        ("fn f() { crate::cli::run() }", "crate::cli::run"),
        (
            "fn f() { super::super::cli::run() }",
            "super::super::cli::run",
        ),
        ("fn f() { use crate::cli::run; }", "crate::cli::run"),
        ("fn f(x: &crate::cli::Args) {}", "crate::cli::Args"),
        ("fn f() -> Vec<crate::cli::Args> {}", "crate::cli::Args"),
        (
            "struct S { x: Option<Box<dyn crate::cli::Run>> }",
            "crate::cli::Run",
        ),
        ("impl crate::cli::Run for S {}", "crate::cli::Run"),
        ("fn f<T: crate::cli::Run>() {}", "crate::cli::Run"),
        (
            "fn f() { match x { crate::cli::Color::Never => {} } }",
            "crate::cli::Color::Never",
        ),
        (
            "fn f() { println!(\"{}\", crate::cli::NAME) }",
            "crate::cli::NAME",
        ),
        (
            "fn f() { vec![(1, [super::super::cli::run()])] }",
            "super::super::cli::run",
        ),
        (
            "macro_rules! m { () => { use $crate::{case, cli::run}; } }",
            "crate::cli::run",
        ),
        ("fn f() { crate::cli::shout!() }", "crate::cli::shout"),
        (
            "#[derive(crate::cli::Derive)] struct S;",
            "crate::cli::Derive",
        ),
        (
            "mod inner { use super::super::super::cli::run; }",
            "super::super::super::cli::run",
        ),
        (
            "mod inner { mod deeper { fn f() { crate::cli::run() } } }",
            "crate::cli::run",
        ),
        (
            "#[cfg(test)] mod tests { use crate::issuer::Issuer; }",
            "crate::issuer::Issuer",
        ),
        ("use crate::check;", "crate::check"),
        ("use crate::Finding;", "crate::Finding"),
        ("use crate::*;", "crate"),
        ("use crate::{self as root};", "crate::self"),
        ("use super::super::*;", "super::super"),
        ("#[path = \"../cli/mod.rs\"] mod tool;", "mod tool"),
    ] {
        let found = judged(source);
        assert!(
            found.iter().any(|other| other == path),
            "{source} is not found: {found:?}"
        );
    }
}

#[test]
fn an_allowed_import_is_left_alone() {
    for source in [
        "use crate::case::Case;",
        "use crate::{case::Case, profile, transcript::Exchange};",
        "use super::latitude;",
        "use super::super::clauses::Clause;",
        "use self::inner::X;",
        "use std::fmt; use http::Request; use serde_json::{json, Value};",
        "mod inner { use super::super::latitude; use super::X; }",
        "pub(crate) fn f() { crate::oracle::allowed() }",
        "fn f() { assert_eq!(crate::case::X, super::Y) }",
        "fn f() { cli::run() }",
        "// crate::cli is only named here\nconst X: &str = \"crate::cli::run\";",
    ] {
        assert_eq!(judged(source), Vec::<String>::new(), "{source}");
    }
}

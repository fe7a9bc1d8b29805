//! `cargo xtask tidy`: house rules that neither the compiler nor clippy knows.
//!
//! Each rule is a function from the files to what is wrong with them, and all of them are asked before anything is
//! said. They read text only; what a rule needs of the machine is in [`Files`].

mod crates;
mod documents;
mod sources;

use std::{collections::BTreeMap, fmt, process::ExitCode};

use anyhow::Result;
use fs_err as fs;

use crate::{
    Stop,
    arguments::{Arguments, unknown},
    process::Tool,
    workspace,
};

/// All files that are, or could be, in a commit: path relative to the root, and text. What is not UTF-8 is left out.
#[derive(Debug, Default)]
struct Files {
    texts: BTreeMap<String, String>,
    /// Folders that exist on this machine only, which no file may name.
    machine_folders: Vec<String>,
}

/// What is wrong, where, and if possible what to do.
#[derive(Debug, Eq, PartialEq)]
struct Finding {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn in_file(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            message: message.into(),
        }
    }

    /// With the line counted from zero.
    fn at(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: Some(line + 1),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.message),
            None => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}

type Rule = fn(&Files) -> Vec<Finding>;

const RULES: &[Rule] = &[
    crates::every_crate_has_the_lints,
    crates::dependencies_point_one_way,
    crates::special_crates_stay_where_they_belong,
    crates::no_async_runtime,
    sources::no_file_is_too_long,
    sources::every_module_says_what_it_is_for,
    sources::nothing_is_left_unfinished,
    sources::every_module_is_reached,
    sources::processes_start_where_it_is_known,
    sources::real_nix_is_for_the_tests_of_the_program,
    documents::everything_that_is_named_exists,
    documents::the_required_ones_are_there,
    documents::no_machine_is_named,
];

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    if let Some(word) = arguments.take_next() {
        return Err(unknown(&word).into());
    }
    let files = Files::of_workspace()?;
    let findings: Vec<String> = RULES
        .iter()
        .flat_map(|rule| rule(&files))
        .map(|finding| finding.to_string())
        .collect();
    if findings.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let message = format!(
        "{} things are not tidy:\n{}",
        findings.len(),
        findings.join("\n")
    );
    Err(Stop { code: 1, message }.into())
}

impl Files {
    fn of_workspace() -> Result<Self> {
        let root = workspace::root();
        let list = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        let names = Tool::new("git").args(list).folder(&root).quiet()?;
        let mut texts = BTreeMap::new();
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            // Deleted but not committed, a link to a folder, or not text: nothing that a rule could read.
            if let Ok(text) = fs::read_to_string(root.join(name)) {
                texts.insert(name.to_owned(), text);
            }
        }
        let mut machine_folders = vec![format!("{}/", root.display())];
        machine_folders.extend(std::env::home_dir().map(|home| format!("{}/", home.display())));
        // A checkout or a home directly under the root has a name that means something in any text.
        machine_folders.retain(|folder| folder.matches('/').count() > 2);
        Ok(Self {
            texts,
            machine_folders,
        })
    }

    /// The nixward workspace's own Rust files: those of the example monorepo and of fixtures are data.
    fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(path, _)| {
            let ours = ["crates/", "tests/", "xtask/"]
                .iter()
                .any(|folder| path.starts_with(folder));
            ours && path.ends_with(".rs") && !path.contains("/fixtures/")
        })
    }

    /// The manifests of the workspace's members.
    fn cargo_manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(path, _)| {
            let folder = path.strip_suffix("/Cargo.toml").unwrap_or_default();
            folder == "xtask"
                || folder == "tests"
                || folder
                    .strip_prefix("crates/")
                    .is_some_and(|name| !name.contains('/'))
        })
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether it is a file, or a folder with a file in it.
    fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let inside = format!("{path}/");
        self.texts.contains_key(path)
            || self
                .texts
                .range(inside.clone()..)
                .next()
                .is_some_and(|(next, _)| next.starts_with(&inside))
    }
}

#[cfg(test)]
impl Files {
    fn of(texts: &[(&str, &str)]) -> Self {
        let texts = texts
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        Self {
            texts,
            machine_folders: vec!["/home/somebody/".to_owned()],
        }
    }
}

/// The messages of a rule for these files, as they are printed.
#[cfg(test)]
fn found(rule: Rule, texts: &[(&str, &str)]) -> Vec<String> {
    rule(&Files::of(texts))
        .iter()
        .map(Finding::to_string)
        .collect()
}

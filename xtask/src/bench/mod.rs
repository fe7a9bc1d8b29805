//! `cargo xtask bench`: how fast nixward is beside what people use otherwise, and whether that is fast enough.
//!
//! Everything that is compared is measured in the same run, in turn ([`contest`]), on generated workspaces
//! ([`workspace`]), and must have done what is measured, or the case fails. [`cases`] says what is compared and what
//! must hold.

mod bound;
mod cases;
mod contest;
mod figure;
mod harness;
mod machine;
mod measure;
mod memory;
mod nix_log;
mod own;
mod processor;
mod statistics;
mod table;
mod workspace;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};

use self::{
    cases::{CASES, Case},
    harness::{AtTheEnd, Extent, Harness},
    table::Row,
};
use crate::{
    Stop,
    arguments::{Arguments, unknown},
    cargo::cargo,
    document,
    itself::TESTED_PROGRAM,
    nix::{self, HostpkgsFit},
    progress, workspace as checkout,
};

const DOCUMENT: &str = "docs/benchmarks.md";

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut request = nix::Request::default();
    let mut extent = Extent::Full;
    let mut at_the_end = AtTheEnd::Remove;
    let mut write = false;
    let mut chosen = Vec::new();
    while let Some(word) = arguments.take_next() {
        match word.to_str() {
            Some("--quick") => extent = Extent::Quick,
            Some("--write") => write = true,
            Some("--keep") => at_the_end = AtTheEnd::Keep,
            _ if request.take(&word, &mut arguments)? => {}
            _ => chosen.push(case_named(&word)?),
        }
    }
    if write && !(chosen.is_empty() && extent == Extent::Full) {
        return Err(Stop::usage("`--write` writes what a whole run measures").into());
    }
    if chosen.is_empty() {
        let all = CASES
            .iter()
            .filter(|case| extent == Extent::Full || !case.is_long);
        chosen.extend(all);
    }
    let environment = nix::obtain(request)?;
    if environment.hostpkgs != HostpkgsFit::Fits {
        let message =
            "what is measured is built with the machine's own shell, which this Nix cannot";
        return Err(Stop::no_nix(message).into());
    }
    let harness = Harness::new(nixward()?, &environment, extent, at_the_end)?;
    if let Some(warning) = machine::is_busy() {
        progress(warning);
    }
    let (rows, failures) = measure(&harness, &chosen);
    let table = table::render(&rows);
    print!("\n{table}");
    for failure in &failures {
        progress(failure);
    }
    let missed = rows
        .iter()
        .filter(|row| row.is_kept() == Some(false))
        .count();
    progress(format_args!(
        "\nbench: {missed} of {} bounds missed, {} of {} cases failed",
        rows.iter().filter(|row| row.bound.is_some()).count(),
        failures.len(),
        chosen.len()
    ));
    if write && failures.is_empty() {
        let machine = machine::describe(&harness)?;
        let path = checkout::root().join(DOCUMENT);
        document::replace_figures(&path, "bench", &format!("\n{machine}\n{table}\n"))?;
    }
    if missed == 0 && failures.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

/// A case that cannot be measured keeps no other from it.
fn measure(harness: &Harness, cases: &[&Case]) -> (Vec<Row>, Vec<String>) {
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for case in cases {
        progress(format_args!("bench: {}", case.name));
        match (case.run)(harness) {
            Ok(measured) => rows.extend(measured),
            Err(error) => failures.push(format!("{}: {}", case.name, crate::rendered(&error))),
        }
    }
    (rows, failures)
}

fn case_named(word: &OsString) -> Result<&'static Case> {
    if word.to_string_lossy().starts_with('-') {
        return Err(unknown(word).into());
    }
    let names = || {
        let names: Vec<&str> = CASES.iter().map(|case| case.name).collect();
        names.join(", ")
    };
    let found = CASES.iter().find(|case| word == case.name);
    let message = || format!("`{}` is no case; there are {}", word.display(), names());
    Ok(found.ok_or_else(|| Stop::usage(message()))?)
}

/// The one that is measured: as it is released, or the one that the person names.
fn nixward() -> Result<PathBuf> {
    if let Some(program) = std::env::var_os(TESTED_PROGRAM) {
        let program = PathBuf::from(program);
        return fs_err::canonicalize(program).context("there is no nixward to measure");
    }
    progress("bench: building nixward as it is released (minutes the first time)");
    cargo()?
        .args(["build", "--quiet", "--release", "--package", "nixward"])
        .quiet()?;
    Ok(checkout::target_folder()?.join("release/nixward"))
}

//! `cargo xtask interruption`: what is left of a run that is interrupted, in every way in which it can be, with nixward
//! and with what people use otherwise.
//!
//! The runs are made by a program of its own, `interrupt`, built only for this; see there. This module gives it a Nix
//! and a nixward, and puts its tables into the document.

use std::{ffi::OsString, io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};

use crate::{
    Stop,
    arguments::{Arguments, unknown},
    cargo::cargo,
    demo::{build_nixward, with_programs},
    document,
    itself::TESTED_PROGRAM,
    nix::{self, HostpkgsFit},
    process::exit_code,
    workspace,
};

const DOCUMENT: &str = "docs/interruption.md";

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut request = nix::Request::default();
    let mut options: Vec<OsString> = Vec::new();
    let mut write = false;
    while let Some(word) = arguments.take_next() {
        match word.to_str() {
            Some("--write") => write = true,
            Some("--no-peers") => options.push(word),
            _ if request.take(&word, &mut arguments)? => {}
            _ => return Err(unknown(&word).into()),
        }
    }
    if write && !options.is_empty() {
        return Err(Stop::usage("`--write` writes what a whole run sees").into());
    }
    let environment = nix::obtain(request)?;
    if environment.hostpkgs != HostpkgsFit::Fits {
        let message =
            "what is interrupted is built with the machine's own shell, which this Nix cannot";
        return Err(Stop::no_nix(message).into());
    }
    let (programs, nixward) = nixward()?;
    let run = [
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--features",
        "interrupt",
    ];
    let tool = cargo()?
        .args(run)
        .args(["--bin", "interrupt", "--"])
        .arg(nixward)
        .args(options);
    let (status, tables) = with_programs(tool, &environment, &programs)?.read()?;
    std::io::stdout().write_all(tables.as_bytes())?;
    if write && status.success() {
        document::replace_figures(
            &workspace::root().join(DOCUMENT),
            "interruption",
            &format!("\n{tables}\n"),
        )?;
    }
    Ok(exit_code(status))
}

/// The folder with the one that is interrupted, and itself: the one that the person names, or as it is now.
fn nixward() -> Result<(PathBuf, PathBuf)> {
    if let Some(program) = std::env::var_os(TESTED_PROGRAM) {
        let program = fs_err::canonicalize(program).context("there is no nixward to interrupt")?;
        let folder = program.parent().context("nixward lies in no folder")?;
        return Ok((folder.to_owned(), program));
    }
    let folder = build_nixward()?;
    let program = folder.join("nixward");
    Ok((folder, program))
}

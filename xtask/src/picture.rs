//! `cargo xtask picture`: the terminals that the documents show, drawn from real runs.
//!
//! The drawing is done by a program of its own, `draw`, built only for this; see there. This module gives it a Nix and
//! a nixward.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    Stop,
    arguments::{Arguments, unknown},
    cargo::cargo,
    demo::{EXAMPLE, build_nixward, with_programs},
    nix::{self, Environment, HostpkgsFit},
    process::exit_code,
    progress, workspace,
};

const IMAGES: &str = "docs/images";

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut request = nix::Request::default();
    let mut options = Vec::new();
    while let Some(word) = arguments.take_next() {
        match word.to_str() {
            Some("--check") => options.push("--check"),
            _ if request.take(&word, &mut arguments)? => {}
            _ => return Err(unknown(&word).into()),
        }
    }
    let environment = nix::obtain(request)?;
    if environment.hostpkgs != HostpkgsFit::Fits {
        let message = "the README's picture shows the example as nix/hostpkgs builds it, which this Nix cannot";
        return Err(Stop::no_nix(message).into());
    }
    draw(&environment, &options)
}

/// Fails if a picture is not what nixward shows now.
pub(crate) fn check(environment: &Environment) -> Result<ExitCode> {
    if environment.hostpkgs != HostpkgsFit::Fits {
        progress("skipped: this Nix cannot build what the pictures show");
        return Ok(ExitCode::SUCCESS);
    }
    draw(environment, &["--check"])
}

fn draw(environment: &Environment, options: &[&str]) -> Result<ExitCode> {
    let programs = build_nixward()?;
    let run = ["run", "--quiet", "--package", "xtask", "--features", "draw"];
    let tool = cargo()?
        .args(run)
        .args(["--bin", "draw", "--"])
        .arg(workspace::root().join(EXAMPLE))
        .arg(EXAMPLE)
        .arg(workspace::root().join(IMAGES))
        .args(options);
    Ok(exit_code(
        with_programs(tool, environment, &programs)?.shown()?,
    ))
}

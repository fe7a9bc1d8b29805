//! `cargo xtask test`: every test there is, those with a real Nix included.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use crate::{
    arguments::{Arguments, unknown},
    cargo::cargo,
    nix::{self, Environment, HostpkgsFit},
    process::{Tool, exit_code},
    progress,
    steps::Steps,
    test_packages, workspace,
};

const HOSTPKGS: &str = "nix/hostpkgs";

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut request = nix::Request::default();
    let mut filters = Vec::new();
    while let Some(word) = arguments.take_next() {
        if request.take(&word, &mut arguments)? {
            continue;
        }
        if word.as_encoded_bytes().starts_with(b"-") {
            return Err(unknown(&word).into());
        }
        filters.push(word);
    }
    let environment = nix::obtain(request)?;
    test_packages::see_to()?;

    let mut steps = Steps::default();
    let all = filters.is_empty();
    steps.run("tests", || rust_tests(&environment, filters));
    if all {
        steps.run("examples in the documentation", || {
            cargo()?
                .args(["test", "--quiet", "--workspace", "--doc"])
                .quiet()?;
            Ok(ExitCode::SUCCESS)
        });
        if workspace::root().join(HOSTPKGS).join("flake.nix").exists() {
            steps.run("nix flake check of nix/hostpkgs", || {
                flake_check(&environment)
            });
        }
        progress(format_args!("\n{}", steps.summary()));
    }
    Ok(steps.exit_code())
}

/// With nextest, which shows each test and its time, where it is installed.
fn rust_tests(environment: &Environment, filters: Vec<OsString>) -> Result<ExitCode> {
    let has_nextest = cargo()?.args(["nextest", "--version"]).quiet().is_ok();
    let tests = if has_nextest {
        cargo()?
            .args(["nextest", "run", "--workspace", "--no-fail-fast"])
            .args(filters)
    } else {
        cargo()?
            .args([
                "test",
                "--workspace",
                "--lib",
                "--bins",
                "--tests",
                "--no-fail-fast",
                "--",
            ])
            .args(filters)
    };
    let tests = tests.envs(environment.variables());
    let tests = match environment.hostpkgs {
        // Without it, a test that finds no Nix shows itself as skipped.
        HostpkgsFit::Fits => tests.env("NIXWARD_TEST_NIX", "required"),
        HostpkgsFit::Unfit(_) => {
            progress("test: so tests that build with nix/hostpkgs will be shown as skipped");
            tests
        }
    };
    Ok(exit_code(tests.shown()?))
}

/// What `nix/hostpkgs` builds to prove itself.
fn flake_check(environment: &Environment) -> Result<ExitCode> {
    if environment.hostpkgs != HostpkgsFit::Fits {
        progress("skipped: this Nix cannot build it");
        return Ok(ExitCode::SUCCESS);
    }
    Tool::new("nix")
        .args(["--extra-experimental-features", "nix-command flakes"])
        .args(["flake", "check", "--no-write-lock-file"])
        .arg(format!("./{HOSTPKGS}"))
        .envs(environment.variables())
        .folder(workspace::root())
        .quiet()?;
    Ok(ExitCode::SUCCESS)
}

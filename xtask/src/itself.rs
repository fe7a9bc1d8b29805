//! `cargo xtask itself`: nixward as its own user. It builds, checks and tests the workspace at the root, and the
//! nixward that comes out of Nix has to pass for the one that cargo built.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use crate::{
    arguments::{Arguments, unknown},
    demo::{build_nixward, with_programs},
    nix::{self, Environment, HostpkgsFit},
    process::{Tool, exit_code},
    progress, test, workspace,
};

/// The root's flake is written for nixpkgs, which can be fetched from few machines that run this.
const WITH_HOSTPKGS: [&str; 3] = ["--override-input", "nixpkgs", "path:./nix/hostpkgs"];

/// What a person would type at the root, each with [`WITH_HOSTPKGS`] after its first two words.
const COMMANDS: [&[&str]; 4] = [
    &["build", "nixward"],
    &["check", "nixward"],
    &["test", "nixward"],
    &["shell", "nixward", "--", "cargo", "--version"],
];

/// The tests with a real Nix that the installed nixward has to pass, beside those of `nixward test nixward`.
const SMOKE_TESTS: &str = "initech::";

/// Tells the tests of the program which nixward to start.
pub(crate) const TESTED_PROGRAM: &str = "NIXWARD_TEST_PROGRAM";

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut request = nix::Request::default();
    while let Some(word) = arguments.take_next() {
        if !request.take(&word, &mut arguments)? {
            return Err(unknown(&word).into());
        }
    }
    let environment = nix::obtain(request)?;
    if environment.hostpkgs != HostpkgsFit::Fits {
        progress("skipped: this Nix cannot build with nix/hostpkgs");
        return Ok(ExitCode::SUCCESS);
    }
    let programs = build_nixward()?;
    for words in COMMANDS {
        let (verb_and_project, others) = words.split_at(2);
        let typed = Tool::new("nixward")
            .args(verb_and_project)
            .args(WITH_HOSTPKGS)
            .args(others);
        progress(format_args!("\n$ {typed}"));
        let status = with_programs(typed, &environment, &programs)?
            .folder(workspace::root())
            .shown()?;
        if !status.success() {
            return Ok(exit_code(status));
        }
    }
    let installed = installed(&environment)?;
    progress(format_args!(
        "\nthe example's tests, with {}",
        installed.display()
    ));
    let variable = (OsString::from(TESTED_PROGRAM), installed);
    test::named(&environment, vec![SMOKE_TESTS.into()], [variable])
}

/// The nixward that Nix built, by Nix's own commands.
fn installed(environment: &Environment) -> Result<OsString> {
    let nix = |words: &[&str]| {
        Tool::new("nix")
            .args(["--extra-experimental-features", "nix-command flakes"])
            .args(words)
            .args(["--no-write-lock-file", ".#nixward"])
            .args(WITH_HOSTPKGS)
            .envs(environment.variables())
            .folder(workspace::root())
    };
    let version = nix(&["run"]).args(["--", "--version"]).quiet()?;
    anyhow::ensure!(
        version.starts_with("nixward "),
        "`nix run .#nixward -- --version` says {version:?}"
    );
    let path = nix(&["build", "--no-link", "--print-out-paths"]).quiet()?;
    Ok(format!("{}/bin/nixward", path.trim()).into())
}

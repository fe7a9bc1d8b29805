//! `cargo xtask test`: every test there is, those with a real Nix included.
//!
//! Everything runs with one Nix; the tests whose outcome depends on the real Nix run again with the newest that Debian
//! has, and one of them is shown a Nix that is too old.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use crate::{
    arguments::{Arguments, unknown},
    cargo::cargo,
    nix::{self, Environment, HostpkgsFit, Suite},
    picture,
    process::{Tool, exit_code},
    progress,
    steps::Steps,
    test_packages, workspace,
};

const HOSTPKGS: &str = "nix/hostpkgs";

/// The features of xtask whose programs have tests.
const FEATURES: [&str; 2] = ["--features", "xtask/draw,xtask/interrupt"];

/// The suite with the newest Nix.
const NEWEST: Suite = Suite::Sid;

/// The suite with a Nix that nixward refuses.
const TOO_OLD: Suite = Suite::Bookworm;

/// Tells the tests where a Nix is that nixward refuses; empty where none can be made.
const OLD_NIX: &str = "NIXWARD_TEST_OLD_NIX";

/// Which tests.
enum Selection {
    All,
    /// Those that can see which Nix there is: the house rule `real_nix_is_for_the_tests_of_the_program` keeps them in
    /// one test target.
    WithRealNix,
    /// Those whose name holds one of these.
    Named(Vec<OsString>),
}

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
    // All that has to be fetched comes first: nobody should wait for tests to hear that it cannot be.
    let environment = nix::obtain(request)?;
    test_packages::see_to()?;

    let mut steps = Steps::default();
    if !filters.is_empty() {
        // Not worth waiting for: a test that wants it says how to make it.
        let old_nix = nix::made(TOO_OLD)?.map(|old| old.program("nix").into());
        steps.run("tests", || {
            shown(&rust_tests(
                &environment,
                old_nix,
                Selection::Named(filters),
            )?)
        });
        return Ok(steps.exit_code());
    }
    let old_nix = Some(old_nix()?);
    let newest = match request.suite {
        None => newest(&environment)?,
        Some(_) => None,
    };
    steps.run(&format!("all tests, with {}", environment.version), || {
        shown(&rust_tests(&environment, old_nix.clone(), Selection::All)?)
    });
    if let Some(newest) = newest {
        let name = format!("tests that use a real Nix, with {}", newest.version);
        steps.run(&name, || {
            shown(&rust_tests(&newest, old_nix, Selection::WithRealNix)?)
        });
    }
    steps.run("examples in the documentation", || {
        cargo()?
            .args(["test", "--quiet", "--workspace", "--doc"])
            .args(FEATURES)
            .quiet()?;
        Ok(ExitCode::SUCCESS)
    });
    // With one Nix: they are the same derivations with each, so a second one would find all of them built. That each
    // evaluates the set is seen by the tests of the example.
    steps.run("nix flake check of nix/hostpkgs", || {
        flake_check(&environment)
    });
    steps.run("the pictures", || picture::check(&environment));
    progress(format_args!("\n{}", steps.summary()));
    Ok(steps.exit_code())
}

/// The tests whose name holds one of these, with more variables than usual.
pub(crate) fn named(
    environment: &Environment,
    filters: Vec<OsString>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<ExitCode> {
    let tests = rust_tests(environment, None, Selection::Named(filters))?;
    shown(&tests.envs(variables))
}

fn shown(tests: &Tool) -> Result<ExitCode> {
    Ok(exit_code(tests.shown()?))
}

/// The Nix of the second run; nothing on a machine where it cannot be had, or where its store is that of a Nix of the
/// person's, which is not to be written to behind its back.
fn newest(first: &Environment) -> Result<Option<Environment>> {
    if !first.is_private() {
        progress(format_args!(
            "skipped: the tests with a second Nix, since {} is this machine's; `--suite sid` runs them",
            first.version
        ));
        return Ok(None);
    }
    if !nix::can_be_made(NEWEST)? {
        progress("skipped: the tests with a second Nix, since none can be made here");
        return Ok(None);
    }
    let request = nix::Request {
        suite: Some(NEWEST),
        force: false,
    };
    nix::obtain(request).map(Some)
}

/// The value of [`OLD_NIX`].
fn old_nix() -> Result<OsString> {
    if !nix::can_be_made(TOO_OLD)? {
        return Ok(OsString::new());
    }
    let environment = nix::obtain_unsupported(TOO_OLD, false)?;
    Ok(environment.program("nix").into())
}

/// With nextest, which shows each test and its time, where it is installed.
fn rust_tests(
    environment: &Environment,
    old_nix: Option<OsString>,
    selection: Selection,
) -> Result<Tool> {
    let has_nextest = cargo()?.args(["nextest", "--version"]).quiet().is_ok();
    // Always the whole workspace, whatever is run of it: for a part of it cargo would compile libraries again, with
    // the features that this part wants.
    let tests = if has_nextest {
        let tests = cargo()?
            .args(["nextest", "run", "--workspace", "--no-fail-fast"])
            .args(FEATURES);
        match selection {
            Selection::All => tests,
            Selection::WithRealNix => {
                tests.args(["--filterset", "package(nixward) & binary(program)"])
            }
            Selection::Named(filters) => tests.args(filters),
        }
    } else {
        let tests = cargo()?
            .args(["test", "--workspace", "--no-fail-fast"])
            .args(FEATURES);
        let targets = ["--lib", "--bins", "--tests"];
        match selection {
            Selection::All => tests.args(targets),
            Selection::WithRealNix => tests.args(["--test", "program"]),
            Selection::Named(filters) => tests.args(targets).arg("--").args(filters),
        }
    };
    let tests = tests
        .envs(environment.variables())
        .envs(old_nix.map(|program| (OLD_NIX.into(), program)));
    Ok(match environment.hostpkgs {
        // Without it, a test that finds no Nix shows itself as skipped.
        HostpkgsFit::Fits => tests.env("NIXWARD_TEST_NIX", "required"),
        HostpkgsFit::Unfit(_) => {
            progress("test: so tests that build with nix/hostpkgs will be shown as skipped");
            tests
        }
    })
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

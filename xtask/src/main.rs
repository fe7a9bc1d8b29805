//! The workspace's own tools, started as `cargo xtask COMMAND`.
//!
//! This file knows the commands' names and turns errors into an exit code; each command has a module of its own, and
//! none of them is needed to use nixward.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for developers that talks to a person"
)]

mod arguments;
mod bench;
mod cargo;
mod ci;
mod codegen;
mod demo;
mod document;
mod fuzz;
mod interruption;
mod itself;
mod nix;
mod picture;
mod process;
mod steps;
mod test;
mod test_packages;
mod tidy;
mod workspace;

use std::{fmt, process::ExitCode};

use anyhow::Result;

const HELP: &str = "\
Tools for working on nixward

Usage: cargo xtask COMMAND

Commands:
  nix [--suite trixie|sid|bookworm] [--force] [--print-env] [-- CMD...]
          Make a current Nix (or, from bookworm, one that is too old) usable on a machine that has none;
          run a command with it
  demo [--suite trixie|sid]
          Get Nix, build nixward, and test every project of examples/initech
  test [--suite trixie|sid] [FILTERS...]
          Run all tests, and those that use a real Nix with two versions of it; or with one, by --suite; or only
          those whose name holds a filter
  itself [--suite trixie|sid]
          Build, check and test nixward by its own flake, and the example with the nixward that comes out
  bench [--quick] [--write] [--keep] [--suite trixie|sid] [CASES...]
          Measure nixward beside what people use otherwise, all cases or those that are named, and fail where it is
          slower than it must be; --write puts a whole run's figures into docs/benchmarks.md, --keep leaves the
          workspaces there
  fuzz [--seconds N] [internal_json] [manifest]
          Feed what reads Nix's log and what reads the manifest with inputs made up to break them, each for a minute
  interruption [--write] [--no-peers] [--suite trixie|sid]
          Interrupt nixward and what people use otherwise in every way, and fail where nixward leaves a process, ends
          with a wrong exit code or does not report; --write puts the tables into docs/interruption.md
  ci [--test-command COMMAND]
          Run exactly what continuous integration runs
  picture [--check]
          Draw the terminals that the documents show, from real runs; or fail if one shows something else by now
  codegen [--check]
          Write the files that are made by a program, or fail if one of them is stale
  tidy
          Check the house rules that neither the compiler nor clippy knows
";

/// An end that is no bug: what to say and the exit code to say it with.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) code: u8,
    pub(crate) message: String,
}

impl Stop {
    /// What was asked for was asked for wrongly.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            message: message.into(),
        }
    }

    /// There is no Nix here and none can be made.
    pub(crate) fn no_nix(message: impl Into<String>) -> Self {
        Self {
            code: 3,
            message: message.into(),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", rendered(&error));
            ExitCode::from(error.downcast_ref::<Stop>().map_or(1, |stop| stop.code))
        }
    }
}

/// An error and what it comes from, a line each.
pub(crate) fn rendered(error: &anyhow::Error) -> String {
    let mut causes = error.chain().map(ToString::to_string);
    let first = format!("error: {}", causes.next().unwrap_or_default());
    causes.fold(first, |text, cause| format!("{text}\n  caused by: {cause}"))
}

fn run() -> Result<ExitCode> {
    let mut arguments = arguments::Arguments::from_command_line();
    let Some(command) = arguments.take_next() else {
        eprint!("{HELP}");
        return Ok(ExitCode::from(2));
    };
    match command.to_str() {
        Some("bench") => bench::run(arguments),
        Some("ci") => ci::run(arguments),
        Some("codegen") => codegen::run(arguments),
        Some("demo") => demo::run(arguments),
        Some("interruption") => interruption::run(arguments),
        Some("itself") => itself::run(arguments),
        Some("nix") => nix::run(arguments),
        Some("fuzz") => fuzz::run(arguments),
        Some("picture") => picture::run(arguments),
        Some("test") => test::run(arguments),
        Some("tidy") => tidy::run(arguments),
        Some("help" | "-h" | "--help") => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            let known = "see `cargo xtask help`";
            Err(Stop::usage(format!(
                "`{}` is no command of xtask; {known}",
                command.display()
            ))
            .into())
        }
    }
}

/// One line about what is being done now, on stderr, since stdout may be read by a program.
pub(crate) fn progress(what: impl fmt::Display) {
    eprintln!("{what}");
}

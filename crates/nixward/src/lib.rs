//! The command line of nixward: arguments → settings → workspace → selection → evaluation → plan → execution → report.
//!
//! Responsibility: the only place that reads arguments and the environment, and, with `nixward-report`, the only one
//! that prints. It decides nothing that `nixward-core` can decide.

mod asked_file;
mod audience;
pub mod cli;
mod commands;
mod console_output;
mod discovery;
mod environment;
mod error;
mod evaluation;
mod hints;
mod junit_file;
mod listeners;
mod nix_setup;
mod past;
mod place;
mod reporters;
mod rerun;
mod session;
mod settings;
mod step_summary;
mod threads;
mod untracked;

use std::{ffi::OsString, process::ExitCode};

/// The whole program.
pub fn main() -> ExitCode {
    // A guard needs nothing of what follows, and there is one for each child.
    if let Some(code) = nixward_guard::run_if_asked(std::env::args_os()) {
        return code;
    }
    let args: Vec<OsString> = std::env::args_os().collect();
    let outcome = cli::parse(&args).and_then(|cli| commands::run(&cli, &args));
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => error.report(),
    }
}

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
mod keyboard;
mod listeners;
mod meanwhile;
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
mod watch;

use std::{ffi::OsString, process::ExitCode};

/// The whole program.
pub fn main() -> ExitCode {
    // A guard needs nothing of what follows, and there is one for each child.
    if let Some(code) = nixward_guard::run_if_asked(std::env::args_os()) {
        return code;
    }
    // Somebody may ask what runs before there is anybody to answer, which by default would end it.
    let _where_it_fails_it_is_as_before: std::io::Result<()> = nixward_exec::survive_questions();
    let args: Vec<OsString> = std::env::args_os().collect();
    let outcome = cli::parse(&args).and_then(|cli| commands::run(&cli, &args));
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => error.report(),
    }
}

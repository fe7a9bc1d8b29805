//! Stands in for nixward in the tests: the executable that is started again as the guard, and a parent that can be
//! killed or be another user.
//!
//! `guard-test-host [as-nobody] run READ-ONLY-PATH PROGRAM ARG…` runs a program under a guard, with this process's
//! environment and output, and then writes the report as a line of JSON. An empty path protects nothing.
//!
//! `guard-test-host measure COUNT PROGRAM` writes what it costs to run a program under a guard, without and with a
//! read-only path, beside running it plainly.

mod measure;

use std::{
    env,
    ffi::OsString,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use nixward_guard::{GuardReport, GuardedCommand, OutputMode, run_if_asked};

fn main() -> ExitCode {
    if let Some(code) = run_if_asked(env::args_os()) {
        return code;
    }
    let mut args = env::args_os().skip(1).peekable();
    let result = if args.next_if(|arg| arg == "measure").is_some() {
        measure::measure(args)
    } else {
        run(args).and_then(|report| {
            let line = serde_json::to_string(&report)?;
            writeln!(io::stdout(), "{line}")
        })
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_reads_it: io::Result<()> =
                writeln!(io::stderr(), "guard-test-host: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is a main program, and passes its environment on"
)]
fn run(args: impl Iterator<Item = OsString>) -> io::Result<GuardReport> {
    let mut args = args.peekable();
    if args.next_if(|arg| arg == "as-nobody").is_some() {
        become_nobody()?;
    }
    let mut next = || {
        args.next()
            .ok_or_else(|| io::Error::other("an argument is missing"))
    };
    if next()? != "run" {
        return Err(io::Error::other("unknown mode"));
    }
    let read_only = PathBuf::from(next()?);
    let program = PathBuf::from(next()?);
    let mut command = GuardedCommand::new(env::current_exe()?, program, PathBuf::from("/"));
    command.args = args.collect();
    command.env = env::vars_os().collect();
    command.output = OutputMode::Inherit;
    if !read_only.as_os_str().is_empty() {
        command.protections.read_only.push(read_only);
    }
    command
        .spawn()
        .map_err(io::Error::other)?
        .wait()
        .map_err(io::Error::other)
}

#[cfg(target_os = "linux")]
fn become_nobody() -> io::Result<()> {
    use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};
    const NOBODY: u32 = 65534;
    setgroups(&[])?;
    setgid(Gid::from_raw(NOBODY))?;
    Ok(setuid(Uid::from_raw(NOBODY))?)
}

#[cfg(not(target_os = "linux"))]
fn become_nobody() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

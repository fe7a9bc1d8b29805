//! Starts the program, or finds out precisely why it cannot be started.

use std::{
    fs::File,
    io,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use rustix::{io::Errno, process::Pid};

use super::interpreter;
use crate::{
    command::StdinSource,
    report::{StartFailure, StartStep},
    wire::ProgramSpec,
};

/// Starts it in a process group of its own, with this process's output.
pub(super) fn start(spec: &ProgramSpec) -> Result<Pid, StartFailure> {
    let stdin = match &spec.stdin {
        StdinSource::Null => Stdio::null(),
        StdinSource::File(path) => {
            let file = File::open(path)
                .map_err(|error| failure(StartStep::StandardInput, path.clone(), &error))?;
            Stdio::from(file)
        }
    };
    // Not left to `Command`, whose error would not tell it from the program's.
    rustix::process::chdir(&spec.cwd)
        .map_err(|error| failure(StartStep::WorkingFolder, spec.cwd.clone(), &error.into()))?;
    let spawned = Command::new(&spec.program)
        .args(&spec.args)
        .env_clear()
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .stdin(stdin)
        .process_group(0)
        .spawn();
    match spawned {
        // Dropping the handle neither ends the process nor waits for it; the supervisor reaps all children alike.
        Ok(child) => {
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            pid.ok_or_else(|| {
                failure(
                    StartStep::Program,
                    spec.program.clone(),
                    &Errno::SRCH.into(),
                )
            })
        }
        Err(error) => {
            let errno = errno_of(&error);
            let (step, path) = match interpreter::find_broken(&spec.program, errno) {
                Some((interpreter, of)) => (StartStep::Interpreter { of }, interpreter),
                None => (StartStep::Program, spec.program.clone()),
            };
            Err(StartFailure { step, path, errno })
        }
    }
}

fn failure(step: StartStep, path: PathBuf, error: &io::Error) -> StartFailure {
    StartFailure {
        step,
        path,
        errno: errno_of(error),
    }
}

fn errno_of(error: &io::Error) -> i32 {
    error
        .raw_os_error()
        .unwrap_or_else(|| Errno::INVAL.raw_os_error())
}

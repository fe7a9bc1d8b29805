//! What to start, and how it is started.

use std::{
    ffi::{OsStr, OsString},
    io::{self, PipeReader},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    child::GuardedChild,
    graces::{FirstSignal, Graces},
    guard_process::GuardProcess,
    os,
    output::{ChildOutput, OutputReader},
    protections::Protections,
    wire::{self, ProgramSpec, Request, text},
};

/// A program to run under a guard.
#[derive(Clone, Debug)]
pub struct GuardedCommand {
    /// An executable whose `main` begins with [`run_if_asked`](crate::run_if_asked): nixward's own.
    pub guard_executable: PathBuf,
    /// The program; absolute, or relative to `cwd`. A bare name is refused, for it is not clear whose `PATH` counts.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its environment: exactly this.
    pub env: Vec<(OsString, OsString)>,
    /// Its working folder.
    pub cwd: PathBuf,
    /// Where its standard input comes from.
    pub stdin: StdinSource,
    /// Where its output goes.
    pub output: OutputMode,
    /// What is kept from it.
    pub protections: Protections,
    /// Who gets the first signal of a termination.
    pub first_signal: FirstSignal,
    /// How patiently it is ended.
    pub graces: Graces,
}

/// Where the standard input of a guarded program comes from. Never from the terminal: several run at once, in
/// sessions of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StdinSource {
    /// `/dev/null`.
    #[default]
    Null,
    /// This file; a relative path counts from this process's working folder.
    File(#[serde(with = "text")] PathBuf),
}

/// Where the output of a guarded program goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputMode {
    /// Standard output and error into one pipe, in the order in which they are written.
    #[default]
    Merged,
    /// A pipe for each.
    Separate,
    /// To this process's own.
    Inherit,
}

/// Why there is no guard.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The program is named without a folder.
    #[error("the program {} has no path", program.display())]
    BareProgramName {
        /// As given.
        program: PathBuf,
    },
    /// The system cannot pass on a string with a NUL byte.
    #[error("{what} of {} holds a NUL byte", program.display())]
    NulByte {
        /// Which string.
        what: &'static str,
        /// The program to be started.
        program: PathBuf,
    },
    /// The name of an environment variable is empty or has a `=`.
    #[error("{name:?} cannot be the name of an environment variable")]
    EnvironmentName {
        /// As given.
        name: OsString,
    },
    /// No pipe for the output.
    #[error("cannot create a pipe")]
    Pipe(#[source] io::Error),
    /// The guard executable cannot be started.
    #[error("cannot start the guard process {}", executable.display())]
    Guard {
        /// The guard executable.
        executable: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The guard was started and does not listen.
    #[error("the guard process {} ended before it was told what to run ({status})", executable.display())]
    GuardDied {
        /// The guard executable.
        executable: PathBuf,
        /// How it ended.
        status: ExitStatus,
    },
}

impl GuardedCommand {
    /// A command without arguments and environment, with empty input, merged output, no protections and the usual
    /// graces.
    pub fn new(guard_executable: PathBuf, program: PathBuf, cwd: PathBuf) -> Self {
        Self {
            guard_executable,
            program,
            args: Vec::new(),
            env: Vec::new(),
            cwd,
            stdin: StdinSource::default(),
            output: OutputMode::default(),
            protections: Protections::default(),
            first_signal: FirstSignal::default(),
            graces: Graces::default(),
        }
    }

    /// Starts the guard and tells it what to run; does not wait for the program to be started. May be called from
    /// many threads at once, and the child does not depend on the calling thread.
    ///
    /// That the program cannot be started is no error here: the report says so, as
    /// [`Ending::CouldNotStart`](crate::Ending::CouldNotStart).
    pub fn spawn(&self) -> Result<GuardedChild, SpawnError> {
        self.check()?;
        let (confinement, refused) =
            os::plan_confinement(&self.guard_executable, &self.protections);
        let (guard, output) = self.start_guard()?;
        let request = Request::Run(Box::new(ProgramSpec {
            parent: std::process::id(),
            program: self.program.clone(),
            args: self.args.clone(),
            env: self.env.clone(),
            cwd: self.cwd.clone(),
            stdin: self.stdin.clone(),
            confinement,
            first_signal: self.first_signal,
            graces: self.graces,
        }));
        let GuardProcess {
            mut process,
            socket,
        } = guard;
        if let Err(source) = wire::send(&socket, &request) {
            let executable = self.guard_executable.clone();
            // Without the socket it ends, if it is a guard at all.
            drop(socket);
            return Err(match process.wait() {
                Ok(status) => SpawnError::GuardDied { executable, status },
                Err(_) => SpawnError::Guard { executable, source },
            });
        }
        Ok(GuardedChild::new(
            process,
            Arc::clone(&socket),
            output.into_readers(&socket),
            refused,
        ))
    }

    fn check(&self) -> Result<(), SpawnError> {
        if !self.program.as_os_str().as_bytes().contains(&b'/') {
            return Err(SpawnError::BareProgramName {
                program: self.program.clone(),
            });
        }
        if let Some((name, _)) = self
            .env
            .iter()
            .find(|(name, _)| name.is_empty() || name.as_bytes().contains(&b'='))
        {
            return Err(SpawnError::EnvironmentName { name: name.clone() });
        }
        let without_nul = |what, mut strings: Box<dyn Iterator<Item = &OsStr> + '_>| {
            if strings.any(|string| string.as_bytes().contains(&0)) {
                return Err(SpawnError::NulByte {
                    what,
                    program: self.program.clone(),
                });
            }
            Ok(())
        };
        let stdin = match &self.stdin {
            StdinSource::Null => Path::new(""),
            StdinSource::File(path) => path,
        };
        let paths = [&self.program, &self.cwd, stdin].map(Path::as_os_str);
        without_nul("a path", Box::new(paths.into_iter()))?;
        without_nul(
            "an argument",
            Box::new(self.args.iter().map(OsString::as_os_str)),
        )?;
        let environment = self
            .env
            .iter()
            .flat_map(|(name, value)| [name.as_os_str(), value.as_os_str()]);
        without_nul("the environment", Box::new(environment))
    }

    fn start_guard(&self) -> Result<(GuardProcess, Pipes), SpawnError> {
        let _turn = os::StartTurn::take();
        let (pipes, stdout, stderr) = match self.output {
            OutputMode::Merged => {
                let (reader, writer) = io::pipe().map_err(SpawnError::Pipe)?;
                let second = writer.try_clone().map_err(SpawnError::Pipe)?;
                (
                    Pipes::Merged(reader),
                    Stdio::from(writer),
                    Stdio::from(second),
                )
            }
            OutputMode::Separate => {
                let (stdout, stdout_writer) = io::pipe().map_err(SpawnError::Pipe)?;
                let (stderr, stderr_writer) = io::pipe().map_err(SpawnError::Pipe)?;
                (
                    Pipes::Separate { stdout, stderr },
                    Stdio::from(stdout_writer),
                    Stdio::from(stderr_writer),
                )
            }
            OutputMode::Inherit => (Pipes::Inherited, Stdio::inherit(), Stdio::inherit()),
        };
        let guard =
            GuardProcess::start(&self.guard_executable, stdout, stderr).map_err(|source| {
                SpawnError::Guard {
                    executable: self.guard_executable.clone(),
                    source,
                }
            })?;
        Ok((guard, pipes))
    }
}

/// Our ends of the output.
enum Pipes {
    Merged(PipeReader),
    Separate {
        stdout: PipeReader,
        stderr: PipeReader,
    },
    Inherited,
}

impl Pipes {
    fn into_readers(self, socket: &Arc<std::os::unix::net::UnixStream>) -> ChildOutput {
        let reader = |pipe| OutputReader::new(pipe, Arc::clone(socket));
        match self {
            Self::Merged(pipe) => ChildOutput::Merged(reader(pipe)),
            Self::Separate { stdout, stderr } => ChildOutput::Separate {
                stdout: reader(stdout),
                stderr: reader(stderr),
            },
            Self::Inherited => ChildOutput::Inherited,
        }
    }
}

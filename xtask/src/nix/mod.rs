//! `cargo xtask nix`: a current Nix on a machine that has none.
//!
//! In order: the Nix that is there, if it is new enough ([`present`]); Debian's package, unpacked into a folder of our
//! own ([`private`]), from the machine's own apt sources where they have a new one and from another suite of the same
//! mirror where not ([`debian`], [`apt`]); else the usual installers' commands ([`installers`]) and exit code 3.
//! Bookworm's is made only to be refused by nixward, and is asked for nothing but its version.
//! Nothing is written to `/etc` or the home folder; what a person's shell needs is an [`Environment`].

mod apt;
mod debian;
mod environment;
mod host_packages;
mod installers;
mod present;
mod private;
mod version;

use std::{ffi::OsString, path::Path, process::ExitCode};

use anyhow::Result;

pub(crate) use self::{
    apt::{install_missing, missing as missing_packages},
    debian::Suite,
    environment::{Environment, HostpkgsFit},
};
use crate::{
    Stop,
    arguments::{Arguments, unknown},
    process::Tool,
    progress,
};

/// What is asked for, here and by the commands that need a Nix for something else.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request {
    /// Debian's suite to take it from. Asking for one means not to look for a Nix that is there already.
    pub(crate) suite: Option<Suite>,
    /// Make the private one anew even if it is there.
    pub(crate) force: bool,
}

impl Request {
    /// Takes an option of this group's; false if the word is none of them.
    pub(crate) fn take(&mut self, word: &OsString, arguments: &mut Arguments) -> Result<bool> {
        match word.to_str() {
            Some("--suite") => self.suite = Some(Suite::parse(&arguments.value_of("--suite")?)?),
            Some("--force") => self.force = true,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut request = Request::default();
    let mut print_environment = false;
    let mut command = Vec::new();
    while let Some(word) = arguments.take_next() {
        match word.to_str() {
            Some("--print-env" | "--env") => print_environment = true,
            Some("--") => {
                command = arguments.rest();
                break;
            }
            _ if request.take(&word, &mut arguments)? => {}
            _ => return Err(unknown(&word).into()),
        }
    }

    let environment = match request.suite {
        Some(suite) if !suite.is_supported() => {
            progress(
                "nix: this one is older than nixward supports, and is there to see that it says so",
            );
            obtain_unsupported(suite, request.force)?
        }
        _ => obtain(request)?,
    };
    if print_environment {
        print!("{}", environment.as_shell_commands());
        return Ok(ExitCode::SUCCESS);
    }
    if command.is_empty() {
        print!("{}", environment.for_people());
        return Ok(ExitCode::SUCCESS);
    }
    // The program is looked up in the `PATH` that is set here, so `nix` is the one of this environment.
    let error = Tool::from_words(&command)
        .envs(environment.variables())
        .exec();
    Err(error.context(Stop {
        code: 127,
        message: "the command was not run".into(),
    }))
}

/// Finds or makes a Nix, and sees to the packages that hostpkgs takes from the machine.
pub(crate) fn obtain(request: Request) -> Result<Environment> {
    if request.suite.is_some_and(|suite| !suite.is_supported()) {
        let message = "Debian bookworm's Nix is older than nixward supports; it is there for one test, which \
                       `cargo xtask test` runs";
        return Err(Stop::usage(message).into());
    }
    let environment = match request.suite {
        None => present::look()?,
        Some(_) => None,
    };
    let environment = match environment {
        Some(environment) => environment,
        None => private::obtain(request)?,
    };
    if environment.hostpkgs == HostpkgsFit::Fits {
        host_packages::see_to()?;
    } else {
        progress(format_args!("nix: {}", environment.misfit_for_people()));
    }
    Ok(environment)
}

/// Finds or makes a Nix that nixward refuses.
pub(crate) fn obtain_unsupported(suite: Suite, force: bool) -> Result<Environment> {
    let suite = Some(suite);
    private::obtain(Request { suite, force })
}

/// The Nix of a suite, if it has been made before.
pub(crate) fn made(suite: Suite) -> Result<Option<Environment>> {
    private::made(suite)
}

/// Whether this is a machine on which the Nix of a suite can be made; else doing without it is no failure.
pub(crate) fn can_be_made(suite: Suite) -> Result<bool> {
    Ok(cfg!(target_os = "linux")
        && debian::missing_tools().is_empty()
        && private::can_write_to(Path::new("/nix/store"))
        && debian::source_line(suite)?.is_some())
}

//! The guard's own process: from its start to its exit.
//!
//! Stages: be out of reach (session, signals, inherited files) → hear what to do → confine → start → supervise →
//! report. Single-threaded throughout, since only such a process can enter a user namespace.

mod escalation;
mod interpreter;
mod signals;
mod start;
mod supervise;

use std::{
    any::Any,
    ffi::OsString,
    io,
    os::{fd::AsFd as _, unix::net::UnixStream},
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

use self::{
    signals::Signals,
    supervise::{Channels, Supervisor},
};
use crate::{
    guard_process::GUARD_ARGUMENT,
    os,
    report::{Ending, GuardReport, StartFailure},
    wire::{self, LineBuffer, Notice, ProgramSpec, Request},
};

/// Is the guard, if these arguments (the executable's own name first) ask for it; the process is then to exit with
/// this code. To be called first thing in `main`, before any thread is started.
pub fn run_if_asked(args: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut args = args.into_iter().skip(1);
    if args.next()? != GUARD_ARGUMENT {
        return None;
    }
    // Called by hand: there is nobody to report to.
    let Ok(socket) = isolate() else {
        return Some(ExitCode::from(2));
    };
    // A panic message would land in the program's output.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(|| serve(&socket)));
    let failure = match outcome {
        Ok(Ok(())) => return Some(ExitCode::SUCCESS),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic_message(panic.as_ref()),
    };
    os::kill_all_descendants();
    let _nobody_left_to_tell: io::Result<()> =
        wire::send(&socket, &Notice::Failed { message: failure });
    Some(ExitCode::FAILURE)
}

/// Gets out of reach of the terminal and of what was inherited, and takes the socket away from standard input, so
/// that it is closed in every process but this one.
fn isolate() -> io::Result<UnixStream> {
    let stdin = io::stdin().as_fd().try_clone_to_owned()?;
    let socket = UnixStream::from(stdin);
    // Fails on all that is no connected socket.
    socket.peer_addr()?;
    rustix::stdio::dup2_stdin(null()?)?;
    // It cannot fail: a process that was just started leads no process group.
    let _own_session: rustix::io::Result<rustix::process::Pid> = rustix::process::setsid();
    Ok(socket)
}

fn null() -> io::Result<std::fs::File> {
    std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
}

fn serve(socket: &UnixStream) -> io::Result<()> {
    os::set_process_name();
    os::close_inherited_files(socket);
    let signals = Signals::install()?;
    let mut lines = LineBuffer::default();
    let line = loop {
        if let Some(line) = lines.next_line() {
            break line;
        }
        if !lines.fill(socket)? {
            // Nobody wants anything any more.
            return Ok(());
        }
    };
    match serde_json::from_slice(&line)? {
        Request::Probe(confinement) => {
            let refused = match os::confine(&confinement) {
                Ok(refused) => refused,
                Err(failure) => Some(failure.to_string()),
            };
            wire::send(socket, &Notice::Probed { refused })
        }
        Request::Run(spec) => {
            let report = run(&spec, socket, lines, signals)?;
            // The parent may be gone. That is no failure: everything has ended, as it should.
            let _parent_gone: io::Result<()> = wire::send(socket, &Notice::Finished(report));
            Ok(())
        }
    }
}

fn run(
    spec: &ProgramSpec,
    socket: &UnixStream,
    lines: LineBuffer,
    signals: Signals,
) -> io::Result<GuardReport> {
    let parent = os::ParentWatch::new(spec.parent)?;
    os::adopt_orphans()?;
    // The protections hold for what is opened by its path from here on, the working folder too.
    let unprotected = match os::confine(&spec.confinement) {
        Ok(unprotected) => unprotected,
        Err(failure) => return Ok(not_started(failure, None)),
    };
    let program = match start::start(spec) {
        Ok(program) => program,
        Err(failure) => return Ok(not_started(failure, unprotected)),
    };
    let started = Notice::Started {
        pid: program.as_raw_nonzero().get().unsigned_abs(),
    };
    // A parent that is gone is found out below.
    let _parent_gone: io::Result<()> = wire::send(socket, &started);
    // Only the program and its children write to its output now; when they close it, it is closed.
    let null = null()?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)?;
    let channels = Channels {
        socket: Some(socket),
        lines,
        signals,
        parent: Some(parent),
    };
    let mut report = Supervisor::new(channels, program, spec).run()?;
    report.unprotected = unprotected;
    Ok(report)
}

fn not_started(failure: StartFailure, unprotected: Option<String>) -> GuardReport {
    GuardReport {
        ending: Ending::CouldNotStart(failure),
        was_told_to_end: false,
        leaked: Vec::new(),
        survivors: Vec::new(),
        unprotected,
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it panicked").to_owned()
}

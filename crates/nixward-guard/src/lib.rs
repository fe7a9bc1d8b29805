//! Starts child processes such that nothing of them survives.
//!
//! Every child gets **a guard**: the binary that uses this crate, executed again (`<executable> __guard`, which
//! [`run_if_asked`] recognises first thing in `main`). The guard is the parent of the program, and on Linux the
//! subreaper of everything that the program starts, so that daemons which detach themselves become its children
//! again. It ends them all when the program ends, when it is told to ([`Terminator`]), and when the process that
//! started it is gone, be it by `kill -9`. It is also the place where the program's namespaces are set up
//! ([`Protections`]).
//!
//! ```text
//!   nixward ── socket pair ──► guard ──► program ──► whatever it starts
//!          ◄── one report ───    ▲                        │
//!                                └── orphans come here ◄──┘
//! ```
//!
//! nixward starts every child by a [`Launcher`], which also has it ended when the run is cancelled. A session of
//! [`GuardedCommand::spawn`]:
//! 1. the guard is started with the program's output pipes and one end of a socket pair as its standard input;
//! 2. it makes a session of its own (Ctrl-C reaches nixward only), and reads what to start from the socket:
//!    arguments and environment never appear in a command line, nor is the guard itself subject to them;
//! 3. it becomes a subreaper, enters the namespaces, starts the program in a process group of its own;
//! 4. it waits for processes (not for pipes to close), orders and deadlines, and does what
//!    the escalation table in `guard/escalation.rs` says;
//! 5. when the last process is gone it sends a [`GuardReport`] and exits.
//!
//! **Invariants.** This is the only crate that touches namespaces, subreapers, pidfds and signals of children. It
//! knows nothing of Nix, plans or projects; it is synchronous, has no `unsafe` and never prints.
//!
//! What it cannot do: a process that another service starts on the program's behalf (a container engine, `systemd`,
//! a Nix daemon) is not a descendant, and is not ended; one that runs as another user cannot be signalled, and is
//! reported as a survivor. Elsewhere than on Linux a process that leaves the program's process group gets away.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod child;
mod command;
mod graces;
mod guard;
mod guard_process;
pub mod job;
mod launcher;
mod os;
mod output;
mod protections;
mod registry;
mod report;
mod run_clock;
mod terminator;
mod wire;

pub use child::{GuardedChild, ProgramId, WaitError};
pub use command::{GuardedCommand, OutputMode, SpawnError, StdinSource};
pub use graces::{FirstSignal, Graces, TerminationSignal};
pub use guard::run_if_asked;
pub use launcher::Launcher;
pub use output::{ChildOutput, OutputReader};
pub use protections::Protections;
pub use registry::ChildRegistry;
pub use report::{Ending, GuardReport, ProcessLeft, StartFailure, StartStep};
pub use run_clock::RunClock;
pub use terminator::Terminator;

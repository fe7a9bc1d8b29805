//! The signals that nixward gets. Ctrl-C and its kin: the first asks every child to end, the second kills, and the
//! program that started nixward sees the signal in the end. Ctrl-Z stops every child and then nixward, and `fg` lets
//! them go on. `SIGUSR1` asks what runs.
//!
//! A thread of its own takes them and ends and stops children. What is told of it is the dispatcher's to tell, which
//! hears of it by [`Request`]s.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use nixward_core::{event::EventKind, running::RunningNow};
use nixward_guard::{ChildRegistry, TerminationSignal};
use rustix::process::{getppid, getsid};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGUSR1},
    iterator::Signals,
};
use thiserror::Error;

use crate::emitter::Emitter;

/// Signals could not be watched.
#[derive(Debug, Error)]
#[error("cannot watch for signals")]
pub struct CancellationError(#[source] io::Error);

/// Whether, and by which signal, this run was cancelled, and what else it was asked for.
#[derive(Clone, Debug)]
pub struct Cancellation {
    signal: Arc<AtomicI32>,
    requests: Receiver<Request>,
}

/// What a signal asks of whoever tells what happens.
#[derive(Debug)]
pub(crate) enum Request {
    /// To tell what runs.
    Info,
    /// To leave the terminal alone from the moment that this is told, until all senders of the other are gone.
    Stop {
        left: Sender<()>,
        goes_on: Receiver<()>,
    },
}

/// How long is waited until the terminal is left alone. Nobody may be there to do it: before the run has begun, or
/// where somebody does not read what is written.
const LONGEST_LEAVE: Duration = Duration::from_millis(300);

#[cfg(any(
    target_os = "macos",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
))]
const INFO: &[i32] = &[SIGUSR1, signal_hook::consts::SIGINFO];
#[cfg(not(any(
    target_os = "macos",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
)))]
const INFO: &[i32] = &[SIGUSR1];

impl Cancellation {
    /// Watches from now on, in a thread of its own.
    pub fn watch(children: &ChildRegistry) -> Result<Self, CancellationError> {
        let ending = [SIGINT, SIGTERM, SIGHUP, SIGTSTP];
        let mut signals = Signals::new(ending.iter().chain(INFO)).map_err(CancellationError)?;
        let (ask, requests) = unbounded();
        let cancellation = Self {
            signal: Arc::default(),
            requests,
        };
        let (watching, children) = (cancellation.clone(), children.clone());
        thread::spawn(move || {
            for signal in signals.forever() {
                if signal == SIGTSTP {
                    stop(&children, &ask);
                } else if INFO.contains(&signal) {
                    // Heard for as long as this thread is.
                    let _heard = ask.send(Request::Info);
                } else if watching.signal.swap(signal, Ordering::SeqCst) == 0 {
                    children.cancel(first_signal(signal));
                    let children = children.clone();
                    let longest = LONGEST_END.saturating_add(children.longest_grace());
                    thread::spawn(move || end_after(longest, &children, signal));
                } else {
                    children.kill();
                    thread::spawn({
                        let children = children.clone();
                        move || end_after(LONGEST_KILL, &children, signal)
                    });
                }
            }
        });
        Ok(cancellation)
    }

    /// Does work that tells nothing on another thread, and answers what is asked for meanwhile.
    pub fn answer_while<T: Send>(
        &self,
        emitter: &mut Emitter<'_>,
        running: impl Fn() -> RunningNow,
        work: impl FnOnce() -> T + Send,
    ) -> T {
        thread::scope(|scope| {
            let (ended, end) = bounded::<()>(0);
            let worker = scope.spawn(move || {
                // Dropped at the end of the work, also where that is a panic.
                let _ended = ended;
                work()
            });
            loop {
                select! {
                    recv(end) -> _ => break,
                    recv(self.requests) -> request => match request {
                        Ok(Request::Info) => {
                            let running = running();
                            emitter.emit(EventKind::Info { running });
                        }
                        Ok(Request::Stop { left, goes_on }) => {
                            leave_the_terminal(emitter, &left, &goes_on);
                        }
                        // Nobody asks any more.
                        Err(_) => break,
                    },
                }
            }
            worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// What is asked for besides.
    pub(crate) fn requests(&self) -> Receiver<Request> {
        self.requests.clone()
    }

    /// The signal that cancelled the run.
    pub fn signal(&self) -> Option<i32> {
        Some(self.signal.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Its name, for people.
    pub fn signal_name(&self) -> Option<&'static str> {
        self.signal().map(|signal| match signal {
            SIGINT => "Ctrl-C",
            SIGTERM => "SIGTERM",
            _ => "SIGHUP",
        })
    }
}

/// How long children may take to end, besides the grace of the most patient one.
const LONGEST_END: Duration = Duration::from_secs(10);
/// How long they may take when they are killed.
const LONGEST_KILL: Duration = Duration::from_secs(2);

/// Ends nixward where nothing else does any more: it may stand in a write to somebody who does not read.
fn end_after(longest: Duration, children: &ChildRegistry, signal: i32) {
    thread::sleep(longest);
    children.kill();
    let _returns_only_on_failure: io::Result<()> = end_by_signal(signal);
}

/// Nothing is told until the run goes on.
pub(crate) fn leave_the_terminal(
    emitter: &mut Emitter<'_>,
    left: &Sender<()>,
    goes_on: &Receiver<()>,
) {
    emitter.emit(EventKind::Stopping);
    // It waits no longer where this took too long, and has stopped already.
    let _waits = left.send(());
    // Nothing is sent: the other end is gone when it goes on.
    let _goes_on = goes_on.recv();
    emitter.emit(EventKind::GoingOn);
}

/// Stops everything, this process last; comes back when somebody has let it go on.
fn stop(children: &ChildRegistry, ask: &Sender<Request>) {
    if is_orphaned() {
        return;
    }
    children.stop();
    let (left, is_left) = bounded(1);
    let (going_on, goes_on) = bounded::<()>(0);
    // Where nobody answers, the terminal is the shell's with whatever was drawn.
    let _left = ask
        .send(Request::Stop { left, goes_on })
        .is_ok_and(|()| is_left.recv_timeout(LONGEST_LEAVE).is_ok());
    let _stopped: io::Result<()> = signal_hook::low_level::emulate_default_handler(SIGTSTP);
    children.go_on();
    drop(going_on);
}

/// Whether there is no shell that could let this process go on. The system does not stop such a process on Ctrl-Z
/// either.
fn is_orphaned() -> bool {
    let own = getsid(None).ok();
    let parents = getppid().and_then(|parent| getsid(Some(parent)).ok());
    own.is_none() || own != parents
}

fn first_signal(signal: i32) -> TerminationSignal {
    if signal == SIGINT {
        TerminationSignal::Interrupt
    } else {
        TerminationSignal::Terminate
    }
}

/// Ends this process the way the signal does by default, so that whoever started it sees the signal.
pub fn end_by_signal(signal: i32) -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal)
}

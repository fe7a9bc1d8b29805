//! The signals that nixward gets. Ctrl-C and its kin: the first asks every child to end, the second kills, and the
//! program that started nixward sees the signal in the end. Ctrl-\ ends all at once. Ctrl-Z stops every child and then
//! nixward, and `fg` lets them go on. `SIGUSR1` asks what runs.
//!
//! A thread of its own takes them, for as long as the process lives, and ends and stops the children of the run that
//! goes on: there is one at a time.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use nixward_guard::{ChildRegistry, RunClock, TerminationSignal, job};
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1},
    iterator::Signals,
};
use thiserror::Error;

use crate::cancellation::{Cancellation, Request};

/// Signals could not be watched.
#[derive(Debug, Error)]
#[error("cannot watch for signals")]
pub struct SignalWatchError(#[source] io::Error);

/// Somebody who changed the terminal, and changes it back whenever it is another program's.
pub trait TerminalUser: fmt::Debug + Send + Sync {
    /// The terminal is as it was before.
    fn leave(&self);

    /// It may be changed again, if it is still nixward's.
    fn come_back(&self);
}

/// What signals this process got. Clones are the same.
#[derive(Clone, Debug)]
pub struct SignalWatch(Arc<Watched>);

#[derive(Debug)]
struct Watched {
    signal: AtomicI32,
    /// Those of the run that goes on.
    children: Mutex<ChildRegistry>,
    terminal: Mutex<Option<Arc<dyn TerminalUser>>>,
    ask: Sender<Request>,
    requests: Receiver<Request>,
    /// Taken out and dropped at the first signal that ends.
    until_end: Mutex<Option<Sender<()>>>,
    end: Receiver<()>,
}

/// How long is waited until the terminal is left alone. Nobody may be there to do it: before the run has begun, or
/// where somebody does not read what is written.
const LONGEST_LEAVE: Duration = Duration::from_millis(300);

/// How long children may take to end, besides the grace of the most patient one.
const LONGEST_END: Duration = Duration::from_secs(10);
/// How often it is looked at the clock, which can stand still.
const LOOK: Duration = Duration::from_millis(100);
/// How long they may take when they are killed.
const LONGEST_KILL: Duration = Duration::from_secs(2);

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

/// From now on nobody who asks what runs ends this process by it, though there is no answer yet.
pub fn survive_questions() -> io::Result<()> {
    for signal in INFO {
        let _for_good: signal_hook::SigId =
            signal_hook::flag::register(*signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

impl SignalWatch {
    /// Watches from now on, in a thread of its own.
    pub fn start() -> Result<Self, SignalWatchError> {
        let others = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT];
        let mut signals = Signals::new(others.iter().chain(INFO)).map_err(SignalWatchError)?;
        let (ask, requests) = unbounded();
        let (until_end, end) = bounded(0);
        let watch = Self(Arc::new(Watched {
            signal: AtomicI32::new(0),
            children: Mutex::default(),
            terminal: Mutex::default(),
            ask,
            requests,
            until_end: Mutex::new(Some(until_end)),
            end,
        }));
        let watching = watch.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                match signal {
                    SIGTSTP => watching.stop(),
                    SIGQUIT => watching.quit(),
                    SIGCONT => watching.user(|user| user.come_back()),
                    signal if INFO.contains(&signal) => watching.ask(),
                    signal => watching.end(signal),
                }
            }
        });
        Ok(watch)
    }

    /// For a run whose children are these. What came before counts for it, too.
    pub fn begin_run(&self, children: &ChildRegistry) -> Cancellation {
        let mut current = locked(&self.0.children);
        current.clone_from(children);
        if let Some(signal) = self.signal() {
            current.cancel(first_signal(signal));
        }
        Cancellation::new(self.clone(), children.clone())
    }

    /// Tells somebody whenever the terminal has to be left, until it is another one or none.
    pub fn set_terminal_user(&self, user: Option<Arc<dyn TerminalUser>>) {
        *locked(&self.0.terminal) = user;
    }

    /// Asks whoever tells what happens what runs.
    pub fn ask(&self) {
        // Heard for as long as there is somebody who tells.
        let _heard = self.0.ask.send(Request::Info);
    }

    /// The signal that ends this process.
    pub fn signal(&self) -> Option<i32> {
        Some(self.0.signal.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Closed when such a signal has come.
    pub fn until_signal(&self) -> Receiver<()> {
        self.0.end.clone()
    }

    pub(crate) fn requests(&self) -> Receiver<Request> {
        self.0.requests.clone()
    }

    fn end(&self, signal: i32) {
        // A run that begins now sees the signal, or is seen here.
        let children = locked(&self.0.children);
        let longest = if self.0.signal.swap(signal, Ordering::SeqCst) == 0 {
            children.cancel(first_signal(signal));
            LONGEST_END.saturating_add(children.longest_grace())
        } else {
            children.kill();
            LONGEST_KILL
        };
        // Time in which all is stopped does not count.
        let clock = children.clock().clone();
        drop(children);
        drop(locked(&self.0.until_end).take());
        let watch = self.clone();
        thread::spawn(move || watch.end_after(&clock, longest, signal));
    }

    /// Ends nixward where nothing else does any more: it may stand in a write to somebody who does not read.
    fn end_after(&self, clock: &RunClock, longest: Duration, signal: i32) {
        let end = clock.now().saturating_add(longest);
        loop {
            let left = end.saturating_sub(clock.now());
            if left.is_zero() {
                break;
            }
            thread::sleep(left.min(LOOK));
        }
        locked(&self.0.children).kill();
        self.user(|user| user.leave());
        let _returns_only_on_failure: io::Result<()> = end_by_signal(signal);
    }

    /// Stops everything, this process last; comes back when somebody has let it go on.
    fn stop(&self) {
        if job::is_orphaned() {
            return;
        }
        let children = locked(&self.0.children).clone();
        children.stop();
        let going_on = self.leave_terminal();
        let _stopped: io::Result<()> = signal_hook::low_level::emulate_default_handler(SIGTSTP);
        self.user(|user| user.come_back());
        children.go_on();
        drop(going_on);
    }

    /// Ends everything and this process, without a report; the terminal is as it was.
    fn quit(&self) {
        locked(&self.0.children).kill();
        let _never_goes_on = self.leave_terminal();
        let _returns_only_on_failure: io::Result<()> = end_by_signal(SIGQUIT);
    }

    /// Nothing is drawn any more until what this gives is dropped.
    fn leave_terminal(&self) -> Sender<()> {
        let (left, is_left) = bounded(1);
        let (going_on, goes_on) = bounded::<()>(0);
        // Where nobody answers, the terminal is the shell's with whatever was drawn.
        let _left = self
            .0
            .ask
            .send(Request::Stop { left, goes_on })
            .is_ok_and(|()| is_left.recv_timeout(LONGEST_LEAVE).is_ok());
        self.user(|user| user.leave());
        going_on
    }

    fn user(&self, told: impl FnOnce(&dyn TerminalUser)) {
        // The lock is not held while it is told.
        let user = locked(&self.0.terminal).clone();
        if let Some(user) = user {
            told(user.as_ref());
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while one of them is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

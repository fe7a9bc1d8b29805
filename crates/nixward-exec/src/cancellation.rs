//! Ctrl-C and its kin: the first asks every child to end, the second kills, and the program that started nixward sees
//! the signal in the end.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    thread,
    time::Duration,
};

use nixward_guard::{ChildRegistry, TerminationSignal};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use thiserror::Error;

/// Signals could not be watched.
#[derive(Debug, Error)]
#[error("cannot watch for signals")]
pub struct CancellationError(#[source] io::Error);

/// Whether, and by which signal, this run was cancelled.
#[derive(Clone, Debug, Default)]
pub struct Cancellation {
    signal: Arc<AtomicI32>,
}

impl Cancellation {
    /// Watches from now on, in a thread of its own.
    pub fn watch(children: &ChildRegistry) -> Result<Self, CancellationError> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(CancellationError)?;
        let cancellation = Self::default();
        let (watching, children) = (cancellation.clone(), children.clone());
        thread::spawn(move || {
            for signal in signals.forever() {
                if watching.signal.swap(signal, Ordering::SeqCst) == 0 {
                    children.cancel(first_signal(signal));
                    let children = children.clone();
                    thread::spawn(move || end_after(LONGEST_END, &children, signal));
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

/// How long children may take to end, their graces included.
const LONGEST_END: Duration = Duration::from_secs(20);
/// How long they may take when they are killed.
const LONGEST_KILL: Duration = Duration::from_secs(2);

/// Ends nixward where nothing else does any more: it may stand in a write to somebody who does not read.
fn end_after(longest: Duration, children: &ChildRegistry, signal: i32) {
    thread::sleep(longest);
    children.kill();
    let _returns_only_on_failure: io::Result<()> = end_by_signal(signal);
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

//! Whether a run is cancelled, by a signal or because what it runs is outdated, and what else it is asked for.
//!
//! What is told of it is the dispatcher's to tell, which hears of it by [`Request`]s.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded, never, select};
use nixward_core::{event::EventKind, running::RunningNow};
use nixward_guard::{ChildRegistry, TerminationSignal};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::{emitter::Emitter, signal_watch::SignalWatch};

/// Whether, and by what, one run was cancelled. Clones are about the same run.
#[derive(Clone, Debug)]
pub struct Cancellation {
    signals: SignalWatch,
    children: ChildRegistry,
    is_outdated: Arc<AtomicBool>,
    /// What outdated it, until that is told.
    cause: Arc<Mutex<Option<EventKind>>>,
    is_asked: bool,
}

/// What a signal or a key asks of whoever tells what happens.
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

impl Request {
    /// Does what is asked for.
    pub(crate) fn answer(self, emitter: &mut Emitter<'_>, running: impl FnOnce() -> RunningNow) {
        match self {
            Self::Info => {
                let running = running();
                emitter.emit(EventKind::Info { running });
            }
            Self::Stop { left, goes_on } => leave_the_terminal(emitter, &left, &goes_on),
        }
    }
}

impl Cancellation {
    /// Of the run whose children are these.
    pub(crate) fn new(signals: SignalWatch, children: ChildRegistry) -> Self {
        Self {
            signals,
            children,
            is_outdated: Arc::default(),
            cause: Arc::default(),
            is_asked: true,
        }
    }

    /// Of the same run, for what is done beside it: others answer who asks.
    #[must_use]
    pub fn unasked(&self) -> Self {
        Self {
            is_asked: false,
            ..self.clone()
        }
    }

    /// Does work that tells nothing on another thread, and answers what is asked for meanwhile.
    pub fn answer_while<T: Send>(
        &self,
        emitter: &mut Emitter<'_>,
        running: impl Fn() -> RunningNow,
        work: impl FnOnce() -> T + Send,
    ) -> T {
        let requests = self.requests();
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
                    recv(requests) -> request => match request {
                        Ok(request) => request.answer(emitter, &running),
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

    /// Ends the run, since another one is to come: every child is asked to end. The cause is told before their ends.
    pub fn outdate(&self, cause: Option<EventKind>) {
        *self.cause.lock().unwrap_or_else(PoisonError::into_inner) = cause;
        self.is_outdated.store(true, Ordering::SeqCst);
        self.children.cancel(TerminationSignal::Terminate);
    }

    /// What outdated the run, for the first who asks: to tell it.
    pub fn take_cause(&self) -> Option<EventKind> {
        self.cause
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Kills what has not ended yet.
    pub fn kill(&self) {
        self.children.kill();
    }

    /// What is asked for besides.
    pub(crate) fn requests(&self) -> Receiver<Request> {
        if self.is_asked {
            self.signals.requests()
        } else {
            never()
        }
    }

    /// Whether the run is to end, for whatever reason.
    pub fn is_cancelled(&self) -> bool {
        self.is_outdated() || self.signal().is_some()
    }

    /// Whether the run was ended because what it ran has changed.
    pub fn is_outdated(&self) -> bool {
        self.is_outdated.load(Ordering::SeqCst)
    }

    /// The signal that cancelled the run.
    pub fn signal(&self) -> Option<i32> {
        self.signals.signal()
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

/// Nothing is told until the run goes on.
fn leave_the_terminal(emitter: &mut Emitter<'_>, left: &Sender<()>, goes_on: &Receiver<()>) {
    emitter.emit(EventKind::Stopping);
    // It waits no longer where this took too long, and has stopped already.
    let _waits = left.send(());
    // Nothing is sent: the other end is gone when it goes on.
    let _goes_on = goes_on.recv();
    emitter.emit(EventKind::GoingOn);
}

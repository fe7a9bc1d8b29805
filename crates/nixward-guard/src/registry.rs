//! All running children of one nixward, so that they can be ended together.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{graces::TerminationSignal, run_clock::RunClock, terminator::Terminator};

/// Knows every running child; can be cloned and shared between threads.
///
/// Once it was cancelled, a child that registers is ended at once: none can slip in between.
#[derive(Clone, Debug, Default)]
pub struct ChildRegistry {
    state: Arc<Mutex<State>>,
    next_id: Arc<AtomicU64>,
    clock: RunClock,
}

#[derive(Debug, Default)]
struct State {
    children: Vec<(u64, Terminator)>,
    cancelled: Option<TerminationSignal>,
    killed: bool,
    stopped: bool,
    /// How long the most patient of all children may take for its ending.
    longest_grace: Duration,
}

/// A place in the registry, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Registration {
    id: u64,
    registry: ChildRegistry,
}

impl ChildRegistry {
    /// Adds a child until the registration is dropped.
    pub(crate) fn register(&self, terminator: Terminator, grace: Duration) -> Registration {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut state = self.lock();
        state.longest_grace = state.longest_grace.max(grace);
        if let Some(signal) = state.cancelled {
            terminator.terminate(signal);
        }
        if state.killed {
            terminator.kill();
        }
        if state.stopped {
            terminator.stop();
        }
        state.children.push((id, terminator));
        drop(state);
        Registration {
            id,
            registry: self.clone(),
        }
    }

    /// Asks every child to end, those to come included.
    pub fn cancel(&self, signal: TerminationSignal) {
        let mut state = self.lock();
        state.cancelled = Some(signal);
        for (_, terminator) in &state.children {
            terminator.terminate(signal);
        }
    }

    /// Kills every child, those to come included.
    pub fn kill(&self) {
        let mut state = self.lock();
        state.cancelled.get_or_insert(TerminationSignal::Terminate);
        state.killed = true;
        for (_, terminator) in &state.children {
            terminator.kill();
        }
    }

    /// Stops every child, those to come included, and the clock.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        self.clock.stop();
        for (_, terminator) in &state.children {
            terminator.stop();
        }
    }

    /// Lets every child go on, and the clock.
    pub fn go_on(&self) {
        let mut state = self.lock();
        state.stopped = false;
        self.clock.go_on();
        for (_, terminator) in &state.children {
            terminator.go_on();
        }
    }

    /// What measures the time that children have had.
    pub fn clock(&self) -> &RunClock {
        &self.clock
    }

    /// How long the most patient of all children so far may take from its first signal on.
    pub fn longest_grace(&self) -> Duration {
        self.lock().longest_grace
    }

    /// Whether [`Self::cancel`] or [`Self::kill`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held, and a list of terminators is never half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry
            .lock()
            .children
            .retain(|(id, _)| *id != self.id);
    }
}

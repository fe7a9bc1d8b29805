//! Ends a running step from any thread.

use std::{io, os::unix::net::UnixStream, sync::Arc};

use crate::{
    graces::TerminationSignal,
    wire::{self, Order},
};

/// Ends one guarded child; can be cloned and sent to other threads, and outlives the child harmlessly.
#[derive(Clone, Debug)]
pub struct Terminator {
    socket: Arc<UnixStream>,
}

impl Terminator {
    pub(crate) fn new(socket: Arc<UnixStream>) -> Self {
        Self { socket }
    }

    /// Asks the program to end, and has everything ended after the graces. A second time it sends the signal again,
    /// and changes no deadline.
    pub fn terminate(&self, signal: TerminationSignal) {
        self.order(&Order::Terminate(signal));
    }

    /// Kills every process of the step now.
    pub fn kill(&self) {
        self.order(&Order::Kill);
    }

    /// Stops every process of the step, until [`Self::go_on`]. One that is told to end goes on for that.
    pub(crate) fn stop(&self) {
        self.order(&Order::Stop);
    }

    /// Lets what was stopped go on.
    pub(crate) fn go_on(&self) {
        self.order(&Order::GoOn);
    }

    fn order(&self, order: &Order) {
        // The only way to fail is that the guard is gone, and then everything that was to end has ended, or
        // `GuardedChild::wait` finds it out and ends the rest.
        let _gone: io::Result<()> = wire::send(&self.socket, order);
    }
}

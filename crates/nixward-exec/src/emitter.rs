//! Stamps events with the time since the run began and hands them to whoever listens.

use std::time::{Duration, Instant};

use nixward_core::event::{Event, EventKind};

/// The one way out for events.
pub struct Emitter<'a> {
    start: Instant,
    listener: &'a mut dyn FnMut(&Event),
}

impl<'a> Emitter<'a> {
    pub fn new(start: Instant, listener: &'a mut dyn FnMut(&Event)) -> Self {
        Self { start, listener }
    }

    pub fn emit(&mut self, kind: EventKind) {
        let event = Event {
            elapsed: self.elapsed(),
            kind,
        };
        (self.listener)(&event);
    }

    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

//! Who hears of events.

use std::io;

use nixward_core::event::Event;

/// Shows or records events. An error is the reporter's own trouble (a closed pipe, a full disk): the run goes on, and
/// every other reporter still gets every event. A reporter that failed is told on, and does what it still can.
pub trait Reporter {
    fn on_event(&mut self, event: &Event) -> io::Result<()>;
}

/// Several reporters as one.
pub struct Reporters<'a> {
    reporters: Vec<Box<dyn Reporter + 'a>>,
    first_error: Option<io::Error>,
}

impl<'a> Reporters<'a> {
    pub fn new(reporters: Vec<Box<dyn Reporter + 'a>>) -> Self {
        Self {
            reporters,
            first_error: None,
        }
    }

    /// Tells all of them.
    pub fn tell(&mut self, event: &Event) {
        for reporter in &mut self.reporters {
            if let Err(error) = reporter.on_event(event) {
                // Whoever reads has read enough; that is no trouble.
                if error.kind() != io::ErrorKind::BrokenPipe {
                    self.first_error.get_or_insert(error);
                }
            }
        }
    }

    /// The first trouble that a reporter had, other than a reader who went away.
    pub fn first_error(&mut self) -> Option<io::Error> {
        self.first_error.take()
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use nixward_core::event::EventKind;

    use super::*;

    struct Counting<'a>(&'a Cell<usize>);
    struct Failing<'a>(&'a Cell<usize>);

    impl Reporter for Counting<'_> {
        fn on_event(&mut self, _: &Event) -> io::Result<()> {
            self.0.set(self.0.get() + 1);
            Ok(())
        }
    }

    impl Reporter for Failing<'_> {
        fn on_event(&mut self, _: &Event) -> io::Result<()> {
            self.0.set(self.0.get() + 1);
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn one_that_fails_does_not_keep_events_from_the_others() {
        let (counted, failed) = (Cell::new(0), Cell::new(0));
        let mut reporters = Reporters::new(vec![
            Box::new(Failing(&failed)),
            Box::new(Counting(&counted)),
        ]);
        let event = Event {
            elapsed: Duration::ZERO,
            kind: EventKind::EvaluationStarted,
        };
        reporters.tell(&event);
        reporters.tell(&event);
        let error = reporters.first_error().map(|error| error.kind());
        drop(reporters);
        assert_eq!((counted.get(), failed.get()), (2, 2));
        assert_eq!(error, Some(io::ErrorKind::StorageFull));
    }
}

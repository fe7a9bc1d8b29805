//! Who hears of events.

use std::io;

use nixward_core::event::Event;

/// Shows or records events. An error is the reporter's own trouble (a closed pipe, a full disk): the run goes on, and
/// every other reporter still gets every event.
pub trait Reporter {
    fn on_event(&mut self, event: &Event) -> io::Result<()>;
}

/// Several reporters as one.
pub struct Reporters<'a> {
    reporters: Vec<Box<dyn Reporter + 'a>>,
}

impl<'a> Reporters<'a> {
    pub fn new(reporters: Vec<Box<dyn Reporter + 'a>>) -> Self {
        Self { reporters }
    }

    /// Tells all of them; one that fails is not asked again.
    pub fn tell(&mut self, event: &Event) {
        self.reporters
            .retain_mut(|reporter| reporter.on_event(event).is_ok());
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
            Err(io::ErrorKind::BrokenPipe.into())
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
        assert_eq!((counted.get(), failed.get()), (2, 1));
    }
}

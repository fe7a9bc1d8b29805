//! Who hears of events.

use std::{io, time::Duration};

use nixward_core::event::Event;

/// Shows or records events. An error is the reporter's own trouble (a closed pipe, a full disk): the run goes on, and
/// every other reporter still gets every event. A reporter that failed is told on, and does what it still can.
pub trait Reporter {
    fn on_event(&mut self, event: &Event) -> io::Result<()>;

    /// Time has passed: this much since the run began. Reporters have no clock of their own.
    fn on_tick(&mut self, elapsed: Duration) -> io::Result<()> {
        let _most_do_not_mind = elapsed;
        Ok(())
    }

    /// The run ended without a summary, for this reason, which is said on standard error as well.
    fn on_error(&mut self, message: &str) -> io::Result<()> {
        let _most_leave_it_to_the_error = message;
        Ok(())
    }
}

impl<R: Reporter + ?Sized> Reporter for Box<R> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        (**self).on_event(event)
    }

    fn on_tick(&mut self, elapsed: Duration) -> io::Result<()> {
        (**self).on_tick(elapsed)
    }

    fn on_error(&mut self, message: &str) -> io::Result<()> {
        (**self).on_error(message)
    }
}

/// Several reporters as one.
pub struct Reporters<'a> {
    reporters: Vec<Box<dyn Reporter + Send + 'a>>,
    first_error: Option<io::Error>,
}

impl<'a> Reporters<'a> {
    pub fn new(reporters: Vec<Box<dyn Reporter + Send + 'a>>) -> Self {
        Self {
            reporters,
            first_error: None,
        }
    }

    /// Tells all of them.
    pub fn tell(&mut self, event: &Event) {
        self.each(|reporter| reporter.on_event(event));
    }

    /// Lets all of them know what time it is.
    pub fn tick(&mut self, elapsed: Duration) {
        self.each(|reporter| reporter.on_tick(elapsed));
    }

    /// Tells all of them that the run could not be carried out.
    pub fn error(&mut self, message: &str) {
        self.each(|reporter| reporter.on_error(message));
    }

    fn each(&mut self, mut tell: impl FnMut(&mut dyn Reporter) -> io::Result<()>) {
        for reporter in &mut self.reporters {
            if let Err(error) = tell(reporter.as_mut()) {
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use nixward_core::event::EventKind;

    use super::*;

    struct Counting<'a>(&'a AtomicUsize);
    struct Failing<'a>(&'a AtomicUsize);

    impl Reporter for Counting<'_> {
        fn on_event(&mut self, _: &Event) -> io::Result<()> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    impl Reporter for Failing<'_> {
        fn on_event(&mut self, _: &Event) -> io::Result<()> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn one_that_fails_does_not_keep_events_from_the_others() {
        let (counted, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
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
        assert_eq!((counted.into_inner(), failed.into_inner()), (2, 2));
        assert_eq!(error, Some(io::ErrorKind::StorageFull));
    }
}

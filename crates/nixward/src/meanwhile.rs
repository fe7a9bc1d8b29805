//! Work that nobody waits for before the end.

use std::{
    cell::RefCell,
    thread::{self, JoinHandle},
};

/// Threads that this process does not end without, nor becomes another program.
#[derive(Debug, Default)]
pub(crate) struct Meanwhile(RefCell<Vec<JoinHandle<()>>>);

impl Meanwhile {
    /// Begins some work.
    pub(crate) fn begin(&self, work: impl FnOnce() + Send + 'static) {
        self.0.borrow_mut().push(thread::spawn(work));
    }

    /// Waits until all of it is done.
    pub(crate) fn finish(&self) {
        for work in self.0.take() {
            // Whatever came of it: nothing depends on it.
            let _done = work.join();
        }
    }
}

impl Drop for Meanwhile {
    fn drop(&mut self) {
        self.finish();
    }
}

//! What of a run is data rather than report: store paths of what was built, and the output of a program that is shown
//! as it comes.

use std::io::{self, Write};

use nixward_core::{
    event::{Event, EventKind},
    outcome::StepStatus,
};

use crate::reporter::Reporter;

/// Writes data and nothing else.
pub struct DataReporter<O> {
    output: O,
    /// Whether writing failed once.
    is_gone: bool,
}

impl<O: Write> DataReporter<O> {
    pub fn new(output: O) -> Self {
        Self {
            output,
            is_gone: false,
        }
    }

    fn write(&mut self, bytes: &[u8], end: &[u8]) -> io::Result<()> {
        if self.is_gone {
            return Ok(());
        }
        let written = self
            .output
            .write_all(bytes)
            .and_then(|()| self.output.write_all(end))
            .and_then(|()| self.output.flush());
        self.is_gone = written.is_err();
        written
    }
}

impl<O: Write> Reporter for DataReporter<O> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        match &event.kind {
            EventKind::StepOutput { label: _, bytes } => self.write(bytes, b""),
            EventKind::StepFinished { label: _, outcome } => match &outcome.status {
                StepStatus::Built { paths } if paths.is_empty() => Ok(()),
                StepStatus::Built { paths } => self.write(paths.join("\n").as_bytes(), b"\n"),
                StepStatus::ImageBuilt { path } => self.write(path.as_bytes(), b"\n"),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

//! What a person is told even where nothing else is: warnings, and what runs where somebody asks.

use std::io::{self, Write};

use nixward_core::event::{Event, EventKind};

use super::{HumanSettings, running, text};
use crate::reporter::Reporter;

/// Writes notices and nothing else.
pub struct Notices<L> {
    settings: HumanSettings,
    lines: L,
}

impl<L: Write> Notices<L> {
    pub fn new(settings: HumanSettings, lines: L) -> Self {
        Self { settings, lines }
    }
}

impl<L: Write> Reporter for Notices<L> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        let text = match &event.kind {
            EventKind::Warning { message } => text::warning(self.settings, message),
            EventKind::Info { running } => running::running(self.settings, event.elapsed, running),
            _ => return Ok(()),
        };
        self.lines.write_all(text.as_bytes())?;
        self.lines.flush()
    }
}

//! What runs now, in a few lines at the bottom of a terminal: events make a state, and a clock draws it.
//!
//! Nothing is drawn when an event comes: ten times a second the state is made into lines of the terminal's width at
//! that moment, so that neither a flood of events nor a terminal that is resized is of any consequence.

mod estimate;
mod frame;
mod state;

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{
    ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, style::ProgressTracker,
};
use nixward_core::event::{Event, EventKind};

use self::state::LiveState;
use super::{
    drawn_rows::Reflow,
    lenient_terminal::{LenientTerminal, LiveLines},
};
use crate::style::Styles;

const BETWEEN_FRAMES: Duration = Duration::from_millis(100);
/// What is over sooner than this needs no display.
const WORTH_SHOWING: Duration = Duration::from_millis(200);

/// The lines at the bottom.
pub struct LiveDisplay {
    bar: ProgressBar,
    shared: Arc<Mutex<Shared>>,
    terminal: Option<LenientTerminal>,
}

/// What events change, and the clock draws.
#[derive(Default)]
struct Shared {
    state: LiveState,
    is_over: bool,
    /// Whether the terminal is somebody else's for a while.
    is_stopped: bool,
}

/// How many columns there are, asked each time.
pub type Columns = Arc<dyn Fn() -> u16 + Send + Sync>;
/// How long the run has gone on.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

impl LiveDisplay {
    /// Draws to the terminal that standard error is, and takes lines for it.
    pub fn on_standard_error(styles: Styles, clock: Clock, reflow: Reflow) -> (Self, LiveLines) {
        let terminal = LenientTerminal::standard_error(reflow);
        let of_columns = terminal.clone();
        let columns = Arc::new(move || of_columns.size().1);
        let mut this = Self::new(terminal.to_target(), columns, styles, clock);
        this.terminal = Some(terminal.clone());
        (this, LiveLines(terminal))
    }

    /// Draws to any terminal.
    pub fn new(target: ProgressDrawTarget, columns: Columns, styles: Styles, clock: Clock) -> Self {
        let shared = Arc::<Mutex<Shared>>::default();
        let frame = Frame {
            shared: Arc::clone(&shared),
            columns,
            styles,
            clock,
        };
        let style = ProgressStyle::with_template("{frame}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style.with_key("frame", frame));
        bar.enable_steady_tick(BETWEEN_FRAMES);
        Self {
            bar,
            shared,
            terminal: None,
        }
    }

    /// Writes lines above the display: what takes it away, they, and what brings it back are one write, so that the
    /// terminal shows no moment in between.
    pub(super) fn above(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let Some(terminal) = &self.terminal else {
            return self.bar.suspend(write);
        };
        terminal.hold();
        let written = self.bar.suspend(write);
        written.and(terminal.release())
    }

    /// Takes the lines away while something else is written.
    pub(super) fn suspended<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    pub(super) fn clear(&self) {
        if let Ok(mut shared) = self.shared.lock() {
            shared.is_over = true;
        }
        self.bar.finish_and_clear();
    }

    pub(super) fn on_event(&self, event: &Event) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.state.on_event(event);
        let stops = matches!(event.kind, EventKind::Stopping);
        if stops || matches!(event.kind, EventKind::GoingOn) {
            shared.is_stopped = stops;
            drop(shared);
            // Drawn at once: there may be no next frame before the shell has the terminal.
            self.bar.suspend(|| {});
        }
    }
}

impl Drop for LiveDisplay {
    /// Nothing of it stays on the terminal, however the run ends.
    fn drop(&mut self) {
        self.clear();
    }
}

/// Makes the lines whenever they are drawn.
#[derive(Clone)]
struct Frame {
    shared: Arc<Mutex<Shared>>,
    columns: Columns,
    styles: Styles,
    clock: Clock,
}

impl ProgressTracker for Frame {
    fn clone_box(&self) -> Box<dyn ProgressTracker> {
        Box::new(self.clone())
    }

    fn tick(&mut self, _: &ProgressState, _: Instant) {}

    fn reset(&mut self, _: &ProgressState, _: Instant) {}

    fn write(&self, _: &ProgressState, text: &mut dyn fmt::Write) {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.clock)();
        if shared.is_over || shared.is_stopped || now < WORTH_SHOWING {
            return;
        }
        let columns = usize::from((self.columns)());
        let lines = frame::frame(&shared.state, now, columns, self.styles);
        // What can't be drawn now is drawn the next time.
        let _drawn = text.write_str(&lines.join("\n"));
    }
}

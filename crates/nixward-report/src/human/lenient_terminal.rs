//! The terminal of a live display, which may be gone at any moment.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};

use super::drawn_rows::{DrawnRows, Reflow};

/// Draws on standard error, and where that cannot be, draws nothing: what is drawn is gone a moment later anyway.
///
/// indicatif panics where it cannot draw, and a terminal that was closed under a run must not be its end: processes
/// have to be ended, and whoever started nixward waits for its exit code. Clones are the same terminal.
#[derive(Clone, Debug)]
pub(super) struct LenientTerminal {
    term: Term,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether what is drawn is kept back, to be written with what comes.
    is_held: AtomicBool,
    /// Rows and columns while one frame is drawn: to ask costs more than to draw.
    size: Mutex<Option<(u16, u16)>>,
    drawn: Mutex<DrawnRows>,
}

impl LenientTerminal {
    pub(super) fn standard_error(reflow: Reflow) -> Self {
        Self {
            term: Term::buffered_stderr(),
            state: Arc::new(State {
                drawn: Mutex::new(DrawnRows::new(reflow)),
                ..State::default()
            }),
        }
    }

    pub(super) fn to_target(&self) -> ProgressDrawTarget {
        const MOST_FRAMES_A_SECOND: u8 = 20;
        ProgressDrawTarget::term_like_with_hz(Box::new(self.clone()), MOST_FRAMES_A_SECOND)
    }

    pub(super) fn size(&self) -> (u16, u16) {
        *self.kept_size().get_or_insert_with(|| self.term.size())
    }

    fn kept_size(&self) -> MutexGuard<'_, Option<(u16, u16)>> {
        let size = self.state.size.lock();
        size.unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nothing is written.
    pub(super) fn hold(&self) {
        self.state.is_held.store(true, Ordering::SeqCst);
    }

    /// Writes all of it at once.
    pub(super) fn release(&self) -> io::Result<()> {
        self.state.is_held.store(false, Ordering::SeqCst);
        *self.kept_size() = None;
        self.term.flush()
    }

    /// Does what indicatif asks for to take the last frame away, or all that at once where the frame takes more rows by
    /// now than it was drawn in.
    fn take_away(&self, part: impl FnOnce(&Term) -> io::Result<()>) -> io::Result<()> {
        let columns = self.size().1;
        let mut drawn = self.drawn();
        let rows = drawn.take_away(columns);
        if let Some(rows) = rows {
            self.term.move_cursor_up(rows.saturating_sub(1))?;
            self.term.write_str("\r")?;
            return self.term.clear_to_end_of_screen();
        }
        if drawn.are_away() {
            return Ok(());
        }
        part(&self.term)
    }

    fn drawn(&self) -> MutexGuard<'_, DrawnRows> {
        let drawn = self.state.drawn.lock();
        drawn.unwrap_or_else(PoisonError::into_inner)
    }

    fn is_held(&self) -> bool {
        self.state.is_held.load(Ordering::SeqCst)
    }
}

/// Lines on the terminal of a live display. Unlike what is drawn they are told where they cannot be written.
pub struct LiveLines(pub(super) LenientTerminal);

impl io::Write for LiveLines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0.term).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0.is_held() {
            return Ok(());
        }
        self.0.term.flush()
    }
}

/// Whether it was drawn is nobody's business.
fn forgiven(drawn: io::Result<()>) -> io::Result<()> {
    drawn.or(Ok(()))
}

impl TermLike for LenientTerminal {
    fn width(&self) -> u16 {
        self.size().1
    }

    fn height(&self) -> u16 {
        self.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        forgiven(self.take_away(|term| term.move_cursor_up(lines)))
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        forgiven(self.take_away(|term| term.move_cursor_down(lines)))
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        forgiven(self.term.move_cursor_right(columns))
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        forgiven(self.term.move_cursor_left(columns))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        forgiven(self.term.write_line(text))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        let columns = self.size().1;
        let written = self.drawn().draw(text, columns);
        forgiven(self.term.write_str(&written))
    }

    fn clear_line(&self) -> io::Result<()> {
        forgiven(self.take_away(Term::clear_line))
    }

    fn flush(&self) -> io::Result<()> {
        if self.is_held() {
            return Ok(());
        }
        *self.kept_size() = None;
        forgiven(self.term.flush())
    }
}

//! The terminal of a live display, which may be gone at any moment.

use std::io;

use console::Term;
use indicatif::{ProgressDrawTarget, TermLike};

/// Draws on standard error, and where that cannot be, draws nothing: what is drawn is gone a moment later anyway.
///
/// indicatif panics where it cannot draw, and a terminal that was closed under a run must not be its end: processes
/// have to be ended, and whoever started nixward waits for its exit code.
#[derive(Debug)]
pub(super) struct LenientTerminal(Term);

impl LenientTerminal {
    pub(super) fn standard_error() -> Self {
        Self(Term::buffered_stderr())
    }

    pub(super) fn into_target(self) -> ProgressDrawTarget {
        const MOST_FRAMES_A_SECOND: u8 = 20;
        ProgressDrawTarget::term_like_with_hz(Box::new(self), MOST_FRAMES_A_SECOND)
    }
}

/// Whether it was drawn is nobody's business.
fn forgiven(drawn: io::Result<()>) -> io::Result<()> {
    drawn.or(Ok(()))
}

impl TermLike for LenientTerminal {
    fn width(&self) -> u16 {
        self.0.size().1
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        forgiven(self.0.move_cursor_up(lines))
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        forgiven(self.0.move_cursor_down(lines))
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        forgiven(self.0.move_cursor_right(columns))
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        forgiven(self.0.move_cursor_left(columns))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        forgiven(self.0.write_line(text))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        forgiven(self.0.write_str(text))
    }

    fn clear_line(&self) -> io::Result<()> {
        forgiven(self.0.clear_line())
    }

    fn flush(&self) -> io::Result<()> {
        forgiven(self.0.flush())
    }
}

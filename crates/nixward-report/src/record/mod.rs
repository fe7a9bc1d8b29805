//! The record of a run: events as lines that are kept, and lines as events that can be told once more.
//!
//! Not recorded is what only the live display shows (the last lines of what runs, bytes of downloads) and what is kept
//! elsewhere: the output of steps, which is in their logs, and that of builds, which Nix keeps.

mod from_line;
mod to_line;

pub use from_line::event;
pub use to_line::{OutputRoom, is_recorded, line};

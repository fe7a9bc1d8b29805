//! Shows what happens: for people on standard error, for machines as JSON lines on standard output.
//!
//! Responsibility: events to text. It decides nothing, it never sees `nix` or the executor, and all that it writes goes
//! into writers that it is given.

pub mod duration;
pub mod human;
pub mod json_lines;
pub mod manifest_diagnostics;
pub mod reporter;
pub mod style;
pub mod timings;

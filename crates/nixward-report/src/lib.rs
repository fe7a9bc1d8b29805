//! Shows what happens: for people on standard error, for machines as JSON lines on standard output.
//!
//! Responsibility: events to text. It decides nothing, it never sees `nix` or the executor, and all that it writes goes
//! into writers that it is given.

pub mod data;
pub mod duration;
pub mod github;
pub mod gitlab;
pub mod heartbeat;
pub mod human;
pub mod job_summary;
pub mod json_lines;
pub mod junit;
pub mod log_groups;
pub mod manifest_diagnostics;
pub mod past;
pub mod record;
pub mod reporter;
pub mod rerun;
pub mod style;
pub mod summary;
pub mod terminal_modes;
pub mod timings;
pub mod verdict;

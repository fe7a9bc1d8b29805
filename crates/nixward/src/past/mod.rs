//! Runs that are kept: a record of each is written while it goes on, and read when somebody asks.
//!
//! It must not know of Nix or of what a workspace is made of: a run is read where the flake is broken, too.

mod expectation;
mod history;
mod recorder;

pub(crate) use expectation::expected;
pub(crate) use history::{History, PastRun};
pub(crate) use recorder::{Recorder, head};

/// The record of a run, in its folder.
const RECORD: &str = "events.jsonl";
/// What it came to, for whoever looks at many.
const SUMMARY: &str = "summary.json";

//! The tests of the program as people call it, one module a command or topic.
//!
//! Most workspaces here are built by a real Nix, from derivations that need no package set; `nix_faults` has stand-ins
//! for what a real one can't be made to show, and `initech` the example workspace.

#![expect(
    clippy::unwrap_used,
    reason = "all of this is tests, where a panic is the verdict; the lint knows only functions marked as tests"
)]

mod after;
mod asking;
mod bad_projects;
mod build;
mod check;
mod clean;
mod container;
mod container_engine;
mod control;
mod ending;
mod evaluation_cache;
mod evaluation_cache_edits;
mod evaluation_cache_property;
mod failures;
mod forgotten_files;
mod gone_midway;
mod initech;
mod initech_derivations;
mod interruption;
mod junit;
mod list;
mod log;
mod manifest;
mod message_format;
mod nix_faults;
mod odd_names;
mod overlap;
mod own_verbs;
mod pauses;
mod places;
mod plan;
mod recorded_logs;
mod reports;

mod roots;
mod run;
mod selection;
mod shell;
mod signals;
mod stopping;
mod support;
mod terminal;
mod test_verb;
mod timings;
mod trouble;
mod unsupported_nix;
mod variables;
mod watch;

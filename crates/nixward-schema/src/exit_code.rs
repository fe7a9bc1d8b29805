//! The exit codes of nixward, each with one meaning.
//!
//! `nixward run` and `nixward shell` of one project return the program's own code instead, and
//! [`OWN_FAILURE`] where nixward itself failed before the program started.

/// All went well.
pub const SUCCESS: u8 = 0;
/// A test, a check or a program failed.
pub const STEP_FAILED: u8 = 1;
/// The command line or the manifest is wrong.
pub const USAGE: u8 = 2;
/// Nix is missing or not supported, or an evaluation failed.
pub const NIX: u8 = 3;
/// A project, verb or selector matched nothing.
pub const NOTHING_MATCHED: u8 = 4;
/// A derivation that a step needs failed to build.
pub const BUILD_FAILED: u8 = 5;
/// A bug in nixward.
pub const INTERNAL: u8 = 70;
/// nixward's own failure in `run` and `shell` of one project, where every other code is the program's.
pub const OWN_FAILURE: u8 = 125;
/// Ended by SIGINT (Ctrl-C).
pub const INTERRUPTED: u8 = 130;
/// Ended by SIGTERM.
pub const TERMINATED: u8 = 143;

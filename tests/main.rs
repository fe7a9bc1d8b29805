//! The tests of the program as people call it, one module a command or topic.
//!
//! Most workspaces here are built by a real Nix, from derivations that need no package set; `nix_faults` has stand-ins
//! for what a real one can't be made to show, and `initech` the example workspace.

mod build;
mod check;
mod container;
mod forgotten_files;
mod list;
mod run;
mod selection;
mod shell;
mod signals;
mod support;
mod test_verb;

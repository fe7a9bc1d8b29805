//! What the tests of the program are written with: temporary workspaces, nixward as people start it, stand-ins for
//! `nix` and container engines.
//!
//! ```no_run
//! # let nixward = std::path::Path::new("nixward");
//! use nixward_testing::{project, real_nix};
//!
//! let Some(nix) = real_nix() else { return };
//! let project = project(nixward)
//!     .nix(&nix)
//!     .outputs(r#"{ packages.greeter = project "greeter" "echo hello" { test = program "run-tests" "true"; }; }"#)
//!     .build();
//! let output = project.nixward(["test", "--all"]).run();
//! assert_eq!(output.exit_code(), 0);
//! ```
//!
//! Each workspace has a home, caches and temporary files of its own, and nothing of the caller's environment is seen in
//! it. After each run of nixward some promises are checked whether or not the test thinks of them: that no process is
//! left, that the working tree and git's index are as they were, that it did not panic. See [`Output`].
//!
//! This crate knows nixward only from outside: its arguments, what it prints, how it ends.

mod command;
mod docker;
mod environment;
mod fake_program;
mod flake_fixture;
mod git;
mod initech;
mod nix_daemon;
mod output;
mod port;
mod processes;
mod project;
mod project_builder;
mod real_nix;
mod redaction;
mod running;
mod skip;
mod terminal;
mod worktree;

pub use command::NixwardCommand;
pub use docker::{DockerDaemon, docker_daemon};
pub use environment::host_program_succeeds;
pub use fake_program::{Call, FakeProgram, call};
pub use flake_fixture::system;
pub use initech::initech;
pub use insta;
pub use nix_daemon::{NixDaemon, nix_daemon};
pub use output::{Finished, Output};
pub use port::{Port, port};
pub use processes::{Mark, wait_until};
pub use project::Project;
pub use project_builder::{ProjectBuilder, project};
pub use real_nix::{RealNix, old_nix, real_nix};
pub use running::{Running, finish_all};
pub use skip::skipped;
pub use terminal::Terminal;

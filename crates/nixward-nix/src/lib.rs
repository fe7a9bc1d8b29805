//! Everything that nixward knows of Nix: how it is called, what it answers, how its versions differ.
//!
//! Responsibility: builders of invocations and parsers of output (both pure), and [`runner`], the one place that
//! starts `nix`. It must not know of the manifest's settings, of terminals, or of the order in which steps run.

mod answer_lines;
pub mod build;
mod build_count;
mod culprit;
pub mod derivation_file;
pub mod evaluation_answer;
pub mod evaluator;
pub mod flake_config;
pub mod flake_reference;
pub mod internal_json;
pub mod invocation;
pub mod locate;
pub mod lock_file;
pub mod message;
mod one_by_one;
pub mod path_info;
mod query_expression;
pub mod runner;
pub mod settings_files;
pub mod tool;
pub mod trace;
mod units;
pub mod version;

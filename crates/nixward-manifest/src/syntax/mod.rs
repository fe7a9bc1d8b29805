//! From text to a tree of TOML values, each with its place; as much of it as can be understood.
//!
//! The grammar is `toml_parser`'s, which goes on after an error. This module adds what only the whole document shows
//! (keys defined twice), refuses what Nix's own reader would (dates, TOML 1.1), and limits how much one unclosed
//! bracket swallows. It knows nothing of nixward's keys.

mod dialect;
mod document;
mod node;
mod scalar;
mod statements;
mod syntax_error;
mod tables;

pub(crate) use document::read;
pub(crate) use node::{Entry, Node, Table, Value};

//! The words after `cargo xtask COMMAND`.
//!
//! Parsed by hand: there are a handful of options, and a fresh clone should not wait for clap before it can get Nix.

use std::{collections::VecDeque, ffi::OsString};

use crate::Stop;

/// The words that are left, first to last.
#[derive(Debug)]
pub(crate) struct Arguments {
    words: VecDeque<OsString>,
}

impl Arguments {
    pub(crate) fn from_command_line() -> Self {
        Self {
            words: std::env::args_os().skip(1).collect(),
        }
    }

    /// As if these had been typed.
    pub(crate) fn of(words: &[&str]) -> Self {
        Self {
            words: words.iter().map(OsString::from).collect(),
        }
    }

    pub(crate) fn take_next(&mut self) -> Option<OsString> {
        self.words.pop_front()
    }

    /// The value of `--name VALUE`, after `--name` has been taken.
    pub(crate) fn value_of(&mut self, option: &str) -> Result<String, Stop> {
        let value = self
            .take_next()
            .ok_or_else(|| Stop::usage(format!("{option} needs a value")))?;
        value
            .into_string()
            .map_err(|_| Stop::usage(format!("the value of {option} is not UTF-8")))
    }

    /// All that is left.
    pub(crate) fn rest(self) -> Vec<OsString> {
        self.words.into()
    }
}

/// The refusal of a word that nobody knows.
pub(crate) fn unknown(word: &OsString) -> Stop {
    Stop::usage(format!(
        "`{}` is not understood; see `cargo xtask help`",
        word.display()
    ))
}

//! What is kept from a program by namespaces of its own.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::wire::text;

/// What a program must not do to the machine. The default asks for nothing, and makes no namespace.
///
/// Where the system refuses a protection the program runs without, and
/// [`GuardReport::unprotected`](crate::GuardReport::unprotected) says why. They guard against accidents, not against
/// malice: a program that runs as root can mount the paths writable again. For an ordinary user they take a user
/// namespace, in which programs that change the user (`sudo`) cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Protections {
    /// Absolute paths that the program and its children see, with all mounts below them, but cannot write to.
    #[serde(with = "text::list")]
    pub read_only: Vec<PathBuf>,
}

impl Protections {
    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { read_only } = self;
        read_only.is_empty()
    }
}

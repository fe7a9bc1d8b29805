//! Why a source tree could not be read.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why git, or the files that it tracks, could not be asked.
#[derive(Debug, Error)]
pub enum GitError {
    #[error("git does not trust the repository of {}: it belongs to another user", .folder.display())]
    ForeignOwner { folder: PathBuf },
    #[error("cannot read the git repository of {}", .folder.display())]
    Read {
        folder: PathBuf,
        #[source]
        source: git2::Error,
    },
    /// Nix takes all that is below for tracked.
    #[error("git has a conflict at {}, which is a folder", .path.display())]
    ConflictAtFolder { path: PathBuf },
    /// Which content Nix takes depends on what it has seen before.
    #[error("git is told to look away from {}, which is not as git knows it", .path.display())]
    LookedAwayFrom { path: PathBuf },
    #[error("cannot read {}", .path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

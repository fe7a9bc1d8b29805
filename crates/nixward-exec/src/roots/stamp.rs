//! By what a file or folder is known again.

use std::{os::unix::fs::MetadataExt as _, path::Path};

use fs_err as fs;
use serde::{Deserialize, Serialize};

/// Another one for a file that was replaced or changed, for a folder that something was added to or removed from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// That of what lies at a path, a link itself; nothing where nothing is.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::symlink_metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

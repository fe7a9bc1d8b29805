//! The fingerprint of a source tree: equal where Nix sees the same, whatever way the tree came to be.
//!
//! Every file that Nix can see is looked at, and hashed if it is not as it was the last time. What the files were like
//! then is a [`Record`], kept by the caller. Nothing is taken from git's own notes on files: they are about content
//! after conversion, and only as fresh as the index.
//!
//! Nix reads a clean tree from git's objects and any other from the disk. Whether a tree is clean is told by content
//! wherever content can tell it, and asked of git, in the way that Nix asks, where it cannot: where files are converted
//! between objects and disk, or are not to be looked at.

mod files;
mod folder;
mod index;
mod record;
mod stamp;
mod table;
#[cfg(test)]
mod tests;
mod tree;
mod verdict;

use std::path::PathBuf;

pub use folder::scan_folder;
pub use record::Record;
pub use tree::{View, scan};

/// Equal where Nix sees the same.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What a look at a source tree gave.
#[derive(Clone, Debug)]
pub struct Scan {
    pub fingerprint: Fingerprint,
    /// What the files were like, for the next time.
    pub record: Record,
    /// How many files were not as the record said: new, edited, touched or gone.
    pub changed: usize,
    /// How many files were read.
    pub hashed: usize,
    /// The stamps of git's own files that say what is tracked and committed.
    marks: Vec<stamp::Stamp>,
}

impl Scan {
    /// The folders whose files Nix sees, relative to the root, which is empty.
    pub fn folders(&self) -> Vec<PathBuf> {
        let Record {
            listing,
            files,
            submodules,
            ..
        } = &self.record;
        let tracked = listing.folders.iter();
        // Outside git folders are among the files.
        let found = listing.files.iter().zip(files.iter());
        let found = found.filter(|(_, state)| state.stamp.kind() == stamp::Kind::Folder);
        let own = tracked.chain(found.map(|(path, _)| path));
        let below = submodules.iter().flat_map(|(path, record)| {
            let inner = record.listing.folders.iter();
            inner.map(|folder| files::as_path(path).join(files::as_path(folder)))
        });
        own.map(|folder| files::as_path(folder).to_owned())
            .chain(below)
            .collect()
    }

    /// Whether nothing was even touched since an earlier look, on whose record this one is based.
    pub fn is_same_as(&self, earlier: &Self) -> bool {
        self.changed == 0 && self.fingerprint == earlier.fingerprint && self.marks == earlier.marks
    }
}

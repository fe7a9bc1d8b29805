//! A folder of links that one `nix build` made, each a root of Nix's garbage collector.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use fs_err as fs;

use super::stamp::Stamp;

/// What batches' folders begin with; nothing else does beside them.
const PREFIX: &str = "batch-";
/// A folder that no ledger knows belongs to a nixward that is at work, or to one that was killed.
const LEFT_BEHIND: Duration = Duration::from_hours(24);

/// A folder for links; gone when this is dropped before it was kept.
#[derive(Debug)]
pub struct Batch {
    folder: tempfile::TempDir,
}

impl Batch {
    /// Makes an empty one among the batches of a workspace.
    pub(super) fn new(batches: &Path) -> io::Result<Self> {
        fs::create_dir_all(batches)?;
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(batches)?;
        Ok(Self { folder })
    }

    /// What `nix build --out-link` is given: it makes `r`, `r-dev`, `r-1` and so on.
    pub fn out_link(&self) -> PathBuf {
        self.folder.path().join("r")
    }

    pub(super) fn name(&self) -> String {
        let name = self.folder.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The links by what they point to.
    pub(super) fn links(&self) -> io::Result<BTreeMap<String, String>> {
        let mut links = BTreeMap::new();
        for entry in fs::read_dir(self.folder.path())? {
            let entry = entry?;
            let target = fs::read_link(entry.path())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            links.insert(target.to_string_lossy().into_owned(), name);
        }
        Ok(links)
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        Stamp::of(self.folder.path())
    }

    /// Lets the folder stay.
    pub(super) fn stay(self) {
        let _where_it_is: PathBuf = self.folder.keep();
    }
}

/// Removes batches that are not known and too old for their nixward to be at work.
pub(super) fn remove_left_behind(batches: &Path, is_known: &dyn Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(batches) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_old = || {
            let modified = entry.metadata().and_then(|metadata| metadata.modified());
            let age = modified.map(|modified| SystemTime::now().duration_since(modified));
            age.is_ok_and(|age| age.is_ok_and(|age| age > LEFT_BEHIND))
        };
        if name.starts_with(PREFIX) && !is_known(&name) && is_old() {
            remove(batches, &name);
        }
    }
}

/// Lets go of what a batch holds: Nix forgets roots whose links are gone.
pub(super) fn remove(batches: &Path, name: &str) {
    let _another_may_have_been_faster = fs::remove_dir_all(batches.join(name));
}

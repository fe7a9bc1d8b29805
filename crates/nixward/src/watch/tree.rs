//! The tree that is watched: what of it decides what runs, and in which folders that is.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use nixward_git::{
    GitRepository,
    source::{Fingerprint, Scan},
};

use crate::{
    discovery::{Discovered, MANIFEST},
    evaluation::Source,
};

/// A workspace's source tree with its manifests, which git need not know.
#[derive(Debug)]
pub(crate) struct WatchedTree {
    source: Source,
    git: Option<GitRepository>,
    root: PathBuf,
    /// Where manifests may be: the workspace's root, and its members.
    manifest_folders: Vec<PathBuf>,
    last: Option<Scan>,
}

/// What a look at the tree saw.
#[derive(Clone, Debug)]
pub(crate) struct TreeState {
    /// Nothing where the tree cannot be told.
    fingerprint: Option<Fingerprint>,
    manifests: Vec<Option<blake3::Hash>>,
}

/// What a file that was touched is to Nix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    Seen,
    /// It would be seen if git knew it.
    Untracked,
    /// It is nobody's business: ignored, git's own, or gone.
    Ignored,
}

impl TreeState {
    /// Whether the same runs in the same way.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        // Of what cannot be told nothing is known.
        self.fingerprint.is_some()
            && self.fingerprint == other.fingerprint
            && self.manifests == other.manifests
    }
}

impl WatchedTree {
    pub(crate) fn of(discovered: &Discovered, cache_folder: &Path) -> Self {
        let workspace = &discovered.workspace;
        let unopened = || discovered.git.as_ref().map(GitRepository::unopened);
        let flake_folder = &discovered.flake_folder;
        let members = workspace.member_folders.iter();
        let members = members.map(|member| workspace.root.join(&member.path));
        Self {
            source: Source::new(cache_folder, &workspace.root, flake_folder, unopened()),
            git: unopened(),
            root: discovered.source_root().to_owned(),
            manifest_folders: std::iter::once(workspace.root.clone())
                .chain(members)
                .collect(),
            last: None,
        }
    }

    /// What the tree is like now.
    pub(crate) fn look(&mut self) -> TreeState {
        let scan = self.source.look_after(self.last.as_ref()).ok();
        let fingerprint = scan.as_ref().map(|scan| scan.fingerprint);
        self.last = scan.or_else(|| self.last.take());
        let manifest = |folder: &PathBuf| {
            let text = fs_err::read(folder.join(MANIFEST)).ok()?;
            Some(blake3::hash(&text))
        };
        TreeState {
            fingerprint,
            manifests: self.manifest_folders.iter().map(manifest).collect(),
        }
    }

    /// The folders in which an edit shows, as far as they are known.
    pub(crate) fn folders(&self) -> BTreeSet<PathBuf> {
        let seen = self.last.as_ref().map(Scan::folders).unwrap_or_default();
        let seen = seen.iter().map(|folder| self.root.join(folder));
        let deciding = self.deciding_files();
        let of_git = deciding.iter().filter_map(|file| file.parent());
        let mut folders: BTreeSet<PathBuf> = self.manifest_folders.iter().cloned().collect();
        folders.insert(self.root.clone());
        folders.extend(seen.map(|folder| folder.components().collect()));
        folders.extend(of_git.map(|folder| folder.components().collect()));
        folders
    }

    /// Whether git is in the middle of something that changes many files.
    pub(crate) fn is_git_at_work(&self) -> bool {
        self.git.as_ref().is_some_and(GitRepository::is_at_work)
    }

    /// Whether a file that was touched is a reason to look at all.
    pub(crate) fn is_worth_a_look(&self, file: &Path) -> bool {
        !self.is_git_s_own(file)
            || self
                .deciding_files()
                .iter()
                .any(|deciding| deciding == file)
    }

    /// What a file is, of whose edit nothing shows.
    pub(crate) fn standing(&self, file: &Path) -> Standing {
        let Some(below) = file.strip_prefix(&self.root).ok().and_then(Path::to_str) else {
            return Standing::Ignored;
        };
        if self.is_git_s_own(file) || is_an_editor_s_own(file) || file.is_dir() {
            return Standing::Ignored;
        }
        let Some(git) = &self.git else {
            return Standing::Seen;
        };
        match (git.is_tracked(below), git.is_ignored(below)) {
            (Ok(true), _) => Standing::Seen,
            (Ok(false), Ok(false)) if file.exists() => Standing::Untracked,
            _ => Standing::Ignored,
        }
    }

    fn deciding_files(&self) -> Vec<PathBuf> {
        let git = self.git.as_ref().map(GitRepository::unopened);
        git.and_then(|git| git.deciding_files().ok())
            .unwrap_or_default()
    }

    pub(crate) fn is_git_s_own(&self, file: &Path) -> bool {
        let git = self.git.as_ref();
        git.is_some_and(|git| git.is_own(file))
    }
}

/// What editors write beside a file while they have it open.
fn is_an_editor_s_own(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    let is_swap = name.starts_with('.') && extension.starts_with("sw") && extension.len() == 3;
    is_swap || name.ends_with('~') || name.starts_with(".#") || name.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_write_for_themselves() {
        let is_own = |name: &str| is_an_editor_s_own(Path::new(name));
        for name in [
            "/w/.main.py.swp",
            "/w/main.py~",
            "/w/.#main.py",
            "/w/#main.py#",
        ] {
            assert!(is_own(name), "{name}");
        }
        assert!(!is_own("/w/main.py") && !is_own("/w/.swift"));
    }
}

//! What a working tree is like, so that it can be seen that nothing in it was touched.

use std::{
    collections::BTreeMap,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use fs_err as fs;

use crate::git::git;

/// All files of a folder, and what git says of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Worktree {
    files: BTreeMap<PathBuf, Seen>,
    git: Option<GitState>,
}

#[derive(Clone, Debug, PartialEq)]
struct Seen {
    mode: u32,
    size: u64,
    modified: (i64, i64),
}

#[derive(Clone, Debug, PartialEq)]
struct GitState {
    index: String,
    refs: String,
    head: String,
}

impl Worktree {
    pub(crate) fn see(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        see_below(root, &mut files);
        let git = root.join(".git").exists().then(|| GitState {
            index: git(root, &["ls-files", "--stage"]),
            refs: git(root, &["for-each-ref"]),
            head: fs::read_to_string(root.join(".git/HEAD")).unwrap_or_default(),
        });
        Self { files, git }
    }

    /// # Panics
    /// Where something differs.
    #[track_caller]
    pub(crate) fn assert_is_still(&self, root: &Path) {
        let now = Self::see(root);
        let differ = |path: &&PathBuf| self.files.get(*path) != now.files.get(*path);
        let paths = self.files.keys().chain(now.files.keys());
        let changed: Vec<&PathBuf> = paths.filter(differ).collect();
        assert!(
            changed.is_empty(),
            "nixward touched the working tree: {changed:?}"
        );
        assert_eq!(self.git, now.git, "nixward touched git's index or refs");
    }
}

fn see_below(folder: &Path, files: &mut BTreeMap<PathBuf, Seen>) {
    for entry in fs::read_dir(folder).expect("can read the working tree") {
        let path = entry.expect("can read the working tree").path();
        if path.file_name().is_some_and(|name| name == ".git") {
            continue;
        }
        let metadata = fs::symlink_metadata(&path).expect("can read the working tree");
        if metadata.is_dir() {
            see_below(&path, files);
        }
        let seen = Seen {
            mode: metadata.mode(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        };
        files.insert(path, seen);
    }
}

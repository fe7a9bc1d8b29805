//! What nixward must know of the git repository that a workspace is in, as plain data.
//!
//! It reads and never writes: neither the working tree, nor the index, nor refs. It knows nothing of Nix or projects.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Repository, StatusOptions};
use thiserror::Error;

/// Why git could not be asked.
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
}

/// The repository that a folder is in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GitFacts {
    /// The root of the working tree.
    pub root: PathBuf,
    /// Whether its history was cut off.
    pub is_shallow: bool,
}

/// Finds the repository of a folder; nothing where it is in none, or in one without a working tree.
pub fn discover(folder: &Path) -> Result<Option<GitFacts>, GitError> {
    let repository = match Repository::discover(folder) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) if error.code() == ErrorCode::Owner => {
            // git wants to be told of the repository's own folder.
            let top = folder.ancestors().find(|top| top.join(".git").exists());
            return Err(GitError::ForeignOwner {
                folder: top.unwrap_or(folder).to_owned(),
            });
        }
        Err(source) => {
            return Err(GitError::Read {
                folder: folder.to_owned(),
                source,
            });
        }
    };
    let Some(root) = repository.workdir() else {
        return Ok(None);
    };
    // libgit2 ends folders with a slash, which no one else does.
    let root: PathBuf = root.components().collect();
    Ok(Some(GitFacts {
        root,
        is_shallow: repository.is_shallow(),
    }))
}

/// The files below a folder (relative to the root; empty for all) that git neither tracks nor ignores: what Nix does
/// not see. Relative to the root, sorted.
pub fn untracked_files(facts: &GitFacts, folder: &str) -> Result<Vec<String>, GitError> {
    let read = |source| GitError::Read {
        folder: facts.root.clone(),
        source,
    };
    let repository = Repository::open(&facts.root).map_err(read)?;
    let mut options = StatusOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .exclude_submodules(true);
    if !folder.is_empty() {
        options.pathspec(folder).disable_pathspec_match(true);
    }
    let statuses = repository.statuses(Some(&mut options)).map_err(read)?;
    let untracked = statuses.iter().filter(|entry| entry.status().is_wt_new());
    let mut files: Vec<String> = untracked
        .map(|entry| String::from_utf8_lossy(entry.path_bytes()).into_owned())
        .collect();
    files.sort();
    Ok(files)
}

/// Whether git tracks a file (relative to the root), be it only as intended to be added.
pub fn is_tracked(facts: &GitFacts, file: &str) -> Result<bool, GitError> {
    let read = |source| GitError::Read {
        folder: facts.root.clone(),
        source,
    };
    let repository = Repository::open(&facts.root).map_err(read)?;
    let index = repository.index().map_err(read)?;
    Ok(index.get_path(Path::new(file), 0).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> (tempfile::TempDir, GitFacts) {
        let folder = tempfile::tempdir().unwrap();
        Repository::init(folder.path()).unwrap();
        let facts = discover(folder.path()).unwrap().unwrap();
        (folder, facts)
    }

    #[test]
    fn a_folder_below_finds_the_root() {
        let (folder, facts) = repository();
        let below = folder.path().join("a/b");
        fs_err::create_dir_all(&below).unwrap();
        assert_eq!(discover(&below).unwrap().unwrap(), facts);
        assert!(!facts.is_shallow);
        assert_eq!(facts.root, folder.path().canonicalize().unwrap());
    }

    #[test]
    fn no_repository_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(discover(folder.path()).unwrap(), None);
    }

    #[test]
    fn untracked_files_are_named_and_ignored_ones_are_not() {
        let (folder, facts) = repository();
        fs_err::create_dir_all(folder.path().join("new")).unwrap();
        for (file, text) in [
            ("new/default.nix", "{ }"),
            ("kept", ""),
            ("junk", ""),
            (".gitignore", "junk\n"),
        ] {
            fs_err::write(folder.path().join(file), text).unwrap();
        }
        let repository = Repository::open(folder.path()).unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(Path::new("kept")).unwrap();
        index.write().unwrap();
        assert_eq!(
            untracked_files(&facts, "").unwrap(),
            [".gitignore", "new/default.nix"]
        );
        assert_eq!(untracked_files(&facts, "new").unwrap(), ["new/default.nix"]);
        assert!(is_tracked(&facts, "kept").unwrap());
        assert!(!is_tracked(&facts, "new/default.nix").unwrap());
    }
}

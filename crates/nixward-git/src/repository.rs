//! The git repository of a workspace, opened once.

use std::{
    cell::OnceCell,
    fmt,
    path::{Path, PathBuf},
};

use git2::{ErrorCode, Repository, StatusOptions};

use crate::error::GitError;

/// The repository that a folder is in.
pub struct GitRepository {
    /// The root of the working tree.
    pub root: PathBuf,
    /// Whether its history was cut off.
    pub is_shallow: bool,
    /// Where git keeps what it knows of this working tree.
    git_folder: PathBuf,
    /// Where it keeps what all working trees of the repository share; mostly the same.
    common_folder: PathBuf,
    /// Opened when it is needed; another thread may have this one.
    repository: OnceCell<Repository>,
}

impl fmt::Debug for GitRepository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            root,
            is_shallow,
            git_folder: _,
            common_folder: _,
            repository: _,
        } = self;
        formatter
            .debug_struct("GitRepository")
            .field("root", root)
            .field("is_shallow", is_shallow)
            .finish_non_exhaustive()
    }
}

/// Finds the repository of a folder; nothing where it is in none, or in one without a working tree.
pub fn discover(folder: &Path) -> Result<Option<GitRepository>, GitError> {
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
    Ok(GitRepository::of(repository))
}

impl GitRepository {
    pub(crate) fn of(repository: Repository) -> Option<Self> {
        // libgit2 ends folders with a slash, which no one else does.
        let root: PathBuf = repository.workdir()?.components().collect();
        Some(Self {
            root,
            is_shallow: repository.is_shallow(),
            git_folder: repository.path().to_owned(),
            common_folder: repository.commondir().to_owned(),
            repository: OnceCell::from(repository),
        })
    }

    /// The same for another thread, which gets what was opened.
    #[must_use]
    pub fn hand_over(&mut self) -> Self {
        Self {
            repository: std::mem::take(&mut self.repository),
            ..self.unopened()
        }
    }

    /// The same, to be opened when it is needed.
    #[must_use]
    pub fn unopened(&self) -> Self {
        Self {
            root: self.root.clone(),
            is_shallow: self.is_shallow,
            git_folder: self.git_folder.clone(),
            common_folder: self.common_folder.clone(),
            repository: OnceCell::new(),
        }
    }

    pub(crate) fn open(&self) -> Result<&Repository, GitError> {
        if let Some(repository) = self.repository.get() {
            return Ok(repository);
        }
        let repository = Repository::open(&self.git_folder);
        let repository = repository.map_err(|error| self.read_error(error))?;
        // A git folder that lies elsewhere (`git init --separate-git-dir`) does not say where its tree is.
        repository
            .set_workdir(&self.root, false)
            .map_err(|error| self.read_error(error))?;
        Ok(self.repository.get_or_init(|| repository))
    }

    pub(crate) fn read_error(&self, source: git2::Error) -> GitError {
        GitError::Read {
            folder: self.root.clone(),
            source,
        }
    }

    /// The files below a folder (relative to the root; empty for all) that git neither tracks nor ignores: what Nix
    /// does not see. Relative to the root, sorted.
    pub fn untracked_files(&self, folder: &str) -> Result<Vec<String>, GitError> {
        let mut options = StatusOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .exclude_submodules(true);
        if !folder.is_empty() {
            options.pathspec(folder).disable_pathspec_match(true);
        }
        let statuses = self
            .open()?
            .statuses(Some(&mut options))
            .map_err(|error| self.read_error(error))?;
        let untracked = statuses.iter().filter(|entry| entry.status().is_wt_new());
        let mut files: Vec<String> = untracked
            .map(|entry| String::from_utf8_lossy(entry.path_bytes()).into_owned())
            .collect();
        files.sort();
        Ok(files)
    }

    /// The files of git's own that say what is tracked and committed.
    pub fn deciding_files(&self) -> Result<Vec<PathBuf>, GitError> {
        let git = self.open()?;
        let mut files = vec![
            git.path().join("index"),
            git.path().join("HEAD"),
            git.commondir().join("packed-refs"),
        ];
        let head = git.find_reference("HEAD").ok();
        let branch = head.as_ref().and_then(|head| head.symbolic_target().ok()?);
        files.extend(branch.map(|branch| git.commondir().join(branch)));
        Ok(files)
    }

    /// Whether git is writing its index, such as while it switches to another branch.
    pub fn is_at_work(&self) -> bool {
        self.git_folder.join("index.lock").exists()
    }

    /// Whether a file is git's own, and not one of the tree.
    pub fn is_own(&self, file: &Path) -> bool {
        let folders = [
            &self.git_folder,
            &self.common_folder,
            &self.root.join(".git"),
        ];
        folders.iter().any(|folder| file.starts_with(folder))
    }

    /// Whether git leaves a file (relative to the root) alone: it is told to ignore it, and does not track it.
    pub fn is_ignored(&self, file: &str) -> Result<bool, GitError> {
        let is_ignored = self.open()?.is_path_ignored(file);
        let is_ignored = is_ignored.map_err(|error| self.read_error(error))?;
        Ok(is_ignored && !self.is_tracked(file)?)
    }

    /// Whether git tracks a file (relative to the root), be it only as intended to be added.
    pub fn is_tracked(&self, file: &str) -> Result<bool, GitError> {
        let index = self
            .open()?
            .index()
            .map_err(|error| self.read_error(error))?;
        Ok(index.get_path(Path::new(file), 0).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> (tempfile::TempDir, GitRepository) {
        let folder = tempfile::tempdir().unwrap();
        Repository::init(folder.path()).unwrap();
        let repository = discover(folder.path()).unwrap().unwrap();
        (folder, repository)
    }

    #[test]
    fn a_folder_below_finds_the_root() {
        let (folder, repository) = repository();
        let below = folder.path().join("a/b");
        fs_err::create_dir_all(&below).unwrap();
        assert_eq!(discover(&below).unwrap().unwrap().root, repository.root);
        assert!(!repository.is_shallow);
        assert_eq!(repository.root, folder.path().canonicalize().unwrap());
    }

    #[test]
    fn no_repository_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(discover(folder.path()).unwrap().is_none());
    }

    #[test]
    fn untracked_files_are_named_and_ignored_ones_are_not() {
        let (folder, found) = repository();
        fs_err::create_dir_all(folder.path().join("new")).unwrap();
        for (file, text) in [
            ("new/default.nix", "{ }"),
            ("kept", ""),
            ("junk", ""),
            (".gitignore", "junk\n"),
        ] {
            fs_err::write(folder.path().join(file), text).unwrap();
        }
        let mut index = found.open().unwrap().index().unwrap();
        index.add_path(Path::new("kept")).unwrap();
        index.write().unwrap();
        assert_eq!(
            found.untracked_files("").unwrap(),
            [".gitignore", "new/default.nix"]
        );
        assert_eq!(found.untracked_files("new").unwrap(), ["new/default.nix"]);
        let index = found.root.join(".git/index");
        assert!(found.is_own(&index) && !found.is_own(&found.root.join("kept")));
        assert!(found.deciding_files().unwrap().contains(&index));
        assert!(found.is_ignored("junk").unwrap() && !found.is_ignored("kept").unwrap());
        assert!(!found.is_ignored("new/default.nix").unwrap());
        assert!(found.is_tracked("kept").unwrap());
        assert!(!found.is_tracked("new/default.nix").unwrap());
    }

    #[test]
    fn another_thread_sees_the_same_tree_wherever_the_git_folder_is() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        let mut options = git2::RepositoryInitOptions::new();
        options.workdir_path(&tree).no_dotgit_dir(true);
        let elsewhere = folder.path().join("elsewhere");
        Repository::init_opts(&elsewhere, &options).unwrap();
        // As `git init --separate-git-dir` leaves it.
        let repository = Repository::open(&elsewhere).unwrap();
        repository
            .config()
            .unwrap()
            .remove("core.worktree")
            .unwrap();
        let found = discover(&tree).unwrap().unwrap();
        let workdir = |repository: &GitRepository| {
            let workdir = repository.open().unwrap().workdir().unwrap();
            fs_err::canonicalize(workdir).unwrap()
        };
        assert_eq!(workdir(&found.unopened()), workdir(&found));
    }
}

//! A workspace in a temporary folder.

use std::{
    ffi::{OsStr, OsString},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use fs_err::{self as fs, os::unix::fs::symlink};
use tempfile::TempDir;

use crate::{
    command::NixwardCommand,
    environment::{self, Folders},
    fake_program::{self, FakeProgram},
    git::git,
    processes::Mark,
    redaction::Redactions,
};

/// A workspace that is there, with a world of its own around it. It is gone when this is dropped.
pub struct Project {
    pub(crate) nixward: PathBuf,
    pub(crate) folders: Folders,
    pub(crate) repository: PathBuf,
    pub(crate) workspace: PathBuf,
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) redactions: Redactions,
    pub(crate) deadline: Duration,
    pub(crate) mark: Mark,
    pub(crate) salt: String,
    pub(crate) root: TempDir,
}

impl Project {
    /// A call of nixward at the workspace's root.
    pub fn nixward<I: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = I>,
    ) -> NixwardCommand<'_> {
        let args = args
            .into_iter()
            .map(|arg| arg.as_ref().to_owned())
            .collect();
        NixwardCommand::new(self, args)
    }

    /// The workspace's root.
    pub fn workspace(&self) -> PathBuf {
        self.workspace.clone()
    }

    /// The root of the repository that it is in; the same, mostly.
    pub fn repository(&self) -> PathBuf {
        self.repository.clone()
    }

    /// The temporary folder that everything is in.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// A file of the workspace.
    pub fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.workspace.join(file)
    }

    /// Writes a file, without telling git.
    pub fn write(&self, file: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        write(&self.path(file), text.as_ref());
    }

    /// Replaces a text that must be in a file.
    pub fn edit(&self, file: impl AsRef<Path>, from: &str, to: &str) {
        let path = self.path(file);
        let text = fs::read_to_string(&path).expect("can read a file");
        assert!(text.contains(from), "{from:?} is not in {}", path.display());
        write(&path, text.replace(from, to).as_bytes());
    }

    /// Runs git in the workspace.
    pub fn git(&self, args: &[&str]) -> String {
        git(&self.workspace, args)
    }

    /// A program of the machine's in the workspace and its environment.
    pub fn host_command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.workspace).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    /// The salt of its derivations: what distinguishes them from those of every other workspace.
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// What all processes have that are started in it.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The calls that a fake program had.
    pub fn calls(&self, program: &str) -> Vec<Vec<String>> {
        fake_program::calls(&self.programs(), program)
    }

    /// Puts a fake program onto PATH, in place of one of that name.
    pub fn install(&self, fake: &FakeProgram) {
        fake.install(&self.programs());
    }

    /// Puts a program of the machine's onto PATH.
    pub fn install_host_program(&self, name: &str) {
        // Where there is none the test will say so itself.
        if let Some(path) = environment::find(name) {
            symlink(path, self.programs().join(name)).expect("can link a program");
        }
    }

    /// Takes a program off PATH.
    pub fn remove_program(&self, name: &str) {
        fs::remove_file(self.programs().join(name)).expect("can remove a program");
    }

    /// The folder on PATH.
    pub fn programs(&self) -> PathBuf {
        self.folders.programs()
    }

    /// Makes another working tree of the repository; gives a workspace like this one that is in it.
    #[must_use]
    pub fn linked_worktree(&self, name: &str) -> PathBuf {
        let folder = self.folders.root.join("work").join(name);
        let text = folder.to_str().expect("a path is text");
        git(
            &self.repository,
            &["worktree", "add", "--quiet", "--detach", text],
        );
        folder
    }

    pub(crate) fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // A test that takes the permission to write leaves it to us to give it back.
        make_writable(self.root.path());
    }
}

fn make_writable(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        if metadata.is_dir() {
            if metadata.permissions().mode() & 0o700 != 0o700 {
                let permissions = std::fs::Permissions::from_mode(0o700);
                let _the_folder_then_stays = fs::set_permissions(&path, permissions);
            }
            make_writable(&path);
        }
    }
}

pub(crate) fn write(path: &Path, text: &[u8]) {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).expect("can make a folder");
    }
    fs::write(path, text).expect("can write a file");
}

//! Puts a workspace together.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use fs_err as fs;

use crate::{
    environment::Folders,
    fake_program::FakeProgram,
    flake_fixture, git,
    processes::Mark,
    project::{Project, write},
    real_nix::RealNix,
    redaction::Redactions,
};

/// A workspace that is being put together.
#[derive(Clone, Debug)]
#[must_use]
pub struct ProjectBuilder {
    nixward: PathBuf,
    name: OsString,
    folder: String,
    with_git: bool,
    files: Vec<(PathBuf, Vec<u8>)>,
    untracked: Vec<(PathBuf, Vec<u8>)>,
    copies: Vec<(PathBuf, PathBuf)>,
    outputs: Option<String>,
    fakes: Vec<FakeProgram>,
    environment: Vec<(OsString, OsString)>,
    redactions: Redactions,
    deadline: Duration,
}

/// A workspace with nothing in it, in a git repository; `nixward` is the program to be tested.
pub fn project(nixward: &Path) -> ProjectBuilder {
    ProjectBuilder {
        nixward: nixward.to_owned(),
        name: "initech".into(),
        folder: String::new(),
        with_git: true,
        files: Vec::new(),
        untracked: Vec::new(),
        copies: Vec::new(),
        outputs: None,
        fakes: Vec::new(),
        environment: Vec::new(),
        redactions: Redactions::usual(),
        deadline: Duration::from_secs(120),
    }
}

impl ProjectBuilder {
    /// Adds a file by its path in the workspace.
    pub fn file(mut self, path: impl Into<PathBuf>, text: impl AsRef<[u8]>) -> Self {
        self.files.push((path.into(), text.as_ref().to_owned()));
        self
    }

    /// Adds a file that git is not told of.
    pub fn untracked_file(mut self, path: impl Into<PathBuf>, text: impl AsRef<[u8]>) -> Self {
        self.untracked.push((path.into(), text.as_ref().to_owned()));
        self
    }

    /// Adds a copy of a file, with its permissions.
    pub fn copy(mut self, path: impl Into<PathBuf>, from: impl Into<PathBuf>) -> Self {
        self.copies.push((path.into(), from.into()));
        self
    }

    /// Its `nixward.toml`.
    pub fn manifest(self, text: &str) -> Self {
        self.file("nixward.toml", text)
    }

    /// Its `flake.nix`.
    pub fn flake(self, text: &str) -> Self {
        self.file("flake.nix", text)
    }

    /// A flake with these outputs of the machine's system: `packages.NAME`, `checks.NAME` and so on, written with what
    /// `flake_fixture/fixture.nix` offers. What is in `flake` comes as it is.
    pub fn outputs(mut self, expression: &str) -> Self {
        self.outputs = Some(expression.to_owned());
        self
    }

    /// Gives it the real Nix, and remembers its calls.
    pub fn nix(mut self, nix: &RealNix) -> Self {
        self.environment.extend(nix.environment().iter().cloned());
        self.fake(FakeProgram::real(nix))
    }

    /// The same with rules that come before the real Nix.
    pub fn nix_but(mut self, nix: &RealNix, fake: FakeProgram) -> Self {
        self.environment.extend(nix.environment().iter().cloned());
        self.fake(fake.on(crate::call().real(nix)))
    }

    /// Puts a stand-in for a program onto PATH.
    pub fn fake(mut self, fake: FakeProgram) -> Self {
        self.fakes.push(fake);
        self
    }

    /// Sets a variable for each run.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Names the repository's folder.
    pub fn name(mut self, name: impl Into<OsString>) -> Self {
        self.name = name.into();
        self
    }

    /// Lets the workspace be a folder of a repository.
    pub fn in_folder(mut self, folder: &str) -> Self {
        folder.clone_into(&mut self.folder);
        self
    }

    /// Lets there be no git repository.
    pub fn without_git(mut self) -> Self {
        self.with_git = false;
        self
    }

    /// Gives each run this long.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Makes it.
    pub fn build(self) -> Project {
        let root = tempfile::Builder::new()
            .prefix("nixward-test-")
            .tempdir()
            .expect("can make a temporary folder");
        let real_root = fs::canonicalize(root.path()).expect("a temporary folder is there");
        let folders = Folders::make(&real_root);
        let repository = real_root.join("work").join(&self.name);
        let workspace = if self.folder.is_empty() {
            repository.clone()
        } else {
            repository.join(&self.folder)
        };
        fs::create_dir_all(&workspace).expect("can make a folder");
        let salt = salt();
        if let Some(outputs) = &self.outputs {
            for (file, text) in flake_fixture::files(outputs, &salt) {
                write(&workspace.join(file), text.as_bytes());
            }
        }
        for (file, text) in &self.files {
            write(&workspace.join(file), text);
        }
        for (file, from) in &self.copies {
            copy(from, &workspace.join(file));
        }
        if self.with_git {
            git::init(&repository);
            git::commit_all(&repository, "Found Initech");
        }
        for (file, text) in &self.untracked {
            write(&workspace.join(file), text);
        }
        for fake in &self.fakes {
            fake.install(&folders.programs());
        }
        let text = |path: &Path| String::from_utf8_lossy(path.as_os_str().as_bytes()).into_owned();
        let redactions = self
            .redactions
            .with_text(text(&real_root), "[ROOT]")
            .with_text(text(&real_root).replace('/', "%"), "[ROOT]")
            .with_text(text(&workspace), "[WORKSPACE]")
            .with_text(text(&folders.programs().join("nix")), "[NIX]")
            .with_text(flake_fixture::system(), "[SYSTEM]")
            .with_text(salt.clone(), "[SALT]");
        let mut environment = folders.variables();
        environment.extend(self.environment);
        Project {
            nixward: self.nixward,
            mark: Mark::new(&text(&real_root)),
            folders,
            repository,
            workspace,
            environment,
            redactions,
            deadline: self.deadline,
            salt,
            root,
        }
    }
}

fn copy(from: &Path, to: &Path) {
    let folder = to.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).expect("can make a folder");
    fs::copy(from, to).expect("can copy a file");
}

/// A text that nobody else has.
fn salt() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("salt-{}-{}-{number}", now.as_nanos(), std::process::id())
}

//! Looks at the workspace's source tree with what was kept of the last look.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, TryRecvError},
    thread,
    time::{Duration, Instant},
};

use nixward_cache::kept_folder::KeptFolder;
use nixward_git::{
    GitError, GitRepository,
    source::{Record, Scan, View, scan, scan_folder},
};
use rayon::Yield;

use crate::{session::Session, threads};

/// The records of all workspaces together; one of 50,000 files takes about 7 MB.
const MOST_BYTES: u64 = 256 << 20;
/// As many files are soon read again; more are worth a note that they were.
const WORTH_KEEPING: usize = 16;

/// How long who waits for a look sleeps where there is nothing to help with.
const BETWEEN_HELP: Duration = Duration::from_micros(100);
/// A warm look takes a few milliseconds; who sleeps meanwhile may wake up on the other thread's processor.
const WORTH_STAYING_AWAKE: Duration = Duration::from_millis(20);

/// The folder of the records in the cache folder.
const FOLDER: &str = "sources";

/// The source tree of a workspace, with what was kept of the last look at it.
#[derive(Debug)]
pub(crate) struct Source {
    root: PathBuf,
    flake_folder: PathBuf,
    git: Option<GitRepository>,
    records: KeptFolder,
    name: String,
}

/// A home that can't be written costs time, and nothing else.
fn keep(records: &KeptFolder, name: &str, record: &Record) {
    let _kept = records.write(name, &record.to_bytes());
}

impl Source {
    pub(crate) fn new(
        cache_folder: &Path,
        workspace_root: &Path,
        flake_folder: &Path,
        git: Option<GitRepository>,
    ) -> Self {
        let root = git.as_ref().map_or(workspace_root, |git| &git.root);
        Self {
            root: root.to_owned(),
            flake_folder: flake_folder.to_owned(),
            records: KeptFolder::new(cache_folder.join(FOLDER), Record::FORMAT, MOST_BYTES),
            name: record_name(root),
            git,
        }
    }

    pub(super) fn of(session: &Session) -> Self {
        let discovered = &session.discovered;
        Self::new(
            &session.environment.cache_folder(),
            &discovered.workspace.root,
            &discovered.flake_folder,
            discovered.git.as_ref().map(GitRepository::unopened),
        )
    }

    /// Looks for the first time in this run.
    pub(super) fn look(&self) -> Result<Scan, GitError> {
        let known = self.records.read(&self.name);
        let known = known.as_ref().and_then(Record::from_bytes);
        let scan = self.look_with(known.as_ref())?;
        if scan.hashed > WORTH_KEEPING {
            keep(&self.records, &self.name, &scan.record);
        }
        Ok(scan)
    }

    /// Looks with what an earlier look of this process saw, or with what was kept.
    pub(crate) fn look_after(&self, before: Option<&Scan>) -> Result<Scan, GitError> {
        before.map_or_else(|| self.look(), |before| self.look_again(before))
    }

    /// Looks again, to see whether anything has changed since.
    pub(super) fn look_again(&self, before: &Scan) -> Result<Scan, GitError> {
        self.look_with(Some(&before.record))
    }

    /// Keeps a record, when it is called.
    pub(super) fn keeping(&self, record: Record) -> impl FnOnce() + Send + use<> {
        let (records, name) = (self.records.clone(), self.name.clone());
        move || keep(&records, &name, &record)
    }

    fn look_with(&self, known: Option<&Record>) -> Result<Scan, GitError> {
        match &self.git {
            Some(git) => scan(git, known, &self.view()),
            None => scan_folder(&self.root, known),
        }
    }

    fn view(&self) -> View {
        let flake = self.flake_folder.join("flake.nix");
        // The flake can ask for them only by this word.
        let text = fs_err::read(flake).unwrap_or_default();
        let submodules = holds(&text, b"submodules");
        View { submodules }
    }
}

/// A first look that began as soon as it was known where the source tree is, and goes on beside all that comes next.
#[derive(Debug)]
pub(crate) struct EarlyLook(Receiver<Result<Scan, GitError>>);

impl EarlyLook {
    pub(crate) fn start(source: Source) -> Self {
        let (sender, receiver) = mpsc::sync_channel(1);
        threads::start();
        rayon::spawn(move || {
            // Where the look is of no use, nobody waits for it.
            let _is_waited_for = sender.send(source.look());
        });
        Self(receiver)
    }

    /// Waits for what it sees, and helps it on.
    pub(super) fn finish(self) -> Option<Result<Scan, GitError>> {
        let waiting = Instant::now();
        loop {
            match self.0.try_recv() {
                Ok(scan) => return Some(scan),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            if rayon::yield_now() == Some(Yield::Executed) {
                continue;
            }
            if waiting.elapsed() < WORTH_STAYING_AWAKE {
                thread::yield_now();
            } else if let Ok(scan) = self.0.recv_timeout(BETWEEN_HELP) {
                return Some(scan);
            }
        }
    }
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// The folder that Nix takes as the source.
pub(super) fn source_root(session: &Session) -> &Path {
    session.discovered.source_root()
}

/// The file in which the record of a tree is kept.
pub(crate) fn record_file(cache_folder: &Path, root: &Path) -> PathBuf {
    cache_folder.join(FOLDER).join(record_name(root))
}

fn record_name(root: &Path) -> String {
    let digest = blake3::hash(root.as_os_str().as_encoded_bytes());
    digest.to_hex().to_string()
}

//! Looks at the workspace's source tree with what was kept of the last look.

use std::path::{Path, PathBuf};

use nixward_cache::kept_folder::KeptFolder;
use nixward_git::{
    GitError,
    source::{Record, Scan, View, scan, scan_folder},
};

use crate::session::Session;

/// The records of all workspaces together; one of 50,000 files takes about 7 MB.
const MOST_BYTES: u64 = 256 << 20;
/// As many files are soon read again; more are worth a note that they were.
const WORTH_KEEPING: usize = 16;

/// The folder of the records in the cache folder.
const FOLDER: &str = "sources";

/// The source tree of a session.
pub(super) struct Source<'a> {
    session: &'a Session,
    records: KeptFolder,
    name: String,
}

impl<'a> Source<'a> {
    pub(super) fn of(session: &'a Session) -> Self {
        let folder = session.environment.cache_folder().join(FOLDER);
        Self {
            session,
            records: KeptFolder::new(folder, Record::FORMAT, MOST_BYTES),
            name: record_name(source_root(session)),
        }
    }

    /// Looks for the first time in this run.
    pub(super) fn look(&self) -> Result<Scan, GitError> {
        let known = self.records.read(&self.name);
        let known = known.and_then(|bytes| Record::from_bytes(&bytes));
        let scan = self.look_with(known.as_ref())?;
        if scan.hashed > WORTH_KEEPING {
            self.keep(&scan.record);
        }
        Ok(scan)
    }

    /// Looks again, to see whether anything has changed since.
    pub(super) fn look_again(&self, before: &Scan) -> Result<Scan, GitError> {
        self.look_with(Some(&before.record))
    }

    /// A home that can't be written costs time, and nothing else.
    pub(super) fn keep(&self, record: &Record) {
        let _kept = self.records.write(&self.name, &record.to_bytes());
    }

    fn look_with(&self, known: Option<&Record>) -> Result<Scan, GitError> {
        match &self.session.discovered.git {
            Some(git) => scan(git, known, &self.view()),
            None => scan_folder(source_root(self.session), known),
        }
    }

    fn view(&self) -> View {
        let flake = self.session.discovered.flake_folder.join("flake.nix");
        // The flake can ask for them only by this word.
        let text = fs_err::read(flake).unwrap_or_default();
        let submodules = holds(&text, b"submodules");
        View { submodules }
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

//! Where the full output of a run's steps is kept: a folder for each run, the oldest runs removed.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use fs_err::File;
use nixward_core::plan::StepLabel;
use thiserror::Error;

use crate::{
    bounded_file::Room,
    kept_runs::{self, KeptRuns},
    output_log::OutputLog,
};

/// How much the logs of one run may take, besides what each step is sure of.
const RUN_BYTES: u64 = 768 << 20;

/// The folder could not be made.
#[derive(Debug, Error)]
#[error("cannot keep logs")]
pub struct LogFolderError(#[from] io::Error);

/// The folder of one run.
#[derive(Clone, Debug)]
pub struct LogFolder {
    folder: PathBuf,
    room: Room,
    /// Held for as long as the run goes on.
    running: Arc<OnceLock<File>>,
}

impl LogFolder {
    /// The folder of a run below that of all runs; `run` sorts by time and ends with `-` and the process's id. Nothing is made until a log is opened.
    pub fn new(runs: &Path, run: &str) -> Self {
        Self {
            folder: runs.join(run),
            room: Room::of(RUN_BYTES),
            running: Arc::default(),
        }
    }

    /// Makes the folder, for the user alone, and removes the oldest beyond what is kept.
    pub fn create(&self) -> Result<(), LogFolderError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&self.folder)?;
        if let Some(lock) = kept_runs::hold(&self.folder) {
            self.running.get_or_init(|| lock);
        }
        self.remove_oldest();
        Ok(())
    }

    /// Removes the oldest runs until what is left is not too much. This run is not removed, nor is another that goes on.
    pub fn remove_oldest(&self) {
        if let Some(runs) = self.folder.parent() {
            // Old logs that can't be removed are no reason to run no tests.
            let _removed: io::Result<()> = KeptRuns::in_folder(runs.to_owned()).remove_oldest();
        }
    }

    /// Where the logs of this run are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens the log of a step.
    pub(crate) fn open(&self, label: &StepLabel) -> OutputLog {
        OutputLog::new(&self.path(label), &self.room)
    }

    /// Opens a file for what a build prints, with the place that it has until it is known whose log it is.
    pub(crate) fn open_build(&self, number: usize) -> (PathBuf, OutputLog) {
        let path = self.file(&format!(".build-{number}"));
        let log = OutputLog::new(&path, &self.room);
        (path, log)
    }

    /// A file about the whole run.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The log of a step.
    pub fn path(&self, label: &StepLabel) -> PathBuf {
        log_path(&self.folder, label)
    }
}

/// The log of a step in the folder of a run.
pub(crate) fn log_path(run: &Path, label: &StepLabel) -> PathBuf {
    run.join(format!("{}.log", file_name(label)))
}

/// A name for what belongs to the workspace in a folder: its own name, easy to type, and what tells it from another
/// workspace of that name.
pub fn workspace_folder_name(root: &Path) -> String {
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    format!(
        "{}-{:08x}",
        safe(&name),
        fnv1a(root.as_os_str().as_encoded_bytes())
    )
}

/// A hash that is the same in every version (32-bit FNV-1a).
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// Only characters that need no quoting anywhere.
fn safe(name: &str) -> String {
    let safe = |character: char| {
        if character.is_alphanumeric() || "-_.".contains(character) {
            character
        } else {
            '_'
        }
    };
    name.chars().map(safe).take(100).collect()
}

/// A label as a file name: whatever is in it, it stays in the folder.
fn file_name(label: &StepLabel) -> String {
    let parts = [
        label.project.as_deref().unwrap_or("workspace"),
        &label.verb,
        label.detail.as_deref().unwrap_or(""),
    ];
    let joined = parts
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(".");
    let mut name = safe(&joined);
    if name.starts_with('.') {
        name.insert(0, '_');
    }
    format!("{name}.{}", label.id)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use fs_err as fs;

    use super::*;
    use crate::kept_runs::KEPT_RUNS;

    fn label(project: &str, detail: Option<&str>) -> StepLabel {
        StepLabel {
            id: 3,
            project: Some(project.to_owned()),
            verb: "test".to_owned(),
            detail: detail.map(str::to_owned),
            attribute: String::new(),
        }
    }

    #[test]
    fn names_stay_in_the_folder() {
        assert_eq!(
            file_name(&label("pc-load-letter", None)),
            "pc-load-letter.test.3"
        );
        assert_eq!(
            file_name(&label("../../etc", Some("a/b"))),
            "_.._.._etc.test.a_b.3"
        );
    }

    #[test]
    fn a_run_that_is_still_going_keeps_its_logs() {
        let runs = tempfile::tempdir().unwrap();
        let own = LogFolder::new(runs.path(), &format!("000-{}", std::process::id()));
        own.create().unwrap();
        for run in 1..KEPT_RUNS + 5 {
            LogFolder::new(runs.path(), &format!("{run:03}"))
                .create()
                .unwrap();
        }
        assert!(own.folder.is_dir());
        assert!(!runs.path().join("001").exists());
    }

    #[test]
    fn the_oldest_runs_go() {
        let runs = tempfile::tempdir().unwrap();
        for run in 0..KEPT_RUNS + 5 {
            LogFolder::new(runs.path(), &format!("{run:03}"))
                .create()
                .unwrap();
        }
        let mut left: Vec<_> = fs::read_dir(runs.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left.len(), KEPT_RUNS);
        assert_eq!(left[0], "005");
    }

    #[test]
    fn only_the_user_may_look() {
        let runs = tempfile::tempdir().unwrap();
        let folder = LogFolder::new(&runs.path().join("state/runs"), "001");
        folder.create().unwrap();
        for folder in ["state", "state/runs", "state/runs/001"] {
            let permissions = fs::metadata(runs.path().join(folder))
                .unwrap()
                .permissions();
            assert_eq!(permissions.mode() & 0o777, 0o700, "{folder}");
        }
    }
}

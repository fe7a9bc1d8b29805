//! The runs of a workspace that are kept: which there are, which of them still go on, and which have to go.
//!
//! Each is a folder whose name sorts by time. A run that goes on holds a lock on a file in its folder: the system lets
//! go of it however nixward ends, so that a process id that is in use again is taken for nothing.

use std::{
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use fs_err::{self as fs, File, os::unix::fs::OpenOptionsExt as _};
use nixward_core::plan::StepLabel;
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use crate::log_folder::log_path;

/// How many runs are kept.
pub(crate) const KEPT_RUNS: usize = 50;
/// How much all of them may take.
const KEPT_BYTES: u64 = 1 << 30;
/// How often others may look at a run at the moment that it begins.
const LOOKS_OF_OTHERS: usize = 100;
/// The note in a run's folder of how much the run takes.
const SIZE: &str = ".size";
/// What a run that goes on holds a lock on.
const RUNNING: &str = ".running";

/// The folder of all runs of a workspace.
#[derive(Clone, Debug)]
pub struct KeptRuns {
    folder: PathBuf,
}

/// A run that is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptRun {
    pub folder: PathBuf,
    /// Its name, which sorts by time.
    pub id: String,
}

impl KeptRun {
    /// Whether it still goes on.
    pub fn is_running(&self) -> bool {
        is_still_running(&self.folder)
    }

    /// When the run itself wrote something last: the only sign of when one that was killed has ended.
    pub fn last_written(&self) -> Option<SystemTime> {
        let entries = fs::read_dir(&self.folder).ok()?.flatten();
        // The note is written by others.
        let own = entries.filter(|entry| entry.file_name() != SIZE);
        own.filter_map(|entry| entry.metadata().ok()?.modified().ok())
            .max()
    }

    /// Where the log of a step is, if it has one.
    pub fn log(&self, label: &StepLabel) -> PathBuf {
        log_path(&self.folder, label)
    }
}

impl KeptRuns {
    pub fn new(state_folder: &Path, workspace_root: &Path) -> Self {
        let workspace = crate::workspace_folder_name(workspace_root);
        Self::in_folder(state_folder.join("runs").join(workspace))
    }

    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All of them, the newest first; none where nothing was ever kept.
    pub fn newest_first(&self) -> io::Result<Vec<KeptRun>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut runs = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                runs.push(KeptRun {
                    folder: entry.path(),
                    id: entry.file_name().to_string_lossy().into_owned(),
                });
            }
        }
        runs.sort_unstable_by(|one, other| other.id.cmp(&one.id));
        Ok(runs)
    }

    /// Removes the oldest until what is left is not too much, but none that goes on.
    pub(crate) fn remove_oldest(&self) -> io::Result<()> {
        self.remove_beyond(KEPT_RUNS, KEPT_BYTES)
    }

    fn remove_beyond(&self, most: usize, most_bytes: u64) -> io::Result<()> {
        let (mut count, mut bytes) = (0, 0);
        for run in self.newest_first()? {
            count += 1;
            bytes += size_of_run(&run.folder);
            if (count > most || bytes > most_bytes) && !run.is_running() {
                match fs::remove_dir_all(&run.folder) {
                    // Another nixward was faster.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    removed => removed?,
                }
            }
        }
        Ok(())
    }
}

/// Says that a run goes on for as long as what this gives is kept; nothing where the file system knows no locks.
pub(crate) fn hold(folder: &Path) -> Option<File> {
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create(true).mode(0o600);
    let file = options.open(folder.join(RUNNING)).ok()?;
    for _ in 0..LOOKS_OF_OTHERS {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Some(file),
            // Somebody looks whether the run goes on, which takes no time.
            Err(Errno::WOULDBLOCK) => thread::sleep(Duration::from_millis(1)),
            Err(_) => return None,
        }
    }
    None
}

/// How much a run takes. Of one that has ended it is measured once: it may have thousands of logs.
fn size_of_run(folder: &Path) -> u64 {
    let note = folder.join(SIZE);
    let noted = fs::read_to_string(&note).ok();
    if let Some(size) = noted.and_then(|text| text.parse().ok()) {
        return size;
    }
    let has_ended = !is_still_running(folder);
    let size = size_of_files(folder);
    if has_ended {
        // Where it can't be noted, it is measured again.
        let _noted = fs::write(note, size.to_string());
    }
    size
}

/// How much the files in a folder take; what can't be read takes nothing.
fn size_of_files(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| entry.metadata().ok());
    sizes.map(|metadata| metadata.len()).sum()
}

fn is_still_running(folder: &Path) -> bool {
    let Ok(file) = fs::File::open(folder.join(RUNNING)) else {
        return is_process_there(folder);
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        // It goes away with the file.
        Ok(()) => false,
        Err(Errno::WOULDBLOCK) => true,
        Err(_) => is_process_there(folder),
    }
}

/// Whether the nixward that a run's folder is named after is still there: for one that has no lock yet, or can't have
/// one.
fn is_process_there(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let pid = name.rsplit_once('-').and_then(|(_, pid)| pid.parse().ok());
    let pid = pid.and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_runs_together_take_no_more_than_they_may() {
        let folder = tempfile::tempdir().unwrap();
        let runs = KeptRuns::in_folder(folder.path().to_owned());
        let own = format!("000-{}", std::process::id());
        for run in ["001", "002", "003", &own] {
            fs::create_dir(folder.path().join(run)).unwrap();
            fs::write(folder.path().join(run).join("a.log"), [b'x'; 100]).unwrap();
        }
        fs::write(folder.path().join("no-run"), "").unwrap();
        runs.remove_beyond(9, 250).unwrap();
        let left: Vec<String> = runs
            .newest_first()
            .unwrap()
            .into_iter()
            .map(|run| run.id)
            .collect();
        assert_eq!(left, ["003", "002", own.as_str()]);
        let noted = |run: &str| fs::read_to_string(folder.path().join(run).join(SIZE)).ok();
        assert_eq!(noted("003").as_deref(), Some("100"));
        assert_eq!(noted(&own), None, "it may still grow");
    }

    #[test]
    fn the_last_sign_of_a_run_is_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let run = KeptRun {
            folder: folder.path().to_owned(),
            id: "001-1".to_owned(),
        };
        assert_eq!(run.last_written(), None);
        for (name, seconds) in [("a.log", 7), ("events.jsonl", 5), (SIZE, 900)] {
            let file = File::create(run.folder.join(name)).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            file.file().set_modified(time).unwrap();
        }
        let seven = SystemTime::UNIX_EPOCH + Duration::from_secs(7);
        assert_eq!(run.last_written(), Some(seven));
    }

    #[test]
    fn a_process_id_that_is_in_use_again_is_no_run() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join(format!("001-{}", std::process::id()));
        fs::create_dir(&run).unwrap();
        let lock = hold(&run).unwrap();
        assert!(is_still_running(&run));
        drop(lock);
        assert!(!is_still_running(&run));
    }

    #[test]
    fn where_nothing_was_kept_there_is_nothing() {
        let runs = KeptRuns::in_folder(PathBuf::from("/nowhere/at/all"));
        assert_eq!(runs.newest_first().unwrap(), []);
    }
}

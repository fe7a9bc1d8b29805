//! Keeps what builds print while nobody knows yet whether they fail: each in a file of its own, which becomes the log
//! of every step that fails of it.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use fs_err as fs;

use crate::{
    log_folder::LogFolder,
    output_log::{FinishedLog, OutputLog},
};

/// The output of the builds of a run.
#[derive(Debug)]
pub(crate) struct BuildLogs {
    folder: LogFolder,
    running: BTreeMap<String, Running>,
    ended: BTreeMap<String, KeptBuildLog>,
    count: usize,
}

#[derive(Debug)]
struct Running {
    path: PathBuf,
    log: OutputLog,
}

/// All that a build printed.
#[derive(Debug)]
pub(crate) struct KeptBuildLog {
    path: PathBuf,
    pub(crate) log: FinishedLog,
}

impl BuildLogs {
    pub(crate) fn new(folder: &LogFolder) -> Self {
        Self {
            folder: folder.clone(),
            running: BTreeMap::new(),
            ended: BTreeMap::new(),
            count: 0,
        }
    }

    /// Takes a line of a build.
    pub(crate) fn line(&mut self, drv_path: &str, line: &str) {
        if !self.running.contains_key(drv_path) {
            self.count += 1;
            let (path, log) = self.folder.open_build(self.count);
            let begun = Running { path, log };
            self.running.insert(drv_path.to_owned(), begun);
        }
        if let Some(Running { path: _, log }) = self.running.get_mut(drv_path) {
            log.push(format!("{line}\n").as_bytes());
        }
    }

    /// A build ended, well or not.
    pub(crate) fn stopped(&mut self, drv_path: &str) {
        if let Some(Running { path, log }) = self.running.remove(drv_path) {
            let log = log.finish();
            let before = self
                .ended
                .insert(drv_path.to_owned(), KeptBuildLog { path, log });
            if let Some(before) = before {
                before.remove();
            }
        }
    }

    /// A build went well: nobody will ask for its output.
    pub(crate) fn built(&mut self, drv_path: &str) {
        self.stopped(drv_path);
        if let Some(kept) = self.ended.remove(drv_path) {
            kept.remove();
        }
    }

    /// What a build printed; nothing where it printed nothing.
    pub(crate) fn of(&mut self, drv_path: &str) -> Option<&KeptBuildLog> {
        self.stopped(drv_path);
        self.ended.get(drv_path)
    }
}

impl Drop for BuildLogs {
    /// The logs of steps stay.
    fn drop(&mut self) {
        let running = std::mem::take(&mut self.running);
        running
            .into_keys()
            .for_each(|drv_path| self.stopped(&drv_path));
        let ended = std::mem::take(&mut self.ended);
        ended.into_values().for_each(|kept| kept.remove());
    }
}

impl KeptBuildLog {
    /// Makes it the log of a step, too. It takes the room of one, however many steps need the build.
    pub(crate) fn keep_as(&self, path: &Path) -> io::Result<()> {
        fs::hard_link(&self.path, path)
    }

    fn remove(&self) {
        // What can't be removed goes with its run.
        let _removed: io::Result<()> = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_a_failed_build_is_whole_and_that_of_each_step_that_needs_it() {
        let runs = tempfile::tempdir().unwrap();
        let folder = LogFolder::new(runs.path(), &format!("1-{}", std::process::id()));
        folder.create().unwrap();
        let mut logs = BuildLogs::new(&folder);
        for number in 0..3000 {
            logs.line("/store/bad.drv", &number.to_string());
            logs.line("/store/good.drv", "fine");
        }
        logs.stopped("/store/bad.drv");
        logs.built("/store/good.drv");
        assert!(logs.of("/store/good.drv").is_none());
        let kept = logs.of("/store/bad.drv").unwrap();
        assert_eq!(kept.log.lines.last().unwrap(), "2999");
        assert_eq!(kept.log.lines.len() + kept.log.lines_before, 3000);
        for name in ["a.log", "b.log"] {
            kept.keep_as(&folder.file(name)).unwrap();
        }
        drop(logs);
        let mut left: Vec<_> = fs::read_dir(folder.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        // The first says that the run goes on.
        assert_eq!(left, [".running", "a.log", "b.log"]);
        let text = fs::read_to_string(folder.file("b.log")).unwrap();
        assert_eq!(text.lines().count(), 3000);
    }
}

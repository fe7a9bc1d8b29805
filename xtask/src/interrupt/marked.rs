//! The processes of one run, wherever they have gone: each has the run's mark in its environment or its command line.
//!
//! They are looked for in `/proc`, and ended by that, never by their names.

use std::path::Path;

use fs_err as fs;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// A mark that nothing else on the machine has.
#[derive(Clone, Debug)]
pub(crate) struct Mark(String);

/// One of its processes.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) id: i32,
    pub(crate) command: String,
}

impl Mark {
    /// The mark of the run with this number.
    pub(crate) fn of_run(number: usize) -> Self {
        Self(format!("interruption-{}-{number}-mark", std::process::id()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Those that live.
    pub(crate) fn processes(&self) -> Vec<Process> {
        let Ok(entries) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|id| self.process(id))
            .collect()
    }

    fn process(&self, id: i32) -> Option<Process> {
        let folder = Path::new("/proc").join(id.to_string());
        // Both are empty for a process that has ended and is only not yet waited for.
        let command = fs::read(folder.join("cmdline")).ok()?;
        let has_mark = |bytes: &[u8]| {
            bytes
                .windows(self.0.len())
                .any(|window| window == self.0.as_bytes())
        };
        let environment = || fs::read(folder.join("environ")).unwrap_or_default();
        let is_marked = !command.is_empty() && (has_mark(&command) || has_mark(&environment()));
        is_marked.then(|| Process {
            id,
            command: String::from_utf8_lossy(&command)
                .trim_end_matches('\0')
                .replace('\0', " "),
        })
    }

    /// Ends them.
    pub(crate) fn kill(&self) {
        for process in self.processes() {
            let Some(id) = Pid::from_raw(process.id) else {
                continue;
            };
            let Ok(file) = pidfd_open(id, PidfdFlags::empty()) else {
                continue;
            };
            // The file is of this process, whatever becomes of its number.
            if self.process(process.id).is_some() {
                let _it_may_have_ended = pidfd_send_signal(file, Signal::KILL);
            }
        }
    }
}

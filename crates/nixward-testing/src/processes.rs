//! Finds the processes that a test started, wherever they have gone.

use std::{
    fmt,
    os::fd::OwnedFd,
    path::Path,
    time::{Duration, Instant},
};

use fs_err as fs;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};

/// A text that all processes of one test have in their arguments, environment or working folder, and no others.
#[derive(Clone, Debug)]
pub struct Mark(String);

/// A process as it was seen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Process {
    /// Its id.
    pub id: i32,
    /// Its command line.
    pub command: String,
}

impl fmt::Display for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.id, self.command)
    }
}

impl Mark {
    /// Such a text. It must be long enough to be nobody else's.
    pub fn new(text: &str) -> Self {
        assert!(text.len() >= 8, "{text:?} may be found anywhere");
        Self(text.to_owned())
    }

    /// The processes that live and have it.
    pub fn processes(&self) -> Vec<Process> {
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        let entries = fs::read_dir("/proc").expect("there is /proc").flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id| *id != own)
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
        let is_marked = has_mark(&command)
            || has_mark(&fs::read(folder.join("environ")).unwrap_or_default())
            || fs::read_link(folder.join("cwd"))
                .is_ok_and(|cwd| has_mark(cwd.as_os_str().as_encoded_bytes()));
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        (is_marked && !command.is_empty()).then_some(Process { id, command })
    }

    /// Waits until nothing with the mark lives.
    ///
    /// # Panics
    /// Where something lives on.
    #[track_caller]
    pub fn assert_nothing_lives_after(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        loop {
            let living = self.processes();
            let Some(first) = living.first() else { return };
            if let Some(pidfd) = Pid::from_raw(first.id).and_then(open) {
                wait_for_end(&pidfd, deadline);
            }
            if Instant::now() >= deadline {
                let living = self.processes();
                let lines: Vec<String> = living.iter().map(ToString::to_string).collect();
                assert!(
                    living.is_empty(),
                    "processes are left:\n{}",
                    lines.join("\n")
                );
            }
        }
    }
}

fn open(id: Pid) -> Option<OwnedFd> {
    pidfd_open(id, PidfdFlags::empty()).ok()
}

/// Waits for the end of a process; says whether it came before the deadline.
pub(crate) fn wait_for_end(pidfd: &OwnedFd, deadline: Instant) -> bool {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).expect("not that long");
        match poll(&mut [PollFd::new(pidfd, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("cannot wait for a process: {error}"),
        }
    }
}

/// Looks again and again until there is what is looked for: no event tells a stranger of it.
///
/// # Panics
/// After a minute.
#[track_caller]
pub fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

//! Which processes there are, from `/proc`.

use std::{collections::HashMap, fs, io, path::Path};

use rustix::{
    io::Errno,
    process::{Pid, PidfdFlags, Signal, getpid, kill_process, pidfd_open, pidfd_send_signal},
};

use crate::report::ProcessLeft;

/// How much of a command line is shown.
const COMMAND_LINE_SHOWN: usize = 160;

/// A process, as it was when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: Pid,
    /// `None` for the first process of a namespace.
    pub(super) parent: Option<Pid>,
    /// `None` for kernel threads and those whose group's leader is outside the namespace.
    pub(super) group: Option<Pid>,
    pub(super) session: Option<Pid>,
    name: String,
    /// Ended, and only waits to be reaped.
    ended: bool,
    /// In clock ticks since boot; with the pid it identifies a process for good.
    start_time: u64,
}

impl Process {
    fn read(pid: Pid) -> Option<Self> {
        let stat = fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
        Self::parse(&stat)
    }

    /// Parses `/proc/PID/stat`. The name in it may hold anything, parentheses and line ends too.
    fn parse(stat: &[u8]) -> Option<Self> {
        let name_begin = stat.iter().position(|byte| *byte == b'(')?;
        let name_end = stat.iter().rposition(|byte| *byte == b')')?;
        let pid = std::str::from_utf8(stat.get(..name_begin)?)
            .ok()?
            .trim()
            .parse()
            .ok()?;
        let fields: Vec<&str> = std::str::from_utf8(stat.get(name_end + 1..)?)
            .ok()?
            .split_whitespace()
            .collect();
        let number = |index: usize| fields.get(index)?.parse::<i32>().ok();
        let threads = number(17)?;
        Some(Self {
            pid: Pid::from_raw(pid)?,
            parent: Pid::from_raw(number(1)?),
            group: number(2).filter(|group| *group > 0).and_then(Pid::from_raw),
            session: number(3)
                .filter(|session| *session > 0)
                .and_then(Pid::from_raw),
            name: String::from_utf8_lossy(stat.get(name_begin + 1..name_end)?).into_owned(),
            // A process whose first thread ended looks like a zombie while its other threads run on.
            ended: matches!(*fields.first()?, "Z" | "X" | "x") && threads <= 1,
            start_time: fields.get(19)?.parse().ok()?,
        })
    }

    /// What identifies it.
    pub(super) fn identity(&self) -> (Pid, u64) {
        (self.pid, self.start_time)
    }

    /// Sends it a signal; never to another process that has got its number since.
    pub(super) fn signal(&self, signal: Signal) {
        // It can have ended, and it can be another user's; who calls looks again.
        let _ended_or_not_ours: rustix::io::Result<()> =
            match pidfd_open(self.pid, PidfdFlags::empty()) {
                Ok(file) if self.is_still_there() => pidfd_send_signal(file, signal),
                Ok(_) | Err(Errno::SRCH) => return,
                // An old kernel, or a container engine's filter that does not know the call.
                Err(_) if self.is_still_there() => kill_process(self.pid, signal),
                Err(_) => return,
            };
    }

    fn is_still_there(&self) -> bool {
        Self::read(self.pid).is_some_and(|process| process.identity() == self.identity())
    }

    /// For a report. Reads the command line now.
    pub(super) fn describe(&self) -> ProcessLeft {
        let pid = self.pid.as_raw_nonzero().get();
        let raw = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let text = String::from_utf8_lossy(&raw)
            .trim_end_matches('\0')
            .replace('\0', " ");
        ProcessLeft {
            pid: pid.unsigned_abs(),
            name: self.name.clone(),
            command_line: text.chars().take(COMMAND_LINE_SHOWN).collect(),
        }
    }
}

/// All processes.
#[derive(Debug, Default)]
pub(super) struct ProcessTable {
    processes: Vec<Process>,
}

impl ProcessTable {
    /// Reads it. An error means that `/proc` is not there, or is that of another pid namespace, whose numbers would
    /// be those of other processes.
    pub(super) fn read() -> io::Result<Self> {
        let own = fs::read_link("/proc/self")?;
        if own != Path::new(&getpid().as_raw_nonzero().to_string()) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        let mut processes = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let pid = name
                .to_str()
                .and_then(|name| name.parse().ok())
                .and_then(Pid::from_raw);
            processes.extend(pid.and_then(Process::read));
        }
        Ok(Self { processes })
    }

    /// The living descendants of a process, each after its parent: whoever restarts his children is to go first.
    pub(super) fn descendants(&self, root: Pid) -> Vec<&Process> {
        self.below([root])
    }

    /// The living processes of the session that a process made, itself excluded, and all their descendants.
    pub(super) fn session_and_descendants(&self, leader: Pid) -> Vec<&Process> {
        let members: Vec<&Process> = self
            .processes
            .iter()
            .filter(|process| process.session == Some(leader) && process.pid != leader)
            .collect();
        let mut found: Vec<&Process> = members
            .iter()
            .copied()
            .filter(|process| !process.ended)
            .collect();
        for process in self.below(members.iter().map(|process| process.pid)) {
            if !found.contains(&process) {
                found.push(process);
            }
        }
        found
    }

    fn below(&self, roots: impl IntoIterator<Item = Pid>) -> Vec<&Process> {
        let mut children: HashMap<Pid, Vec<&Process>> = HashMap::new();
        for process in &self.processes {
            if let Some(parent) = process.parent {
                children.entry(parent).or_default().push(process);
            }
        }
        let mut found = Vec::new();
        let mut parents: Vec<Pid> = roots.into_iter().collect();
        while !parents.is_empty() {
            let mut generation = Vec::new();
            for parent in parents {
                // Taken out, since the table was not read in one moment, and might show a circle.
                for child in children.remove(&parent).unwrap_or_default() {
                    generation.push(child.pid);
                    if !child.ended {
                        found.push(child);
                    }
                }
            }
            parents = generation;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Pid, Process, ProcessTable};

    fn process(pid: i32, parent: i32, session: i32, state: char) -> Process {
        let stat = format!(
            "{pid} (a ) (b) {state} {parent} {pid} {session} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0",
            start = pid * 10,
        );
        Process::parse(stat.as_bytes()).expect("well-formed")
    }

    fn pid(number: i32) -> Pid {
        Pid::from_raw(number).expect("not zero")
    }

    #[test]
    fn stat_is_parsed_with_any_name() {
        let parsed = process(12, 1, 7, 'S');
        assert_eq!(parsed.pid, pid(12));
        assert_eq!(parsed.parent, Some(pid(1)));
        assert_eq!(parsed.group, Some(pid(12)));
        assert_eq!(parsed.session, Some(pid(7)));
        assert_eq!(parsed.name, "a ) (b");
        assert_eq!(parsed.start_time, 120);
        assert!(!parsed.ended);
        for broken in [
            "",
            "1",
            "1 (",
            "1 (x",
            "1 (x)",
            "1 (x) S 1 1",
            "x (x) S 1 1 1",
        ] {
            assert_eq!(Process::parse(broken.as_bytes()), None, "{broken}");
        }
    }

    #[test]
    fn a_process_with_living_threads_has_not_ended() {
        let stat = "5 (x) Z 1 5 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 9 0 0";
        assert!(!Process::parse(stat.as_bytes()).expect("well-formed").ended);
        assert!(process(5, 1, 5, 'Z').ended);
    }

    #[test]
    fn descendants_come_after_their_parents_and_without_the_ended() {
        let table = ProcessTable {
            processes: vec![
                process(30, 20, 30, 'S'),
                process(20, 10, 10, 'S'),
                process(21, 10, 10, 'Z'),
                process(40, 30, 40, 'T'),
                process(10, 1, 10, 'S'),
                process(11, 1, 11, 'S'),
            ],
        };
        let found: Vec<i32> = table
            .descendants(pid(10))
            .iter()
            .map(|process| process.pid.as_raw_nonzero().get())
            .collect();
        assert_eq!(found, [20, 30, 40]);
    }

    #[test]
    fn a_session_is_found_without_its_leader() {
        // 10 was killed: its children belong to 1 now. 40 has made a session of its own, below a member.
        let table = ProcessTable {
            processes: vec![
                process(10, 1, 10, 'Z'),
                process(20, 1, 10, 'S'),
                process(30, 20, 10, 'S'),
                process(40, 30, 40, 'S'),
                process(50, 1, 50, 'S'),
            ],
        };
        let mut found: Vec<i32> = table
            .session_and_descendants(pid(10))
            .iter()
            .map(|process| process.pid.as_raw_nonzero().get())
            .collect();
        found.sort_unstable();
        assert_eq!(found, [20, 30, 40]);
    }

    #[test]
    fn a_circle_in_the_table_ends() {
        let table = ProcessTable {
            processes: vec![process(2, 3, 2, 'S'), process(3, 2, 3, 'S')],
        };
        assert_eq!(table.descendants(pid(2)).len(), 2);
    }

    #[test]
    fn this_process_is_in_the_real_table() {
        let table = ProcessTable::read().expect("there is /proc");
        let own = rustix::process::getpid();
        let parent = rustix::process::getppid().expect("tests have a parent");
        assert!(
            table
                .descendants(parent)
                .iter()
                .any(|process| process.pid == own)
        );
    }
}

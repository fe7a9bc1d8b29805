//! How much memory a process and all that it starts have at most, as `/proc` tells it.
//!
//! What a process had is gone from `/proc` when it ends, so it is looked at often; what it takes within its last
//! moment is not seen. The kernel keeps each one's own maximum, so nothing else of it is missed.

use std::{fmt::Write as _, time::Duration};

use fs_err as fs;

/// In bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Peak {
    /// The process's own.
    pub(super) own: u64,
    /// Of it and its descendants at one moment, added up; what they share counts for each.
    pub(super) tree: u64,
}

impl Peak {
    pub(super) fn include(&mut self, other: Self) {
        self.own = self.own.max(other.own);
        self.tree = self.tree.max(other.tree);
    }
}

/// Looks at one process.
#[derive(Debug)]
pub(super) struct Watch {
    process: u32,
    peak: Peak,
}

impl Watch {
    /// Between two looks.
    pub(super) const PAUSE: Duration = Duration::from_micros(200);

    pub(super) fn of(process: u32) -> Self {
        Self {
            process,
            peak: Peak::default(),
        }
    }

    pub(super) fn look(&mut self) {
        let mut tree = 0;
        let mut waiting = vec![self.process];
        while let Some(process) = waiting.pop() {
            let memory = memory(process);
            tree += memory.now;
            if process == self.process {
                self.peak.own = self.peak.own.max(memory.most);
            }
            waiting.extend(children(process));
        }
        self.peak.tree = self.peak.tree.max(tree).max(self.peak.own);
    }

    pub(super) fn peak(&self) -> Peak {
        self.peak
    }
}

/// In bytes; nothing of a process that has ended.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Memory {
    now: u64,
    pub(super) most: u64,
}

pub(super) fn memory(process: u32) -> Memory {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    parse(&status.unwrap_or_default())
}

fn parse(status: &str) -> Memory {
    let field = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1024)
    };
    Memory {
        now: field("VmRSS:").unwrap_or_default(),
        most: field("VmHWM:").unwrap_or_default(),
    }
}

/// Those of every thread.
pub(super) fn children(process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    let mut listed = String::new();
    for thread in threads.flatten() {
        let children = fs::read_to_string(thread.path().join("children"));
        let _cannot_fail = write!(listed, " {}", children.unwrap_or_default());
    }
    listed
        .split_whitespace()
        .filter_map(|process| process.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_the_kernel_writes_it() {
        let status = "Name:\tnix\nVmHWM:\t    1234 kB\nVmRSS:\t     100 kB\nThreads:\t1\n";
        let expected = Memory {
            now: 102_400,
            most: 1_263_616,
        };
        assert_eq!(parse(status), expected);
        assert_eq!(
            parse("Name:\tended\nState:\tZ (zombie)\n"),
            Memory::default()
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_takes_memory_is_seen_to_have_it() {
        let mut watch = Watch::of(std::process::id());
        watch.look();
        let before = watch.peak();
        let held = vec![1_u8; 50_000_000];
        watch.look();
        assert!(before.own > 0);
        assert!(watch.peak().own >= before.own + 40_000_000 || before.own > 50_000_000);
        assert!(watch.peak().tree >= watch.peak().own);
        assert_eq!(held.len(), 50_000_000);
    }
}

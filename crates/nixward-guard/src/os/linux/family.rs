//! The processes of a step: the program, and every descendant of the guard.
//!
//! The guard is their subreaper, so the descendants are all there is, however they detached themselves; and when it
//! has no child left, it has no descendant left.

use std::{
    collections::{BTreeSet, HashSet},
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{
        Pid, PidfdFlags, Signal, WaitOptions, getpgrp, getpid, kill_process, kill_process_group,
        pidfd_open, wait,
    },
};

use super::process_table::{Process, ProcessTable};
use crate::{
    graces::{FirstSignal, TerminationSignal},
    os::{Reaped, ending_of, pid_of},
    report::{GuardReport, ProcessLeft},
};

/// How often in a row the table is read again because new processes had appeared. More would only be needed against
/// a program that forks faster than it can be read; the escalation comes back to it.
const MOST_ROUNDS: usize = 10;

pub(crate) struct Family {
    program: Pid,
    program_runs: bool,
}

impl Family {
    /// How often it is to be looked whether something is left, when the program has ended: never, for `SIGCHLD` tells.
    pub(crate) const LOOK_AGAIN: Option<Duration> = None;

    pub(crate) fn of(program: Pid) -> Self {
        Self {
            program,
            program_runs: true,
        }
    }

    /// Reaps every child that ended.
    pub(crate) fn reap(&mut self) -> Reaped {
        let mut reaped = Reaped::default();
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.program && self.program_runs => {
                    self.program_runs = false;
                    reaped.program_ended = Some(ending_of(status));
                }
                Ok(Some(_)) | Err(Errno::INTR) => {}
                Err(Errno::CHILD) => {
                    reaped.nothing_left = true;
                    return reaped;
                }
                Ok(None) | Err(_) => return reaped,
            }
        }
    }

    pub(crate) fn signal_program(&self, to: FirstSignal, signal: TerminationSignal) {
        // Once reaped, the number may be another's.
        if !self.program_runs {
            return;
        }
        // A stopped program gets the signal when it is continued.
        for signal in [signal.into(), Signal::CONT] {
            // Another user's program cannot be asked, and is killed as little; it will be a survivor.
            let _not_ours: rustix::io::Result<()> = match to {
                FirstSignal::Group => kill_process_group(self.program, signal),
                FirstSignal::Program => kill_process(self.program, signal),
            };
        }
    }

    pub(crate) fn terminate_all(&self) {
        let table = ProcessTable::read().unwrap_or_default();
        for process in table.descendants(getpid()) {
            process.signal(Signal::TERM);
            process.signal(Signal::CONT);
        }
    }

    pub(crate) fn kill_all(&self) {
        if self.program_runs {
            // Works without `/proc` too.
            let _ended: rustix::io::Result<()> = kill_process_group(self.program, Signal::KILL);
        }
        kill_descendants();
    }

    /// Stops all, those that appear meanwhile too. Not by a signal that can be handled: what runs is to run no more.
    pub(crate) fn stop_all(&self) {
        if self.program_runs {
            // In one go, so that most do not see each other stop. Works without `/proc` too.
            let _ended: rustix::io::Result<()> = kill_process_group(self.program, Signal::STOP);
        }
        let mut stopped = HashSet::new();
        for _ in 0..MOST_ROUNDS {
            let table = ProcessTable::read().unwrap_or_default();
            let fresh: Vec<&Process> = table
                .descendants(getpid())
                .into_iter()
                .filter(|process| stopped.insert(process.identity()))
                .collect();
            if fresh.is_empty() {
                return;
            }
            fresh
                .iter()
                .for_each(|process| process.signal(Signal::STOP));
        }
    }

    /// Lets all go on, children before their parents: a parent that goes on may look how they are.
    pub(crate) fn go_on_all(&self) {
        let table = ProcessTable::read().unwrap_or_default();
        for process in table.descendants(getpid()).into_iter().rev() {
            process.signal(Signal::CONT);
        }
        if self.program_runs {
            let _ended: rustix::io::Result<()> = kill_process_group(self.program, Signal::CONT);
        }
    }

    /// Those that live.
    pub(crate) fn list(&self) -> Vec<ProcessLeft> {
        let table = ProcessTable::read().unwrap_or_default();
        table
            .descendants(getpid())
            .into_iter()
            .take(GuardReport::MOST_LISTED)
            .map(Process::describe)
            .collect()
    }
}

/// Kills all descendants that are there, and those that appear meanwhile.
fn kill_descendants() {
    let mut killed = HashSet::new();
    for _ in 0..MOST_ROUNDS {
        let table = ProcessTable::read().unwrap_or_default();
        let fresh: Vec<&Process> = table
            .descendants(getpid())
            .into_iter()
            .filter(|process| killed.insert(process.identity()))
            .collect();
        if fresh.is_empty() {
            return;
        }
        kill(&fresh);
    }
}

/// Kills processes by their groups, so that one that forks just then does not get a child away (the kernel signals a
/// group in one go, and fails the fork), and then each by itself.
fn kill(processes: &[&Process]) {
    // A group belongs to one session, and only descendants of its members are in it; but the guard's own session and
    // group are open to the program.
    let groups: BTreeSet<i32> = processes
        .iter()
        .filter_map(|process| process.group)
        .filter(|group| *group != getpgrp())
        .map(|group| group.as_raw_nonzero().get())
        .collect();
    for group in groups.into_iter().filter_map(Pid::from_raw) {
        let _ended: rustix::io::Result<()> = kill_process_group(group, Signal::KILL);
    }
    for process in processes {
        process.signal(Signal::KILL);
    }
}

/// For a guard that failed: ends everything without ceremony.
pub(crate) fn kill_all_descendants() {
    for _ in 0..100 {
        kill_descendants();
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                Err(Errno::CHILD) => return,
                Ok(None) | Err(_) => break,
            }
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// For a guard that was killed: ends what can still be recognised as its own, by its session. (What made a session
/// of its own *and* lost its parent cannot.)
pub(crate) fn end_orphans(guard: u32, _program: Option<u32>) {
    let Some(guard) = pid_of(guard) else { return };
    for _ in 0..100 {
        let table = ProcessTable::read().unwrap_or_default();
        let orphans = table.session_and_descendants(guard);
        if orphans.is_empty() {
            return;
        }
        let files: Vec<_> = orphans
            .iter()
            .filter_map(|orphan| pidfd_open(orphan.pid, PidfdFlags::empty()).ok())
            .collect();
        for orphan in orphans {
            orphan.signal(Signal::KILL);
        }
        let deadline = Timespec {
            tv_sec: 0,
            tv_nsec: 10_000_000,
        };
        for file in files {
            // Whether it ended or not, the table is read again.
            let _ended: rustix::io::Result<usize> =
                poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&deadline));
        }
    }
}

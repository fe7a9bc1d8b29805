//! Unix in general (macOS, for one): a step is its program's process group, and its parent is watched by the socket.

use std::{
    io,
    os::{fd::BorrowedFd, unix::net::UnixStream},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::process::{
    Pid, Signal, WaitOptions, kill_process, kill_process_group, test_kill_process_group, waitpid,
};

use super::{Reaped, ending_of, pid_of};
use crate::{
    graces::{FirstSignal, TerminationSignal},
    protections::Protections,
    report::{ProcessLeft, StartFailure},
    wire::Confinement,
};

static TURN: Mutex<()> = Mutex::new(());

/// Held while files for a child are made and the child is started: close-on-exec is set only after a file is made,
/// and a child that another thread started in between would keep the file open.
pub(crate) struct StartTurn(
    #[expect(dead_code, reason = "held for its end")] MutexGuard<'static, ()>,
);

impl StartTurn {
    pub(crate) fn take() -> Self {
        Self(TURN.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// There is no such thing here.
pub(crate) fn adopt_orphans() -> io::Result<()> {
    Ok(())
}

/// The name that the process was started with has to do.
pub(crate) fn set_process_name() {}

/// Left alone: system libraries may have opened files of their own, and closing those is fatal on macOS.
pub(crate) fn close_inherited_files(_socket: &UnixStream) {}

/// The socket has to do.
pub(crate) struct ParentWatch;

impl ParentWatch {
    pub(crate) fn new(_parent: u32) -> io::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn file(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

pub(crate) fn plan_confinement(
    _guard: &Path,
    protections: &Protections,
) -> (Confinement, Option<String>) {
    let refused =
        (!protections.is_empty()).then(|| "this system has no mount namespaces".to_owned());
    (Confinement::None, refused)
}

pub(crate) fn confine(_confinement: &Confinement) -> Result<Option<String>, StartFailure> {
    Ok(None)
}

pub(crate) struct Family {
    program: Pid,
    program_runs: bool,
}

impl Family {
    /// Nothing tells when the last process of a group has ended.
    pub(crate) const LOOK_AGAIN: Option<Duration> = Some(Duration::from_millis(20));

    pub(crate) fn of(program: Pid) -> Self {
        Self {
            program,
            program_runs: true,
        }
    }

    pub(crate) fn reap(&mut self) -> Reaped {
        let mut program_ended = None;
        if self.program_runs
            && let Ok(Some((_, status))) = waitpid(Some(self.program), WaitOptions::NOHANG)
        {
            self.program_runs = false;
            program_ended = Some(ending_of(status));
        }
        Reaped {
            program_ended,
            nothing_left: !self.program_runs && !self.group_lives(),
        }
    }

    /// The number of a group is not given to another while the group has members. (A group of nothing but ended
    /// processes is an error too, on some systems.)
    fn group_lives(&self) -> bool {
        test_kill_process_group(self.program).is_ok()
    }

    pub(crate) fn signal_program(&self, to: FirstSignal, signal: TerminationSignal) {
        match to {
            FirstSignal::Group => self.signal_group(signal.into()),
            FirstSignal::Program if self.program_runs => {
                for signal in [signal.into(), Signal::CONT] {
                    let _ended: rustix::io::Result<()> = kill_process(self.program, signal);
                }
            }
            FirstSignal::Program => {}
        }
    }

    pub(crate) fn terminate_all(&self) {
        self.signal_group(Signal::TERM);
    }

    pub(crate) fn kill_all(&self) {
        self.signal_group(Signal::KILL);
    }

    pub(crate) fn stop_all(&self) {
        if self.program_runs {
            let _ended: rustix::io::Result<()> = kill_process_group(self.program, Signal::STOP);
        }
    }

    pub(crate) fn go_on_all(&self) {
        if self.program_runs {
            let _ended: rustix::io::Result<()> = kill_process_group(self.program, Signal::CONT);
        }
    }

    fn signal_group(&self, signal: Signal) {
        if self.program_runs || self.group_lives() {
            // A stopped process gets a signal when it is continued.
            for signal in [signal, Signal::CONT] {
                let _ended: rustix::io::Result<()> = kill_process_group(self.program, signal);
            }
        }
    }

    /// The group as a whole: there is no safe way to list its members.
    pub(crate) fn list(&self) -> Vec<ProcessLeft> {
        if !self.group_lives() {
            return Vec::new();
        }
        vec![ProcessLeft {
            pid: self.program.as_raw_nonzero().get().unsigned_abs(),
            name: "process group".to_owned(),
            command_line: String::new(),
        }]
    }
}

/// For a guard that failed. Which group it was is not known here; the other end knows.
pub(crate) fn kill_all_descendants() {}

/// For a guard that was killed.
pub(crate) fn end_orphans(_guard: u32, program: Option<u32>) {
    if let Some(program) = program.and_then(pid_of) {
        let _ended: rustix::io::Result<()> = kill_process_group(program, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader},
        os::unix::process::CommandExt as _,
        process::{Command, Stdio},
        time::Instant,
    };

    use super::{Duration, Family, FirstSignal, TerminationSignal, end_orphans, pid_of};
    use crate::report::Ending;

    /// Starts a shell and waits until it says `ready`.
    #[expect(clippy::zombie_processes, reason = "the family reaps it")]
    fn shell(script: &str) -> (Family, u32) {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", script])
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("there is a shell");
        let mut line = String::new();
        BufReader::new(shell.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("readable");
        assert_eq!(line, "ready\n");
        (Family::of(pid_of(shell.id()).expect("a pid")), shell.id())
    }

    fn wait(family: &mut Family, done: impl Fn(&Option<Ending>, bool) -> bool) -> Option<Ending> {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut ending = None;
        while Instant::now() < deadline {
            let reaped = family.reap();
            ending = reaped.program_ended.or(ending);
            if done(&ending, reaped.nothing_left) {
                return ending;
            }
            std::thread::sleep(Family::LOOK_AGAIN.expect("this system is polled"));
        }
        panic!("not done in time: {ending:?}");
    }

    #[test]
    fn what_the_program_left_is_found_and_killed() {
        let (mut family, _) = shell("sleep 1000 & echo ready");
        let ending = wait(&mut family, |ending, _| ending.is_some());
        assert_eq!(ending, Some(Ending::Exited(0)));
        assert!(!family.reap().nothing_left);
        assert_eq!(family.list().len(), 1);
        family.kill_all();
        wait(&mut family, |_, nothing_left| nothing_left);
        assert!(family.list().is_empty());
    }

    #[test]
    fn the_first_signal_can_be_for_the_program_alone() {
        let (mut family, _) = shell("sleep 1000 & trap 'exit 3' TERM; echo ready; wait");
        family.signal_program(FirstSignal::Program, TerminationSignal::Terminate);
        let ending = wait(&mut family, |ending, _| ending.is_some());
        assert_eq!(ending, Some(Ending::Exited(3)));
        assert!(!family.reap().nothing_left);
        family.terminate_all();
        wait(&mut family, |_, nothing_left| nothing_left);
    }

    #[test]
    fn a_stopped_group_gets_the_signal_too() {
        let (mut family, id) = shell("echo ready; kill -STOP $$; sleep 1000");
        family.signal_program(FirstSignal::Group, TerminationSignal::Interrupt);
        let ending = wait(&mut family, |ending, nothing_left| {
            ending.is_some() && nothing_left
        });
        assert_eq!(ending, Some(Ending::Signaled(2)));
        end_orphans(0, Some(id));
    }
}

//! A nixward that runs.

use std::{
    io::Read,
    process::{Child, ChildStderr, ChildStdin, ChildStdout},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::{
    command::Checks,
    output::Output,
    processes::{Mark, wait_for_end},
};

/// A started nixward, which is killed when it is dropped before its end.
#[must_use]
pub struct Running {
    child: Child,
    stdout: Capture,
    stderr: Capture,
    stdin: Option<ChildStdin>,
    deadline: Instant,
    checks: Option<Checks>,
}

impl Running {
    pub(crate) fn watch(mut child: Child, deadline: Duration, checks: Checks) -> Self {
        let stdout = child.stdout.take().map(Capture::of::<ChildStdout>);
        let stderr = child.stderr.take().map(Capture::of::<ChildStderr>);
        Self {
            stdin: child.stdin.take(),
            child,
            stdout: stdout.unwrap_or_default(),
            stderr: stderr.unwrap_or_default(),
            deadline: Instant::now() + deadline,
            checks: Some(checks),
        }
    }

    /// The same at a terminal, where there is but one output.
    pub(crate) fn watch_terminal(
        child: Child,
        screen: Capture,
        deadline: Duration,
        checks: Checks,
    ) -> Self {
        let mut running = Self::watch(child, deadline, checks);
        running.stdout = screen;
        running
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends Ctrl-C's signal to nixward, and to nobody else.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// The same where it may have ended already.
    pub fn try_interrupt(&self) {
        // It is not waited for yet, so that the id is still its own.
        let _it_may_have_ended = kill_process(self.pid(), Signal::INT);
    }

    /// Asks nixward to end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Does to nixward what closing its terminal does.
    pub fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// Asks nixward what runs.
    pub fn ask(&self) {
        self.signal(Signal::USR1);
    }

    /// Ends nixward without leaving it any say in it.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("nixward runs");
    }

    /// Its standard input, where that is a pipe.
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().expect("its standard input is a pipe")
    }

    /// What it wrote to standard output so far.
    pub fn stdout_so_far(&self) -> String {
        self.stdout.text()
    }

    /// What it wrote to standard error so far.
    pub fn stderr_so_far(&self) -> String {
        self.stderr.text()
    }

    /// Waits until standard output holds a text.
    #[track_caller]
    pub fn wait_for_stdout(&self, part: &str) {
        self.wait_for(&self.stdout, part);
    }

    /// Waits until standard error holds a text.
    #[track_caller]
    pub fn wait_for_stderr(&self, part: &str) {
        self.wait_for(&self.stderr, part);
    }

    #[track_caller]
    fn wait_for(&self, capture: &Capture, part: &str) {
        let found = capture.wait_until(self.deadline, |so_far| {
            so_far.is_closed || String::from_utf8_lossy(&so_far.bytes).contains(part)
        });
        assert!(
            found && capture.text().contains(part),
            "waited in vain for {part:?}; stdout:\n{}\nstderr:\n{}",
            self.stdout.text(),
            self.stderr.text()
        );
    }

    /// Waits for its end, and sees that it kept its promises.
    ///
    /// # Panics
    /// Where it does not come to an end, or did not keep them.
    #[track_caller]
    pub fn finish(self) -> Output {
        let (output, checks) = self.end();
        checks.check(&output);
        output
    }

    /// Waits for its end where others of the same workspace go on: what lives then may be theirs.
    ///
    /// # Panics
    /// Where it does not come to an end, or panicked.
    #[track_caller]
    pub fn finish_beside_others(self) -> Output {
        let (output, _checks) = self.end();
        output.assert_sane();
        output
    }

    #[track_caller]
    fn end(mut self) -> (Output, Checks) {
        drop(self.stdin.take());
        let pidfd = pidfd_open(self.pid(), PidfdFlags::empty()).expect("can watch nixward");
        if !wait_for_end(&pidfd, self.deadline) {
            let mark = self.checks.as_ref().map(|checks| checks.mark.clone());
            let processes: Vec<String> = mark
                .iter()
                .flat_map(Mark::processes)
                .map(|process| process.to_string())
                .collect();
            // What is dropped here is killed.
            panic!(
                "nixward did not come to an end; stdout:\n{}\nstderr:\n{}\nprocesses:\n{}",
                self.stdout.text(),
                self.stderr.text(),
                processes.join("\n")
            );
        }
        let status = self.child.wait().expect("can wait for nixward");
        let checks = self.checks.take().expect("not yet finished");
        let closing = Instant::now() + Duration::from_secs(20);
        let is_closed = |capture: &Capture| capture.wait_until(closing, |so_far| so_far.is_closed);
        assert!(
            is_closed(&self.stdout) && is_closed(&self.stderr),
            "something holds nixward's output open: {:?}",
            checks.mark.processes()
        );
        let output = Output {
            status,
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
            redactions: checks.redactions.clone(),
            nix_calls: checks.nix_calls(),
        };
        (output, checks)
    }
}

/// Waits for the end of several of one workspace, and sees then that all of them kept their promises.
#[track_caller]
pub fn finish_all(all: impl IntoIterator<Item = Running>) -> Vec<Output> {
    let ended: Vec<(Output, Checks)> = all.into_iter().map(Running::end).collect();
    for (output, checks) in &ended {
        checks.check(output);
    }
    ended.into_iter().map(|(output, _)| output).collect()
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.checks.is_some() {
            // A test failed meanwhile; the guards end what nixward started.
            let _it_may_have_ended = self.child.kill();
            let _it_may_have_ended = self.child.wait();
        }
    }
}

/// What came out of a pipe so far; another thread reads it.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<(Mutex<SoFar>, Condvar)>);

struct SoFar {
    bytes: Vec<u8>,
    is_closed: bool,
}

impl Default for SoFar {
    /// Of no pipe at all.
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            is_closed: true,
        }
    }
}

impl Capture {
    pub(crate) fn of<R: Read + Send + 'static>(mut reader: R) -> Self {
        let capture = Self(Arc::new((
            Mutex::new(SoFar {
                bytes: Vec::new(),
                is_closed: false,
            }),
            Condvar::new(),
        )));
        let written = capture.clone();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                // A terminal whose other side is closed gives an error instead of an end.
                let count = reader.read(&mut buffer).unwrap_or(0);
                let (so_far, changed) = &*written.0;
                let mut so_far = so_far.lock().unwrap_or_else(PoisonError::into_inner);
                so_far.bytes.extend_from_slice(&buffer[..count]);
                so_far.is_closed = count == 0;
                changed.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        capture
    }

    fn wait_until(&self, deadline: Instant, is_so: impl Fn(&SoFar) -> bool) -> bool {
        let (so_far, changed) = &*self.0;
        let so_far = so_far.lock().unwrap_or_else(PoisonError::into_inner);
        let left = deadline.saturating_duration_since(Instant::now());
        let (_so_far, waited) = changed
            .wait_timeout_while(so_far, left, |so_far| !is_so(so_far))
            .unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out()
    }

    fn text(&self) -> String {
        let so_far = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&so_far.bytes).into_owned()
    }
}

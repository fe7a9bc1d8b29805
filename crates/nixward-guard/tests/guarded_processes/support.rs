//! What the tests share: a step with a mark by which all of its processes can be found, and waits that end.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{Read as _, Write as _},
    ops::{Deref, DerefMut},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use nixward_guard::{ChildOutput, GuardReport, GuardedChild, GuardedCommand, OutputReader};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};

/// After this a test fails instead of waiting on.
pub(crate) const TOO_LONG: Duration = Duration::from_secs(30);

const MARK: &str = "NIXWARD_GUARD_TEST_MARK";

pub(crate) fn host() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_guard-test-host"))
}

/// A value in the environment of every process of one test.
#[derive(Clone, Debug)]
pub(crate) struct Mark(String);

impl Mark {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        Self(format!(
            "mark-{}-{}-end",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        ))
    }

    pub(crate) fn variable(&self) -> (OsString, OsString) {
        (MARK.into(), self.0.clone().into())
    }

    /// The processes that live with this mark in their environment or their arguments.
    pub(crate) fn processes(&self) -> Vec<(Pid, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("there is /proc").flatten() {
            let name = entry.file_name().into_string().unwrap_or_default();
            let Some(pid) = name.parse().ok().and_then(Pid::from_raw) else {
                continue;
            };
            // Both are empty for a process that has ended.
            let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            let has_mark = |bytes: &[u8]| {
                bytes
                    .windows(self.0.len())
                    .any(|window| window == self.0.as_bytes())
            };
            if has_mark(&command) || has_mark(&environment) {
                found.push((pid, String::from_utf8_lossy(&command).replace('\0', " ")));
            }
        }
        found
    }

    /// Looks until there are so many: no event tells a stranger that a process was started.
    #[track_caller]
    pub(crate) fn expect_processes(&self, count: usize) {
        let deadline = Instant::now() + TOO_LONG;
        loop {
            let found = self.processes();
            if found.len() >= count {
                return;
            }
            assert!(Instant::now() < deadline, "{found:?}");
            thread::yield_now();
        }
    }

    #[track_caller]
    pub(crate) fn assert_nothing_lives(&self) {
        assert_eq!(self.processes(), [], "processes survived");
    }

    /// The same, but they have a while for it. Waits for the ends of the processes that are there now, so there
    /// must be none that starts others.
    #[track_caller]
    pub(crate) fn assert_nothing_lives_after(&self, while_waiting: Duration) {
        let deadline = Instant::now() + while_waiting;
        for (pid, _) in self.processes() {
            if let Ok(file) = pidfd_open(pid, PidfdFlags::empty()) {
                wait_for_end(&file, deadline);
            }
        }
        self.assert_nothing_lives();
    }
}

/// Waits for the end of a process.
pub(crate) fn wait_for_end(file: &OwnedFd, deadline: Instant) {
    let timeout = Timespec::try_from(deadline.saturating_duration_since(Instant::now()))
        .expect("not that long");
    poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&timeout)).expect("can be polled");
}

/// A shell script to run under a guard.
pub(crate) struct Step {
    pub(crate) command: GuardedCommand,
    pub(crate) mark: Mark,
}

impl Step {
    pub(crate) fn script(script: &str) -> Self {
        let mut step = Self::program("/bin/sh");
        step.command.args = vec!["-c".into(), script.into(), "script".into()];
        step
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the scripts use the programs of whoever runs the tests"
    )]
    pub(crate) fn program(program: impl Into<PathBuf>) -> Self {
        let mark = Mark::new();
        let mut command = GuardedCommand::new(host(), program.into(), PathBuf::from("/"));
        command.env = vec![
            mark.variable(),
            ("PATH".into(), env::var_os("PATH").expect("there is a PATH")),
        ];
        Self { command, mark }
    }

    #[track_caller]
    pub(crate) fn start(&self) -> Running {
        Running::watch(self.command.spawn().expect("the guard starts"))
    }

    /// Runs it to its end, sees that nothing of it is left, and returns its output and report.
    #[track_caller]
    pub(crate) fn run(&self) -> (String, GuardReport) {
        let mut running = self.start();
        let output = running.read_to_end();
        let report = running.finish();
        self.mark.assert_nothing_lives();
        assert_eq!(report.survivors, []);
        (output, report)
    }
}

/// A running step that is killed, and so fails its test, if it takes too long.
pub(crate) struct Running {
    child: GuardedChild,
    output: Option<OutputReader>,
    started: Instant,
    _watchdog: Sender<()>,
}

impl Running {
    fn watch(mut child: GuardedChild) -> Self {
        let terminator = child.terminator();
        let (sender, receiver) = channel();
        thread::spawn(move || {
            if receiver.recv_timeout(TOO_LONG) == Err(RecvTimeoutError::Timeout) {
                terminator.kill();
            }
        });
        let output = match child.take_output() {
            Some(ChildOutput::Merged(reader)) => Some(reader),
            Some(ChildOutput::Separate { .. } | ChildOutput::Inherited) | None => None,
        };
        Self {
            child,
            output,
            started: Instant::now(),
            _watchdog: sender,
        }
    }

    pub(crate) fn output(&mut self) -> &mut OutputReader {
        self.output.as_mut().expect("its output is merged")
    }

    /// The next line of its output; what is left of it at the end.
    pub(crate) fn read_line(&mut self) -> String {
        let mut line = Vec::new();
        let mut byte = [0];
        while self.output().read(&mut byte).expect("readable") == 1 && byte != *b"\n" {
            line.extend_from_slice(&byte);
        }
        String::from_utf8(line).expect("text")
    }

    #[track_caller]
    pub(crate) fn expect_line(&mut self, expected: &str) {
        assert_eq!(self.read_line(), expected);
    }

    pub(crate) fn read_to_end(&mut self) -> String {
        let mut text = String::new();
        self.output()
            .read_to_string(&mut text)
            .expect("readable text");
        text
    }

    #[track_caller]
    pub(crate) fn finish(self) -> GuardReport {
        self.finish_timed().0
    }

    /// The report, and how long it took from the start.
    #[track_caller]
    pub(crate) fn finish_timed(mut self) -> (GuardReport, Duration) {
        let report = self
            .child
            .wait_timeout(TOO_LONG)
            .expect("the guard reports")
            .expect("in time");
        (report, self.started.elapsed())
    }
}

impl Deref for Running {
    type Target = GuardedChild;

    fn deref(&self) -> &GuardedChild {
        &self.child
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut GuardedChild {
        &mut self.child
    }
}

/// Makes a file that can be executed. Another process writes it: while this one has it open for writing, a test in
/// another thread may be between its fork and its exec, and the file would be busy.
pub(crate) fn write_executable(path: &Path, content: &[u8]) {
    let mut shell = Command::new("/bin/sh")
        .args(["-c", r#"cat > "$0" && chmod 755 "$0""#])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    shell
        .stdin
        .take()
        .expect("piped")
        .write_all(content)
        .expect("writable");
    assert!(shell.wait().expect("it ends").success());
}

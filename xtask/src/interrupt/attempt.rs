//! One run that is interrupted: started, waited for until its tests are under way, interrupted, looked at.

use std::{
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::{
    marked::{Mark, Process},
    scenario::{Act, ENDLESS, KIND, Kind, MARK, Place},
    side::Side,
    start,
};

/// How long it may take until the tests are under way: Nix may have to build first.
const LONGEST_START: Duration = Duration::from_secs(60);

/// Who has not ended by then hangs. More than nixward's graces together.
const LONGEST_END: Duration = Duration::from_secs(13);

/// How long processes may live on after the tool.
const LONGEST_REST: Duration = Duration::from_secs(4);

/// Between the first Ctrl-C and the second.
const BETWEEN: Duration = Duration::from_millis(500);

/// What every test has for as long as it goes on.
const SLEEP: &str = "sleep 600";

const LOOK: Duration = Duration::from_millis(10);

/// What is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Attempt {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    pub(crate) act: Act,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Seen {
    /// How long the tool took to end, and how it ended; nothing where it had to be killed.
    pub(crate) end: Option<(Duration, ExitStatus)>,
    /// What lived on.
    pub(crate) survivors: Vec<Process>,
    /// All that it wrote.
    pub(crate) output: String,
    pub(crate) is_terminal_as_before: bool,
}

impl Seen {
    /// The exit code as shells see it.
    pub(crate) fn code(&self) -> Option<i32> {
        let (_, status) = self.end.as_ref()?;
        status
            .code()
            .or_else(|| status.signal().map(|signal| 128 + signal))
    }
}

/// A command line with its folder and what it writes when the test is over that ends by itself.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) words: Vec<std::ffi::OsString>,
    pub(crate) folder: std::path::PathBuf,
    pub(crate) variables: Vec<(&'static str, String)>,
    /// What is to be seen before it is interrupted, where something is.
    pub(crate) says_before: Option<&'static str>,
    pub(crate) must_end: MustEnd,
}

/// What must not live on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MustEnd {
    /// What the tests started.
    Tests,
    /// Whatever it started itself, too.
    Everything,
}

impl Attempt {
    pub(crate) fn make(self, tool: &Tool, mark: &Mark) -> Result<Seen> {
        let mut command = self.command(tool, mark)?;
        let mut side = Side::connect(self.place, &mut command)?;
        let mut child = command
            .spawn()
            .with_context(|| format!("{} could not be started", tool.name))?;
        // The terminal comes to its end when nobody has the program's side any more.
        drop(command);
        let seen = self.go_on(tool, mark, &mut child, &mut side);
        // Whatever happened, nothing is left of it.
        mark.kill();
        let _it_may_have_ended = child.kill();
        child.wait()?;
        seen
    }

    fn go_on(self, tool: &Tool, mark: &Mark, child: &mut Child, side: &mut Side) -> Result<Seen> {
        self.wait_for_tests(tool, mark, child, side)?;
        let start = Instant::now();
        self.interrupt(child, side)?;
        let end = wait(child, LONGEST_END)?.map(|status| (start.elapsed(), status));
        let survivors = survivors(tool, mark, child);
        // What it wrote last arrives through the terminal.
        thread::sleep(LOOK * 5);
        let is_terminal_as_before = side.is_as_before();
        side.close();
        Ok(Seen {
            end,
            survivors,
            output: side.text(),
            is_terminal_as_before,
        })
    }

    fn command(self, tool: &Tool, mark: &Mark) -> Result<Command> {
        let (program, words) = tool.words.split_first().context("there is no program")?;
        let mut command = match self.place {
            // It becomes the leader of a session, whose foreground is its own group.
            Place::Terminal => {
                let mut command = start::command("setsid");
                command.arg("--ctty").arg(program);
                command
            }
            Place::Pipe => {
                let mut command = start::command(program);
                command.process_group(0);
                command
            }
        };
        command
            .args(words)
            .current_dir(&tool.folder)
            .env(MARK, mark.text())
            .env(KIND, self.kind.word())
            .env("TERM", "xterm-256color")
            .env_remove("CI")
            .env_remove("MAKEFLAGS")
            .envs(tool.variables.iter().map(|(name, value)| (*name, value)));
        Ok(command)
    }

    fn wait_for_tests(
        self,
        tool: &Tool,
        mark: &Mark,
        child: &mut Child,
        side: &Side,
    ) -> Result<()> {
        let deadline = Instant::now() + LONGEST_START;
        let sleeps = ENDLESS.len() * self.kind.sleeps();
        loop {
            let processes = mark.processes();
            let there = processes
                .iter()
                .filter(|process| process.command == SLEEP)
                .count();
            let says = |text| side.text().contains(text);
            if there >= sleeps && tool.says_before.is_none_or(says) {
                return Ok(());
            }
            let ended = child.try_wait()?;
            anyhow::ensure!(
                ended.is_none() && Instant::now() < deadline,
                "{} does not get its tests under way ({ended:?}):\n{}\n{processes:#?}",
                tool.name,
                side.text()
            );
            thread::sleep(LOOK);
        }
    }

    fn interrupt(self, child: &Child, side: &mut Side) -> Result<()> {
        let tool = Pid::from_child(child);
        let signal = |signal| kill_process(tool, signal).context("the tool has ended");
        let ctrl_c = |side: &mut Side| match side.place() {
            Place::Terminal => side.type_text("\x03"),
            Place::Pipe => signal(Signal::INT),
        };
        match self.act {
            Act::CtrlC => ctrl_c(side),
            Act::CtrlCTwice => {
                ctrl_c(side)?;
                thread::sleep(BETWEEN);
                // The first may have been enough.
                let _it_may_have_ended = ctrl_c(side);
                Ok(())
            }
            Act::Terminate => signal(Signal::TERM),
            Act::HangUp if side.place() == Place::Terminal => {
                side.close();
                Ok(())
            }
            Act::HangUp => signal(Signal::HUP),
            Act::Kill => signal(Signal::KILL),
        }
    }
}

fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait()? {
            None if Instant::now() < deadline => thread::sleep(LOOK),
            status => return Ok(status),
        }
    }
}

/// What lives on when all had the time to end. A tool that hangs is not what it left.
fn survivors(tool: &Tool, mark: &Mark, child: &Child) -> Vec<Process> {
    let deadline = Instant::now() + LONGEST_REST;
    let is_its = |process: &Process| match tool.must_end {
        MustEnd::Tests => process.command == SLEEP,
        MustEnd::Everything => process.id.unsigned_abs() != child.id(),
    };
    loop {
        let mut living = mark.processes();
        living.retain(is_its);
        if living.is_empty() || Instant::now() >= deadline {
            return living;
        }
        thread::sleep(LOOK);
    }
}

//! One call of nixward.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    fake_program,
    output::Output,
    processes::Mark,
    project::Project,
    redaction::Redactions,
    running::{Capture, Running},
    terminal::{Listener, Pair, Terminal},
    worktree::Worktree,
};

/// A call of nixward that is being put together.
#[must_use]
pub struct NixwardCommand<'a> {
    project: &'a Project,
    wrapper: Vec<OsString>,
    args: Vec<OsString>,
    cwd: PathBuf,
    environment: Vec<(OsString, Option<OsString>)>,
    stdin: Input,
    stdout: Option<File>,
    stderr: Option<File>,
    deadline: Duration,
    worktree_may_change: bool,
}

enum Input {
    Nothing,
    Text(Vec<u8>),
    Pipe,
}

impl<'a> NixwardCommand<'a> {
    pub(crate) fn new(project: &'a Project, args: Vec<OsString>) -> Self {
        Self {
            project,
            wrapper: Vec::new(),
            args,
            cwd: project.workspace(),
            environment: Vec::new(),
            stdin: Input::Nothing,
            stdout: None,
            stderr: None,
            deadline: project.deadline,
            worktree_may_change: false,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Calls it in this folder, relative to the workspace.
    pub fn in_folder(mut self, folder: impl AsRef<OsStr>) -> Self {
        self.cwd = self.cwd.join(folder.as_ref());
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.into(), Some(value.as_ref().to_owned())));
        self
    }

    /// Takes a variable out.
    pub fn without_env(mut self, name: &str) -> Self {
        self.environment.push((name.into(), None));
        self
    }

    /// Gives it a text to read.
    pub fn stdin(mut self, text: impl AsRef<[u8]>) -> Self {
        self.stdin = Input::Text(text.as_ref().to_owned());
        self
    }

    /// Gives it a pipe to read from; see [`Running::take_stdin`].
    pub fn stdin_pipe(mut self) -> Self {
        self.stdin = Input::Pipe;
        self
    }

    /// Lets it write its standard output there instead.
    pub fn stdout_to(mut self, file: File) -> Self {
        self.stdout = Some(file);
        self
    }

    /// Lets it write its standard error there instead.
    pub fn stderr_to(mut self, file: File) -> Self {
        self.stderr = Some(file);
        self
    }

    /// Starts it through another program, which is given nixward and its arguments as its last ones.
    pub fn under<I: AsRef<OsStr>>(mut self, wrapper: impl IntoIterator<Item = I>) -> Self {
        self.wrapper = wrapper
            .into_iter()
            .map(|part| part.as_ref().to_owned())
            .collect();
        self
    }

    /// Says that the program it runs changes the working tree.
    pub fn changing_the_worktree(mut self) -> Self {
        self.worktree_may_change = true;
        self
    }

    /// Gives it this long.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// Where it does not come to an end, or breaks a promise that holds for every run.
    #[track_caller]
    pub fn run(self) -> Output {
        self.start().finish()
    }

    /// Starts it.
    #[track_caller]
    pub fn start(mut self) -> Running {
        let mut command = self.command(&[]);
        let output = |file: Option<File>| file.map_or_else(Stdio::piped, Stdio::from);
        command
            .stdout(output(self.stdout.take()))
            .stderr(output(self.stderr.take()));
        let input = std::mem::replace(&mut self.stdin, Input::Nothing);
        command.stdin(match input {
            Input::Nothing => Stdio::null(),
            Input::Pipe | Input::Text(_) => Stdio::piped(),
        });
        let checks = self.checks();
        let mut child = command.spawn().expect("nixward can be started");
        if let Input::Text(text) = input {
            let mut stdin = child.stdin.take().expect("it is a pipe");
            // One that does not read it all is no trouble of ours.
            thread::spawn(move || stdin.write_all(&text));
        }
        Running::watch(child, self.deadline, checks)
    }

    /// Starts it at a terminal of its own.
    #[track_caller]
    pub fn on_terminal(self) -> Terminal {
        let pair = Pair::new();
        let mut command = self.command(&["setsid", "--ctty"]);
        pair.give_to(&mut command);
        let checks = self.checks();
        let child = command.spawn().expect("nixward can be started");
        // Only the program's side must stay open there, so that its end is seen.
        drop(command);
        let Pair {
            person,
            program,
            modes,
        } = pair;
        drop(program);
        let reader = Listener::new(File::from(person.try_clone().expect("can be duplicated")));
        let closing = reader.closing();
        let running = Running::watch_terminal(child, Capture::of(reader), self.deadline, checks);
        Terminal::new(person, modes, closing, running)
    }

    fn command(&self, before: &[&str]) -> Command {
        let mut words: Vec<OsString> = before.iter().map(OsString::from).collect();
        words.extend(self.wrapper.iter().cloned());
        words.push(self.project.nixward.clone().into());
        let program = words.remove(0);
        let mut command = Command::new(program);
        command.args(words).args(&self.args).current_dir(&self.cwd);
        command.env_clear();
        for (name, value) in self.project.environment() {
            command.env(name, value);
        }
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    fn checks(&self) -> Checks {
        let project = self.project;
        let repository = project.repository();
        Checks {
            mark: project.mark().clone(),
            redactions: project.redactions.clone(),
            programs: project.programs(),
            nix_calls_before: fake_program::calls(&project.programs(), "nix").len(),
            worktree: (!self.worktree_may_change).then(|| (Worktree::see(&repository), repository)),
        }
    }
}

/// What is looked at when nixward has ended.
pub(crate) struct Checks {
    pub(crate) mark: Mark,
    pub(crate) redactions: Redactions,
    programs: PathBuf,
    nix_calls_before: usize,
    worktree: Option<(Worktree, PathBuf)>,
}

/// After nixward has ended its guards may still be ending, but nothing else is.
const GUARDS_END: Duration = Duration::from_secs(10);

impl Checks {
    pub(crate) fn nix_calls(&self) -> Vec<Vec<String>> {
        let mut calls = fake_program::calls(&self.programs, "nix");
        calls.drain(..self.nix_calls_before);
        calls
    }

    #[track_caller]
    pub(crate) fn check(&self, output: &Output) {
        output.assert_sane();
        self.mark.assert_nothing_lives_after(GUARDS_END);
        let unexpected = fake_program::unexpected_calls(&self.programs);
        assert!(
            unexpected.is_empty(),
            "calls that no rule of a fake program fits: {unexpected:?}\n{}",
            output.stderr
        );
        if let Some((worktree, root)) = &self.worktree {
            worktree.assert_is_still(root);
        }
    }
}

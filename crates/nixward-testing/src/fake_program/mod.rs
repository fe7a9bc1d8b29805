//! Programs that answer by a script instead of doing anything: for what a real one can't be made to show.
//!
//! The script is a list of rules, `interpreter.sh` carries it out; see there for how rules are laid down.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::real_nix::RealNix;

const INTERPRETER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/fake_program/interpreter.sh"
);

/// A stand-in for a program, by its name on PATH.
#[derive(Clone, Debug)]
#[must_use]
pub struct FakeProgram {
    name: String,
    rules: Vec<Call>,
}

/// One rule: which calls it answers, and how.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Call {
    arguments: Vec<String>,
    contains: Vec<String>,
    limit: Option<usize>,
    answer: String,
    files: Vec<Vec<u8>>,
}

/// A rule that fits every call, and succeeds without saying anything.
pub fn call() -> Call {
    Call::default()
}

impl Call {
    /// Fits only calls that have this among their arguments.
    pub fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Fits only calls one of whose arguments holds this.
    pub fn containing(mut self, part: &str) -> Self {
        self.contains.push(part.to_owned());
        self
    }

    /// Fits only so many calls.
    pub fn times(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Writes to standard output.
    pub fn stdout(self, text: impl AsRef<[u8]>) -> Self {
        self.write(text.as_ref(), "")
    }

    /// Writes to standard error.
    pub fn stderr(self, text: impl AsRef<[u8]>) -> Self {
        self.write(text.as_ref(), ">&2")
    }

    fn write(mut self, text: &[u8], to: &str) -> Self {
        let number = self.files.len();
        self.files.push(text.to_owned());
        self.sh(&format!(r#"/bin/cat "$rule/text.{number}" {to}"#))
    }

    /// Ends with an exit code.
    pub fn exit(self, code: u8) -> Self {
        self.sh(&format!("exit {code}"))
    }

    /// Ends by a signal, by its name without `SIG`.
    pub fn killed_by(self, signal: &str) -> Self {
        self.sh(&format!("kill -s {signal} $$"))
    }

    /// Does not come to an end by itself.
    pub fn hang(self) -> Self {
        self.sh("exec /bin/sleep 600")
    }

    /// Is not ended by SIGTERM and SIGINT, nor is what it starts.
    pub fn ignoring_signals(self) -> Self {
        self.sh("trap '' TERM INT HUP")
    }

    /// Lets the real Nix answer.
    pub fn real(self, nix: &RealNix) -> Self {
        let program = quoted(&nix.program().to_string_lossy());
        self.sh(&format!(r#"exec {program} "$@""#))
    }

    /// Any shell commands; the call's arguments are theirs, and `$rule` is a folder of this rule's own.
    pub fn sh(mut self, commands: &str) -> Self {
        self.answer.push_str(commands);
        self.answer.push('\n');
        self
    }

    fn lay_down(&self, folder: &Path) {
        fs::create_dir_all(folder.join("answered")).expect("can make a rule's folder");
        let write = |name: &str, text: &[u8]| {
            fs::write(folder.join(name), text).expect("can write a rule");
        };
        write("arguments", lines(&self.arguments).as_bytes());
        write("contains", lines(&self.contains).as_bytes());
        write("answer", self.answer.as_bytes());
        if let Some(limit) = self.limit {
            write("limit", format!("{limit}\n").as_bytes());
        }
        for (number, text) in self.files.iter().enumerate() {
            write(&format!("text.{number}"), text);
        }
    }
}

impl FakeProgram {
    /// One that fits no call yet.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rules: Vec::new(),
        }
    }

    /// A `nix` that says this of its version.
    pub fn nix(version: &str) -> Self {
        Self::new("nix").on(call().arg("--version").stdout(format!("{version}\n")))
    }

    /// The real Nix, with its calls remembered.
    pub fn real(nix: &RealNix) -> Self {
        Self::new("nix").on(call().real(nix))
    }

    /// Adds a rule; the first that fits answers.
    pub fn on(mut self, call: Call) -> Self {
        self.rules.push(call);
        self
    }

    /// Makes it a program in a folder for programs.
    pub(crate) fn install(&self, programs: &Path) {
        let folder = folder(programs, &self.name);
        for below in ["rules", "calls", "unexpected"] {
            fs::create_dir_all(folder.join(below)).expect("can make a fake's folder");
        }
        for (number, rule) in self.rules.iter().enumerate() {
            rule.lay_down(&folder.join("rules").join(format!("{number:03}")));
        }
        let link = programs.join(&self.name);
        fs_err::os::unix::fs::symlink(INTERPRETER, link).expect("can link the interpreter");
    }
}

/// The calls that a fake had, in the order in which they began.
pub(crate) fn calls(programs: &Path, name: &str) -> Vec<Vec<String>> {
    recorded(&folder(programs, name).join("calls"))
}

/// The calls of all fakes that no rule fits.
pub(crate) fn unexpected_calls(programs: &Path) -> Vec<Vec<String>> {
    let Ok(fakes) = fs::read_dir(programs.join("../fakes")) else {
        return Vec::new();
    };
    fakes
        .flatten()
        .flat_map(|fake| recorded(&fake.path().join("unexpected")))
        .collect()
}

fn folder(programs: &Path, name: &str) -> PathBuf {
    programs.join("../fakes").join(name)
}

fn recorded(folder: &Path) -> Vec<Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut numbers: Vec<usize> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    let read = |number: &usize| arguments(&folder.join(number.to_string()));
    numbers.iter().filter_map(read).collect()
}

/// The arguments of a recorded call; nothing where it is being written just now.
fn arguments(record: &Path) -> Option<Vec<String>> {
    let bytes = fs::read(record).expect("can read a call");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (count, rest) = text.split_once('\0')?;
    let count: usize = count.parse().ok()?;
    let mut arguments: Vec<String> = rest.split('\0').map(str::to_owned).collect();
    // What stands after the last NUL is nothing.
    arguments.pop();
    (arguments.len() == count).then_some(arguments)
}

fn lines(texts: &[String]) -> String {
    texts
        .iter()
        .map(|text| {
            assert!(!text.contains('\n'), "a rule's line has no line feed");
            format!("{text}\n")
        })
        .collect()
}

/// A word of a POSIX shell.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

//! One call of a program as plain data, compared in tests and printed for people.

use std::{ffi::OsString, fmt, path::PathBuf};

/// A program with its arguments. `Display` is the command as a POSIX shell would take it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invocation {
    pub program: PathBuf,
    pub args: Vec<OsString>,
}

impl Invocation {
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
        }
    }

    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// The command as an array, the program first; what is not UTF-8 is shown with replacement characters.
    pub fn to_strings(&self) -> Vec<String> {
        std::iter::once(self.program.as_os_str())
            .chain(self.args.iter().map(OsString::as_os_str))
            .map(|part| part.to_string_lossy().into_owned())
            .collect()
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shell_quoted(&self.to_strings()))
    }
}

/// Quotes a command for a POSIX shell.
pub fn shell_quoted(command: &[impl AsRef<str>]) -> String {
    shell_words::join(command.iter().map(AsRef::as_ref))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_syntax_is_quoted() {
        let invocation =
            Invocation::new("nix").args(["build", "/nix/store/x.drv^*", "a b", "$(x)", "it's"]);
        assert_eq!(
            invocation.to_string(),
            r"nix build '/nix/store/x.drv^*' 'a b' '$(x)' 'it'\''s'"
        );
    }
}

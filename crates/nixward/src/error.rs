//! The one form in which nixward says that it failed, and the exit codes that go with it.

use std::{error::Error, fmt::Write as _, process::ExitCode};

use nixward_core::{planner::PlanError, selection::SelectionError};
use nixward_exec::Cancellation;
use nixward_schema::exit_code;

/// What kind of failure it is; each has an exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ErrorKind {
    /// The command line.
    Usage,
    /// `nixward.toml`, or that there is none.
    Manifest,
    /// There is no workspace here at all.
    NoWorkspace,
    /// Nix is missing, unsupported, or the flake does not evaluate.
    Nix,
    NothingMatched,
    /// A step could not be carried out.
    Step,
    Build,
    /// nixward's own failure where every other code would be the program's.
    Own,
    /// A bug.
    Internal,
}

impl ErrorKind {
    fn exit_code(self) -> u8 {
        match self {
            Self::Usage | Self::Manifest | Self::NoWorkspace => exit_code::USAGE,
            Self::Nix => exit_code::NIX,
            Self::NothingMatched => exit_code::NOTHING_MATCHED,
            Self::Step => exit_code::STEP_FAILED,
            Self::Build => exit_code::BUILD_FAILED,
            Self::Own => exit_code::OWN_FAILURE,
            Self::Internal => exit_code::INTERNAL,
        }
    }
}

/// A failure with its causes and what to do about it.
#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    /// Text that is shown as it is, such as rendered diagnostics or clap's messages.
    verbatim: Option<Verbatim>,
}

#[derive(Debug)]
enum Verbatim {
    Diagnostics(String),
    Clap(Box<clap::Error>),
    /// The run was ended by this signal, which the caller must see.
    Signal(i32),
    /// The run was ended since what it ran has changed; the next one begins already.
    Outdated,
}

impl CliError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            verbatim: None,
        }
    }

    /// An error of the libraries with its chain of causes.
    pub(crate) fn from_source(kind: ErrorKind, error: &dyn Error) -> Self {
        let mut this = Self::new(kind, error.to_string());
        let mut source = error.source();
        while let Some(cause) = source {
            this.causes.push(cause.to_string());
            source = cause.source();
        }
        this
    }

    pub(crate) fn diagnostics(rendered: String) -> Self {
        Self {
            verbatim: Some(Verbatim::Diagnostics(rendered)),
            ..Self::new(ErrorKind::Manifest, "")
        }
    }

    pub(crate) fn from_clap(error: clap::Error) -> Self {
        Self {
            verbatim: Some(Verbatim::Clap(Box::new(error))),
            ..Self::new(ErrorKind::Usage, "")
        }
    }

    pub(crate) fn signal(signal: i32) -> Self {
        Self {
            verbatim: Some(Verbatim::Signal(signal)),
            ..Self::new(ErrorKind::Step, "")
        }
    }

    pub(crate) fn outdated() -> Self {
        Self {
            verbatim: Some(Verbatim::Outdated),
            ..Self::new(ErrorKind::Step, "")
        }
    }

    /// What fails because the run is cancelled says just that.
    #[must_use]
    pub(crate) fn or_cancelled(self, cancellation: &Cancellation) -> Self {
        match cancellation.signal() {
            Some(signal) => Self::signal(signal),
            None if cancellation.is_outdated() => Self::outdated(),
            None => self,
        }
    }

    #[must_use]
    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub(crate) fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// The same failure with another exit code.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Whether Nix was asked, and something came of it that is no run.
    pub(crate) fn is_about_nix(&self) -> bool {
        matches!(self.kind, ErrorKind::Nix | ErrorKind::Build)
    }

    /// Whether another command line is the remedy, or none is, so that there is nothing to wait for.
    pub(crate) fn is_about_what_was_typed(&self) -> bool {
        match self.kind {
            ErrorKind::Usage
            | ErrorKind::Manifest
            | ErrorKind::NoWorkspace
            | ErrorKind::NothingMatched
            | ErrorKind::Own
            | ErrorKind::Internal => true,
            ErrorKind::Nix | ErrorKind::Step | ErrorKind::Build => false,
        }
    }

    /// What reporters are told of it: the error without advice.
    pub(crate) fn for_reports(&self) -> String {
        let said = match &self.verbatim {
            Some(Verbatim::Signal(signal)) => format!("the run was ended by signal {signal}"),
            Some(Verbatim::Outdated) => "the run was ended by an edit".to_owned(),
            Some(Verbatim::Diagnostics(text)) => text.clone(),
            Some(Verbatim::Clap(error)) => error.to_string(),
            None => self.message.clone(),
        };
        std::iter::once(said)
            .chain(self.causes.iter().cloned())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Says it on standard error, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self.verbatim {
            Some(Verbatim::Clap(error)) => {
                // A closed pipe under `--help | head` is no failure.
                let _printed: Result<(), std::io::Error> = error.print();
                return ExitCode::from(if error.use_stderr() {
                    self.kind.exit_code()
                } else {
                    exit_code::SUCCESS
                });
            }
            Some(Verbatim::Signal(signal)) => return end_by_signal(signal),
            Some(Verbatim::Outdated) => {}
            Some(Verbatim::Diagnostics(ref text)) => crate::console_output::error_text(text),
            None => crate::console_output::error_text(&self.render()),
        }
        ExitCode::from(self.kind.exit_code())
    }

    fn render(&self) -> String {
        let mut text = format!("error: {}\n", indented(&self.message, "       "));
        for cause in &self.causes {
            // Writing to a string cannot fail.
            let _infallible = writeln!(text, "  caused by: {}", indented(cause, "             "));
        }
        if !self.hints.is_empty() {
            text.push('\n');
        }
        for hint in &self.hints {
            let _infallible = writeln!(text, "hint: {}", indented(hint, "      "));
        }
        if self.kind == ErrorKind::Internal {
            text.push_str(
                "\nThis is a bug in nixward; please report it with the command that you typed.\n",
            );
        }
        text
    }
}

fn indented(text: &str, indent: &str) -> String {
    text.trim_end().replace('\n', &format!("\n{indent}"))
}

/// Ends as the signal would have ended nixward, so that shells and scripts see it.
fn end_by_signal(signal: i32) -> ExitCode {
    let _returns_only_on_failure: Result<(), std::io::Error> = nixward_exec::end_by_signal(signal);
    ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
}

impl From<SelectionError> for CliError {
    fn from(error: SelectionError) -> Self {
        let message = error.to_string();
        let kind = match error {
            SelectionError::BadPattern { .. } | SelectionError::NeedsProject { .. } => {
                ErrorKind::Usage
            }
            SelectionError::NoPackage { .. } => ErrorKind::Nix,
            SelectionError::UnknownDefaultMember { .. } => ErrorKind::Manifest,
            SelectionError::UnknownProject { .. }
            | SelectionError::NoProjectInFolder { .. }
            | SelectionError::NoFolder { .. }
            | SelectionError::Ambiguous { .. }
            | SelectionError::NothingMatched { .. }
            | SelectionError::NoProjects { .. }
            | SelectionError::AllExcluded => ErrorKind::NothingMatched,
        };
        Self::new(kind, message).hints(crate::hints::for_selection(&error))
    }
}

impl From<PlanError> for CliError {
    fn from(error: PlanError) -> Self {
        let kind = match error {
            PlanError::TakesNoArguments { .. } => ErrorKind::Usage,
            PlanError::Order(_) => ErrorKind::Manifest,
            _ => ErrorKind::NothingMatched,
        };
        Self::new(kind, error.to_string()).hints(crate::hints::for_plan(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_causes_and_hints_below_it() {
        let error = CliError::new(ErrorKind::Nix, "the flake does not evaluate")
            .cause("undefined variable 'x'\nat flake.nix:3:5")
            .hint("git add -N flake.nix");
        assert_eq!(
            error.render(),
            "error: the flake does not evaluate\n  caused by: undefined variable 'x'\n             at flake.nix:3:5\n\n\
             hint: git add -N flake.nix\n"
        );
    }
}

//! The terminal: whether there is one, and the few direct writes that are no report.

use std::io::{self, IsTerminal as _, Write as _};

use nixward_report::{github::Github, gitlab::without_marks, style::Styles};

use crate::{
    cli::ColorChoice,
    environment::{self, Environment, Log},
    error::{CliError, ErrorKind},
    reporters::token,
};

/// Writes an error to standard error. Where even that is gone, nobody is there to be told. What it says may come from
/// the flake, and is no command to the CI system whose log it is in.
pub(crate) fn error_text(text: &str) {
    let text = match environment::log() {
        Log::Github => Github::new(token()).guarded(text),
        Log::Gitlab => without_marks(text),
        Log::Other => text.to_owned(),
    };
    let _nobody_reads: io::Result<()> = io::stderr().write_all(text.as_bytes());
}

/// Writes data to standard output. A reader that has read enough is no failure.
pub(crate) fn data(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = "cannot write to standard output";
            Err(CliError::new(ErrorKind::Step, message).cause(error.to_string()))
        }
        _ => Ok(()),
    }
}

/// How many columns standard output has, where it is a terminal.
pub(crate) fn stdout_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    // A terminal that does not know its width says 0.
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

pub(crate) fn stderr_styles(choice: ColorChoice, environment: &Environment) -> Styles {
    styles(choice, environment, stderr_is_terminal())
}

pub(crate) fn stdout_styles(choice: ColorChoice, environment: &Environment) -> Styles {
    styles(choice, environment, stdout_is_terminal())
}

/// Whether a stream may be styled.
fn styles(choice: ColorChoice, environment: &Environment, is_terminal: bool) -> Styles {
    let enabled = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let forced = environment
                .get("CLICOLOR_FORCE")
                .is_some_and(|value| value != "0");
            let refused = environment.get("NO_COLOR").is_some()
                || environment.get("TERM").is_some_and(|term| term == "dumb");
            !refused && (forced || is_terminal)
        }
    };
    Styles { enabled }
}

pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether all three streams are terminals: nobody else is there who could want what is typed.
pub(crate) fn is_all_terminal() -> bool {
    io::stdin().is_terminal() && stdout_is_terminal() && stderr_is_terminal()
}

pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

//! `nixward shell PROJECT`: the environment of the project's dev shell, in a bash.

use std::{
    ffi::OsString,
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use nixward_core::{
    event::EventKind,
    plan::{BuildTarget, ShellAction, Step},
};
use nixward_exec::{Emitter, KeptShell, builder::Builder};
use nixward_nix::tool::Nix;

use super::become_program::{become_it, build_failure, roots};
use crate::{
    error::{CliError, ErrorKind},
    session::Session,
};

/// Runs a command in the environment; the script's path and the command are arguments, never part of the text.
const RUN_COMMAND: &str = r#". "$1" || exit; shift; exec "$@""#;

/// What an interactive shell reads first: the person's own settings, then the environment over them.
const INTERACTIVE_PREAMBLE: &str = "[ -e ~/.bashrc ] && . ~/.bashrc\nshopt -u expand_aliases\n";
const INTERACTIVE_END: &str = "\nshopt -s expand_aliases\n";

/// How Nix's script makes a folder for temporary files: by a process of its own.
const MAKES_FOLDER: &str = r#"export NIX_BUILD_TOP="$(mktemp -d -t nix-shell.XXXXXX)""#;
/// Takes the one that nixward made, if it made one.
const TAKES_FOLDER: &str = r#"export NIX_BUILD_TOP="${NIXWARD_SHELL_FOLDER:-$(mktemp -d -t nix-shell.XXXXXX)}"
unset NIXWARD_SHELL_FOLDER"#;
const SHELL_FOLDER: &str = "NIXWARD_SHELL_FOLDER";

pub(super) fn become_shell(
    session: &Session,
    nix: &Nix,
    step: &Step,
    action: &ShellAction,
    emitter: &mut Emitter<'_>,
) -> Result<u8, CliError> {
    let target = step
        .builds
        .first()
        .ok_or_else(|| CliError::new(ErrorKind::Internal, "a shell without a derivation"))?;
    let kept = kept_shell(session, target);
    let made = match kept_environment(session, target) {
        Some(environment) => Ok((environment, true)),
        None => make_environment(session, nix, step, target, &kept, emitter),
    };
    emitter.emit(EventKind::HandedOver);
    let (environment, is_kept) = made?;
    let interactive = action.command.is_empty();
    let file = if interactive {
        let text = interactive_text(step, &environment);
        let is_kept = is_kept && kept.keep_interactive(&text).is_ok();
        script_file(session, is_kept.then(|| kept.interactive_script()), &text)?
    } else {
        script_file(session, is_kept.then(|| kept.script()), &environment)?
    };
    let bash = bash(session, &environment, interactive)?;
    let mut args = command_line(&file, &action.command);
    args.remove(0);
    let folder = temporary_folder(session, &environment);
    let env = folder.map(|folder| (SHELL_FOLDER.into(), folder.into()));
    Err(become_it(session, &bash, &args, env))
}

/// Where the environment of a derivation is kept.
fn kept_shell(session: &Session, target: &BuildTarget) -> KeptShell {
    KeptShell::new(
        &session.environment.cache_folder(),
        &session.discovered.workspace.root,
        &target.drv_path,
        &session.nix.version.release.to_string(),
        &session.cwd,
    )
}

/// The kept environment, unless Nix is to be asked in any case.
pub(crate) fn kept_environment(session: &Session, target: &BuildTarget) -> Option<String> {
    if session.nix.flags.no_eval_cache {
        return None;
    }
    kept_shell(session, target).read()
}

/// The arguments of the bash that is the shell, `bash` itself first; also what a plan shows.
pub(super) fn command_line(script: &Path, command: &[OsString]) -> Vec<OsString> {
    let mut line: Vec<OsString> = vec!["bash".into()];
    if command.is_empty() {
        line.extend(["--rcfile".into(), script.into()]);
    } else {
        line.extend([
            "--norc".into(),
            "--noprofile".into(),
            "-c".into(),
            RUN_COMMAND.into(),
            "nixward-shell".into(),
        ]);
        line.push(script.into());
        line.extend_from_slice(command);
    }
    line
}

/// Where the script for a derivation's environment is kept.
pub(super) fn script_path(session: &Session, target: &BuildTarget, interactive: bool) -> PathBuf {
    let kept = kept_shell(session, target);
    if interactive {
        kept.interactive_script()
    } else {
        kept.script()
    }
}

/// The kept script; where nothing can be kept, a file that removes itself when it is read.
fn script_file(session: &Session, kept: Option<PathBuf>, text: &str) -> Result<PathBuf, CliError> {
    if let Some(kept) = kept {
        return Ok(kept);
    }
    let failed = |error: std::io::Error| CliError::from_source(ErrorKind::Own, &error);
    let folder = session.environment.temporary_folder();
    let mut temporary = tempfile::Builder::new()
        .prefix("nixward-shell-")
        .tempfile_in(folder)
        .map_err(failed)?;
    let text = format!("rm -f -- \"${{BASH_SOURCE[0]}}\"\n{text}");
    std::io::Write::write_all(&mut temporary, text.as_bytes()).map_err(failed)?;
    let (_, path) = temporary.keep().map_err(|error| failed(error.error))?;
    Ok(path)
}

/// The environment as Nix makes it, and whether it is kept.
fn make_environment(
    session: &Session,
    nix: &Nix,
    step: &Step,
    target: &BuildTarget,
    kept: &KeptShell,
    emitter: &mut Emitter<'_>,
) -> Result<(String, bool), CliError> {
    let is_kept = !session.nix.flags.no_eval_cache;
    let profile = is_kept.then(|| kept.profile()).flatten();
    let builder = Builder {
        nix,
        runner: &session.runner,
        roots: &roots(session),
    };
    let made = builder
        .dev_environment(target, profile.as_deref(), &session.cancellation, emitter)
        .map_err(|error| session.build_error(&error))?;
    let environment = made.map_err(|failure| {
        build_failure(
            &format!("`{}` gives no shell", step.label.attribute),
            &failure,
        )
        .hint("a dev shell is made by mkShell, in devShells or as the package's own environment")
    })?;
    let environment = environment.replacen(MAKES_FOLDER, TAKES_FOLDER, 1);
    let is_kept = is_kept && kept.keep(&environment).is_ok();
    Ok((environment, is_kept))
}

/// A new folder for the shell's temporary files, if its script takes one. Like Nix's own it stays when the shell ends:
/// what the shell started may go on.
fn temporary_folder(session: &Session, environment: &str) -> Option<PathBuf> {
    if !environment.contains(TAKES_FOLDER) {
        return None;
    }
    let folder = tempfile::Builder::new()
        .prefix("nix-shell.")
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(session.environment.temporary_folder());
    folder.ok().map(tempfile::TempDir::keep)
}

fn interactive_text(step: &Step, script: &str) -> String {
    let project = step.label.project.as_deref().unwrap_or_default();
    // bash expands what stands in a prompt, but not what a variable in it holds.
    let name = nixward_nix::invocation::shell_quoted(&[project]);
    let prompt = format!("NIXWARD_PROJECT={name}\nPS1='(${{NIXWARD_PROJECT}}) '\"${{PS1-}}\"\n");
    format!("{INTERACTIVE_PREAMBLE}{script}{INTERACTIVE_END}{prompt}")
}

/// For a command the bash that the derivation is built with; for a person one that has line editing: their own.
fn bash(session: &Session, script: &str, interactive: bool) -> Result<PathBuf, CliError> {
    let of_derivation = script
        .lines()
        .find_map(|line| line.strip_prefix("BASH="))
        .map(|value| PathBuf::from(value.trim_matches('\'')))
        .filter(|bash| bash.is_file());
    let own = session
        .environment
        .get("SHELL")
        .map(PathBuf::from)
        .filter(|shell| shell.file_name().is_some_and(|name| name == "bash"))
        .or_else(|| which::which_in("bash", session.environment.get("PATH"), &session.cwd).ok());
    let (first, second) = if interactive {
        (own, of_derivation)
    } else {
        (of_derivation, own)
    };
    first.or(second).ok_or_else(|| {
        CliError::new(
            ErrorKind::Own,
            "there is no bash, neither in the environment nor on PATH",
        )
    })
}

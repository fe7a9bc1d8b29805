//! Which processes of `nix` something starts, with their arguments: a program of that name stands before the real one
//! on `PATH` and writes down how it was called.

use std::{
    ffi::OsString,
    os::unix::{ffi::OsStringExt as _, fs::PermissionsExt as _},
    path::PathBuf,
};

use anyhow::Result;
use fs_err as fs;

use super::{
    harness::Harness,
    measure::{Mode, Stopwatch},
    workspace::Workspace,
};
use crate::process::shell_quoted;

/// The folder with that program, and the one that it writes to.
#[derive(Debug)]
pub(super) struct NixLog {
    programs: PathBuf,
    records: PathBuf,
}

/// The arguments of one process.
pub(super) type CommandLine = Vec<OsString>;

impl NixLog {
    pub(super) fn new(harness: &Harness) -> Result<Self> {
        let this = Self {
            programs: harness.folder().join("logging"),
            records: harness.folder().join("nix-records"),
        };
        fs::create_dir_all(&this.programs)?;
        fs::create_dir_all(&this.records)?;
        let nix = this.programs.join("nix");
        // A file for each process: several may write at once.
        let text = format!(
            "#!/bin/sh\nprintf '%s\\0' \"$@\" > {}/$$\nexec {} \"$@\"\n",
            shell_quoted(this.records.as_os_str()),
            shell_quoted(harness.real_nix().as_os_str())
        );
        fs::write(&nix, text)?;
        fs::set_permissions(&nix, std::fs::Permissions::from_mode(0o755))?;
        Ok(this)
    }

    /// What nixward starts when it runs in a workspace with these arguments.
    pub(super) fn of_nixward(
        &self,
        harness: &Harness,
        workspace: &Workspace,
        arguments: &[&str],
    ) -> Result<Vec<CommandLine>> {
        fs::remove_dir_all(&self.records)?;
        fs::create_dir(&self.records)?;
        let tool = harness
            .tool_with_programs(harness.nixward_program(), &self.programs)?
            .args(arguments)
            .folder(workspace.folder());
        Stopwatch::new(Mode::Timing, harness.folder()).run(&tool)?;
        let mut command_lines = Vec::new();
        for record in fs::read_dir(&self.records)? {
            command_lines.push(command_line(&fs::read(record?.path())?));
        }
        Ok(command_lines)
    }

    /// How many it starts when it has done the same just before.
    pub(super) fn count_when_warm(
        &self,
        harness: &Harness,
        workspace: &Workspace,
        arguments: &[&str],
    ) -> Result<usize> {
        // The first time it sees a Nix that it does not know.
        self.of_nixward(harness, workspace, arguments)?;
        Ok(self.of_nixward(harness, workspace, arguments)?.len())
    }
}

/// Each argument ends with a NUL.
fn command_line(record: &[u8]) -> CommandLine {
    let mut arguments: Vec<OsString> = record
        .split(|byte| *byte == 0)
        .map(|argument| OsString::from_vec(argument.to_vec()))
        .collect();
    arguments.pop();
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_with_empty_and_many_lined_arguments() {
        assert_eq!(command_line(b"eval\0\0a\nb\0"), ["eval", "", "a\nb"]);
        assert_eq!(command_line(b"eval\0"), ["eval"]);
        assert!(command_line(b"").is_empty());
    }
}

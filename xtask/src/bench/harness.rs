//! What all cases work with: the programs that are compared, their environment, and folders that are removed at the
//! end. Nobody's caches, settings or repositories are touched; the Nix store is the machine's.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::{
    contest::Rounds,
    workspace::{Shape, Workspace},
};
use crate::{
    nix::Environment,
    process::{Tool, find_program},
    progress,
};

/// What git's index and nixward's record are sure of is older than that.
const SETTLED: Duration = Duration::from_millis(2200);

/// No network, and none of the person's registries and caches.
const NIX_SETTINGS: &str =
    "experimental-features = nix-command flakes\nsubstituters =\nflake-registry =\n";

/// The one that all cases are given.
#[derive(Debug)]
pub(super) struct Harness {
    folder: PathBuf,
    nixward: PathBuf,
    nix: PathBuf,
    path: OsString,
    variables: Vec<(OsString, OsString)>,
    extent: Extent,
    at_the_end: AtTheEnd,
}

/// What becomes of the workspaces.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AtTheEnd {
    Remove,
    /// For a person who wants to know where the time goes.
    Keep,
}

/// How much is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    Quick,
    Full,
}

impl Harness {
    pub(super) fn new(
        nixward: PathBuf,
        environment: &Environment,
        extent: Extent,
        at_the_end: AtTheEnd,
    ) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("nixward-bench-{}", std::process::id()));
        let path = variable(environment, "PATH").unwrap_or_default();
        let nix = find_program("nix", &path).context("there is no nix")?;
        let mut variables: Vec<(OsString, OsString)> = vec![
            ("LANG".into(), "C.UTF-8".into()),
            ("TZ".into(), "UTC".into()),
            ("USER".into(), "bench".into()),
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
            ("NIX_CONFIG".into(), NIX_SETTINGS.into()),
        ];
        for (name, part) in [
            ("HOME", "home"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("TMPDIR", "tmp"),
        ] {
            fs::create_dir_all(folder.join(part))?;
            variables.push((name.into(), folder.join(part).into()));
        }
        // Where a Nix has its store and its settings; the settings above go over them.
        let of_nix =
            |name: &OsString| name.to_string_lossy().starts_with("NIX_") && name != "NIX_CONFIG";
        variables.extend(std::env::vars_os().filter(|(name, _)| of_nix(name)));
        let others = environment.variables().into_iter();
        variables.extend(others.filter(|(name, _)| name != "PATH"));
        Ok(Self {
            folder,
            nixward,
            nix,
            path,
            variables,
            extent,
            at_the_end,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn is_quick(&self) -> bool {
        self.extent == Extent::Quick
    }

    /// The Nix that is beside nixward and below it.
    pub(super) fn real_nix(&self) -> &Path {
        &self.nix
    }

    /// A program, by name or by path, with the environment that all have.
    pub(super) fn tool(&self, program: impl AsRef<OsStr>) -> Result<Tool> {
        self.tool_with_path(program, &self.path)
    }

    /// With another folder before all others on `PATH`.
    pub(super) fn tool_with_programs(
        &self,
        program: impl AsRef<OsStr>,
        programs: &Path,
    ) -> Result<Tool> {
        let folders =
            std::iter::once(programs.to_path_buf()).chain(std::env::split_paths(&self.path));
        self.tool_with_path(program, &std::env::join_paths(folders)?)
    }

    fn tool_with_path(&self, program: impl AsRef<OsStr>, path: &OsStr) -> Result<Tool> {
        let program = Path::new(program.as_ref());
        // Looking a name up is no part of what is measured.
        let program = if program.is_absolute() {
            program.to_path_buf()
        } else {
            find_program(&program.to_string_lossy(), path)
                .with_context(|| format!("there is no {}", program.display()))?
        };
        Ok(Tool::new(program)
            .in_empty_environment()
            .envs(self.variables.iter().cloned())
            .env("PATH", path))
    }

    pub(super) fn nixward(&self) -> Result<Tool> {
        self.tool(&self.nixward)
    }

    pub(super) fn nixward_program(&self) -> &Path {
        &self.nixward
    }

    pub(super) fn nix(&self) -> Result<Tool> {
        self.tool(&self.nix)
    }

    /// The same at a terminal, which `script` makes; what is shown there is its standard output.
    pub(super) fn at_terminal(&self, tool: &Tool) -> Result<Tool> {
        let command = format!("stty cols 100 rows 40 && exec {tool}");
        Ok(self
            .tool("script")?
            .env("SHELL", "/bin/sh")
            .env("TERM", "xterm-256color")
            .args(["--quiet", "--return", "--command"])
            .arg(command)
            .arg("/dev/null"))
    }

    /// Runs programs, as many at once as there are processors.
    pub(super) fn side_by_side(&self, programs: &[PathBuf]) -> Result<Tool> {
        let list = self.folder.join("programs");
        let lines: String = programs
            .iter()
            .map(|program| format!("{}\n", program.display()))
            .collect();
        fs::write(&list, lines)?;
        let processors = std::thread::available_parallelism()?;
        let xargs = self.tool("xargs")?.arg("--arg-file").arg(list);
        // It would hand a lone argument to `echo`.
        Ok(xargs
            .args([
                "--max-args=1".to_owned(),
                format!("--max-procs={processors}"),
            ])
            .arg("env"))
    }

    /// The workspace of that shape, committed and clean.
    pub(super) fn workspace(&self, shape: Shape) -> Result<Workspace> {
        let folder = self.folder.join(shape.name());
        if !folder.exists() {
            progress(format_args!("bench: generating {}", shape.for_people()));
        }
        Workspace::in_folder(self, folder, shape)
    }

    /// Waits until the time stamps of what was just written are old enough to be believed.
    pub(super) fn settle(&self) {
        std::thread::sleep(SETTLED);
    }

    /// For what takes milliseconds once it is warm.
    pub(super) fn many_rounds(&self) -> Rounds {
        Rounds {
            before: 2,
            time: Duration::from_secs(if self.is_quick() { 2 } else { 4 }),
            least: if self.is_quick() { 3 } else { 5 },
            most: 30,
        }
    }

    /// For what takes seconds.
    pub(super) fn few_rounds(&self) -> Rounds {
        Rounds {
            before: 1,
            time: Duration::from_secs(if self.is_quick() { 4 } else { 12 }),
            least: if self.is_quick() { 2 } else { 5 },
            most: 9,
        }
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        if self.at_the_end == AtTheEnd::Keep {
            progress(format_args!("bench: kept {}", self.folder.display()));
            return;
        }
        // What remains lies in the folder for temporary files, and there is nobody left to tell.
        let _remains: std::io::Result<()> = fs::remove_dir_all(&self.folder);
    }
}

fn variable(environment: &Environment, name: &str) -> Option<OsString> {
    let mut variables = environment.variables().into_iter();
    variables.find_map(|(key, value)| (key == name).then_some(value))
}

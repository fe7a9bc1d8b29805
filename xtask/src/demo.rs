//! `cargo xtask demo`: nixward at work on the example monorepo, from nothing but this checkout.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};

use crate::{
    arguments::{Arguments, unknown},
    cargo::cargo,
    nix::{self, Environment, HostpkgsFit},
    process::{Tool, exit_code, shell_quoted},
    progress, workspace,
};

pub(crate) const EXAMPLE: &str = "examples/initech";

/// What the example is built with where its own small package set cannot be used.
const REAL_NIXPKGS: [&str; 3] = [
    "--override-input",
    "nixpkgs",
    "github:NixOS/nixpkgs/nixos-25.05",
];

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut request = nix::Request::default();
    while let Some(word) = arguments.take_next() {
        if !request.take(&word, &mut arguments)? {
            return Err(unknown(&word).into());
        }
    }
    let environment = nix::obtain(request)?;
    progress("demo: building nixward (a minute or two the first time)");
    let programs = build_nixward()?;
    let nixpkgs: &[&str] = match environment.hostpkgs {
        HostpkgsFit::Fits => &[],
        HostpkgsFit::Unfit(_) => {
            progress(
                "demo: so the example is built with real nixpkgs, which takes long the first time",
            );
            &REAL_NIXPKGS
        }
    };

    progress(format_args!("\n$ cd {EXAMPLE}"));
    for words in [&["list"][..], &["test", "--all"]] {
        let typed = Tool::new("nixward").args(words).args(nixpkgs);
        progress(format_args!("\n$ {typed}"));
        let status = with_programs(typed, &environment, &programs)?
            .folder(workspace::root().join(EXAMPLE))
            .shown()?;
        if !status.success() {
            return Ok(exit_code(status));
        }
    }
    progress(what_next(&programs, nixpkgs));
    Ok(ExitCode::SUCCESS)
}

/// Unoptimised, since the first result then comes much sooner; nixward's own share of the time is small anyway.
pub(crate) fn build_nixward() -> Result<PathBuf> {
    cargo()?
        .args(["build", "--quiet", "--package", "nixward"])
        .quiet()?;
    // xtask comes from the same profile, so from the same folder.
    let xtask = std::env::current_exe().context("xtask does not find itself")?;
    let folder = xtask.parent().context("xtask lies in no folder")?;
    anyhow::ensure!(
        folder.join("nixward").exists(),
        "cargo built no {}",
        folder.join("nixward").display()
    );
    Ok(folder.to_path_buf())
}

/// The command with this Nix around it and nixward on its `PATH`.
pub(crate) fn with_programs(
    tool: Tool,
    environment: &Environment,
    programs: &Path,
) -> Result<Tool> {
    let mut variables = environment.variables();
    for (name, value) in &mut variables {
        if name == "PATH" {
            let folders =
                std::iter::once(programs.to_path_buf()).chain(std::env::split_paths(value));
            *value = std::env::join_paths(folders)?;
        }
    }
    Ok(tool.envs(variables))
}

fn what_next(programs: &Path, nixpkgs: &[&str]) -> String {
    let programs = shell_quoted(programs.as_os_str());
    let flags = match nixpkgs {
        [] => String::new(),
        flags => format!("\n\nwith {} each time, as above", flags.join(" ")),
    };
    format!(
        "
Try it yourself:
  eval \"$(cargo xtask nix --print-env)\" && export PATH={programs}:\"$PATH\"
  cd {EXAMPLE}
  nixward                                  # where you are and what you can do
  nixward run pc-load-letter               # http://localhost:8080, Ctrl-C ends it
  nixward test pc-load-letter -- -vvv      # one project, with arguments for its test program
  nixward shell pc-load-letter             # its tools{flags}"
    )
}

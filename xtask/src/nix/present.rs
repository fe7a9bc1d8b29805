//! A Nix that is on the machine already: found, asked what it is, and left as it is.

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::Result;

use super::{
    environment::{Environment, HostpkgsFit, search_path},
    private,
    version::{OLDEST_FOR_HOSTPKGS, Version},
};
use crate::{
    process::{Tool, find_program, is_root},
    progress,
};

/// The Nix that is there, if it is new enough to be worth using. One of our own making is not looked at here.
pub(super) fn look() -> Result<Option<Environment>> {
    let Some(program) = find_program("nix", &folders()) else {
        return Ok(None);
    };
    if private::is_ours(&program)? {
        return Ok(None);
    }
    let Ok(answer) = Tool::new(&program).arg("--version").quiet() else {
        progress(format_args!(
            "nix: {} does not start, looking for another",
            program.display()
        ));
        return Ok(None);
    };
    let line = answer.lines().next().unwrap_or_default().to_owned();
    let Some(version) = Version::find(&line) else {
        return Ok(None);
    };
    if version < OLDEST_FOR_HOSTPKGS {
        progress(format_args!(
            "nix: {line} is there, but {OLDEST_FOR_HOSTPKGS} or newer is needed here"
        ));
        return Ok(None);
    }
    let hostpkgs = fit(&program);
    let programs = program.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(Some(Environment {
        version: line,
        programs,
        configuration: None,
        hostpkgs,
    }))
}

/// Where a Nix can be: `PATH`, then where installers put it, since a shell that was open before does not know yet.
fn folders() -> OsString {
    let mut folders: Vec<PathBuf> = std::env::split_paths(&search_path()).collect();
    if let Some(home) = std::env::home_dir() {
        folders.push(home.join(".nix-profile/bin"));
    }
    folders.push("/nix/var/nix/profiles/default/bin".into());
    folders.push("/run/current-system/sw/bin".into());
    // A folder that `PATH` cannot hold cannot have come from it.
    std::env::join_paths(folders).unwrap_or_default()
}

/// Whether builds may read the machine's own compilers and programs, as those of hostpkgs do.
fn fit(program: &Path) -> HostpkgsFit {
    let asked = Tool::new(program)
        .args([
            "--extra-experimental-features",
            "nix-command",
            "config",
            "show",
        ])
        .quiet();
    let Ok(answer) = asked else {
        return HostpkgsFit::Unfit("does not show its configuration".into());
    };
    let settings: HashMap<&str, &str> = answer
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let setting = |name: &str| settings.get(name).copied().unwrap_or_default();
    if setting("sandbox") != "false" {
        return HostpkgsFit::Unfit("builds in a sandbox".into());
    }
    if is_root() && !setting("build-users-group").is_empty() {
        return HostpkgsFit::Unfit("builds as users of its own".into());
    }
    let local = match setting("store") {
        "auto" | "" => private::can_write_to(Path::new("/nix/var/nix")),
        "local" => true,
        _ => false,
    };
    if local {
        HostpkgsFit::Fits
    } else {
        HostpkgsFit::Unfit("asks a daemon to build".into())
    }
}

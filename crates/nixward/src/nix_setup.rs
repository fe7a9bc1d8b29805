//! Finds Nix and what version it is; the version is remembered for as long as the program is the same file.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use fs_err as fs;
use nixward_cache::whole_file::write_whole;
use nixward_nix::{
    flake_config,
    invocation::Invocation,
    locate::{self, LocateError, SearchPlaces},
    runner::Runner,
    tool::{Nix, NixFlags},
    version::NixVersion,
};

use crate::{
    environment::Environment,
    error::{CliError, ErrorKind},
    hints,
};

/// How many programs are remembered; more than a few means that they come and go.
const MOST_REMEMBERED: usize = 16;

/// The Nix to use.
pub(crate) fn find_nix(
    environment: &Environment,
    runner: &Runner,
    flags: NixFlags,
) -> Result<Nix, CliError> {
    let places = SearchPlaces {
        path: environment.get("PATH").map(OsStr::to_owned),
        home: environment.home(),
        cwd: runner.cwd.clone(),
    };
    let program = locate::find_program(&places).map_err(|error| locate_error(&error))?;
    let version = version(&program, environment, runner)?;
    Ok(Nix {
        program,
        version,
        flags,
    })
}

/// The settings that the flake brings, if the person accepts them: builds by derivation would not see them.
pub(crate) fn flake_options(
    nix: &Nix,
    runner: &Runner,
    flake_folder: &Path,
) -> Result<Vec<(String, String)>, CliError> {
    let file = flake_folder.join("flake.nix");
    let failed = |error: &dyn std::error::Error| CliError::from_source(ErrorKind::Nix, error);
    let text = fs::read_to_string(&file).map_err(|error| failed(&error))?;
    if !flake_config::may_have_settings(&text) {
        return Ok(Vec::new());
    }
    let accepted = nix.flags.accept_flake_config || {
        let asked = runner
            .run(&nix.accepts_flake_config())
            .map_err(|error| failed(&error))?;
        asked.stdout.trim() == "true"
    };
    if !accepted {
        // Nix itself warns of what it ignores.
        return Ok(Vec::new());
    }
    let finished = runner
        .run(&nix.flake_config(&file))
        .map_err(|error| failed(&error))?;
    if !finished.succeeded() {
        // The word stands in a comment, or the file does not evaluate, which the evaluation says better.
        return Ok(Vec::new());
    }
    flake_config::as_options(&finished.stdout).map_err(|error| failed(&error))
}

fn locate_error(error: &LocateError) -> CliError {
    let hints = match error {
        LocateError::Missing => hints::without_nix(),
        LocateError::TooOld { .. } => hints::for_old_nix(),
        LocateError::Unknown { .. } => {
            vec!["see which program that is, and what `nix --version` prints".to_owned()]
        }
    };
    CliError::from_source(ErrorKind::Nix, error).hints(hints)
}

fn version(
    program: &Path,
    environment: &Environment,
    runner: &Runner,
) -> Result<NixVersion, CliError> {
    let file = environment.cache_folder().join("nix-versions.json");
    let key = key(program);
    let mut known = read_known(&file);
    if let Some(version) = key.as_ref().and_then(|key| known.remove(key)) {
        return Ok(version);
    }
    let finished = runner
        .run(&Invocation::new(program).arg("--version"))
        .map_err(|error| CliError::from_source(ErrorKind::Nix, &error))?;
    let said = if finished.stdout.is_empty() {
        &finished.stderr
    } else {
        &finished.stdout
    };
    let version =
        locate::check_version(program, OsStr::new(said)).map_err(|error| locate_error(&error))?;
    if let Some(key) = key {
        remember(&file, known, key, &version);
    }
    Ok(version)
}

/// The program's identity: another file, or another content, is another key.
fn key(program: &Path) -> Option<String> {
    let real: PathBuf = fs::canonicalize(program).ok()?;
    let metadata = fs::metadata(&real).ok()?;
    let stamp = [metadata.dev(), metadata.ino(), metadata.size()];
    Some(format!(
        "{}:{stamp:?}:{}.{}",
        real.display(),
        metadata.mtime(),
        metadata.mtime_nsec()
    ))
}

fn read_known(file: &Path) -> BTreeMap<String, NixVersion> {
    // A cache that can't be read is an empty one.
    fs::read(file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn remember(
    file: &Path,
    mut known: BTreeMap<String, NixVersion>,
    key: String,
    version: &NixVersion,
) {
    if known.len() >= MOST_REMEMBERED {
        known.clear();
    }
    known.insert(key, version.clone());
    // A home that can't be written costs one more process the next time.
    let _remembered: Option<()> = serde_json::to_vec(&known)
        .ok()
        .and_then(|bytes| write_whole(file, &bytes).ok());
}

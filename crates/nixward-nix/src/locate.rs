//! Finds `nix`: on PATH, else where installers put it for shells that have not been set up yet.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::version::{NixVersion, OLDEST_SUPPORTED};

/// Why there is no usable Nix.
#[derive(Debug, Error)]
pub enum LocateError {
    #[error("there is no `nix` on PATH, nor where its installers put it")]
    Missing,
    #[error("`{}` is no Nix that nixward knows: `--version` says {said:?}", .program.display())]
    Unknown { program: PathBuf, said: String },
    #[error("{} is too old: nixward needs Nix {OLDEST_SUPPORTED} or newer (found at {})", .version.text, .program.display())]
    TooOld {
        program: PathBuf,
        version: NixVersion,
    },
}

/// Where to look, given by the caller so that nothing here reads the environment.
#[derive(Clone, Debug)]
pub struct SearchPlaces {
    pub path: Option<OsString>,
    pub home: Option<PathBuf>,
    pub cwd: PathBuf,
}

/// Where installers put `nix` besides PATH.
const PROFILES: [&str; 3] = [
    "/nix/var/nix/profiles/default/bin",
    "/run/current-system/sw/bin",
    "/usr/local/bin",
];

/// The first `nix` that is there and can be executed.
pub fn find_program(places: &SearchPlaces) -> Result<PathBuf, LocateError> {
    if let Ok(program) = which::which_in("nix", places.path.as_deref(), &places.cwd) {
        return Ok(program);
    }
    let in_home = places.home.iter().map(|home| home.join(".nix-profile/bin"));
    let folders: Vec<PathBuf> = in_home.chain(PROFILES.iter().map(PathBuf::from)).collect();
    let joined = std::env::join_paths(folders).unwrap_or_default();
    which::which_in("nix", Some(joined), &places.cwd).map_err(|_| LocateError::Missing)
}

/// Reads what `nix --version` printed.
pub fn check_version(program: &Path, said: &OsStr) -> Result<NixVersion, LocateError> {
    let said = said.to_string_lossy();
    let Some(version) = NixVersion::parse(&said) else {
        return Err(LocateError::Unknown {
            program: program.to_owned(),
            said: said.trim().to_owned(),
        });
    };
    if version.is_supported() {
        Ok(version)
    } else {
        Err(LocateError::TooOld {
            program: program.to_owned(),
            version,
        })
    }
}

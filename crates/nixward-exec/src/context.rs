//! What an execution needs to know of the world.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use nixward_guard::Launcher;
use nixward_nix::{runner::Runner, tool::Nix};

use crate::{engine::EngineChoice, log_folder::LogFolder};

/// Given by the caller, who alone reads the environment.
#[derive(Clone, Debug)]
pub struct ExecutionContext {
    pub nix: Nix,
    /// Asks `nix` and engines' clients.
    pub runner: Runner,
    /// Starts the programs of steps.
    pub launcher: Launcher,
    /// The folder that nixward was called in.
    pub cwd: PathBuf,
    pub workspace_root: PathBuf,
    /// The caller's environment, which tests see only by `pass-env`.
    pub caller_environment: Vec<(OsString, OsString)>,
    /// Where private folders of tests are made.
    pub temporary_folder: PathBuf,
    pub logs: LogFolder,
    /// How many steps run side by side.
    pub jobs: usize,
    pub fail_fast: bool,
    pub output: OutputHandling,
    pub engine: EngineChoice,
    /// Whether images are loaded into the engine.
    pub load_images: bool,
}

/// What happens with a test's output besides going to its log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutputHandling {
    /// Shown as it comes: there is one step.
    Streamed,
    /// Shown when the step fails.
    OnFailure,
}

impl ExecutionContext {
    /// The folder that holds the store's paths, as far as a path tells.
    pub fn store_folder(path_in_store: &str) -> Option<&Path> {
        let mut ancestors = Path::new(path_in_store).ancestors().collect::<Vec<_>>();
        ancestors.reverse();
        // `/`, `/nix`, `/nix/store`: the first folder whose entries begin with a store hash.
        let index = ancestors.iter().position(|folder| {
            let name = folder
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            name.len() > 33 && name.as_bytes().get(32) == Some(&b'-')
        })?;
        ancestors.get(index.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_found_wherever_it_is() {
        let path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-run-tests/bin/run-tests";
        assert_eq!(
            ExecutionContext::store_folder(path),
            Some(Path::new("/nix/store"))
        );
        let elsewhere = "/home/x/nix/store/0123456789abcdfghijklmnpqrsvwxyz-run-tests";
        assert_eq!(
            ExecutionContext::store_folder(elsewhere),
            Some(Path::new("/home/x/nix/store"))
        );
        assert_eq!(ExecutionContext::store_folder("/usr/bin/env"), None);
    }
}

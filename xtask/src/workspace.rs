//! Where the checkout and cargo's target folder are.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The folder with the workspace's Cargo.toml.
pub(crate) fn root() -> PathBuf {
    // `cargo run` says where the crate is now; what was true when it was compiled serves a binary started by hand.
    let manifest_folder =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest_folder)
        .parent()
        .expect("xtask is a folder of the workspace")
        .to_path_buf()
}

/// The target folder that xtask itself was built into, wherever the person's settings put it.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let program = std::env::current_exe().context("xtask does not find itself")?;
    // Cargo marks its target folder so that backup programs leave it out.
    let marked = program
        .ancestors()
        .skip(1)
        .find(|folder| folder.join("CACHEDIR.TAG").exists());
    Ok(marked.map_or_else(|| root().join("target"), Path::to_path_buf))
}

/// A path as it reads best from the workspace's root.
pub(crate) fn for_people(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

//! The cargo that xtask itself was started by, for this workspace and into the same target folder.

use anyhow::Result;

use crate::{process::Tool, workspace};

/// `cargo`, wherever the person's current folder and settings are.
pub(crate) fn cargo() -> Result<Tool> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // A relative CARGO_TARGET_DIR would mean another folder from the root than from where the person is.
    Ok(Tool::new(program)
        .folder(workspace::root())
        .env("CARGO_TARGET_DIR", workspace::target_folder()?))
}

//! The workspace as it was found: its manifest, its folders, its flake.

use std::path::PathBuf;

use nixward_manifest::{Manifest, ProjectDeclaration};

/// Everything that is known before Nix is asked.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub name: String,
    /// The folder of the manifest, or of the flake where there is no manifest.
    pub root: PathBuf,
    pub manifest: Manifest,
    /// Whether a `nixward.toml` was found.
    pub has_manifest: bool,
    /// The folders that the manifest's `members` match, sorted.
    pub member_folders: Vec<MemberFolder>,
    /// The workspace root relative to the root of the source tree that Nix sees.
    pub workspace_prefix: String,
}

/// One folder that `members` matches.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberFolder {
    /// Relative to the workspace root, with `/`.
    pub path: String,
    /// What a `nixward.toml` of its own says.
    pub declaration: Option<ProjectDeclaration>,
}

impl MemberFolder {
    pub fn base_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl Workspace {
    /// Whether the manifest says which folders are projects; without that, every package is one.
    pub fn has_members(&self) -> bool {
        self.manifest.workspace.members.is_some()
    }

    /// Whether `members` matches a folder, which therefore is there.
    pub fn is_member_folder(&self, folder: &str) -> bool {
        self.member_folders
            .binary_search_by(|member| member.path.as_str().cmp(folder))
            .is_ok()
    }

    /// Turns a path of the source tree into one of the workspace; nothing where it lies outside.
    pub fn relative_to_root<'a>(&self, source_path: &'a str) -> Option<&'a str> {
        if self.workspace_prefix.is_empty() {
            return Some(source_path);
        }
        source_path
            .strip_prefix(&self.workspace_prefix)?
            .strip_prefix('/')
    }
}

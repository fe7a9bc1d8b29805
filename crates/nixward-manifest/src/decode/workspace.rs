//! `[workspace]`.

use super::context::Decoder;
use crate::{
    Workspace, grammar,
    not_yet_in_effect::{NotYet, is_not_yet_in_effect},
    syntax::{Node, Value},
};

impl Decoder {
    pub(super) fn workspace(&mut self, node: &Node) -> Workspace {
        let mut workspace = Workspace::default();
        let Some(table) = self.table("workspace", node) else {
            return workspace;
        };
        for (key, entry) in &table.entries {
            let node = &entry.node;
            let before = self.diagnostics.len();
            match key.as_str() {
                "name" => workspace.name = self.text(key, node, &grammar::NAME),
                "members" => workspace.members = self.globs(key, node),
                "exclude" => workspace.exclude = self.globs(key, node).unwrap_or_default(),
                "default-members" => {
                    workspace.default_members = self.texts(key, node, &grammar::NAME);
                }
                "flake" => workspace.flake = self.path(key, node),
                "base" => workspace.base = self.text(key, node, &grammar::REVISION),
                _ => self.unknown_key(
                    key,
                    entry,
                    "in [workspace]",
                    Workspace::KEYS.iter().copied(),
                ),
            }
            let is_right = self.diagnostics.len() == before && node.value != Value::Invalid;
            if is_right
                && is_not_yet_in_effect(
                    |not_yet| matches!(not_yet, NotYet::WorkspaceKey(name) if name == key),
                )
            {
                self.warn_not_yet_in_effect(key, entry.key_span.clone());
            }
        }
        workspace
    }

    /// A relative path, normalized.
    pub(super) fn path(&mut self, key: &str, node: &Node) -> Option<String> {
        self.text(key, node, &grammar::RELATIVE_PATH)
            .map(|path| grammar::normalized_path(&path))
    }

    /// A list of relative paths and globs, normalized.
    pub(super) fn globs(&mut self, key: &str, node: &Node) -> Option<Vec<String>> {
        let globs = self.texts(key, node, &grammar::GLOB)?;
        Some(
            globs
                .iter()
                .map(|glob| grammar::normalized_path(glob))
                .collect(),
        )
    }
}

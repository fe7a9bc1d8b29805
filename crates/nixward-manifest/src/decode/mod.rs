//! From the tree of values to the manifest, with everything that is wrong on the way.
//!
//! By hand rather than by serde's `Deserialize`, which stops at the first error. Each function takes what it
//! understands, reports the rest, and goes on.

mod context;
mod hooks;
mod keys;
mod projects;
mod settings;
mod values;
mod verbs;
mod workspace;

use self::context::Decoder;
use crate::{Diagnostic, Manifest, ProjectDeclaration, diagnostic, syntax};

/// Parses the `nixward.toml` of a workspace's root.
///
/// What could be understood is returned even if there are errors; nothing may be run from it then.
pub fn parse(text: &str) -> (Manifest, Vec<Diagnostic>) {
    let (root, syntax_errors) = syntax::read(text);
    let mut decoder = Decoder::new(syntax_errors);
    let mut manifest = Manifest::default();
    // The verbs first, since projects and hooks speak of them whatever the order of the text.
    for (key, entry) in &root.entries {
        match key.as_str() {
            "workspace" => manifest.workspace = decoder.workspace(&entry.node),
            "verbs" => manifest.verbs = decoder.verbs(&entry.node),
            "projects" | "hooks" => {}
            _ => decoder.unknown_root_key(key, entry),
        }
    }
    if let Some(projects) = root.entries.get("projects") {
        manifest.projects = decoder.projects(&projects.node);
    }
    if let Some(hooks) = root.entries.get("hooks") {
        manifest.hooks = decoder.hooks(hooks);
    }
    decoder.check_named_steps();
    (manifest, diagnostic::in_order(decoder.diagnostics))
}

/// Parses a member's own `nixward.toml`, which has the table `[project]` and nothing else.
///
/// `workspace` is the root's manifest, which declares the verbs that the project can have settings for.
pub fn parse_member(text: &str, workspace: &Manifest) -> (ProjectDeclaration, Vec<Diagnostic>) {
    let (root, syntax_errors) = syntax::read(text);
    let mut decoder = Decoder::new(syntax_errors);
    for (name, declaration) in &workspace.verbs {
        decoder
            .declared_verbs
            .insert(name.clone(), Some(declaration.like));
    }
    let mut project = ProjectDeclaration::default();
    for (key, entry) in &root.entries {
        match key.as_str() {
            "project" => project = decoder.member_project(&entry.node),
            _ => decoder.unknown_member_key(key, entry),
        }
    }
    decoder.check_named_steps();
    (project, diagnostic::in_order(decoder.diagnostics))
}

/// Whether a `nixward.toml` is a member's own and not a root's: whether it has a table `[project]`.
pub fn is_member(text: &str) -> bool {
    syntax::read(text).0.entries.contains_key("project")
}

//! Whether a flake's inputs are locked: whether equal locks mean equal inputs.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
struct LockFile {
    nodes: BTreeMap<String, Node>,
}

#[derive(Deserialize)]
struct Node {
    locked: Option<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    #[serde(rename = "type")]
    kind: Option<String>,
    path: Option<String>,
}

/// The input of a lock file that is a folder of this machine, if there is one: such a lock does not go with the source.
/// A relative path is in the source itself.
pub fn input_outside(lock: &str) -> Option<String> {
    // A lock that can't be read is told of by Nix.
    let lock: LockFile = serde_json::from_str(lock).ok()?;
    let is_outside = |node: &Node| {
        node.locked.as_ref().is_some_and(|locked| {
            locked.kind.as_deref() == Some("path")
                && locked
                    .path
                    .as_ref()
                    .is_some_and(|path| path.starts_with('/'))
        })
    };
    let mut nodes = lock.nodes.into_iter();
    nodes.find_map(|(name, node)| is_outside(&node).then_some(name))
}

/// Whether a reference, as `--override-input` takes it, always means the same source: it names a revision or a hash.
pub fn is_locked_reference(reference: &str) -> bool {
    let (path, query) = reference.split_once('?').unwrap_or((reference, ""));
    let is_revision =
        |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let names = query
        .split('&')
        .filter_map(|parameter| parameter.split_once('='));
    let begins = |schemes: &[&str]| schemes.iter().any(|scheme| path.starts_with(scheme));
    let is_forge = begins(&["github:", "gitlab:", "sourcehut:"]);
    // Elsewhere `rev` is a mere remark, and a folder has no hash but the one that it has just now.
    let takes_revision = is_forge || begins(&["git:", "git+", "hg+"]);
    let is_folder = begins(&["path:", "/", ".", "~"]);
    let mut locks = names.filter(|(name, value)| {
        (*name == "rev" && takes_revision && is_revision(value))
            || (*name == "narHash" && !is_folder && !value.is_empty())
    });
    locks.next().is_some() || (is_forge && path.rsplit('/').next().is_some_and(is_revision))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REVISION: &str = "0123456789012345678901234567890123456789";

    #[test]
    fn folders_of_this_machine_are_found() {
        let lock = |path: &str| {
            format!(
                r#"{{"nodes": {{"dep": {{"locked": {{"type": "path", "path": "{path}", "narHash": "sha256-x"}}}},
                "root": {{"inputs": {{"dep": "dep"}}}}}}, "root": "root", "version": 7}}"#
            )
        };
        assert_eq!(input_outside(&lock("/srv/dep")).as_deref(), Some("dep"));
        assert_eq!(input_outside(&lock("./dep")), None);
        assert_eq!(input_outside("{"), None);
    }

    #[test]
    fn references_with_a_revision_or_hash_are_locked() {
        for reference in [
            format!("github:NixOS/nixpkgs/{REVISION}"),
            format!("git+https://example.com/x?ref=main&rev={REVISION}"),
            "https://example.com/archive?narHash=sha256-abc".to_owned(),
        ] {
            assert!(is_locked_reference(&reference), "{reference}");
        }
        for reference in [
            "nixpkgs",
            "github:NixOS/nixpkgs/nixos-unstable",
            "path:./nix/hostpkgs",
            "/srv/x",
            "git+file:///srv/x?rev=main",
            "path:/srv/x?narHash=sha256-abc",
            "path:/srv/x?rev=0123456789012345678901234567890123456789",
            "https://example.com/archive?rev=0123456789012345678901234567890123456789",
        ] {
            assert!(!is_locked_reference(reference), "{reference}");
        }
    }
}

//! The reference to the workspace's flake, as Nix takes it.

use std::{fmt, os::unix::ffi::OsStrExt as _, path::Path};

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};

/// What must be encoded in the path of a URL, so that `a#b?c d` stays a path.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// The same for a value of the query.
const QUERY: &AsciiSet = &PATH.add(b'&').add(b'+').add(b'=');

/// A flake by its URL.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FlakeReference {
    url: String,
}

impl FlakeReference {
    /// The flake in a folder (relative to the root, `/`-separated, empty for the root itself) of a git working tree.
    /// What git tracks is what Nix sees, as it is on disk.
    pub fn git(root: &Path, folder: &str, shallow: bool) -> Self {
        let mut query = Vec::new();
        if !folder.is_empty() {
            query.push(format!("dir={}", encode(folder.as_bytes(), QUERY)));
        }
        if shallow {
            query.push("shallow=1".to_owned());
        }
        Self::new("git+file://", root, &query)
    }

    /// The flake in a folder that is in no git repository. Nix sees all of the root.
    pub fn path(root: &Path, folder: &str) -> Self {
        let query = if folder.is_empty() {
            vec![]
        } else {
            vec![format!("dir={}", encode(folder.as_bytes(), QUERY))]
        };
        Self::new("path:", root, &query)
    }

    fn new(scheme: &str, root: &Path, query: &[String]) -> Self {
        let path = encode(root.as_os_str().as_bytes(), PATH);
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        };
        Self {
            url: format!("{scheme}{path}{query}"),
        }
    }

    /// The installable for an attribute of the flake's outputs.
    pub fn installable(&self, attribute: &str) -> String {
        format!("{}#{attribute}", self.url)
    }
}

fn encode(bytes: &[u8], set: &'static AsciiSet) -> String {
    percent_encode(bytes, set).to_string()
}

impl fmt::Display for FlakeReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(root: &str, folder: &str) -> String {
        FlakeReference::git(Path::new(root), folder, false).to_string()
    }

    #[test]
    fn ordinary_folders() {
        assert_eq!(git("/srv/initech", ""), "git+file:///srv/initech");
        assert_eq!(
            git("/srv/mono", "examples/initech"),
            "git+file:///srv/mono?dir=examples/initech"
        );
        let shallow = FlakeReference::git(Path::new("/srv/mono"), "a", true);
        assert_eq!(shallow.to_string(), "git+file:///srv/mono?dir=a&shallow=1");
        assert_eq!(
            FlakeReference::path(Path::new("/srv/x"), "").to_string(),
            "path:/srv/x"
        );
    }

    #[test]
    fn what_a_url_would_interpret_is_encoded() {
        assert_eq!(
            git("/srv/a b#c?d", "x&y=z"),
            "git+file:///srv/a%20b%23c%3Fd?dir=x%26y%3Dz"
        );
        assert_eq!(git("/srv/ünï", ""), "git+file:///srv/%C3%BCn%C3%AF");
        assert_eq!(git("/srv/50%", ""), "git+file:///srv/50%25");
    }
}

//! Where something stands in a manifest, for diagnostics that only the rest of the world gives rise to.

use std::ops::Range;

use crate::syntax::{self, Value};

/// The places of a key and of its value. A table that headers make stands where its header does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Location {
    pub key: Range<usize>,
    pub value: Range<usize>,
}

/// Finds a key by the names of the tables that lead to it: `locate(text, &["projects", "web", "path"])`.
pub fn locate(text: &str, path: &[&str]) -> Option<Location> {
    let (root, _) = syntax::read(text);
    let (last, parents) = path.split_last()?;
    let mut table = &root;
    for name in parents {
        match &table.entries.get(*name)?.node.value {
            Value::Table(inner) => table = inner,
            _ => return None,
        }
    }
    let entry = table.entries.get(*last)?;
    Some(Location {
        key: entry.key_span.clone(),
        value: entry.node.span.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_found() {
        let text = "[workspace]\nmembers = [\"a\"]\n[projects.web]\ntest.args = [\n]\n";
        let found =
            |path: &[&str]| locate(text, path).map(|place| (&text[place.key], &text[place.value]));
        assert_eq!(
            found(&["workspace", "members"]),
            Some(("members", "[\"a\"]"))
        );
        assert_eq!(found(&["projects", "web"]), Some(("web", "[projects.web]")));
        assert_eq!(
            found(&["projects", "web", "test", "args"]),
            Some(("args", "[\n]"))
        );
        assert_eq!(found(&["projects", "api"]), None);
        assert_eq!(found(&["workspace", "members", "0"]), None);
        assert_eq!(found(&[]), None);
    }
}

//! Whether git converts files between its objects and the disk. Where it does, whether a tree is clean cannot be told
//! from content alone.

/// Attributes by which content differs between the two, or that may stand for others that do.
const CONVERT: [&str; 7] = [
    "text",
    "eol",
    "crlf",
    "ident",
    "filter",
    "working-tree-encoding",
    "encoding",
];

/// Whether a file of attributes sets one that converts.
pub(super) fn convert(text: &[u8]) -> bool {
    String::from_utf8_lossy(text).lines().any(|line| {
        let line = line.trim();
        // `[attr]` gives a new name to others.
        line.starts_with("[attr]")
            || (!line.starts_with('#') && attributes(line).any(|name| CONVERT.contains(&name)))
    })
}

/// The names that a line sets. A pattern may be quoted and hold blanks; parts of it are then taken for names as well,
/// which costs a closer look and nothing else.
fn attributes(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split_whitespace().skip(1);
    // What is unset or unspecified converts nothing.
    words
        .filter(|word| !word.starts_with(['-', '!']))
        .filter_map(|word| word.split('=').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_converts() {
        for text in [
            "* text=auto",
            "# all\n*.sh eol=lf\n",
            "*.bin filter=lfs diff=lfs merge=lfs -text",
            "[attr]web text\n",
            "\"a b\" ident",
        ] {
            assert!(convert(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "# * text=auto",
            "*.png binary",
            "*.bin -text !eol",
            "doc export-ignore",
            "text",
        ] {
            assert!(!convert(text.as_bytes()), "{text}");
        }
    }
}

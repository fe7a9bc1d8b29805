//! The part of `docs/benchmarks.md` that a run writes.

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::workspace;

const DOCUMENT: &str = "docs/benchmarks.md";
const BEGIN: &str = "<!-- written by `cargo xtask bench --write` from here -->\n";
const END: &str = "<!-- to here -->\n";

/// Replaces it.
pub(super) fn write(table: &str, machine: &str) -> Result<()> {
    let path = workspace::root().join(DOCUMENT);
    let text = fs::read_to_string(&path)?;
    let text = replaced(&text, &format!("\n{machine}\n{table}\n"))
        .with_context(|| format!("{DOCUMENT} has lost the lines that say where the figures go"))?;
    Ok(fs::write(path, text)?)
}

fn replaced(text: &str, figures: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{figures}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_marks_is_replaced() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let expected = format!("before\n{BEGIN}new\n{END}after\n");
        assert_eq!(replaced(&text, "new\n"), Some(expected));
        assert_eq!(replaced("before\n", "new\n"), None);
    }
}

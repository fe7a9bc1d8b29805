//! The parts of documents that commands write with `--write`.

use std::path::Path;

use anyhow::{Context as _, Result};
use fs_err as fs;

const END: &str = "<!-- to here -->\n";

fn begin(command: &str) -> String {
    format!("<!-- written by `cargo xtask {command} --write` from here -->\n")
}

/// Replaces what a command wrote before.
pub(crate) fn replace_figures(path: &Path, command: &str, figures: &str) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let text = replaced(&text, &begin(command), figures).with_context(|| {
        format!(
            "{} has lost the lines that say where the figures go",
            path.display()
        )
    })?;
    Ok(fs::write(path, text)?)
}

fn replaced(text: &str, begin: &str, figures: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}{figures}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_marks_is_replaced() {
        let begin = begin("bench");
        let text = format!("before\n{begin}old\n{END}after\n");
        let expected = format!("before\n{begin}new\n{END}after\n");
        assert_eq!(replaced(&text, &begin, "new\n"), Some(expected));
        assert_eq!(replaced("before\n", &begin, "new\n"), None);
    }
}

//! The file in which GitHub takes a summary of the job. Where it can't be written, the job has none.

use std::{
    io::{self, Write as _},
    path::Path,
};

use fs_err as fs;

use crate::console_output;

/// Adds a text; other steps of the job may have written something, too.
pub(crate) fn append(file: &Path, text: &str) {
    if let Err(error) = try_append(file, text) {
        console_output::error_text(&format!(
            "warning: no summary of the job can be written to {}: {error}\n",
            file.display()
        ));
    }
}

fn try_append(file: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.create(true).append(true).open(file)?;
    file.write_all(text.as_bytes())
}

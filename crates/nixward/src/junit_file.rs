//! The file that a JUnit report goes to. What is wrong with it is a warning: tests are not run for their report.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{asked_file, console_output};

/// A file that will be written.
pub(crate) struct JunitFile {
    path: PathBuf,
    /// Whether it was said already that it can't be written.
    is_doubtful: bool,
}

impl JunitFile {
    /// Makes its folder, and tells `warn` where that cannot be: hours later may be too late.
    pub(crate) fn prepare(path: PathBuf, warn: impl FnOnce(&Path, &io::Error)) -> Self {
        let checked = asked_file::check(&path);
        if let Err(error) = &checked {
            warn(&path, error);
        }
        Self {
            path,
            is_doubtful: checked.is_err(),
        }
    }

    /// Writes it. Whoever reads it sees the last report or this one, and never half of one.
    pub(crate) fn save(&mut self, document: &[u8]) {
        if let Err(error) = asked_file::write(&self.path, document)
            && !self.is_doubtful
        {
            warn(&self.path, &error);
        }
    }
}

/// Says it to the person.
pub(crate) fn warn(path: &Path, error: &io::Error) {
    console_output::error_text(&format!(
        "warning: no JUnit report can be written to {}: {error}\n",
        path.display()
    ));
}

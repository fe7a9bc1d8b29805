//! Files that are kept between runs: nobody ever sees half of one, whatever happens while it is written.

use std::{io::Write as _, path::Path};

use fs_err as fs;

/// Writes a file that only its owner reads, making its folder: under another name first, flushed, then renamed.
pub fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_data()?;
    temporary.persist(file)?;
    Ok(())
}

//! Files that are kept between runs: nobody ever sees half of one, whatever happens while it is written.

use std::{fs::Permissions, io::Write as _, os::unix::fs::PermissionsExt as _, path::Path};

use fs_err as fs;

/// Writes a file that only its owner reads, making its folder: under another name first, flushed, then renamed.
pub fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write(file, bytes, 0o600)
}

/// The same for a file that a person asked for: whoever may read new files may read it.
pub fn write_whole_for_all(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write(file, bytes, 0o666)
}

fn write(file: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new()
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_data()?;
    temporary.persist(file)?;
    Ok(())
}

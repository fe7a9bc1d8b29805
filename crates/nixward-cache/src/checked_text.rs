//! Text that another program reads as it is, so that nothing can stand before it: its digest is in a file beside it.

use std::{
    io,
    path::{Path, PathBuf},
};

use fs_err as fs;

use crate::whole_file::write_whole;

/// What was written, if it still is as it was.
pub fn read(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let digest = fs::read_to_string(digest_file(file)).ok()?;
    (digest == blake3::hash(text.as_bytes()).to_hex().as_str()).then_some(text)
}

/// Writes a text and its digest. If only one of them gets there, nothing is read.
pub fn write(file: &Path, text: &str) -> io::Result<()> {
    write_whole(file, text.as_bytes())?;
    let digest = blake3::hash(text.as_bytes()).to_hex();
    write_whole(&digest_file(file), digest.as_bytes())
}

fn digest_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".digest");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("script.sh");
        assert_eq!(read(&file), None);
        write(&file, "echo 1\n").unwrap();
        assert_eq!(read(&file).as_deref(), Some("echo 1\n"));
        fs::write(&file, "echo 2\n").unwrap();
        assert_eq!(read(&file), None);
        fs::write(&file, "echo").unwrap();
        assert_eq!(read(&file), None);
    }
}

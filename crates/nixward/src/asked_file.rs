//! Files that a person asked for: whole or not there, and never in the place of a device or a link.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use fs_err::{self as fs, os::unix::fs::OpenOptionsExt as _};
use rustix::fs::OFlags;

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Whether it can be written, which makes its folder.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    if is_device(path)? {
        return Ok(());
    }
    fs::create_dir_all(folder(path))?;
    // It goes away again when it is dropped.
    let _trial = tempfile::NamedTempFile::new_in(folder(&target(path)))?;
    Ok(())
}

/// Writes it. Whoever reads it sees what was there before or this, and never half of it.
pub(crate) fn write(path: &Path, document: &[u8]) -> io::Result<()> {
    if is_device(path)? {
        return write_to_device(path, document);
    }
    let target = target(path);
    let mut temporary = tempfile::Builder::new()
        // As any file that a program makes: others may read it where the person's umask says so.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder(&target))?;
    temporary.write_all(document)?;
    temporary.as_file().sync_data()?;
    temporary.persist(&target)?;
    Ok(())
}

/// A pipe or /dev/stdout must not be replaced by a file.
fn write_to_device(path: &Path, document: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    // To open a pipe without a reader would wait for one, for ever.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let mut device = options.append(true).custom_flags(flags).open(path)?;
    rustix::fs::fcntl_setfl(&device, OFlags::APPEND)?;
    device.write_all(document)
}

/// Behind a link: the link stays.
fn target(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether something is there that cannot be replaced by renaming another file.
fn is_device(path: &Path) -> io::Result<bool> {
    // What standard output was sent to may be a file, but its reader has it open already.
    if ["/dev", "/proc"]
        .iter()
        .any(|folder| path.starts_with(folder))
        && path.exists()
    {
        return Ok(true);
    }
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) => Ok(!there.is_file()),
        Err(_) => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_whole_and_a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("new/a.xml"), folder.path().join("link"));
        check(&file).unwrap();
        write(&file, b"one").unwrap();
        fs_err::os::unix::fs::symlink(&file, &link).unwrap();
        check(&link).unwrap();
        write(&link, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o400,
            0o400
        );
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(folder.path()).is_err());
        assert!(write(folder.path(), b"x").is_err());
        write(Path::new("/dev/null"), b"x").unwrap();
        assert!(is_device(Path::new("/dev/null")).unwrap());
        assert!(write(Path::new("/dev/full"), b"x").is_err());
        assert!(is_device(Path::new("/dev/full")).unwrap());
        assert!(check(Path::new("/dev/null/x/a.xml")).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_pipe_gets_it_where_somebody_reads() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
        // Without a reader this is an error, and not a run that never ends.
        assert!(write(&pipe, b"x").is_err());
        let reader = {
            let pipe = pipe.clone();
            std::thread::spawn(move || fs::read(pipe).unwrap())
        };
        let document = vec![b'x'; 1 << 20];
        while write(&pipe, &document).is_err() {
            std::thread::yield_now();
        }
        assert_eq!(reader.join().unwrap(), document);
    }
}

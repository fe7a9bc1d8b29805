//! The file that a JUnit report goes to. What is wrong with it is a warning: tests are not run for their report.

use std::{
    fs::Permissions,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use fs_err::{self as fs, os::unix::fs::OpenOptionsExt as _};
use rustix::fs::OFlags;

use crate::console_output;

/// A file that will be written.
pub(crate) struct JunitFile {
    path: PathBuf,
    /// Whether it was said already that it can't be written.
    is_doubtful: bool,
}

impl JunitFile {
    /// Makes its folder, and tells `warn` where that cannot be: hours later may be too late.
    pub(crate) fn prepare(path: PathBuf, warn: impl FnOnce(&Path, &io::Error)) -> Self {
        let checked = check(&path);
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
        if let Err(error) = write(&self.path, document)
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

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn check(path: &Path) -> io::Result<()> {
    if is_device(path)? {
        return Ok(());
    }
    fs::create_dir_all(folder(path))?;
    // It goes away again when it is dropped.
    let _trial = tempfile::NamedTempFile::new_in(folder(&target(path)))?;
    Ok(())
}

fn write(path: &Path, document: &[u8]) -> io::Result<()> {
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

    fn prepare(path: &Path) -> JunitFile {
        JunitFile::prepare(path.to_owned(), |_, _| {})
    }

    #[test]
    fn it_is_whole_and_a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("new/a.xml"), folder.path().join("link"));
        let mut junit = prepare(&file);
        assert!(!junit.is_doubtful);
        junit.save(b"one");
        fs_err::os::unix::fs::symlink(&file, &link).unwrap();
        prepare(&link).save(b"two");
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
        assert!(prepare(folder.path()).is_doubtful);
        assert!(write(folder.path(), b"x").is_err());
        write(Path::new("/dev/null"), b"x").unwrap();
        assert!(is_device(Path::new("/dev/null")).unwrap());
        assert!(write(Path::new("/dev/full"), b"x").is_err());
        assert!(is_device(Path::new("/dev/full")).unwrap());
        assert!(prepare(Path::new("/dev/null/x/a.xml")).is_doubtful);
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

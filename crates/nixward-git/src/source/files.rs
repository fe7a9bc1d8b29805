//! The state of files below a root: looked at side by side, read only where they are not as before.

use std::{fs::File, io, os::fd::OwnedFd, path::Path, time::SystemTime};

use fs_err as fs;
use rayon::prelude::*;
use rustix::{
    fs::{AtFlags, Mode, OFlags},
    io::Errno,
};

use super::stamp::{Kind, Stamp};
use crate::error::GitError;

/// For fewer files the other threads are not worth waking up.
const WORTH_THREADS: usize = 256;

/// What is known of one file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct FileState {
    pub(super) stamp: Stamp,
    /// Whether an equal stamp means the same content.
    pub(super) is_settled: bool,
    /// Of a file's bytes, or of where a link points to.
    pub(super) digest: [u8; 32],
}

/// A folder whose files are looked at.
pub(super) struct Root<'a> {
    path: &'a Path,
    folder: OwnedFd,
    began: SystemTime,
}

/// What became of the states.
pub(super) struct Looked {
    pub(super) states: Vec<FileState>,
    pub(super) changed: usize,
    pub(super) hashed: usize,
}

impl<'a> Root<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, GitError> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty());
        Ok(Self {
            path,
            folder: folder.map_err(|error| file_error(path, error.into()))?,
            began: SystemTime::now(),
        })
    }

    /// When the look began, which is what stamps are compared with.
    pub(super) fn began(&self) -> SystemTime {
        self.began
    }

    pub(super) fn stamp(&self, path: &[u8]) -> Result<Stamp, GitError> {
        match rustix::fs::statat(&self.folder, path, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Stamp::of(&stat)),
            // The second is what is said of a path below a file.
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(Stamp::default()),
            Err(error) => Err(self.error(path, error.into())),
        }
    }

    /// Looks at all files, given with what was known of them.
    pub(super) fn look<'p>(
        &self,
        files: &(impl Fn(usize) -> (&'p [u8], Option<FileState>) + Sync),
        count: usize,
    ) -> Result<Looked, GitError> {
        let one = |index: usize| {
            let (path, known) = files(index);
            self.look_at(path, known)
        };
        let states: Vec<(FileState, Effort)> = if count < WORTH_THREADS {
            (0..count).map(one).collect::<Result<_, _>>()?
        } else {
            (0..count)
                .into_par_iter()
                .with_min_len(WORTH_THREADS / 4)
                .map(one)
                .collect::<Result<_, _>>()?
        };
        let count_of = |wanted: fn(&Effort) -> bool| {
            states.iter().filter(|(_, effort)| wanted(effort)).count()
        };
        Ok(Looked {
            changed: count_of(|effort| effort.is_changed),
            hashed: count_of(|effort| effort.is_hashed),
            states: states.into_iter().map(|(state, _)| state).collect(),
        })
    }

    /// Looks at one file of which nothing is known.
    pub(super) fn state(&self, path: &[u8]) -> Result<FileState, GitError> {
        self.look_at(path, None).map(|(state, _)| state)
    }

    fn look_at(
        &self,
        path: &[u8],
        known: Option<FileState>,
    ) -> Result<(FileState, Effort), GitError> {
        let stamp = self.stamp(path)?;
        let is_changed = known.is_none_or(|known| known.stamp != stamp);
        if let Some(known) = known.filter(|known| !is_changed && known.is_settled) {
            let effort = Effort {
                is_changed: false,
                is_hashed: false,
            };
            return Ok((known, effort));
        }
        let digest = self.digest(path, stamp.kind())?;
        let state = FileState {
            stamp,
            is_settled: stamp.is_settled(self.began),
            digest: digest.unwrap_or_default(),
        };
        let effort = Effort {
            is_changed,
            is_hashed: digest.is_some(),
        };
        Ok((state, effort))
    }

    fn digest(&self, path: &[u8], kind: Kind) -> Result<Option<[u8; 32]>, GitError> {
        let digest = match kind {
            Kind::File | Kind::Executable => self.digest_of_file(path),
            Kind::Link => rustix::fs::readlinkat(&self.folder, path, Vec::new())
                .map(|target| blake3::hash(target.as_bytes()))
                .map_err(io::Error::from),
            Kind::Missing | Kind::Folder | Kind::Other => return Ok(None),
        };
        match digest {
            Ok(digest) => Ok(Some(*digest.as_bytes())),
            Err(error) => Err(self.error(path, error)),
        }
    }

    fn digest_of_file(&self, path: &[u8]) -> io::Result<blake3::Hash> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, path, flags, Mode::empty())?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::from(file))?;
        Ok(hasher.finalize())
    }

    /// A small file's text; nothing where it is not there.
    pub(super) fn text(&self, path: &[u8]) -> Result<Option<Vec<u8>>, GitError> {
        let path = self.path.join(as_path(path));
        match fs::read(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(file_error(&path, error)),
        }
    }

    fn error(&self, path: &[u8], error: io::Error) -> GitError {
        file_error(&self.path.join(as_path(path)), error)
    }
}

struct Effort {
    is_changed: bool,
    is_hashed: bool,
}

pub(super) fn as_path(path: &[u8]) -> &Path {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    Path::new(OsStr::from_bytes(path))
}

pub(super) fn file_error(path: &Path, source: io::Error) -> GitError {
    GitError::File {
        path: path.to_owned(),
        source,
    }
}

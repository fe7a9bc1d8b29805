//! The state of files below a root: looked at side by side, read only where they are not as before.

use std::{
    fs::File,
    io::{self, Read as _},
    os::fd::OwnedFd,
    path::Path,
    time::SystemTime,
};

use git2::{ObjectType, Oid};
use rayon::prelude::*;
use rustix::{
    fs::{AtFlags, Mode, OFlags},
    io::Errno,
};

use super::{
    stamp::{Kind, Stamp},
    table::Table,
};
use crate::error::GitError;

/// Larger files are hashed in pieces.
const MOST_IN_MEMORY: u64 = 16 << 20;

/// For fewer files the other threads are not worth waking up.
const WORTH_THREADS: usize = 256;

/// What is known of one file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct FileState {
    pub(super) stamp: Stamp,
    /// Whether an equal stamp means the same content.
    pub(super) is_settled: bool,
    /// The name of the object that git would make of the bytes, unconverted, or of where a link points to.
    pub(super) object: ObjectName,
    /// Whether git may make another object of them, by converting ends of lines and the like.
    pub(super) is_convertible: bool,
}

/// The name of one of git's objects.
pub(super) type ObjectName = [u8; 20];

/// A folder whose files are looked at.
pub(super) struct Root<'a> {
    path: &'a Path,
    folder: OwnedFd,
    began: SystemTime,
}

/// What became of the states.
pub(super) struct Looked {
    pub(super) states: Table<FileState>,
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

    /// Looks at all files, given with what was known of them. Where `known` has a row for each of them in their order,
    /// only the rows that are others by now are made anew.
    pub(super) fn look<'p>(
        &self,
        files: &(impl Fn(usize) -> (&'p [u8], Option<FileState>) + Sync),
        count: usize,
        known: Option<&Table<FileState>>,
    ) -> Result<Looked, GitError> {
        let one = |index: usize| {
            let (path, state) = files(index);
            self.look_at(path, state)
                .map(|(state, effort)| (index, state, effort))
        };
        let is_news = |one: &Result<(usize, FileState, Effort), GitError>| match one {
            Ok((_, _, effort)) => known.is_none() || effort.is_looked_into,
            Err(_) => true,
        };
        let news: Vec<(usize, FileState, Effort)> = if count < WORTH_THREADS {
            (0..count)
                .map(one)
                .filter(is_news)
                .collect::<Result<_, _>>()?
        } else {
            (0..count)
                .into_par_iter()
                .with_min_len(WORTH_THREADS / 4)
                .map(one)
                .filter(is_news)
                .collect::<Result<_, _>>()?
        };
        let count_of = |wanted: fn(&Effort) -> bool| {
            news.iter().filter(|(_, _, effort)| wanted(effort)).count()
        };
        Ok(Looked {
            changed: count_of(|effort| effort.is_changed),
            hashed: count_of(|effort| effort.is_hashed),
            states: match known {
                Some(known) => known.with(news.iter().map(|(index, state, _)| (*index, state))),
                None => news.iter().map(|(_, state, _)| *state).collect(),
            },
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
            return Ok((known, Effort::default()));
        }
        let content = self.content(path, &stamp)?;
        let effort = Effort {
            is_changed,
            is_hashed: content.is_some(),
            is_looked_into: true,
        };
        let (object, is_convertible) = content.unwrap_or_default();
        let state = FileState {
            stamp,
            is_settled: stamp.is_settled(self.began),
            object,
            is_convertible,
        };
        Ok((state, effort))
    }

    /// What there is to read, and whether it may be converted.
    fn content(&self, path: &[u8], stamp: &Stamp) -> Result<Option<(ObjectName, bool)>, GitError> {
        let content = match stamp.kind() {
            Kind::File | Kind::Executable if stamp.size > MOST_IN_MEMORY => {
                Oid::hash_file(ObjectType::Blob, self.path.join(as_path(path)))
                    .map(|object| (object, true))
            }
            Kind::File | Kind::Executable => {
                let bytes = self.read(path).map_err(|error| self.error(path, error))?;
                let is_convertible = is_convertible(&bytes);
                Oid::hash_object(ObjectType::Blob, &bytes).map(|object| (object, is_convertible))
            }
            Kind::Link => {
                let target = rustix::fs::readlinkat(&self.folder, path, Vec::new())
                    .map_err(|error| self.error(path, error.into()))?;
                Oid::hash_object(ObjectType::Blob, target.as_bytes()).map(|object| (object, false))
            }
            Kind::Missing | Kind::Folder | Kind::Other => return Ok(None),
        };
        let (object, is_convertible) = content.map_err(|source| GitError::Read {
            folder: self.path.join(as_path(path)),
            source,
        })?;
        let mut name = ObjectName::default();
        for (place, byte) in name.iter_mut().zip(object.as_bytes()) {
            *place = *byte;
        }
        Ok(Some((name, is_convertible)))
    }

    fn read(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, path, flags, Mode::empty())?;
        let mut bytes = Vec::new();
        File::from(file).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn error(&self, path: &[u8], error: io::Error) -> GitError {
        file_error(&self.path.join(as_path(path)), error)
    }
}

/// Whether ends of lines or `$Id$` could be converted: without them git stores the bytes as they are.
fn is_convertible(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\r\n") || bytes.windows(3).any(|three| three == b"$Id")
}

/// What a look at a file took.
#[derive(Clone, Copy, Default)]
struct Effort {
    is_changed: bool,
    is_hashed: bool,
    /// Whether the stamp was not enough.
    is_looked_into: bool,
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

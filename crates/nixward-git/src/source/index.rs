//! Which files git tracks: the index, read again only if it is another.

use std::{
    collections::BTreeSet,
    io::{self, Read as _, Seek as _, SeekFrom},
    sync::Arc,
};

use fs_err as fs;
use git2::{IndexEntry, IndexTime};

use super::{
    files::{ObjectName, file_error},
    table::{PathList, Paths, Table},
};
use crate::{error::GitError, repository::GitRepository};

const ASSUMED_UNCHANGED: u16 = 0x8000;
/// Not zero for a conflict.
const STAGE: u16 = 0x3000;
const INTENDED: u16 = 0x2000;
const LEFT_OUT: u16 = 0x4000;
/// The rest is the length of the path, and libgit2's own.
const FLAGS: u16 = ASSUMED_UNCHANGED | STAGE;
const EXTENDED_FLAGS: u16 = INTENDED | LEFT_OUT;
const SUBMODULE: u32 = 0o160_000;
const TRAILER: usize = 20;

/// Equal for an equal index: it ends with a digest of itself.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct IndexStamp {
    pub(super) length: u64,
    pub(super) trailer: [u8; TRAILER],
}

impl IndexStamp {
    /// Equal to that of no index.
    const OF_NONE: Self = Self {
        length: u64::MAX,
        trailer: [0; TRAILER],
    };
}

/// What is tracked. All paths are sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Listing {
    pub(super) index: IndexStamp,
    /// Of all that the index says: paths, modes, object names, flags.
    pub(super) digest: [u8; 32],
    pub(super) files: Paths,
    /// The folders that the files are in, the root (which is empty) among them.
    pub(super) folders: Paths,
    /// Submodules.
    pub(super) links: Paths,
    /// What the index says of each file.
    pub(super) indexed: Table<Indexed>,
    /// For each folder the place of the one that it is in; the root is in itself.
    pub(super) parents: Table<u32>,
}

/// What the index says of a file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Indexed {
    pub(super) mode: u32,
    pub(super) object: ObjectName,
    /// The lower half of the file's size when it was added.
    pub(super) size: u32,
    /// The lower half of its inode's number then.
    pub(super) inode: u32,
    /// When it was changed then, in nanoseconds since 1970.
    pub(super) modified: i64,
    /// The same for the last change of content, mode, name or owner.
    pub(super) changed: i64,
    pub(super) entry: Entry,
}

/// What kind of entry of the index a file has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Entry {
    #[default]
    Ordinary,
    /// It is only intended to be added.
    Intended,
    /// git is told to look away: the file is assumed unchanged, or left out of a sparse checkout.
    Unwatched,
    Conflict,
}

impl Entry {
    fn of(entry: &IndexEntry) -> Self {
        if entry.flags & STAGE != 0 {
            Self::Conflict
        } else if entry.flags & ASSUMED_UNCHANGED != 0 || entry.flags_extended & LEFT_OUT != 0 {
            Self::Unwatched
        } else if entry.flags_extended & INTENDED != 0 {
            Self::Intended
        } else {
            Self::Ordinary
        }
    }

    pub(super) fn to_byte(self) -> u8 {
        match self {
            Self::Ordinary => 0,
            Self::Intended => 1,
            Self::Unwatched => 2,
            Self::Conflict => 3,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Ordinary,
            1 => Self::Intended,
            2 => Self::Unwatched,
            // Of these nothing is taken for granted.
            _ => Self::Conflict,
        }
    }
}

/// The index as it is now; that of the last time where it is the same.
pub(super) fn listing(
    repository: &GitRepository,
    known: Option<&Arc<Listing>>,
) -> Result<Arc<Listing>, GitError> {
    let git = repository.open()?;
    let file = git.path().join("index");
    let stamp = stamp(&file).map_err(|error| file_error(&file, error))?;
    if let Some(known) = known.filter(|known| known.index == stamp) {
        return Ok(Arc::clone(known));
    }
    let mut index = git.index().map_err(|error| repository.read_error(error))?;
    index
        .read(false)
        .map_err(|error| repository.read_error(error))?;
    let (mut files, mut links) = (PathList::default(), PathList::default());
    let mut indexed = Vec::with_capacity(index.len());
    let mut hasher = blake3::Hasher::new();
    let mut folders = BTreeSet::from([Vec::new()]);
    let mut last = Vec::new();
    for entry in index.iter() {
        hasher.update(&entry.mode.to_le_bytes());
        hasher.update(entry.id.as_bytes());
        hasher.update(&(entry.flags & FLAGS).to_le_bytes());
        hasher.update(&(entry.flags_extended & EXTENDED_FLAGS).to_le_bytes());
        hasher.update(&entry.path);
        hasher.update(&[0]);
        // A conflict has the same path several times.
        if entry.path == last {
            continue;
        }
        // Of a conflict it is open what it will be.
        if entry.mode == SUBMODULE && entry.flags & STAGE == 0 {
            links.push(&entry.path);
        } else {
            files.push(&entry.path);
            indexed.push(Indexed::of(&entry));
        }
        add_folders(&mut folders, &entry.path);
        last = entry.path;
    }
    let folders: Paths = folders.into_iter().collect();
    let after = self::stamp(&file).map_err(|error| file_error(&file, error))?;
    Ok(Arc::new(Listing {
        // Which of two was read, nobody knows.
        index: if after == stamp {
            stamp
        } else {
            IndexStamp::OF_NONE
        },
        digest: *hasher.finalize().as_bytes(),
        parents: parents(&folders),
        files: files.into(),
        folders,
        links: links.into(),
        indexed: indexed.into_iter().collect(),
    }))
}

impl Indexed {
    fn of(entry: &IndexEntry) -> Self {
        let mut object = ObjectName::default();
        for (place, byte) in object.iter_mut().zip(entry.id.as_bytes()) {
            *place = *byte;
        }
        let nanoseconds = |time: &IndexTime| {
            i64::from(time.seconds()) * 1_000_000_000 + i64::from(time.nanoseconds())
        };
        Self {
            mode: entry.mode,
            object,
            size: entry.file_size,
            inode: entry.ino,
            modified: nanoseconds(&entry.mtime),
            changed: nanoseconds(&entry.ctime),
            entry: Entry::of(entry),
        }
    }
}

/// Where in the sorted list of all folders each one's parent is.
fn parents(folders: &Paths) -> Table<u32> {
    let parent = |folder: &[u8]| {
        let slash = folder.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        let position = folders.position(folder.get(..slash).unwrap_or_default());
        position.and_then(|position| u32::try_from(position).ok())
    };
    folders
        .iter()
        .map(|folder| parent(folder).unwrap_or_default())
        .collect()
}

/// The folders that a path is in.
fn add_folders(folders: &mut BTreeSet<Vec<u8>>, path: &[u8]) {
    let mut rest = path;
    while let Some(slash) = rest.iter().rposition(|&byte| byte == b'/') {
        rest = rest.get(..slash).unwrap_or_default();
        if folders.contains(rest) {
            return;
        }
        folders.insert(rest.to_vec());
    }
}

fn stamp(file: &std::path::Path) -> io::Result<IndexStamp> {
    let mut open = match fs::File::open(file) {
        Ok(open) => open,
        // A repository where nothing was ever added has none.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(IndexStamp::default()),
        Err(error) => return Err(error),
    };
    let length = open.metadata()?.len();
    let mut trailer = [0; TRAILER];
    if length >= TRAILER as u64 {
        open.seek(SeekFrom::End(-(TRAILER as i64)))?;
        open.read_exact(&mut trailer)?;
    }
    if trailer == [0; TRAILER] {
        // With `index.skipHash` git leaves the digest out.
        let mut hasher = blake3::Hasher::new();
        open.seek(SeekFrom::Start(0))?;
        hasher.update_reader(open)?;
        let digest = hasher.finalize();
        for (place, byte) in trailer.iter_mut().zip(digest.as_bytes()) {
            *place = *byte;
        }
    }
    Ok(IndexStamp { length, trailer })
}

//! What the files of a source tree were like when they were last looked at, in a form that is read fast.

use std::sync::Arc;

use super::{
    files::FileState,
    index::{Entry, IndexStamp, Indexed, Listing},
    stamp::Stamp,
};

/// Kept by the caller between two looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub(super) listing: Arc<Listing>,
    /// One for each file of the listing.
    pub(super) files: Vec<FileState>,
    /// One for each folder of the listing.
    pub(super) folders: Vec<FolderState>,
    /// Those that are looked into, by their path.
    pub(super) submodules: Vec<(Vec<u8>, Self)>,
}

/// What is known of a folder that holds tracked files.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct FolderState {
    pub(super) stamp: Stamp,
    /// Whether an equal stamp means that nothing in it was renamed.
    pub(super) is_settled: bool,
}

/// Many paths in two allocations.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Paths {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Paths {
    pub(super) fn push(&mut self, path: &[u8]) {
        self.bytes.extend_from_slice(path);
        self.ends
            .push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> &[u8] {
        let end = |index: usize| self.ends.get(index).map_or(0, |&end| end as usize);
        let start = index.checked_sub(1).map_or(0, end);
        self.bytes.get(start..end(index)).unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Where a path is, if the paths are sorted.
    pub(super) fn position(&self, path: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).cmp(path) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

impl Record {
    /// Changes with what [`Record::to_bytes`] writes.
    pub const FORMAT: u32 = 4;

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    /// Nothing where the bytes are not a record.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes };
        let record = reader.record()?;
        reader.bytes.is_empty().then_some(record)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let Listing {
            index,
            digest,
            files,
            folders,
            links,
            indexed,
            parents,
        } = &*self.listing;
        bytes.extend_from_slice(&index.length.to_le_bytes());
        bytes.extend_from_slice(&index.trailer);
        bytes.extend_from_slice(digest);
        for paths in [files, folders, links] {
            write_paths(bytes, paths);
        }
        write_length(bytes, indexed.len());
        for entry in indexed {
            bytes.extend_from_slice(&entry.mode.to_le_bytes());
            bytes.extend_from_slice(&entry.object);
            bytes.extend_from_slice(&entry.size.to_le_bytes());
            bytes.extend_from_slice(&entry.inode.to_le_bytes());
            bytes.extend_from_slice(&entry.modified.to_le_bytes());
            bytes.extend_from_slice(&entry.changed.to_le_bytes());
            bytes.push(entry.entry.to_byte());
        }
        for parent in parents {
            bytes.extend_from_slice(&parent.to_le_bytes());
        }
        for state in &self.files {
            write_stamp(bytes, &state.stamp);
            bytes.extend([state.is_settled, state.is_convertible].map(u8::from));
            bytes.extend_from_slice(&state.object);
        }
        for state in &self.folders {
            write_stamp(bytes, &state.stamp);
            bytes.push(state.is_settled.into());
        }
        write_length(bytes, self.submodules.len());
        for (path, record) in &self.submodules {
            write_length(bytes, path.len());
            bytes.extend_from_slice(path);
            record.write(bytes);
        }
    }
}

fn write_length(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend_from_slice(&(length as u64).to_le_bytes());
}

fn write_paths(bytes: &mut Vec<u8>, paths: &Paths) {
    write_length(bytes, paths.len());
    for end in &paths.ends {
        bytes.extend_from_slice(&end.to_le_bytes());
    }
    write_length(bytes, paths.bytes.len());
    bytes.extend_from_slice(&paths.bytes);
}

fn write_stamp(bytes: &mut Vec<u8>, stamp: &Stamp) {
    let Stamp {
        mode,
        size,
        inode,
        modified,
        changed,
    } = stamp;
    bytes.extend_from_slice(&mode.to_le_bytes());
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&inode.to_le_bytes());
    bytes.extend_from_slice(&modified.to_le_bytes());
    bytes.extend_from_slice(&changed.to_le_bytes());
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn record(&mut self) -> Option<Record> {
        let index = IndexStamp {
            length: u64::from_le_bytes(self.array()?),
            trailer: self.array()?,
        };
        let mut listing = Listing {
            index,
            digest: self.array()?,
            files: self.paths()?,
            folders: self.paths()?,
            links: self.paths()?,
            ..Listing::default()
        };
        let indexed = self.length()?;
        listing.indexed = self.many(indexed, |reader| {
            Some(Indexed {
                mode: u32::from_le_bytes(reader.array()?),
                object: reader.array()?,
                size: u32::from_le_bytes(reader.array()?),
                inode: u32::from_le_bytes(reader.array()?),
                modified: i64::from_le_bytes(reader.array()?),
                changed: i64::from_le_bytes(reader.array()?),
                entry: Entry::from_byte(reader.byte()?)?,
            })
        })?;
        listing.parents = self.many(listing.folders.len(), |reader| {
            Some(u32::from_le_bytes(reader.array()?))
        })?;
        let files = self.many(listing.files.len(), |reader| {
            Some(FileState {
                stamp: reader.stamp()?,
                is_settled: reader.flag()?,
                is_convertible: reader.flag()?,
                object: reader.array()?,
            })
        })?;
        let folders = self.many(listing.folders.len(), |reader| {
            Some(FolderState {
                stamp: reader.stamp()?,
                is_settled: reader.flag()?,
            })
        })?;
        let count = self.length()?;
        let submodules = self.many(count, |reader| {
            let length = reader.length()?;
            Some((reader.take(length)?.to_vec(), reader.record()?))
        })?;
        Some(Record {
            listing: Arc::new(listing),
            files,
            folders,
            submodules,
        })
    }

    fn many<T>(&mut self, count: usize, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        // Everything takes at least a byte: a length that was made up makes no room.
        if count > self.bytes.len() {
            return None;
        }
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(one(self)?);
        }
        Some(all)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (taken, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*taken)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.array()?)).ok()
    }

    fn byte(&mut self) -> Option<u8> {
        let [byte] = self.array()?;
        Some(byte)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.byte()? != 0)
    }

    fn stamp(&mut self) -> Option<Stamp> {
        Some(Stamp {
            mode: u32::from_le_bytes(self.array()?),
            size: u64::from_le_bytes(self.array()?),
            inode: u64::from_le_bytes(self.array()?),
            modified: i64::from_le_bytes(self.array()?),
            changed: i64::from_le_bytes(self.array()?),
        })
    }

    fn paths(&mut self) -> Option<Paths> {
        let count = self.length()?;
        let ends = self.take(count.checked_mul(4)?)?;
        let (ends, _) = ends.as_chunks::<4>();
        let ends: Vec<u32> = ends.iter().map(|end| u32::from_le_bytes(*end)).collect();
        let length = self.length()?;
        let bytes = self.take(length)?.to_vec();
        let in_order = ends.is_sorted() && ends.last().map_or(0, |&end| end as usize) == length;
        in_order.then_some(Paths { bytes, ends })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(all: &[&str]) -> Paths {
        let mut paths = Paths::default();
        for path in all {
            paths.push(path.as_bytes());
        }
        paths
    }

    fn record() -> Record {
        let listing = Listing {
            files: paths(&["a", "b/c", "b/d"]),
            folders: paths(&["", "b"]),
            links: paths(&["module"]),
            indexed: vec![Indexed::default(); 3],
            parents: vec![0, 0],
            ..Listing::default()
        };
        let state = FileState {
            stamp: Stamp {
                mode: 0o100_644,
                size: 3,
                inode: 4,
                modified: -5,
                changed: 6,
            },
            is_settled: true,
            object: [7; 20],
            is_convertible: true,
        };
        let inner = Record {
            files: Vec::new(),
            ..Record::default()
        };
        Record {
            listing: Arc::new(listing),
            files: vec![state, FileState::default(), state],
            folders: vec![FolderState::default(); 2],
            submodules: vec![(b"module".to_vec(), inner)],
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = record();
        assert_eq!(Record::from_bytes(&record.to_bytes()), Some(record));
    }

    #[test]
    fn paths_are_found() {
        let paths = paths(&["a", "b", "b/c", "d"]);
        assert_eq!(paths.position(b"b/c"), Some(2));
        assert_eq!(paths.position(b"c"), None);
        assert_eq!(paths.iter().count(), 4);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _either_way = Record::from_bytes(&bytes);
        }

        #[test]
        fn a_changed_record_makes_no_panic(at in 0_usize..400, byte: u8) {
            let mut bytes = record().to_bytes();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _either_way = Record::from_bytes(&bytes);
        }
    }
}

//! What the files of a source tree were like when they were last looked at, in a form that is read fast.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    files::FileState,
    index::{Entry, IndexStamp, Indexed, Listing},
    stamp::Stamp,
    table::{Paths, Reader, Row, Table, write_length},
};

/// Kept by the caller between two looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub(super) listing: Arc<Listing>,
    /// One for each file of the listing.
    pub(super) files: Table<FileState>,
    /// One for each folder of the listing.
    pub(super) folders: Table<FolderState>,
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

impl Record {
    /// Changes with what [`Record::to_bytes`] writes.
    pub const FORMAT: u32 = 4;

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    /// Nothing where the bytes are not a record. They stay in memory as they are.
    pub fn from_bytes(bytes: &Bytes) -> Option<Self> {
        let mut parts = Parts {
            all: bytes,
            rest: Reader { bytes },
        };
        let record = parts.record()?;
        parts.rest.bytes.is_empty().then_some(record)
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
            paths.write(bytes);
        }
        write_length(bytes, indexed.len());
        bytes.extend_from_slice(indexed.as_bytes());
        bytes.extend_from_slice(parents.as_bytes());
        bytes.extend_from_slice(self.files.as_bytes());
        bytes.extend_from_slice(self.folders.as_bytes());
        write_length(bytes, self.submodules.len());
        for (path, record) in &self.submodules {
            write_length(bytes, path.len());
            bytes.extend_from_slice(path);
            record.write(bytes);
        }
    }
}

impl Row for Indexed {
    const SIZE: usize = 49;

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.mode.to_le_bytes());
        bytes.extend_from_slice(&self.object);
        bytes.extend_from_slice(&self.size.to_le_bytes());
        bytes.extend_from_slice(&self.inode.to_le_bytes());
        bytes.extend_from_slice(&self.modified.to_le_bytes());
        bytes.extend_from_slice(&self.changed.to_le_bytes());
        bytes.push(self.entry.to_byte());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            mode: u32::from_le_bytes(reader.array()?),
            object: reader.array()?,
            size: u32::from_le_bytes(reader.array()?),
            inode: u32::from_le_bytes(reader.array()?),
            modified: i64::from_le_bytes(reader.array()?),
            changed: i64::from_le_bytes(reader.array()?),
            entry: Entry::from_byte(reader.byte()?),
        })
    }
}

impl Row for FileState {
    const SIZE: usize = Stamp::SIZE + 22;

    fn write(&self, bytes: &mut Vec<u8>) {
        self.stamp.write(bytes);
        bytes.extend([self.is_settled, self.is_convertible].map(u8::from));
        bytes.extend_from_slice(&self.object);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            stamp: Stamp::read(reader)?,
            is_settled: reader.flag()?,
            is_convertible: reader.flag()?,
            object: reader.array()?,
        })
    }
}

impl Row for FolderState {
    const SIZE: usize = Stamp::SIZE + 1;

    fn write(&self, bytes: &mut Vec<u8>) {
        self.stamp.write(bytes);
        bytes.push(self.is_settled.into());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            stamp: Stamp::read(reader)?,
            is_settled: reader.flag()?,
        })
    }
}

impl Row for Stamp {
    const SIZE: usize = 36;

    fn write(&self, bytes: &mut Vec<u8>) {
        let Self {
            mode,
            size,
            inode,
            modified,
            changed,
        } = self;
        bytes.extend_from_slice(&mode.to_le_bytes());
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&inode.to_le_bytes());
        bytes.extend_from_slice(&modified.to_le_bytes());
        bytes.extend_from_slice(&changed.to_le_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            mode: u32::from_le_bytes(reader.array()?),
            size: u64::from_le_bytes(reader.array()?),
            inode: u64::from_le_bytes(reader.array()?),
            modified: i64::from_le_bytes(reader.array()?),
            changed: i64::from_le_bytes(reader.array()?),
        })
    }
}

/// The parts of a record, taken from its bytes one after the other.
struct Parts<'a> {
    all: &'a Bytes,
    rest: Reader<'a>,
}

impl Parts<'_> {
    fn record(&mut self) -> Option<Record> {
        let index = IndexStamp {
            length: u64::from_le_bytes(self.rest.array()?),
            trailer: self.rest.array()?,
        };
        let digest = self.rest.array()?;
        let (files, folders, links) = (self.paths()?, self.paths()?, self.paths()?);
        let indexed = self.rest.length()?;
        let listing = Listing {
            index,
            digest,
            indexed: self.table(indexed)?,
            parents: self.table(folders.len())?,
            files,
            folders,
            links,
        };
        let files = self.table(listing.files.len())?;
        let folders = self.table(listing.folders.len())?;
        let mut submodules = Vec::new();
        for _ in 0..self.rest.length()? {
            let length = self.rest.length()?;
            submodules.push((self.rest.take(length)?.to_vec(), self.record()?));
        }
        Some(Record {
            listing: Arc::new(listing),
            files,
            folders,
            submodules,
        })
    }

    fn table<T: Row>(&mut self, count: usize) -> Option<Table<T>> {
        let bytes = self.rest.take(count.checked_mul(T::SIZE)?)?;
        Table::from_bytes(self.all.slice_ref(bytes))
    }

    fn paths(&mut self) -> Option<Paths> {
        let count = self.rest.length()?;
        let ends = self.table(count)?;
        let length = self.rest.length()?;
        let bytes = self.rest.take(length)?;
        Paths::new(self.all.slice_ref(bytes), ends)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> Record {
        let listing = Listing {
            files: ["a", "b/c", "b/d"].into_iter().collect(),
            folders: ["", "b"].into_iter().collect(),
            links: ["module"].into_iter().collect(),
            indexed: [Indexed::default(); 3].into_iter().collect(),
            parents: [0, 0].into_iter().collect(),
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
            files: Table::default(),
            ..Record::default()
        };
        Record {
            listing: Arc::new(listing),
            files: [state, FileState::default(), state].into_iter().collect(),
            folders: [FolderState::default(); 2].into_iter().collect(),
            submodules: vec![(b"module".to_vec(), inner)],
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = record();
        assert_eq!(Record::from_bytes(&record.to_bytes().into()), Some(record));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _either_way = Record::from_bytes(&bytes.into());
        }

        #[test]
        fn a_changed_record_makes_no_panic(at in 0_usize..400, byte: u8) {
            let mut bytes = record().to_bytes();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _either_way = Record::from_bytes(&bytes.into());
        }
    }
}

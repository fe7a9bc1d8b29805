//! A file that keeps the beginning and the end of what is written to it, however much that is.

use std::{
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use fs_err::{self as fs, File, os::unix::fs::OpenOptionsExt as _};

/// How much of the beginning is kept, and as much of the end.
const LARGEST_PART: u64 = 32 << 20;
/// What every file gets of each part, whatever the others of its run have taken.
const SMALLEST_PART: u64 = 1 << 20;

/// How much all files of a run may still take besides what each is sure of.
#[derive(Clone, Debug)]
pub(crate) struct Room(Arc<AtomicU64>);

impl Room {
    pub(crate) fn of(bytes: u64) -> Self {
        Self(Arc::new(AtomicU64::new(bytes)))
    }

    /// Takes as much of what is wanted as there is.
    fn take(&self, wanted: u64) -> u64 {
        let left = |room: u64| Some(room.saturating_sub(wanted));
        let before = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        before.unwrap_or_else(|before| before).min(wanted)
    }

    fn give_back(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The file; only the user may read it.
#[derive(Debug)]
pub(crate) struct BoundedFile {
    file: File,
    room: Room,
    largest_part: u64,
    /// How much was written in all.
    total: u64,
    /// How much of that is the beginning.
    head: u64,
    ends_line: bool,
    tail: Option<Tail>,
}

/// The end, going round in a file without a name: it takes no memory, and is gone with nixward.
#[derive(Debug)]
struct Tail {
    ring: std::fs::File,
    capacity: u64,
    /// How much of the capacity was taken from the others' room.
    taken: u64,
    /// How much was written to it in all.
    written: u64,
}

impl BoundedFile {
    pub(crate) fn create(path: &Path, room: Room) -> io::Result<Self> {
        Self::with_parts(path, room, LARGEST_PART)
    }

    fn with_parts(path: &Path, room: Room, largest_part: u64) -> io::Result<Self> {
        let mut options = fs::OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        Ok(Self {
            file,
            room,
            largest_part,
            total: 0,
            head: 0,
            ends_line: true,
            tail: None,
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.total += bytes.len() as u64;
        let fitting = match self.tail {
            Some(_) => 0,
            None => usize::try_from(self.room_at_head(bytes.len() as u64)).unwrap_or(bytes.len()),
        };
        let (head, rest) = bytes.split_at(fitting);
        if let Some(last) = head.last() {
            self.file.write_all(head)?;
            self.head += head.len() as u64;
            self.ends_line = *last == b'\n';
        }
        if rest.is_empty() {
            return Ok(());
        }
        if self.tail.is_none() {
            self.tail = Some(Tail::new(self.file.path(), &self.room, self.largest_part)?);
        }
        match &mut self.tail {
            Some(tail) => tail.write(rest),
            None => Ok(()),
        }
    }

    /// How much of that many bytes still belongs to the beginning.
    fn room_at_head(&self, wanted: u64) -> u64 {
        let sure = SMALLEST_PART
            .min(self.largest_part)
            .saturating_sub(self.head);
        let sure = sure.min(wanted);
        let more = self.largest_part.saturating_sub(self.head + sure);
        sure + self.room.take((wanted - sure).min(more))
    }

    /// Puts the end behind the beginning; gives how many bytes between them are left out.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        let Some(mut tail) = self.tail.take() else {
            return Ok(0);
        };
        let kept = tail.written.min(tail.capacity);
        let left_out = self.total - self.head - kept;
        if left_out > 0 {
            let begin = if self.ends_line { "" } else { "\n" };
            let line = format!("{begin}──── nixward: {left_out} bytes left out ────\n");
            self.file.write_all(line.as_bytes())?;
        }
        tail.copy_to(&mut self.file)?;
        self.room.give_back(tail.taken.saturating_sub(kept));
        Ok(left_out)
    }
}

impl Tail {
    fn new(beside: &Path, room: &Room, largest_part: u64) -> io::Result<Self> {
        let folder = beside.parent().unwrap_or(Path::new("."));
        let sure = SMALLEST_PART.min(largest_part);
        let taken = room.take(largest_part - sure);
        Ok(Self {
            ring: tempfile::tempfile_in(folder)?,
            capacity: sure + taken,
            taken,
            written: 0,
        })
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let place = self.written % self.capacity;
            if place == 0 {
                self.ring.seek(SeekFrom::Start(0))?;
            }
            let room = usize::try_from(self.capacity - place).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.ring.write_all(now)?;
            self.written += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }

    /// Writes what is kept in the order in which it came.
    fn copy_to(&mut self, file: &mut File) -> io::Result<()> {
        let oldest = if self.written > self.capacity {
            self.written % self.capacity
        } else {
            0
        };
        self.ring.seek(SeekFrom::Start(oldest))?;
        io::copy(&mut self.ring, file)?;
        self.ring.seek(SeekFrom::Start(0))?;
        io::copy(&mut (&self.ring).take(oldest), file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// What is left of an output that is written in pieces, in parts of 8 bytes.
    fn kept(output: &str, piece: usize) -> (String, u64) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = BoundedFile::with_parts(&path, Room::of(0), 8).unwrap();
        for bytes in output.as_bytes().chunks(piece) {
            file.write(bytes).unwrap();
        }
        let left_out = file.finish().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        (fs::read_to_string(&path).unwrap(), left_out)
    }

    #[test]
    fn beginning_and_end_are_kept_however_they_come() {
        for piece in 1..30 {
            assert_eq!(kept("", piece), (String::new(), 0));
            assert_eq!(kept("0123456", piece), ("0123456".to_owned(), 0));
            assert_eq!(
                kept("0123456789abcdef", piece),
                ("0123456789abcdef".to_owned(), 0)
            );
            assert_eq!(
                kept("0123456789abcdefg", piece),
                (
                    "01234567\n──── nixward: 1 bytes left out ────\n9abcdefg".to_owned(),
                    1
                )
            );
            assert_eq!(
                kept("one\ntwo\nthree\nfour\nfive\nsix\n", piece),
                (
                    "one\ntwo\n──── nixward: 12 bytes left out ────\nive\nsix\n".to_owned(),
                    12
                )
            );
        }
    }

    #[test]
    fn gigabytes_take_no_more_than_both_parts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = BoundedFile::create(&path, Room::of(u64::MAX / 2)).unwrap();
        let line = vec![b'x'; 64 << 10];
        for _ in 0..(2 << 30) / line.len() {
            file.write(&line).unwrap();
        }
        file.write(b"the end").unwrap();
        let left_out = file.finish().unwrap();
        assert_eq!(left_out, (2 << 30) + 7 - 2 * LARGEST_PART);
        let metadata = fs::metadata(&path).unwrap();
        assert!(metadata.len() < 2 * LARGEST_PART + 100);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert!(fs::read(&path).unwrap().ends_with(b"xxxthe end"));
    }

    #[test]
    fn what_others_took_is_not_there_and_something_always_is() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::of(3 << 20);
        let size = |name: &str| {
            let path = folder.path().join(name);
            let mut file = BoundedFile::create(&path, room.clone()).unwrap();
            for _ in 0..64 {
                file.write(&vec![b'x'; 1 << 20]).unwrap();
            }
            let left_out = file.finish().unwrap();
            let size = fs::metadata(&path).unwrap().len();
            assert!((64 << 20) - left_out <= size && size < (64 << 20) - left_out + 100);
            size >> 20
        };
        assert_eq!((size("first"), size("second"), size("third")), (5, 2, 2));
    }
}

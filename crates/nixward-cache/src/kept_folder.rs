//! A folder of kept files: each checked when it is read, all of them together bounded in size.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use fs_err as fs;

use crate::whole_file::write_whole;

const MAGIC: &[u8; 8] = b"nixward\0";
/// Magic, format, and the digest of the name and what follows.
const HEADER: usize = MAGIC.len() + 4 + blake3::OUT_LEN;
/// What a small file takes on the disk.
const BLOCK: u64 = 4096;
/// All of them are looked at when one is written.
const MOST_FILES: usize = 2000;
/// How exactly it is known when a file was last used; every reading would otherwise be a writing.
const USED_WITHIN: Duration = Duration::from_hours(1);
/// What a nixward that was killed left behind under a temporary name is older than this.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// Files of one kind. What can't be read, whatever the reason, is not there.
#[derive(Clone, Debug)]
pub struct KeptFolder {
    folder: PathBuf,
    /// Changes with what the files hold; files of another format are not read.
    format: u32,
    most_bytes: u64,
}

impl KeptFolder {
    pub fn new(folder: PathBuf, format: u32, most_bytes: u64) -> Self {
        Self {
            folder,
            format,
            most_bytes,
        }
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// What is kept under a name: a plain file name that the caller makes, such as a digest.
    pub fn read(&self, name: &str) -> Option<Bytes> {
        let file = self.folder.join(name);
        let bytes = fs::read(&file).ok()?;
        let (header, payload) = bytes.split_at_checked(HEADER)?;
        if header != self.header(name, payload) {
            return None;
        }
        mark_used(&file);
        let bytes = Bytes::from(bytes);
        Some(bytes.slice(HEADER..))
    }

    /// Keeps something under a name, in place of what was there, and lets go of what was not used for longest where
    /// it becomes too much.
    pub fn write(&self, name: &str, payload: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(HEADER + payload.len());
        bytes.extend_from_slice(&self.header(name, payload));
        bytes.extend_from_slice(payload);
        write_whole(&self.folder.join(name), &bytes)?;
        self.trim(name);
        Ok(())
    }

    /// The name counts, so that nothing is believed of a file that got into another's place.
    fn header(&self, name: &str, payload: &[u8]) -> [u8; HEADER] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(name.as_bytes()).update(&[0]).update(payload);
        let mut header = [0; HEADER];
        let parts = MAGIC
            .iter()
            .copied()
            .chain(self.format.to_le_bytes())
            .chain(*hasher.finalize().as_bytes());
        for (place, byte) in header.iter_mut().zip(parts) {
            *place = byte;
        }
        header
    }

    /// Removes the files that were not used for longest until the rest is small enough. What was just written stays.
    fn trim(&self, written: &str) {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        let now = SystemTime::now();
        let mut files = Vec::new();
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let age = now.duration_since(used).unwrap_or_default();
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                if age > LEFT_BEHIND {
                    let _another_may_have_been_faster = fs::remove_file(entry.path());
                }
            } else if metadata.is_file() && name != *written {
                files.push((used, metadata.len().next_multiple_of(BLOCK), entry.path()));
            }
        }
        let mut count = files.len();
        let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
        files.sort();
        for (_, size, path) in files {
            if total <= self.most_bytes && count <= MOST_FILES {
                break;
            }
            total -= size;
            count -= 1;
            let _another_may_have_been_faster = fs::remove_file(path);
        }
    }
}

fn mark_used(file: &Path) {
    let is_recent = |modified: SystemTime| {
        SystemTime::now()
            .duration_since(modified)
            .is_ok_and(|age| age < USED_WITHIN)
    };
    let modified = fs::metadata(file).and_then(|metadata| metadata.modified());
    if !modified.is_ok_and(is_recent) {
        // A home that can't be written keeps what it has.
        let _marked = fs::OpenOptions::new()
            .append(true)
            .open(file)
            .and_then(|file| file.set_modified(SystemTime::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(most_bytes: u64) -> (tempfile::TempDir, KeptFolder) {
        let temporary = tempfile::tempdir().unwrap();
        let kept = KeptFolder::new(temporary.path().join("kept"), 1, most_bytes);
        (temporary, kept)
    }

    #[test]
    fn what_was_written_is_read_back() {
        let (_temporary, kept) = folder(1000);
        assert!(kept.read("a").is_none());
        kept.write("a", b"one").unwrap();
        kept.write("a", b"two").unwrap();
        assert_eq!(&*kept.read("a").unwrap(), b"two");
    }

    #[test]
    fn what_is_damaged_or_foreign_is_not_there() {
        let (_temporary, kept) = folder(1000);
        kept.write("a", b"some text").unwrap();
        let file = kept.path().join("a");
        let whole = fs::read(&file).unwrap();
        for length in 0..whole.len() {
            fs::write(&file, &whole[..length]).unwrap();
            assert!(kept.read("a").is_none(), "cut to {length} bytes");
        }
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(&file, &flipped).unwrap();
            assert!(kept.read("a").is_none(), "another bit in byte {at}");
        }
        fs::write(&file, &whole).unwrap();
        assert!(kept.read("a").is_some());
        fs::write(kept.path().join("b"), &whole).unwrap();
        assert!(kept.read("b").is_none());
        let next = KeptFolder::new(kept.path().to_owned(), 2, 1000);
        assert!(next.read("a").is_none());
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let (_temporary, kept) = folder(2 * BLOCK);
        for (age, name) in ["old", "older", "oldest"].into_iter().enumerate() {
            kept.write(name, &[0; 100]).unwrap();
            let used = SystemTime::now() - Duration::from_hours(2 + age as u64);
            let file = fs::OpenOptions::new()
                .append(true)
                .open(kept.path().join(name))
                .unwrap();
            file.set_modified(used).unwrap();
        }
        // To read is to use.
        assert!(kept.read("oldest").is_some());
        kept.write("new", &[0; 100]).unwrap();
        let there: Vec<bool> = ["new", "oldest", "old", "older"]
            .map(|name| kept.path().join(name).exists())
            .into();
        assert_eq!(there, [true, true, true, false]);
    }
}

//! The fingerprint of a folder that is in no git repository: Nix sees all that is in it.

use std::{os::unix::ffi::OsStrExt as _, path::Path, sync::Arc};

use fs_err as fs;

use super::{
    Fingerprint, Scan,
    files::{Looked, Root, file_error},
    index::Listing,
    record::Record,
    table::{Paths, Table},
};
use crate::error::GitError;

const NANOSECONDS: i64 = 1_000_000_000;

/// Looks at a folder and all that is below it.
pub fn scan_folder(root: &Path, known: Option<&Record>) -> Result<Scan, GitError> {
    let open = Root::open(root)?;
    let mut paths = vec![b".".to_vec()];
    walk(root, &mut Vec::new(), &mut paths)?;
    paths.sort();
    let files: Paths = paths.into_iter().collect();
    let Looked {
        states,
        changed,
        hashed,
    } = open.look(
        &|index| {
            let path = files.get(index);
            let state = known.and_then(|known| {
                let position = known.listing.files.position(path)?;
                known.files.get(position)
            });
            (path, state)
        },
        files.len(),
        None,
    )?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"path");
    for (path, state) in files.iter().zip(states.iter()) {
        hasher.update(path);
        hasher.update(&[0, state.stamp.kind().letter()]);
        // Flakes read the latest of these as `self.lastModified`.
        let seconds = state.stamp.modified.div_euclid(NANOSECONDS);
        hasher.update(&seconds.to_le_bytes());
        hasher.update(&state.object);
    }
    let listing = Listing {
        files,
        ..Listing::default()
    };
    Ok(Scan {
        fingerprint: Fingerprint(*hasher.finalize().as_bytes()),
        record: Record {
            listing: Arc::new(listing),
            files: states,
            folders: Table::default(),
            submodules: Vec::new(),
        },
        changed,
        hashed,
        marks: Vec::new(),
    })
}

/// Adds the paths of all that is below a folder, relative to the root; links are not followed.
fn walk(folder: &Path, prefix: &mut Vec<u8>, paths: &mut Vec<Vec<u8>>) -> Result<(), GitError> {
    let failed = |error| file_error(folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let length = prefix.len();
        prefix.extend_from_slice(entry.file_name().as_bytes());
        paths.push(prefix.clone());
        if entry.file_type().map_err(failed)?.is_dir() {
            prefix.push(b'/');
            walk(&entry.path(), prefix, paths)?;
        }
        prefix.truncate(length);
    }
    Ok(())
}

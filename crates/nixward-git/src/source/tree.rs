//! The fingerprint of a git working tree: what is tracked as it is on disk, and what flakes read of its history.

use std::{path::PathBuf, sync::Arc};

use git2::{ErrorCode, Repository, StatusOptions};
use rayon::prelude::*;

use super::{
    Fingerprint, Scan, attributes,
    files::{FileState, Looked, Root, as_path, file_error},
    index::{Listing, listing},
    record::{FolderState, Record},
    stamp::Kind,
};
use crate::{error::GitError, repository::GitRepository};

/// The settings of git that decide whether a tree is clean.
const SETTINGS: [&str; 6] = [
    "core.autocrlf",
    "core.eol",
    "core.filemode",
    "core.symlinks",
    "core.ignorecase",
    "core.precomposeunicode",
];

/// For fewer folders the other threads are not worth waking up.
const WORTH_THREADS: usize = 256;

/// What else decides what Nix sees of a working tree.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Whether the flake asks for what lies in submodules.
    pub submodules: bool,
    /// The files of attributes outside of the repository that git reads by itself: the person's and the machine's.
    pub attributes_files: Vec<PathBuf>,
}

/// Looks at a working tree.
pub fn scan(
    repository: &GitRepository,
    known: Option<&Record>,
    view: &View,
) -> Result<Scan, GitError> {
    let root = Root::open(&repository.root)?;
    let listing = listing(repository, known.map(|known| &known.listing))?;
    let Looked {
        states,
        mut changed,
        mut hashed,
    } = look_at_files(&root, &listing, known)?;
    let folders = look_at_folders(&root, &listing, known)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"git");
    hasher.update(&listing.digest);
    add_states(&mut hasher, &states, &folders);
    for link in listing.links.iter() {
        hasher.update(&[root.stamp(link)?.kind().letter()]);
    }
    add_history(&mut hasher, repository)?;
    let converts = add_settings(&mut hasher, repository, view, &root, &listing, &folders)?;
    if converts {
        // Nix reads a clean tree from git's objects, and any other from the disk.
        hasher.update(&[is_clean(repository)?.into()]);
    }
    let mut submodules = Vec::new();
    if view.submodules {
        for link in listing.links.iter() {
            let Some(scan) = scan_submodule(repository, link, known, view)? else {
                hasher.update(b"absent");
                continue;
            };
            hasher.update(scan.fingerprint.as_bytes());
            changed += scan.changed;
            hashed += scan.hashed;
            submodules.push((link.to_vec(), scan.record));
        }
    }
    Ok(Scan {
        fingerprint: Fingerprint(*hasher.finalize().as_bytes()),
        record: Record {
            listing,
            files: states,
            folders,
            submodules,
        },
        changed,
        hashed,
    })
}

fn look_at_files(
    root: &Root<'_>,
    listing: &Arc<Listing>,
    known: Option<&Record>,
) -> Result<Looked, GitError> {
    let is_same_listing = known.is_some_and(|known| known.listing == *listing);
    let file = |index: usize| -> (&[u8], Option<FileState>) {
        let path = listing.files.get(index);
        let state = known.and_then(|known| {
            let position = if is_same_listing {
                index
            } else {
                known.listing.files.position(path)?
            };
            known.files.get(position).copied()
        });
        (path, state)
    };
    root.look(&file, listing.files.len())
}

fn look_at_folders(
    root: &Root<'_>,
    listing: &Listing,
    known: Option<&Record>,
) -> Result<Vec<FolderState>, GitError> {
    let one = |index: usize| {
        let path = listing.folders.get(index);
        let known = known.and_then(|known| {
            let same = known.listing.folders.get(index) == path;
            let position = if same {
                index
            } else {
                known.listing.folders.position(path)?
            };
            known.folders.get(position)
        });
        look_at_folder(root, path, known)
    };
    let count = listing.folders.len();
    if count < WORTH_THREADS {
        (0..count).map(one).collect()
    } else {
        (0..count)
            .into_par_iter()
            .with_min_len(WORTH_THREADS / 4)
            .map(one)
            .collect()
    }
}

fn look_at_folder(
    root: &Root<'_>,
    path: &[u8],
    known: Option<&FolderState>,
) -> Result<FolderState, GitError> {
    let stamp = root.stamp(if path.is_empty() { b"." } else { path })?;
    if let Some(known) = known.filter(|known| known.is_settled && known.stamp == stamp) {
        return Ok(*known);
    }
    // Files may come and go in a folder; that one of these did shows in the folder's own stamp.
    let holds = |name: &[u8]| -> Result<bool, GitError> {
        let separator: &[u8] = if path.is_empty() { b"" } else { b"/" };
        Ok(root.stamp(&[path, separator, name].concat())?.kind() != Kind::Missing)
    };
    Ok(FolderState {
        stamp,
        is_settled: stamp.is_settled(root.began()),
        has_repository: !path.is_empty() && holds(b".git")?,
        has_attributes: holds(b".gitattributes")?,
    })
}

fn add_states(hasher: &mut blake3::Hasher, files: &[FileState], folders: &[FolderState]) {
    let mut bytes = Vec::with_capacity(files.len() * 33 + folders.len() * 2);
    for state in files {
        bytes.push(state.stamp.kind().letter());
        bytes.extend_from_slice(&state.digest);
    }
    for state in folders {
        bytes.push(state.stamp.kind().letter());
        bytes.push(state.has_repository.into());
    }
    hasher.update(&bytes);
}

/// What flakes read as `self.rev`, `self.revCount` and `self.lastModified`.
fn add_history(hasher: &mut blake3::Hasher, repository: &GitRepository) -> Result<(), GitError> {
    let git = &repository.repository;
    match git.head().and_then(|head| head.peel_to_commit()) {
        Ok(commit) => hasher.update(commit.id().as_bytes()),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => {
            hasher.update(b"unborn")
        }
        Err(error) => return Err(repository.read_error(error)),
    };
    if git.is_shallow() {
        let file = git.commondir().join("shallow");
        let cuts = fs_err::read(&file).map_err(|error| file_error(&file, error))?;
        hasher.update(b"shallow");
        hasher.update(blake3::hash(&cuts).as_bytes());
    }
    Ok(())
}

/// Adds what decides whether the tree is clean; says whether more than content decides.
fn add_settings(
    hasher: &mut blake3::Hasher,
    repository: &GitRepository,
    view: &View,
    root: &Root<'_>,
    listing: &Listing,
    folders: &[FolderState],
) -> Result<bool, GitError> {
    let read = |error| repository.read_error(error);
    let git = &repository.repository;
    let config = git
        .config()
        .and_then(|mut config| config.snapshot())
        .map_err(read)?;
    let mut converts = false;
    for name in SETTINGS {
        let value = config.get_str(name).unwrap_or_default();
        hasher.update(value.as_bytes());
        hasher.update(&[0]);
        converts |= name == "core.autocrlf" && !matches!(value, "" | "false");
    }
    let mut files = vec![git.commondir().join("info/attributes")];
    files.extend(config.get_path("core.attributesfile").ok());
    files.extend_from_slice(&view.attributes_files);
    for file in files {
        if let Ok(text) = fs_err::read(&file) {
            converts |= attributes::convert(&text);
            hasher.update(&text);
        }
        hasher.update(&[0]);
    }
    for (path, state) in listing.folders.iter().zip(folders) {
        if state.has_attributes && !converts {
            let separator: &[u8] = if path.is_empty() { b"" } else { b"/" };
            let text = root.text(&[path, separator, b".gitattributes"].concat())?;
            converts = text.is_some_and(|text| attributes::convert(&text));
        }
    }
    Ok(converts)
}

/// As Nix asks it.
fn is_clean(repository: &GitRepository) -> Result<bool, GitError> {
    let mut options = StatusOptions::new();
    options.include_untracked(false).exclude_submodules(true);
    let statuses = repository
        .repository
        .statuses(Some(&mut options))
        .map_err(|error| repository.read_error(error))?;
    Ok(statuses.is_empty())
}

/// Looks into a submodule; nothing where it is not checked out.
fn scan_submodule(
    repository: &GitRepository,
    path: &[u8],
    known: Option<&Record>,
    view: &View,
) -> Result<Option<Scan>, GitError> {
    let folder = repository.root.join(as_path(path));
    let Some(inner) = Repository::open(&folder).ok().and_then(GitRepository::of) else {
        return Ok(None);
    };
    let known = known.and_then(|known| {
        let mut submodules = known.submodules.iter();
        submodules.find(|(known, _)| known == path)
    });
    scan(&inner, known.map(|(_, record)| record), view).map(Some)
}

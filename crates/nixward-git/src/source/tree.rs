//! The fingerprint of a git working tree: what is tracked as it is on disk, and what flakes read of its history.

use std::{
    collections::BTreeSet,
    path::{Component, PathBuf},
    sync::Arc,
};

use git2::{AttrCheckFlags, AttrValue, ErrorCode, Repository, StatusOptions};
use rayon::prelude::*;

use super::{
    Fingerprint, Scan,
    files::{FileState, Looked, Root, as_path, file_error},
    index::{Entry, Listing, listing},
    record::{FolderState, Record},
    stamp::{Kind, Stamp},
    table::Table,
    verdict::{self, Verdict},
};
use crate::{error::GitError, repository::GitRepository};

/// For fewer folders the other threads are not worth waking up.
const WORTH_THREADS: usize = 256;

/// What else decides what Nix sees of a working tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// Whether the flake asks for what lies in submodules.
    pub submodules: bool,
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
    refuse_what_cannot_be_told(repository, &listing, &states)?;
    let folders = look_at_folders(&root, &listing, known)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"git");
    hasher.update(&listing.digest);
    add_states(&mut hasher, &states, &folders);
    for link in listing.links.iter() {
        // What lies there in place of a submodule's folder is a file like any other.
        let state = root.state(link)?;
        hasher.update(&[state.stamp.kind().letter()]);
        hasher.update(&state.object);
    }
    add_history(&mut hasher, repository)?;
    // Nix reads a clean tree from git's objects, and any other from the disk.
    let mut verdict = verdict::of_all(&states, &listing.indexed);
    if verdict == Verdict::AsInIndex && may_convert(repository, &listing, &states)? {
        verdict = Verdict::Unclear;
    }
    let cleanness: &[u8] = match verdict {
        Verdict::AsInIndex => b"as in the index",
        Verdict::Unclear if is_clean(repository)? => b"clean",
        Verdict::Unclear | Verdict::Dirty => b"dirty",
    };
    hasher.update(cleanness);
    let mut submodules = Vec::new();
    let mut marks = marks(repository)?;
    if view.submodules {
        for path in submodule_paths(repository, &listing) {
            hasher.update(&path);
            let Some(scan) = scan_submodule(repository, &path, known, view)? else {
                hasher.update(b"absent");
                continue;
            };
            hasher.update(scan.fingerprint.as_bytes());
            changed += scan.changed;
            hashed += scan.hashed;
            marks.extend(scan.marks);
            submodules.push((path, scan.record));
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
        marks,
    })
}

/// What shows that git did something, though all may be as it was again: whoever looked meanwhile saw otherwise.
fn marks(repository: &GitRepository) -> Result<Vec<Stamp>, GitError> {
    let files = repository.deciding_files()?;
    let stamp = |file: &PathBuf| rustix::fs::lstat(file).map(|stat| Stamp::of(&stat));
    let stamps = files.iter().map(stamp);
    Ok(stamps.map(Result::unwrap_or_default).collect())
}

fn look_at_files(
    root: &Root<'_>,
    listing: &Arc<Listing>,
    known: Option<&Record>,
) -> Result<Looked, GitError> {
    let is_same_listing = known.is_some_and(|known| Arc::ptr_eq(&known.listing, listing));
    let file = |index: usize| -> (&[u8], Option<FileState>) {
        let path = listing.files.get(index);
        let state = known.and_then(|known| {
            let position = if is_same_listing {
                index
            } else {
                known.listing.files.position(path)?
            };
            known.files.get(position)
        });
        (path, state)
    };
    let rows = known.filter(|_| is_same_listing).map(|known| &known.files);
    root.look(&file, listing.files.len(), rows)
}

/// Looks at the folders that hold others. That one of these is no folder any more, but a link, shows in the one that it
/// is in; the same goes for those that hold only files, which are looked at only then.
fn look_at_folders(
    root: &Root<'_>,
    listing: &Listing,
    known: Option<&Record>,
) -> Result<Table<FolderState>, GitError> {
    let count = listing.folders.len();
    let known_state = |index: usize| {
        let path = listing.folders.get(index);
        let known = known?;
        let same = known.listing.folders.get(index) == path;
        let position = if same {
            index
        } else {
            known.listing.folders.position(path)?
        };
        known.folders.get(position)
    };
    let mut holds_others = vec![false; count];
    for parent in listing.parents.iter() {
        if let Some(holds) = holds_others.get_mut(parent as usize) {
            *holds = true;
        }
    }
    let (upper, lower): (Vec<usize>, Vec<usize>) =
        (0..count).partition(|index| holds_others.get(*index) == Some(&true));
    let mut states = vec![FolderState::default(); count];
    let mut is_unchanged = vec![false; count];
    let looked = each(&upper, |index| {
        let path = listing.folders.get(index);
        root.stamp(if path.is_empty() { b"." } else { path })
    })?;
    for (index, stamp) in upper.into_iter().zip(looked) {
        is_unchanged[index] =
            known_state(index).is_some_and(|known| known.is_settled && known.stamp == stamp);
        let is_settled = stamp.is_settled(root.began());
        states[index] = FolderState { stamp, is_settled };
    }
    let mut unknown = Vec::new();
    for index in lower {
        let parent = listing.parents.get(index).map(|parent| parent as usize);
        let in_unchanged = parent.and_then(|parent| is_unchanged.get(parent)) == Some(&true);
        match known_state(index).filter(|_| in_unchanged) {
            Some(known) => states[index] = known,
            None => unknown.push(index),
        }
    }
    let looked = each(&unknown, |index| root.stamp(listing.folders.get(index)))?;
    for (index, stamp) in unknown.into_iter().zip(looked) {
        let is_settled = false;
        states[index] = FolderState { stamp, is_settled };
    }
    Ok(states.into_iter().collect())
}

/// Does something for each of these places, side by side where that is worth it.
fn each<T: Send>(
    places: &[usize],
    one: impl Fn(usize) -> Result<T, GitError> + Send + Sync,
) -> Result<Vec<T>, GitError> {
    if places.len() < WORTH_THREADS {
        return places.iter().map(|place| one(*place)).collect();
    }
    let places = places.par_iter().with_min_len(WORTH_THREADS / 4);
    places.map(|place| one(*place)).collect()
}

fn add_states(hasher: &mut blake3::Hasher, files: &Table<FileState>, folders: &Table<FolderState>) {
    let mut bytes = Vec::with_capacity(files.len() * 21 + folders.len());
    for state in files.iter() {
        bytes.push(state.stamp.kind().letter());
        bytes.extend_from_slice(&state.object);
    }
    bytes.extend(folders.iter().map(|state| state.stamp.kind().letter()));
    hasher.update(&bytes);
}

/// What flakes read as `self.rev`, `self.revCount` and `self.lastModified`.
fn add_history(hasher: &mut blake3::Hasher, repository: &GitRepository) -> Result<(), GitError> {
    let git = repository.open()?;
    match git.refname_to_id("HEAD") {
        Ok(commit) => hasher.update(commit.as_bytes()),
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

/// Refuses what Nix sees otherwise than by what is looked at here.
fn refuse_what_cannot_be_told(
    repository: &GitRepository,
    listing: &Listing,
    files: &Table<FileState>,
) -> Result<(), GitError> {
    for (index, (state, indexed)) in files.iter().zip(listing.indexed.iter()).enumerate() {
        let path = || repository.root.join(as_path(listing.files.get(index)));
        match (indexed.entry, state.stamp.kind()) {
            (Entry::Ordinary | Entry::Intended, _) | (_, Kind::Missing) => {}
            // What is below it is seen by Nix, whether or not git tracks it.
            (Entry::Conflict, Kind::Folder) => {
                return Err(GitError::ConflictAtFolder { path: path() });
            }
            (Entry::Conflict, _) => {}
            // Nix takes the content from wherever it has seen the tree before.
            (Entry::Unwatched, _) => {
                if verdict::of_file(&state, &indexed) != Verdict::AsInIndex {
                    return Err(GitError::LookedAwayFrom { path: path() });
                }
            }
        }
    }
    Ok(())
}

/// Whether git, once it reads a file again, may make another object of the bytes that the index has as they are: it was
/// not told to convert them when they were added.
fn may_convert(
    repository: &GitRepository,
    listing: &Listing,
    files: &Table<FileState>,
) -> Result<bool, GitError> {
    const CONVERTING: [&str; 5] = ["text", "crlf", "eol", "ident", "filter"];
    let index = repository.open()?.path().join("index");
    let index = rustix::fs::lstat(index).map(|stat| Stamp::of(&stat));
    let index = index.unwrap_or_default();
    let mut convertible = files
        .iter()
        .zip(listing.indexed.iter())
        .enumerate()
        .filter(|(_, (state, indexed))| {
            state.is_convertible && verdict::may_be_read(&state.stamp, indexed, &index)
        })
        .peekable();
    if convertible.peek().is_none() {
        return Ok(false);
    }
    let git = repository.open()?;
    let read = |error| repository.read_error(error);
    let config = git.config().and_then(|mut config| config.snapshot());
    let config = config.map_err(read)?;
    if !matches!(
        config.get_str("core.autocrlf").unwrap_or_default(),
        "" | "false"
    ) {
        return Ok(true);
    }
    for (index, _) in convertible {
        let path = as_path(listing.files.get(index));
        for name in CONVERTING {
            let value = git.get_attr_bytes(path, name, AttrCheckFlags::FILE_THEN_INDEX);
            let value = AttrValue::from_bytes(value.map_err(read)?);
            if !matches!(value, AttrValue::False | AttrValue::Unspecified) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// As Nix asks it.
fn is_clean(repository: &GitRepository) -> Result<bool, GitError> {
    let mut options = StatusOptions::new();
    options.include_untracked(false).exclude_submodules(true);
    let statuses = repository
        .open()?
        .statuses(Some(&mut options))
        .map_err(|error| repository.read_error(error))?;
    Ok(statuses.is_empty())
}

/// Where submodules are: those of the index, and those that `.gitmodules` names, which Nix goes by.
fn submodule_paths(repository: &GitRepository, listing: &Listing) -> BTreeSet<Vec<u8>> {
    let mut paths: BTreeSet<Vec<u8>> = listing.links.iter().map(<[u8]>::to_vec).collect();
    // One that can't be read is no answer of Nix's either.
    let Ok(config) = git2::Config::open(&repository.root.join(".gitmodules")) else {
        return paths;
    };
    let Ok(mut entries) = config.entries(Some("submodule\\..*\\.path")) else {
        return paths;
    };
    while let Some(Ok(entry)) = entries.next() {
        let path: &[u8] = if entry.has_value() {
            entry.value_bytes()
        } else {
            b""
        };
        let mut parts = as_path(path).components();
        if !path.is_empty() && parts.all(|part| matches!(part, Component::Normal(_))) {
            paths.insert(path.to_vec());
        }
    }
    paths
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

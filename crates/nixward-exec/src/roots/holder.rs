//! Holds outputs, and says which are held.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use fs_err as fs;
use nixward_cache::kept_folder::KeptFolder;
use nixward_core::plan::BuildTarget;
use rayon::prelude::*;

use super::{
    batch::{self, Batch},
    ledger::{Entry, Ledger, Output},
    stamp::Stamp,
};
use crate::{builder::known_outputs, log_folder::workspace_folder_name};

/// Changes with what the ledger's file holds.
const FORMAT: u32 = 1;
/// There is one file; this only keeps the folder from being trimmed.
const MOST_BYTES: u64 = 64 << 20;

/// For fewer paths the other threads are not worth waking up.
const WORTH_THREADS: usize = 128;

/// The roots of one workspace.
#[derive(Clone, Debug)]
pub struct Roots {
    batches: PathBuf,
    kept: KeptFolder,
}

/// What of some targets is there without asking Nix.
#[derive(Debug, Default)]
pub struct Held {
    /// The outputs' paths, by derivation.
    pub built: BTreeMap<String, BTreeMap<String, String>>,
    /// What must be asked for, and perhaps built.
    pub missing: Vec<BuildTarget>,
}

impl Roots {
    /// Those of the workspace with this root, below nixward's cache folder. Nothing is made until something is held.
    pub fn new(cache_folder: &Path, workspace_root: &Path) -> Self {
        let batches = cache_folder
            .join("roots")
            .join(workspace_folder_name(workspace_root));
        Self {
            kept: KeptFolder::new(batches.clone(), FORMAT, MOST_BYTES),
            batches,
        }
    }

    /// The folder that all of it is in.
    pub fn folder(&self) -> &Path {
        &self.batches
    }

    /// Which of the targets are there.
    pub fn held(&self, targets: &[BuildTarget]) -> Held {
        let ledger = Ledger::read(&self.kept);
        let mut check = Check {
            batches: &self.batches,
            stamps: stamps(&ledger, targets),
            ledger,
            unchanged: BTreeMap::new(),
            used: BTreeSet::new(),
        };
        let mut held = Held::default();
        for target in targets {
            match check.outputs(target) {
                Some(outputs) => held
                    .built
                    .entry(target.drv_path.clone())
                    .or_default()
                    .extend(outputs),
                None => held.missing.push(target.clone()),
            }
        }
        let Check {
            mut ledger, used, ..
        } = check;
        if ledger.mark_used(&used, today()) {
            // Where it can't be written, nothing is let go either.
            let _written: bool = ledger.write(&self.kept);
        }
        held
    }

    /// A folder for the links of one `nix build`; nothing where none can be made.
    pub fn new_batch(&self) -> Option<Batch> {
        Batch::new(&self.batches).ok()
    }

    /// Remembers what a batch holds, after Nix has made its links: those of these paths that it has.
    pub fn keep<'p>(&self, batch: Batch, paths: impl IntoIterator<Item = &'p String>) {
        let Ok(mut links) = batch.links() else { return };
        let Some(stamp) = batch.stamp() else { return };
        let output = |path: &String| {
            Some(Output {
                link: links.remove(path)?,
                stamp: Stamp::of(Path::new(path))?,
                path: path.clone(),
            })
        };
        let outputs: Vec<Output> = paths.into_iter().filter_map(output).collect();
        if outputs.is_empty() {
            return;
        }
        let today = today();
        // Read as late as possible: another nixward may have written one meanwhile.
        let mut ledger = Ledger::read(&self.kept);
        ledger.add(batch.name(), stamp, outputs, today);
        let gone = ledger.trim(today);
        if !ledger.write(&self.kept) {
            return;
        }
        batch.stay();
        for name in gone {
            batch::remove(&self.batches, &name);
        }
        batch::remove_left_behind(&self.batches, &|name| ledger.knows_batch(name));
    }
}

/// One look at the ledger and the links.
struct Check<'a> {
    batches: &'a Path,
    ledger: Ledger,
    /// What is at the paths that the ledger knows.
    stamps: HashMap<String, Stamp>,
    /// Whether the folders that were looked at are as they were.
    unchanged: BTreeMap<u32, bool>,
    used: BTreeSet<u32>,
}

impl Check<'_> {
    /// The paths of all wanted outputs of a target, if each is known, held and there.
    fn outputs(&mut self, target: &BuildTarget) -> Option<BTreeMap<String, String>> {
        known_outputs(target).filter(|outputs| {
            !outputs.is_empty() && outputs.values().all(|path| self.is_held(path))
        })
    }

    fn is_held(&mut self, path: &str) -> bool {
        let Some(entry) = self.ledger.find(path) else {
            return false;
        };
        let Entry {
            number,
            batch,
            batch_stamp,
            link,
            stamp,
        } = entry;
        let folder = self.batches.join(batch);
        let is_unchanged = *self
            .unchanged
            .entry(number)
            .or_insert_with(|| Stamp::of(&folder) == Some(batch_stamp));
        let has_link = || fs::read_link(folder.join(link)).is_ok_and(|at| at == Path::new(path));
        let is_held = (is_unchanged || has_link()) && self.stamps.get(path) == Some(&stamp);
        if is_held {
            self.used.insert(number);
        }
        is_held
    }
}

/// Looks at the wanted paths that the ledger knows, side by side where that is worth it.
fn stamps(ledger: &Ledger, targets: &[BuildTarget]) -> HashMap<String, Stamp> {
    let outputs = targets.iter().flat_map(|target| target.outputs.values());
    let paths: Vec<&String> = outputs
        .flatten()
        .filter(|path| ledger.find(path).is_some())
        .collect();
    let look = |path: &String| Some((path.clone(), Stamp::of(Path::new(path))?));
    if paths.len() < WORTH_THREADS {
        return paths.into_iter().filter_map(look).collect();
    }
    paths.into_par_iter().filter_map(look).collect()
}

/// Days since 1970.
fn today() -> u32 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u32::try_from(since.as_secs() / (24 * 60 * 60)).unwrap_or(u32::MAX)
}

//! Which store path is held by which batch: one file for each workspace, plain data.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nixward_cache::kept_folder::KeptFolder;
use serde::{Deserialize, Serialize};

use super::stamp::Stamp;

/// The file's name among the batches.
const NAME: &str = "ledger";
/// How long what nobody uses is held.
const MOST_DAYS: u32 = 14;
/// How many batches there are at most; each change of the workspace makes one.
const MOST_BATCHES: usize = 300;

/// What is known of a workspace's outputs.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Ledger {
    batches: BTreeMap<u32, BatchRecord>,
    outputs: HashMap<String, OutputRecord>,
}

#[derive(Debug, Deserialize, Serialize)]
struct BatchRecord {
    name: String,
    /// As long as the folder has this, its links are as they were.
    stamp: Stamp,
    /// The day on which something of it was used last; a finer time would be written in every run.
    used: u32,
}

#[derive(Debug, Deserialize, Serialize)]
struct OutputRecord {
    batch: u32,
    link: String,
    /// That of the path in the store: one that was deleted and made again is another one.
    stamp: Stamp,
}

/// Where a path's link is said to be, and what both are known by.
pub(super) struct Entry<'a> {
    pub(super) number: u32,
    pub(super) batch: &'a str,
    pub(super) batch_stamp: Stamp,
    pub(super) link: &'a str,
    pub(super) stamp: Stamp,
}

/// A store path to be entered.
pub(super) struct Output {
    pub(super) path: String,
    pub(super) link: String,
    pub(super) stamp: Stamp,
}

impl Ledger {
    /// An empty one where none can be read.
    pub(super) fn read(kept: &KeptFolder) -> Self {
        kept.read(NAME)
            .and_then(|bytes| postcard::from_bytes(&bytes).ok())
            .unwrap_or_default()
    }

    /// Whether it could be written.
    pub(super) fn write(&self, kept: &KeptFolder) -> bool {
        postcard::to_stdvec(self).is_ok_and(|bytes| kept.write(NAME, &bytes).is_ok())
    }

    pub(super) fn find(&self, path: &str) -> Option<Entry<'_>> {
        let output = self.outputs.get(path)?;
        let batch = self.batches.get(&output.batch)?;
        Some(Entry {
            number: output.batch,
            batch: &batch.name,
            batch_stamp: batch.stamp,
            link: &output.link,
            stamp: output.stamp,
        })
    }

    /// Enters a batch; what others held of its outputs, they hold no longer.
    pub(super) fn add(&mut self, name: String, stamp: Stamp, outputs: Vec<Output>, today: u32) {
        let number = self.batches.keys().last().map_or(0, |last| last + 1);
        let record = BatchRecord {
            name,
            stamp,
            used: today,
        };
        self.batches.insert(number, record);
        for Output { path, link, stamp } in outputs {
            let record = OutputRecord {
                batch: number,
                link,
                stamp,
            };
            self.outputs.insert(path, record);
        }
    }

    /// Marks batches as used; whether that changed anything.
    pub(super) fn mark_used(&mut self, numbers: &BTreeSet<u32>, today: u32) -> bool {
        let mut changed = false;
        for number in numbers {
            if let Some(batch) = self.batches.get_mut(number) {
                changed |= batch.used != today;
                batch.used = today;
            }
        }
        changed
    }

    /// Lets go of batches that are not needed: those that hold nothing any more, those that were not used for long,
    /// and of too many those that were not used for longest. Gives their names.
    pub(super) fn trim(&mut self, today: u32) -> Vec<String> {
        let holding: BTreeSet<u32> = self.outputs.values().map(|output| output.batch).collect();
        let mut by_use: Vec<(u32, u32)> = self
            .batches
            .iter()
            .filter(|(number, batch)| {
                // A clock that was set back makes nothing old.
                holding.contains(number) && batch.used.saturating_add(MOST_DAYS) >= today
            })
            .map(|(number, batch)| (batch.used, *number))
            .collect();
        by_use.sort_unstable();
        let surplus = by_use.len().saturating_sub(MOST_BATCHES);
        let stay: BTreeSet<u32> = by_use.split_off(surplus).iter().map(|one| one.1).collect();
        let gone = self
            .batches
            .extract_if(.., |number, _| !stay.contains(number))
            .map(|(_, batch)| batch.name)
            .collect();
        self.outputs
            .retain(|_, output| stay.contains(&output.batch));
        gone
    }

    pub(super) fn knows_batch(&self, name: &str) -> bool {
        self.batches.values().any(|batch| batch.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn stamp() -> Stamp {
        Stamp::of(Path::new("/")).unwrap()
    }

    fn output(path: &str) -> Output {
        Output {
            path: path.to_owned(),
            link: "r".to_owned(),
            stamp: stamp(),
        }
    }

    #[test]
    fn what_another_batch_holds_lets_a_batch_go() {
        let mut ledger = Ledger::default();
        ledger.add("one".to_owned(), stamp(), vec![output("/a")], 7);
        ledger.add(
            "two".to_owned(),
            stamp(),
            vec![output("/a"), output("/b")],
            7,
        );
        assert_eq!(ledger.trim(7), ["one"]);
        assert_eq!(ledger.find("/a").unwrap().batch, "two");
        assert!(!ledger.knows_batch("one"));
    }

    #[test]
    fn what_nobody_used_for_two_weeks_goes() {
        let mut ledger = Ledger::default();
        ledger.add("old".to_owned(), stamp(), vec![output("/a")], 100);
        ledger.add("used".to_owned(), stamp(), vec![output("/b")], 100);
        let used = ledger.find("/b").unwrap().number;
        assert!(ledger.mark_used(&BTreeSet::from([used]), 101));
        assert!(!ledger.mark_used(&BTreeSet::from([used]), 101));
        assert!(ledger.trim(114).is_empty());
        assert_eq!(ledger.trim(115), ["old"]);
        assert!(ledger.find("/a").is_none());
        assert!(ledger.find("/b").is_some());
    }

    #[test]
    fn of_too_many_the_least_recently_used_go() {
        let mut ledger = Ledger::default();
        let most = u32::try_from(MOST_BATCHES).unwrap();
        for number in 0..most + 2 {
            let outputs = vec![output(&format!("/{number}"))];
            ledger.add(number.to_string(), stamp(), outputs, 7);
        }
        ledger.mark_used(&BTreeSet::from([0]), 8);
        assert_eq!(ledger.trim(8), ["1", "2"]);
    }
}

//! Which builds went well, from Nix's own counting of them.
//!
//! Nix says of no single build how it ended, and up to 2.31 or so it says only at the very end that builds ended at
//! all. But it counts, in one thread, at once after it has registered a build's outputs, or not: how many went well,
//! how many run, how many failed. While none failed since everything was last at rest, those that ended went well.
//! Where that does not tell, nothing is said, and the store must be asked.

use std::collections::BTreeMap;

/// Follows the counts of one `nix build`.
#[derive(Debug, Default)]
pub(crate) struct BuildCount {
    /// The activity that counts; a remote builder may bring another one, and then nothing can be told.
    counter: Counter,
    done: u64,
    failed: u64,
    /// How many of each are explained by builds of which it is known.
    explained: (u64, u64),
    /// Builds that began and of which it is not known how they ended.
    open: BTreeMap<u64, String>,
}

#[derive(Debug, Default, Eq, PartialEq)]
enum Counter {
    #[default]
    None,
    One(u64),
    Several,
}

/// What a count says.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Counted {
    /// Derivations whose outputs are valid now.
    pub(crate) built: Vec<String>,
    /// Derivations that do not build any more, those included.
    pub(crate) ended: Vec<String>,
    /// Whether one more is built than before, and it is not said which.
    pub(crate) is_more: bool,
}

impl BuildCount {
    pub(crate) fn counter_started(&mut self, id: u64) {
        self.counter = match self.counter {
            Counter::None => Counter::One(id),
            Counter::One(_) | Counter::Several => Counter::Several,
        };
    }

    pub(crate) fn build_started(&mut self, id: u64, drv_path: String) {
        self.open.insert(id, drv_path);
    }

    pub(crate) fn count(&mut self, id: u64, done: u64, running: u64, failed: u64) -> Counted {
        if self.counter != Counter::One(id) {
            let is_more = self.counter == Counter::Several;
            return Counted {
                is_more,
                ..Counted::default()
            };
        }
        let is_more = done > self.done;
        (self.done, self.failed) = (done, failed);
        if running > 0 || (done, failed) == self.explained {
            return Counted {
                is_more,
                ..Counted::default()
            };
        }
        // Everything is at rest: what began has ended.
        let ended: Vec<String> = std::mem::take(&mut self.open).into_values().collect();
        let went_well = failed == self.explained.1
            && u64::try_from(ended.len()).is_ok_and(|count| self.explained.0 + count == done);
        self.explained = (done, failed);
        Counted {
            built: if went_well { ended.clone() } else { Vec::new() },
            ended,
            is_more: is_more && !went_well,
        }
    }

    /// Nix says that a build ended: whether it went well, where that can be told; nothing where it was told before.
    pub(crate) fn build_stopped(&mut self, id: u64) -> Option<bool> {
        self.open.remove(&id)?;
        let (done, failed) = self.explained;
        if self.failed == failed && self.done > done {
            self.explained.0 += 1;
            return Some(matches!(self.counter, Counter::One(_)));
        }
        if self.done == done && self.failed > failed {
            self.explained.1 += 1;
        }
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(ids: &[u64]) -> BuildCount {
        let mut count = BuildCount::default();
        count.counter_started(100);
        for id in ids {
            count.build_started(*id, format!("/{id}.drv"));
        }
        count
    }

    #[test]
    fn one_after_the_other_without_a_word_of_their_ends() {
        let mut count = started(&[1]);
        assert_eq!(count.count(100, 0, 1, 0), Counted::default());
        let counted = count.count(100, 1, 0, 0);
        assert_eq!(counted.built, ["/1.drv"]);
        assert!(!counted.is_more);
        count.build_started(2, "/2.drv".to_owned());
        count.count(100, 1, 1, 0);
        let counted = count.count(100, 1, 0, 1);
        assert_eq!(
            (counted.built, counted.ended),
            (vec![], vec!["/2.drv".to_owned()])
        );
        // The failure is explained; what follows is told again.
        count.build_started(3, "/3.drv".to_owned());
        count.count(100, 1, 1, 1);
        assert_eq!(count.count(100, 2, 0, 1).built, ["/3.drv"]);
        // That they ended is no news any more.
        assert_eq!(count.build_stopped(1), None);
    }

    #[test]
    fn side_by_side_without_a_word_of_their_ends() {
        let mut count = started(&[1, 2]);
        count.count(100, 0, 2, 0);
        let counted = count.count(100, 1, 1, 0);
        assert_eq!(counted.built, Vec::<String>::new());
        assert!(counted.is_more);
        count.build_started(3, "/3.drv".to_owned());
        count.count(100, 1, 2, 0);
        count.count(100, 2, 1, 0);
        assert_eq!(
            count.count(100, 3, 0, 0).built,
            ["/1.drv", "/2.drv", "/3.drv"]
        );
    }

    #[test]
    fn where_one_of_several_failed_none_is_told() {
        let mut count = started(&[1, 2]);
        count.count(100, 1, 1, 0);
        let counted = count.count(100, 1, 0, 1);
        assert_eq!(counted.built, Vec::<String>::new());
        assert_eq!(counted.ended, ["/1.drv", "/2.drv"]);
    }

    #[test]
    fn ends_that_follow_their_counts() {
        let mut count = started(&[1, 2, 3]);
        count.count(100, 1, 2, 0);
        assert_eq!(count.build_stopped(2), Some(true));
        count.count(100, 1, 1, 1);
        assert_eq!(count.build_stopped(1), Some(false));
        count.count(100, 2, 0, 1);
        assert_eq!(count.build_stopped(3), None, "told by the count");
        // Two at a time, one of them failed: nobody knows which.
        let mut count = started(&[1, 2, 3]);
        count.count(100, 1, 1, 1);
        assert_eq!(count.build_stopped(1), Some(false));
        assert_eq!(count.build_stopped(2), Some(false));
    }

    #[test]
    fn another_counter_tells_nothing() {
        let mut count = started(&[1]);
        count.counter_started(200);
        let counted = count.count(100, 1, 0, 0);
        assert_eq!(counted.built, Vec::<String>::new());
        assert!(counted.is_more);
        count.count(200, 1, 0, 0);
        assert_eq!(count.build_stopped(1), Some(false));
    }
}

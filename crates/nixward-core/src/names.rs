//! How names find each other: `-` and `_` are taken for one another, and a wrong name gets the nearest right ones.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

/// The form in which `pc-load-letter` and `pc_load_letter` are the same name.
pub fn fold(name: &str) -> String {
    name.replace('_', "-")
}

/// Names to be found, by what they are and by what they fold to.
#[derive(Clone, Debug, Default)]
pub struct NameIndex<'a> {
    exact: HashSet<&'a str>,
    /// Made when it is needed: most names are written as they are.
    folded: OnceLock<Folded<'a>>,
}

/// Nothing where several names fold to the same.
type Folded<'a> = HashMap<String, Option<&'a str>>;

impl<'a> NameIndex<'a> {
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            exact: names.into_iter().collect(),
            folded: OnceLock::new(),
        }
    }

    /// The name that is meant: the exact one, else the only one that is the same when folded.
    pub fn find(&self, wanted: &str) -> Option<&'a str> {
        let exact = self.exact.get(wanted).copied();
        exact.or_else(|| *self.folded().get(&fold(wanted))?)
    }

    fn folded(&self) -> &Folded<'a> {
        self.folded.get_or_init(|| {
            let mut folded = Folded::new();
            for name in self.exact.iter().copied() {
                let same = folded.entry(fold(name));
                same.and_modify(|other| *other = None).or_insert(Some(name));
            }
            folded
        })
    }
}

/// The names nearest to a wrong one, the best first, at most three.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wrong = fold(&wrong.to_lowercase());
    let furthest = (wrong.chars().count() / 2).min(3);
    let mut scored: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let candidate = fold(&name.to_lowercase());
            let distance = strsim::osa_distance(&wrong, &candidate);
            let part = wrong.len() >= 3 && candidate.contains(&wrong);
            (distance <= furthest || part).then_some((distance, name))
        })
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored
        .into_iter()
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["pc_load_letter", "tps-report", "a-b", "a_b"];

    #[test]
    fn an_exact_name_wins_over_a_folded_one() {
        let names = NameIndex::new(NAMES);
        assert_eq!(names.find("a_b"), Some("a_b"));
        assert_eq!(names.find("pc-load-letter"), Some("pc_load_letter"));
        assert_eq!(names.find("pc-load_letter"), Some("pc_load_letter"));
    }

    #[test]
    fn an_ambiguous_folded_name_finds_nothing() {
        assert_eq!(NameIndex::new(["a_b", "a__b"]).find("a-b"), Some("a_b"));
        assert_eq!(NameIndex::new(["x_y_z", "x-y-z"]).find("x-y_z"), None);
    }

    #[test]
    fn wrong_names_get_the_nearest() {
        assert_eq!(nearest("pc-load-leter", NAMES), ["pc_load_letter"]);
        assert_eq!(nearest("report", NAMES), ["tps-report"]);
        assert!(nearest("zzz", NAMES).is_empty());
        assert!(nearest("x", ["y", "run"]).is_empty());
    }
}

//! How names find each other: `-` and `_` are taken for one another, and a wrong name gets the nearest right ones.

/// The form in which `pc-load-letter` and `pc_load_letter` are the same name.
pub fn fold(name: &str) -> String {
    name.replace('_', "-")
}

/// The index of the name that is meant: the exact one, else the only one that is the same when folded.
pub fn find<'a>(wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    if let Some(exact) = names.clone().position(|name| name == wanted) {
        return Some(exact);
    }
    let folded = fold(wanted);
    let mut same = names
        .enumerate()
        .filter(|(_, name)| fold(name) == folded)
        .map(|(index, _)| index);
    match (same.next(), same.next()) {
        (Some(only), None) => Some(only),
        _ => None,
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
        assert_eq!(find("a_b", NAMES.iter().copied()), Some(3));
        assert_eq!(find("pc-load-letter", NAMES.iter().copied()), Some(0));
        assert_eq!(find("pc-load_letter", NAMES.iter().copied()), Some(0));
    }

    #[test]
    fn an_ambiguous_folded_name_finds_nothing() {
        assert_eq!(find("a-b", ["a_b", "a__b"].into_iter()), Some(0));
        assert_eq!(find("x-y_z", ["x_y_z", "x-y-z"].into_iter()), None);
    }

    #[test]
    fn wrong_names_get_the_nearest() {
        assert_eq!(nearest("pc-load-leter", NAMES), ["pc_load_letter"]);
        assert_eq!(nearest("report", NAMES), ["tps-report"]);
        assert!(nearest("zzz", NAMES).is_empty());
        assert!(nearest("x", ["y", "run"]).is_empty());
    }
}

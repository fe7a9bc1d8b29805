//! Did-you-mean.

/// The nearest of `candidates`, if one is near enough to be meant. Case and `_` for `-` cost nothing.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let text = folded(text);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let folded_candidate = folded(candidate);
            // Three letters out of ten are a slip of the finger, three out of four another word.
            let cutoff = (text.len().max(folded_candidate.len()) / 3).clamp(1, 3);
            // Much longer is never near: a megabyte of a key is not worth measuring.
            if text.len().abs_diff(folded_candidate.len()) > 4 * cutoff {
                return None;
            }
            let distance = strsim::osa_distance(&text, &folded_candidate);
            (distance <= cutoff).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn folded(text: &str) -> String {
    text.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_found_and_what_is_far_is_not() {
        let keys = [
            "name",
            "members",
            "exclude",
            "default-members",
            "flake",
            "base",
        ];
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(nearest(text, keys), expected, "{text}");
        };
        check("membrs", Some("members"));
        check("default_members", Some("default-members"));
        check("Members", Some("members"));
        check("nmae", Some("name"));
        check("bass", Some("base"));
        check("tags", None);
        check("", None);
        check(&"m".repeat(1 << 20), None);
    }
}

//! Reads `nix path-info --json`, whose shape changed over the years.

use std::collections::BTreeSet;

use serde_json::Value;

/// The valid paths among those that were asked for.
///
/// Up to 2.18, and in Lix, it is a list of objects with `path`, and `valid: false` for those that are not there; from
/// 2.19 on a map from path to an object, or to null.
pub fn valid_paths(json: &str) -> Result<BTreeSet<String>, serde_json::Error> {
    let value: Value = serde_json::from_str(json)?;
    Ok(match value {
        Value::Array(entries) => entries
            .iter()
            .filter(|entry| entry.get("valid") != Some(&Value::Bool(false)))
            .filter_map(|entry| entry.get("path")?.as_str().map(str::to_owned))
            .collect(),
        Value::Object(entries) => entries
            .into_iter()
            .filter(|(_, info)| !info.is_null())
            .map(|(path, _)| path)
            .collect(),
        _ => BTreeSet::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) {
        let valid = valid_paths(json).unwrap();
        assert_eq!(
            valid.into_iter().collect::<Vec<_>>(),
            ["/nix/store/a"],
            "{json}"
        );
    }

    #[test]
    fn both_shapes() {
        check(r#"{"/nix/store/a": {"narSize": 1}, "/nix/store/b": null}"#);
        check(
            r#"[{"path": "/nix/store/a", "narSize": 1}, {"path": "/nix/store/b", "valid": false}]"#,
        );
        check(r#"[{"path": "/nix/store/a", "valid": true}]"#);
    }
}

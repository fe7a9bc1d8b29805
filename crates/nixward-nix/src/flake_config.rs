//! `nixConfig` of a flake: settings that Nix takes from it when it is given the flake.
//!
//! nixward builds by derivation, where Nix sees no flake; so what the person accepts is passed on.

use serde_json::{Map, Value};

/// Whether a `flake.nix` may have settings: a cheap look that spares a process in nearly all workspaces.
pub fn may_have_settings(flake_text: &str) -> bool {
    flake_text.contains("nixConfig")
}

/// The settings as `--option` takes them.
pub fn as_options(json: &str) -> Result<Vec<(String, String)>, serde_json::Error> {
    let settings: Map<String, Value> = serde_json::from_str(json)?;
    let options = settings
        .into_iter()
        .filter_map(|(name, value)| Some((name, text(&value)?)));
    Ok(options.collect())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => values
            .iter()
            .map(text)
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.join(" ")),
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_every_type() {
        let json = r#"{"extra-substituters": ["https://a", "https://b"], "cores": 2, "fallback": true, "odd": null}"#;
        let options = as_options(json).unwrap();
        let shown: Vec<String> = options
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            shown,
            [
                "extra-substituters=https://a https://b",
                "cores=2",
                "fallback=true"
            ]
        );
    }

    #[test]
    fn a_flake_without_the_word_has_none() {
        assert!(!may_have_settings("{ outputs = _: { }; }"));
        assert!(may_have_settings(
            "{ nixConfig.cores = 1; outputs = _: { }; }"
        ));
    }
}

//! The JSON Schema says what the parser says.

use jsonschema::Validator;
use nixward_manifest::{Manifest, SCHEMA_CANNOT_SAY, Setting, json_schema, parse, parse_member};
use proptest::prelude::*;
use serde_json::Value;

use crate::documents;

#[test]
fn the_committed_schema_is_up_to_date() {
    let committed = include_str!("../../../../schemas/nixward.schema.json");
    let generated = serde_json::to_string_pretty(&json_schema()).unwrap();
    assert!(
        committed.trim_end() == generated,
        "schemas/nixward.schema.json is stale: run `cargo xtask codegen`"
    );
}

#[test]
fn every_key_is_described() {
    fn check(path: &str, schema: &Value, undescribed: &mut Vec<String>) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        for (key, property) in properties {
            let described = match property["$ref"].as_str() {
                Some(_) => continue,
                None => property["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
            };
            if !described {
                undescribed.push(format!("{path}.{key}"));
            }
        }
    }
    let schema = json_schema();
    let mut undescribed = Vec::new();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        assert!(
            definition["description"].is_string(),
            "{name} has no description"
        );
        check(name, definition, &mut undescribed);
    }
    assert_eq!(undescribed, Vec::<String>::new());
}

#[test]
fn every_setting_is_in_the_schema_of_its_verbs() {
    let schema = json_schema();
    let own = schema["$defs"]["OwnVerb"]["properties"]
        .as_object()
        .unwrap();
    let keys: Vec<&str> = own
        .keys()
        .map(String::as_str)
        .filter(|key| !matches!(*key, "like" | "attr"))
        .collect();
    assert_eq!(keys, Setting::WORDS);
}

#[test]
fn single_documents() {
    let validator = validator();
    for document in documents::CORPUS {
        agree(&validator, &serde_json::from_str(document).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document(document in documents::document()) {
        agree(validator_once(), &document);
    }
}

fn validator() -> Validator {
    jsonschema::validator_for(&json_schema()).expect("the schema is a schema")
}

fn validator_once() -> &'static Validator {
    static VALIDATOR: std::sync::OnceLock<Validator> = std::sync::OnceLock::new();
    VALIDATOR.get_or_init(validator)
}

/// The schema takes a document exactly if the parser does, as a root's or as a member's manifest.
#[track_caller]
fn agree(validator: &Validator, document: &Value) {
    let Some(text) = documents::toml(document) else {
        return;
    };
    let (_, as_root) = parse(&text);
    let (_, as_member) = parse_member(&text, &Manifest::default());
    let is_clean = |diagnostics: &[nixward_manifest::Diagnostic]| {
        diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_error())
            .all(|diagnostic| {
                SCHEMA_CANNOT_SAY
                    .iter()
                    .any(|(kind, _)| *kind == diagnostic.kind)
            })
    };
    let parser_takes_it = is_clean(&as_root) || is_clean(&as_member);
    let schema_takes_it = validator.is_valid(document);
    let complaint = validator
        .iter_errors(document)
        .map(|error| error.to_string())
        .collect::<Vec<_>>();
    assert!(
        parser_takes_it == schema_takes_it,
        "parser: {parser_takes_it}, schema: {schema_takes_it}\n{text}\nschema: {complaint:#?}\nroot: {as_root:#?}\nmember: {as_member:#?}"
    );
}

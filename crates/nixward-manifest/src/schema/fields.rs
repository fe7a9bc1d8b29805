//! The schemas of single fields whose Rust type does not say it all. Named in `#[schemars(schema_with)]`.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::grammar::{self, Grammar};

macro_rules! texts {
    ($($name:ident => $grammar:expr,)+) => {
        $(pub(crate) fn $name(_: &mut SchemaGenerator) -> Schema {
            schema($grammar.schema())
        })+
    };
}

macro_rules! lists {
    ($($name:ident => $grammar:expr,)+) => {
        $(pub(crate) fn $name(_: &mut SchemaGenerator) -> Schema {
            list(&$grammar)
        })+
    };
}

texts! {
    attribute_path => grammar::ATTRIBUTE_PATH,
    duration => grammar::DURATION,
    name => grammar::NAME,
    registry => grammar::REGISTRY,
    relative_path => grammar::RELATIVE_PATH,
    revision => grammar::REVISION,
    text => grammar::TEXT,
}

lists! {
    environment_names => grammar::ENVIRONMENT_NAME,
    globs => grammar::GLOB,
    names => grammar::NAME,
    published_ports => grammar::PUBLISHED_PORT,
    step_names => grammar::STEP_NAME,
    texts => grammar::TEXT,
    verb_names => grammar::VERB_NAME,
}

pub(crate) fn environment(_: &mut SchemaGenerator) -> Schema {
    schema(json!({
        "type": "object",
        "patternProperties": { (grammar::ENVIRONMENT_NAME.pattern): grammar::TEXT.schema() },
        "additionalProperties": false,
    }))
}

pub(crate) fn retries(_: &mut SchemaGenerator) -> Schema {
    schema(json!({ "type": "integer", "minimum": 0, "maximum": grammar::MOST_RETRIES }))
}

pub(crate) fn weight(_: &mut SchemaGenerator) -> Schema {
    schema(json!({ "type": "integer", "minimum": 1, "maximum": grammar::MOST_WEIGHT }))
}

fn list(grammar: &Grammar) -> Schema {
    schema(json!({ "type": "array", "items": grammar.schema() }))
}

fn schema(value: Value) -> Schema {
    match value {
        Value::Object(object) => Schema::from(object),
        _ => Schema::default(),
    }
}

//! The schema of a whole file from those of its parts.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    BuiltinVerb, HookDeclaration, HookName, ProjectDeclaration, RESERVED_VERB_NAMES, Setting,
    VerbDeclaration, VerbSettings, Workspace, grammar,
};

/// The JSON Schema of `nixward.toml`, the root's and a member's.
pub fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nixward.toml",
        "description": "The manifest of a nixward workspace, or of one of its members.",
        "type": "object",
        "properties": {
            "workspace": reference("Workspace"),
            "verbs": reference("Verbs"),
            "projects": reference("Projects"),
            "hooks": reference("Hooks"),
            "project": reference("MemberProject"),
        },
        "additionalProperties": false,
        // A member's own manifest has nothing else.
        "dependentSchemas": { "project": { "maxProperties": 1 } },
        "$defs": definitions(),
    })
}

fn definitions() -> Value {
    let mut definitions = Map::new();
    let mut define = |name: &str, schema: Value| definitions.insert(name.to_owned(), schema);

    define("Workspace", of_type::<Workspace>());
    define("Verbs", verbs());
    define("OwnVerb", own_verb());
    for &verb in BuiltinVerb::ALL {
        define(&verb_definition(verb), builtin_verb(verb));
    }
    define("OwnVerbOfProject", own_verb_of_project());
    define("Projects", projects());
    define("Project", project(ProjectDeclaration::KEYS));
    define("MemberProject", member_project());
    define("Hooks", hooks());
    define("Hook", of_type::<HookDeclaration>());
    Value::Object(definitions)
}

fn verbs() -> Value {
    let mut properties = Map::new();
    for &verb in BuiltinVerb::ALL {
        properties.insert(verb.to_string(), reference(&verb_definition(verb)));
    }
    json!({
        "description": "The workspace's settings for verbs, and verbs of its own.",
        "type": "object",
        "properties": properties,
        "additionalProperties": reference("OwnVerb"),
        "propertyNames": verb_names_without(&names_taken()),
    })
}

fn builtin_verb(verb: BuiltinVerb) -> Value {
    let mut properties = declaration_properties(&["attr"]);
    properties.extend(setting_properties(|setting| setting.belongs_to(verb)));
    json!({
        "description": format!("The settings of the verb `{verb}`."),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn own_verb() -> Value {
    let mut properties = declaration_properties(&["like", "attr"]);
    properties.extend(setting_properties(|_| true));
    let by_behaviour: Vec<Value> = BuiltinVerb::ALL
        .iter()
        .map(|&behaviour| {
            let keys: Vec<&str> = ["like", "attr"]
                .into_iter()
                .chain(Setting::of(behaviour).map(Setting::as_str))
                .collect();
            json!({
                "if": { "properties": { "like": { "const": behaviour.as_str() } } },
                "then": { "propertyNames": { "enum": keys } },
            })
        })
        .collect();
    json!({
        "description": "A verb of the workspace's own, which behaves like a built-in one.",
        "type": "object",
        "required": ["like"],
        "properties": properties,
        "additionalProperties": false,
        "allOf": by_behaviour,
    })
}

fn own_verb_of_project() -> Value {
    let mut properties = declaration_properties(&["attr"]);
    properties.extend(setting_properties(|_| true));
    json!({
        "description": "A project's settings for a verb of the workspace's own.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn projects() -> Value {
    json!({
        "description": "What differs for single projects, by name.",
        "type": "object",
        "patternProperties": { (grammar::NAME.pattern): reference("Project") },
        "additionalProperties": false,
    })
}

/// Some keys of a project, and those of its verbs.
fn project(keys: &[&str]) -> Value {
    let mut schema = of_type::<ProjectDeclaration>();
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.retain(|key, _| keys.contains(&key.as_str()));
        for &verb in BuiltinVerb::ALL {
            properties.insert(verb.to_string(), reference(&verb_definition(verb)));
        }
    }
    let mut taken = names_taken();
    taken.retain(|name| !keys.contains(name));
    schema["additionalProperties"] = reference("OwnVerbOfProject");
    schema["propertyNames"] = verb_names_without(&taken);
    schema
}

/// As a project, but its folder is the file's.
fn member_project() -> Value {
    let keys: Vec<&str> = ProjectDeclaration::KEYS
        .iter()
        .copied()
        .filter(|key| *key != "path")
        .collect();
    project(&keys)
}

fn hooks() -> Value {
    let properties: Map<String, Value> = HookName::WORDS
        .iter()
        .map(|name| ((*name).to_owned(), reference("Hook")))
        .collect();
    json!({
        "description": "What git hooks run.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// The names of built-in and own verbs. The keys of a project have their shape too.
fn verb_names_without(taken: &[&str]) -> Value {
    json!({ "pattern": grammar::VERB_NAME.pattern, "not": { "enum": taken } })
}

/// What a workspace's own verb can't be called.
fn names_taken() -> Vec<&'static str> {
    let keys = ProjectDeclaration::KEYS
        .iter()
        .copied()
        .chain([ProjectDeclaration::KEY_TO_COME]);
    RESERVED_VERB_NAMES.iter().copied().chain(keys).collect()
}

fn declaration_properties(keys: &[&str]) -> Map<String, Value> {
    properties_of::<VerbDeclaration>(|key| keys.contains(&key))
}

fn setting_properties(is_wanted: impl Fn(Setting) -> bool) -> Map<String, Value> {
    properties_of::<VerbSettings>(|key| key.parse().is_ok_and(&is_wanted))
}

fn properties_of<T: JsonSchema>(is_wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let Value::Object(mut schema) = of_type::<T>() else {
        return Map::new();
    };
    let Some(Value::Object(mut properties)) = schema.remove("properties") else {
        return Map::new();
    };
    properties.retain(|key, _| is_wanted(key));
    properties
}

/// The schema that a type's fields and comments say. Nothing is required, since everything has a default; TOML has no
/// null; and comments are wrapped for the source alone.
fn of_type<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove("required");
        object.shift_remove("title");
    }
    tidy(&mut schema);
    schema
}

fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(description)) = object.get_mut("description") {
                *description = description.replace('\n', " ");
            }
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(alternatives)) = object.get_mut("anyOf") {
                alternatives.retain(|one| one != &json!({ "type": "null" }));
                if let [Value::Object(only)] = alternatives.as_slice() {
                    let only = only.clone();
                    object.shift_remove("anyOf");
                    for (key, value) in only {
                        // The field's own description says more than its type's.
                        object.entry(key).or_insert(value);
                    }
                }
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(elements) => elements.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn verb_definition(verb: BuiltinVerb) -> String {
    let mut name: String = verb.as_str().to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{name}Verb")
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}") })
}

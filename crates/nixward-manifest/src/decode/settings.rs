//! The settings of a verb.

use std::ops::RangeInclusive;

use indexmap::IndexMap;

use super::{context::Decoder, keys::verbs_like};
use crate::{
    AttributePath, BuiltinVerb, Diagnostic, DiagnosticKind, ResultCache, Sandbox, Setting,
    StepName, VerbSettings, WorkingDirectory, grammar,
    not_yet_in_effect::{NotYet, is_not_yet_in_effect},
    syntax::{Entry, Node, Table, Value},
    wording::quoted,
};

/// Whose settings are decoded.
pub(super) struct Verb<'a> {
    pub(super) name: &'a str,
    /// `None` where it could not be understood: then every setting is taken.
    pub(super) behaviour: Option<BuiltinVerb>,
    pub(super) declared: Declared,
    /// Where its table stands, for messages.
    pub(super) place: String,
    /// The keys of the table that are not settings.
    pub(super) other_keys: &'static [&'static str],
}

/// Whether the table that says what a verb is like is the one with these settings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Declared {
    Here,
    InAnotherTable,
}

impl Verb<'_> {
    fn takes(&self, setting: Setting) -> bool {
        self.behaviour
            .is_none_or(|behaviour| setting.belongs_to(behaviour))
    }

    fn known_keys(&self) -> impl Iterator<Item = &'static str> {
        let settings = Setting::ALL
            .iter()
            .filter(|setting| self.takes(**setting))
            .map(|setting| setting.as_str());
        self.other_keys.iter().copied().chain(settings)
    }
}

impl Decoder {
    /// The settings in a verb's table; the other keys it has are the caller's.
    pub(super) fn settings(&mut self, table: &Table, verb: &Verb<'_>) -> VerbSettings {
        let mut settings = VerbSettings::default();
        for (key, entry) in &table.entries {
            if verb.other_keys.contains(&key.as_str()) {
                continue;
            }
            match key.parse::<Setting>() {
                Ok(setting) if verb.takes(setting) => {
                    if self.setting(&mut settings, setting, entry) {
                        self.warn_of_setting(setting, entry);
                    }
                }
                Ok(setting) => {
                    self.foreign_setting(setting, entry, verb);
                    // Its value is checked, so that all errors come at once, but does not count.
                    self.setting(&mut VerbSettings::default(), setting, entry);
                }
                Err(_) => self.unknown_key(key, entry, &verb.place, verb.known_keys()),
            }
        }
        settings
    }

    pub(super) fn attribute_path(&mut self, table: &Table) -> Option<AttributePath> {
        let entry = table.entries.get("attr")?;
        self.parsed("attr", &entry.node, &grammar::ATTRIBUTE_PATH)
    }

    /// Whether the value was right.
    fn setting(&mut self, settings: &mut VerbSettings, setting: Setting, entry: &Entry) -> bool {
        let (key, node) = (setting.as_str(), &entry.node);
        let before = self.diagnostics.len();
        match setting {
            Setting::Args => settings.args = self.texts(key, node, &grammar::TEXT),
            Setting::Env => settings.env = self.environment(key, node),
            Setting::After => settings.after = self.steps(key, node),
            Setting::PassEnv => {
                settings.pass_env = self.texts(key, node, &grammar::ENVIRONMENT_NAME);
            }
            Setting::Timeout => settings.timeout = self.duration(key, node),
            Setting::Grace => settings.grace = self.duration(key, node),
            Setting::SlowAfter => settings.slow_after = self.duration(key, node),
            Setting::Retries => {
                let range = 0..=grammar::MOST_RETRIES;
                settings.retries = self.small_number(key, node, range, "a number of retries");
            }
            Setting::Group => settings.group = self.text(key, node, &grammar::NAME),
            Setting::Weight => {
                let range = 1..=grammar::MOST_WEIGHT;
                settings.weight = self.small_number(key, node, range, "a weight");
            }
            Setting::Network => settings.network = self.boolean(key, node),
            Setting::Cwd => settings.cwd = self.word(key, node, WorkingDirectory::WORDS),
            Setting::Inputs => settings.inputs = self.globs(key, node),
            Setting::Artifacts => settings.artifacts = self.globs(key, node),
            Setting::Sandbox => settings.sandbox = self.word(key, node, Sandbox::WORDS),
            Setting::Cache => settings.cache = self.word(key, node, ResultCache::WORDS),
            Setting::Publish => {
                settings.publish = self.parsed_list(key, node, &grammar::PUBLISHED_PORT);
            }
            Setting::Registry => settings.registry = self.text(key, node, &grammar::REGISTRY),
        }
        self.diagnostics.len() == before && node.value != Value::Invalid
    }

    fn warn_of_setting(&mut self, setting: Setting, entry: &Entry) {
        let value = match &entry.node.value {
            Value::String(text) => text.as_str(),
            Value::Boolean(true) => "true",
            Value::Boolean(false) => "false",
            _ => "",
        };
        if is_not_yet_in_effect(|not_yet| *not_yet == NotYet::Setting(setting)) {
            self.warn_not_yet_in_effect(setting.as_str(), entry.key_span.clone());
        } else if is_not_yet_in_effect(
            |not_yet| matches!(not_yet, NotYet::Value(other, word) if *other == setting && *word == value),
        ) {
            let written = match &entry.node.value {
                Value::String(text) => format!("{setting} = \"{text}\""),
                _ => format!("{setting} = {value}"),
            };
            self.warn_not_yet_in_effect(&written, entry.key_span.start..entry.node.span.end);
        }
    }

    fn foreign_setting(&mut self, setting: Setting, entry: &Entry, verb: &Verb<'_>) {
        let is_own_verb = !BuiltinVerb::WORDS.contains(&verb.name);
        let kind = if is_own_verb && verb.declared == Declared::InAnotherTable {
            DiagnosticKind::ForeignSetting
        } else {
            DiagnosticKind::UnknownKey
        };
        let behaves = match verb.behaviour {
            Some(behaviour) if is_own_verb => format!(", which is like `{behaviour}`"),
            _ => String::new(),
        };
        let message = format!("`{setting}` has no meaning {}{behaves}", verb.place);
        let verbs = verbs_like(
            setting
                .behaviours()
                .iter()
                .map(|behaviour| behaviour.as_str()),
        );
        self.report(
            Diagnostic::error(kind, entry.key_span.clone(), message)
                .help(format!("it is a setting of {verbs}")),
        );
    }

    /// Names of steps; which verbs there are is known when all of the text has been read.
    fn steps(&mut self, key: &str, node: &Node) -> Option<Vec<StepName>> {
        if let Value::Array(elements) = &node.value {
            for element in elements {
                if let Value::String(text) = &element.value
                    && let Ok(step) = text.parse()
                {
                    self.named_steps.push((step, element.span.clone()));
                }
            }
        }
        self.parsed_list(key, node, &grammar::STEP_NAME)
    }

    /// Reports the steps named on the way whose verbs nobody has, or that cannot be waited for.
    pub(super) fn check_named_steps(&mut self) {
        for (StepName { project: _, verb }, span) in std::mem::take(&mut self.named_steps) {
            if !self.is_verb(&verb) {
                self.undeclared_verb(&verb, span);
                continue;
            }
            let behaviour = match verb.parse() {
                Ok(builtin) => Some(builtin),
                Err(_) => self.declared_verbs.get(&verb).copied().flatten(),
            };
            if behaviour == Some(BuiltinVerb::Shell) {
                let message = format!("nothing can come after {}", quoted(&verb));
                self.report(
                    Diagnostic::error(DiagnosticKind::BadStep, span, message)
                        .label("it opens a shell, for a person"),
                );
            }
        }
    }

    fn environment(&mut self, key: &str, node: &Node) -> IndexMap<String, String> {
        let mut environment = IndexMap::new();
        let Some(table) = self.table(key, node) else {
            return environment;
        };
        for (name, entry) in &table.entries {
            let is_name = self.conforms(name, entry.key_span.clone(), &grammar::ENVIRONMENT_NAME);
            if let (Some(value), true) = (self.text(name, &entry.node, &grammar::TEXT), is_name) {
                environment.insert(name.clone(), value);
            }
        }
        environment
    }

    pub(super) fn duration(&mut self, key: &str, node: &Node) -> Option<std::time::Duration> {
        if let Value::Integer(_) | Value::Float = node.value {
            let help = match node.value {
                Value::Integer(number) => (grammar::DURATION.advice)(&number.to_string()),
                _ => None,
            };
            self.wrong_type(key, node, "a string with a unit", help);
            return None;
        }
        let text = self.text(key, node, &grammar::DURATION)?;
        grammar::parse_duration(&text)
    }

    /// A number in a range; `what` it is, for messages.
    fn small_number(
        &mut self,
        key: &str,
        node: &Node,
        range: RangeInclusive<u8>,
        what: &str,
    ) -> Option<u8> {
        let Value::Integer(number) = node.value else {
            self.wrong_type(key, node, "a number", None);
            return None;
        };
        let found = u8::try_from(number)
            .ok()
            .filter(|number| range.contains(number));
        if found.is_none() {
            let message = format!("{} is not {what}", quoted(&number.to_string()));
            let expected = format!("expected {} to {}", range.start(), range.end());
            self.report(
                Diagnostic::error(DiagnosticKind::BadValue, node.span.clone(), message)
                    .label(expected),
            );
        }
        found
    }
}

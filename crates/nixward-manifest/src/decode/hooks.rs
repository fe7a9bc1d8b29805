//! `[hooks]`.

use indexmap::IndexMap;

use super::{context::Decoder, keys::HOOK_KEYS};
use crate::{
    HookDeclaration, HookName, grammar,
    not_yet_in_effect::{NotYet, is_not_yet_in_effect},
    syntax::{Entry, Node, Value},
};

impl Decoder {
    pub(super) fn hooks(&mut self, entry: &Entry) -> IndexMap<HookName, HookDeclaration> {
        let mut hooks = IndexMap::new();
        let Some(table) = self.table("hooks", &entry.node) else {
            return hooks;
        };
        for (key, entry) in &table.entries {
            let Ok(name) = key.parse::<HookName>() else {
                self.unknown_key(key, entry, "in [hooks]", HookName::WORDS.iter().copied());
                continue;
            };
            if is_not_yet_in_effect(|not_yet| matches!(not_yet, NotYet::Hooks)) {
                self.warn_not_yet_in_effect(&format!("hooks.{name}"), entry.key_span.clone());
            }
            hooks.insert(name, self.hook(key, &entry.node));
        }
        hooks
    }

    fn hook(&mut self, name: &str, node: &Node) -> HookDeclaration {
        let mut hook = HookDeclaration::default();
        let Some(table) = self.table(name, node) else {
            return hook;
        };
        for (key, entry) in &table.entries {
            match key.as_str() {
                "verbs" => hook.verbs = self.hook_verbs(key, &entry.node),
                "budget" => hook.budget = self.duration(key, &entry.node),
                _ => self.unknown_key(
                    key,
                    entry,
                    &format!("in [hooks.{name}]"),
                    HOOK_KEYS.iter().copied(),
                ),
            }
        }
        hook
    }

    fn hook_verbs(&mut self, key: &str, node: &Node) -> Option<Vec<String>> {
        let verbs = self.texts(key, node, &grammar::VERB_NAME)?;
        // The nodes again, for their places.
        if let Value::Array(elements) = &node.value {
            for element in elements {
                if let Value::String(name) = &element.value
                    && grammar::VERB_NAME.accepts(name)
                    && !self.is_verb(name)
                {
                    self.undeclared_verb(name, element.span.clone());
                }
            }
        }
        Some(
            verbs
                .into_iter()
                .filter(|name| self.is_verb(name))
                .collect(),
        )
    }
}

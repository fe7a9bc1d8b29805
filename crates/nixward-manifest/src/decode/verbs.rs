//! `[verbs]`.

use indexmap::IndexMap;

use super::{
    context::Decoder,
    settings::{Declared, Verb},
};
use crate::{
    BuiltinVerb, Diagnostic, DiagnosticKind, ProjectDeclaration, RESERVED_VERB_NAMES,
    VerbDeclaration, grammar,
    suggestion::nearest,
    syntax::{Entry, Node, Table},
    wording::{alternatives, quoted, shown},
};

impl Decoder {
    pub(super) fn verbs(&mut self, node: &Node) -> IndexMap<String, VerbDeclaration> {
        let mut verbs = IndexMap::new();
        let Some(table) = self.table("verbs", node) else {
            return verbs;
        };
        for (name, entry) in &table.entries {
            if let Some(declaration) = self.verb(name, entry) {
                verbs.insert(name.clone(), declaration);
            }
        }
        verbs
    }

    fn verb(&mut self, name: &str, entry: &Entry) -> Option<VerbDeclaration> {
        let builtin = name.parse::<BuiltinVerb>().ok();
        let has_good_name = builtin.is_some() || self.is_free_verb_name(name, entry);
        let table = self.table(name, &entry.node);
        let like = match (builtin, table) {
            (Some(builtin), table) => {
                self.refuse_like(name, table);
                Some(builtin)
            }
            (None, Some(table)) => self.like(name, entry, table),
            (None, None) => None,
        };
        self.declared_verbs.insert(name.to_owned(), like);
        let table = table?;
        let verb = Verb {
            name,
            behaviour: like,
            declared: Declared::Here,
            place: format!("in [verbs.{}]", shown(name)),
            other_keys: &["like", "attr"],
        };
        let attr = self.attribute_path(table);
        let settings = self.settings(table, &verb);
        Some(VerbDeclaration {
            like: like?,
            attr,
            settings,
        })
        .filter(|_| has_good_name)
    }

    fn like(&mut self, name: &str, entry: &Entry, table: &Table) -> Option<BuiltinVerb> {
        if let Some(like) = table.entries.get("like") {
            return self.word("like", &like.node, BuiltinVerb::WORDS);
        }
        let message = format!("{} lacks `like`", quoted(name));
        let help = match nearest(name, BuiltinVerb::WORDS.iter().copied()) {
            Some(near) => format!("a similar verb is built in: `{near}`"),
            None => format!(
                "it behaves like {}",
                alternatives(BuiltinVerb::WORDS.iter().copied())
            ),
        };
        self.report(
            Diagnostic::error(DiagnosticKind::MissingKey, entry.key_span.clone(), message)
                .label("expected `like` in its table")
                .help(help),
        );
        None
    }

    /// A built-in verb is like itself.
    fn refuse_like(&mut self, name: &str, table: Option<&Table>) {
        if let Some(like) = table.and_then(|table| table.entries.get("like")) {
            let message = format!("`like` for the built-in verb `{name}`");
            self.report(
                Diagnostic::error(DiagnosticKind::UnknownKey, like.key_span.clone(), message)
                    .help("give your verb another name"),
            );
        }
    }

    fn is_free_verb_name(&mut self, name: &str, entry: &Entry) -> bool {
        let taken_by = if RESERVED_VERB_NAMES.contains(&name) {
            "a command of nixward"
        } else if ProjectDeclaration::KEYS.contains(&name)
            || name == ProjectDeclaration::KEY_TO_COME
        {
            "a key of [projects.NAME]"
        } else {
            return self.conforms(name, entry.key_span.clone(), &grammar::VERB_NAME);
        };
        let message = format!("`{name}` can't be a verb: the name is taken");
        self.report(
            Diagnostic::error(DiagnosticKind::BadValue, entry.key_span.clone(), message)
                .label(format!("{taken_by} has it")),
        );
        false
    }
}

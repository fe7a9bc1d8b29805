//! What is known while a manifest is decoded.

use std::ops::Range;

use indexmap::IndexMap;

use crate::{
    BuiltinVerb, Diagnostic, DiagnosticKind, StepName, grammar, suggestion::nearest,
    wording::quoted,
};

pub(super) struct Decoder {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The workspace's own verbs, with those that are declared wrongly, so that an error is told once. The behaviour
    /// is `None` where it could not be understood.
    pub(super) declared_verbs: IndexMap<String, Option<BuiltinVerb>>,
    /// The steps that something comes after, with their places.
    pub(super) named_steps: Vec<(StepName, Range<usize>)>,
}

impl Decoder {
    pub(super) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            diagnostics,
            declared_verbs: IndexMap::new(),
            named_steps: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn warn_not_yet_in_effect(&mut self, what: &str, span: Range<usize>) {
        let message = format!("`{what}` has no effect yet");
        self.report(Diagnostic::warning(
            DiagnosticKind::NotYetInEffect,
            span,
            message,
        ));
    }

    /// Every verb that a project or a hook can speak of.
    pub(super) fn verb_names(&self) -> impl Iterator<Item = &str> {
        let own = self
            .declared_verbs
            .keys()
            .map(String::as_str)
            .filter(|name| !BuiltinVerb::WORDS.contains(name) && grammar::VERB_NAME.accepts(name));
        BuiltinVerb::WORDS.iter().copied().chain(own)
    }

    pub(super) fn is_verb(&self, name: &str) -> bool {
        self.verb_names().any(|verb| verb == name)
    }

    /// Reports a verb that nobody has declared.
    pub(super) fn undeclared_verb(&mut self, name: &str, span: Range<usize>) {
        let help = match nearest(name, self.verb_names()) {
            Some(near) => format!("a similar verb exists: `{near}`"),
            None => {
                "declare it in [verbs] with the behaviour that it has, such as `like = \"test\"`"
                    .to_owned()
            }
        };
        let message = format!("no verb {} is declared", quoted(name));
        self.report(Diagnostic::error(DiagnosticKind::UndeclaredVerb, span, message).help(help));
    }
}

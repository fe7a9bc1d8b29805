//! Values of the types that keys have.

use std::{fmt::Display, ops::Range, str::FromStr};

use super::context::Decoder;
use crate::{
    Diagnostic, DiagnosticKind,
    grammar::{Grammar, Verdict},
    suggestion::nearest,
    syntax::{Node, Table, Value},
    wording::{alternatives, quoted},
};

impl Decoder {
    /// A value of another type than `key` takes. Says nothing of one that an error was reported for.
    pub(super) fn wrong_type(
        &mut self,
        key: &str,
        node: &Node,
        expected: &str,
        help: Option<String>,
    ) {
        if node.value != Value::Invalid {
            let message = format!(
                "wrong type for {}: found {}",
                quoted(key),
                node.value.description()
            );
            self.report(
                Diagnostic::error(DiagnosticKind::WrongType, node.span.clone(), message)
                    .label(format!("expected {expected}"))
                    .maybe_help(help),
            );
        }
    }

    pub(super) fn table<'a>(&mut self, key: &str, node: &'a Node) -> Option<&'a Table> {
        match &node.value {
            Value::Table(table) => Some(table),
            Value::ArrayOfTables(_) => {
                let help = "write the name in single brackets".to_owned();
                self.wrong_type(key, node, "a table", Some(help));
                None
            }
            _ => {
                self.wrong_type(key, node, "a table", None);
                None
            }
        }
    }

    /// A string, whatever is in it. `accepts` says which strings would do, for advice.
    fn string<'a>(
        &mut self,
        key: &str,
        node: &'a Node,
        expected: &str,
        accepts: impl Fn(&str) -> bool,
    ) -> Option<&'a str> {
        let written = match &node.value {
            Value::String(text) => return Some(text),
            Value::Integer(number) => Some(number.to_string()),
            Value::Boolean(flag) => Some(flag.to_string()),
            _ => None,
        };
        let help = written
            .is_some_and(|text| accepts(&text))
            .then(|| "put it in quotes".to_owned());
        self.wrong_type(key, node, expected, help);
        None
    }

    /// A string of a grammar.
    pub(super) fn text(&mut self, key: &str, node: &Node, grammar: &Grammar) -> Option<String> {
        let text = self.string(key, node, "a string", |text| grammar.accepts(text))?;
        self.conforms(text, node.span.clone(), grammar)
            .then(|| text.to_owned())
    }

    /// A string of a grammar that stands for something.
    pub(super) fn parsed<T: FromStr>(
        &mut self,
        key: &str,
        node: &Node,
        grammar: &Grammar,
    ) -> Option<T> {
        self.text(key, node, grammar)?.parse().ok()
    }

    /// A list of strings of a grammar. What is not is left out.
    pub(super) fn texts(
        &mut self,
        key: &str,
        node: &Node,
        grammar: &Grammar,
    ) -> Option<Vec<String>> {
        self.list(key, node, grammar, |text| Some(text.to_owned()))
    }

    /// A list of strings of a grammar that stand for something.
    pub(super) fn parsed_list<T: FromStr>(
        &mut self,
        key: &str,
        node: &Node,
        grammar: &Grammar,
    ) -> Option<Vec<T>> {
        self.list(key, node, grammar, |text| text.parse().ok())
    }

    fn list<T>(
        &mut self,
        key: &str,
        node: &Node,
        grammar: &Grammar,
        convert: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        const EXPECTED: &str = "a list of strings";
        let elements = match &node.value {
            Value::Array(elements) => elements,
            Value::String(text) => {
                let text = text.escape_debug();
                let help = format!("write `{key} = [\"{text}\"]`");
                self.wrong_type(key, node, EXPECTED, (help.len() < 80).then_some(help));
                return None;
            }
            _ => {
                self.wrong_type(key, node, EXPECTED, None);
                return None;
            }
        };
        let mut list = Vec::with_capacity(elements.len());
        for element in elements {
            if let Some(text) = self.string(key, element, "a string in the list", |text| {
                grammar.accepts(text)
            }) && self.conforms(text, element.span.clone(), grammar)
            {
                list.extend(convert(text));
            }
        }
        Some(list)
    }

    pub(super) fn boolean(&mut self, key: &str, node: &Node) -> Option<bool> {
        match &node.value {
            Value::Boolean(value) => Some(*value),
            value => {
                let help = match value {
                    Value::String(text) if matches!(text.as_str(), "true" | "false") => {
                        Some("leave out the quotes".to_owned())
                    }
                    _ => None,
                };
                self.wrong_type(key, node, "`true` or `false`", help);
                None
            }
        }
    }

    /// One of the words of a keyword enum.
    pub(super) fn word<T: FromStr + Display>(
        &mut self,
        key: &str,
        node: &Node,
        words: &[&str],
    ) -> Option<T> {
        let expected = alternatives(words.iter().copied());
        let text = self.string(key, node, &expected, |text| words.contains(&text))?;
        let value = text.parse().ok();
        if value.is_none() {
            let help = nearest(text, words.iter().copied())
                .map(|near| format!("a similar value exists: `{near}`"));
            let message = format!("{} is not a value of `{key}`", quoted(text));
            self.report(
                Diagnostic::error(DiagnosticKind::BadValue, node.span.clone(), message)
                    .label(format!("expected {expected}"))
                    .maybe_help(help),
            );
        }
        value
    }

    /// Whether a text belongs to a grammar; reports it if not.
    pub(super) fn conforms(&mut self, text: &str, span: Range<usize>, grammar: &Grammar) -> bool {
        let kind = match (grammar.check)(text) {
            Verdict::Accepted => return true,
            Verdict::Refused => DiagnosticKind::BadValue,
            Verdict::BadGlob => DiagnosticKind::BadGlob,
            Verdict::BadAddress => DiagnosticKind::BadAddress,
        };
        let (noun, label) = match kind {
            DiagnosticKind::BadGlob => (
                "a glob",
                "expected brackets and braces that match".to_owned(),
            ),
            DiagnosticKind::BadAddress => (
                grammar.noun,
                "expected an IPv6 address in the brackets".to_owned(),
            ),
            _ => (grammar.noun, format!("expected {}", grammar.expected)),
        };
        let message = format!("{} is not {noun}", quoted(text));
        self.report(
            Diagnostic::error(kind, span, message)
                .label(label)
                .maybe_help((grammar.advice)(text)),
        );
        false
    }
}

//! `[projects.NAME]` and a member's `[project]`.

use std::ops::Range;

use indexmap::IndexMap;

use super::{
    context::Decoder,
    settings::{Declared, Verb},
};
use crate::{
    BuiltinVerb, Diagnostic, DiagnosticKind, ProjectDeclaration, ProjectVerb, RESERVED_VERB_NAMES,
    grammar,
    syntax::{Entry, Node, Table, Value},
    wording::{quoted, shown},
};

impl Decoder {
    pub(super) fn projects(&mut self, node: &Node) -> IndexMap<String, ProjectDeclaration> {
        let mut projects = IndexMap::new();
        let Some(table) = self.table("projects", node) else {
            return projects;
        };
        let mut folded_names: IndexMap<String, (&str, Range<usize>)> = IndexMap::new();
        for (name, entry) in &table.entries {
            let has_good_name = self.conforms(name, entry.key_span.clone(), &grammar::NAME);
            let place = format!("in [projects.{}]", shown(name));
            let Some(table) = self.table(name, &entry.node) else {
                continue;
            };
            let project = self.project(table, &place, Home::Root);
            let folded = name.replace('_', "-");
            if let Some((first_name, first_span)) = folded_names.get(&folded) {
                let message = format!(
                    "{} and {} are one name to nixward",
                    quoted(first_name),
                    quoted(name)
                );
                self.report(
                    Diagnostic::error(DiagnosticKind::FoldedNames, entry.key_span.clone(), message)
                        .related(first_span.clone(), "the first")
                        .help("`-` and `_` match each other: join the two tables, or rename one"),
                );
            } else {
                folded_names.insert(folded, (name, entry.key_span.clone()));
            }
            if has_good_name {
                projects.insert(name.clone(), project);
            }
        }
        projects
    }

    pub(super) fn member_project(&mut self, node: &Node) -> ProjectDeclaration {
        match self.table("project", node) {
            Some(table) => self.project(table, "in [project]", Home::Member),
            None => ProjectDeclaration::default(),
        }
    }

    fn project(&mut self, table: &Table, place: &str, home: Home) -> ProjectDeclaration {
        let mut project = ProjectDeclaration::default();
        for (key, entry) in &table.entries {
            let node = &entry.node;
            match key.as_str() {
                "path" if home == Home::Root => project.path = self.path(key, node),
                "attr" => project.attr = self.text(key, node, &grammar::NAME),
                "tags" => project.tags = self.texts(key, node, &grammar::NAME).unwrap_or_default(),
                "description" => project.description = self.text(key, node, &grammar::TEXT),
                "path" => self.path_of_member(entry),
                ProjectDeclaration::KEY_TO_COME => self.not_supported_yet(key, entry),
                _ => {
                    if let Some(verb) = self.project_verb(key, entry, place) {
                        project.verbs.insert(key.clone(), verb);
                    }
                }
            }
        }
        project
    }

    fn project_verb(&mut self, name: &str, entry: &Entry, place: &str) -> Option<ProjectVerb> {
        let behaviour = match (name.parse::<BuiltinVerb>(), self.declared_verbs.get(name)) {
            (Ok(builtin), _) => Some(builtin),
            (Err(_), Some(behaviour)) => *behaviour,
            (Err(_), None) => {
                let could_be_a_verb =
                    grammar::VERB_NAME.accepts(name) && !RESERVED_VERB_NAMES.contains(&name);
                if could_be_a_verb && matches!(entry.node.value, Value::Table(_)) {
                    self.undeclared_verb(name, entry.key_span.clone());
                    None
                } else {
                    self.unknown_project_key(name, entry, place);
                    return None;
                }
            }
        };
        let table = self.table(name, &entry.node)?;
        if let Some(like) = table.entries.get("like") {
            let message = format!("`like` in the settings of a project for {}", quoted(name));
            self.report(
                Diagnostic::error(DiagnosticKind::UnknownKey, like.key_span.clone(), message)
                    .help(format!("it belongs in [verbs.{}]", shown(name))),
            );
        }
        let verb = Verb {
            name,
            behaviour,
            declared: Declared::InAnotherTable,
            place: format!("{}.{}]", place.trim_end_matches(']'), shown(name)),
            other_keys: &["attr", "like"],
        };
        Some(ProjectVerb {
            attr: self.attribute_path(table),
            settings: self.settings(table, &verb),
        })
    }

    fn unknown_project_key(&mut self, key: &str, entry: &Entry, place: &str) {
        let verbs: Vec<String> = self.verb_names().map(str::to_owned).collect();
        let known = ProjectDeclaration::KEYS
            .iter()
            .copied()
            .chain(verbs.iter().map(String::as_str));
        self.unknown_key(key, entry, place, known);
    }

    fn path_of_member(&mut self, entry: &Entry) {
        let message = "`path` in the manifest of a member";
        self.report(
            Diagnostic::error(DiagnosticKind::UnknownKey, entry.key_span.clone(), message)
                .help("leave it out: the project's folder is the one that this file is in"),
        );
    }

    fn not_supported_yet(&mut self, key: &str, entry: &Entry) {
        let message = format!("`{key}` is not supported yet");
        self.report(Diagnostic::error(
            DiagnosticKind::UnknownKey,
            entry.key_span.clone(),
            message,
        ));
    }
}

/// Which file a project's table stands in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Home {
    Root,
    Member,
}

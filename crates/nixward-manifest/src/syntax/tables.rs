//! TOML's rules about which table a key goes into, and what can't be defined twice.

use std::ops::Range;

use indexmap::map::Entry as Slot;

use super::{
    dialect,
    node::{Entry, Node, Origin, Table, Value},
};
use crate::{Diagnostic, DiagnosticKind, wording::quoted};

/// A key of a dotted path, and where it stands.
pub(super) type Key = (String, Range<usize>);

/// A document while it is read.
#[derive(Default)]
pub(super) struct Tables {
    root: Table,
    /// The path of the table that keys go into; `None` for one that can't be part of the document.
    current: Option<Vec<String>>,
    /// What goes into such a table, so that keys defined twice in it are found all the same.
    detached: Table,
}

impl Tables {
    pub(super) fn new() -> Self {
        Self {
            current: Some(Vec::new()),
            ..Self::default()
        }
    }

    pub(super) fn into_root(self) -> Table {
        self.root
    }

    /// `[path]` or `[[path]]`. `None` in `path` is a key that could not be read.
    pub(super) fn open(
        &mut self,
        path: Vec<Option<Key>>,
        span: Range<usize>,
        is_array: bool,
        errors: &mut Vec<Diagnostic>,
    ) {
        self.detached = Table::default();
        self.current = None;
        let Some(path) = path.into_iter().collect::<Option<Vec<Key>>>() else {
            return;
        };
        let names = path.iter().map(|(name, _)| name.clone()).collect();
        let Some(((last, last_span), parents)) = path.split_last() else {
            return;
        };
        let Some(parent) = descend_headers(&mut self.root, parents, errors) else {
            return;
        };
        let opened = if is_array {
            open_element(parent, last, last_span, span, errors)
        } else {
            open_table(parent, last, last_span, span, errors)
        };
        if opened {
            self.current = Some(names);
        }
    }

    /// `path = value` in the table that was opened last.
    pub(super) fn assign(
        &mut self,
        path: Vec<Option<Key>>,
        value: Node,
        errors: &mut Vec<Diagnostic>,
    ) {
        let table = match &self.current {
            Some(path) => reach(&mut self.root, path).unwrap_or(&mut self.detached),
            None => &mut self.detached,
        };
        assign(table, path, value, errors);
    }
}

/// `path = value` in `table`, which is the one whose body is being read.
pub(super) fn assign(
    table: &mut Table,
    path: Vec<Option<Key>>,
    value: Node,
    errors: &mut Vec<Diagnostic>,
) {
    let Some(mut path) = path.into_iter().collect::<Option<Vec<Key>>>() else {
        return;
    };
    let Some((last, last_span)) = path.pop() else {
        return;
    };
    let mut table = table;
    for (name, span) in path {
        let entry = table.entries.entry(name.clone()).or_insert_with(|| Entry {
            key_span: span.clone(),
            node: Node {
                span: span.clone(),
                value: Value::Table(Table::of(Origin::DottedKey)),
            },
        });
        let first = entry.key_span.clone();
        let has_header = match &entry.node.value {
            Value::Table(inner) => inner.origin == Origin::Implied,
            Value::ArrayOfTables(_) => true,
            _ => false,
        };
        table = match &mut entry.node.value {
            Value::Table(inner) if inner.origin == Origin::DottedKey => inner,
            Value::Invalid => return,
            _ if has_header => {
                errors.push(dialect::dotted_key_into_headers_table(&name, span, first));
                return;
            }
            _ => {
                errors.push(defined_twice(&name, span, first));
                return;
            }
        };
    }
    match table.entries.entry(last) {
        Slot::Vacant(slot) => {
            slot.insert(Entry {
                key_span: last_span,
                node: value,
            });
        }
        Slot::Occupied(slot) => errors.push(defined_twice(
            slot.key(),
            last_span,
            slot.get().key_span.clone(),
        )),
    }
}

/// The table that a header's path leads to; tables on the way are made where they are missing.
fn descend_headers<'a>(
    root: &'a mut Table,
    path: &[Key],
    errors: &mut Vec<Diagnostic>,
) -> Option<&'a mut Table> {
    let mut table = root;
    for (name, span) in path {
        let entry = table.entries.entry(name.clone()).or_insert_with(|| Entry {
            key_span: span.clone(),
            node: Node {
                span: span.clone(),
                value: Value::Table(Table::of(Origin::Implied)),
            },
        });
        table = match &mut entry.node.value {
            Value::Table(inner) if inner.origin != Origin::Inline => inner,
            Value::ArrayOfTables(elements) => elements.last_mut()?,
            Value::Invalid => return None,
            _ => {
                errors.push(defined_twice(name, span.clone(), entry.key_span.clone()));
                return None;
            }
        };
    }
    Some(table)
}

fn open_table(
    parent: &mut Table,
    name: &str,
    key: &Range<usize>,
    header: Range<usize>,
    errors: &mut Vec<Diagnostic>,
) -> bool {
    match parent.entries.entry(name.to_owned()) {
        Slot::Vacant(slot) => {
            let value = Value::Table(Table::of(Origin::Header));
            slot.insert(Entry {
                key_span: key.clone(),
                node: Node {
                    span: header,
                    value,
                },
            });
            true
        }
        Slot::Occupied(slot) => {
            let entry = slot.into_mut();
            match &mut entry.node.value {
                Value::Table(table) if table.origin == Origin::Implied => {
                    table.origin = Origin::Header;
                    entry.node.span = header;
                    true
                }
                Value::Invalid => false,
                value => {
                    errors.push(defined_twice(name, key.clone(), entry.key_span.clone()));
                    // What follows is checked all the same.
                    matches!(value, Value::Table(table) if table.origin == Origin::Header)
                }
            }
        }
    }
}

fn open_element(
    parent: &mut Table,
    name: &str,
    key: &Range<usize>,
    header: Range<usize>,
    errors: &mut Vec<Diagnostic>,
) -> bool {
    let element = Table::of(Origin::Header);
    match parent.entries.entry(name.to_owned()) {
        Slot::Vacant(slot) => {
            let value = Value::ArrayOfTables(vec![element]);
            slot.insert(Entry {
                key_span: key.clone(),
                node: Node {
                    span: header,
                    value,
                },
            });
            true
        }
        Slot::Occupied(slot) => {
            let entry = slot.into_mut();
            match &mut entry.node.value {
                Value::ArrayOfTables(elements) => {
                    elements.push(element);
                    true
                }
                Value::Invalid => false,
                _ => {
                    errors.push(defined_twice(name, key.clone(), entry.key_span.clone()));
                    false
                }
            }
        }
    }
}

fn reach<'a>(root: &'a mut Table, path: &[String]) -> Option<&'a mut Table> {
    let mut table = root;
    for name in path {
        table = match &mut table.entries.get_mut(name)?.node.value {
            Value::Table(inner) => inner,
            Value::ArrayOfTables(elements) => elements.last_mut()?,
            _ => return None,
        };
    }
    Some(table)
}

fn defined_twice(name: &str, span: Range<usize>, first: Range<usize>) -> Diagnostic {
    Diagnostic::error(
        DiagnosticKind::DefinedTwice,
        span,
        format!("{} is defined twice", quoted(name)),
    )
    .related(first, "first defined here")
}

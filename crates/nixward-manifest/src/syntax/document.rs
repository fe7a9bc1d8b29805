//! From events to tables.

use std::ops::Range;

use toml_parser::{
    ParseError, Source, Span,
    parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document},
};

use super::{
    dialect,
    node::{Node, Origin, Table, Value},
    scalar, statements,
    syntax_error::{self, range},
    tables::{self, Key, Tables},
};
use crate::{Diagnostic, diagnostic};

/// How deep lists and tables can be nested. The manifest itself needs four.
const DEEPEST: u32 = 32;

/// Reads a document as far as it can be understood.
pub(crate) fn read(text: &str) -> (Table, Vec<Diagnostic>) {
    let source = Source::new(text);
    let (events, parse_errors) = events(source);
    let mut reader = Reader {
        source,
        events: &events,
        position: 0,
        errors: parse_errors.iter().map(syntax_error::diagnostic).collect(),
    };
    let root = reader.document();
    let errors = diagnostic::in_order(reader.errors);
    (root, syntax_error::one_of_each_line(text, errors))
}

fn events(source: Source<'_>) -> (Vec<Event>, Vec<ParseError>) {
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    let mut errors: Vec<ParseError> = Vec::new();
    for part in statements::split(source, &tokens) {
        let mut receiver = |event: Event| events.push(event);
        let mut validated = ValidateWhitespace::new(&mut receiver, source);
        let mut guarded = RecursionGuard::new(&mut validated, DEEPEST);
        parse_document(&tokens[part], &mut guarded, &mut errors);
    }
    (events, errors)
}

struct Reader<'a> {
    source: Source<'a>,
    events: &'a [Event],
    position: usize,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Event> {
        self.events.get(self.position)
    }

    fn next(&mut self) -> Option<Event> {
        let event = self.events.get(self.position).copied();
        self.position += usize::from(event.is_some());
        event
    }

    fn document(&mut self) -> Table {
        let mut tables = Tables::new();
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    self.header(&event, &mut tables);
                }
                EventKind::SimpleKey => {
                    let path = self.path(&event);
                    let value = self.assigned_value(&event);
                    tables.assign(path, value, &mut self.errors);
                }
                // Blanks, and the rest of what an error was reported for.
                _ => {}
            }
        }
        tables.into_root()
    }

    fn header(&mut self, open: &Event, tables: &mut Tables) {
        let mut path = Vec::new();
        let mut span = open.span();
        while let Some(&event) = self.peek() {
            match event.kind() {
                EventKind::SimpleKey => {
                    self.position += 1;
                    path = self.path(&event);
                    span = span.append(self.previous_span());
                }
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    self.position += 1;
                    span = span.append(event.span());
                    break;
                }
                EventKind::Whitespace => self.position += 1,
                // The header was not closed, which an error says.
                _ => break,
            }
        }
        tables.open(
            path,
            range(span),
            open.kind() == EventKind::ArrayTableOpen,
            &mut self.errors,
        );
    }

    /// The keys of a path whose first one was just taken.
    fn path(&mut self, first: &Event) -> Vec<Option<Key>> {
        let mut path = vec![scalar::key(self.source, first, &mut self.errors)];
        while let Some(&event) = self.peek() {
            match event.kind() {
                EventKind::SimpleKey => {
                    path.push(scalar::key(self.source, &event, &mut self.errors));
                }
                EventKind::KeySep | EventKind::Whitespace => {}
                _ => break,
            }
            self.position += 1;
        }
        if path.len() > DEEPEST as usize {
            self.errors.push(syntax_error::nested_too_deep(range(
                first.span().append(self.previous_span()),
            )));
            // As one that could not be read: a table for each key would be too deep for those who walk the tree.
            path = vec![None];
        }
        path
    }

    /// What follows a key. Where there is no `=`, which is an error by then, the value is nothing in particular.
    fn assigned_value(&mut self, key: &Event) -> Node {
        if self
            .peek()
            .is_none_or(|event| event.kind() != EventKind::KeyValSep)
        {
            return Node {
                span: range(key.span()),
                value: Value::Invalid,
            };
        }
        self.position += 1;
        self.value(key.span())
    }

    fn value(&mut self, before: Span) -> Node {
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::Scalar => return scalar::value(self.source, &event, &mut self.errors),
                EventKind::ArrayOpen => return self.array(&event),
                EventKind::InlineTableOpen => return self.inline_table(&event),
                EventKind::Whitespace | EventKind::Error => {}
                _ => {
                    self.position -= 1;
                    break;
                }
            }
        }
        Node {
            span: range(before),
            value: Value::Invalid,
        }
    }

    fn array(&mut self, open: &Event) -> Node {
        let mut elements = Vec::new();
        let mut end = open.span();
        while let Some(&event) = self.peek() {
            match event.kind() {
                EventKind::ArrayClose => {
                    self.position += 1;
                    end = event.span();
                    break;
                }
                EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                    elements.push(self.value(event.span()));
                }
                // Closed by force, as where the nesting was too deep and the file ended.
                EventKind::InlineTableClose
                | EventKind::StdTableOpen
                | EventKind::ArrayTableOpen => break,
                _ => self.position += 1,
            }
        }
        Node {
            span: range(open.span().append(end)),
            value: Value::Array(elements),
        }
    }

    fn inline_table(&mut self, open: &Event) -> Node {
        let mut table = Table::of(Origin::Inline);
        let mut end = open.span();
        let mut newline: Option<Range<usize>> = None;
        let mut last_comma: Option<Range<usize>> = None;
        while let Some(&event) = self.peek() {
            match event.kind() {
                EventKind::InlineTableClose => {
                    self.position += 1;
                    end = event.span();
                    break;
                }
                EventKind::SimpleKey => {
                    self.position += 1;
                    last_comma = None;
                    let path = self.path(&event);
                    let value = self.assigned_value(&event);
                    tables::assign(&mut table, path, value, &mut self.errors);
                }
                EventKind::ArrayClose | EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    break;
                }
                kind => {
                    self.position += 1;
                    match kind {
                        EventKind::Newline => {
                            _ = newline.get_or_insert_with(|| range(event.span()));
                        }
                        EventKind::ValueSep => last_comma = Some(range(event.span())),
                        _ => {}
                    }
                }
            }
        }
        if let Some(newline) = newline {
            // The place before the line break: the break itself can't be shown.
            self.errors.push(dialect::newline_in_inline_table(
                newline.start..newline.start,
                range(open.span()),
            ));
        } else if let Some(comma) = last_comma {
            self.errors.push(dialect::trailing_comma(comma));
        }
        Node {
            span: range(open.span().append(end)),
            value: Value::Table(table),
        }
    }

    fn previous_span(&self) -> Span {
        self.events[self.position.saturating_sub(1)].span()
    }
}

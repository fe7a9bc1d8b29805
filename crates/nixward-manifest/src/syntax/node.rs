//! The tree of values.

use std::ops::Range;

use indexmap::IndexMap;

/// A value and where it stands. A table that headers make stands where its header does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    String(String),
    Integer(i64),
    Float,
    Boolean(bool),
    Array(Vec<Node>),
    /// `[[name]]`. The manifest has none, so what is in it matters only for keys that are defined twice.
    ArrayOfTables(Vec<Table>),
    Table(Table),
    /// Something that an error was reported for.
    Invalid,
}

impl Value {
    /// With its article, for "found …".
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Array(_) => "a list",
            Self::ArrayOfTables(_) => "a list of tables",
            Self::Table(_) => "a table",
            Self::Invalid => "something else",
        }
    }
}

/// A table, its keys in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) origin: Origin,
    pub(crate) entries: IndexMap<String, Entry>,
}

impl Table {
    pub(crate) fn of(origin: Origin) -> Self {
        Self {
            origin,
            entries: IndexMap::new(),
        }
    }
}

/// How a table came to be, which decides where keys can still be added to it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Origin {
    /// By the header of a table inside it.
    #[default]
    Implied,
    /// By its own header.
    Header,
    /// By a dotted key.
    DottedKey,
    /// In braces.
    Inline,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Where the key was first written.
    pub(crate) key_span: Range<usize>,
    pub(crate) node: Node,
}

//! What the command line says about projects, before anyone knows which there are.

use crate::attribute::Attribute;

/// What the command line says about projects, with paths made relative to the workspace root.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SelectionRequest {
    pub operands: Vec<Operand>,
    /// Patterns of `-p`.
    pub patterns: Vec<String>,
    pub tags: Vec<String>,
    pub exclude: Vec<String>,
    pub all: bool,
    /// Where nixward was called, relative to the workspace root; empty at the root.
    pub current_folder: String,
}

/// Which kinds of selectors a request has.
struct Kinds {
    operands: bool,
    /// What may match any number of projects.
    matching: bool,
    all: bool,
    exclude: bool,
}

impl SelectionRequest {
    /// Every field counts as one kind or another: a new selector must be given its place here, and nowhere else.
    fn kinds(&self) -> Kinds {
        let Self {
            operands,
            patterns,
            tags,
            exclude,
            all,
            current_folder: _,
        } = self;
        Kinds {
            operands: !operands.is_empty(),
            matching: !patterns.is_empty() || !tags.is_empty(),
            all: *all,
            exclude: !exclude.is_empty(),
        }
    }

    /// Whether nothing was said, so that the current folder decides.
    pub fn is_bare(&self) -> bool {
        let kinds = self.kinds();
        !kinds.operands && !kinds.matching && !kinds.all
    }

    /// Whether projects are named, and nothing else selects any.
    pub fn is_by_name(&self) -> bool {
        let kinds = self.kinds();
        let is_name = |operand: &Operand| matches!(operand, Operand::Name(_));
        kinds.operands && !kinds.matching && !kinds.all && self.operands.iter().all(is_name)
    }

    /// Whether any number of projects may be meant, and not only such as are named one by one.
    pub fn takes_any_number(&self) -> bool {
        let kinds = self.kinds();
        kinds.matching || kinds.all
    }

    /// Whether nothing restricts which projects are meant, unless the current folder does.
    pub fn is_unrestricted(&self) -> bool {
        let kinds = self.kinds();
        !kinds.operands && !kinds.matching && !kinds.exclude
    }
}

/// A project as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Operand {
    /// `PROJECT` or `PROJECT.ATTR…`.
    Name(String),
    /// A folder relative to the workspace root, and what was written.
    Folder {
        path: String,
        written: String,
        is_there: bool,
    },
}

impl Operand {
    pub fn written(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Folder { written, .. } => written,
        }
    }

    /// The ways to read a name: all of it as the project, then ever more of it as an attribute.
    pub fn readings(name: &str) -> impl Iterator<Item = (&str, Option<Attribute>)> {
        let splits = name
            .char_indices()
            .rev()
            .filter(|(_, character)| *character == '.');
        let with_attribute =
            splits.map(move |(at, _)| (&name[..at], Some(Attribute::from_dotted(&name[at + 1..]))));
        std::iter::once((name, None)).chain(with_attribute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: impl FnOnce(&mut SelectionRequest)) -> SelectionRequest {
        let mut request = SelectionRequest::default();
        change(&mut request);
        request
    }

    fn name(name: &str) -> Operand {
        Operand::Name(name.to_owned())
    }

    #[test]
    fn what_was_said() {
        let said = |request: &SelectionRequest| {
            let all = [
                (request.is_bare(), "bare"),
                (request.is_by_name(), "by name"),
                (request.takes_any_number(), "any number"),
                (request.is_unrestricted(), "unrestricted"),
            ];
            let said: Vec<&str> = all
                .iter()
                .filter(|(is, _)| *is)
                .map(|(_, what)| *what)
                .collect();
            said.join(", ")
        };
        assert_eq!(said(&request(|_| {})), "bare, unrestricted");
        let excluding = request(|request| request.exclude.push("a".to_owned()));
        assert_eq!(said(&excluding), "bare");
        assert_eq!(
            said(&request(|request| request.all = true)),
            "any number, unrestricted"
        );
        assert_eq!(
            said(&request(|request| request.tags.push("a".to_owned()))),
            "any number"
        );
        assert_eq!(
            said(&request(|request| request.operands.push(name("a")))),
            "by name"
        );
        let both = request(|request| {
            request.operands.push(name("a"));
            request.patterns.push("b*".to_owned());
        });
        assert_eq!(said(&both), "any number");
    }
}

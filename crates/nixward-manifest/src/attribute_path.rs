//! Attribute paths as they are written in a manifest.

use std::{fmt, str::FromStr};

/// One or more attribute names of Nix, joined with dots: `test`, `tests.unit`.
///
/// Only names that need no quoting, so that the path means the same to Nix, to a shell and to a reader.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct AttributePath(Vec<String>);

impl AttributePath {
    /// The names, from the outer to the inner. There is at least one.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("."))
    }
}

/// A text that is no attribute path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidAttributePath {
    pub text: String,
}

impl fmt::Display for InvalidAttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is no attribute path", self.text)
    }
}

impl std::error::Error for InvalidAttributePath {}

impl FromStr for AttributePath {
    type Err = InvalidAttributePath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.split('.').all(is_attribute_name) {
            Ok(Self(text.split('.').map(str::to_owned).collect()))
        } else {
            Err(InvalidAttributePath {
                text: text.to_owned(),
            })
        }
    }
}

fn is_attribute_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters
            .all(|other| other.is_ascii_alphanumeric() || matches!(other, '_' | '\'' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_dots() {
        let path: AttributePath = "tests.unit-2.x'".parse().unwrap();
        assert_eq!(path.names(), ["tests", "unit-2", "x'"]);
        assert_eq!(path.to_string(), "tests.unit-2.x'");
    }

    #[test]
    fn what_is_no_attribute_path() {
        for text in [
            "", ".", "a.", ".a", "a..b", "1a", "-a", "'a", "a b", "a#b", "$(x)", "a\"b", "é", "a\n",
        ] {
            assert!(text.parse::<AttributePath>().is_err(), "{text:?}");
        }
    }
}

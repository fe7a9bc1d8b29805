//! Attribute paths of a flake's outputs, as data and as Nix writes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The attribute names from a package (or from the flake's outputs) down to a value.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Attribute(Vec<String>);

impl Attribute {
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Splits `python.withPackages` at its dots. Operands have no quoting, so this never fails.
    pub fn from_dotted(text: &str) -> Self {
        Self::new(text.split('.'))
    }

    pub fn names(&self) -> &[String] {
        &self.0
    }

    pub fn join(&self, below: &Self) -> Self {
        Self::new(self.0.iter().chain(&below.0).cloned())
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(".")?;
            }
            if is_plain(name) {
                formatter.write_str(name)?;
            } else {
                write!(
                    formatter,
                    "\"{}\"",
                    name.replace('\\', "\\\\").replace('"', "\\\"")
                )?;
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "_-'".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nix_would_split_are_quoted() {
        assert_eq!(
            Attribute::new(["packages", "a.b", "test"]).to_string(),
            "packages.\"a.b\".test"
        );
        assert_eq!(Attribute::new(["a\"b"]).to_string(), "\"a\\\"b\"");
        assert_eq!(
            Attribute::from_dotted("python.pkgs").to_string(),
            "python.pkgs"
        );
    }
}

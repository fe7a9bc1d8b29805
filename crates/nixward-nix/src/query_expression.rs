//! Turns an evaluation query into a Nix expression. Names reach Nix as data in a string, never as syntax.

use nixward_core::{
    attribute::Attribute,
    query::{CheckScope, Depth, EvaluationQuery},
};
use serde::{Deserialize, Serialize};

/// The function that answers queries; see its own comments.
const EVALUATE: &str = include_str!("evaluate.nix");

/// What can be evaluated on its own when all at once fails.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Units {
    pub(crate) packages: Vec<String>,
    pub(crate) checks: Vec<CheckUnit>,
    pub(crate) others: Vec<Vec<String>>,
}

impl Units {
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    pub(crate) fn count(&self) -> usize {
        self.packages.len() + self.checks.len() + self.others.len()
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.packages.extend(other.packages);
        self.checks.extend(other.checks);
        self.others.extend(other.others);
    }
}

/// A check, with the package that it belongs to by its name.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct CheckUnit {
    pub(crate) name: String,
    pub(crate) owner: Option<String>,
}

/// Which part of a query's answer is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part<'a> {
    All,
    /// Only which units there are.
    UnitNames,
    Only(&'a Units),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryText<'a> {
    system: &'a str,
    packages: Option<&'a [String]>,
    folders: &'a [String],
    itself: &'static str,
    app: &'static str,
    dev_shell: &'static str,
    itself_without_dev_shell: bool,
    attributes: Vec<&'a [String]>,
    attribute_depth: &'static str,
    tests: &'static str,
    checks: &'static str,
    check_scope: &'static str,
    whole_flake: bool,
    places: bool,
    units_only: bool,
    only: Option<&'a Units>,
}

/// The function from a flake's outputs to the answer.
pub(crate) fn apply_expression(
    query: &EvaluationQuery,
    part: &Part<'_>,
) -> Result<String, serde_json::Error> {
    let text = QueryText {
        system: &query.system,
        packages: query.packages.as_deref(),
        folders: &query.folders,
        itself: depth(query.itself),
        app: depth(query.app),
        dev_shell: depth(query.dev_shell),
        itself_without_dev_shell: query.itself_without_dev_shell,
        attributes: query.attributes.iter().map(Attribute::names).collect(),
        attribute_depth: depth(query.attribute_depth),
        tests: depth(query.tests),
        checks: depth(query.checks),
        check_scope: match query.check_scope {
            CheckScope::Fallback => "fallback",
            CheckScope::Owned => "owned",
            CheckScope::OwnedAndUnowned => "owned-and-unowned",
        },
        whole_flake: query.whole_flake,
        places: query.places,
        units_only: *part == Part::UnitNames,
        only: if let Part::Only(units) = part {
            Some(units)
        } else {
            None
        },
    };
    let json = serde_json::to_string(&text)?;
    Ok(format!(
        "outputs: ({}) (builtins.fromJSON {}) outputs",
        on_one_line(EVALUATE),
        nix_string(&json)
    ))
}

/// Without comments and line breaks, so that an argument in a list of processes or in a log is one line. The file has
/// comments on lines of their own only, and no strings over several lines.
fn on_one_line(expression: &str) -> String {
    let code = expression.lines().map(str::trim);
    let code: Vec<&str> = code
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    code.join(" ")
}

/// The function that evaluates one attribute as far as [`apply_expression`] does, without catching what it throws.
pub(crate) fn strict_expression(attribute: &Attribute) -> Result<String, serde_json::Error> {
    let path = nix_string(&serde_json::to_string(attribute.names())?);
    Ok(format!(
        "outputs: let value = builtins.foldl' (set: name: set.${{name}}) outputs (builtins.fromJSON {path}); in \
         if !(builtins.isAttrs value) then builtins.typeOf value \
         else builtins.deepSeq [ (value.name or null) (value.meta.mainProgram or null) \
         (value.meta.outputsToInstall or null) ] (value.drvPath or value.program or \"\")"
    ))
}

fn depth(depth: Depth) -> &'static str {
    match depth {
        Depth::Nothing => "nothing",
        Depth::Presence => "presence",
        Depth::Full => "full",
    }
}

/// A string literal of the Nix language.
pub(crate) fn nix_string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            '"' => literal.push_str("\\\""),
            // `${` would begin an interpolation.
            '$' => literal.push_str("\\$"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expression_is_one_line_and_says_the_same() {
        let line = on_one_line(EVALUATE);
        assert!(!line.contains('\n') && !line.contains('#'), "{line}");
        assert!(
            line.starts_with("query: outputs: let inherit (builtins)"),
            "{line}"
        );
        // A comment behind code would swallow what follows it.
        let behind_code = |line: &str| !line.trim_start().starts_with('#') && line.contains('#');
        assert!(!EVALUATE.lines().any(behind_code));
    }

    #[test]
    fn no_name_can_end_the_string_or_interpolate() {
        assert_eq!(nix_string(r#"a"b\${c}$(d)"#), r#""a\"b\\\${c}\$(d)""#);
    }
}

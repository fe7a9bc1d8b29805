//! Turns an evaluation query into a Nix expression. Names reach Nix as data in a string, never as syntax.

use nixward_core::{
    attribute::Attribute,
    query::{CheckScope, Depth, EvaluationQuery},
};
use serde::Serialize;

use crate::{answer_lines::Token, units::Unit};

/// The function that answers queries; see its own comments.
const EVALUATE: &str = include_str!("evaluate.nix");

/// How a query is to be answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// All at once.
    All,
    /// One unit after the other, each said with this token as soon as it is known; nothing means all units.
    OneByOne {
        token: &'a Token,
        only: Option<&'a [Unit]>,
    },
}

/// How much of an expression may be a list of units: Linux takes no argument above 128 KiB.
const MOST_BYTES_OF_UNITS: usize = 64 << 10;

/// How many of the units fit into one question, from the first on; at least one.
pub(crate) fn fitting(units: &[Unit]) -> usize {
    let mut bytes = 0;
    let fits = |unit: &&Unit| {
        bytes += nix_string(&unit.as_json().to_string()).len() + 1;
        bytes <= MOST_BYTES_OF_UNITS
    };
    units
        .iter()
        .take_while(fits)
        .count()
        .max(1)
        .min(units.len())
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
    fallback_attributes: Vec<&'a [String]>,
    whole_flake: bool,
    places: bool,
    /// Whether and with what mark the answers are said one by one.
    token: Option<&'a str>,
    only: Option<OnlyText>,
}

/// Units in the order of their answers.
#[derive(Default, Serialize)]
struct OnlyText {
    packages: Vec<serde_json::Value>,
    checks: Vec<serde_json::Value>,
    others: Vec<serde_json::Value>,
}

impl OnlyText {
    fn new(units: &[Unit]) -> Self {
        let mut text = Self::default();
        for unit in units {
            let of_kind = match unit {
                Unit::Package(_) => &mut text.packages,
                Unit::Check(_) => &mut text.checks,
                Unit::Other(_) => &mut text.others,
            };
            of_kind.push(unit.as_json());
        }
        text
    }
}

impl Unit {
    fn as_json(&self) -> serde_json::Value {
        match self {
            Self::Package(name) => name.as_str().into(),
            Self::Check(check) => check.name.as_str().into(),
            Self::Other(path) => path.as_slice().into(),
        }
    }
}

/// The function from a flake's outputs to the answer.
pub(crate) fn apply_expression(
    query: &EvaluationQuery,
    part: &Part<'_>,
) -> Result<String, serde_json::Error> {
    let (token, only) = match part {
        Part::All => (None, None),
        Part::OneByOne { token, only } => (Some(token.as_str()), *only),
    };
    // What the units were found by is of no use any more, and may be long.
    let finds_units = only.is_none();
    let text = QueryText {
        system: &query.system,
        packages: query.packages.as_deref().filter(|_| finds_units),
        folders: if finds_units { &query.folders } else { &[] },
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
        fallback_attributes: query
            .fallback_attributes
            .iter()
            .map(Attribute::names)
            .collect(),
        whole_flake: query.whole_flake,
        places: query.places,
        token,
        only: only.map(OnlyText::new),
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
    fn units_are_asked_for_in_as_many_questions_as_needed() {
        let unit = |number: usize| Unit::Package(format!("{number:0>1000}"));
        let units: Vec<Unit> = (0..200).map(unit).collect();
        assert_eq!(fitting(&units[..3]), 3);
        assert!((60..66).contains(&fitting(&units)), "{}", fitting(&units));
        let long = Unit::Package("x".repeat(MOST_BYTES_OF_UNITS));
        assert_eq!(fitting(&[long.clone(), long]), 1);
        assert_eq!(fitting(&[]), 0);
    }

    #[test]
    fn a_question_for_all_is_always_the_same() {
        let query = EvaluationQuery::default();
        let question = || apply_expression(&query, &Part::All).expect("it is text");
        assert_eq!(question(), question());
        let token = Token::new();
        let part = Part::OneByOne {
            token: &token,
            only: None,
        };
        let one_by_one = apply_expression(&query, &part).expect("it is text");
        assert!(one_by_one.contains(token.as_str()));
    }

    #[test]
    fn no_name_can_end_the_string_or_interpolate() {
        assert_eq!(nix_string(r#"a"b\${c}$(d)"#), r#""a\"b\\\${c}\$(d)""#);
    }
}

//! The grammars of the manifest's texts.
//!
//! Each is said twice, as a function for the parser and as patterns for the JSON Schema; a test compares them. The
//! patterns keep to what every dialect of regular expressions understands alike: no look-around, no classes.

use std::time::Duration;

use globset::GlobBuilder;
use serde_json::{Value, json};

use crate::{AttributePath, PublishedPort, StepName, settings::InvalidPublishedPort};

/// More would hide a test that fails.
pub const MOST_RETRIES: u8 = 20;

/// More jobs than this no step takes.
pub(crate) const MOST_WEIGHT: u8 = 100;

/// Longer ones no system takes as a path below a workspace.
const LONGEST_PATH: usize = 1024;

/// How deep braces can be nested in a glob. Matching them takes a regular expression as deep.
const DEEPEST_BRACES: usize = 10;

/// What a text in the manifest may be.
pub(crate) struct Grammar {
    /// For "`x y` is not …".
    pub(crate) noun: &'static str,
    /// What is expected.
    pub(crate) expected: &'static str,
    /// Every text of the grammar matches it.
    pub(crate) pattern: &'static str,
    /// No text of the grammar matches it.
    pub(crate) refused: Option<&'static str>,
    /// How many characters a text of the grammar can have.
    pub(crate) longest: Option<usize>,
    pub(crate) check: fn(&str) -> Verdict,
    /// What to do about a text that does not belong to it, where that is plain.
    pub(crate) advice: fn(&str) -> Option<String>,
}

/// Whether a text belongs to a grammar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    /// It has the patterns' shape, but is not a glob all the same.
    BadGlob,
    /// It has the patterns' shape, but is not an address all the same.
    BadAddress,
}

impl Verdict {
    fn of(accepted: bool) -> Self {
        if accepted {
            Self::Accepted
        } else {
            Self::Refused
        }
    }
}

impl Grammar {
    pub(crate) fn accepts(&self, text: &str) -> bool {
        (self.check)(text) == Verdict::Accepted
    }

    pub(crate) fn schema(&self) -> Value {
        let mut schema = json!({ "type": "string", "pattern": self.pattern });
        if let Some(refused) = self.refused {
            schema["not"] = json!({ "pattern": refused });
        }
        if let Some(longest) = self.longest {
            schema["maxLength"] = json!(longest);
        }
        schema
    }
}

/// Any text that a program can be given.
pub(crate) const TEXT: Grammar = Grammar {
    noun: "a text that a program can be given",
    expected: "a text without NUL characters",
    pattern: r"^[^\x00]*$",
    refused: None,
    longest: None,
    check: |text| Verdict::of(!text.contains('\0')),
    advice: advice_on_option,
};

/// Names of projects, attributes, tags and groups.
pub(crate) const NAME: Grammar = Grammar {
    noun: "a name",
    expected: "letters, digits, `_`, `-`, `.`; not `-` or `.` first",
    pattern: r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
    refused: None,
    longest: None,
    check: |text| {
        Verdict::of(starts_and_continues(
            text,
            |first| first.is_ascii_alphanumeric() || first == '_',
            |other| other.is_ascii_alphanumeric() || matches!(other, '_' | '.' | '-'),
        ))
    },
    advice: advice_on_option,
};

/// Names of verbs.
pub(crate) const VERB_NAME: Grammar = Grammar {
    noun: "a name for a verb",
    expected: "lower-case letters, digits, `-`, `_`; a letter first",
    pattern: r"^[a-z][a-z0-9_-]*$",
    refused: None,
    longest: None,
    check: |text| {
        Verdict::of(starts_and_continues(
            text,
            |first| first.is_ascii_lowercase(),
            |other| {
                other.is_ascii_lowercase() || other.is_ascii_digit() || matches!(other, '_' | '-')
            },
        ))
    },
    advice: advice_on_option,
};

/// A verb of a project.
pub(crate) const STEP_NAME: Grammar = Grammar {
    noun: "a step",
    expected: "a project and its verb, such as `db.start`",
    pattern: r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.[a-z][a-z0-9_-]*$",
    refused: None,
    longest: None,
    check: |text| Verdict::of(text.parse::<StepName>().is_ok()),
    advice: advice_on_option,
};

/// Names of environment variables, as POSIX has them.
pub(crate) const ENVIRONMENT_NAME: Grammar = Grammar {
    noun: "a name for an environment variable",
    expected: "letters, digits and `_`; not a digit first",
    pattern: r"^[A-Za-z_][A-Za-z0-9_]*$",
    refused: None,
    longest: None,
    check: |text| {
        Verdict::of(starts_and_continues(
            text,
            |first| first.is_ascii_alphabetic() || first == '_',
            |other| other.is_ascii_alphanumeric() || other == '_',
        ))
    },
    advice: advice_on_option,
};

/// A folder below the manifest's.
pub(crate) const RELATIVE_PATH: Grammar = Grammar {
    noun: "a path inside the folder",
    expected: "a relative path without `..`",
    pattern: r"^[^\x00]+$",
    refused: Some(OUTSIDE),
    longest: Some(LONGEST_PATH),
    check: |text| Verdict::of(stays_inside(text)),
    advice: advice_on_path,
};

/// A glob of paths below a folder.
pub(crate) const GLOB: Grammar = Grammar {
    noun: "a path or glob inside the folder",
    expected: "a relative path or glob without `..`",
    pattern: RELATIVE_PATH.pattern,
    refused: RELATIVE_PATH.refused,
    longest: Some(LONGEST_PATH),
    check: |text| {
        if !stays_inside(text) {
            Verdict::Refused
        } else if braces_are_shallow(text)
            && GlobBuilder::new(text)
                .literal_separator(true)
                .build()
                .is_ok()
        {
            Verdict::Accepted
        } else {
            Verdict::BadGlob
        }
    },
    advice: advice_on_path,
};

/// A length of time.
pub(crate) const DURATION: Grammar = Grammar {
    noun: "a duration",
    expected: "a time such as `250ms`, `90s`, `10m` or `1h30m`",
    pattern: r"^([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?$",
    // Nothing, and zero in all its spellings.
    refused: Some(r"^[0hms]*$"),
    longest: None,
    check: |text| Verdict::of(parse_duration(text).is_some()),
    advice: advice_on_duration,
};

/// An attribute path.
pub(crate) const ATTRIBUTE_PATH: Grammar = Grammar {
    noun: "an attribute path",
    expected: "names joined by dots, such as `tests.unit`",
    pattern: r"^[A-Za-z_][A-Za-z0-9_'-]*(\.[A-Za-z_][A-Za-z0-9_'-]*)*$",
    refused: None,
    longest: None,
    check: |text| Verdict::of(text.parse::<AttributePath>().is_ok()),
    advice: advice_on_option,
};

macro_rules! port_pattern {
    () => {
        "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
    };
}

macro_rules! octet_pattern {
    () => {
        "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    };
}

/// A published port.
pub(crate) const PUBLISHED_PORT: Grammar = Grammar {
    noun: "a port to publish",
    expected: "`HOST:CONTAINER` or `IP:HOST:CONTAINER`",
    pattern: concat!(
        "^((",
        octet_pattern!(),
        r"(\.",
        octet_pattern!(),
        r"){3}|\[[0-9a-fA-F:.]+\]):)?",
        port_pattern!(),
        ":",
        port_pattern!(),
        "(/(tcp|udp))?$"
    ),
    refused: None,
    longest: None,
    check: |text| match text.parse::<PublishedPort>() {
        Ok(_) => Verdict::Accepted,
        Err(InvalidPublishedPort::Form) => Verdict::Refused,
        Err(InvalidPublishedPort::Address) => Verdict::BadAddress,
    },
    advice: advice_on_option,
};

/// A registry and the first part of the names of the images in it.
pub(crate) const REGISTRY: Grammar = Grammar {
    noun: "a registry",
    expected: "a host and a path, such as `registry.example.com/team`",
    pattern: concat!(
        r"^[A-Za-z0-9]+(-+[A-Za-z0-9]+)*(\.[A-Za-z0-9]+(-+[A-Za-z0-9]+)*)*(:",
        port_pattern!(),
        ")?",
        r"(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$"
    ),
    refused: None,
    longest: None,
    check: |text| Verdict::of(is_registry(text)),
    advice: advice_on_option,
};

/// A revision of git.
pub(crate) const REVISION: Grammar = Grammar {
    noun: "a git revision",
    expected: "a branch, a tag or a commit",
    pattern: r"^[^\x00-\x20\x7f-][^\x00-\x20\x7f]*$",
    refused: None,
    longest: None,
    check: |text| {
        let is_printed = |character: char| character > ' ' && character != '\x7f';
        Verdict::of(starts_and_continues(
            text,
            |first| first != '-' && is_printed(first),
            is_printed,
        ))
    },
    advice: advice_on_option,
};

/// A path that leads outside, or that means something else elsewhere.
const OUTSIDE: &str = r"^/|\\|(^|/)\.\.(/|$)";

fn advice_on_option(text: &str) -> Option<String> {
    text.starts_with('-')
        .then(|| "it looks like an option".to_owned())
}

fn advice_on_path(path: &str) -> Option<String> {
    let advice = if path.chars().count() > LONGEST_PATH {
        "it is too long for a path"
    } else if path.starts_with('/') {
        "leave out the first `/`: paths are relative"
    } else if path.contains('\\') {
        "write `/` between folders"
    } else if path.split('/').any(|component| component == "..") {
        "`..` leads outside"
    } else {
        return None;
    };
    Some(advice.to_owned())
}

fn advice_on_duration(text: &str) -> Option<String> {
    let is_number = !text.is_empty() && text.chars().all(|character| character.is_ascii_digit());
    let is_meant = is_number && parse_duration(&format!("{text}s")).is_some();
    is_meant.then(|| format!("write \"{text}s\" for seconds, \"{text}m\" for minutes"))
}

fn starts_and_continues(
    text: &str,
    first: impl Fn(char) -> bool,
    other: impl Fn(char) -> bool,
) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(first) && characters.all(other)
}

fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\\', '\0'])
        && path.split('/').all(|component| component != "..")
        && path.chars().count() <= LONGEST_PATH
}

/// `globset` walks the braces of a glob recursively, and panics where the regular expression is too deep.
fn braces_are_shallow(glob: &str) -> bool {
    let mut depth: usize = 0;
    glob.chars().all(|character| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth <= DEEPEST_BRACES
    })
}

/// Leaves out what doesn't change where a path leads: `./`, doubled and trailing slashes.
pub(crate) fn normalized_path(path: &str) -> String {
    let components: Vec<&str> = path
        .split('/')
        .filter(|component| !matches!(*component, "" | "."))
        .collect();
    if components.is_empty() {
        ".".to_owned()
    } else {
        components.join("/")
    }
}

/// Hours, minutes, seconds and milliseconds, each at most once and in this order, and not zero.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    /// Enough for anyone, and no sum of them overflows.
    const MOST_DIGITS: usize = 9;

    let mut rest = text;
    let mut units = UNITS.iter();
    let mut milliseconds = 0;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        if digits == 0 || digits > MOST_DIGITS {
            return None;
        }
        let (number, after) = rest.split_at(digits);
        let unit_end = after
            .find(|character: char| !character.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let (_, factor) = units.find(|(name, _)| *name == unit)?;
        milliseconds += number.parse::<u64>().ok()? * factor;
        rest = after;
    }
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

fn is_registry(text: &str) -> bool {
    let mut parts = text.split('/');
    let authority = parts.next().unwrap_or_default();
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    host.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '-')
    }) && port.is_none_or(|port| !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok())
        && parts.all(is_image_name_part)
}

/// Lower-case letters and digits in runs, joined by `.`, `_`, `__` or any number of `-`.
fn is_image_name_part(part: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    part.starts_with(is_plain)
        && part.ends_with(is_plain)
        && part.split(is_plain).all(|separator| {
            matches!(separator, "" | "." | "_" | "__") || separator.chars().all(|one| one == '-')
        })
}

#[cfg(test)]
mod tests {
    use proptest::test_runner::{Config as ProptestConfig, TestRunner};

    use super::*;

    /// Every grammar, with the pieces that texts like its own are made of.
    const ALL: &[(&Grammar, &str)] = &[
        (&TEXT, r"[a\n\x00é ]{0,4}"),
        (&NAME, r"[aZ0_.é -]{0,4}"),
        (&VERB_NAME, r"[aZ0_. -]{0,4}"),
        (&STEP_NAME, r"[aZ0_. -]{0,6}"),
        (&ENVIRONMENT_NAME, r"[aZ0_=-]{0,4}"),
        (&RELATIVE_PATH, r"[a./\\\x00*-]{0,6}"),
        (&GLOB, r"[a./\\*{}\[\]!,-]{0,8}"),
        (&DURATION, r"([0-9]{0,10}(h|m|s|ms|d| )?){0,4}"),
        (&ATTRIBUTE_PATH, r"[aZ0_.'-]{0,6}"),
        (
            &PUBLISHED_PORT,
            r"((1|250|01|0|\.|\[::1\]|\[|\]|:){0,9}:)?[0-9]{1,5}:[0-9]{0,5}(/(tcp|udp|x)?)?",
        ),
        (
            &REGISTRY,
            r"(a|B|0|\.|-|--){0,4}(:|:0|:80)?(/(a|0|a0|B|\.|_|__|___|-|--){0,4}){0,2}",
        ),
        (&REVISION, r"[a/~^é \x7f-]{0,4}"),
    ];

    fn agree(grammar: &Grammar, validator: &jsonschema::Validator, text: &str) {
        // What the patterns can't say they let through.
        let is_accepted = (grammar.check)(text) != Verdict::Refused;
        assert_eq!(
            validator.is_valid(&json!(text)),
            is_accepted,
            "{} {text:?}",
            grammar.noun
        );
    }

    #[test]
    fn patterns_say_what_functions_do() {
        for (grammar, pieces) in ALL {
            let validator = jsonschema::validator_for(&grammar.schema()).unwrap();
            let config = ProptestConfig {
                cases: 2_000,
                failure_persistence: None,
                ..ProptestConfig::default()
            };
            TestRunner::new(config)
                .run(pieces, |text| {
                    agree(grammar, &validator, &text);
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn patterns_have_the_same_bounds() {
        let ports = jsonschema::validator_for(&PUBLISHED_PORT.schema()).unwrap();
        let registries = jsonschema::validator_for(&REGISTRY.schema()).unwrap();
        for port in (0..=1_100)
            .chain(5_990..=6_010)
            .chain(9_990..=10_010)
            .chain(59_990..=70_000)
        {
            agree(&PUBLISHED_PORT, &ports, &format!("1:{port}"));
            agree(&PUBLISHED_PORT, &ports, &format!("{port}:1/udp"));
            agree(&REGISTRY, &registries, &format!("a:{port}/b"));
        }
        for octet in 0..=300 {
            agree(&PUBLISHED_PORT, &ports, &format!("{octet}.0.0.{octet}:1:1"));
        }
        let durations = jsonschema::validator_for(&DURATION.schema()).unwrap();
        for unit in ["h", "m", "s", "ms"] {
            for digits in 0..=11 {
                agree(
                    &DURATION,
                    &durations,
                    &format!("{}{unit}", "9".repeat(digits)),
                );
                agree(
                    &DURATION,
                    &durations,
                    &format!("{}{unit}", "0".repeat(digits)),
                );
            }
        }
    }

    #[test]
    fn durations() {
        let check = |text: &str, milliseconds: Option<u64>| {
            assert_eq!(
                parse_duration(text),
                milliseconds.map(Duration::from_millis),
                "{text:?}"
            );
        };
        check("250ms", Some(250));
        check("90s", Some(90_000));
        check("10m", Some(600_000));
        check("1h30m", Some(5_400_000));
        check("1h2m3s4ms", Some(3_723_004));
        check("0h1s", Some(1_000));
        check(
            "999999999h999999999m999999999s999999999ms",
            Some(999_999_999 * 3_661_001),
        );
        for text in [
            "",
            "0s",
            "0h0m",
            "10",
            "m",
            "10 m",
            "1m1h",
            "1m1m",
            "1.5h",
            "-1s",
            "+1s",
            "1d",
            "1H",
            "1234567890s",
            "1s ",
            " 1s",
            "1s\n",
            "١s",
            "1hm",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn paths_are_normalized() {
        for (path, normalized) in [
            (".", "."),
            ("./", "."),
            ("./a//b/", "a/b"),
            ("a/./b", "a/b"),
            ("a", "a"),
            ("...", "..."),
        ] {
            assert_eq!(normalized_path(path), normalized);
        }
    }

    #[test]
    fn paths_stay_inside() {
        for path in [".", "a", "a/b", "...", "a..b", "-x", "a b", "ü", "*/x"] {
            assert!(RELATIVE_PATH.accepts(path), "{path:?}");
        }
        for path in [
            "", "/", "/a", "..", "../a", "a/..", "a/../b", "a\\b", "C:\\x", "a\0",
        ] {
            assert!(!RELATIVE_PATH.accepts(path), "{path:?}");
        }
        assert_eq!((GLOB.check)("a/[b"), Verdict::BadGlob);
        assert_eq!((GLOB.check)("a/{b"), Verdict::BadGlob);
        assert_eq!((GLOB.check)("packages/*/{a,b}[0-9]/**"), Verdict::Accepted);
    }

    #[test]
    fn paths_and_braces_have_an_end() {
        let validator = jsonschema::validator_for(&GLOB.schema()).unwrap();
        for length in [LONGEST_PATH - 1, LONGEST_PATH, LONGEST_PATH + 1] {
            for character in ["a", "ü", "🦀"] {
                agree(&GLOB, &validator, &character.repeat(length));
                assert_eq!(
                    RELATIVE_PATH.accepts(&character.repeat(length)),
                    length <= LONGEST_PATH
                );
            }
        }
        for depth in [DEEPEST_BRACES, DEEPEST_BRACES + 1] {
            let glob = format!("{}{}", "{a,".repeat(depth), "}".repeat(depth));
            assert_eq!(GLOB.accepts(&glob), depth <= DEEPEST_BRACES);
        }
        // The heaviest that is taken can be matched, without a panic.
        let braces = format!(
            "{}b{}",
            "{[!é-ü],".repeat(DEEPEST_BRACES),
            "}".repeat(DEEPEST_BRACES)
        );
        for glob in [
            braces.repeat(LONGEST_PATH / braces.chars().count()),
            "[!é-ü]**".repeat(LONGEST_PATH / 8),
        ] {
            assert!(GLOB.accepts(&glob));
            let glob = GlobBuilder::new(&glob)
                .literal_separator(true)
                .build()
                .unwrap();
            assert!(!glob.compile_matcher().is_match("/"));
        }
    }

    #[test]
    fn registries() {
        let validator = jsonschema::validator_for(&REGISTRY.schema()).unwrap();
        for text in [
            "localhost:5000",
            "registry.example.com/initech",
            "a/b__c/d-e.f",
            "Registry.Example.com",
            "10.0.0.1:80/x",
            "a/b--c",
        ] {
            assert!(REGISTRY.accepts(text), "{text:?}");
            agree(&REGISTRY, &validator, text);
        }
        for text in [
            "",
            "/",
            "https://example.com",
            "example.com/",
            "example.com/A",
            "example.com/a//b",
            "-a",
            "a-",
            "a:0",
            "a:65536",
            "a:b",
            "a/b___c",
            "a/-b",
            "a/b:tag",
            "a/b@sha256",
            "a..b",
            "a:1:2",
        ] {
            assert!(!REGISTRY.accepts(text), "{text:?}");
            agree(&REGISTRY, &validator, text);
        }
    }
}

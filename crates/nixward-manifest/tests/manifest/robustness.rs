//! No text makes the parser fail.

use nixward_manifest::{Manifest, locate, parse, parse_member};
use proptest::prelude::*;

use crate::documents;

/// What holds for every text: no panic, spans inside the text and on character boundaries, in order, said once.
fn holds(text: &str) {
    for diagnostics in [parse(text).1, parse_member(text, &Manifest::default()).1] {
        for diagnostic in &diagnostics {
            let spans = diagnostic
                .related
                .iter()
                .map(|related| &related.span)
                .chain([&diagnostic.span]);
            for span in spans {
                assert!(
                    text.get(span.clone()).is_some(),
                    "{span:?} of {} bytes: {diagnostic:?}",
                    text.len()
                );
            }
            for words in [
                Some(&diagnostic.message),
                diagnostic.label.as_ref(),
                diagnostic.help.as_ref(),
            ] {
                assert!(
                    words.is_none_or(|words| !words.contains(char::is_control)),
                    "{diagnostic:?}"
                );
            }
            assert!(!diagnostic.message.ends_with('.'), "{diagnostic:?}");
        }
        assert!(diagnostics.is_sorted_by_key(|diagnostic| diagnostic.span.start));
        for (index, diagnostic) in diagnostics.iter().enumerate() {
            assert!(
                !diagnostics[..index].contains(diagnostic),
                "said twice: {diagnostic:?}"
            );
        }
    }
    if let Some(location) = locate(text, &["workspace", "members"]) {
        assert!(text.get(location.key).is_some() && text.get(location.value).is_some());
    }
}

/// Pieces that a TOML file is made of, and some that it isn't.
const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\n",
    "\r\n",
    "\r",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "\\e",
    "\\x41",
    "\\u0000",
    "#",
    " ",
    "\t",
    "\u{feff}",
    "\u{0}",
    "é",
    "日本",
    "workspace",
    "members",
    "verbs",
    "test",
    "projects",
    "a",
    "timeout",
    "1",
    "-1",
    "1.5",
    "true",
    "2020-01-01",
    "\"1m\"",
    "\"a\"",
    "a = 1\n",
    "[a]\n",
    "x = [\n",
    "x = {\n",
    "inf",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..40)
        .prop_map(|pieces| pieces.concat())
}

/// Lines that define a few tables and keys again and again, in every way that there is.
fn definitions() -> impl Strategy<Value = String> {
    const LINES: &[&str] = &[
        "[a]",
        "[b]",
        "[a.b]",
        "[a.c]",
        "[a.b.c]",
        "[a.b.c.d]",
        "[[a]]",
        "[[b]]",
        "[[a.b]]",
        "[[a.b.c]]",
        "a = 1",
        "b = 1",
        "c = 1",
        "d = []",
        "a.b = 1",
        "b.c = 1",
        "b.c.d = 1",
        "b.d = 1",
        "c.d = 1",
        "c.d.e = 1",
        "b = {}",
        "b = { c = 1 }",
        "c = { d.e = 1, d.f = 2 }",
        "a = { b = { c.d = 1 } }",
        "b = [{}, { c = 1 }]",
        "c = { d = 1, d.e = 2 }",
    ];
    proptest::collection::vec(proptest::sample::select(LINES), 0..7)
        .prop_map(|lines| lines.join("\n"))
}

/// A manifest with some characters taken out, put in or moved.
fn mutated() -> impl Strategy<Value = String> {
    let edits = proptest::collection::vec(
        (
            any::<prop::sample::Index>(),
            0..4_usize,
            proptest::sample::select(PIECES),
        ),
        0..5,
    );
    (documents::document(), edits).prop_filter_map("TOML can't say it", |(document, edits)| {
        let mut characters: Vec<char> = documents::toml(&document)?.chars().collect();
        for (place, removed, inserted) in edits {
            let start = place.index(characters.len() + 1);
            let end = (start + removed).min(characters.len());
            characters.splice(start..end, inserted.chars());
        }
        Some(characters.into_iter().collect())
    })
}

/// Nothing here grows faster than the text: with anything quadratic this test would not end.
#[test]
fn hostile_texts_are_read_in_time() {
    const SIZE: usize = 300_000;
    let repeated = |piece: &str| piece.repeat(SIZE / piece.len());
    for text in [
        repeated("["),
        repeated("{"),
        repeated("{a="),
        repeated("a = [\n"),
        repeated("a = {\n"),
        repeated("a = {,\n"),
        repeated("= "),
        repeated("a."),
        format!("{}a = 1", repeated("a.")),
        format!("[{}a]", repeated("a.")),
        format!("[[{}a]]", repeated("a.")),
        format!("a = {{ {}a = 1 }}", repeated("a.")),
        repeated("\"\\e"),
        repeated("2020-01-01,"),
        format!("a = [{}", repeated("\"\\q\", ")),
        format!("a = [{}]", repeated("2020-01-01, ")),
        format!(
            "[workspace]\n{} = 1\nname = \"{}\"\n",
            "m".repeat(SIZE),
            "x ".repeat(SIZE)
        ),
        format!("[workspace]\nmembers = [{}]\n", repeated("\"[\", ")),
        format!(
            "workspace.members = [\"{}{}\", 1]",
            repeated("{"),
            repeated("}")
        ),
        format!("workspace.members = [\"{}\", 1]", repeated("[a]")),
        format!("workspace.members = [\"{}\", 1]", repeated("**/")),
        repeated("[a]\n"),
        repeated("[[a]]\nb = 1\n"),
        (0..SIZE / 20)
            .map(|number| format!("[verbs.v{number}]\nlike = \"x\"\n"))
            .collect(),
    ] {
        assert!(!parse(&text).1.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_pieces_of_toml(text in pieces()) {
        holds(&text);
    }

    #[test]
    fn any_mutated_manifest(text in mutated()) {
        holds(&text);
    }

    /// What another parser of TOML refuses is refused, and nothing else is but what Nix does not read.
    #[test]
    fn toml_is_what_the_toml_crate_says(text in prop_oneof![pieces(), mutated(), definitions()]) {
        use nixward_manifest::DiagnosticKind::{DefinedTwice, NotForNix, Syntax};
        let (_, diagnostics) = parse(&text);
        let is_refused = diagnostics.iter().any(|diagnostic| matches!(diagnostic.kind, Syntax | DefinedTwice));
        let is_for_nix = diagnostics.iter().all(|diagnostic| diagnostic.kind != NotForNix);
        let other = toml::de::DeTable::parse(&text);
        if other.is_ok() {
            prop_assert!(!is_refused, "{text:?}: {diagnostics:?}");
        } else {
            prop_assert!(is_refused || !is_for_nix, "{text:?}: {other:?}");
        }
    }
}

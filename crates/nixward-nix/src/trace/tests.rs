//! Errors as several versions of Nix print them.

use proptest::prelude::*;

use super::*;

const OWN: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-source";
const OTHER: &str = "/nix/store/zyxwvsrqpnmlkjihgfdcba9876543210-source";

fn read(file: &str) -> Option<String> {
    let text = match file {
        "projects/web/default.nix" => {
            "{ lib }:\nlib.project {\n  trays = lib.needsInt \"two\";\n}\n"
        }
        "nix/lib.nix" => "rec {\n  needsInt = n: n + 1;\n  other = throw \"no\";\n}\n",
        "lib/trivial.nix" => "another\n",
        _ => return None,
    };
    Some(text.to_owned())
}

fn failed(stderr: &str, workspace: &str) -> EvaluationFailure {
    let tree = SourceTree {
        root: "/home/peter/initech",
        workspace,
        read: &read,
    };
    failure(stderr, tree)
}

fn message(stderr: &str) -> String {
    failed(stderr, "").message
}

/// A trace through nixpkgs into a project and the workspace's own library.
fn nested(source: &str) -> String {
    format!(
        "warning: Git tree '/w' is dirty\nerror:\n       … while calling the 'derivationStrict' builtin\n         at \
         <nix/derivation-internal.nix>:37:12:\n           37|\n\n       … while evaluating derivation 'web'\n         \
         whose name attribute is located at {OTHER}/lib/trivial.nix:1:2\n\n       … from call site\n         at \
         {source}/projects/web/default.nix:3:11:\n            2| lib.project {{\n            3|   trays = lib.needsInt \
         \"two\";\n             |           ^\n            4| }}\n\n       … from call site\n         at \
         {source}/nix/lib.nix:2:17:\n            1| rec {{\n            2|   needsInt = n: n + 1;\n             |                 \
         ^\n            3|   other = throw \"no\";\n\n       … while calling 'id'\n         at {OTHER}/lib/trivial.nix:1:6:\n            1| \
         id = x: x;\n             |      ^\n\n       error: cannot add an integer to a string\n"
    )
}

#[test]
fn the_first_place_in_the_workspace_is_shown_and_who_called_it() {
    let expected = "cannot add an integer to a string\n… from call site\n  at nix/lib.nix:2:17:\n     1| rec {\n     2|   \
                    needsInt = n: n + 1;\n      |                 ^\n     3|   other = throw \"no\";\n… from call site\n  at \
                    projects/web/default.nix:3:11:\n     3|   trays = lib.needsInt \"two\";";
    assert_eq!(message(&nested(OWN)), expected);
    // Nix 2.34 names a working tree by its own path.
    assert_eq!(message(&nested("/home/peter/initech")), expected);
}

#[test]
fn the_whole_trace_is_kept() {
    let trace = failed(&nested(OWN), "").trace.unwrap();
    assert!(
        trace.starts_with("… while calling the 'derivationStrict'"),
        "{trace}"
    );
    assert!(trace.contains("at nix/lib.nix:2:17"), "{trace}");
    // Another source has its name, not that of a file that happens to be here, too.
    assert!(
        trace.contains(&format!("at {OTHER}/lib/trivial.nix:1:6")),
        "{trace}"
    );
    assert!(
        trace.ends_with("error: cannot add an integer to a string"),
        "{trace}"
    );
}

#[test]
fn where_an_error_is_all_there_is_there_is_no_trace() {
    let failure = failed("error: attribute 'x' missing\n", "");
    assert_eq!(failure, "attribute 'x' missing".to_owned().into());
}

#[test]
fn an_error_with_a_place_of_its_own_in_the_workspace_is_shown_there() {
    let stderr = format!(
        "error:\n       … while evaluating a thing\n         at {OWN}/flake.nix:3:5:\n\n       error: attribute 'x' \
         missing\n       at {OWN}/nix/lib.nix:2:2:\n            2|   needsInt = n: n + 1;\n             |  ^\n       Did you \
         mean y?\n"
    );
    assert_eq!(
        message(&stderr),
        "attribute 'x' missing\nat nix/lib.nix:2:2:\n     2|   needsInt = n: n + 1;\n      |  ^\nDid you mean y?"
    );
}

#[test]
fn an_error_in_another_source_is_not_quoted() {
    let stderr = format!(
        "error:\n       … while evaluating the argument\n         at {OWN}/nix/lib.nix:3:3:\n            3|   other = throw \
         \"no\";\n\n       error: attribute 'x' missing\n       at {OTHER}/lib/trivial.nix:1:2:\n            1| id = x: x;\n"
    );
    assert_eq!(
        message(&stderr),
        format!(
            "attribute 'x' missing\nat {OTHER}/lib/trivial.nix:1:2:\n… while evaluating the argument\n  at nix/lib.nix:3:3:\n     \
             3|   other = throw \"no\";"
        )
    );
}

#[test]
fn files_are_named_from_the_workspace() {
    let stderr = format!("error: path '{OWN}/team/web/x.nix' and {OWN}/nix/y.nix\n");
    let said = failed(&stderr, "team/web").message;
    assert_eq!(said, "path 'x.nix' and ../../nix/y.nix");
    let stderr =
        "error: /home/peter/initech/a.nix, /home/peter/initech, /srv/home/peter/initech/b\n";
    assert_eq!(
        message(stderr),
        "a.nix, /home/peter/initech, /srv/home/peter/initech/b"
    );
}

#[test]
fn nixwards_own_question_is_not_quoted() {
    let stderr = format!(
        "error: it has no drvPath\nat «string»:82:25:\n    81|\n    82| x\n      | ^\nat {OWN}/flake.nix:1:2\n"
    );
    assert_eq!(message(&stderr), "it has no drvPath\nat flake.nix:1:2");
}

#[test]
fn a_thrown_text_may_look_like_an_error() {
    let stderr = "error:\n       … while calling the 'throw' builtin\n         at «string»:1:2:\n\n       error: first\n       \
                  error: second\n";
    assert_eq!(message(stderr), "first\nerror: second");
}

#[test]
fn control_sequences_are_taken_out() {
    let stderr = "\u{1b}[31;1merror:\u{1b}[0m something \u{1b}[35;1mred\u{1b}[0m";
    assert_eq!(message(stderr), "something red");
}

#[test]
fn without_an_error_everything_is_shown() {
    assert_eq!(message("Killed\n"), "Killed");
}

#[test]
fn only_source_paths_are_cut() {
    for text in [
        "see /nix/store/abc-source/x and my-source/y",
        "https://example.org/a-source/b",
    ] {
        assert_eq!(message(&format!("error: {text}\n")), text);
    }
}

#[test]
fn a_very_long_trace_keeps_its_beginning_and_its_end() {
    let long = bounded(&format!("begin{}end", "ü".repeat(MOST_BYTES)));
    assert!(long.starts_with("begin") && long.ends_with("end"));
    assert!(long.len() < MOST_BYTES + 100, "{}", long.len());
}

proptest! {
    #[test]
    fn whatever_nix_says_is_read(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("error: ".to_owned()),
                Just("\n       … from call site\n".to_owned()),
                Just("\n         at ".to_owned()),
                Just(format!("{OWN}/nix/lib.nix")),
                Just("/home/peter/initech/a.nix".to_owned()),
                Just(":2:3:\n".to_owned()),
                Just("            2|   needsInt = n: n + 1;\n".to_owned()),
                ".{0,12}",
            ],
            0..24,
        )
    ) {
        let stderr = pieces.concat();
        for workspace in ["", "nix"] {
            let failure = failed(&stderr, workspace);
            prop_assert!(failure.trace.is_none_or(|trace| trace != failure.message));
        }
    }
}

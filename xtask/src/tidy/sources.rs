//! Rules about Rust files.

use std::collections::BTreeSet;

use super::{Files, Finding};

/// Without tests. A longer file has more than one thing in it.
const LONGEST: usize = 800;

/// Words that say that something is not done. They are put together here so that this file does not hold them.
const UNFINISHED: [&str; 6] = [
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("X", "XX"),
    concat!("#[ign", "ore"),
];
/// What programs that make temporary files put in the place of letters of their own.
const TEMPLATE: &str = concat!("XX", "XX", "XX");

/// Where processes may be started; all else asks these. (Clippy knows which calls are banned in a crate, but not that
/// an exception for one must not be made just anywhere in it.)
const START_PROCESSES: [&str; 7] = [
    "crates/nixward-guard/",
    "crates/nixward-nix/src/runner.rs",
    "crates/nixward-testing/",
    "crates/nixward/src/commands/become_program.rs",
    "xtask/src/draw/terminal.rs",
    "xtask/src/interrupt/start.rs",
    "xtask/src/process.rs",
];

pub(super) fn no_file_is_too_long(files: &Files) -> Vec<Finding> {
    files
        .rust()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, text)| (path, before_tests(text).count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| {
            Finding::in_file(
                path,
                format!("{lines} lines without tests; {LONGEST} are the most"),
            )
        })
        .collect()
}

pub(super) fn every_module_says_what_it_is_for(files: &Files) -> Vec<Finding> {
    files
        .rust()
        .filter(|(_, text)| {
            !text
                .lines()
                .next()
                .is_some_and(|first| first.starts_with("//! "))
        })
        .map(|(path, _)| {
            Finding::in_file(path, "does not begin with `//!` and what the module is for")
        })
        .collect()
}

pub(super) fn nothing_is_left_unfinished(files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files.rust() {
        for (number, line) in text.lines().enumerate() {
            let line = line.replace(TEMPLATE, "");
            for word in UNFINISHED.iter().filter(|word| line.contains(**word)) {
                findings.push(Finding::at(
                    path,
                    number,
                    format!("`{word}`: finish it or take it out"),
                ));
            }
        }
    }
    findings
}

/// A file that no `mod` names is not compiled, so its tests never run.
pub(super) fn every_module_is_reached(files: &Files) -> Vec<Finding> {
    let manifests: String = files.cargo_manifests().map(|(_, text)| text).collect();
    let named: BTreeSet<String> = files
        .rust()
        .flat_map(|(path, text)| modules_named_by(path, text))
        .collect();
    files
        .rust()
        .filter(|(path, _)| !is_crate_root(path, &manifests) && !named.contains(*path))
        .map(|(path, _)| Finding::in_file(path, "no `mod` names it, so it is not compiled"))
        .collect()
}

pub(super) fn processes_start_where_it_is_known(files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    let others = files.rust().filter(|(path, text)| {
        let known = START_PROCESSES.iter().any(|known| path.starts_with(known));
        // clap's type has the same name.
        !is_test(path) && !known && text.contains("process::")
    });
    for (path, text) in others {
        for (number, line) in before_tests(text).enumerate() {
            if starts_a_process(line) {
                findings.push(Finding::at(
                    path,
                    number,
                    "starts a process; nixward-guard is there for that",
                ));
            }
        }
    }
    findings
}

/// `cargo xtask test` runs what can see the real Nix once for each version, and finds it by its test target: the folder
/// `tests` of the workspace.
pub(super) fn real_nix_is_for_the_tests_of_the_program(files: &Files) -> Vec<Finding> {
    const ASKS: [&str; 2] = [concat!("real", "_nix("), concat!("initech", "(")];
    let mut findings = Vec::new();
    let others = files.rust().filter(|(path, _)| {
        !path.starts_with("tests/") && !path.starts_with("crates/nixward-testing/src/")
    });
    for (path, text) in others.filter(|(_, text)| text.contains("nixward_testing")) {
        for (number, line) in text.lines().enumerate() {
            if ASKS.iter().any(|call| line.contains(call)) {
                let message =
                    "asks for a real Nix, which `cargo xtask test` expects in tests/ only";
                findings.push(Finding::at(path, number, message));
            }
        }
    }
    findings
}

/// `Command::new` of the standard library, not of a type whose name ends like it, and not in a comment.
fn starts_a_process(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.split_once(concat!("Command", "::new("))
        .is_some_and(|(before, _)| {
            !before.ends_with(|last: char| last.is_alphanumeric() || last == '_')
        })
}

/// Whether all of a file is for tests.
fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn before_tests(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| *line != "#[cfg(test)]")
}

/// The paths at which the modules that a file declares can lie.
fn modules_named_by(path: &str, text: &str) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.trim_end_matches(".rs");
    let inner = match stem {
        "main" | "lib" | "mod" => folder.to_owned(),
        // The modules of a root such as tests/suite.rs lie beside it, those of other files in a folder of its name.
        _ => format!("{folder}/{stem}"),
    };
    let mut found = Vec::new();
    let mut other_place = None;
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("#[path = \"") {
            other_place = rest.split('"').next();
        }
        let Some(name) = declared_module(line) else {
            continue;
        };
        if let Some(place) = other_place.take() {
            found.push(format!("{folder}/{place}"));
        }
        for folder in [&inner, folder] {
            found.push(format!("{folder}/{name}.rs"));
            found.push(format!("{folder}/{name}/mod.rs"));
        }
    }
    found
}

/// `name` of `mod name;`, whatever visibility stands before it.
fn declared_module(line: &str) -> Option<&str> {
    let line = line.strip_suffix(';')?;
    let (before, name) = line.rsplit_once("mod ")?;
    let visibility = before.is_empty()
        || before == "pub "
        || (before.starts_with("pub(") && before.ends_with(") "));
    visibility.then_some(name)
}

/// Whether cargo compiles it by itself: by its place, or because a manifest names it.
fn is_crate_root(path: &str, manifests: &str) -> bool {
    let Some((folder, file)) = path.rsplit_once('/') else {
        return false;
    };
    let in_crate = path
        .splitn(3, '/')
        .nth(2)
        .filter(|_| path.starts_with("crates/"))
        .unwrap_or_default();
    let targets = ["tests/", "examples/", "benches/", "src/bin/"];
    let of_target = targets
        .iter()
        .find_map(|targets| in_crate.strip_prefix(targets))
        .unwrap_or_default();
    let by_place = match of_target.split_once('/') {
        Some((_, inner)) => inner == "main.rs",
        None => !of_target.is_empty(),
    } || (folder.ends_with("/src") && (file == "main.rs" || file == "lib.rs"))
        || in_crate == "build.rs";
    let relative = path
        .splitn(if path.starts_with("crates/") { 3 } else { 2 }, '/')
        .last()
        .unwrap_or_default();
    // A target's path is relative to its crate, or leads out of it to the workspace's folder.
    let named = |path: &str| manifests.contains(&format!("path = \"{path}\""));
    by_place || named(relative) || named(&format!("../../{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn only_lines_before_the_tests_count() {
        let long = "//! x\n".repeat(LONGEST + 1);
        let fine = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            "//! x\n".repeat(LONGEST),
            "    // x\n".repeat(50)
        );
        assert_eq!(
            found(
                no_file_is_too_long,
                &[
                    ("xtask/src/a.rs", &long),
                    ("xtask/src/b.rs", &fine),
                    ("tests/src/c.rs", &long)
                ]
            ),
            ["xtask/src/a.rs: 801 lines without tests; 800 are the most"]
        );
    }

    #[test]
    fn a_module_without_words_is_found() {
        let texts = [
            ("tests/src/a.rs", "use std::fmt;\n"),
            ("tests/src/b.rs", "//! B.\n"),
            ("examples/c.rs", ""),
        ];
        assert_eq!(found(every_module_says_what_it_is_for, &texts).len(), 1);
    }

    #[test]
    fn unfinished_work_is_found_with_its_line() {
        for word in UNFINISHED {
            let text = format!("//! A.\n\n{word}\n");
            let findings = found(
                nothing_is_left_unfinished,
                &[("crates/nixward/src/a.rs", &text)],
            );
            assert_eq!(findings.len(), 1, "{word}");
            assert!(
                findings[0].starts_with("crates/nixward/src/a.rs:3: "),
                "{findings:?}"
            );
        }
    }

    #[test]
    fn a_forgotten_file_is_found_and_the_ways_to_name_one_are_known() {
        let texts = [
            (
                "crates/nixward/src/lib.rs",
                "pub mod cli;\npub(crate) mod deep;\n",
            ),
            ("crates/nixward/src/cli.rs", "mod inner;\n"),
            ("crates/nixward/src/cli/inner.rs", ""),
            (
                "crates/nixward/src/deep/mod.rs",
                "#[path = \"elsewhere.rs\"]\nmod named;\n",
            ),
            ("crates/nixward/src/deep/elsewhere.rs", ""),
            ("crates/nixward/src/bin/other.rs", ""),
            ("crates/nixward/tests/cli.rs", ""),
            ("crates/nixward/tests/whole/main.rs", "mod part;"),
            ("crates/nixward/tests/whole/part.rs", ""),
            ("crates/nixward/build.rs", ""),
            ("tests/Cargo.toml", "[[test]]\npath = \"suite/all.rs\"\n"),
            (
                "tests/suite/all.rs",
                "mod test_run;\n// mod test_forgotten;\n",
            ),
            ("tests/suite/test_run.rs", ""),
            ("tests/suite/test_forgotten.rs", ""),
        ];
        assert_eq!(
            found(every_module_is_reached, &texts),
            ["tests/suite/test_forgotten.rs: no `mod` names it, so it is not compiled"]
        );
    }

    #[test]
    fn a_test_with_a_real_nix_is_found_outside_the_programs_tests() {
        let asks = concat!(
            "use nixward_testing::real_nix;\nlet nix = real",
            "_nix();\n"
        );
        let texts = [
            ("tests/list.rs", asks),
            ("crates/nixward-testing/src/initech.rs", asks),
            ("crates/nixward-nix/tests/real.rs", asks),
        ];
        assert_eq!(
            found(real_nix_is_for_the_tests_of_the_program, &texts),
            [
                "crates/nixward-nix/tests/real.rs:2: asks for a real Nix, which `cargo xtask test` expects in tests/ only"
            ]
        );
    }

    #[test]
    fn a_process_is_found_outside_its_places() {
        let start = concat!("use std::process::Command;\nCommand", "::new(\"x\");\n");
        let in_words = concat!(
            "use std::process::id;\nGuarded",
            "Command::new(x);\n/// Like `Command",
            "::new(x)`.\n#[cfg(test)]\nmod tests { Command",
            "::new(x) }\n"
        );
        let texts = [
            ("crates/nixward-exec/src/a.rs", start),
            ("crates/nixward-exec/src/b.rs", in_words),
            ("crates/nixward/src/commands/become_program.rs", start),
            ("tests/src/a.rs", start),
        ];
        assert_eq!(
            found(processes_start_where_it_is_known, &texts),
            ["crates/nixward-exec/src/a.rs:2: starts a process; nixward-guard is there for that"]
        );
    }
}

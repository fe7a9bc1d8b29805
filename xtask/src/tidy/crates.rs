//! Rules about Cargo.toml files: which crate may know which.

use super::{Files, Finding};

/// Each crate of the workspace and the others of it that it may depend on. Data flows one way: what a later stage
/// knows, an earlier one must not.
const LAYERS: &[(&str, &[&str])] = &[
    ("nixward-schema", &[]),
    ("nixward-manifest", &[]),
    ("nixward-core", &["nixward-manifest"]),
    ("nixward-guard", &[]),
    ("nixward-cache", &[]),
    (
        "nixward-nix",
        &["nixward-manifest", "nixward-core", "nixward-guard"],
    ),
    (
        "nixward-exec",
        &[
            "nixward-manifest",
            "nixward-core",
            "nixward-guard",
            "nixward-nix",
            "nixward-cache",
        ],
    ),
    ("nixward-git", &["nixward-manifest", "nixward-core"]),
    (
        "nixward-report",
        &["nixward-schema", "nixward-manifest", "nixward-core"],
    ),
    ("nixward-testing", &[]),
];

/// Those that put the others together.
const FREE: [&str; 2] = ["nixward", "xtask"];

/// Crates from elsewhere that only some of ours may depend on.
const SPECIAL: &[(&str, &[&str])] = &[
    ("annotate-snippets", &["nixward-report"]),
    ("chrono", &["nixward-report"]),
    ("clap", &["nixward", "xtask"]),
    ("console", &["nixward-report"]),
    (
        "fs-err",
        &[
            "nixward-cache",
            "nixward-nix",
            "nixward-exec",
            "nixward-git",
            "nixward",
            "nixward-testing",
            "xtask",
        ],
    ),
    ("git2", &["nixward-git"]),
    ("indicatif", &["nixward-report"]),
    ("nix", &["nixward-guard"]),
    ("notify", &["nixward"]),
    ("quick-junit", &["nixward-report"]),
    ("signal-hook", &["nixward-guard", "nixward-exec", "nixward"]),
    ("toml", &["nixward-manifest"]),
    ("vt100", &["xtask"]),
];

const ASYNC_RUNTIMES: [&str; 4] = ["async-std", "futures-executor", "smol", "tokio"];

pub(super) fn every_crate_has_the_lints(files: &Files) -> Vec<Finding> {
    files
        .cargo_manifests()
        .filter(|(_, text)| !section(text, "lints").any(|(_, line)| line == "workspace = true"))
        .map(|(path, _)| Finding::in_file(path, "has no `[lints] workspace = true`"))
        .collect()
}

pub(super) fn dependencies_point_one_way(files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files.cargo_manifests() {
        let name = package_name(text);
        if FREE.contains(&name) {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
            findings.push(Finding::in_file(
                path,
                format!("{name} has no place in the layers that tidy knows"),
            ));
            continue;
        };
        for (line, dependency) in dependencies(text) {
            let ours = dependency == "nixward" || dependency.starts_with("nixward-");
            if ours && !allowed.contains(&dependency) {
                findings.push(Finding::at(
                    path,
                    line,
                    format!("{name} must not know {dependency}"),
                ));
            }
        }
    }
    findings
}

pub(super) fn special_crates_stay_where_they_belong(files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files.cargo_manifests() {
        let name = package_name(text);
        for (line, dependency) in dependencies(text) {
            let Some((_, allowed)) = SPECIAL.iter().find(|(special, _)| *special == dependency)
            else {
                continue;
            };
            if !allowed.contains(&name) {
                let message = format!("{dependency} is for {} only", allowed.join(", "));
                findings.push(Finding::at(path, line, message));
            }
        }
    }
    findings
}

pub(super) fn no_async_runtime(files: &Files) -> Vec<Finding> {
    let lock = files.get("Cargo.lock").unwrap_or_default();
    let is_one = |line: &str| {
        ASYNC_RUNTIMES
            .iter()
            .any(|runtime| line == format!("name = \"{runtime}\""))
    };
    lock.lines()
        .enumerate()
        .filter(|(_, line)| is_one(line))
        .map(|(number, line)| {
            Finding::at(
                "Cargo.lock",
                number,
                format!("nixward is synchronous, but: {line}"),
            )
        })
        .collect()
}

/// The name in `[package]`.
fn package_name(manifest: &str) -> &str {
    section(manifest, "package")
        .find_map(|(_, line)| line.strip_prefix("name = \""))
        .map(|rest| rest.trim_end_matches('"'))
        .unwrap_or_default()
}

/// What it depends on when it is built; what only its tests use shapes nothing.
fn dependencies(manifest: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = false;
    manifest
        .lines()
        .enumerate()
        .filter_map(move |(number, line)| {
            if let Some(header) = line.strip_prefix('[') {
                let header = header.trim_end_matches(']');
                let table = header.rsplit_once(".'").map_or(header, |_| header);
                inside = is_dependency_table(table);
                // `[dependencies.name]`
                return header
                    .rsplit_once('.')
                    .filter(|(table, _)| is_dependency_table(table))
                    .map(|(_, name)| (number, name));
            }
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            (inside && !name.is_empty() && !name.starts_with('#')).then_some((number, name))
        })
}

fn is_dependency_table(header: &str) -> bool {
    let table = header.rsplit('.').next().unwrap_or_default();
    table == "dependencies" || table == "build-dependencies"
}

/// The lines of a section, each with its number.
fn section<'a>(manifest: &'a str, name: &str) -> impl Iterator<Item = (usize, &'a str)> {
    let header = format!("[{name}]");
    let mut inside = false;
    manifest.lines().enumerate().filter(move |(_, line)| {
        if line.starts_with('[') {
            inside = *line == header;
        }
        inside
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let good = "[package]\nname = \"nixward\"\n\n[lints]\nworkspace = true\n";
        let bad = "[package]\nname = \"nixward\"\nedition.workspace = true\n";
        assert!(
            found(
                every_crate_has_the_lints,
                &[("crates/nixward/Cargo.toml", good)]
            )
            .is_empty()
        );
        assert_eq!(
            found(
                every_crate_has_the_lints,
                &[("tests/Cargo.toml", bad), ("examples/a/Cargo.toml", bad)]
            ),
            ["tests/Cargo.toml: has no `[lints] workspace = true`"]
        );
    }

    #[test]
    fn a_dependency_against_the_flow_is_found_in_every_notation() {
        for dependency in [
            "[dependencies]\nnixward-nix.workspace = true",
            "[dependencies]\nnixward-nix = { workspace = true }",
            "[dependencies.nixward-nix]\nworkspace = true",
            "[target.'cfg(unix)'.dependencies]\nnixward-nix.workspace = true",
            "[build-dependencies]\nnixward-nix.workspace = true",
        ] {
            let manifest = format!("[package]\nname = \"nixward-core\"\n{dependency}\n");
            let findings = found(
                dependencies_point_one_way,
                &[("crates/nixward-core/Cargo.toml", &manifest)],
            );
            assert_eq!(findings.len(), 1, "{manifest}\n{findings:?}");
            assert!(
                findings[0].contains("nixward-core must not know nixward-nix"),
                "{findings:?}"
            );
        }
        let tests_only = "[package]\nname = \"nixward-core\"\n[dev-dependencies]\nnixward-testing.workspace = true\n";
        assert!(
            found(
                dependencies_point_one_way,
                &[("crates/nixward-core/Cargo.toml", tests_only)]
            )
            .is_empty()
        );
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        let manifest = "[package]\nname = \"nixward-new\"\n";
        assert_eq!(
            found(
                dependencies_point_one_way,
                &[("crates/nixward-new/Cargo.toml", manifest)]
            ),
            [
                "crates/nixward-new/Cargo.toml: nixward-new has no place in the layers that tidy knows"
            ]
        );
    }

    #[test]
    fn special_crates_are_found_elsewhere_and_not_at_home() {
        let of = |name: &str| {
            format!("[package]\nname = \"{name}\"\n\n[dependencies]\ngit2.workspace = true\n")
        };
        assert_eq!(
            found(
                special_crates_stay_where_they_belong,
                &[
                    ("crates/nixward-core/Cargo.toml", &of("nixward-core")),
                    ("crates/nixward-git/Cargo.toml", &of("nixward-git"))
                ]
            ),
            ["crates/nixward-core/Cargo.toml:5: git2 is for nixward-git only"]
        );
    }

    #[test]
    fn an_async_runtime_is_found_however_deep() {
        let lock = "[[package]]\nname = \"tokio\"\nversion = \"1.0.0\"\n";
        assert_eq!(found(no_async_runtime, &[("Cargo.lock", lock)]).len(), 1);
        assert!(
            found(
                no_async_runtime,
                &[("Cargo.lock", "[[package]]\nname = \"rayon\"\n")]
            )
            .is_empty()
        );
    }
}

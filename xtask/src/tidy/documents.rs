//! Rules about documents, and about all text.

use super::{Files, Finding};

const REQUIRED: [&str; 6] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
];

/// Endings of names that are surely files of ours when a document names them without a folder.
const FILE_ENDINGS: [&str; 7] = [".json", ".lock", ".md", ".nix", ".rs", ".sh", ".toml"];

pub(super) fn the_required_ones_are_there(files: &Files) -> Vec<Finding> {
    let mut findings: Vec<Finding> = REQUIRED
        .into_iter()
        .filter(|path| files.get(path).is_none())
        .map(|path| Finding::in_file(path, "is missing"))
        .collect();
    let unreleased = |text: &str| {
        text.lines()
            .any(|line| line.starts_with("## ") && line.contains("Unreleased"))
    };
    if files
        .get("CHANGELOG.md")
        .is_some_and(|text| !unreleased(text))
    {
        findings.push(Finding::in_file(
            "CHANGELOG.md",
            "has no `## Unreleased` section",
        ));
    }
    findings
}

/// In ARCHITECTURE.md every path between backticks; in the other documents, every link.
pub(super) fn everything_that_is_named_exists(files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files
        .iter()
        .filter(|(path, _)| path.ends_with(".md") && !path.contains("/fixtures/"))
    {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in text.lines().enumerate() {
            for target in links(line).filter(|target| !files.has(&resolved(folder, target))) {
                findings.push(Finding::at(
                    path,
                    number,
                    format!("links to {target}, which does not exist"),
                ));
            }
            if path != "ARCHITECTURE.md" {
                continue;
            }
            for word in line
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|word| is_dangling(files, word))
            {
                findings.push(Finding::at(
                    path,
                    number,
                    format!("names {word}, which does not exist"),
                ));
            }
        }
    }
    findings
}

/// A commit is for every machine.
pub(super) fn no_machine_is_named(files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files.iter() {
        for (number, line) in text.lines().enumerate() {
            for folder in files
                .machine_folders
                .iter()
                .filter(|folder| line.contains(folder.as_str()))
            {
                findings.push(Finding::at(
                    path,
                    number,
                    format!("names {folder}, a folder of this machine"),
                ));
            }
        }
    }
    findings
}

/// The targets of a line's links and pictures that are files, without their `#section`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let marks = [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')];
    marks.into_iter().flat_map(move |(before, after)| {
        line.split(before).skip(1).filter_map(move |rest| {
            let target = rest.split(after).next()?.split('#').next()?;
            (!target.is_empty() && !target.contains(':')).then_some(target)
        })
    })
}

/// A relative target, from the root.
fn resolved(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// Whether a word between backticks is meant as a path of ours, and there is no such file or folder.
fn is_dangling(files: &Files, word: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./".contains(character);
    if word.is_empty() || !word.chars().all(plain) || word.starts_with('/') {
        return false;
    }
    match word.split_once('/') {
        Some((top, _)) => files.has(top) && !files.has(word),
        None => {
            let is_file = FILE_ENDINGS
                .iter()
                .any(|ending| word.len() > ending.len() && word.ends_with(ending));
            let inside = format!("/{word}");
            is_file && !files.has(word) && !files.iter().any(|(path, _)| path.ends_with(&inside))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn what_is_missing_is_said_all_at_once() {
        let texts = [
            ("README.md", ""),
            ("CHANGELOG.md", "# Changes\n\n## 0.1.0\n"),
        ];
        assert_eq!(
            found(the_required_ones_are_there, &texts),
            [
                "ARCHITECTURE.md: is missing",
                "CONTRIBUTING.md: is missing",
                "LICENSE-APACHE: is missing",
                "LICENSE-MIT: is missing",
                "CHANGELOG.md: has no `## Unreleased` section",
            ]
        );
    }

    #[test]
    fn paths_in_the_architecture_must_exist() {
        let architecture = "`crates/nixward/` `crates/gone.rs` `spawn.rs` `gone.rs` `nix build` `a/b` `.rs` `/usr/bin`";
        let texts = [
            ("ARCHITECTURE.md", architecture),
            ("crates/nixward/src/spawn.rs", ""),
        ];
        assert_eq!(
            found(everything_that_is_named_exists, &texts),
            [
                "ARCHITECTURE.md:1: names crates/gone.rs, which does not exist",
                "ARCHITECTURE.md:1: names gone.rs, which does not exist",
            ]
        );
    }

    #[test]
    fn links_are_followed_from_their_document() {
        let guide = "[up](../README.md#use) [gone](gone.md) [web](https://example.com/x) [here](#below) [dir](./design)";
        let pictures = "<source srcset=\"docs/dark.svg\"><img src=\"docs/light.svg\" alt=\"src\">";
        let texts = [
            ("README.md", pictures),
            ("docs/dark.svg", ""),
            ("docs/guide.md", guide),
            ("docs/design/a.md", ""),
        ];
        assert_eq!(
            found(everything_that_is_named_exists, &texts),
            [
                "README.md:1: links to docs/light.svg, which does not exist",
                "docs/guide.md:1: links to gone.md, which does not exist"
            ]
        );
    }

    #[test]
    fn a_folder_of_the_machine_is_found_in_any_file() {
        let texts = [
            ("docs/a.md", "fine\nsee /home/somebody/notes\n"),
            ("b.nix", "/home/else/x"),
        ];
        assert_eq!(
            found(no_machine_is_named, &texts),
            ["docs/a.md:2: names /home/somebody/, a folder of this machine"]
        );
    }
}

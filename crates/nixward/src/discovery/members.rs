//! The folders that the manifest's `members` match.

use std::{io, path::Path};

use fs_err as fs;
use globset::{GlobBuilder, GlobMatcher};
use nixward_core::workspace::MemberFolder;
use nixward_manifest::Manifest;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, statat};

use super::{Findings, MANIFEST, read};
use crate::error::{CliError, ErrorKind};

/// The folders that `members` matches, each with its own manifest where it has one.
pub(super) fn member_folders(
    root: &Path,
    manifest: &Manifest,
    findings: &mut Findings<'_>,
) -> Result<Vec<MemberFolder>, CliError> {
    let mut paths = Vec::new();
    for pattern in manifest.workspace.members.iter().flatten() {
        for pattern in without_braces(pattern) {
            let parts: Vec<&str> = pattern
                .split('/')
                .filter(|part| !part.is_empty() && *part != ".")
                .collect();
            let matched = expand(root, "", &parts)
                .map_err(|error| CliError::from_source(ErrorKind::Manifest, &error))?;
            paths.extend(matched);
        }
    }
    paths.sort();
    paths.dedup();
    let exclude: Vec<GlobMatcher> = manifest
        .workspace
        .exclude
        .iter()
        .filter_map(|glob| matcher(glob))
        .collect();
    paths.retain(|path| !exclude.iter().any(|glob| glob.is_match(path)));
    let is_file = files_below(root);
    let mut folders = Vec::new();
    for path in paths {
        let mut declaration = None;
        if is_file(&format!("{path}/{MANIFEST}")) {
            let file = root.join(&path).join(MANIFEST);
            let text = read(&file)?;
            if nixward_manifest::is_member(&text) {
                let (parsed, diagnostics) = nixward_manifest::parse_member(&text, manifest);
                findings.add(&diagnostics, &file, &text);
                declaration = Some(parsed);
            }
        }
        folders.push(MemberFolder { path, declaration });
    }
    Ok(folders)
}

/// Tells of paths below a folder whether they are files; from the folder on, which spares the way to it each time.
fn files_below(folder: &Path) -> impl Fn(&str) -> bool {
    let open = rustix::fs::open(folder, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let folder = folder.to_owned();
    move |path| match &open {
        Ok(open) => statat(open, path, AtFlags::empty())
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile),
        Err(_) => folder.join(path).is_file(),
    }
}

/// A project is described in the root's manifest or in its own, never in both.
pub(super) fn check_declared_once(
    root: &Path,
    manifest: &Manifest,
    folders: &[MemberFolder],
) -> Result<(), CliError> {
    for folder in folders.iter().filter(|folder| folder.declaration.is_some()) {
        let declared =
            manifest
                .projects
                .iter()
                .find(|(name, declaration)| match &declaration.path {
                    Some(path) => *path == folder.path,
                    None => {
                        nixward_core::names::fold(name)
                            == nixward_core::names::fold(folder.base_name())
                    }
                });
        if let Some((name, _)) = declared {
            let own = root.join(&folder.path).join(MANIFEST);
            let message = format!("project `{name}` is described twice");
            return Err(CliError::new(ErrorKind::Manifest, message)
                .cause(format!(
                    "once in {}: [projects.{name}]",
                    root.join(MANIFEST).display()
                ))
                .cause(format!("once in {}: [project]", own.display()))
                .hint("keep one of them"));
        }
    }
    Ok(())
}

/// The folders below `folder` that the parts of a glob match, relative to the root. Hidden folders are matched only by
/// a part that begins with a dot, as in a shell.
fn expand(folder: &Path, prefix: &str, parts: &[&str]) -> io::Result<Vec<String>> {
    let Some((first, rest)) = parts.split_first() else {
        return Ok(if prefix.is_empty() {
            Vec::new()
        } else {
            vec![prefix.to_owned()]
        });
    };
    let joined = |name: &str| {
        if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}/{name}")
        }
    };
    if !first.contains(['*', '?', '[', '{']) {
        let below = folder.join(first);
        return if below.is_dir() {
            expand(&below, &joined(first), rest)
        } else {
            Ok(Vec::new())
        };
    }
    let mut found = Vec::new();
    if *first == "**" {
        found.extend(expand(folder, prefix, rest)?);
    }
    let matcher = matcher(first);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let hidden = name.starts_with('.') && !first.starts_with('.');
        let file_type = entry.file_type()?;
        // Links are followed by one part, and never by `**`: they may lead in circles.
        let is_folder = file_type.is_dir()
            || (file_type.is_symlink() && *first != "**" && entry.path().is_dir());
        if hidden || !is_folder {
            continue;
        }
        if *first == "**" {
            found.extend(expand(&entry.path(), &joined(&name), parts)?);
        } else if matcher
            .as_ref()
            .is_some_and(|matcher| matcher.is_match(&name))
        {
            found.extend(expand(&entry.path(), &joined(&name), rest)?);
        }
    }
    Ok(found)
}

/// The manifest's globs were checked when it was parsed, so that one that does not compile can't come here.
fn matcher(glob: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(glob).literal_separator(true).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

/// The globs that one with `{a,b/c}` stands for: a brace may hold slashes, and folders are walked one name at a time.
fn without_braces(glob: &str) -> Vec<String> {
    let Some(open) = glob.find('{') else {
        return vec![glob.to_owned()];
    };
    let mut depth = 0_usize;
    let mut begin = open + 1;
    let mut alternatives = Vec::new();
    for (at, character) in glob.char_indices().skip_while(|(at, _)| *at < open) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && character == ',') {
            alternatives.push(&glob[begin..at]);
            begin = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    let (before, after) = (&glob[..open], &glob[begin..]);
    let joined = alternatives
        .iter()
        .map(|one| format!("{before}{one}{after}"));
    joined.flat_map(|glob| without_braces(&glob)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(folders: &[&str], pattern: &str) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("packages/file"), "").unwrap();
        let parts: Vec<&str> = pattern.split('/').collect();
        let mut found = expand(root.path(), "", &parts).unwrap();
        found.sort();
        found
    }

    #[test]
    fn globs_match_folders() {
        let folders = [
            "packages/a",
            "packages/b/deep",
            "packages/.hidden",
            "other/c",
        ];
        assert_eq!(
            expanded(&folders, "packages/*"),
            ["packages/a", "packages/b"]
        );
        assert_eq!(expanded(&folders, "*/[ac]"), ["other/c", "packages/a"]);
        assert_eq!(expanded(&folders, "packages/b/deep"), ["packages/b/deep"]);
        assert_eq!(expanded(&folders, "**/deep"), ["packages/b/deep"]);
        assert_eq!(expanded(&folders, "nowhere/*"), Vec::<String>::new());
    }

    #[test]
    fn braces_may_hold_slashes() {
        assert_eq!(without_braces("{a,b/c}/*"), ["a/*", "b/c/*"]);
        assert_eq!(without_braces("x/{a,{b,c}d}"), ["x/a", "x/bd", "x/cd"]);
        assert_eq!(without_braces("plain/*"), ["plain/*"]);
        let folders = ["a", "b/c", "d", "packages"];
        assert_eq!(expanded(&folders, "d"), ["d"]);
    }
}

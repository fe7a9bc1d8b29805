//! Finds the workspace: its manifest, member folders and flake, starting from a folder and going up.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use fs_err as fs;
use globset::{Glob, GlobMatcher};
use nixward_core::{
    project::candidates,
    selection::Operand,
    workspace::{MemberFolder, Workspace},
};
use nixward_git::GitFacts;
use nixward_manifest::{Diagnostic, Manifest, Severity};
use nixward_nix::flake_reference::FlakeReference;
use nixward_report::manifest_diagnostics;

use crate::{
    error::{CliError, ErrorKind},
    hints,
};

const MANIFEST: &str = "nixward.toml";
const FLAKE: &str = "flake.nix";

/// A workspace with its place in the world.
#[derive(Clone, Debug)]
pub(crate) struct Discovered {
    pub(crate) workspace: Workspace,
    pub(crate) flake: FlakeReference,
    pub(crate) flake_folder: PathBuf,
    pub(crate) git: Option<GitFacts>,
    /// Where nixward was called, relative to the workspace root; empty at the root.
    pub(crate) current_folder: String,
    /// Rendered warnings about manifests.
    pub(crate) warnings: Vec<String>,
}

/// Finds the workspace that a folder is in.
pub(crate) fn discover(cwd: &Path, styled: bool) -> Result<Discovered, CliError> {
    let (root, has_manifest) = find_root(cwd)?;
    let mut warnings = Vec::new();
    let mut manifest = Manifest::default();
    if has_manifest {
        let text = read(&root.join(MANIFEST))?;
        let (parsed, diagnostics) = nixward_manifest::parse(&text);
        warnings.extend(checked(
            &diagnostics,
            &relative(cwd, &root.join(MANIFEST)),
            &text,
            styled,
        )?);
        manifest = parsed;
    }
    let member_folders = member_folders(&root, cwd, &manifest, styled, &mut warnings)?;
    let flake_folder = lexically_joined(
        &root,
        manifest.workspace.flake.as_deref().unwrap_or_default(),
    );
    let git = nixward_git::discover(&flake_folder).map_err(|error| git_error(&error))?;
    check_flake(&root, &flake_folder, git.as_ref(), has_manifest)?;
    let source_root = git.as_ref().map_or(&root, |git| &git.root).clone();
    let name = manifest.workspace.name.clone().unwrap_or_else(|| {
        root.file_name().map_or_else(
            || "workspace".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    });
    let flake_prefix = slashed(&source_root, &flake_folder).unwrap_or_default();
    let flake = match &git {
        Some(git) => FlakeReference::git(&git.root, &flake_prefix, git.is_shallow),
        None => FlakeReference::path(&source_root, &flake_prefix),
    };
    let workspace = Workspace {
        name,
        workspace_prefix: slashed(&source_root, &root).unwrap_or_default(),
        root: root.clone(),
        manifest,
        has_manifest,
        member_folders,
    };
    check_declared_folders(&workspace)?;
    Ok(Discovered {
        workspace,
        flake,
        flake_folder,
        git,
        current_folder: slashed(&root, cwd).unwrap_or_default(),
        warnings,
    })
}

/// The nearest folder above with a workspace's manifest, else the nearest with a flake.
fn find_root(cwd: &Path) -> Result<(PathBuf, bool), CliError> {
    let mut member = None;
    for folder in cwd.ancestors() {
        let manifest = folder.join(MANIFEST);
        if manifest.is_file() {
            if !nixward_manifest::is_member(&read(&manifest)?) {
                return Ok((folder.to_owned(), true));
            }
            member.get_or_insert(manifest);
        }
    }
    if let Some(member) = member {
        let message = format!(
            "{} is a project's own manifest, and there is no workspace above it",
            member.display()
        );
        return Err(CliError::new(ErrorKind::Manifest, message)
            .hint("a workspace's root has a nixward.toml with a table [workspace]"));
    }
    let flake = cwd.ancestors().find(|folder| folder.join(FLAKE).is_file());
    flake
        .map(|folder| (folder.to_owned(), false))
        .ok_or_else(|| {
            let message = format!(
                "there is no {MANIFEST} and no {FLAKE} in {} or above it",
                cwd.display()
            );
            CliError::new(ErrorKind::Manifest, message)
                .hint("go to a repository that has one, or name its folder: nixward -C DIR")
        })
}

fn check_flake(
    root: &Path,
    folder: &Path,
    git: Option<&GitFacts>,
    has_manifest: bool,
) -> Result<(), CliError> {
    if !folder.join(FLAKE).is_file() {
        let error = CliError::new(
            ErrorKind::Manifest,
            format!("there is no {FLAKE} in {}", folder.display()),
        );
        return Err(if has_manifest && folder == root {
            error.hint(format!(
                "where the flake is elsewhere, {MANIFEST} says it: [workspace] flake = \"FOLDER\""
            ))
        } else {
            error
        });
    }
    let Some(git) = git else { return Ok(()) };
    let file = slashed(&git.root, &folder.join(FLAKE)).unwrap_or_default();
    if nixward_git::is_tracked(git, &file).map_err(|error| git_error(&error))? {
        return Ok(());
    }
    let files = nixward_git::untracked_files(git, &slashed(&git.root, root).unwrap_or_default())
        .map_err(|error| git_error(&error))?;
    let files: Vec<String> = files
        .iter()
        .map(|file| {
            relative(
                &std::path::absolute(".").unwrap_or_default(),
                &git.root.join(file),
            )
        })
        .collect();
    Err(CliError::new(
        ErrorKind::Nix,
        format!(
            "{} is not tracked by git, so Nix does not see it",
            folder.join(FLAKE).display()
        ),
    )
    .hints(hints::untracked(&files)))
}

/// A folder that the manifest names must be there; one that is misspelt would only be a project without a folder.
fn check_declared_folders(workspace: &Workspace) -> Result<(), CliError> {
    for candidate in candidates(workspace) {
        if let (Some(folder), Some(name)) = (candidate.folder, candidate.declared_name)
            && !workspace.root.join(folder).is_dir()
        {
            let message = format!("the folder `{folder}` of project `{name}` does not exist");
            return Err(CliError::new(ErrorKind::Manifest, message).hint(format!(
                "see [projects.{name}] in {}",
                workspace.root.join(MANIFEST).display()
            )));
        }
    }
    Ok(())
}

fn git_error(error: &nixward_git::GitError) -> CliError {
    let hint = match error {
        nixward_git::GitError::ForeignOwner { folder } => {
            let folder = folder.display().to_string();
            let quoted = nixward_nix::invocation::shell_quoted(&[folder]);
            Some(format!(
                "if you trust it: git config --global --add safe.directory {quoted}"
            ))
        }
        nixward_git::GitError::Read { .. } => None,
    };
    CliError::from_source(ErrorKind::Manifest, error).hints(hint)
}

/// Refuses a manifest with errors; returns its warnings.
fn checked(
    diagnostics: &[Diagnostic],
    file: &str,
    text: &str,
    styled: bool,
) -> Result<Vec<String>, CliError> {
    if diagnostics.is_empty() {
        return Ok(Vec::new());
    }
    let rendered = manifest_diagnostics::render(diagnostics, file, text, styled);
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(CliError::diagnostics(rendered));
    }
    Ok(vec![rendered])
}

fn read(path: &Path) -> Result<String, CliError> {
    fs::read_to_string(path).map_err(|error| CliError::from_source(ErrorKind::Manifest, &error))
}

/// The folders that `members` matches, each with its own manifest where it has one.
fn member_folders(
    root: &Path,
    cwd: &Path,
    manifest: &Manifest,
    styled: bool,
    warnings: &mut Vec<String>,
) -> Result<Vec<MemberFolder>, CliError> {
    let mut paths = Vec::new();
    for pattern in manifest.workspace.members.iter().flatten() {
        let parts: Vec<&str> = pattern
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let matched = expand(root, "", &parts)
            .map_err(|error| CliError::from_source(ErrorKind::Manifest, &error))?;
        paths.extend(matched);
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
    let mut folders = Vec::new();
    for path in paths {
        let file = root.join(&path).join(MANIFEST);
        let mut declaration = None;
        if file.is_file() {
            let text = read(&file)?;
            if nixward_manifest::is_member(&text) {
                let (parsed, diagnostics) = nixward_manifest::parse_member(&text, manifest);
                warnings.extend(checked(&diagnostics, &relative(cwd, &file), &text, styled)?);
                declaration = Some(parsed);
            }
        }
        folders.push(MemberFolder { path, declaration });
    }
    check_declared_once(root, manifest, &folders)?;
    Ok(folders)
}

/// A project is described in the root's manifest or in its own, never in both.
fn check_declared_once(
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
        // Links are followed by one part, and never by `**`: they may lead in circles.
        let is_folder = if *first == "**" {
            entry.file_type()?.is_dir()
        } else {
            entry.path().is_dir()
        };
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
    Glob::new(glob).ok().map(|glob| glob.compile_matcher())
}

/// An operand as it was written, with folders made relative to the workspace root.
pub(crate) fn operand(written: &str, cwd: &Path, root: &Path) -> Operand {
    if let Some(name) = written.strip_prefix(".#") {
        return Operand::Name(name.to_owned());
    }
    if written != "." && written != ".." && !written.contains('/') {
        return Operand::Name(written.to_owned());
    }
    let absolute = lexically_joined(cwd, written);
    // What lies outside is in no project's folder; a path that no folder can have says just that.
    let path = slashed(root, &absolute).unwrap_or_else(|| "..".to_owned());
    Operand::Folder {
        path,
        written: written.to_owned(),
        is_there: absolute.is_dir(),
    }
}

/// Joins without asking the file system: `.` and `..` are taken out by their names.
fn lexically_joined(folder: &Path, path: &str) -> PathBuf {
    let mut joined = PathBuf::new();
    for component in folder.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                joined.pop();
            }
            other => joined.push(other),
        }
    }
    joined
}

/// A path below a folder, relative to it and with `/`; nothing where it lies elsewhere.
fn slashed(folder: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(folder).ok()?;
    let parts: Vec<String> = below
        .components()
        .map(|component| component.as_os_str().to_string_lossy().into_owned())
        .collect();
    Some(parts.join("/"))
}

/// A path as a person in `cwd` would write it.
pub(crate) fn relative(cwd: &Path, path: &Path) -> String {
    let mut up = String::new();
    for ancestor in cwd.ancestors() {
        if let Ok(below) = path.strip_prefix(ancestor) {
            return format!("{up}{}", below.display());
        }
        up.push_str("../");
    }
    path.display().to_string()
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
    fn operands() {
        let (cwd, root) = (Path::new("/w/packages"), Path::new("/w"));
        let folder = |path: &str, written: &str| Operand::Folder {
            path: path.to_owned(),
            written: written.to_owned(),
            is_there: false,
        };
        assert_eq!(
            operand("pc-load-letter", cwd, root),
            Operand::Name("pc-load-letter".to_owned())
        );
        assert_eq!(
            operand(".#x.test", cwd, root),
            Operand::Name("x.test".to_owned())
        );
        assert_eq!(operand(".", cwd, root), folder("packages", "."));
        assert_eq!(
            operand("./a/../b/", cwd, root),
            folder("packages/b", "./a/../b/")
        );
        assert_eq!(
            operand("/w/packages/c", cwd, root),
            folder("packages/c", "/w/packages/c")
        );
        assert_eq!(operand("/elsewhere", cwd, root), folder("..", "/elsewhere"));
    }

    #[test]
    fn paths_as_a_person_would_write_them() {
        assert_eq!(relative(Path::new("/w/a"), Path::new("/w/a/x")), "x");
        assert_eq!(relative(Path::new("/w/a/b"), Path::new("/w/x")), "../../x");
    }
}

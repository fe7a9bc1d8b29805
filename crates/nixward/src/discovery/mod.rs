//! Finds the workspace: its manifest, member folders and flake, starting from a folder and going up.

mod members;

use std::path::{Component, Path, PathBuf};

use fs_err as fs;
use nixward_core::{project::candidates, selection_request::Operand, workspace::Workspace};
use nixward_git::GitRepository;
use nixward_manifest::{Diagnostic, Manifest, Severity};
use nixward_nix::flake_reference::FlakeReference;
use nixward_report::manifest_diagnostics;

use crate::{
    error::{CliError, ErrorKind},
    evaluation::Source,
    untracked,
};

pub(crate) const MANIFEST: &str = "nixward.toml";
const FLAKE: &str = "flake.nix";

/// A workspace with its place in the world.
#[derive(Debug)]
pub(crate) struct Discovered {
    pub(crate) workspace: Workspace,
    pub(crate) flake: FlakeReference,
    pub(crate) flake_folder: PathBuf,
    pub(crate) git: Option<GitRepository>,
    /// Where nixward was called, relative to the workspace root; empty at the root.
    pub(crate) current_folder: String,
    /// Rendered warnings about manifests.
    pub(crate) warnings: Vec<String>,
}

impl Discovered {
    /// The folder that Nix takes as the source.
    pub(crate) fn source_root(&self) -> &Path {
        let git = self.git.as_ref();
        git.map_or(&self.workspace.root, |git| &git.root)
    }
}

/// A workspace whose members are not looked for yet.
pub(crate) struct Found<'a> {
    cwd: &'a Path,
    root: PathBuf,
    has_manifest: bool,
    manifest: Manifest,
    findings: Findings<'a>,
    flake_folder: PathBuf,
    /// What is wrong with the manifests is said before what is wrong with the repository.
    git: Result<Option<GitRepository>, CliError>,
}

/// Finds the workspace that a folder is in.
pub(crate) fn find(cwd: &Path, styled: bool) -> Result<Found<'_>, CliError> {
    let (root, has_manifest) = find_root(cwd)?;
    let mut findings = Findings::new(cwd, styled);
    let mut manifest = Manifest::default();
    if has_manifest {
        let file = root.join(MANIFEST);
        let text = read(&file)?;
        let (parsed, diagnostics) = nixward_manifest::parse(&text);
        findings.add(&diagnostics, &file, &text);
        manifest = parsed;
    }
    let flake_folder = lexically_joined(
        &root,
        manifest.workspace.flake.as_deref().unwrap_or_default(),
    );
    let git = nixward_git::discover(&flake_folder).map_err(|error| git_error(&error));
    Ok(Found {
        cwd,
        root,
        has_manifest,
        manifest,
        findings,
        flake_folder,
        git,
    })
}

impl Found<'_> {
    /// The source tree, where it is known, to be looked at by another thread.
    pub(crate) fn source(&mut self, cache_folder: &Path) -> Option<Source> {
        let git = self.git.as_mut().ok()?.as_mut();
        let git = git.map(GitRepository::hand_over);
        Some(Source::new(
            cache_folder,
            &self.root,
            &self.flake_folder,
            git,
        ))
    }

    /// Finds the members, and checks what the manifests say.
    pub(crate) fn complete(self) -> Result<Discovered, CliError> {
        let Self {
            cwd,
            root,
            has_manifest,
            manifest,
            mut findings,
            flake_folder,
            git,
        } = self;
        let member_folders = members::member_folders(&root, &manifest, &mut findings)?;
        let warnings = findings.finish()?;
        members::check_declared_once(&root, &manifest, &member_folders)?;
        let git = git?;
        check_flake(&root, &flake_folder, has_manifest)?;
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
}

/// The nearest folder above with a workspace's manifest, else the nearest with a flake.
pub(crate) fn find_root(cwd: &Path) -> Result<(PathBuf, bool), CliError> {
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
            CliError::new(ErrorKind::NoWorkspace, message)
                .hint("go to a repository that has one, or name its folder: nixward -C DIR")
        })
}

fn check_flake(root: &Path, folder: &Path, has_manifest: bool) -> Result<(), CliError> {
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
    Ok(())
}

/// Nix sees of a repository only what git tracks; said better here than by Nix.
pub(crate) fn check_tracked(discovered: &Discovered) -> Result<(), CliError> {
    let Some(git) = &discovered.git else {
        return Ok(());
    };
    let folder = &discovered.flake_folder;
    let file = slashed(&git.root, &folder.join(FLAKE)).unwrap_or_default();
    if git.is_tracked(&file).map_err(|error| git_error(&error))? {
        return Ok(());
    }
    let below = slashed(&git.root, &discovered.workspace.root).unwrap_or_default();
    let hint = untracked::hint_for_folder(git, &below).map_err(|error| git_error(&error))?;
    let message = format!(
        "{} is not tracked by git, so Nix does not see it",
        folder.join(FLAKE).display()
    );
    Err(CliError::new(ErrorKind::Nix, message).hints(hint))
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
        nixward_git::GitError::Read { .. }
        | nixward_git::GitError::ConflictAtFolder { .. }
        | nixward_git::GitError::LookedAwayFrom { .. }
        | nixward_git::GitError::File { .. } => None,
    };
    CliError::from_source(ErrorKind::Manifest, error).hints(hint)
}

/// What is wrong with the manifests, the members' own included, to be said all at once.
struct Findings<'a> {
    cwd: &'a Path,
    styled: bool,
    rendered: Vec<String>,
    has_errors: bool,
}

impl<'a> Findings<'a> {
    fn new(cwd: &'a Path, styled: bool) -> Self {
        Self {
            cwd,
            styled,
            rendered: Vec::new(),
            has_errors: false,
        }
    }

    fn add(&mut self, diagnostics: &[Diagnostic], file: &Path, text: &str) {
        if !diagnostics.is_empty() {
            let file = relative(self.cwd, file);
            let rendered = manifest_diagnostics::render(diagnostics, &file, text, self.styled);
            self.rendered.push(rendered);
        }
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        self.has_errors |= diagnostics.iter().any(is_error);
    }

    /// The warnings, where there is nothing worse.
    fn finish(self) -> Result<Vec<String>, CliError> {
        if self.has_errors {
            return Err(CliError::diagnostics(self.rendered.concat()));
        }
        Ok(self.rendered)
    }
}

fn read(path: &Path) -> Result<String, CliError> {
    fs::read_to_string(path).map_err(|error| CliError::from_source(ErrorKind::Manifest, &error))
}

/// An operand as it was written, with folders made relative to the workspace root.
pub(crate) fn operand(written: &str, cwd: &Path, root: &Path) -> Operand {
    if let Some(name) = written.strip_prefix(".#") {
        return Operand::Name(name.to_owned());
    }
    if written != "." && written != ".." && !written.contains('/') {
        return Operand::Name(written.to_owned());
    }
    let written_as = lexically_joined(cwd, written);
    // The root is known without links; what is not there has no other path than the one that was written.
    let absolute = fs::canonicalize(&written_as).unwrap_or(written_as);
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

//! Files that git does not track, which Nix therefore does not see: whether one of them is what is missing, and what
//! to type then.

use std::path::{Path, PathBuf};

use nixward_core::{names::fold, selection_request::SelectionRequest};
use nixward_git::{GitError, GitRepository};
use nixward_nix::invocation::shell_quoted;

use crate::discovery::{Discovered, relative};

/// Where Nix misses a file: the files that its message is about, else those of the workspace that Nix would read.
pub(crate) fn hint_for_message(discovered: &Discovered, said: &str) -> Option<String> {
    const MISSING: [&str; 4] = [
        "does not exist",
        "is not tracked by Git",
        "No such file",
        "missing",
    ];
    let git = discovered.git.as_ref()?;
    if !MISSING.iter().any(|text| said.contains(text)) {
        return None;
    }
    let files = git.untracked_files("").ok()?;
    let is_named = |file: &&String| {
        file.split('/')
            .next_back()
            .is_some_and(|name| said.contains(name))
    };
    let named: Vec<&String> = files.iter().filter(is_named).collect();
    let workspace = &discovered.workspace;
    let is_nix =
        |file: &&String| file.ends_with(".nix") && workspace.relative_to_root(file).is_some();
    let meant = if named.is_empty() {
        files.iter().filter(is_nix).collect()
    } else {
        named
    };
    hint(git, &meant)
}

/// Where a project is unknown: the files whose path has its name.
pub(crate) fn hint_for_request(
    discovered: &Discovered,
    request: &SelectionRequest,
) -> Option<String> {
    let git = discovered.git.as_ref()?;
    let files = git
        .untracked_files(&discovered.workspace.workspace_prefix)
        .ok()?;
    let is_meant = |file: &&String| {
        request.operands.iter().any(|operand| {
            let wanted = fold(operand.written().trim_matches(['.', '/']));
            file.split('/').any(|part| fold(part) == wanted)
        })
    };
    hint(git, &files.iter().filter(is_meant).collect::<Vec<_>>())
}

/// Where the flake itself is not tracked: all files below a folder of the repository.
pub(crate) fn hint_for_folder(
    git: &GitRepository,
    folder: &str,
) -> Result<Option<String>, GitError> {
    let files = git.untracked_files(folder)?;
    Ok(hint(git, &files.iter().collect::<Vec<_>>()))
}

fn hint(git: &GitRepository, files: &[&String]) -> Option<String> {
    // The command is typed where the person is, wherever `-C` told nixward to start.
    let here = fs_err::canonicalize(".").unwrap_or_default();
    text(&here, &git.root, files)
}

fn text(here: &Path, root: &Path, files: &[&String]) -> Option<String> {
    const MOST: usize = 8;
    if files.is_empty() {
        return None;
    }
    let more = match files.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let mut command: Vec<String> = vec!["git".to_owned()];
    let from: PathBuf = if here.starts_with(root) {
        here.to_owned()
    } else {
        command.extend(["-C".to_owned(), root.display().to_string()]);
        root.to_owned()
    };
    command.extend(["add", "-N"].map(str::to_owned));
    let shown = files.iter().take(MOST);
    command.extend(shown.map(|file| relative(&from, &root.join(file))));
    Some(format!(
        "Nix sees only what git tracks, and these files are not tracked{more}:\n{}",
        shell_quoted(&command)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(here: &str) -> String {
        let file = "new/default.nix".to_owned();
        let text = text(Path::new(here), Path::new("/w"), &[&file]).unwrap();
        text.lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_command_is_right_where_it_is_typed() {
        assert_eq!(command("/w"), "git add -N new/default.nix");
        assert_eq!(command("/w/old"), "git add -N ../new/default.nix");
        assert_eq!(command("/elsewhere"), "git -C /w add -N new/default.nix");
    }

    #[test]
    fn many_files_are_counted() {
        let files: Vec<String> = (0..10).map(|number| format!("{number}.nix")).collect();
        let text = text(
            Path::new("/w"),
            Path::new("/w"),
            &files.iter().collect::<Vec<_>>(),
        );
        let text = text.unwrap();
        assert!(text.contains("not tracked and 2 more:"), "{text}");
        assert!(text.ends_with(" 7.nix"), "{text}");
    }
}

//! The environment of a shell, kept as a script, with a root of Nix's garbage collector on all that it needs.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use fs_err as fs;
use nixward_cache::{checked_text, whole_file::write_whole};

use crate::log_folder::workspace_folder_name;

/// A shell that nobody opened for so long is let go, and what it needs may be collected.
const LONGEST_UNUSED: Duration = Duration::from_hours(14 * 24);
/// How exactly it is known when a shell was last opened.
const USED_WITHIN: Duration = Duration::from_hours(24);

/// How much of a derivation's name is in that of the folder.
const LONGEST_NAME: usize = 160;

const SCRIPT: &str = "environment.sh";
const INTERACTIVE: &str = "interactive.sh";
const PROFILE: &str = "environment";

/// One environment of a workspace, by the derivation that it is of.
#[derive(Clone, Debug)]
pub struct KeptShell {
    folder: PathBuf,
}

impl KeptShell {
    /// The environment of a derivation, as this version of Nix writes it. `cwd` is where Nix is called, which is where
    /// the outputs are for somebody who builds in the shell.
    pub fn new(
        cache_folder: &Path,
        workspace_root: &Path,
        drv_path: &str,
        version: &str,
        cwd: &Path,
    ) -> Self {
        let derivation = drv_path.rsplit('/').next().unwrap_or(drv_path);
        // The hash is in front; a name may be as long as the file system allows.
        let derivation = derivation.get(..LONGEST_NAME).unwrap_or(derivation);
        let place = workspace_folder_name(cwd);
        let place = place.rsplit('-').next().unwrap_or(&place);
        Self {
            folder: Self::folder_of_workspace(cache_folder, workspace_root)
                .join(format!("{derivation}-{version}-{place}")),
        }
    }

    /// The folder of all shells of a workspace.
    pub fn folder_of_workspace(cache_folder: &Path, workspace_root: &Path) -> PathBuf {
        cache_folder
            .join("shells")
            .join(workspace_folder_name(workspace_root))
    }

    /// The script that makes the environment.
    pub fn script(&self) -> PathBuf {
        self.folder.join(SCRIPT)
    }

    /// The script that an interactive shell begins with.
    pub fn interactive_script(&self) -> PathBuf {
        self.folder.join(INTERACTIVE)
    }

    /// What Nix is told to hold the environment by; nothing where nothing can be written.
    pub fn profile(&self) -> Option<PathBuf> {
        fs::create_dir_all(&self.folder).ok()?;
        Some(self.folder.join(PROFILE))
    }

    /// The kept environment, if it is as it was and what it needs is still held and there.
    pub fn read(&self) -> Option<String> {
        let profile = self.folder.join(PROFILE);
        // The profile is a link to its only generation, and that to the store.
        let generation = self.folder.join(fs::read_link(profile).ok()?);
        let held = fs::read_link(generation).ok()?;
        fs::symlink_metadata(held).ok()?;
        let text = checked_text::read(&self.script())?;
        self.mark_used();
        Some(text)
    }

    /// Keeps an environment that Nix has made just now.
    pub fn keep(&self, environment: &str) -> io::Result<()> {
        checked_text::write(&self.script(), environment)?;
        self.let_go_of_others();
        Ok(())
    }

    /// Keeps what an interactive shell begins with, which other settings of the workspace may have changed.
    pub fn keep_interactive(&self, text: &str) -> io::Result<()> {
        let file = self.interactive_script();
        if fs::read_to_string(&file).is_ok_and(|there| there == text) {
            return Ok(());
        }
        write_whole(&file, text.as_bytes())
    }

    fn mark_used(&self) {
        let script = self.script();
        if age(&script).is_some_and(|age| age > USED_WITHIN) {
            let file = fs::OpenOptions::new().append(true).open(script);
            // Where it can't be written, nothing is let go either.
            let _marked = file.and_then(|file| file.set_modified(SystemTime::now()));
        }
    }

    fn let_go_of_others(&self) {
        let all = self.folder.parent().map(fs::read_dir);
        for entry in all.into_iter().flatten().flatten().flatten() {
            let folder = entry.path();
            let unused = age(&folder.join(SCRIPT)).or_else(|| age(&folder));
            if folder != self.folder && unused.is_some_and(|unused| unused > LONGEST_UNUSED) {
                let _another_may_have_been_faster = fs::remove_dir_all(folder);
            }
        }
    }
}

fn age(file: &Path) -> Option<Duration> {
    let modified = fs::metadata(file).ok()?.modified().ok()?;
    SystemTime::now().duration_since(modified).ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn shell(cache: &Path, name: &str) -> KeptShell {
        KeptShell::new(
            cache,
            Path::new("/w"),
            &format!("/nix/store/{name}.drv"),
            "2.26",
            Path::new("/w"),
        )
    }

    fn hold(shell: &KeptShell, path: &Path) {
        let profile = shell.profile().unwrap();
        symlink(path, profile.with_file_name("environment-1-link")).unwrap();
        symlink("environment-1-link", &profile).unwrap();
    }

    #[test]
    fn an_environment_is_kept_while_it_is_held() {
        let cache = tempfile::tempdir().unwrap();
        let held = cache.path().join("held");
        fs::write(&held, "").unwrap();
        let shell = shell(cache.path(), "a");
        shell.keep("PATH=x").unwrap();
        assert_eq!(shell.read(), None);
        hold(&shell, &held);
        assert_eq!(shell.read().as_deref(), Some("PATH=x"));
        fs::remove_file(&held).unwrap();
        assert_eq!(shell.read(), None);
    }

    #[test]
    fn what_nobody_opens_is_let_go() {
        let cache = tempfile::tempdir().unwrap();
        let (old, new) = (shell(cache.path(), "old"), shell(cache.path(), "new"));
        old.keep("1").unwrap();
        let file = fs::OpenOptions::new().append(true).open(old.script());
        let long_ago = SystemTime::now() - Duration::from_hours(15 * 24);
        file.unwrap().set_modified(long_ago).unwrap();
        new.keep("2").unwrap();
        assert!(!old.script().exists() && new.script().exists());
    }
}

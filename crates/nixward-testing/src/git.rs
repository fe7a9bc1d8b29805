//! Real git repositories, the same each time.

use std::{path::Path, process::Command};

/// Runs git with a fixed identity and dates, without anybody's configuration.
///
/// # Panics
/// Where git fails.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        // Whoever owns the repository: it is the test's.
        .args(["-c", "safe.directory=*", "-C"])
        .arg(folder)
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Peter Gibbons")
        .env("GIT_AUTHOR_EMAIL", "peter@initech.example")
        .env("GIT_COMMITTER_NAME", "Peter Gibbons")
        .env("GIT_COMMITTER_EMAIL", "peter@initech.example")
        .env("GIT_AUTHOR_DATE", "1999-02-19T12:00:00Z")
        .env("GIT_COMMITTER_DATE", "1999-02-19T12:00:00Z")
        .env("GIT_OPTIONAL_LOCKS", "0")
        // The tests may run inside a hook of another repository.
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_WORK_TREE")
        .output()
        .expect("git can be started");
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Makes a repository of a folder, with nothing in it yet.
pub(crate) fn init(folder: &Path) {
    git(
        folder,
        &[
            "init",
            "--quiet",
            "--initial-branch=main",
            "--template=",
            ".",
        ],
    );
}

/// Commits everything that is there.
pub(crate) fn commit_all(folder: &Path, message: &str) {
    git(folder, &["add", "--all"]);
    git(
        folder,
        &["commit", "--quiet", "--allow-empty", "--message", message],
    );
}

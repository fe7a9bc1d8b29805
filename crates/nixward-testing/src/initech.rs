//! The example workspace of this repository, copied, with the package set that it is built with.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use fs_err as fs;

use crate::{
    project_builder::{ProjectBuilder, project},
    real_nix::RealNix,
};

const EXAMPLE: &str = "examples/initech";
const PACKAGE_SET: &str = "nix/hostpkgs";

/// The first run that needs a package downloads and builds it.
const LONGEST_BUILD: Duration = Duration::from_secs(9 * 60);

/// The example, in a repository of its own that is laid out like this one.
pub fn initech(nixward: &Path, nix: &RealNix) -> ProjectBuilder {
    let root = repository();
    let mut builder = project(nixward)
        .name("monorepo")
        .in_folder(EXAMPLE)
        .nix(nix)
        .deadline(LONGEST_BUILD);
    let up: PathBuf = Path::new(EXAMPLE).components().map(|_| "..").collect();
    for file in files(&root) {
        let below = Path::new(&file).strip_prefix(EXAMPLE).map(Path::to_owned);
        builder = builder.copy(below.unwrap_or_else(|_| up.join(&file)), root.join(&file));
    }
    builder
}

fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::canonicalize(root).expect("this crate is in its repository")
}

/// The files that git knows or would know.
fn files(root: &Path) -> Vec<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
        ])
        .args([EXAMPLE, PACKAGE_SET])
        .output()
        .expect("git can be started");
    let names = String::from_utf8(output.stdout).expect("the example's files have plain names");
    let is_there = |name: &&str| !name.is_empty() && root.join(name).is_file();
    let files: Vec<String> = names
        .split('\0')
        .filter(is_there)
        .map(str::to_owned)
        .collect();
    assert!(!files.is_empty(), "git knows no file of the example");
    files
}

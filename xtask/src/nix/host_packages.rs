//! The packages that `nix/hostpkgs` takes from the machine, listed in its `host-packages.txt`.

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::Result;
use fs_err as fs;

use super::apt;
use crate::{
    process::{find_program, is_root},
    progress, workspace,
};

const LIST: &str = "nix/hostpkgs/host-packages.txt";

/// Installs what is missing, or says what is missing where that cannot be done. Costs next to nothing when neither
/// the list nor the machine's packages have changed since it was last found complete.
pub(super) fn see_to() -> Result<()> {
    let Ok(text) = fs::read_to_string(workspace::root().join(LIST)) else {
        return Ok(());
    };
    let packages = wanted(&text, Path::exists);
    if find_program("dpkg-query", &super::environment::search_path()).is_none() {
        progress(format_args!(
            "hostpkgs: this is no Debian-like system; it needs what {LIST} names"
        ));
        return Ok(());
    }
    let state = state(&packages);
    let record = record()?;
    if fs::read_to_string(&record).is_ok_and(|seen| seen == state) {
        return Ok(());
    }
    if is_root() {
        apt::install_missing(&packages, "nix/hostpkgs takes them from the machine")?;
    } else {
        let missing = apt::missing(&packages)?;
        if !missing.is_empty() {
            let missing = missing.join(" ");
            progress(format_args!(
                "hostpkgs: this machine lacks some packages: sudo apt-get install {missing}"
            ));
            return Ok(());
        }
    }
    fs::create_dir_all(record.parent().unwrap_or(&record))?;
    fs::write(record, self::state(&packages))?;
    Ok(())
}

/// The names in the list; `#` starts a comment. A path after a name is a file that makes the package needless, wherever
/// it comes from: Debian's npm and the nodejs of others, which brings its own npm, cannot be installed together.
fn wanted(text: &str, exists: impl Fn(&Path) -> bool) -> Vec<&str> {
    let mut names = Vec::new();
    for line in text.lines() {
        let words = line.split('#').next().unwrap_or_default();
        for word in words.split_whitespace() {
            if !word.starts_with('/') {
                names.push(word);
            } else if exists(Path::new(word)) {
                names.pop();
            }
        }
    }
    names
}

/// A text that is another one as soon as the list or the package database is.
fn state(packages: &[&str]) -> String {
    let database = fs::metadata("/var/lib/dpkg/status")
        .map(|data| {
            format!(
                "{} {}.{} {}",
                data.ino(),
                data.mtime(),
                data.mtime_nsec(),
                data.size()
            )
        })
        .unwrap_or_default();
    format!("{database}\n{}\n", packages.join("\n"))
}

fn record() -> Result<PathBuf> {
    Ok(workspace::target_folder()?.join("nix/host-packages.seen"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines_are_no_packages() {
        let text = "# the toolchain\ngcc\nmake # for C projects\n\n  libssl-dev pkg-config\n";
        assert_eq!(
            wanted(text, |_| false),
            ["gcc", "make", "libssl-dev", "pkg-config"]
        );
    }

    #[test]
    fn a_file_that_is_there_makes_its_package_needless() {
        let text = "gcc\nnodejs /usr/bin/node # whoever made it\nnpm /usr/bin/npm\n";
        assert_eq!(
            wanted(text, |file| file == Path::new("/usr/bin/node")),
            ["gcc", "npm"]
        );
        assert_eq!(wanted(text, |_| true), ["gcc"]);
        assert_eq!(wanted(text, |_| false), ["gcc", "nodejs", "npm"]);
    }
}

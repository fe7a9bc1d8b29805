//! The packages of Debian's that some tests need on the machine, beside those of `nix/hostpkgs`.
//!
//! A test whose package is missing shows itself as skipped; this list is what keeps that from happening unnoticed.

use anyhow::Result;

use crate::{
    nix::{install_missing, missing_packages},
    process::{find_program, is_root},
    progress,
};

/// Package, and the tests it is there for.
const PACKAGES: [(&str, &str); 7] = [
    (
        "cmake",
        "hostpkgs' cmake, which its checks build with, is a copy of it",
    ),
    (
        "docker.io",
        "images are loaded into a dockerd that the test starts, and run there",
    ),
    (
        "golang-go",
        "hostpkgs' buildGoModule is tried where the machine has Go",
    ),
    (
        "libfaketime",
        "a clock that steps back is tried with a time of the test's own",
    ),
    (
        "libxml2-utils",
        "JUnit reports are compared with their schema by xmllint",
    ),
    (
        "ninja-build",
        "hostpkgs' ninja, which its checks build with, is a copy of it",
    ),
    ("tmux", "what a person sees is tried in a terminal"),
];

/// Installs what is missing where that can be done, and says what the tests will lack where not.
pub(crate) fn see_to() -> Result<()> {
    let names: Vec<&str> = PACKAGES.iter().map(|(package, _)| *package).collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    if ["apt-get", "dpkg-query"]
        .iter()
        .any(|program| find_program(program, &path).is_none())
    {
        progress(
            "test: no Debian-like system, so tests whose programs are missing will be shown as skipped",
        );
        return Ok(());
    }
    if is_root() {
        return install_missing(&names, "for some of the tests");
    }
    for package in missing_packages(&names)? {
        let why = PACKAGES
            .iter()
            .find(|(name, _)| *name == package)
            .map_or("", |(_, why)| *why);
        progress(format_args!(
            "test: {package} is not installed, so its tests will be shown as skipped ({why})"
        ));
    }
    Ok(())
}

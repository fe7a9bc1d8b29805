//! Which Nix this is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The oldest Nix that nixward drives: the first with `drv^output` installables and JSON shapes that are still in use.
pub const OLDEST_SUPPORTED: Release = Release {
    major: 2,
    minor: 18,
};

/// The first release in which an installable may begin with a dot, which makes it absolute.
pub const ABSOLUTE_INSTALLABLES: Release = Release {
    major: 2,
    minor: 19,
};

/// The release of the Nix language and command line.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Release {
    pub major: u32,
    pub minor: u32,
}

/// Who makes it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Flavour {
    CppNix,
    Determinate,
    Lix,
}

/// What `nix --version` says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NixVersion {
    pub release: Release,
    pub flavour: Flavour,
    /// The line itself, for messages.
    pub text: String,
}

impl NixVersion {
    /// Reads the first line of `nix --version`. The last version number in it counts: Determinate Nix prints its own
    /// number before that of the Nix in it.
    pub fn parse(output: &str) -> Option<Self> {
        let line = output.lines().next()?.trim();
        let numbers =
            line.split(|character: char| !(character.is_ascii_digit() || character == '.'));
        let release = numbers.rev().find_map(release)?;
        let flavour = if line.contains("Lix") {
            Flavour::Lix
        } else if line.contains("Determinate") {
            Flavour::Determinate
        } else {
            Flavour::CppNix
        };
        Some(Self {
            release,
            flavour,
            text: line.to_owned(),
        })
    }

    pub fn is_supported(&self) -> bool {
        self.release >= OLDEST_SUPPORTED
    }

    /// Whether `FLAKE#.` stands for all outputs.
    pub fn has_absolute_installables(&self) -> bool {
        self.release >= ABSOLUTE_INSTALLABLES
    }
}

fn release(text: &str) -> Option<Release> {
    let mut parts = text.trim_matches('.').split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?.parse().ok()?;
    Some(Release { major, minor })
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, major: u32, minor: u32, flavour: Flavour) {
        let version = NixVersion::parse(output).unwrap();
        assert_eq!(
            (version.release, version.flavour),
            (Release { major, minor }, flavour),
            "{output}"
        );
    }

    #[test]
    fn versions_of_all_flavours() {
        check("nix (Nix) 2.18.1\n", 2, 18, Flavour::CppNix);
        check("nix (Nix) 2.34.8", 2, 34, Flavour::CppNix);
        check(
            "nix (Nix) 2.36.0pre20260901_abc12de",
            2,
            36,
            Flavour::CppNix,
        );
        check("nix (Nix) 2.8.0", 2, 8, Flavour::CppNix);
        check("nix (Lix, like Nix) 2.93.3", 2, 93, Flavour::Lix);
        check(
            "nix (Lix, like Nix) 2.94.0-pre20260101-abc\nSystem type: x86_64-linux",
            2,
            94,
            Flavour::Lix,
        );
        check(
            "nix (Determinate Nix 3.15.1) 2.33.0",
            2,
            33,
            Flavour::Determinate,
        );
    }

    #[test]
    fn what_is_no_version() {
        assert_eq!(NixVersion::parse(""), None);
        assert_eq!(NixVersion::parse("command not found"), None);
    }

    #[test]
    fn the_floor() {
        assert!(!NixVersion::parse("nix (Nix) 2.8.0").unwrap().is_supported());
        assert!(
            !NixVersion::parse("nix (Nix) 2.17.9")
                .unwrap()
                .is_supported()
        );
        assert!(
            NixVersion::parse("nix (Nix) 2.18.0")
                .unwrap()
                .is_supported()
        );
    }
}

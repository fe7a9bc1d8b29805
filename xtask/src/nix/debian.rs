//! Which of Debian's archives a Nix can come from, as far as this machine's apt knows.

use std::{fmt, path::Path};

use anyhow::Result;

use super::version::{OLDEST_FOR_HOSTPKGS, Version};
use crate::{
    Stop,
    process::{Tool, find_program},
};

/// A suite of Debian's that has a `nix-bin`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Suite {
    /// Has one that nixward refuses: it is there for the test that sees how.
    Bookworm,
    Trixie,
    Sid,
}

impl Suite {
    /// Whether nixward works with its Nix.
    pub(crate) fn is_supported(self) -> bool {
        self != Self::Bookworm
    }

    pub(crate) fn parse(name: &str) -> Result<Self, Stop> {
        match name {
            "bookworm" => Ok(Self::Bookworm),
            "trixie" => Ok(Self::Trixie),
            "sid" => Ok(Self::Sid),
            _ => Err(Stop::usage(format!(
                "`{name}` is no suite that is known here: trixie, sid, or bookworm for a Nix that is too old"
            ))),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bookworm => "bookworm",
            Self::Trixie => "trixie",
            Self::Sid => "sid",
        }
    }
}

/// Where the packages come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Origin {
    /// The machine's own apt sources have a Nix that is new enough.
    Machine,
    /// A suite that the machine itself does not use, from the mirror that it does use.
    Suite(Suite),
}

/// The name of its folder, and what people are told.
impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Machine => "system",
            Self::Suite(suite) => suite.name(),
        })
    }
}

impl Origin {
    /// What `--suite` asks for, or the best there is.
    pub(super) fn choose(asked: Option<Suite>) -> Self {
        match asked {
            Some(suite) => Self::Suite(suite),
            None if machine_has_a_new_one() => Self::Machine,
            None => Self::Suite(Suite::Trixie),
        }
    }

    /// Whether nixward works with its Nix.
    pub(super) fn is_supported(self) -> bool {
        match self {
            Self::Machine => true,
            Self::Suite(suite) => suite.is_supported(),
        }
    }
}

/// Whether apt would install a Nix that is new enough.
fn machine_has_a_new_one() -> bool {
    let policy = Tool::new("apt-cache")
        .args(["policy", "nix-bin"])
        .quiet()
        .unwrap_or_default();
    candidate(&policy)
        .and_then(Version::of_package)
        .is_some_and(|version| version >= OLDEST_FOR_HOSTPKGS)
}

/// The version that `apt-cache policy` of one package would install.
pub(super) fn candidate(policy: &str) -> Option<&str> {
    policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "))
        .filter(|version| *version != "(none)")
}

/// One entry of the machine's apt configuration.
#[derive(Debug)]
struct Source<'a> {
    address: &'a str,
    release: &'a str,
    component: &'a str,
}

/// The line of a sources.list that makes apt read `suite` from the machine's own mirror; none if this machine has
/// none of Debian's.
pub(super) fn source_line(suite: Suite) -> Result<Option<String>> {
    // `indextargets` reads both kinds of sources files; without release info it does not matter whether `apt-get
    // update` has ever been run.
    let targets = Tool::new("apt-get")
        .args([
            "indextargets",
            "--no-release-info",
            "--format",
            "$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
        ])
        .quiet()?;
    let sources: Vec<Source<'_>> = targets.lines().filter_map(parse_target).collect();
    Ok(mirror(&sources).map(|address| line(address, suite, keyring())))
}

fn parse_target(line: &str) -> Option<Source<'_>> {
    let mut fields = line.split('|');
    Some(Source {
        address: fields.next()?,
        release: fields.next()?,
        component: fields.next()?,
    })
}

/// The first source that is Debian's main archive: its releases have these names, and those of its security archive
/// and of others have not. A wrong guess is no danger, since apt checks the suite's signature.
fn mirror<'a>(sources: &[Source<'a>]) -> Option<&'a str> {
    const RELEASES: [&str; 10] = [
        "bullseye",
        "bookworm",
        "trixie",
        "forky",
        "duke",
        "sid",
        "oldstable",
        "stable",
        "testing",
        "unstable",
    ];
    sources
        .iter()
        .find(|source| {
            source.component == "main" && RELEASES.contains(&source.release.trim_end_matches('/'))
        })
        .map(|source| source.address)
}

fn line(address: &str, suite: Suite, keyring: Option<&str>) -> String {
    // Only the package list: without `target` apt fetches software-centre data and translations too.
    let signed = keyring
        .map(|path| format!(" signed-by={path}"))
        .unwrap_or_default();
    format!(
        "deb [target=Packages{signed}] {address} {} main\n",
        suite.name()
    )
}

/// Debian's keys where its package puts them; else apt's own default, which is every key it trusts.
fn keyring() -> Option<&'static str> {
    [
        "/usr/share/keyrings/debian-archive-keyring.pgp",
        "/usr/share/keyrings/debian-archive-keyring.gpg",
    ]
    .into_iter()
    .find(|path| Path::new(path).exists())
}

/// What of apt and dpkg is missing to unpack packages here; empty on a Debian-like system.
pub(super) fn missing_tools() -> Vec<&'static str> {
    let folders = super::environment::search_path();
    ["apt-get", "apt-cache", "dpkg-deb"]
        .into_iter()
        .filter(|name| find_program(name, &folders).is_none())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_the_machines_own_main_archive() {
        let targets = "\
http://vendor.invalid/apt/|tools-stable|main
http://mirror.invalid/debian-security/|bookworm-security|main
http://mirror.invalid/debian/|bookworm|contrib
http://mirror.invalid/debian/|bookworm|main
http://other.invalid/debian/|bookworm|main";
        let sources: Vec<Source<'_>> = targets.lines().filter_map(parse_target).collect();
        assert_eq!(mirror(&sources), Some("http://mirror.invalid/debian/"));
        let ubuntu: Vec<Source<'_>> = parse_target("http://mirror.invalid/ubuntu/|noble|main")
            .into_iter()
            .collect();
        assert_eq!(mirror(&ubuntu), None);
        assert_eq!(mirror(&[]), None);
    }

    #[test]
    fn a_suite_is_read_with_debians_keys_and_without_the_rest() {
        assert_eq!(
            line(
                "http://mirror.invalid/debian/",
                Suite::Sid,
                Some("/keys/debian.gpg")
            ),
            "deb [target=Packages signed-by=/keys/debian.gpg] http://mirror.invalid/debian/ sid main\n"
        );
    }

    #[test]
    fn a_candidate_is_what_would_be_installed() {
        let policy = "nix-bin:\n  Installed: (none)\n  Candidate: 2.8.0-1.1+b1\n  Version table:\n";
        assert_eq!(candidate(policy), Some("2.8.0-1.1+b1"));
        assert_eq!(
            candidate("nix-bin:\n  Installed: (none)\n  Candidate: (none)\n"),
            None
        );
        assert_eq!(candidate(""), None);
    }
}

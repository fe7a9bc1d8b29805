//! Versions of Nix, as `nix --version` and Debian's packages write them.

use std::fmt;

/// Major and minor number; the rest decides nothing here.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32);

/// `nix/hostpkgs` needs relative path inputs, which came with 2.26.
pub(crate) const OLDEST_FOR_HOSTPKGS: Version = Version(2, 26);

impl Version {
    /// The last `number.number` in a line: Determinate Nix prints its own version before Nix's.
    pub(crate) fn find(line: &str) -> Option<Self> {
        line.split(|character: char| !(character.is_ascii_digit() || character == '.'))
            .filter_map(|word| {
                let mut numbers = word.split('.');
                Some(Self(
                    numbers.next()?.parse().ok()?,
                    numbers.next()?.parse().ok()?,
                ))
            })
            .next_back()
    }

    /// Of a Debian package: `2.26.3+dfsg-1`, where a revision such as `-1.1` follows.
    pub(crate) fn of_package(text: &str) -> Option<Self> {
        let upstream = text.split_once(':').map_or(text, |(_epoch, rest)| rest);
        Self::find(upstream.split(['+', '-', '~']).next()?)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_the_flavours_print() {
        for (line, expected) in [
            ("nix (Nix) 2.26.3", Some(Version(2, 26))),
            ("nix (Lix, like Nix) 2.93.0", Some(Version(2, 93))),
            ("nix (Determinate Nix 3.15.1) 2.33.0", Some(Version(2, 33))),
            ("nix (Nix) 2.36.0pre20260101_abcdef1", Some(Version(2, 36))),
            ("something else", None),
        ] {
            assert_eq!(Version::find(line), expected, "{line}");
        }
    }

    #[test]
    fn a_package_version_is_the_upstream_part() {
        assert_eq!(Version::of_package("2.26.3+dfsg-1"), Some(Version(2, 26)));
        assert_eq!(Version::of_package("2.8.0-1.1+b1"), Some(Version(2, 8)));
        assert_eq!(Version::of_package("1:2.34.8-2"), Some(Version(2, 34)));
        assert_eq!(Version::of_package("(none)"), None);
        assert!(Version(2, 8) < OLDEST_FOR_HOSTPKGS);
    }
}

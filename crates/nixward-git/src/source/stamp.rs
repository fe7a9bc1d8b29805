//! What the file system says of a file without reading it.

use std::time::{Duration, SystemTime};

use rustix::fs::Stat;

/// The part of a mode that says what something is.
const FILE_TYPE: u32 = 0o170_000;

/// A file that changed this shortly before it was looked at may change again without its time stamps showing it: clocks
/// of file systems tick in milliseconds, on some in seconds, and on other machines differ from ours.
const UNSETTLED: Duration = Duration::from_secs(2);

/// Enough of `stat` to notice every change: the change time can't be set by programs. All zero for a missing file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Stamp {
    pub(super) mode: u32,
    pub(super) size: u64,
    pub(super) inode: u64,
    /// In nanoseconds since 1970.
    pub(super) modified: i64,
    /// The same for the last change of content, mode, name or owner.
    pub(super) changed: i64,
}

/// What something is, as far as Nix tells it apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Missing,
    File,
    Executable,
    Link,
    Folder,
    Other,
}

impl Stamp {
    pub(super) fn of(stat: &Stat) -> Self {
        // The fields have different types on different systems; the widest hold all of them.
        let nanoseconds = |seconds: i128, rest: i128| {
            seconds.wrapping_mul(1_000_000_000).wrapping_add(rest) as i64
        };
        Self {
            mode: u64::from(stat.st_mode) as u32,
            size: i128::from(stat.st_size) as u64,
            inode: u128::from(stat.st_ino) as u64,
            modified: nanoseconds(stat.st_mtime.into(), stat.st_mtime_nsec.into()),
            changed: nanoseconds(stat.st_ctime.into(), stat.st_ctime_nsec.into()),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self.mode & FILE_TYPE {
            0 => Kind::Missing,
            0o100_000 if self.mode & 0o100 == 0 => Kind::File,
            0o100_000 => Kind::Executable,
            0o120_000 => Kind::Link,
            0o040_000 => Kind::Folder,
            _ => Kind::Other,
        }
    }

    /// Whether a later change would be seen in the stamp, for a look that began at a time.
    pub(super) fn is_settled(&self, began: SystemTime) -> bool {
        let since_epoch = began.duration_since(SystemTime::UNIX_EPOCH);
        let latest = since_epoch.unwrap_or_default().saturating_sub(UNSETTLED);
        i128::from(self.changed) < i128::try_from(latest.as_nanos()).unwrap_or_default()
    }
}

impl Kind {
    /// A letter for the fingerprint.
    pub(super) fn letter(self) -> u8 {
        match self {
            Self::Missing => b'-',
            Self::File => b'f',
            Self::Executable => b'x',
            Self::Link => b'l',
            Self::Folder => b'd',
            Self::Other => b'o',
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_settles_after_a_while() {
        let began = SystemTime::UNIX_EPOCH + Duration::from_secs(10);
        let stamp = |milliseconds: i64| Stamp {
            changed: milliseconds * 1_000_000,
            ..Stamp::default()
        };
        assert!(stamp(7_999).is_settled(began));
        assert!(!stamp(8_000).is_settled(began));
        // A clock that is ahead of ours.
        assert!(!stamp(11_000).is_settled(began));
    }
}

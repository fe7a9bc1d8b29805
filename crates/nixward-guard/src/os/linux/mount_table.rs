//! Reads `/proc/self/mountinfo`: what is mounted where, and with which flags.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStringExt as _,
    path::{Path, PathBuf},
};

use rustix::mount::MountFlags;

/// One mount.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) point: PathBuf,
    /// Those of its flags that a remount inside a user namespace must repeat, for there they are locked.
    pub(super) flags: MountFlags,
}

/// The mounts at a path and below it.
pub(super) fn mounts_within(mountinfo: &[u8], path: &Path) -> Vec<Mount> {
    mountinfo
        .split(|byte| *byte == b'\n')
        .filter_map(parse_line)
        .filter(|mount| mount.point.starts_with(path))
        .collect()
}

fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ').skip(4);
    let point = unescape(fields.next()?);
    let options = fields.next()?;
    let mut flags = MountFlags::empty();
    for option in options.split(|byte| *byte == b',') {
        flags |= match option {
            b"ro" => MountFlags::RDONLY,
            b"nosuid" => MountFlags::NOSUID,
            b"nodev" => MountFlags::NODEV,
            b"noexec" => MountFlags::NOEXEC,
            // Those about access times stay as they are where a remount names none of them.
            _ => MountFlags::empty(),
        };
    }
    Some(Mount {
        point: PathBuf::from(OsString::from_vec(point)),
        flags,
    })
}

/// Blanks, tabs, line ends and backslashes are written as three octal digits.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) if *first == b'\\' => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Mount, MountFlags, Path, mounts_within};

    #[test]
    fn mounts_are_found_with_their_flags() {
        let table = b"21 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
            22 21 0:5 / /nix/store ro,nosuid,nodev,relatime shared:1 - ext4 /dev/vda rw\n\
            23 22 0:6 / /nix/store/a\\040b\\134c rw,noexec - tmpfs tmpfs rw\n\
            24 21 0:7 / /nix/storehouse rw - tmpfs tmpfs rw\n\
            broken\n";
        let expected = [
            Mount {
                point: "/nix/store".into(),
                flags: MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV,
            },
            Mount {
                point: "/nix/store/a b\\c".into(),
                flags: MountFlags::NOEXEC,
            },
        ];
        assert_eq!(mounts_within(table, Path::new("/nix/store")), expected);
    }

    #[test]
    fn the_real_table_has_a_root() {
        let table = std::fs::read("/proc/self/mountinfo").expect("there is /proc");
        assert!(
            mounts_within(&table, Path::new("/"))
                .iter()
                .any(|mount| mount.point == Path::new("/"))
        );
    }
}

//! Whether git calls a tree clean, as far as content tells it.

use super::{
    files::FileState,
    index::{Entry, Indexed},
    stamp::{Kind, Stamp},
    table::Table,
};

/// What is known of a file, or of all of them, without asking git.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Verdict {
    /// The bytes and the mode are those in the index.
    AsInIndex,
    /// They are not; yet git may convert them into those, or not look.
    Unclear,
    /// git looks, finds something else, and calls the tree dirty.
    Dirty,
}

/// What is known of all files together.
pub(super) fn of_all(files: &Table<FileState>, indexed: &Table<Indexed>) -> Verdict {
    let verdicts = files.iter().zip(indexed.iter());
    verdicts
        .map(|(state, indexed)| of_file(&state, &indexed))
        .max()
        .unwrap_or(Verdict::AsInIndex)
}

pub(super) fn of_file(state: &FileState, indexed: &Indexed) -> Verdict {
    let kind = state.stamp.kind();
    let has_same_mode = match indexed.mode {
        0o100_755 => kind == Kind::Executable,
        0o120_000 => kind == Kind::Link,
        _ => kind == Kind::File,
    };
    if indexed.entry == Entry::Intended {
        return Verdict::Dirty;
    }
    if has_same_mode && state.object == indexed.object {
        return Verdict::AsInIndex;
    }
    if matches!(indexed.entry, Entry::Unwatched | Entry::Conflict) {
        return Verdict::Unclear;
    }
    if kind == Kind::Missing {
        return Verdict::Dirty;
    }
    // git reads a file only where the index has another size or time for it. A mode alone may be of no interest to it.
    let is_read = is_stamped_otherwise(&state.stamp, indexed);
    if has_same_mode && is_read && !state.is_convertible {
        return Verdict::Dirty;
    }
    Verdict::Unclear
}

/// Whether git may read a file again to see what it is. `index` is the stamp of the index itself: what was changed
/// after it was written has a stamp that says nothing.
pub(super) fn may_be_read(stamp: &Stamp, indexed: &Indexed, index: &Stamp) -> bool {
    is_stamped_otherwise(stamp, indexed)
        || stamp.changed != indexed.changed
        || stamp.inode as u32 != indexed.inode
        || indexed.modified >= index.modified
}

fn is_stamped_otherwise(stamp: &Stamp, indexed: &Indexed) -> bool {
    stamp.size as u32 != indexed.size || stamp.modified != indexed.modified
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(mode: u32, object: u8) -> FileState {
        let stamp = Stamp {
            mode,
            size: 3,
            modified: 5,
            ..Stamp::default()
        };
        FileState {
            stamp,
            object: [object; 20],
            ..FileState::default()
        }
    }

    fn indexed(modified: i64) -> Indexed {
        Indexed {
            mode: 0o100_644,
            object: [1; 20],
            size: 3,
            modified,
            ..Indexed::default()
        }
    }

    #[test]
    fn content_tells_what_it_can() {
        let file = 0o100_644;
        assert_eq!(of_file(&state(file, 1), &indexed(9)), Verdict::AsInIndex);
        assert_eq!(of_file(&state(file, 2), &indexed(9)), Verdict::Dirty);
        assert_eq!(of_file(&state(0, 0), &indexed(9)), Verdict::Dirty);
    }

    #[test]
    fn what_git_may_not_see_or_may_convert_is_unclear() {
        let file = 0o100_644;
        // By its stamp the file is as it was added: git does not read it.
        assert_eq!(of_file(&state(file, 2), &indexed(5)), Verdict::Unclear);
        let convertible = FileState {
            is_convertible: true,
            ..state(file, 2)
        };
        assert_eq!(of_file(&convertible, &indexed(9)), Verdict::Unclear);
        // `core.fileMode` may be off.
        assert_eq!(of_file(&state(0o100_755, 1), &indexed(9)), Verdict::Unclear);
        let unwatched = Indexed {
            entry: Entry::Unwatched,
            ..indexed(9)
        };
        assert_eq!(of_file(&state(file, 2), &unwatched), Verdict::Unclear);
    }

    #[test]
    fn one_dirty_file_is_enough() {
        let of_all = |states: &[FileState]| {
            let indexed = states.iter().map(|_| indexed(9)).collect();
            super::of_all(&states.iter().copied().collect(), &indexed)
        };
        let states = [state(0o100_644, 1), state(0o100_755, 1), state(0, 0)];
        assert_eq!(of_all(&states), Verdict::Dirty);
        assert_eq!(of_all(&states[..2]), Verdict::Unclear);
        assert_eq!(of_all(&[]), Verdict::AsInIndex);
    }
}

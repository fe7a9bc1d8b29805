//! Finds the missing interpreter behind "No such file or directory" for a program that is there.
//!
//! `execve` returns the same error for a program that does not exist and for one whose `#!` interpreter or dynamic
//! loader does not; on a Nix machine the second is the usual case (a foreign binary without `/lib64/ld-linux…`).

use std::{
    ffi::OsString,
    fs::{self, File},
    os::unix::{ffi::OsStringExt as _, fs::FileExt as _},
    path::{Path, PathBuf},
};

use rustix::{fs::Access, io::Errno};

/// The kernel follows no more than this many interpreters of interpreters.
const MOST_INTERPRETERS: usize = 5;

/// The longest `#!` line that the kernel reads.
const SHEBANG_LENGTH: usize = 256;

/// If the error that executing `program` gave is about an interpreter: the interpreter, and the file that names it.
pub(super) fn find_broken(program: &Path, errno: i32) -> Option<(PathBuf, PathBuf)> {
    let is_broken = |path: &Path| match Errno::from_raw_os_error(errno) {
        Errno::NOENT => fs::metadata(path).is_err(),
        Errno::ACCESS => {
            rustix::fs::access(path, Access::EXEC_OK).is_err()
                || !fs::metadata(path).is_ok_and(|data| data.is_file())
        }
        _ => true,
    };
    let mut file = program.to_owned();
    for _ in 0..MOST_INTERPRETERS {
        if is_broken(&file) {
            // The program itself, or all is as before and the caller knows no better.
            return None;
        }
        let interpreter = interpreter_of(&file)?;
        if is_broken(&interpreter) {
            return Some((interpreter, file));
        }
        file = interpreter;
    }
    None
}

fn interpreter_of(path: &Path) -> Option<PathBuf> {
    let file = File::open(path).ok()?;
    let mut start = [0; SHEBANG_LENGTH];
    let length = file.read_at(&mut start, 0).ok()?;
    let start = start.get(..length)?;
    shebang_interpreter(start)
        .or_else(|| elf_interpreter(&file, start))
        .map(|bytes| OsString::from_vec(bytes).into())
}

fn shebang_interpreter(start: &[u8]) -> Option<Vec<u8>> {
    let line = start
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let interpreter = line.split(is_blank).find(|word| !word.is_empty())?;
    Some(interpreter.to_vec())
}

/// Reads the `PT_INTERP` program header of an ELF file.
fn elf_interpreter(file: &File, start: &[u8]) -> Option<Vec<u8>> {
    const INTERPRETER_HEADER: u64 = 3;
    const LONGEST_PATH: u64 = 4096;
    let elf = Elf::recognise(start)?;
    let (table, entry_size, count) = if elf.is_64_bit {
        (
            elf.number(start, 32, 8)?,
            elf.number(start, 54, 2)?,
            elf.number(start, 56, 2)?,
        )
    } else {
        (
            elf.number(start, 28, 4)?,
            elf.number(start, 42, 2)?,
            elf.number(start, 44, 2)?,
        )
    };
    for index in 0..count {
        let mut header = [0; 56];
        let length = if elf.is_64_bit { 56 } else { 32 };
        let header = header.get_mut(..length)?;
        file.read_exact_at(header, table.checked_add(index * entry_size)?)
            .ok()?;
        if elf.number(header, 0, 4)? != INTERPRETER_HEADER {
            continue;
        }
        let (offset, size) = if elf.is_64_bit {
            (elf.number(header, 8, 8)?, elf.number(header, 32, 8)?)
        } else {
            (elf.number(header, 4, 4)?, elf.number(header, 16, 4)?)
        };
        let mut path = vec![0; usize::try_from(size.min(LONGEST_PATH)).ok()?];
        file.read_exact_at(&mut path, offset).ok()?;
        path.truncate(
            path.iter()
                .position(|byte| *byte == 0)
                .unwrap_or(path.len()),
        );
        return Some(path);
    }
    None
}

struct Elf {
    is_64_bit: bool,
    is_little_endian: bool,
}

impl Elf {
    fn recognise(start: &[u8]) -> Option<Self> {
        let rest = start.strip_prefix(b"\x7fELF")?;
        Some(Self {
            is_64_bit: *rest.first()? == 2,
            is_little_endian: *rest.get(1)? == 1,
        })
    }

    fn number(&self, bytes: &[u8], offset: usize, size: usize) -> Option<u64> {
        let field = bytes.get(offset..offset + size)?;
        let add = |number: u64, byte: &u8| (number << 8) | u64::from(*byte);
        Some(if self.is_little_endian {
            field.iter().rev().fold(0, add)
        } else {
            field.iter().fold(0, add)
        })
    }
}

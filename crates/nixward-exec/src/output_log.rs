//! Keeps what a step prints: in a file, of very much the beginning and the end, and the last lines in memory.

use std::{collections::VecDeque, io, path::Path};

use crate::bounded_file::{BoundedFile, Room};

/// The last lines that are kept for the report of a failure.
const KEPT_LINES: usize = 200;
/// A longer line is cut in the report; the file has more of it.
const KEPT_LINE_BYTES: usize = 4096;

/// The output of one step.
#[derive(Debug)]
pub(crate) struct OutputLog {
    file: Option<BoundedFile>,
    lines: VecDeque<String>,
    lines_before: usize,
    partial: Vec<u8>,
    error: Option<io::Error>,
}

impl OutputLog {
    /// A log that is also written to a file; where that can't be made, only the last lines are kept.
    pub(crate) fn new(path: &Path, room: &Room) -> Self {
        let (file, error) = match BoundedFile::create(path, room.clone()) {
            Ok(file) => (Some(file), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            file,
            lines: VecDeque::new(),
            lines_before: 0,
            partial: Vec::new(),
            error,
        }
    }

    /// Takes a piece of output; returns the last line that it completes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Option<String> {
        self.write(bytes);
        let mut last = None;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (line, ends) = match piece.split_last() {
                Some((b'\n', line)) => (line, true),
                _ => (piece, false),
            };
            let room = KEPT_LINE_BYTES.saturating_sub(self.partial.len());
            let kept = line.get(..room).unwrap_or(line);
            self.partial.extend_from_slice(kept);
            if ends {
                last = Some(self.complete_line());
            }
        }
        last
    }

    /// Begins another part, with a line of nixward's own before it: the last lines are those of the last part.
    pub(crate) fn separate(&mut self, what: &str) {
        if !self.partial.is_empty() {
            self.push(b"\n");
        }
        self.lines_before += self.lines.len() + 1;
        self.lines.clear();
        self.write(format!("──── nixward: {what} ────\n").as_bytes());
    }

    fn write(&mut self, bytes: &[u8]) {
        let Some(file) = &mut self.file else { return };
        if let Err(error) = file.write(bytes) {
            self.error = Some(error);
            self.file = None;
        }
    }

    fn complete_line(&mut self) -> String {
        let line = String::from_utf8_lossy(&self.partial)
            .trim_end_matches('\r')
            .to_owned();
        self.partial.clear();
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
            self.lines_before += 1;
        }
        self.lines.push_back(line.clone());
        line
    }

    /// The last lines, how many came before, and why the file is not whole.
    pub(crate) fn finish(mut self) -> FinishedLog {
        if !self.partial.is_empty() {
            self.complete_line();
        }
        let has_file = self.file.is_some();
        let mut error = self.error;
        let left_out = match self.file.map(BoundedFile::finish) {
            Some(Ok(left_out)) => left_out,
            Some(Err(failed)) => {
                error = Some(failed);
                0
            }
            None => 0,
        };
        let cut = (left_out > 0).then(|| {
            let mib = left_out.div_ceil(1 << 20);
            format!("the log holds the beginning and the end; {mib} MiB between them are left out")
        });
        let problem = error
            .map(|error| format!("the log is not whole: {error}"))
            .or(cut);
        FinishedLog {
            has_file,
            lines: self.lines.into(),
            lines_before: self.lines_before,
            problem,
        }
    }
}

/// What is left of an output.
#[derive(Clone, Debug, Default)]
pub(crate) struct FinishedLog {
    pub(crate) has_file: bool,
    pub(crate) lines: Vec<String>,
    pub(crate) lines_before: usize,
    pub(crate) problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_from_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = OutputLog::new(&path, &Room::of(0));
        assert_eq!(log.push(b"one\ntw"), Some("one".to_owned()));
        assert_eq!(log.push(b"o"), None);
        assert_eq!(log.push(b"\r\nthree"), Some("two".to_owned()));
        let finished = log.finish();
        assert_eq!(finished.lines, ["one", "two", "three"]);
        assert_eq!(fs_err::read(&path).unwrap(), b"one\ntwo\r\nthree");
    }

    #[test]
    fn parts_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = OutputLog::new(&path, &Room::of(0));
        log.push(b"one\ntwo");
        log.separate("try 2 of 3");
        log.push(b"three\n");
        let finished = log.finish();
        assert_eq!(
            (finished.lines, finished.lines_before),
            (vec!["three".to_owned()], 3)
        );
        assert_eq!(
            fs_err::read_to_string(&path).unwrap(),
            "one\ntwo\n──── nixward: try 2 of 3 ────\nthree\n"
        );
    }

    #[test]
    fn only_the_last_lines_stay_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = OutputLog::new(&folder.path().join("log"), &Room::of(0));
        for number in 0..KEPT_LINES + 5 {
            log.push(format!("{number}\n").as_bytes());
        }
        let finished = log.finish();
        assert_eq!(
            (finished.lines.len(), finished.lines_before),
            (KEPT_LINES, 5)
        );
        assert_eq!(finished.lines[0], "5");
    }

    #[test]
    fn a_line_of_many_megabytes_is_cut_in_memory_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = OutputLog::new(&path, &Room::of(64 << 20));
        for _ in 0..40 {
            assert_eq!(log.push(&vec![b'x'; 1 << 20]), None);
        }
        assert_eq!(log.push(b"\nend\n"), Some("end".to_owned()));
        let finished = log.finish();
        assert_eq!(finished.lines[0].len(), KEPT_LINE_BYTES);
        assert_eq!((finished.lines.len(), finished.problem), (2, None));
        assert_eq!(fs_err::metadata(&path).unwrap().len(), (40 << 20) + 5);
    }

    #[test]
    fn a_log_that_cannot_be_written_costs_a_note() {
        let mut log = OutputLog::new(Path::new("/nowhere/log"), &Room::of(0));
        log.push(b"one\n");
        let finished = log.finish();
        assert_eq!(finished.lines, ["one"]);
        assert!(finished.problem.unwrap().contains("/nowhere/log"));
        assert!(!finished.has_file);
    }
}

//! GitLab CI: the output of a step as a section of the job's log that can be collapsed.
//!
//! What steps print comes without escape sequences and carriage returns, which a section's marks consist of; so none
//! of it can be one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nixward_core::{outcome::StepOutcome, plan::StepLabel};

use crate::{
    log_groups::{Dialect, Group},
    style::harmless,
};

/// A longer line of a stream is shown in pieces.
const LONGEST_LINE: usize = 64 << 10;

/// The form of GitLab.
#[derive(Clone, Debug)]
pub struct Gitlab {
    /// When the run began: sections have times.
    started: SystemTime,
    /// The line of a stream that has no end yet: a mark could be in two halves.
    line: Vec<u8>,
}

/// A text in which nothing is the mark of a section.
pub fn without_marks(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    let unmarked = lines.map(|line| {
        if !["section_start:", "section_end:"]
            .iter()
            .any(|mark| line.contains(mark))
        {
            return line.to_owned();
        }
        let end = if line.ends_with('\n') { "\n" } else { "" };
        harmless(line) + end
    });
    unmarked.collect()
}

impl Gitlab {
    pub fn new(started: SystemTime) -> Self {
        Self {
            started,
            line: Vec::new(),
        }
    }

    fn seconds(&self, elapsed: Duration) -> u64 {
        let since = (self.started + elapsed).duration_since(UNIX_EPOCH);
        since.unwrap_or_default().as_secs()
    }
}

impl Dialect for Gitlab {
    fn group(&self, group: &Group<'_>) -> String {
        let name = format!("nixward_step_{}", group.id);
        let (begin, end) = (
            self.seconds(group.at.saturating_sub(group.took)),
            self.seconds(group.at),
        );
        let lines: String = group
            .lines
            .iter()
            .map(|line| format!("    {line}\n"))
            .collect();
        format!(
            "\u{1b}[0Ksection_start:{begin}:{name}[collapsed={}]\r\u{1b}[0K{}\n{lines}\
             \u{1b}[0Ksection_end:{end}:{name}\r\u{1b}[0K\n",
            group.is_folded,
            harmless(group.title)
        )
    }

    fn failure(&self, _: &StepLabel, _: &StepOutcome) -> String {
        String::new()
    }

    fn error(&self, _: &str) -> String {
        String::new()
    }

    fn stream(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.line.extend_from_slice(bytes);
        if let Some(end) = self.line.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.line.split_off(end + 1);
            let lines = std::mem::replace(&mut self.line, rest);
            return without_marks(&String::from_utf8_lossy(&lines)).into_bytes();
        }
        if self.line.len() > LONGEST_LINE {
            return self.end_stream();
        }
        Vec::new()
    }

    fn end_stream(&mut self) -> Vec<u8> {
        let mut line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            // What comes next begins a line: no mark is made of this one's end.
            line.push(b'\n');
        }
        without_marks(&String::from_utf8_lossy(&line)).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_no_marks_in_one_piece_or_in_two() {
        let mut gitlab = Gitlab::new(UNIX_EPOCH);
        let pieces: [&[u8]; 4] = [
            b"\x1b[31mred\x1b[0m 50%\r100%\n\x1b[0Ksection_st",
            b"art:1:x\r\x1b[0Kmine\n",
            &[b'x'; LONGEST_LINE],
            b"section_end:1:x",
        ];
        let mut text = Vec::new();
        for piece in pieces {
            text.extend(gitlab.stream(piece));
        }
        text.extend(gitlab.stream(b"\r\x1b[0K"));
        text.extend(gitlab.end_stream());
        let text = String::from_utf8(text).unwrap();
        assert!(
            text.starts_with("\u{1b}[31mred\u{1b}[0m 50%\r100%\nmine\nxxx"),
            "{text}"
        );
        assert!(!text.contains("x\r\u{1b}[0K"), "{text}");
    }
}

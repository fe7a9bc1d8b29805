//! Which steps run, and what they printed last: written by the workers, read by whoever is asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use nixward_core::{plan::StepLabel, running::RunningStep};
use nixward_guard::{ProgramId, RunClock};

/// How many of the last lines are told.
const TOLD_LINES: usize = 10;
/// Of a step that prints long lines, fewer.
const KEPT_BYTES: usize = 4096;

/// Known to all workers; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct RunningSteps(Arc<Mutex<BTreeMap<usize, Entry>>>);

#[derive(Debug)]
struct Entry {
    label: Arc<StepLabel>,
    since: Duration,
    program: Option<ProgramId>,
    tail: Vec<u8>,
}

impl RunningSteps {
    /// A step runs until what is returned is dropped.
    #[must_use]
    pub(crate) fn begin(&self, label: &Arc<StepLabel>, clock: &RunClock) -> RunningMark {
        let entry = Entry {
            label: Arc::clone(label),
            since: clock.now(),
            program: None,
            tail: Vec::new(),
        };
        self.lock().insert(label.id, entry);
        RunningMark {
            steps: self.clone(),
            id: label.id,
        }
    }

    /// Its program was started.
    pub(crate) fn has_program(&self, label: &StepLabel, program: ProgramId) {
        if let Some(entry) = self.lock().get_mut(&label.id) {
            entry.program = Some(program);
            entry.tail.clear();
        }
    }

    /// It printed this.
    pub(crate) fn printed(&self, label: &StepLabel, bytes: &[u8]) {
        if let Some(entry) = self.lock().get_mut(&label.id) {
            keep(&mut entry.tail, bytes);
        }
    }

    /// All of them, those first that run for longest.
    pub(crate) fn now(&self, clock: &RunClock) -> Vec<RunningStep> {
        let now = clock.now();
        let mut steps: Vec<RunningStep> = self
            .lock()
            .values()
            .map(|entry| RunningStep {
                label: Arc::clone(&entry.label),
                duration: now.saturating_sub(entry.since),
                process: entry.program.as_ref().and_then(ProgramId::get),
                last_lines: last_lines(&entry.tail),
            })
            .collect();
        steps.sort_by_key(|step| std::cmp::Reverse(step.duration));
        steps
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, Entry>> {
        // Nothing panics while the lock is held, and no entry is ever half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a step among those that run.
#[derive(Debug)]
pub(crate) struct RunningMark {
    steps: RunningSteps,
    id: usize,
}

impl Drop for RunningMark {
    fn drop(&mut self) {
        self.steps.lock().remove(&self.id);
    }
}

fn keep(tail: &mut Vec<u8>, bytes: &[u8]) {
    let bytes = bytes
        .get(bytes.len().saturating_sub(KEPT_BYTES)..)
        .unwrap_or_default();
    let too_many = (tail.len() + bytes.len()).saturating_sub(KEPT_BYTES);
    tail.drain(..too_many.min(tail.len()));
    tail.extend_from_slice(bytes);
}

/// A line that is not complete yet is one: a program may wait in it.
fn last_lines(tail: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(tail);
    let mut lines: Vec<&str> = text.lines().collect();
    // Where bytes are missing before it, the first is none.
    if tail.len() == KEPT_BYTES && lines.len() > 1 {
        lines.remove(0);
    }
    let skipped = lines.len().saturating_sub(TOLD_LINES);
    lines.into_iter().skip(skipped).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_after(pieces: &[&[u8]]) -> Vec<String> {
        let mut tail = Vec::new();
        pieces.iter().for_each(|piece| keep(&mut tail, piece));
        assert!(tail.len() <= KEPT_BYTES);
        last_lines(&tail)
    }

    #[test]
    fn lines_are_put_together_from_pieces() {
        assert_eq!(lines_after(&[]), [""; 0]);
        assert_eq!(lines_after(&[b"on", b"e\r\ntw", b"o"]), ["one", "two"]);
        assert_eq!(lines_after(&[b"\xff\n"]), ["\u{fffd}"]);
    }

    #[test]
    fn only_the_last_are_kept() {
        let many: String = (0..5000).map(|number| format!("{number}\n")).collect();
        let expected: Vec<String> = (4990..5000).map(|number| number.to_string()).collect();
        assert_eq!(lines_after(&[many.as_bytes()]), expected);
        let pieces: Vec<&[u8]> = many.as_bytes().chunks(7).collect();
        assert_eq!(lines_after(&pieces), expected);
    }

    #[test]
    fn a_line_longer_than_what_is_kept_is_cut() {
        let long = "x".repeat(2 * KEPT_BYTES);
        let lines = lines_after(&[b"before\n", long.as_bytes()]);
        assert_eq!(lines, ["x".repeat(KEPT_BYTES)]);
    }
}

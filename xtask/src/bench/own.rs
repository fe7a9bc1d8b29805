//! What nixward itself takes and its guards do, apart from the programs that they run: all of them are one tree of
//! processes, in which these have nixward's program.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use fs_err as fs;

use super::{
    harness::Harness,
    measure::{Mode, Stopwatch},
    memory::{children, memory},
    processor,
};
use crate::process::Tool;

/// What was seen of one run.
#[derive(Debug)]
pub(super) struct Own {
    /// How long it ran.
    pub(super) took: Duration,
    /// The processor time of nixward itself.
    pub(super) processor: Duration,
    /// That of its guards together.
    pub(super) processor_of_guards: Duration,
    pub(super) guards: usize,
    /// The most memory that nixward itself had.
    pub(super) memory: u64,
    /// All that was written to both outputs.
    pub(super) said: String,
}

impl Own {
    /// As the part of one processor that was used all the time.
    pub(super) fn share(&self, processor: Duration) -> f64 {
        processor.as_secs_f64() / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

/// Runs it, which may have nixward further down.
pub(super) fn look_at(harness: &Harness, tool: &Tool) -> Result<Own> {
    let mut looks = Looks {
        program: harness.nixward_program().to_owned(),
        itself: None,
        guards: BTreeMap::new(),
    };
    let mut stopwatch = Stopwatch::new(Mode::Timing, harness.folder());
    stopwatch.run_looking(tool, Looks::PAUSE, |process| looks.look(process))?;
    let (_, itself) = looks.itself.unwrap_or_default();
    anyhow::ensure!(itself.memory > 0, "nixward was not seen in `{tool}`");
    Ok(Own {
        took: stopwatch.took(),
        processor: itself.processor,
        processor_of_guards: looks.guards.values().sum(),
        guards: looks.guards.len(),
        memory: itself.memory,
        said: stopwatch.stdout()? + &stopwatch.stderr()?,
    })
}

#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    processor: Duration,
    memory: u64,
}

/// What a process has taken is gone when it ends, so the last look at each is what counts.
struct Looks {
    program: PathBuf,
    itself: Option<(u32, Taken)>,
    guards: BTreeMap<u32, Duration>,
}

impl Looks {
    /// Between two: often enough to see nearly all, and seldom enough to be in nobody's way.
    const PAUSE: Duration = Duration::from_millis(10);

    fn look(&mut self, root: u32) {
        let mut waiting = vec![root];
        while let Some(process) = waiting.pop() {
            waiting.extend(children(process));
            if runs(process, &self.program) {
                self.count(process);
            }
        }
    }

    fn count(&mut self, process: u32) {
        let Some(processor) = processor::of(process) else {
            return;
        };
        let (itself, taken) = self.itself.get_or_insert((process, Taken::default()));
        if *itself == process {
            taken.processor = taken.processor.max(processor);
            taken.memory = taken.memory.max(memory(process).most);
        } else {
            self.guards.insert(process, processor);
        }
    }
}

fn runs(process: u32, program: &Path) -> bool {
    fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|path| path == program)
}

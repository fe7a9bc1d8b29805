//! Runs a test as often as is wanted: again after a failure (`retries`), or many times over (`--repeat`).
//!
//! ```text
//!   try ──passed──► passed, or flaky where one failed before
//!    ▲  ──failed──► were these all tries? ──yes──► failed
//!    └──── pause ◄──────────────────────────no
//! ```

use std::{
    hash::{BuildHasher as _, RandomState},
    path::Path,
    sync::Arc,
    time::Duration,
};

use nixward_core::{
    history::{FailedTry, Runs, StepHistory},
    outcome::{StepOutcome, StepStatus},
    plan::ProgramAction,
};

use crate::{
    output_log::OutputLog,
    program_step::{ProgramEnd, ProgramStep, Progress},
    test_step,
};

/// Runs a test with all its tries.
pub(crate) fn run(step: &ProgramStep<'_>, program: &Path, action: &ProgramAction) -> StepOutcome {
    let mut tries = Tries {
        step,
        program,
        action,
        log: step.open_log(),
        history: StepHistory::default(),
        ran: Duration::ZERO,
        notes: Vec::new(),
    };
    let end = match action.repeat {
        Some(wanted) => tries.many_times(wanted),
        None => tries.until_it_passes(action.settings.retries.unwrap_or(0)),
    };
    let Tries {
        log,
        history,
        ran,
        mut notes,
        ..
    } = tries;
    notes.extend(end.notes);
    let end = ProgramEnd {
        notes,
        duration: ran,
        ..end
    };
    step.outcome(end, log, history)
}

/// One test, and what came of it so far.
struct Tries<'a> {
    step: &'a ProgramStep<'a>,
    program: &'a Path,
    action: &'a ProgramAction,
    log: OutputLog,
    history: StepHistory,
    /// How long it ran in all, without pauses between tries.
    ran: Duration,
    /// What must be said of tries before the last.
    notes: Vec<String>,
}

impl Tries<'_> {
    fn until_it_passes(&mut self, retries: u8) -> ProgramEnd {
        self.history.retries = retries;
        let most = self.history.most_tries();
        let mut pause = Pause::default();
        loop {
            let end = self.once();
            let number = self.history.last_try();
            if end.status == StepStatus::Passed && number > 1 {
                let status = StepStatus::Flaky;
                return ProgramEnd { status, ..end };
            }
            if number >= most || !is_worth_another_try(&end.status) {
                return end;
            }
            if self.step.must_stop() {
                return self.without_another_try(end);
            }
            let delay = pause.next();
            self.failed(end, number, delay);
            if !self.step.pause(delay) {
                return self.no_other_try();
            }
            self.log.separate(&format!("try {} of {most}", number + 1));
        }
    }

    fn many_times(&mut self, wanted: u32) -> ProgramEnd {
        let mut done = 1;
        loop {
            let end = self.once();
            self.history.runs = Some(Runs { done, wanted });
            if end.status != StepStatus::Passed || done >= wanted {
                return end;
            }
            if self.is_cancelled() {
                return ProgramEnd::of(StepStatus::Cancelled);
            }
            if self.step.must_stop() {
                return end;
            }
            self.keep_notes("run", done as usize, end.notes);
            done += 1;
            self.log.separate(&format!("run {done} of {wanted}"));
        }
    }

    fn once(&mut self) -> ProgramEnd {
        let end = test_step::run(self.step, self.program, self.action, &mut self.log);
        self.history.is_slow |= end.is_slow;
        self.ran += end.duration;
        end
    }

    /// Notes a failure, and tells that there will be another try.
    fn failed(&mut self, end: ProgramEnd, number: usize, delay: Duration) {
        let failed = FailedTry {
            status: end.status,
            duration: end.duration,
        };
        self.history.failed_tries.push(failed.clone());
        self.keep_notes("try", number, end.notes);
        self.step.tell(Progress::TryFailed {
            label: Arc::clone(self.step.label),
            failed,
            number,
            of: self.history.most_tries(),
            delay,
        });
    }

    /// The one that was announced will not come: what failed last is the end.
    fn no_other_try(&mut self) -> ProgramEnd {
        if self.is_cancelled() {
            return ProgramEnd::of(StepStatus::Cancelled);
        }
        let last = self.history.failed_tries.pop();
        let end = ProgramEnd::of(last.map_or(StepStatus::NotRun, |last| last.status));
        self.without_another_try(end)
    }

    /// One that would have been tried again: whoever knows of the retries is told why it was not.
    fn without_another_try(&self, mut end: ProgramEnd) -> ProgramEnd {
        if self.step.context.fail_fast && !self.is_cancelled() {
            end.notes.push(NOT_TRIED_AGAIN.to_owned());
        }
        end
    }

    /// Keeps what must be said, once where every time says the same.
    fn keep_notes(&mut self, what: &str, number: usize, notes: Vec<String>) {
        for note in notes {
            if self.notes.len() < MOST_NOTES && !self.notes.iter().any(|one| one.ends_with(&note)) {
                self.notes.push(format!("{what} {number}: {note}"));
            }
        }
    }

    fn is_cancelled(&self) -> bool {
        self.step.context.launcher.is_cancelled()
    }
}

/// Said of a test whose retries `--fail-fast` takes away.
const NOT_TRIED_AGAIN: &str = "not tried again: something else failed, and `--fail-fast`";

/// How many notes of tries before the last are kept.
const MOST_NOTES: usize = 20;

/// A program that cannot be started once cannot be started twice, and what was cancelled is over.
fn is_worth_another_try(status: &StepStatus) -> bool {
    matches!(status, StepStatus::Failed(_) | StepStatus::TimedOut { .. })
}

/// How long is waited before the next try: twice as long each time, with a random part, so that tests that disturbed
/// each other do not meet again.
struct Pause {
    longest: Duration,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(200);
    const LONGEST: Duration = Duration::from_secs(10);

    fn next(&mut self) -> Duration {
        let longest = self.longest;
        self.longest = (longest * 2).min(Self::LONGEST);
        let random = RandomState::new().hash_one(()) >> 48;
        let half = longest / 2;
        half + half * u32::try_from(random).unwrap_or(0) / (1 << 16)
    }
}

impl Default for Pause {
    fn default() -> Self {
        Self {
            longest: Self::FIRST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound() {
        let mut pause = Pause::default();
        let mut longest = Pause::FIRST;
        for _ in 0..20 {
            let next = pause.next();
            assert!(
                longest / 2 <= next && next <= longest,
                "{next:?} of {longest:?}"
            );
            longest = (longest * 2).min(Duration::from_secs(10));
        }
        assert_eq!(longest, Duration::from_secs(10));
    }

    #[test]
    fn only_what_a_program_did_is_tried_again() {
        use nixward_core::outcome::ExitReason;
        assert!(is_worth_another_try(&StepStatus::Failed(ExitReason::Code(
            1
        ))));
        let why = "no such file".to_owned();
        for status in [
            StepStatus::Passed,
            StepStatus::Cancelled,
            StepStatus::NotRun,
            StepStatus::CouldNotStart { why },
        ] {
            assert!(!is_worth_another_try(&status), "{status:?}");
        }
    }
}

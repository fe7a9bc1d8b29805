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

/// The form of GitLab.
#[derive(Clone, Copy, Debug)]
pub struct Gitlab {
    /// When the run began: sections have times.
    pub started: SystemTime,
}

impl Gitlab {
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
}

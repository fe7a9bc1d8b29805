//! Several things to do one after the other, each announced, timed and remembered.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::progress;

/// What has been done so far.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    took: Duration,
    ended_well: bool,
}

impl Steps {
    /// Does one, and says how it went. A failure does not keep the others from being tried: a person wants to hear of
    /// all of them at once.
    pub(crate) fn run(&mut self, name: &str, work: impl FnOnce() -> Result<ExitCode>) {
        progress(format_args!("\n=== {name}"));
        let started = Instant::now();
        let ended_well = match work() {
            Ok(code) => code == ExitCode::SUCCESS,
            Err(error) => {
                progress(crate::rendered(&error));
                false
            }
        };
        self.done.push(Step {
            name: name.to_owned(),
            took: started.elapsed(),
            ended_well,
        });
        progress(self.done.last().map(Step::line).unwrap_or_default());
    }

    /// One line for each.
    pub(crate) fn summary(&self) -> String {
        self.done
            .iter()
            .map(Step::line)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// 0 if all ended well, else 1.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.done.iter().all(|step| step.ended_well) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl Step {
    fn line(&self) -> String {
        let verdict = if self.ended_well { "ok    " } else { "FAILED" };
        format!(
            "{verdict} {:>7.1} s  {}",
            self.took.as_secs_f32(),
            self.name
        )
    }
}

//! Runs programs and looks at the clock and at their memory.
//!
//! Output goes to files, as that of every program that is compared does: a pipe would have to be read meanwhile, and a
//! program may write less to `/dev/null`.

use std::{
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::{
    memory::{Peak, Watch},
    processor,
};
use crate::process::Tool;

/// What becomes of a program's run besides its result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    /// Nothing is done but waiting.
    Timing,
    /// Memory is looked at all the time, which costs time.
    Watching,
}

/// Runs programs one after the other, and adds up what they took.
#[derive(Debug)]
pub(super) struct Stopwatch {
    mode: Mode,
    stdout: PathBuf,
    stderr: PathBuf,
    took: Duration,
    processor: Duration,
    peak: Peak,
}

impl Stopwatch {
    /// With a folder for output.
    pub(super) fn new(mode: Mode, folder: &Path) -> Self {
        Self {
            mode,
            stdout: folder.join("stdout"),
            stderr: folder.join("stderr"),
            took: Duration::ZERO,
            processor: Duration::ZERO,
            peak: Peak::default(),
        }
    }

    /// Runs one, which must succeed.
    pub(super) fn run(&mut self, tool: &Tool) -> Result<()> {
        if matches!(self.mode, Mode::Timing) {
            return self.run_and(tool, |child| {
                child
                    .wait()
                    .with_context(|| format!("`{tool}` cannot be waited for"))
            });
        }
        let mut watch = None;
        self.run_looking(tool, Watch::PAUSE, |process| {
            watch.get_or_insert_with(|| Watch::of(process)).look();
        })?;
        self.peak
            .include(watch.map_or_else(Peak::default, |watch| watch.peak()));
        Ok(())
    }

    /// Runs one, which must succeed, and looks at it so often, by its process id.
    pub(super) fn run_looking(
        &mut self,
        tool: &Tool,
        pause: Duration,
        mut look: impl FnMut(u32),
    ) -> Result<()> {
        self.run_and(tool, |child| {
            loop {
                if let Some(status) = child.try_wait()? {
                    return Ok(status);
                }
                look(child.id());
                std::thread::sleep(pause);
            }
        })
    }

    fn run_and(
        &mut self,
        tool: &Tool,
        wait: impl FnOnce(&mut Child) -> Result<ExitStatus>,
    ) -> Result<()> {
        let stdout = Stdio::from(fs::File::create(&self.stdout)?.into_file());
        let stderr = Stdio::from(fs::File::create(&self.stderr)?.into_file());
        let before = processor::of_what_has_ended()?;
        let started = Instant::now();
        let status = wait(&mut tool.spawn(stdout, stderr)?)?;
        self.took += started.elapsed();
        self.processor += processor::of_what_has_ended()?.saturating_sub(before);
        anyhow::ensure!(
            status.success(),
            "`{tool}` failed ({status})\n{}{}",
            last_lines(&self.stdout()?),
            last_lines(&self.stderr()?)
        );
        Ok(())
    }

    /// What the last one wrote.
    pub(super) fn stdout(&self) -> Result<String> {
        Ok(fs::read_to_string(&self.stdout)?)
    }

    /// What the last one complained of.
    pub(super) fn stderr(&self) -> Result<String> {
        Ok(fs::read_to_string(&self.stderr)?)
    }

    pub(super) fn took(&self) -> Duration {
        self.took
    }

    /// The processor time of all of them and their descendants, where nobody was left alone.
    pub(super) fn processor(&self) -> Duration {
        self.processor
    }

    pub(super) fn peak(&self) -> Peak {
        self.peak
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let shown = lines.len().saturating_sub(20);
    lines[shown..]
        .iter()
        .map(|line| format!("  {line}\n"))
        .collect()
}

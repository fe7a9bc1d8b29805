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

use super::memory::{Peak, Watch};
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
            peak: Peak::default(),
        }
    }

    /// Runs one, which must succeed.
    pub(super) fn run(&mut self, tool: &Tool) -> Result<()> {
        let stdout = Stdio::from(fs::File::create(&self.stdout)?.into_file());
        let stderr = Stdio::from(fs::File::create(&self.stderr)?.into_file());
        let started = Instant::now();
        let child = tool.spawn(stdout, stderr)?;
        let status = self.wait(child, tool)?;
        self.took += started.elapsed();
        anyhow::ensure!(
            status.success(),
            "`{tool}` failed ({status})\n{}{}",
            last_lines(&self.stdout()?),
            last_lines(&self.stderr()?)
        );
        Ok(())
    }

    fn wait(&mut self, mut child: Child, tool: &Tool) -> Result<ExitStatus> {
        if matches!(self.mode, Mode::Watching) {
            let mut watch = Watch::of(child.id());
            loop {
                if let Some(status) = child.try_wait()? {
                    self.peak.include(watch.peak());
                    return Ok(status);
                }
                watch.look();
                std::thread::sleep(Watch::PAUSE);
            }
        }
        child
            .wait()
            .with_context(|| format!("`{tool}` cannot be waited for"))
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

//! Makes events of what a build says, with the time that each derivation took.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use nixward_core::{event::EventKind, plan::BuildTarget, running::RunningBuild};
use nixward_nix::build::BuildProgress;

/// When builds began, and how long those took that ended.
#[derive(Debug, Default)]
pub(crate) struct BuildClock {
    started: BTreeMap<String, Started>,
    durations: BTreeMap<String, Duration>,
    downloads: BTreeSet<String>,
}

#[derive(Debug)]
struct Started {
    at: Instant,
    phase: Option<String>,
    last_line: Option<String>,
}

impl BuildClock {
    /// What is told of it; nothing where it is no news.
    pub(crate) fn event(&mut self, progress: BuildProgress) -> Option<EventKind> {
        Some(match progress {
            BuildProgress::Started { drv_path } => {
                let started = Started {
                    at: Instant::now(),
                    phase: None,
                    last_line: None,
                };
                self.started.insert(drv_path.clone(), started);
                EventKind::BuildStarted { drv_path }
            }
            BuildProgress::Phase { drv_path, phase } => {
                if let Some(started) = self.started.get_mut(&drv_path) {
                    started.phase = Some(phase.clone());
                }
                EventKind::BuildPhase { drv_path, phase }
            }
            BuildProgress::Line { drv_path, line } => {
                if let Some(started) = self.started.get_mut(&drv_path) {
                    started.last_line = Some(line.clone());
                }
                EventKind::BuildLine { drv_path, line }
            }
            BuildProgress::Stopped { drv_path } => return self.stopped(drv_path),
            BuildProgress::FetchStarted { path } => {
                self.downloads.insert(path.clone());
                EventKind::FetchStarted { path }
            }
            BuildProgress::FetchAdvanced { path, done } => EventKind::FetchAdvanced { path, done },
            BuildProgress::FetchStopped { path } => {
                self.downloads.remove(&path);
                EventKind::FetchFinished { path }
            }
            BuildProgress::FetchExpected { bytes } => EventKind::FetchExpected { bytes },
            BuildProgress::Built { .. } | BuildProgress::MoreIsBuilt => return None,
        })
    }

    /// A build ended, or is known to have ended before Nix says so.
    pub(crate) fn stopped(&mut self, drv_path: String) -> Option<EventKind> {
        let duration = self.started.remove(&drv_path)?.at.elapsed();
        self.durations.insert(drv_path.clone(), duration);
        Some(EventKind::BuildFinished { drv_path, duration })
    }

    /// What is being built now, those first that take longest.
    pub(crate) fn running(&self) -> Vec<RunningBuild> {
        let build = |(drv_path, started): (&String, &Started)| RunningBuild {
            drv_path: drv_path.clone(),
            duration: started.at.elapsed(),
            phase: started.phase.clone(),
            last_line: started.last_line.clone(),
        };
        let mut builds: Vec<RunningBuild> = self.started.iter().map(build).collect();
        builds.sort_by_key(|build| std::cmp::Reverse(build.duration));
        builds
    }

    /// What is being downloaded now.
    pub(crate) fn downloads(&self) -> Vec<String> {
        self.downloads.iter().cloned().collect()
    }

    /// How long the builds of a step's own targets took; nothing where they were there already.
    pub(crate) fn duration(&self, targets: &[BuildTarget]) -> Duration {
        targets
            .iter()
            .filter_map(|target| self.durations.get(&target.drv_path))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_once() {
        let mut clock = BuildClock::default();
        let drv_path = || "/a.drv".to_owned();
        clock.event(BuildProgress::Started {
            drv_path: drv_path(),
        });
        assert!(clock.stopped(drv_path()).is_some());
        assert_eq!(
            clock.event(BuildProgress::Stopped {
                drv_path: drv_path()
            }),
            None
        );
    }
}

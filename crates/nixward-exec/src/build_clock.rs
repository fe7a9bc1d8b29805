//! Makes events of what a build says, with the time that each derivation took.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use nixward_core::{event::EventKind, plan::BuildTarget};
use nixward_nix::build::BuildProgress;

/// When builds began, and how long those took that ended.
#[derive(Debug, Default)]
pub(crate) struct BuildClock {
    started: BTreeMap<String, Instant>,
    durations: BTreeMap<String, Duration>,
}

impl BuildClock {
    /// What is told of it; nothing where it is no news.
    pub(crate) fn event(&mut self, progress: BuildProgress) -> Option<EventKind> {
        Some(match progress {
            BuildProgress::Started { drv_path } => {
                self.started.insert(drv_path.clone(), Instant::now());
                EventKind::BuildStarted { drv_path }
            }
            BuildProgress::Phase { drv_path, phase } => EventKind::BuildPhase { drv_path, phase },
            BuildProgress::Line { drv_path, line } => EventKind::BuildLine { drv_path, line },
            BuildProgress::Stopped { drv_path } => return self.stopped(drv_path),
            BuildProgress::FetchStarted { path } => EventKind::FetchStarted { path },
            BuildProgress::FetchAdvanced { path, done } => EventKind::FetchAdvanced { path, done },
            BuildProgress::FetchStopped { path } => EventKind::FetchFinished { path },
            BuildProgress::FetchExpected { bytes } => EventKind::FetchExpected { bytes },
            BuildProgress::Built { .. } | BuildProgress::MoreIsBuilt => return None,
        })
    }

    /// A build ended, or is known to have ended before Nix says so.
    pub(crate) fn stopped(&mut self, drv_path: String) -> Option<EventKind> {
        let duration = self.started.remove(&drv_path)?.elapsed();
        self.durations.insert(drv_path.clone(), duration);
        Some(EventKind::BuildFinished { drv_path, duration })
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

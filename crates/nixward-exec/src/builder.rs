//! Builds what the steps need: one `nix build` for all of it that is not held already, and each step told its own
//! result.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    thread,
};

use crossbeam_channel::{bounded, select};
use nixward_core::{plan::BuildTarget, running::RunningNow};
use nixward_nix::{
    build::{BuildMonitor, BuildProgress, built_outputs},
    invocation::Invocation,
    path_info::valid_paths,
    runner::{Finished, RunError, Runner},
    tool::{DerivationOutputs, Nix},
};
use thiserror::Error;

use crate::{
    build_clock::BuildClock,
    build_results::{BuildResults, TargetFailure},
    cancellation::Cancellation,
    emitter::Emitter,
    failure_causes::Causes,
    roots::{Batch, Roots},
};

/// `nix build` could not be run, or nothing can be told from it.
#[derive(Debug, Error)]
pub enum BuildError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("cannot understand what Nix answered about paths")]
    Answer(#[from] serde_json::Error),
}

/// The derivations of several targets, each once, with every output that one of them wants.
pub fn joined(targets: &[BuildTarget]) -> Vec<DerivationOutputs> {
    let mut joined: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for target in targets {
        joined
            .entry(&target.drv_path)
            .or_default()
            .extend(target.outputs.keys().map(String::as_str));
    }
    let derivation = |(drv_path, outputs): (&str, BTreeSet<&str>)| DerivationOutputs {
        drv_path: drv_path.to_owned(),
        outputs: outputs.into_iter().map(str::to_owned).collect(),
    };
    joined.into_iter().map(derivation).collect()
}

/// Who hears of builds and downloads.
pub(crate) type Listener<'a> = &'a mut dyn FnMut(BuildProgress);

/// What building takes.
#[derive(Clone, Copy, Debug)]
pub struct Builder<'a> {
    pub nix: &'a Nix,
    pub runner: &'a Runner,
    pub roots: &'a Roots,
}

impl Builder<'_> {
    /// Builds all targets; those that fail do not keep the others from being built. Nix is asked only for those that
    /// are not held.
    pub fn build(
        self,
        targets: &[BuildTarget],
        cancellation: &Cancellation,
        emitter: &mut Emitter<'_>,
    ) -> Result<BuildResults, BuildError> {
        let held = self.roots.held(targets);
        let mut results = if held.missing.is_empty() {
            BuildResults::default()
        } else {
            told(cancellation, emitter, |listener| {
                self.build_missing(&held.missing, listener)
            })?
        };
        for (drv_path, outputs) in held.built {
            results.built.entry(drv_path).or_default().extend(outputs);
        }
        Ok(results)
    }

    /// Builds targets that are not held, and holds them from then on.
    pub(crate) fn build_missing(
        self,
        targets: &[BuildTarget],
        listener: Listener<'_>,
    ) -> Result<BuildResults, BuildError> {
        if targets.is_empty() {
            return Ok(BuildResults::default());
        }
        let batch = self.roots.new_batch();
        let link = batch.as_ref().map(Batch::out_link);
        let invocation = self
            .nix
            .build_with_progress(&joined(targets), link.as_deref());
        let Monitored { finished, monitor } = run_monitored(self.runner, &invocation, listener)?;
        let results = if finished.succeeded() {
            BuildResults {
                built: built_outputs(&finished.stdout)?,
                ..BuildResults::default()
            }
        } else {
            let results = self.after_failure(targets, &monitor, &finished)?;
            if let Some(link) = &link {
                self.link_what_is_there(targets, &results, link)?;
            }
            results
        };
        if let Some(batch) = batch {
            let paths = results.built.values().flat_map(BTreeMap::values);
            self.roots.keep(batch, paths);
        }
        Ok(results)
    }

    /// Makes the environment of a derivation's build, as a bash script. What it needs is built; the derivation is not.
    pub fn dev_environment(
        self,
        target: &BuildTarget,
        profile: Option<&Path>,
        cancellation: &Cancellation,
        emitter: &mut Emitter<'_>,
    ) -> Result<Result<String, TargetFailure>, BuildError> {
        let invocation = self
            .nix
            .print_dev_env_with_progress(&every_output(target), profile);
        let Monitored { finished, monitor } = told(cancellation, emitter, |listener| {
            run_monitored(self.runner, &invocation, listener)
        })?;
        if finished.succeeded() {
            return Ok(Ok(finished.stdout));
        }
        let failures = monitor.failures();
        let cause = failures.first().map_or_else(
            || TargetFailure::of_no_derivation(&other_errors(&monitor, &finished)),
            |failure| TargetFailure::of(failure, &target.drv_path),
        );
        Ok(Err(cause))
    }

    /// `nix build` makes links only where all was built: those of what is there take another one.
    fn link_what_is_there(
        self,
        targets: &[BuildTarget],
        results: &BuildResults,
        link: &Path,
    ) -> Result<(), RunError> {
        let there: Vec<BuildTarget> = targets
            .iter()
            .filter(|target| results.of(std::slice::from_ref(target)).is_ok())
            .cloned()
            .collect();
        if there.is_empty() {
            return Ok(());
        }
        let invocation = self.nix.build_with_progress(&joined(&there), Some(link));
        // What it can't link is asked for again the next time.
        let _finished: Finished = self.runner.run(&invocation)?;
        Ok(())
    }

    /// After a failure `nix build` prints no paths at all: what is there is found by asking the store.
    fn after_failure(
        self,
        targets: &[BuildTarget],
        monitor: &BuildMonitor,
        failed: &Finished,
    ) -> Result<BuildResults, BuildError> {
        let valid = self.valid(targets)?;
        let mut results = BuildResults::default();
        let failures = monitor.failures();
        let mut causes = Causes::new(&failures);
        for target in targets {
            if let Some(paths) = self.paths_if_there(target, &valid)? {
                results
                    .built
                    .entry(target.drv_path.clone())
                    .or_default()
                    .extend(paths);
            } else {
                let failure = causes.of(&target.drv_path, &other_errors(monitor, failed));
                results.failures.insert(target.drv_path.clone(), failure);
            }
        }
        Ok(results)
    }

    /// Which of the targets' known outputs Nix says are valid.
    pub(crate) fn valid(self, targets: &[BuildTarget]) -> Result<BTreeSet<String>, BuildError> {
        let known: Vec<String> = targets
            .iter()
            .flat_map(|target| target.outputs.values().flatten().cloned())
            .collect();
        if known.is_empty() {
            return Ok(BTreeSet::new());
        }
        let finished = self.runner.run(&self.nix.path_info(&known))?;
        // A store that does not answer has nothing for us; why, the build says.
        Ok(match finished.stdout.trim() {
            "" => BTreeSet::new(),
            json => valid_paths(json)?,
        })
    }

    fn paths_if_there(
        self,
        target: &BuildTarget,
        valid: &BTreeSet<String>,
    ) -> Result<Option<BTreeMap<String, String>>, BuildError> {
        if let Some(paths) = known_outputs(target) {
            let is_there = paths.values().all(|path| valid.contains(path));
            return Ok(is_there.then_some(paths));
        }
        // Where evaluation knows no path, building what is built already says it at once.
        let invocation = self
            .nix
            .build_with_progress(&joined(std::slice::from_ref(target)), None);
        let finished = self.runner.run(&invocation)?;
        if !finished.succeeded() {
            return Ok(None);
        }
        Ok(built_outputs(&finished.stdout)?.remove(&target.drv_path))
    }
}

/// The paths of all wanted outputs, where evaluation knows them.
pub(crate) fn known_outputs(target: &BuildTarget) -> Option<BTreeMap<String, String>> {
    target
        .outputs
        .iter()
        .map(|(name, path)| Some((name.clone(), path.clone()?)))
        .collect()
}

/// A derivation with all its outputs, whatever their names.
pub fn every_output(target: &BuildTarget) -> DerivationOutputs {
    DerivationOutputs {
        drv_path: target.drv_path.clone(),
        outputs: vec!["*".to_owned()],
    }
}

/// What came of a `nix` whose progress was shown.
struct Monitored {
    finished: Finished,
    monitor: BuildMonitor,
}

/// Builds on another thread, tells all of it as it comes, and answers meanwhile what is asked.
fn told<T: Send>(
    cancellation: &Cancellation,
    emitter: &mut Emitter<'_>,
    build: impl FnOnce(Listener<'_>) -> T + Send,
) -> T {
    let mut clock = BuildClock::default();
    let requests = cancellation.requests();
    thread::scope(|scope| {
        // Nix that logs faster than it can be shown waits, too.
        let (sender, progress) = bounded(256);
        let builder = scope.spawn(move || {
            build(&mut |progress| {
                let _heard_until_the_end = sender.send(progress).is_ok();
            })
        });
        loop {
            select! {
                recv(progress) -> message => match message {
                    Ok(progress) => {
                        if let Some(kind) = clock.event(progress) {
                            emitter.emit(kind);
                        }
                    }
                    // It has ended.
                    Err(_) => break,
                },
                recv(requests) -> request => {
                    let running = || RunningNow {
                        builds: clock.running(),
                        downloads: clock.downloads(),
                        nix_is_at_work: true,
                        ..RunningNow::default()
                    };
                    // Whoever asks lives as long as this process.
                    if let Ok(request) = request {
                        request.answer(emitter, running);
                    }
                }
            }
        }
        builder
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn run_monitored(
    runner: &Runner,
    invocation: &Invocation,
    listener: Listener<'_>,
) -> Result<Monitored, RunError> {
    let mut monitor = BuildMonitor::default();
    let finished = runner.run_with(invocation, &mut |line| {
        for progress in monitor.line(line) {
            listener(progress);
        }
    })?;
    Ok(Monitored { finished, monitor })
}

/// What Nix said that is about no derivation; never nothing.
fn other_errors(monitor: &BuildMonitor, failed: &Finished) -> Vec<String> {
    let said = monitor.other_errors();
    if said.is_empty() {
        return vec![failed.without_a_word()];
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(drv_path: &str, outputs: &[&str]) -> BuildTarget {
        let outputs = outputs
            .iter()
            .map(|&output| (output.to_owned(), None))
            .collect();
        BuildTarget {
            drv_path: drv_path.to_owned(),
            outputs,
        }
    }

    #[test]
    fn a_derivation_is_built_once_with_all_wanted_outputs() {
        let joined = joined(&[
            target("/b.drv", &["out"]),
            target("/a.drv", &["out"]),
            target("/b.drv", &["dev"]),
        ]);
        let installables: Vec<String> = joined.iter().map(DerivationOutputs::installable).collect();
        assert_eq!(installables, ["/a.drv^out", "/b.drv^dev,out"]);
    }
}

//! What came of a build, told to each step for what it needs.

use std::collections::BTreeMap;

use nixward_core::{outcome::BuildProblem, plan::BuildTarget};
use nixward_nix::build::BuildFailure;

/// What came of each derivation.
#[derive(Debug, Default)]
pub struct BuildResults {
    /// The outputs' paths of what was built, by derivation.
    pub(crate) built: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) failures: BTreeMap<String, TargetFailure>,
}

/// Why a derivation is not there.
#[derive(Clone, Debug)]
pub struct TargetFailure {
    pub problem: BuildProblem,
    /// The last lines of the log of the derivation at fault.
    pub log: Vec<String>,
    /// Whether the derivation itself failed, not one that it needs.
    pub is_own: bool,
}

impl BuildResults {
    /// Whether all targets of a step are built.
    pub(crate) fn has(&self, targets: &[BuildTarget]) -> bool {
        targets.iter().all(|target| {
            let built = self.built.get(&target.drv_path);
            built.is_some_and(|built| target.outputs.keys().all(|name| built.contains_key(name)))
        })
    }

    /// The outputs of all targets of a step, or the first failure.
    pub fn of(&self, targets: &[BuildTarget]) -> Result<BTreeMap<String, String>, TargetFailure> {
        let mut outputs = BTreeMap::new();
        for target in targets {
            let built = self.built.get(&target.drv_path);
            for name in target.outputs.keys() {
                // One that another target wants of the same derivation may be there without this one.
                let Some(path) = built.and_then(|paths| paths.get(name)) else {
                    return Err(self.failure(target));
                };
                outputs.entry(name.clone()).or_insert_with(|| path.clone());
            }
        }
        Ok(outputs)
    }

    fn failure(&self, target: &BuildTarget) -> TargetFailure {
        self.failures
            .get(&target.drv_path)
            .cloned()
            .unwrap_or_else(|| TargetFailure {
                problem: BuildProblem {
                    drv_path: Some(target.drv_path.clone()),
                    message: "it was not built".to_owned(),
                },
                log: Vec::new(),
                is_own: false,
            })
    }
}

impl TargetFailure {
    /// A derivation's failure, as it is told of a target that needs it or is it.
    pub(crate) fn of(failure: &BuildFailure, target: &str) -> Self {
        Self {
            problem: BuildProblem {
                drv_path: Some(failure.drv_path.clone()),
                message: failure.message.clone(),
            },
            log: failure.log.clone(),
            is_own: failure.drv_path == target,
        }
    }

    /// What went wrong is about no derivation.
    pub(crate) fn of_no_derivation(said: &[String]) -> Self {
        Self {
            problem: BuildProblem {
                drv_path: None,
                message: said.join("\n"),
            },
            log: Vec::new(),
            is_own: false,
        }
    }
}

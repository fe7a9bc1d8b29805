//! Which of the derivations that failed is the cause for a step: Nix says only which failed.

use std::collections::BTreeSet;

use fs_err as fs;
use nixward_nix::{build::BuildFailure, derivation_file::Requisites};

use crate::build_results::TargetFailure;

/// Finds which failure is the cause for a target.
pub(crate) struct Causes<'a> {
    failures: &'a [BuildFailure],
    drv_paths: BTreeSet<String>,
    requisites: Requisites,
}

impl<'a> Causes<'a> {
    pub(crate) fn new(failures: &'a [BuildFailure]) -> Self {
        let drv_paths = failures
            .iter()
            .map(|failure| failure.drv_path.clone())
            .collect();
        Self {
            failures,
            drv_paths,
            requisites: Requisites::default(),
        }
    }

    pub(crate) fn of(&mut self, drv_path: &str, other_errors: &[String]) -> TargetFailure {
        let mut read = |path: &str| fs::read_to_string(path).ok();
        let among = self.requisites.among(drv_path, &self.drv_paths, &mut read);
        let cause = self
            .failures
            .iter()
            .find(|failure| among.contains(&failure.drv_path));
        match cause {
            Some(failure) => TargetFailure::of(failure, drv_path),
            None => TargetFailure::of_no_derivation(other_errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use nixward_core::outcome::BuildProblem;

    use super::*;

    #[test]
    fn a_step_is_told_of_the_failure_that_is_its_own() {
        let failure = |drv_path: &str| BuildFailure {
            drv_path: drv_path.to_owned(),
            message: format!("{drv_path} failed"),
            log: vec!["line".to_owned()],
        };
        let failures = [failure("/nowhere/a.drv"), failure("/nowhere/b.drv")];
        let mut causes = Causes::new(&failures);
        let cause = causes.of("/nowhere/b.drv", &[]);
        assert_eq!(cause.problem.message, "/nowhere/b.drv failed");
        assert!(cause.is_own);
        let cause = causes.of("/nowhere/c.drv", &["error: disk full".to_owned()]);
        assert_eq!(
            cause.problem,
            BuildProblem {
                drv_path: None,
                message: "error: disk full".to_owned()
            }
        );
    }
}

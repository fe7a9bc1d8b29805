//! Everything but the work: which tests there are, and how they are run.

use std::time::Duration;

use anyhow::Result;

use super::{Tree, beside, ensure_planned, nix_processes};
use crate::bench::{
    bound::Bound,
    contest::{Contender, hold},
    harness::Harness,
    nix_log::NixLog,
    table::Row,
    workspace::Shape,
};

const PLAN: [&str; 3] = ["plan", "test", "--all"];

/// The bounds are of 10 and of 1,000 projects.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let within = Bound::Within(Duration::from_millis(10));
    let mut rows = of_shape(harness, Shape::Projects(10), Some(within))?;
    if !harness.is_quick() {
        rows.extend(of_shape(harness, Shape::Projects(100), None)?);
    }
    let as_git = Bound::TimesOther(1.0);
    rows.extend(of_shape(harness, Shape::Projects(1000), Some(as_git))?);
    Ok(rows)
}

/// Without a bound.
pub(super) fn run_with_many_files(harness: &Harness) -> Result<Vec<Row>> {
    of_shape(harness, Shape::ManyFiles, None)
}

fn of_shape(harness: &Harness, shape: Shape, bound: Option<Bound>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &tree in Tree::of(harness, shape) {
        let workspace = harness.workspace(shape)?;
        tree.make(harness, &workspace)?;
        let nixward = harness.nixward()?.args(PLAN).folder(workspace.folder());
        let nixward = Contender::new(move |stopwatch| {
            stopwatch.run(&nixward)?;
            ensure_planned(&stopwatch.stdout()?, shape.projects())
        });
        let git = harness
            .tool("git")?
            .arg("status")
            .folder(workspace.folder());
        let tracked_only = git.clone().arg("-uno");
        let [ours, status, tracked] = hold(
            harness,
            harness.many_rounds(),
            [
                nixward,
                Contender::program(git),
                Contender::program(tracked_only),
            ],
        )?;
        let case = format!(
            "warm `plan test --all`, {}, {}",
            shape.for_people(),
            tree.for_people()
        );
        rows.push(beside(&case, &ours, "`git status`", &status, bound));
        rows.push(beside(&case, &ours, "`git status -uno`", &tracked, None));
        let log = NixLog::new(harness)?;
        let count = log.count_when_warm(harness, &workspace, &PLAN)?;
        rows.push(nix_processes(&case, count));
    }
    Ok(rows)
}

//! Tests that nobody has built before. Each run changes what is in every derivation.

use std::path::PathBuf;

use anyhow::Result;

use super::{beside, change::programs, ensure_passed};
use crate::bench::{
    bound::Bound,
    contest::{Contender, hold},
    harness::Harness,
    measure::Stopwatch,
    table::Row,
    workspace::{Shape, Workspace},
};

const MOST: Bound = Bound::TimesOther(1.15);

/// 100 tests beside the fastest way by hand; 10 beside the slower ones too.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let mut rows = vec![hundred(harness)?];
    if !harness.is_quick() {
        rows.extend(ten(harness)?);
    }
    Ok(rows)
}

fn hundred(harness: &Harness) -> Result<Row> {
    let workspace = harness.workspace(Shape::Projects(100))?;
    let salt = || workspace.salt();
    let [ours, by_hand] = hold(
        harness,
        harness.few_rounds(),
        [
            nixward(harness, &workspace).prepared(salt),
            build_and_xargs(harness, &workspace).prepared(salt),
        ],
    )?;
    let name = "`nix build` of all, `xargs -P`";
    let case = "cold `test --all`, 100 projects";
    Ok(beside(case, &ours, name, &by_hand, Some(MOST)))
}

fn ten(harness: &Harness) -> Result<Vec<Row>> {
    let workspace = harness.workspace(Shape::Projects(10))?;
    let salt = || workspace.salt();
    let check = harness
        .nix()?
        .args(["flake", "check"])
        .folder(workspace.folder());
    let [ours, by_hand, one_by_one, check] = hold(
        harness,
        harness.few_rounds(),
        [
            nixward(harness, &workspace).prepared(salt),
            build_and_xargs(harness, &workspace).prepared(salt),
            one_by_one(harness, &workspace).prepared(salt),
            Contender::program(check).prepared(salt),
        ],
    )?;
    let case = "cold `test --all`, 10 projects";
    let row = |name, other| beside(case, &ours, name, other, None);
    Ok(vec![
        row("`nix build` of all, `xargs -P`", &by_hand),
        row("`nix run` of each", &one_by_one),
        row("`nix flake check`", &check),
    ])
}

fn nixward<'a>(harness: &'a Harness, workspace: &'a Workspace) -> Contender<'a> {
    Contender::new(|stopwatch| {
        let tool = harness.nixward()?.args(["test", "--all"]);
        stopwatch.run(&tool.folder(workspace.folder()))?;
        ensure_passed(&stopwatch.stderr()?, workspace.shape().projects())
    })
}

fn build_and_xargs<'a>(harness: &'a Harness, workspace: &'a Workspace) -> Contender<'a> {
    Contender::new(|stopwatch| {
        let nix = harness
            .nix()?
            .args(["build", "--no-link", "--print-out-paths"])
            .args(attributes(workspace));
        stopwatch.run(&nix.folder(workspace.folder()))?;
        ensure_built(stopwatch)?;
        let outputs: Vec<PathBuf> = stopwatch.stdout()?.lines().map(PathBuf::from).collect();
        anyhow::ensure!(
            outputs.len() == workspace.shape().projects(),
            "{} outputs were built",
            outputs.len()
        );
        stopwatch.run(&harness.side_by_side(&programs(&outputs)?)?)
    })
}

fn one_by_one<'a>(harness: &'a Harness, workspace: &'a Workspace) -> Contender<'a> {
    Contender::new(|stopwatch| {
        for attribute in attributes(workspace) {
            let nix = harness.nix()?.arg("run").arg(attribute);
            stopwatch.run(&nix.folder(workspace.folder()))?;
            ensure_built(stopwatch)?;
        }
        Ok(())
    })
}

/// Else it was not cold.
fn ensure_built(stopwatch: &Stopwatch) -> Result<()> {
    let said = stopwatch.stderr()?;
    anyhow::ensure!(said.contains("-test.drv"), "nothing was built:\n{said}");
    Ok(())
}

fn attributes(workspace: &Workspace) -> Vec<String> {
    let projects = workspace.projects();
    projects
        .iter()
        .map(|project| format!(".#{project}.test"))
        .collect()
}

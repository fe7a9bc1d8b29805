//! `nixward shell X -- true`, when the shell has been opened before.

use std::time::Duration;

use anyhow::Result;

use super::{Tree, beside, nix_processes};
use crate::bench::{
    bound::Bound,
    contest::{Contender, hold},
    harness::Harness,
    nix_log::NixLog,
    table::Row,
    workspace::{Shape, Workspace},
};

const OVER_BASH: Bound = Bound::OverOther(Duration::from_millis(10));
const BESIDE_NIX: Bound = Bound::FasterThanOther(10.0);

/// Beside a bash without any environment and, where an evaluation takes long, `nix develop`.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for shape in [Shape::Projects(10), Shape::Projects(1000)] {
        for &tree in Tree::of(harness, shape) {
            let workspace = harness.workspace(shape)?;
            tree.make(harness, &workspace)?;
            rows.extend(beside_bash(harness, &workspace, tree)?);
        }
    }
    for tree in Tree::BOTH {
        let workspace = harness.workspace(Shape::LargePackageSet)?;
        tree.make(harness, &workspace)?;
        rows.extend(beside_nix(harness, &workspace, tree)?);
    }
    Ok(rows)
}

fn beside_bash(harness: &Harness, workspace: &Workspace, tree: Tree) -> Result<Vec<Row>> {
    let project = workspace.some_project();
    let words = ["shell", &project, "--", "true"];
    let nixward = harness.nixward()?.args(words);
    let bash = harness.tool("bash")?.args(["-c", "true"]);
    let [ours, bash] = hold(
        harness,
        harness.many_rounds(),
        [nixward, bash].map(|tool| Contender::program(tool.folder(workspace.folder()))),
    )?;
    let case = case(workspace, tree);
    let count = NixLog::new(harness)?.count_when_warm(harness, workspace, &words)?;
    Ok(vec![
        beside(&case, &ours, "`bash -c true`", &bash, Some(OVER_BASH)),
        nix_processes(&case, count),
    ])
}

fn beside_nix(harness: &Harness, workspace: &Workspace, tree: Tree) -> Result<Vec<Row>> {
    let project = workspace.some_project();
    let nixward = harness.nixward()?.args(["shell", &project, "--", "true"]);
    let nix = harness
        .nix()?
        .arg("develop")
        .arg(format!(".#{project}"))
        .args(["-c", "true"]);
    let [ours, nix] = hold(
        harness,
        harness.few_rounds(),
        [nixward, nix].map(|tool| Contender::program(tool.folder(workspace.folder()))),
    )?;
    let case = case(workspace, tree);
    let row = beside(&case, &ours, "`nix develop -c`", &nix, Some(BESIDE_NIX));
    Ok(vec![row])
}

fn case(workspace: &Workspace, tree: Tree) -> String {
    format!(
        "warm `shell X -- true`, {}, {}",
        workspace.shape().for_people(),
        tree.for_people()
    )
}

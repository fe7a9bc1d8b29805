//! `nixward run X`, when X has been built before.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;

use super::{Tree, beside, nix_processes};
use crate::{
    bench::{
        bound::Bound,
        contest::{Contender, hold},
        harness::Harness,
        measure::{Mode, Stopwatch},
        nix_log::NixLog,
        table::Row,
        workspace::{Shape, Workspace},
    },
    process::Tool,
};

const OVER_BARE: Bound = Bound::OverOther(Duration::from_millis(10));
const BESIDE_NIX: Bound = Bound::FasterThanOther(10.0);

/// Beside the program itself and, where an evaluation takes long, `nix run`.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for shape in [Shape::Projects(10), Shape::Projects(1000)] {
        for &tree in Tree::of(harness, shape) {
            let workspace = harness.workspace(shape)?;
            tree.make(harness, &workspace)?;
            rows.extend(beside_the_program(harness, &workspace, tree)?);
        }
    }
    for tree in Tree::BOTH {
        let workspace = harness.workspace(Shape::LargePackageSet)?;
        tree.make(harness, &workspace)?;
        rows.extend(beside_nix(harness, &workspace, tree)?);
    }
    Ok(rows)
}

fn beside_the_program(harness: &Harness, workspace: &Workspace, tree: Tree) -> Result<Vec<Row>> {
    let project = workspace.some_project();
    let bare = harness
        .tool(built(harness, workspace, &project)?)?
        .folder(workspace.folder());
    let words = ["run", &project];
    let nixward = harness.nixward()?.args(words).folder(workspace.folder());
    let [ours, bare] = hold(
        harness,
        harness.many_rounds(),
        [Contender::program(nixward), Contender::program(bare)],
    )?;
    let case = case(workspace, tree);
    let count = NixLog::new(harness)?.count_when_warm(harness, workspace, &words)?;
    Ok(vec![
        beside(&case, &ours, "the program itself", &bare, Some(OVER_BARE)),
        nix_processes(&case, count),
    ])
}

fn beside_nix(harness: &Harness, workspace: &Workspace, tree: Tree) -> Result<Vec<Row>> {
    let [ours, nix] = hold(
        harness,
        harness.few_rounds(),
        nixward_and_nix(harness, workspace)?.map(Contender::program),
    )?;
    let case = case(workspace, tree);
    let warm = beside(&case, &ours, "`nix run`", &nix, Some(BESIDE_NIX));
    if tree == Tree::Clean {
        return Ok(vec![warm]);
    }
    // Nix keeps evaluations too, also of a dirty tree; after an edit both evaluate.
    let edit = || workspace.edit_test(&workspace.some_project());
    let [ours, nix] = hold(
        harness,
        harness.few_rounds(),
        nixward_and_nix(harness, workspace)?.map(|tool| Contender::program(tool).prepared(edit)),
    )?;
    let case = format!("`run X` after an edit, {}", workspace.shape().for_people());
    Ok(vec![warm, beside(&case, &ours, "`nix run`", &nix, None)])
}

fn nixward_and_nix(harness: &Harness, workspace: &Workspace) -> Result<[Tool; 2]> {
    let project = workspace.some_project();
    let nixward = harness.nixward()?.args(["run", &project]);
    let nix = harness.nix()?.arg("run").arg(format!(".#{project}"));
    Ok([nixward, nix].map(|tool| tool.folder(workspace.folder())))
}

fn case(workspace: &Workspace, tree: Tree) -> String {
    format!(
        "warm `run X`, {}, {}",
        workspace.shape().for_people(),
        tree.for_people()
    )
}

/// The program of a project, in the store.
fn built(harness: &Harness, workspace: &Workspace, project: &str) -> Result<PathBuf> {
    let nix = harness
        .nix()?
        .args(["build", "--no-link", "--print-out-paths"])
        .arg(format!(".#{project}"))
        .folder(workspace.folder());
    let mut stopwatch = Stopwatch::new(Mode::Timing, harness.folder());
    stopwatch.run(&nix)?;
    Ok(PathBuf::from(stopwatch.stdout()?.trim())
        .join("bin")
        .join(project))
}

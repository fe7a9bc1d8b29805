//! `nixward run X`, when X has been built before.

use std::path::PathBuf;

use anyhow::Result;

use super::{Tree, beside, single::Single};
use crate::{
    bench::{
        bound::Bound,
        contest::{Contender, hold},
        harness::Harness,
        measure::{Mode, Stopwatch},
        table::Row,
        workspace::{Shape, Workspace},
    },
    process::Tool,
};

const BESIDE_NIX: Bound = Bound::FasterThanOther(10.0);

const RUN: Single<'_> = Single {
    name: "run X",
    words: |project| vec!["run".to_owned(), project.to_owned()],
    floor_name: "the program itself",
    floor: |harness, workspace, project| harness.tool(built(harness, workspace, project)?),
};

/// Beside the program itself and, where an evaluation takes long, `nix run`.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let mut rows = RUN.rows(harness)?;
    for tree in Tree::BOTH {
        let workspace = harness.workspace(Shape::LargePackageSet)?;
        tree.make(harness, &workspace)?;
        rows.extend(beside_nix(harness, &workspace, tree)?);
    }
    Ok(rows)
}

fn beside_nix(harness: &Harness, workspace: &Workspace, tree: Tree) -> Result<Vec<Row>> {
    let [ours, nix] = hold(
        harness,
        harness.few_rounds(),
        nixward_and_nix(harness, workspace)?.map(Contender::program),
    )?;
    let case = RUN.case(workspace, tree);
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
    let nixward = harness.nixward()?.args((RUN.words)(&project));
    let nix = harness.nix()?.arg("run").arg(format!(".#{project}"));
    Ok([nixward, nix].map(|tool| tool.folder(workspace.folder())))
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

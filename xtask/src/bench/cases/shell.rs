//! `nixward shell X -- true`, when the shell has been opened before.

use anyhow::Result;

use super::{Tree, beside, single::Single};
use crate::bench::{
    bound::Bound,
    contest::{Contender, hold},
    harness::Harness,
    table::Row,
    workspace::{Shape, Workspace},
};

const BESIDE_NIX: Bound = Bound::FasterThanOther(10.0);

const SHELL: Single<'_> = Single {
    name: "shell X -- true",
    words: |project| ["shell", project, "--", "true"].map(str::to_owned).to_vec(),
    floor_name: "`bash -c true`",
    floor: |harness, _, _| Ok(harness.tool("bash")?.args(["-c", "true"])),
};

/// Beside a bash without any environment and, where an evaluation takes long, `nix develop`.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let mut rows = SHELL.rows(harness)?;
    for tree in Tree::BOTH {
        let workspace = harness.workspace(Shape::LargePackageSet)?;
        tree.make(harness, &workspace)?;
        rows.push(beside_nix(harness, &workspace, tree)?);
    }
    Ok(rows)
}

fn beside_nix(harness: &Harness, workspace: &Workspace, tree: Tree) -> Result<Row> {
    let project = workspace.some_project();
    let nixward = harness.nixward()?.args((SHELL.words)(&project));
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
    let case = SHELL.case(workspace, tree);
    let bound = Some(BESIDE_NIX);
    Ok(beside(&case, &ours, "`nix develop -c`", &nix, bound))
}

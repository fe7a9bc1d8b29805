//! A test that prints very much: nixward's memory does not grow with it.

use anyhow::Result;

use super::Row;
use crate::{
    bench::{
        bound::Bound,
        figure::{Figure, megabytes},
        harness::Harness,
        own,
        table::Measured,
        workspace::{Shape, Workspace},
    },
    process::Tool,
};

const LITTLE: u64 = 10_000_000;
const MUCH: u64 = 1_000_000_000;
/// As much as may be on its way to whoever is shown it, and as the allocator may like to keep.
const MORE: Bound = Bound::BytesOverOther(8_000_000);

const SCRIPT: &str =
    "#!/bin/sh\nyes 'PC LOAD LETTER, what does that mean?' | head -c \"$1\"\necho; echo done\n";

/// Kept back with complete lines only and with a live display, and shown as it comes.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let workspace = harness.workspace(Shape::Projects(10))?;
    let project = workspace.some_project();
    workspace.write_test(&project, SCRIPT)?;
    // Another one beside it, so that the output is kept back.
    let kept_back = |bytes: u64| {
        let others = workspace.projects();
        let words = ["test", &project, &others[0], "--", &bytes.to_string()].map(str::to_owned);
        anyhow::Ok(harness.nixward()?.args(words))
    };
    let streamed = |bytes: u64| {
        let nixward = harness
            .nixward()?
            .args(["test", &project, "--", &bytes.to_string()]);
        let script = format!("exec {nixward} > /dev/null");
        anyhow::Ok(harness.tool("sh")?.args(["-c", &script]))
    };
    // Building and evaluating are no part of it.
    own::look_at(harness, &kept_back(1)?.folder(workspace.folder()))?;
    Ok(vec![
        row(harness, &workspace, "plain", kept_back)?,
        row(harness, &workspace, "live", |bytes| {
            harness.at_terminal(&kept_back(bytes)?)
        })?,
        row(harness, &workspace, "shown as it comes", streamed)?,
    ])
}

fn row(
    harness: &Harness,
    workspace: &Workspace,
    how: &str,
    tool: impl Fn(u64) -> Result<Tool>,
) -> Result<Row> {
    let memory = |bytes: u64| {
        let own = own::look_at(harness, &tool(bytes)?.folder(workspace.folder()))?;
        anyhow::ensure!(own.said.contains("1 passed") || own.said.contains("2 passed"));
        anyhow::Ok(Measured {
            figure: Figure::Bytes(own.memory),
            peak: None,
        })
    };
    let name = |bytes: u64| format!("a test prints {}", megabytes(bytes));
    Ok(Row {
        case: format!("memory of nixward itself: {}, {how}", name(MUCH)),
        ours: memory(MUCH)?,
        other: Some((name(LITTLE), memory(LITTLE)?)),
        bound: Some(MORE),
    })
}

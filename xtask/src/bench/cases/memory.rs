//! How much memory nixward itself has at most, over 1,000 projects.

use anyhow::Result;

use super::{Row, ensure_passed, ensure_planned};
use crate::bench::{
    bound::Bound,
    figure::Figure,
    harness::Harness,
    measure::{Mode, Stopwatch},
    memory::Peak,
    table::Measured,
    workspace::{Shape, Workspace},
};

const MOST: Bound = Bound::Bytes(40_000_000);

/// While it asks Nix, while it need not, and while it runs all tests.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let shape = Shape::Projects(1000);
    let workspace = harness.workspace(shape)?;
    let count = shape.projects();
    workspace.edit_test(&workspace.some_project())?;
    let cold = peak(harness, &workspace, &["plan", "test", "--all"])?;
    ensure_planned(&cold.0, count)?;
    harness.settle();
    peak(harness, &workspace, &["plan", "test", "--all"])?;
    let warm = peak(harness, &workspace, &["plan", "test", "--all"])?;
    ensure_planned(&warm.0, count)?;
    let mut rows = vec![
        row("`plan test --all`, 1,000 projects, one changed", cold.1),
        row("warm `plan test --all`, 1,000 projects", warm.1),
    ];
    if !harness.is_quick() {
        // All but the changed one may be there from another time.
        let tests = peak(harness, &workspace, &["test", "--all"])?;
        ensure_passed(&tests.0, count)?;
        rows.push(row("`test --all`, 1,000 projects", tests.1));
    }
    Ok(rows)
}

/// What it says, and how much memory it has.
fn peak(harness: &Harness, workspace: &Workspace, words: &[&str]) -> Result<(String, Peak)> {
    let tool = harness.nixward()?.args(words).folder(workspace.folder());
    let mut stopwatch = Stopwatch::new(Mode::Watching, harness.folder());
    stopwatch.run(&tool)?;
    let said = stopwatch.stdout()? + &stopwatch.stderr()?;
    Ok((said, stopwatch.peak()))
}

fn row(what: &str, peak: Peak) -> Row {
    Row {
        case: format!("memory of nixward itself: {what}"),
        ours: Measured {
            figure: Figure::Bytes(peak.own),
            peak: Some(peak.tree),
        },
        other: None,
        bound: Some(MOST),
    }
}

//! What it costs to show a run: 1,000 projects with tests that do nothing, on the same terminal with and without a
//! report.

use std::time::Duration;

use anyhow::Result;

use super::{Row, beside, ensure_passed};
use crate::bench::{
    bound::Bound,
    contest::{Contender, Rounds, hold},
    harness::Harness,
    workspace::Shape,
};

const MOST: Bound = Bound::TimesOther(1.05);

/// The display beside nothing.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let workspace = harness.workspace(Shape::Projects(1000))?;
    harness.settle();
    let count = workspace.shape().projects();
    let at_terminal = |report: &str| {
        let nixward = harness.nixward()?.args(["test", "--all", "--report"]);
        let tool = harness.at_terminal(&nixward.arg(report))?;
        anyhow::Ok(tool.folder(workspace.folder()))
    };
    let live = at_terminal("auto")?;
    let live = Contender::new(move |stopwatch| {
        stopwatch.run(&live)?;
        ensure_passed(&stopwatch.stdout()?, count)
    });
    let none = Contender::program(at_terminal("none")?);
    let rounds = Rounds {
        before: 1,
        time: Duration::from_secs(40),
        least: 7,
        most: 15,
    };
    let [live, none] = hold(harness, rounds, [live, none])?;
    let case = "`test --all` at a terminal, 1,000 projects";
    let name = "the same with `--report none`";
    let processor = Row {
        case: format!("{case}: processor time of all"),
        ours: live.measured_processor(),
        other: Some((name.to_owned(), none.measured_processor())),
        bound: Some(MOST),
    };
    Ok(vec![
        beside(case, &live, name, &none, Some(MOST)),
        processor,
    ])
}

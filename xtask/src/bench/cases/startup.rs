//! How long it takes to start at all.

use std::time::Duration;

use anyhow::Result;

use super::alone;
use crate::bench::{
    bound::Bound,
    contest::{Contender, hold},
    harness::Harness,
    table::Row,
};

const MOST: Duration = Duration::from_millis(5);

/// What is answered without a workspace.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let contender = |word: &'static str| {
        let tool = harness.nixward()?.arg(word).folder(harness.folder());
        anyhow::Ok(Contender::new(move |stopwatch| {
            stopwatch.run(&tool)?;
            anyhow::ensure!(stopwatch.stdout()?.contains("nixward"));
            Ok(())
        }))
    };
    let [version, help] = hold(
        harness,
        harness.many_rounds(),
        [contender("--version")?, contender("--help")?],
    )?;
    Ok(vec![
        alone("`--version`", &version, Some(Bound::Within(MOST))),
        alone("`--help`", &help, Some(Bound::Within(MOST))),
    ])
}

//! Tests that print very much at once: nothing of it may be lost or torn, and it may not cost nixward much.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::ensure_passed;
use crate::bench::{
    bound::Bound,
    figure::Figure,
    harness::Harness,
    own::{self, Own},
    table::{Measured, Row},
    workspace::{Shape, Workspace},
};

const TESTS: usize = 8;
/// Of all tests together.
const LINES_A_SECOND: f64 = 10_000.0;
const MOST: Bound = Bound::Share(0.15);

/// So many lines as its argument says, each written by itself, every other one to standard error; a little faster than
/// is promised, since the machine has other things to do.
const SCRIPT: &str = r#"#!/bin/sh
line=0
while [ "$line" -lt "$1" ]; do
  line=$((line + 1))
  if [ $((line % 2)) -eq 0 ]; then
    echo "@project@ line $line: PC LOAD LETTER, what does that mean?"
  else
    echo "@project@ line $line: PC LOAD LETTER, what does that mean?" >&2
  fi
  if [ $((line % 90)) -eq 0 ]; then sleep 0.05; fi
done
"#;

/// Once with complete lines only, once with a live display.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let workspace = harness.workspace(Shape::Projects(TESTS))?;
    for project in workspace.projects() {
        workspace.write_test(&project, &SCRIPT.replace("@project@", &project))?;
    }
    let lines = if harness.is_quick() { 4_500 } else { 13_500 };
    // Building and evaluating are no part of it.
    flood(harness, &workspace, 1, Place::File)?;
    let mut rows = Vec::new();
    for place in [Place::File, Place::Terminal] {
        let (own, amiss) = flood(harness, &workspace, lines, place)?;
        rows.extend(rows_of(&own, amiss, lines, place)?);
    }
    Ok(rows)
}

/// What nixward's report goes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    File,
    Terminal,
}

/// What nixward took, and how many lines of the logs are not as they were printed.
fn flood(
    harness: &Harness,
    workspace: &Workspace,
    lines: usize,
    place: Place,
) -> Result<(Own, usize)> {
    let kept = harness.folder().join("state/nixward");
    if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    let nixward = harness
        .nixward()?
        .arg("test")
        .args(workspace.projects())
        .arg(format!("-j{TESTS}"))
        .args(["--", &lines.to_string()]);
    let tool = match place {
        Place::File => nixward,
        Place::Terminal => harness.at_terminal(&nixward)?,
    };
    let own = own::look_at(harness, &tool.folder(workspace.folder()))?;
    ensure_passed(&own.said, TESTS)?;
    let mut amiss = 0;
    for project in workspace.projects() {
        let log = fs::read_to_string(log_of(&kept, &project)?)?;
        amiss += lines_amiss(&project, lines, &log);
    }
    Ok((own, amiss))
}

fn rows_of(own: &Own, amiss: usize, lines: usize, place: Place) -> Result<[Row; 3]> {
    let pace = (lines * TESTS) as f64 / own.took.as_secs_f64();
    anyhow::ensure!(
        pace >= LINES_A_SECOND,
        "the tests printed only {pace:.0} lines a second: the machine is too busy"
    );
    anyhow::ensure!(own.guards >= TESTS, "only {} guards were seen", own.guards);
    let place = match place {
        Place::File => "plain",
        Place::Terminal => "live",
    };
    let case = format!("{TESTS} tests print 10,000 lines a second, {place}");
    let row = |what: &str, figure, bound| Row {
        case: format!("{case}: {what}"),
        ours: Measured { figure, peak: None },
        other: None,
        bound: Some(bound),
    };
    let share = |processor| Figure::Share(own.share(processor));
    Ok([
        row("nixward itself", share(own.processor), MOST),
        row(
            "with its guards",
            share(own.processor + own.processor_of_guards),
            MOST,
        ),
        row(
            &format!("lines lost or torn of {}", lines * TESTS),
            Figure::Count(amiss),
            Bound::None,
        ),
    ])
}

/// The log of a project's test, of the only run that there is.
fn log_of(kept: &Path, project: &str) -> Result<PathBuf> {
    let mut folders = vec![kept.to_owned()];
    let beginning = format!("{project}.test.");
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(&beginning) && name.ends_with(".log") {
                return Ok(path);
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    None.with_context(|| format!("the test of {project} has no log"))
}

/// How many lines are missing, are not what was printed, or stand before one that was printed earlier.
fn lines_amiss(project: &str, lines: usize, log: &str) -> usize {
    let printed: Vec<String> = (1..=lines)
        .map(|line| format!("{project} line {line}: PC LOAD LETTER, what does that mean?"))
        .collect();
    let logged: Vec<&str> = log.split_terminator('\n').collect();
    if logged == printed {
        return 0;
    }
    let in_log: HashSet<&str> = logged.iter().copied().collect();
    let was_printed: HashSet<&str> = printed.iter().map(String::as_str).collect();
    let lost = printed
        .iter()
        .filter(|line| !in_log.contains(line.as_str()))
        .count();
    let torn = logged
        .iter()
        .filter(|line| !was_printed.contains(*line))
        .count();
    // All are there, but not in their order, or some of them twice.
    (lost + torn).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_lost_or_torn_are_counted() {
        let line =
            |number: usize| format!("p line {number}: PC LOAD LETTER, what does that mean?\n");
        let good = line(1) + &line(2) + &line(3);
        assert_eq!(lines_amiss("p", 3, &good), 0);
        assert_eq!(lines_amiss("p", 4, &good), 1);
        assert_eq!(lines_amiss("p", 3, &good.replace("line 2", "li")), 2);
        assert_eq!(lines_amiss("p", 3, &(line(1) + &line(3) + &line(2))), 1);
        assert_eq!(lines_amiss("p", 3, &(good + &line(3))), 1);
    }
}

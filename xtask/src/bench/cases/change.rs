//! One project of 1,000 has changed.
//!
//! What nixward does is compared with the same by hand: the very `nix eval` that nixward starts, `nix build` of the
//! derivations that it names, and the programs that come out. Each run has an edit of its own, which nobody has
//! evaluated or built before.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{beside, ensure_passed, ensure_planned};
use crate::{
    bench::{
        bound::Bound,
        contest::{Contender, Rounds, hold},
        harness::Harness,
        measure::Stopwatch,
        nix_log::{CommandLine, NixLog},
        table::Row,
        workspace::{Shape, Workspace},
    },
    process::Tool,
};

const MOST: Bound = Bound::TimesOther(1.1);

/// By name; all projects, up to the work; and with the 999 tests that nobody remembers the results of.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let workspace = harness.workspace(Shape::Projects(1000))?;
    let mut rows = vec![
        one_test(harness, &workspace)?,
        plan_of_all(harness, &workspace)?,
    ];
    if !harness.is_quick() {
        rows.push(all_tests(harness, &workspace)?);
    }
    Ok(rows)
}

fn one_test(harness: &Harness, workspace: &Workspace) -> Result<Row> {
    let project = workspace.some_project();
    let words = ["test", &project];
    let evaluation = evaluation(harness, workspace, &words)?;
    let nixward = harness.nixward()?.args(words).folder(workspace.folder());
    let ours = Contender::new(|stopwatch| {
        stopwatch.run(&nixward)?;
        ensure_passed(&stopwatch.stderr()?, 1)
    });
    let by_hand = Contender::new(|stopwatch| {
        stopwatch.run(&evaluation)?;
        let outputs = build(harness, workspace, stopwatch)?;
        let [output] = outputs.as_slice() else {
            anyhow::bail!("{} outputs were built instead of one", outputs.len());
        };
        stopwatch.run(&harness.tool(program(output)?)?)
    });
    let edit = || workspace.edit_test(&project);
    let [ours, by_hand] = hold(
        harness,
        harness.few_rounds(),
        [ours.prepared(edit), by_hand.prepared(edit)],
    )?;
    let name = "its `nix eval`, `nix build`, the program";
    let case = "one of 1,000 changed: `test X`";
    Ok(beside(case, &ours, name, &by_hand, Some(MOST)))
}

fn plan_of_all(harness: &Harness, workspace: &Workspace) -> Result<Row> {
    let words = ["plan", "test", "--all"];
    let evaluation = evaluation(harness, workspace, &words)?;
    let nixward = harness.nixward()?.args(words).folder(workspace.folder());
    let count = workspace.shape().projects();
    let ours = Contender::new(|stopwatch| {
        stopwatch.run(&nixward)?;
        ensure_planned(&stopwatch.stdout()?, count)
    });
    let edit = || workspace.edit_test(&workspace.some_project());
    let [ours, by_hand] = hold(
        harness,
        harness.few_rounds(),
        [
            ours.prepared(edit),
            Contender::program(evaluation).prepared(edit),
        ],
    )?;
    let case = "one of 1,000 changed: `plan test --all`";
    Ok(beside(case, &ours, "its `nix eval`", &by_hand, Some(MOST)))
}

fn all_tests(harness: &Harness, workspace: &Workspace) -> Result<Row> {
    let words = ["test", "--all"];
    let evaluation = evaluation(harness, workspace, &words)?;
    let nixward = harness.nixward()?.args(words).folder(workspace.folder());
    let count = workspace.shape().projects();
    let ours = Contender::new(|stopwatch| {
        stopwatch.run(&nixward)?;
        ensure_passed(&stopwatch.stderr()?, count)
    });
    let by_hand = Contender::new(|stopwatch| {
        stopwatch.run(&evaluation)?;
        let outputs = build(harness, workspace, stopwatch)?;
        anyhow::ensure!(outputs.len() == count, "{} were built", outputs.len());
        stopwatch.run(&harness.side_by_side(&programs(&outputs)?)?)
    });
    let edit = || workspace.edit_test(&workspace.some_project());
    let rounds = Rounds {
        least: 2,
        most: 3,
        ..harness.few_rounds()
    };
    let [ours, by_hand] = hold(
        harness,
        rounds,
        [ours.prepared(edit), by_hand.prepared(edit)],
    )?;
    let name = "its `nix eval`, `nix build`, `xargs -P`";
    let case = "one of 1,000 changed: `test --all`";
    Ok(beside(case, &ours, name, &by_hand, None))
}

/// The `nix eval` that nixward starts after an edit.
fn evaluation(harness: &Harness, workspace: &Workspace, words: &[&str]) -> Result<Tool> {
    workspace.edit_test(&workspace.some_project())?;
    let started = NixLog::new(harness)?.of_nixward(harness, workspace, words)?;
    let is_evaluation = |line: &&CommandLine| line.iter().any(|word| word == "--apply");
    let mut evaluations = started.iter().filter(is_evaluation);
    let first = evaluations
        .next()
        .context("nixward evaluated nothing after an edit")?;
    anyhow::ensure!(
        evaluations.next().is_none(),
        "nixward evaluated in several processes, so there is no one to compare with"
    );
    Ok(harness.nix()?.args(first).folder(workspace.folder()))
}

/// Builds the tests that the evaluation just named; what comes out.
fn build(
    harness: &Harness,
    workspace: &Workspace,
    stopwatch: &mut Stopwatch,
) -> Result<Vec<PathBuf>> {
    let installables = derivations(&stopwatch.stdout()?)
        .into_iter()
        .map(|derivation| format!("{derivation}^out"));
    let nix = harness
        .nix()?
        .args(["build", "--no-link", "--print-out-paths"])
        .args(installables)
        .folder(workspace.folder());
    stopwatch.run(&nix)?;
    Ok(stopwatch.stdout()?.lines().map(PathBuf::from).collect())
}

/// Those of tests in an answer of Nix, each once.
fn derivations(json: &str) -> Vec<String> {
    let mut found: Vec<String> = json
        .split('"')
        .filter(|text| text.starts_with('/') && text.ends_with("-test.drv"))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// `bin/p0001-test` of `…-p0001-test`.
pub(super) fn program(output: &std::path::Path) -> Result<PathBuf> {
    let name = output.file_name().and_then(|name| name.to_str());
    let (_, name) = name
        .and_then(|name| name.split_once('-'))
        .context("a store path has no name")?;
    Ok(output.join("bin").join(name))
}

pub(super) fn programs(outputs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    outputs.iter().map(|output| program(output)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn derivations_are_found_in_an_answer() {
        let json = r#"{"a":{"drvPath":"/s/b-p2-test.drv","x":["/s/b-p2-test.drv"]},"c":"/s/a-p1-test.drv","d":"/s/p1.drv"}"#;
        assert_eq!(derivations(json), ["/s/a-p1-test.drv", "/s/b-p2-test.drv"]);
    }

    #[test]
    fn a_program_is_named_as_its_store_path() {
        let path = program(Path::new("/s/abc-p1-test")).unwrap();
        assert_eq!(path, Path::new("/s/abc-p1-test/bin/p1-test"));
        assert!(program(Path::new("/s/abc")).is_err());
    }
}

//! What is measured, a file for each.

mod change;
mod cold;
mod display;
mod flood;
mod memory;
mod output;
mod peers;
mod plan;
mod run;
mod shell;
mod single;
mod startup;

use anyhow::Result;

use super::{
    bound::Bound,
    contest::Outcome,
    figure::Figure,
    harness::Harness,
    table::{Measured, Row},
    workspace::{Shape, Workspace},
};

/// One that can be asked for by its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// Whether it is left out of a quick run.
    pub(super) is_long: bool,
    pub(super) run: fn(&Harness) -> Result<Vec<Row>>,
}

pub(super) const CASES: [Case; 12] = [
    case("startup", startup::run),
    case("plan", plan::run),
    case("run", run::run),
    case("shell", shell::run),
    case("change", change::run),
    case("cold", cold::run),
    case("memory", memory::run),
    case("flood", flood::run),
    Case {
        is_long: true,
        ..case("display", display::run)
    },
    Case {
        is_long: true,
        ..case("output", output::run)
    },
    Case {
        is_long: true,
        ..case("files", plan::run_with_many_files)
    },
    Case {
        is_long: true,
        ..case("peers", peers::run)
    },
];

const fn case(name: &'static str, run: fn(&Harness) -> Result<Vec<Row>>) -> Case {
    Case {
        name,
        is_long: false,
        run,
    }
}

/// What a person's working tree can be like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Tree {
    Clean,
    Dirty,
}

impl Tree {
    const BOTH: [Self; 2] = [Self::Clean, Self::Dirty];

    /// Those of a workspace of that size; a quick run does not look for a difference in a small one.
    fn of(harness: &Harness, shape: Shape) -> &'static [Self] {
        if harness.is_quick() && shape == Shape::Projects(10) {
            &[Self::Dirty]
        } else {
            &Self::BOTH
        }
    }

    /// Makes a workspace so; it comes clean.
    fn make(self, harness: &Harness, workspace: &Workspace) -> Result<()> {
        if self == Self::Dirty {
            workspace.make_dirty()?;
        }
        harness.settle();
        Ok(())
    }

    fn for_people(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Dirty => "dirty",
        }
    }
}

/// nixward beside something else.
fn beside(case: &str, ours: &Outcome, name: &str, other: &Outcome, bound: Option<Bound>) -> Row {
    Row {
        case: case.to_owned(),
        ours: ours.measured(),
        other: Some((name.to_owned(), other.measured())),
        bound,
    }
}

/// nixward by itself.
fn alone(case: &str, ours: &Outcome, bound: Option<Bound>) -> Row {
    Row {
        case: case.to_owned(),
        ours: ours.measured(),
        other: None,
        bound,
    }
}

/// What makes a warm case warm: no process of Nix.
fn nix_processes(case: &str, count: usize) -> Row {
    Row {
        case: format!("… processes of `nix` in {case}"),
        ours: Measured {
            figure: Figure::Count(count),
            peak: None,
        },
        other: None,
        bound: Some(Bound::None),
    }
}

/// The end of a run of tests says how many ran, and that all passed.
fn ensure_passed(said: &str, count: usize) -> Result<()> {
    let expected = format!("{count} run: {count} passed");
    anyhow::ensure!(
        said.contains(&expected),
        "nixward does not say \"{expected}\", but:\n{said}"
    );
    Ok(())
}

/// The text of a plan has a line for each test.
fn ensure_planned(said: &str, count: usize) -> Result<()> {
    let planned = said
        .lines()
        .filter(|line| line.starts_with('p') && line.contains(" test (packages."))
        .count();
    anyhow::ensure!(
        planned == count,
        "the plan has {planned} tests instead of {count}"
    );
    Ok(())
}

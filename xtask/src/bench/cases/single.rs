//! A verb for one project, when it has been used before: beside the least that it could take, in workspaces of several
//! sizes.

use std::time::Duration;

use anyhow::Result;

use super::{Tree, beside, nix_processes};
use crate::{
    bench::{
        bound::Bound,
        contest::{Contender, hold},
        harness::Harness,
        nix_log::NixLog,
        table::Row,
        workspace::{Shape, Workspace},
    },
    process::Tool,
};

const OVER_FLOOR: Bound = Bound::OverOther(Duration::from_millis(10));

/// What is compared.
pub(super) struct Single<'a> {
    /// As it stands in the table.
    pub(super) name: &'a str,
    /// The arguments of nixward for a project.
    pub(super) words: fn(&str) -> Vec<String>,
    pub(super) floor_name: &'a str,
    /// What does only what a person asked for.
    pub(super) floor: fn(&Harness, &Workspace, &str) -> Result<Tool>,
}

impl Single<'_> {
    pub(super) fn rows(&self, harness: &Harness) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for projects in [10, 100, 1000] {
            let shape = Shape::Projects(projects);
            if projects == 100 && harness.is_quick() {
                continue;
            }
            for &tree in Tree::of(harness, shape) {
                let workspace = harness.workspace(shape)?;
                tree.make(harness, &workspace)?;
                rows.extend(self.rows_of(harness, &workspace, tree)?);
            }
        }
        Ok(rows)
    }

    fn rows_of(&self, harness: &Harness, workspace: &Workspace, tree: Tree) -> Result<Vec<Row>> {
        let project = workspace.some_project();
        let words = (self.words)(&project);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let nixward = harness.nixward()?.args(&words);
        let floor = (self.floor)(harness, workspace, &project)?;
        let git = harness.tool("git")?.arg("status");
        let [ours, floor, git] = hold(
            harness,
            harness.many_rounds(),
            [nixward, floor, git].map(|tool| Contender::program(tool.folder(workspace.folder()))),
        )?;
        let case = self.case(workspace, tree);
        let count = NixLog::new(harness)?.count_when_warm(harness, workspace, &words)?;
        Ok(vec![
            beside(&case, &ours, self.floor_name, &floor, Some(OVER_FLOOR)),
            beside(&case, &ours, "`git status`", &git, None),
            nix_processes(&case, count),
        ])
    }

    pub(super) fn case(&self, workspace: &Workspace, tree: Tree) -> String {
        format!(
            "warm `{}`, {}, {}",
            self.name,
            workspace.shape().for_people(),
            tree.for_people()
        )
    }
}

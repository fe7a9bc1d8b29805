//! `nixward list --message-format json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan_document::{FailedEvaluation, WorkspaceHeader};

/// What `nixward list --message-format json` prints.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListDocument {
    /// The version of this format.
    pub version: u32,
    pub workspace: WorkspaceHeader,
    pub projects: Vec<ListedProject>,
    /// Folders that the manifest's `members` match and no attribute of the flake belongs to.
    pub ignored: Vec<String>,
    /// Projects of the manifest for which the flake has no package.
    pub without_package: Vec<DeclaredProject>,
    /// Checks of the flake that belong to no project.
    pub checks: Vec<String>,
    /// Projects or verbs that do not evaluate.
    pub failed: Vec<FailedEvaluation>,
}

impl ListDocument {
    pub const VERSION: u32 = 1;
}

/// A project of the manifest, and the attribute that was looked for.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeclaredProject {
    pub name: String,
    pub attr: String,
}

/// One project of the workspace.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedProject {
    pub name: String,
    /// The project's folder, relative to the workspace root; absent where none was found.
    pub path: Option<String>,
    /// The attribute under `packages.<system>`.
    pub attr: String,
    pub tags: Vec<String>,
    pub description: Option<String>,
    /// The verbs that this project can do.
    pub verbs: Vec<String>,
    /// For each of those verbs, what it stands for.
    pub verb_details: BTreeMap<String, ListedVerb>,
}

/// What one verb of one project stands for.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedVerb {
    /// The built-in verb that it behaves like.
    pub like: String,
    /// The attributes that it uses, as installables of the workspace's flake.
    pub attributes: Vec<String>,
}

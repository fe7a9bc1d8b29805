//! The manifests that the documentation shows.

use insta::assert_snapshot;
use nixward_manifest::parse;

use crate::check::{diagnose, valid};

#[test]
fn all_that_a_repository_needs() {
    let manifest = valid(
        "[workspace]\nname = \"initech\"\nmembers = [\"packages/projects/*\"]   # optional\n",
    );
    assert_eq!(manifest.workspace.members.unwrap(), ["packages/projects/*"]);
}

#[test]
fn a_typical_one() {
    let text = r#"#:schema ./schemas/nixward.schema.json

[workspace]
name = "initech"
members = ["packages/projects/*"]

[verbs]                                   # the workspace's defaults for a verb, and verbs of its own
test = { timeout = "10m" }
lint = { like = "test" }                  # the attribute X.lint; cached, parallel, in reports, as tests are
push-img = { like = "run" }               # `nixward push-img X` runs X.push-img
container = { registry = "registry.example.com/initech" }

[projects.pc-load-letter]                 # only what differs; or [project] in a nixward.toml of its own; never both
tags = ["web"]
test = { network = true, pass-env = ["DATABASE_URL"], retries = 1 }
container = { publish = ["8080:8080"] }

[hooks.pre-commit]
verbs = ["lint", "test"]
budget = "10s"
"#;
    assert_snapshot!(diagnose(text), @r#"
    11:15 "registry": warning: `registry` has no effect yet
    18:8 "pre-commit": warning: `hooks.pre-commit` has no effect yet
    "#);
    let (manifest, _) = parse(text);
    assert_eq!(manifest.verbs.len(), 4);
    assert_eq!(manifest.projects["pc-load-letter"].verbs.len(), 2);
}

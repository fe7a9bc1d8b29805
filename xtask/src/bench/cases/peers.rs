//! Task runners of other ecosystems, where npm brings them: 100 projects whose test is `true`, when nothing has
//! changed.
//!
//! They have the workspace's files and no Nix. Their daemons are off, so that they do all the work themselves, and
//! so that none is left. The native programs are called where there are any: what npm puts before them starts a Node
//! first.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::{Tree, beside, ensure_passed, ensure_planned};
use crate::{
    bench::{
        contest::{Contender, hold},
        harness::Harness,
        table::Row,
        workspace::Shape,
    },
    process::Tool,
    progress,
};

const PROJECTS: usize = 100;
const PACKAGES: [&str; 3] = ["turbo", "@moonrepo/cli", "nx"];

/// What is asked of all of them: to tell nobody, and to start nothing that stays.
const VARIABLES: [(&str, &str); 6] = [
    ("DO_NOT_TRACK", "1"),
    ("TURBO_TELEMETRY_DISABLED", "1"),
    ("MOON_TELEMETRY", "false"),
    ("NX_DAEMON", "false"),
    ("NX_NO_CLOUD", "true"),
    ("NX_TUI", "false"),
];

const FILES: [(&str, &str); 5] = [
    (
        "package.json",
        r#"{ "name": "generated", "private": true, "packageManager": "npm@10.0.0", "workspaces": ["packages/*"] }"#,
    ),
    ("turbo.json", r#"{ "tasks": { "test": {} } }"#),
    (
        "nx.json",
        r#"{ "targetDefaults": { "test": { "cache": true } } }"#,
    ),
    (
        ".moon/workspace.yml",
        "projects:\n  - \"packages/*\"\nvcs:\n  defaultBranch: main\ntelemetry: false\n",
    ),
    (".gitignore", "node_modules\n.turbo\n.nx\n.moon/cache\n"),
];

/// Nothing where npm has nothing.
pub(super) fn run(harness: &Harness) -> Result<Vec<Row>> {
    let folder = harness.folder().join("peers");
    generate(&folder)?;
    progress("bench: asking npm for turbo, moon and nx");
    if let Err(error) = install(&folder) {
        progress(format_args!(
            "bench: no turbo, moon and nx here\n{}",
            crate::rendered(&error)
        ));
        return Ok(Vec::new());
    }
    commit(harness, &folder)?;
    let peer = |program: PathBuf, words: &[&str], said: &'static str| {
        let tool = VARIABLES
            .iter()
            .fold(harness.tool(program)?, |tool, (name, value)| {
                tool.env(*name, *value)
            })
            .args(words)
            .folder(&folder);
        anyhow::Ok((tool, said))
    };
    let turbo = native(&folder, "@turbo", "bin/turbo")?;
    let moon = native(&folder, "@moonrepo", "moon")?;
    let nx = folder.join("node_modules/.bin/nx");
    let peers = [
        peer(turbo, &["run", "test"], "100 cached, 100 total")?,
        peer(moon, &["run", ":test"], "100 completed (100 cached)")?,
        peer(nx, &["run-many", "--target=test"], "100 out of 100 tasks")?,
    ];
    // What they keep is made here; after that they must say that they had it.
    for (tool, _) in &peers {
        tool.quiet()?;
    }
    compare(harness, peers)
}

fn compare(harness: &Harness, peers: [(Tool, &'static str); 3]) -> Result<Vec<Row>> {
    let workspace = harness.workspace(Shape::Projects(PROJECTS))?;
    Tree::Clean.make(harness, &workspace)?;
    let plan = harness
        .nixward()?
        .args(["plan", "test", "--all"])
        .folder(workspace.folder());
    let test = harness
        .nixward()?
        .args(["test", "--all"])
        .folder(workspace.folder());
    let [turbo, moon, nx] = peers.map(|(tool, said)| {
        Contender::new(move |stopwatch| {
            stopwatch.run(&tool)?;
            let says = stopwatch.stdout()? + &stopwatch.stderr()?;
            anyhow::ensure!(
                says.contains(said),
                "`{tool}` does not say \"{said}\":\n{says}"
            );
            Ok(())
        })
    });
    let plan = Contender::new(move |stopwatch| {
        stopwatch.run(&plan)?;
        ensure_planned(&stopwatch.stdout()?, PROJECTS)
    });
    let test = Contender::new(move |stopwatch| {
        stopwatch.run(&test)?;
        ensure_passed(&stopwatch.stderr()?, PROJECTS)
    });
    let outcomes = hold(harness, harness.few_rounds(), [plan, test, turbo, moon, nx])?;
    let [plan, test, peers @ ..] = &outcomes;
    let ours = [
        ("warm `plan test --all`, 100 projects", plan),
        ("warm `test --all`, 100 projects, each run again", test),
    ];
    let names = ["turbo, all cached", "moon, all cached", "nx, all cached"];
    let rows = ours.iter().flat_map(|(case, ours)| {
        let others = names.iter().zip(peers);
        others.map(|(name, other)| beside(case, ours, name, other, None))
    });
    Ok(rows.collect())
}

fn generate(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder.join(".moon"))?;
    for (name, text) in FILES {
        fs::write(folder.join(name), text)?;
    }
    for number in 1..=PROJECTS {
        let project = format!("p{number:04}");
        let place = folder.join("packages").join(&project);
        fs::create_dir_all(&place)?;
        let package = format!(
            r#"{{ "name": "{project}", "version": "1.0.0", "scripts": {{ "test": "true" }} }}"#
        );
        let nx = format!(
            r#"{{ "name": "{project}", "targets": {{ "test": {{ "executor": "nx:run-commands", "options": {{ "command": "true" }} }} }} }}"#
        );
        fs::write(place.join("package.json"), package)?;
        fs::write(place.join("project.json"), nx)?;
        fs::write(
            place.join("moon.yml"),
            "tasks:\n  test:\n    command: \"true\"\n    inputs:\n      - \"**/*\"\n",
        )?;
        for note in 1..=5 {
            fs::write(
                place.join(format!("notes-{note}.md")),
                format!("Note {note} of {project}.\n"),
            )?;
        }
    }
    Ok(())
}

/// With the person's own npm: it knows how packages are had here.
fn install(folder: &Path) -> Result<()> {
    let words = [
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--save-dev",
    ];
    let npm = Tool::new("npm").args(words).args(PACKAGES).folder(folder);
    npm.quiet().map(drop)
}

fn commit(harness: &Harness, folder: &Path) -> Result<()> {
    let identity = [
        "-c",
        "user.name=bench",
        "-c",
        "user.email=bench@example.com",
    ];
    for words in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message=Generated"],
    ] {
        let git = harness.tool("git")?.args(identity).args(words);
        git.folder(folder).quiet()?;
    }
    Ok(())
}

/// The program for this machine, among the packages of a scope.
fn native(folder: &Path, scope: &str, program: &str) -> Result<PathBuf> {
    let packages = fs::read_dir(folder.join("node_modules").join(scope))?;
    let mut candidates = packages
        .flatten()
        .map(|package| package.path().join(program));
    candidates
        .find(|candidate| candidate.is_file())
        .with_context(|| format!("npm brought no program of {scope} for this machine"))
}

//! nixward and what people use otherwise, each with a workspace of the same tests.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::{
    attempt::{MustEnd, Tool},
    scenario::{DONE, ENDLESS, SCRIPT},
    start,
};

const FLAKE: &str = r#"{
  outputs = { self }:
    let
      system = "@system@";
      program = name: file: derivation {
        inherit system name file;
        builder = "/bin/sh";
        PATH = "/usr/bin:/bin";
        args = [ "-c" ''set -eu; mkdir -p "$out/bin"; cp "$file" "$out/bin/$name"; chmod 755 "$out/bin/$name"; exit 0'' ];
      } // { meta.mainProgram = name; };
      project = name: test: { inherit name; value = program name ./quick.sh // { test = program "${name}-test" test; }; };
    in
    {
      packages.${system} = builtins.listToAttrs [ @projects@ ];
    };
}
"#;

const MANIFEST: &str = "\
[workspace]
name = \"interrupted\"

[verbs]
test = { pass-env = [\"INTERRUPTION_KIND\", \"INTERRUPTION_MARK\"] }
";

/// Everything that may be there is allowed, so that none of it is in the way.
const NIX_SETTINGS: &str =
    "experimental-features = nix-command flakes\nsubstituters =\nflake-registry =\n";

/// What the other task runners are asked: to tell nobody, and to start nothing that stays.
const PEER_VARIABLES: [(&str, &str); 6] = [
    ("DO_NOT_TRACK", "1"),
    ("TURBO_TELEMETRY_DISABLED", "1"),
    ("MOON_TELEMETRY", "false"),
    ("NX_DAEMON", "false"),
    ("NX_NO_CLOUD", "true"),
    ("NX_TUI", "false"),
];

const PEER_PACKAGES: [&str; 3] = ["turbo", "@moonrepo/cli", "nx"];

const PEER_FILES: [(&str, &str); 5] = [
    (
        "package.json",
        r#"{ "name": "interrupted", "private": true, "packageManager": "npm@10.0.0", "workspaces": ["packages/*"] }"#,
    ),
    (
        "turbo.json",
        r#"{ "globalPassThroughEnv": ["INTERRUPTION_KIND", "INTERRUPTION_MARK"], "tasks": { "test": { "cache": false } } }"#,
    ),
    ("nx.json", r#"{ "analytics": false }"#),
    (
        ".moon/workspace.yml",
        "projects:\n  - \"packages/*\"\nvcs:\n  defaultBranch: main\ntelemetry: false\n",
    ),
    (".gitignore", "node_modules\n.turbo\n.nx\n.moon/cache\n"),
];

/// nixward with one test more, which ends by itself.
pub(crate) fn nixward(program: &Path, folder: &Path) -> Result<Tool> {
    let place = folder.join("nixward");
    fs::create_dir_all(&place)?;
    let endless = ENDLESS.map(|name| format!("(project \"{name}\" ./endless.sh)"));
    let projects = format!("{} (project \"{DONE}\" ./quick.sh)", endless.join(" "));
    let system = format!("{}-{}", std::env::consts::ARCH, os());
    let flake = FLAKE
        .replace("@system@", &system)
        .replace("@projects@", &projects);
    for (name, text) in [
        ("flake.nix", flake.as_str()),
        ("nixward.toml", MANIFEST),
        ("endless.sh", SCRIPT),
        ("quick.sh", "#!/bin/sh\nexit 0\n"),
    ] {
        fs::write(place.join(name), text)?;
    }
    commit(&place)?;
    let mut variables = vec![("NIX_CONFIG", NIX_SETTINGS.to_owned())];
    for (name, part) in [
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_STATE_HOME", "state"),
    ] {
        variables.push((name, folder.join(part).display().to_string()));
    }
    let mut words = vec![program.into()];
    words.extend(["test", "--all", "-j4", "--color=never"].map(Into::into));
    Ok(Tool {
        name: "nixward",
        words,
        folder: place,
        variables,
        // Its line on a terminal says no more than that it runs.
        says_before: Some("PASS ["),
        must_end: MustEnd::Everything,
    })
}

/// make, where the machine has one.
pub(crate) fn make(folder: &Path) -> Result<Option<Tool>> {
    if quiet(start::command("make").arg("--version")).is_err() {
        return Ok(None);
    }
    let place = folder.join("make");
    fs::create_dir_all(&place)?;
    fs::write(place.join("endless.sh"), SCRIPT)?;
    let names = ENDLESS.join(" ");
    let makefile = format!(".PHONY: all {names}\nall: {names}\n{names}:\n\tsh ./endless.sh\n");
    fs::write(place.join("Makefile"), makefile)?;
    Ok(Some(peer("make", "make".into(), &["-j4"], place)))
}

/// turbo, moon and nx, where npm brings them.
pub(crate) fn from_npm(folder: &Path) -> Result<Vec<Tool>> {
    let place = folder.join("npm");
    fs::create_dir_all(place.join(".moon"))?;
    for (name, text) in PEER_FILES {
        fs::write(place.join(name), text)?;
    }
    fs::write(place.join("endless.sh"), SCRIPT)?;
    for project in ENDLESS {
        let folder = place.join("packages").join(project);
        fs::create_dir_all(&folder)?;
        let command = "sh ../../endless.sh";
        let package = format!(
            r#"{{ "name": "{project}", "version": "1.0.0", "scripts": {{ "test": "{command}" }} }}"#
        );
        let nx = format!(
            r#"{{ "name": "{project}", "targets": {{ "test": {{ "executor": "nx:run-commands", "options": {{ "command": "{command}", "cwd": "packages/{project}" }} }} }} }}"#
        );
        let moon = format!(
            "tasks:\n  test:\n    command: \"{command}\"\n    options:\n      cache: false\n"
        );
        fs::write(folder.join("package.json"), package)?;
        fs::write(folder.join("project.json"), nx)?;
        fs::write(folder.join("moon.yml"), moon)?;
    }
    let words = [
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--save-dev",
    ];
    quiet(
        start::command("npm")
            .args(words)
            .args(PEER_PACKAGES)
            .current_dir(&place),
    )?;
    commit(&place)?;
    let turbo = native(&place, "@turbo", "bin/turbo")?;
    let moon = native(&place, "@moonrepo", "moon")?;
    let nx = place.join("node_modules/.bin/nx");
    Ok(vec![
        peer("turbo", turbo, &["run", "test"], place.clone()),
        peer(
            "moon",
            moon,
            &["--concurrency", "4", "run", ":test"],
            place.clone(),
        ),
        peer(
            "nx",
            nx,
            &["run-many", "--target=test", "--parallel=4"],
            place,
        ),
    ])
}

fn peer(name: &'static str, program: PathBuf, words: &[&str], folder: PathBuf) -> Tool {
    let mut line = vec![program.into()];
    line.extend(words.iter().map(Into::into));
    Tool {
        name,
        words: line,
        folder,
        variables: PEER_VARIABLES
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
        says_before: None,
        must_end: MustEnd::Tests,
    }
}

fn commit(folder: &Path) -> Result<()> {
    let identity = [
        "-c",
        "user.name=interruption",
        "-c",
        "user.email=interruption@example.com",
    ];
    for words in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message=Generated"],
    ] {
        let mut git = start::command("git");
        quiet(git.args(identity).args(words).current_dir(folder))?;
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

fn quiet(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", name.display()))?;
    anyhow::ensure!(
        output.status.success(),
        "{} failed ({}):\n{}",
        name.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end()
    );
    Ok(())
}

/// As Nix calls it.
fn os() -> &'static str {
    if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    }
}

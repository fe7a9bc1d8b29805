//! Records what this Nix prints with `--log-format internal-json`, for the tests in
//! `crates/nixward-nix/tests/recorded.rs`, which replay it. With `NIXWARD_TEST_RECORD=1` the records there are written
//! anew; without, it is only tried.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Output,
};

use nixward_testing::{Project, RealNix, real_nix};
use serde_json::Value;

use crate::support::real_project;

/// What is built, with the fixtures of the tests of the program.
const SCENARIOS: &str = r#"rec {
  phases = derive "phases" ''
    echo '@nix {"action":"setPhase","phase":"buildPhase"}'
    echo "built with ${library}"
    printf '\033[31mred\033[0m\n'
    echo '@nix {"action":"setPhase","phase":"installPhase"}'
    i=0; while [ $i -lt 40000 ]; do echo "line $i"; i=$((i+1)); done > "$out"
  '';
  library = derive "library" "echo ${salt} > $out; echo compiling";
  failing = derive "failing" "echo ${broken} ${library} > $out";
  broken = derive "broken" "echo ${salt}; echo 'no such option' >&2; exit 3";
  warns = builtins.trace "an old name is used" library;
  imports = import (derive "generated" "echo generating; echo '${salt} 1' >&2; echo 'broken is not here' > $out");
}"#;

struct Recorder<'a> {
    nix: RealNix,
    project: &'a Project,
}

impl Recorder<'_> {
    fn nix(&self, args: &[&str]) -> Output {
        let output = self
            .project
            .host_command(self.nix.program())
            .args(["--extra-experimental-features", "nix-command flakes"])
            .args(args)
            .args([
                "--option",
                "substitute",
                "true",
                "--option",
                "require-sigs",
                "false",
            ])
            .output();
        output.expect("nix can be started")
    }

    fn build(&self, what: &[&str]) -> String {
        let args = [
            "build",
            "--no-link",
            "--keep-going",
            "-v",
            "--log-format",
            "internal-json",
        ];
        let output = self.nix(&[&args, what].concat());
        String::from_utf8(output.stderr).expect("Nix prints text")
    }

    fn of_file(&self, attribute: &str) -> String {
        self.build(&["--file", "scenarios.nix", attribute])
    }

    /// A path is copied to a binary cache in a folder, deleted, and fetched from there.
    fn substituted(&self) -> String {
        let cache = format!("file://{}", self.project.root().join("cache").display());
        let output = self.nix(&[
            "build",
            "--no-link",
            "--print-out-paths",
            "--file",
            "scenarios.nix",
            "phases",
        ]);
        let path = String::from_utf8(output.stdout).expect("a path is text");
        let path = path.trim();
        assert!(self.nix(&["copy", "--to", &cache, path]).status.success());
        assert!(self.nix(&["store", "delete", path]).status.success());
        self.build(&["--option", "substituters", &cache, path])
    }

    /// What is the same on every machine: no hashes, no folders, activities numbered from 1.
    fn redacted(&self, log: &str) -> String {
        let mut ids = BTreeMap::new();
        let mut text = String::new();
        for line in log.lines() {
            let Some(json) = line.strip_prefix("@nix ") else {
                text.push_str(&self.without_places(line));
                text.push('\n');
                continue;
            };
            let mut value: Value = serde_json::from_str(json).expect("Nix prints JSON");
            for key in ["id", "parent"] {
                let next = ids.len() + 1;
                if let Some(id) = value.get(key).and_then(Value::as_u64).filter(|id| *id > 0) {
                    value[key] = Value::from(*ids.entry(id).or_insert(next));
                }
            }
            text.push_str("@nix ");
            text.push_str(&self.without_places(&value.to_string()));
            text.push('\n');
        }
        text
    }

    fn without_places(&self, text: &str) -> String {
        let root = self.project.root().display().to_string();
        let text = text
            .replace(&root, "/home/peter")
            .replace(self.project.salt(), "salt");
        let mut parts = text.split("/nix/store/");
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let is_hash = part
                .get(..32)
                .is_some_and(|hash| hash.chars().all(|c| c.is_ascii_alphanumeric()));
            let rest = if is_hash { &part[32..] } else { part };
            result.push_str("/nix/store/");
            result.push_str(if is_hash {
                "00000000000000000000000000000000"
            } else {
                ""
            });
            result.push_str(rest);
        }
        result
    }
}

#[test]
fn what_this_nix_prints_can_be_recorded() {
    let (Some(project), Some(nix)) = (real_project(), real_nix()) else {
        return;
    };
    let project = project
        .file(
            "scenarios-with.nix",
            format!("fixture: with fixture;\n{SCENARIOS}\n"),
        )
        .outputs("{ }")
        .build();
    project.write(
        "scenarios.nix",
        format!(
            "import ./scenarios-with.nix (import ./fixture.nix {{ system = {:?}; salt = {:?}; self = null; }})",
            nixward_testing::system(),
            project.salt()
        ),
    );
    let recorder = Recorder {
        nix,
        project: &project,
    };
    let records = [
        ("phases", recorder.of_file("phases")),
        ("failing", recorder.of_file("failing")),
        ("substituted", recorder.substituted()),
        ("warns", recorder.of_file("warns")),
        ("imports", recorder.of_file("imports")),
    ];
    let version = recorder
        .nix
        .version()
        .rsplit(' ')
        .next()
        .unwrap_or_default();
    let version: Vec<&str> = version.split('.').take(2).collect();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../nixward-nix/tests/recorded")
        .join(version.join("."));
    for (name, log) in records {
        let log = recorder.redacted(&log);
        assert!(log.lines().count() > 3, "{name}:\n{log}");
        if std::env::var_os("NIXWARD_TEST_RECORD").is_some() {
            record(&folder.join(format!("{name}.log")), &log);
        }
    }
}

fn record(file: &Path, log: &str) {
    fs_err::create_dir_all(file.parent().expect("it is in a folder")).unwrap();
    fs_err::write(file, log).unwrap();
}

//! What is told of failures: the cause first, where to read all of it, and what to type to see it again.

use nixward_testing::{Output, real_nix};

use crate::support::real_project;

const LIBRARY: &str = r#"{ fixture }:
rec {
  project = name: { test ? null, ... }: fixture.project name "true" { inherit test; };
  number = n: if builtins.isInt n then n else throw "trays are counted, and ${n} is no number";
  next = n: n + 1;
  known = { tray, paper ? 1 }: tray + paper;
  generated = import (fixture.unbuildable "generator-${fixture.salt}");
}
"#;

/// A project's file that fails, what is said of it, and the places that are named.
const WAYS: [(&str, &str, &str, &[&str]); 10] = [
    (
        "throws",
        "throw \"out of paper\"",
        "out of paper",
        &["projects/throws/default.nix:2:"],
    ),
    (
        "throws-within",
        "lib.number \"two\"",
        "trays are counted, and two is no number",
        &["nix/lib.nix:4:", "projects/throws-within/default.nix:2:3:"],
    ),
    (
        "aborts",
        "abort \"jammed\"",
        "jammed",
        &["projects/aborts/default.nix:2:"],
    ),
    (
        "misses",
        "toString { tray = 1; }.try",
        "attribute 'try' missing",
        &["projects/misses/default.nix:2:"],
    ),
    (
        "mistypes",
        "lib.next \"one\"",
        "cannot coerce",
        &["nix/lib.nix:5:", "projects/mistypes/default.nix:2:3:"],
    ),
    (
        "loops",
        "let a = b; b = a; in a",
        "infinite recursion",
        &["projects/loops/default.nix:2:"],
    ),
    (
        "unreadable",
        "lib.project { ;",
        "syntax error",
        &["projects/unreadable/default.nix:2:"],
    ),
    (
        "imports",
        "lib.generated",
        "the last words of generator-",
        &["nix/lib.nix:7:"],
    ),
    (
        "asserts",
        "assert 1 == 2; lib.project \"x\" { }",
        "assertion",
        &["projects/asserts/default.nix:2:"],
    ),
    (
        "calls",
        "lib.known { tray = 1; lid = 2; }",
        "unexpected argument 'lid'",
        &["nix/lib.nix:6:", "projects/calls/default.nix:2:3:"],
    ),
];

/// What stands below the line of a step, when it ended.
fn block<'a>(output: &'a Output, name: &str) -> &'a str {
    let from = output.stderr().find(&format!("] {name}\n"));
    let from = from.unwrap_or_else(|| panic!("{name} is not in\n{}", output.stderr()));
    let block = &output.stderr()[from..];
    let end = block.find("\n    log: ").map_or(block.len(), |log| {
        log + 1 + block[log + 1..].find('\n').unwrap_or(0)
    });
    &block[..end]
}

fn log_in(block: &str) -> &str {
    let log = block
        .lines()
        .find_map(|line| line.strip_prefix("    log: "));
    log.unwrap_or_else(|| panic!("no log in\n{block}"))
}

#[test]
fn an_error_of_nix_is_shown_at_its_first_place_in_the_workspace() {
    let Some(project) = real_project() else {
        return;
    };
    let mut project = project
        .manifest("[workspace]\n")
        .file("nix/lib.nix", LIBRARY);
    for (name, expression, ..) in WAYS {
        let file = format!("projects/{name}/default.nix");
        project = project.file(&file, format!("{{ lib }}:\n  {expression}\n"));
    }
    let packages: String = WAYS
        .iter()
        .map(|(name, ..)| {
            let test = format!("import ./projects/{name}/default.nix {{ inherit lib; }}");
            format!("{name} = project \"{name}\" \"true\" {{ test = {test}; }};\n")
        })
        .collect();
    let lib = "import ./nix/lib.nix { inherit fixture; }";
    let outputs = format!("let lib = {lib};\nin {{ packages = {{\n{packages}}}; }}");
    let project = project.outputs(&outputs).build();
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    let stderr = output.stderr();
    let root = project.workspace().display().to_string();
    for (name, expression, said, places) in WAYS {
        let block = block(&output, &format!("{name} test"));
        assert!(block.contains(said), "{name}: no {said:?} in\n{block}");
        let at = |place: &&&str| block.contains(&format!("at {place}"));
        let missing: Vec<_> = places.iter().filter(|place| !at(place)).collect();
        assert!(missing.is_empty(), "{name}: no {missing:?} in\n{block}");
        if places.iter().any(|place| place.starts_with("projects/")) {
            assert!(
                block.contains(expression),
                "{name} is not quoted in\n{block}"
            );
        }
        // Neither the store's copy of the source, nor nixward's question, nor all that led to it.
        for part in ["-source/", "«string»", root.as_str(), "derivationStrict"] {
            assert!(
                !block.contains(part) || part == root && block.contains("log: "),
                "{part} in\n{block}"
            );
        }
        assert!(block.lines().count() < 25, "{block}");
        let log = fs_err::read_to_string(log_in(block)).unwrap();
        assert!(log.starts_with("error: ") && log.contains(said), "{log}");
        assert!(!log.contains("-source/"), "{log}");
    }
    assert!(
        stderr.contains("    again: nixward test aborts\n"),
        "{stderr}"
    );
    // All of it is in the report where it is asked for.
    let output = project
        .nixward(["test", "throws-within", "--show-trace"])
        .run()
        .expect_code(3);
    let whole = output.expect_stderr("… while calling 'number'");
    whole.expect_stderr("error: trays are counted");
}

#[test]
fn of_a_flake_that_does_not_evaluate_the_whole_trace_is_kept() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            "builtins.mapAttrs (name: value: value) (throw \"out of paper\\n::error::forged\")",
        )
        .build();
    let page = project.root().join("times.html");
    let output = project
        .nixward(["test", "--all"])
        .arg(format!("--timings={}", page.display()))
        .env("GITHUB_ACTIONS", "true")
        .run()
        .expect_code(3)
        .expect_stderr("out of paper")
        .expect_stderr("at outputs.nix:2:");
    let hint = "hint: the whole trace: ";
    let path = output
        .stderr()
        .lines()
        .find_map(|line| line.strip_prefix(hint));
    let trace = fs_err::read_to_string(path.unwrap()).unwrap();
    assert!(
        trace.contains("… while calling the 'mapAttrs' builtin"),
        "{trace}"
    );
    // How long that took is told, too.
    let page = fs_err::read_to_string(page).unwrap();
    assert!(page.contains(">evaluation <"), "{page}");
    // What the flake says is no command to the system whose log it is in.
    let stderr = output.stderr();
    let guarded = stderr.split("::stop-commands::").nth(1).unwrap_or_default();
    assert!(guarded.contains("   ::error::forged\n"), "{stderr}");
    assert_eq!(stderr.matches("::error::forged\n").count(), 1, "{stderr}");
}

#[test]
fn what_several_failed_of_is_told_once_and_its_log_is_whole() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"let
              library = derive "library" "echo ${salt}; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo \"line $i\"; done; exit 3";
              needs = name: { test = test "true ${library}"; };
            in { packages = {
              api = project "api" "true" (needs "api");
              web = project "web" "true" (needs "web");
              fine = project "fine" "true" { test = test "true"; };
              other = project "other" "true" { test = test "echo wrong; exit 1"; };
            }; }"#,
        )
        .build();
    let output = project.nixward(["test", "--all"]).run().expect_code(5);
    let stderr = output.stderr();
    assert!(
        stderr.contains("    … 2941 lines before, in the log\n"),
        "{stderr}"
    );
    assert!(
        stderr.contains("    library failed to build, as for api test above\n"),
        "{stderr}"
    );
    let (_, end) = stderr.split_once("Summary").unwrap();
    assert_eq!(end.matches("    line 3000\n").count(), 1, "{end}");
    assert!(end.contains("    again: nixward test api\n"), "{end}");
    assert!(end.contains("    again: nixward test other\n"), "{end}");
    assert!(!stderr.contains("1 dependency failed"), "{stderr}");
    for name in ["api", "web"] {
        let log =
            log_in(block(&output, "api test")).replace("api.test.0", &format!("{name}.test."));
        let folder = std::path::Path::new(&log).parent().unwrap();
        let entries = fs_err::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let mut logs =
            entries.filter(|path| path.to_string_lossy().contains(&format!("/{name}.test.")));
        let log = fs_err::read_to_string(logs.next().unwrap()).unwrap();
        assert_eq!(log.lines().count(), 3001, "{log}");
    }
    // Nix has it, too, under the name that is told.
    let hint = "    its whole log: nix log ";
    let drv_path = stderr.lines().find_map(|line| line.strip_prefix(hint));
    let log = real_nix().unwrap().run(&["log", drv_path.unwrap()]);
    assert!(log.ends_with("line 3000\n"), "{log}");
}

#[test]
fn the_command_runs_just_that_again_from_where_it_is_typed() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .file("my folder/a", "")
        .outputs(
            r#"{ packages = {
              it = project "it" "true" { test = test "echo \"$*\"; exit 1"; };
              fine = project "fine" "true" { test = test "true"; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward([
            "-C",
            "my folder",
            "test",
            "it",
            "fine",
            "--repeat",
            "2",
            "--",
            "$x y",
        ])
        .run()
        .expect_code(1);
    let again = "    again: nixward -C 'my folder' test it --repeat 2 -- '$x y'\n";
    assert!(output.stderr().contains(again), "{}", output.stderr());
}

#[test]
fn both_streams_are_one_in_the_order_in_which_they_were_written() {
    let Some(project) = real_project() else {
        return;
    };
    let script =
        "i=0; while [ $i -lt 10000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; exit 1";
    let project = project
        .outputs(&format!(
            "{{ packages = {{ it = project \"it\" \"true\" {{ test = test {script:?}; }};\n\
             fine = project \"fine\" \"true\" {{ test = test \"true\"; }}; }}; }}"
        ))
        .build();
    let output = project.nixward(["test", "--all"]).run().expect_code(1);
    let log = fs_err::read_to_string(log_in(block(&output, "it test"))).unwrap();
    let mut lines = log.lines();
    for number in 0..10_000 {
        assert_eq!(lines.next(), Some(format!("out {number}").as_str()));
        assert_eq!(lines.next(), Some(format!("err {number}").as_str()));
    }
    assert_eq!(lines.next(), None);
    // Where they are shown as they come, they are one stream, too.
    let output = project.nixward(["test", "it"]).run().expect_code(1);
    assert_eq!(output.stdout(), log);
}

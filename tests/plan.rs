//! `nixward plan` and `--dry-run`: what would be done, with the exact commands and the reasons.

use nixward_testing::{Output, Project, insta};

use crate::support::{office, real_project};

fn plan(project: &Project, args: &[&str]) -> serde_json::Value {
    let words = ["plan", "--message-format", "json"].iter().chain(args);
    project.nixward(words).run().expect_code(0).json()
}

#[test]
fn for_people() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office
        .nixward(["plan", "test", "printer", "--", "-k", "two words", "$(x)"])
        .run()
        .expect_code(0);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ----- stdout -----
    build, in one process
        [NIX] --extra-experimental-features 'nix-command flakes' build --no-link --keep-going /nix/store/[HASH]-run-tests.drv^out
    printer test (packages.[SYSTEM].printer.test): named on the command line
        /nix/store/[HASH]-run-tests/bin/run-tests -k 'two words' '$(x)'

    ----- stderr -----
    ");
    let output = office
        .nixward(["plan", "lint", "--all"])
        .run()
        .expect_code(0);
    let system = nixward_testing::system();
    // One `nix build` for both; in which order is not said.
    let (batch, steps) = output.stdout().split_once("\nprinter lint").unwrap();
    assert!(batch.starts_with("build, in one process\n"), "{batch}");
    assert_eq!(batch.lines().count(), 2);
    assert!(
        batch.contains("-lint-printer.drv^out") && batch.contains("-lint-report.drv^out"),
        "{batch}"
    );
    let lines: Vec<&str> = steps.lines().collect();
    assert_eq!(
        lines[0],
        format!(" (packages.{system}.printer.lint): selected")
    );
    assert!(
        lines[1].ends_with("-lint-printer/bin/lint-printer"),
        "{steps}"
    );
    assert_eq!(
        lines[2],
        format!("tps-report lint (packages.{system}.tps_report.lint): selected")
    );
    assert_eq!(lines[4], "memo lint: skipped, no lint");
}

#[test]
fn as_a_document() {
    let Some(office) = office() else { return };
    let office = office.build();
    let system = nixward_testing::system();
    let document = plan(&office, &["test", "printer", "--", "a b"]);
    assert_eq!(document["version"], 1);
    assert_eq!(document["workspace"]["system"], system.as_str());
    let steps = document["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 2);
    let (build, test) = (&steps[0], &steps[1]);
    for step in steps {
        for field in ["project", "verb", "drvPath", "command", "reason"] {
            assert!(!step[field].is_null(), "{field} is missing in {step:#}");
        }
        assert_eq!(step["project"], "printer");
        assert_eq!(step["verb"], "test");
        assert_eq!(step["attribute"], format!("packages.{system}.printer.test"));
        let drv_path = step["drvPath"].as_str().unwrap();
        assert!(
            drv_path.starts_with("/nix/store/") && drv_path.ends_with("-run-tests.drv"),
            "{drv_path}"
        );
    }
    assert_eq!(build["kind"], "build");
    assert_eq!(build["reason"]["kind"], "needed-by");
    assert_eq!(test["kind"], "test");
    assert_eq!(test["reason"]["kind"], "named");
    assert_eq!(test["after"], serde_json::json!([build["id"]]));
    let command: Vec<&str> = test["command"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    assert!(
        command[0].starts_with("/nix/store/") && command[0].ends_with("-run-tests/bin/run-tests"),
        "{command:?}"
    );
    assert_eq!(command[1..], ["a b"]);
}

/// A word of a command as a shell would read it back; the commands of a plan are meant to be pasted.
#[test]
fn what_the_plan_shows_can_be_typed() {
    let Some(office) = office() else { return };
    let office = office.build();
    let document = plan(
        &office,
        &["run", "printer", "--", "a b", "it's", "$(x)", ""],
    );
    assert_eq!(document["steps"][0]["built"], false);
    let build: Vec<String> = document["batches"][0]["command"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap().to_owned())
        .collect();
    assert!(
        office
            .host_command(std::path::Path::new(&build[0]))
            .args(&build[1..])
            .status()
            .unwrap()
            .success()
    );
    let human = office
        .nixward(["plan", "run", "printer", "--", "a b", "it's", "$(x)", ""])
        .run()
        .expect_code(0);
    let command = human
        .stdout()
        .lines()
        .map(str::trim)
        .find(|line| line.contains("/bin/printer"))
        .unwrap();
    let output = office
        .host_command(std::path::Path::new("/bin/sh"))
        .args(["-c", command])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "printing a b it's $(x) \n"
    );
}

#[test]
fn every_reason_has_a_word() {
    let Some(office) = office() else { return };
    let office = office.build();
    let reasons = |output: Output| -> Vec<String> {
        let document = output.expect_code(0).json();
        let steps = document["steps"].as_array().unwrap().clone();
        steps
            .iter()
            .map(|step| step["reason"]["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    let run = |folder: &str, args: &[&str]| {
        let words = ["plan", "--message-format", "json"].iter().chain(args);
        reasons(office.nixward(words).in_folder(folder).run())
    };
    assert_eq!(run("", &["build", "printer"]), ["named"]);
    assert_eq!(run("", &["build", "-p", "printer"]), ["matched"]);
    assert_eq!(run("", &["build", "--tag", "web"]), ["matched"]);
    assert_eq!(run("", &["build"]), ["default-member"; 3]);
    assert_eq!(run("projects/printer", &["build"]), ["current-folder"]);
    assert_eq!(run("", &["test", "memo"]), ["falls-back-to-check"]);
    assert_eq!(
        run("", &["check"]),
        ["default-member", "default-member", "whole-workspace"]
    );
    assert_eq!(run("", &["run", "printer"]), ["needed-by", "named"]);
}

#[test]
fn a_dry_run_is_a_plan() {
    let Some(office) = office() else { return };
    let office = office.build();
    for (verb, args) in [
        ("test", &["--all"][..]),
        ("run", &["printer", "--", "x y"]),
        ("check", &[]),
        ("build", &["-p", "m*"]),
        ("container", &["printer"]),
        ("shell", &["printer", "--", "true"]),
        ("lint", &["--all"]),
        ("push-img", &["printer"]),
    ] {
        let planned: Vec<&str> = ["plan", verb].iter().chain(args).copied().collect();
        let dry: Vec<&str> = [verb, "--dry-run"].iter().chain(args).copied().collect();
        let planned = office.nixward(planned).run().expect_code(0);
        let dry = office.nixward(dry).run().expect_code(0);
        assert_eq!(planned.stdout(), dry.stdout(), "{verb}");
        assert!(!planned.stdout().is_empty(), "{verb}");
        assert!(
            dry.nix_calls()
                .iter()
                .all(|call| !call.iter().any(|word| word == "build")),
            "{verb}"
        );
    }
}

#[test]
fn what_is_skipped_and_what_fails_is_in_the_plan() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              bad = project "bad" "true" { test = throw "out of paper"; };
              bare = project "bare" "true" { };
              fine = project "fine" "true" { test = test "true"; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["plan", "test", "--all", "--message-format", "json"])
        .run()
        .expect_code(3);
    let document = output.json();
    assert_eq!(document["steps"].as_array().unwrap().len(), 2);
    assert_eq!(
        document["skipped"],
        serde_json::json!([{"project": "bare", "verb": "test", "why": "no test and no check"}])
    );
    assert_eq!(document["failed"][0]["project"], "bad");
    assert!(
        document["failed"][0]["message"]
            .as_str()
            .unwrap()
            .contains("out of paper")
    );
    let output = project
        .nixward(["plan", "test", "--all"])
        .run()
        .expect_code(3);
    output
        .expect_stdout("bare test: skipped, no test and no check")
        .expect_stdout("out of paper");
}

#[test]
fn what_is_built_is_not_planned_to_be_built() {
    let Some(office) = office() else { return };
    let office = office.build();
    office.nixward(["test", "printer"]).run().expect_code(0);
    let document = plan(&office, &["test", "printer"]);
    assert_eq!(document["batches"].as_array().unwrap().len(), 0);
    assert_eq!(document["steps"][0]["built"], true);
    assert_eq!(document["steps"][1]["kind"], "test");
    office.nixward(["build", "printer"]).run().expect_code(0);
    office
        .nixward(["plan", "build", "printer"])
        .run()
        .expect_code(0)
        .expect_stdout("built already: /nix/store/");
}

#[test]
fn the_same_plan_each_time() {
    let Some(office) = office() else { return };
    let office = office.build();
    let once = office
        .nixward(["plan", "check", "--message-format", "json"])
        .run()
        .expect_code(0);
    let twice = office
        .nixward(["plan", "check", "--message-format", "json"])
        .run()
        .expect_code(0);
    let kept = once
        .stdout()
        .replace("\"cache\": \"miss\"", "\"cache\": \"hit\"");
    assert_eq!(kept, twice.stdout());
    assert_ne!(once.stdout(), twice.stdout());
}

#[test]
fn nixs_own_flags_are_in_the_commands_and_have_their_effect() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .file("other/flake.nix", "{ outputs = { self }: { word = \"another\"; }; }")
        .file("usual/flake.nix", "{ outputs = { self }: { word = \"the usual\"; }; }")
        .flake(
            r#"{
              inputs.words.url = "path:./usual";
              outputs = { self, words }: {
                packages.@.it = derivation {
                  name = "it"; system = "@"; builder = "/bin/sh"; PATH = "/usr/bin:/bin"; inherit (words) word;
                  args = [ "-c" "mkdir -p $out/bin; printf '#!/bin/sh\necho %s\n' \"$word\" > $out/bin/it; chmod +x $out/bin/it; exit 0" ];
                };
                packages.elsewhere.it = derivation { name = "elsewhere"; system = "elsewhere"; builder = "/x"; };
                packages.@.impure = derivation { name = "impure"; system = "@"; builder = "/bin/sh"; word = builtins.getEnv "WORD"; };
              };
            }"#
            .replace('@', &nixward_testing::system())
            .as_str(),
        )
        .build();
    project
        .nixward(["run", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("the usual\n");
    let other = format!("path:{}", project.path("other").display());
    let override_input = ["--override-input", "words", other.as_str()];
    let output = project
        .nixward(["run", "it"].iter().chain(&override_input))
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "another\n");
    let output = project
        .nixward([
            "plan",
            "build",
            "it",
            "--system",
            "elsewhere",
            "--message-format",
            "json",
        ])
        .run();
    let document = output.expect_code(0).json();
    assert!(
        document["steps"][0]["drvPath"]
            .as_str()
            .unwrap()
            .ends_with("-elsewhere.drv"),
        "{document:#}"
    );
    let drv_path = |args: &[&str], word: &str| {
        let words = ["plan", "build", "impure", "--message-format", "json"]
            .iter()
            .chain(args);
        let document = project
            .nixward(words)
            .env("WORD", word)
            .run()
            .expect_code(0)
            .json();
        document["steps"][0]["drvPath"].as_str().unwrap().to_owned()
    };
    assert_eq!(drv_path(&[], "a"), drv_path(&[], "b"));
    assert_ne!(drv_path(&["--impure"], "a"), drv_path(&["--impure"], "b"));
    let output = project
        .nixward(["plan", "build", "impure", "--option", "cores", "3"])
        .run()
        .expect_code(0);
    output.expect_stdout("--option cores 3");
    project.edit(
        "flake.nix",
        "inherit (words) word;",
        "word = throw \"deep\";",
    );
    let output = project
        .nixward(["build", "it", "--show-trace"])
        .run()
        .expect_code(3)
        .expect_stderr("deep");
    let without = project
        .nixward(["build", "it"])
        .run()
        .expect_code(3)
        .expect_stderr("deep");
    assert!(
        output.stderr().lines().count() > without.stderr().lines().count(),
        "{}",
        output.stderr()
    );
}

#[test]
fn arguments_that_nothing_takes_are_refused() {
    let Some(office) = office() else { return };
    let office = office.build();
    for args in [
        &["test", "memo", "--", "-k", "x"][..],
        &["test", "printer", "memo", "--", "-k", "x"],
        &["check", "memo", "--", "x"],
        &["build", "printer", "--", "x"],
    ] {
        let output = office.nixward(args).run();
        assert_eq!(output.exit_code(), 2, "{args:?}\n{}", output.stderr());
        assert!(
            output.stderr().contains("argument"),
            "{args:?}\n{}",
            output.stderr()
        );
    }
}

#[test]
fn settings_that_the_flake_brings_count_only_where_they_are_accepted() {
    let Some(project) = real_project() else {
        return;
    };
    let flake = r#"{
      nixConfig.max-silent-time = 1234;
      outputs = { self }: {
        packages.@.it = derivation { name = "it"; system = "@"; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; };
      };
    }"#;
    let project = project
        .manifest("[workspace]\n")
        .flake(&flake.replace('@', &nixward_testing::system()))
        .build();
    let output = project
        .nixward(["plan", "build", "it"])
        .run()
        .expect_code(0);
    assert!(!output.stdout().contains("1234"), "{}", output.stdout());
    let accepted = ["plan", "build", "it", "--accept-flake-config"];
    project
        .nixward(accepted)
        .run()
        .expect_code(0)
        .expect_stdout("--option max-silent-time 1234");
    project
        .nixward(["build", "it", "--accept-flake-config"])
        .run()
        .expect_code(0);
}

//! `nixward check`: the checks of projects and of the whole flake. Green here means a green `nix flake check`.

use nixward_testing::{Project, insta, real_nix};

use crate::support::{office, planned, project, real_project};

#[test]
fn at_the_root_everything_is_checked() {
    let Some(office) = office() else { return };
    let office = office.build();
    // What is built already is told in the order of its names.
    office.nixward(["check"]).run().expect_code(0);
    let output = office.nixward(["check"]).run().expect_code(0);
    insta::assert_snapshot!(output.redacted_stderr(), @"
            SKIP [         ] tps-report check: no check
            PASS [DURATION] memo check
            PASS [DURATION] printer check printer-paper
            PASS [DURATION] (workspace) check spelling
    ────────────
         Summary [DURATION] 3 run: 3 passed, 1 skipped
    ");
    for args in [&["check"][..], &["check", "--all"]] {
        let words: Vec<&str> = ["plan", "--message-format", "json"]
            .iter()
            .chain(args)
            .copied()
            .collect();
        assert_eq!(
            planned(&office.nixward(words).run().expect_code(0)),
            [
                "memo check checks.SYSTEM.memo",
                "printer check checks.SYSTEM.printer-paper",
                "(workspace) check checks.SYSTEM.spelling",
            ]
        );
    }
}

#[test]
fn of_a_project_its_own_checks_and_tests() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{
              packages = {
                web = project "web" "true" { tests = { smoke = check "smoke" "true"; load = check "load" "true"; }; };
                web-client = project "web-client" "true" { };
              };
              checks = {
                web = check "web" "true";
                web_style = check "web_style" "true";
                web-client-style = check "web-client-style" "true";
                other = check "other" "true";
              };
            }"#,
        )
        .build();
    let plan = |name: &str| {
        planned(
            &project
                .nixward(["plan", "check", name, "--message-format", "json"])
                .run()
                .expect_code(0),
        )
    };
    assert_eq!(
        plan("web"),
        [
            "web check checks.SYSTEM.web",
            "web check checks.SYSTEM.web_style",
            "web check packages.SYSTEM.web.tests.load",
            "web check packages.SYSTEM.web.tests.smoke",
        ]
    );
    assert_eq!(
        plan("web-client"),
        ["web-client check checks.SYSTEM.web-client-style"]
    );
}

#[test]
fn a_failing_check_is_a_failure_and_a_failing_dependency_a_build_failure() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{
              packages = {
                a = project "a" "true" { };
                b = project "b" "true" { };
                c = project "c" "true" { };
              };
              checks = {
                a = check "a" "echo two plus two is five; false";
                b = check "b" "cat ${unbuildable "library"}";
                c = check "c" "true";
              };
            }"#,
        )
        .build();
    project
        .nixward(["check", "a", "c"])
        .run()
        .expect_code(1)
        .expect_stderr("FAIL")
        .expect_stderr("two plus two is five")
        .expect_stderr("1 passed, 1 failed");
    project
        .nixward(["check", "b", "c"])
        .run()
        .expect_code(5)
        .expect_stderr("BUILD FAIL")
        .expect_stderr("the last words of library")
        .expect_stderr("1 passed, 1 failed");
}

#[test]
fn what_lacks_a_check_is_skipped_or_said() {
    let Some(office) = office() else { return };
    let office = office.build();
    office
        .nixward(["check", "tps-report"])
        .run()
        .expect_code(4)
        .expect_stderr("`tps-report` has no `check`");
    office
        .nixward(["check", "--all"])
        .run()
        .expect_code(0)
        .expect_stderr("tps-report check: no check");
}

#[test]
fn a_workspace_without_any_check() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(r#"{ packages.it = project "it" "true" { }; }"#)
        .build();
    project
        .nixward(["check"])
        .run()
        .expect_code(4)
        .expect_stderr("no project can `check`: none has a check");
}

/// What is wrong with a flake, and a part of what is said of it.
const BROKEN: [(&str, &str, &str); 17] = [
    (
        "a check fails",
        "checks.it = check \"it\" \"echo too heavy; false\"",
        "too heavy",
    ),
    (
        "a check of no project fails",
        "checks.spelling = check \"spelling\" \"echo mispelt; false\"",
        "mispelt",
    ),
    (
        "a check throws",
        "checks.it = throw \"out of toner\"",
        "out of toner",
    ),
    (
        "a check is no derivation",
        "checks.it = \"text\"",
        "type string",
    ),
    (
        "a check is broken in its depth",
        "checks.it = derive \"it\" \"echo ${abort \"deep\"}\"",
        "deep",
    ),
    (
        "a package throws",
        "packages.bad = throw \"no such printer\"",
        "no such printer",
    ),
    (
        "a package aborts",
        "packages.bad = abort \"no such tray\"",
        "no such tray",
    ),
    (
        "a package is no derivation",
        "packages.bad = \"text\"",
        "bad",
    ),
    (
        "the default package throws",
        "packages.default = throw \"no default\"",
        "no default",
    ),
    (
        "a package misses an attribute",
        "packages.bad = { }.missing",
        "missing",
    ),
    (
        "a package's derivation is wrong",
        "packages.bad = derivation { name = \"bad\"; inherit system; }",
        "builder",
    ),
    (
        "a dev shell throws",
        "devShells.bad = throw \"no shell\"",
        "no shell",
    ),
    (
        "an app is of another type",
        "apps.bad = { type = \"application\"; program = \"/bin/sh\"; }",
        "app",
    ),
    ("an app throws", "apps.bad = throw \"no app\"", "no app"),
    (
        "the formatter throws",
        "formatter = throw \"no formatter\"",
        "no formatter",
    ),
    (
        "an overlay is no function",
        "flake.overlays.default = { }",
        "overlay",
    ),
    (
        "an overlay throws",
        "flake.overlays.default = throw \"no overlay\"",
        "no overlay",
    ),
];

fn with_outputs(outputs: &str) -> Option<Project> {
    let healthy =
        "packages.it = project \"it\" \"true\" { }; checks.style = check \"style\" \"true\"";
    let text = format!("{{ {healthy}; {outputs}; }}");
    Some(
        real_project()?
            .manifest("[workspace]\n")
            .outputs(&text)
            .build(),
    )
}

fn flake_check_passes(project: &Project) -> bool {
    let nix = real_nix().expect("the workspace has it");
    let flags = ["--extra-experimental-features", "nix-command flakes"];
    let output = project
        .host_command(nix.program())
        .args(flags)
        .args(["flake", "check", "--no-write-lock-file", "--keep-going"])
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn all_that_nix_flake_check_finds_broken_is_found() {
    let mut found = 0;
    for (what, outputs, said) in BROKEN {
        let Some(project) = with_outputs(outputs) else {
            return;
        };
        // Some Nix look at less than others; what none of them finds is no concern here.
        if flake_check_passes(&project) {
            continue;
        }
        found += 1;
        let output = project.nixward(["check"]).run();
        let code = output.exit_code();
        assert!(
            matches!(code, 1 | 3 | 5),
            "{what}: exit code {code}\n{}",
            output.stderr()
        );
        assert!(
            output.stderr().contains(said),
            "{what}: {said:?} is not in\n{}",
            output.stderr()
        );
        // The others were checked all the same.
        assert!(
            output.stderr().contains("PASS") && output.stderr().contains("style"),
            "{what}:\n{}",
            output.stderr()
        );
    }
    assert!(
        found + 2 >= BROKEN.len(),
        "`nix flake check` finds only {found}"
    );
}

#[test]
fn what_nix_flake_check_finds_right_is_right() {
    for outputs in [
        "devShells.it = shell \"it\" { }",
        "apps.it = { type = \"app\"; program = \"${program \"it\" \"true\"}/bin/it\"; }",
        "formatter = program \"formatter\" \"true\"",
        "flake.overlays.default = final: prev: { }",
        "flake.lib.something = throw \"nobody checks this\"",
        "flake.packages.\"other-system\".bad = throw \"of another system\"",
        "flake.legacyPackages.${system}.bad = throw \"nobody checks this\"",
        "flake.templates.default = { path = ./.; description = \"a template\"; }",
        "packages.lazy = project \"lazy\" \"true\" { test = throw \"nobody asks for this\"; }",
    ] {
        let Some(project) = with_outputs(outputs) else {
            return;
        };
        assert!(flake_check_passes(&project), "{outputs}");
        project.nixward(["check"]).run().expect_code(0);
    }
}

#[test]
fn what_does_not_evaluate_is_an_evaluation_failure() {
    let Some(project) = with_outputs("packages.bad = throw \"no such printer\"") else {
        return;
    };
    let output = project.nixward(["check"]).run().expect_code(3);
    output
        .expect_stderr("EVAL FAIL")
        .expect_stderr("no such printer");
}

#[test]
fn only_the_root_means_the_rest_of_the_flake() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\nmembers = [\"packages/*\"]\n")
        .file("packages/it/data", "")
        .outputs(
            r#"{
              packages.it = project "it" "true" { };
              checks = { it = check "it" "true"; spelling = check "spelling" "echo mispelt; false"; };
              devShells.bad = throw "no shell";
            }"#,
        )
        .build();
    project
        .nixward(["check"])
        .in_folder("packages/it")
        .run()
        .expect_code(0)
        .expect_stderr("1 run: 1 passed");
    project.nixward(["check", "it"]).run().expect_code(0);
    project.nixward(["check", "-p", "*"]).run().expect_code(0);
    let output = project.nixward(["check"]).in_folder("packages").run();
    assert_ne!(output.exit_code(), 0);
}

#[test]
fn a_flake_that_is_no_flake() {
    let Some(nix) = real_nix() else { return };
    for (flake, said) in [
        (
            "{ outputs = { self }: throw \"the whole of it\"; }",
            "the whole of it",
        ),
        (
            "{ outputs = { self }: { packages = throw \"all packages\"; }; }",
            "all packages",
        ),
        ("{ outputs = { self }: ", "syntax error"),
        ("{ }", "outputs"),
        ("{ outputs = { self, missing }: { }; }", "missing"),
    ] {
        let project = project()
            .nix(&nix)
            .manifest("[workspace]\n")
            .flake(flake)
            .build();
        for command in [&["check"][..], &["test", "--all"], &["list"]] {
            project
                .nixward(command)
                .run()
                .expect_code(3)
                .expect_stderr(said);
        }
    }
}

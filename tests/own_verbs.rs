//! Verbs that a workspace declares: `lint = { like = "test" }`.

use crate::support::{office, planned, real_project};

#[test]
fn one_like_test_runs_side_by_side_and_is_reported() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office.nixward(["lint", "--all"]).run().expect_code(0);
    output
        .expect_stderr("printer lint")
        .expect_stderr("tps-report lint")
        .expect_stderr("memo lint: no lint")
        .expect_stderr("2 run: 2 passed, 1 skipped");
    office
        .nixward(["lint", "printer"])
        .run()
        .expect_code(0)
        .expect_stdout_is("linted the printer\n");
    office
        .nixward(["lint"])
        .in_folder("projects/printer")
        .run()
        .expect_code(0);
    // It has the environment of a test, not that of a program.
    office.edit("outputs.nix", "echo linted the printer", "echo [$SECRET]");
    office
        .nixward(["lint", "printer"])
        .env("SECRET", "x")
        .run()
        .expect_code(0)
        .expect_stdout_is("[]\n");
}

#[test]
fn one_like_run_becomes_the_program() {
    let Some(office) = office() else { return };
    let office = office.build();
    office.edit(
        "outputs.nix",
        "echo \"pushed $*\"",
        "echo \"pushed $* $SECRET\"; exit 9",
    );
    let output = office
        .nixward(["push-img", "printer", "--", "--to", "a b"])
        .env("SECRET", "x")
        .run()
        .expect_code(9);
    assert_eq!(output.stdout(), "pushed --to a b x\n");
    assert_eq!(output.stderr(), "");
}

#[test]
fn an_attribute_may_be_named() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(
            r#"[workspace]
[verbs]
deploy = { like = "run", attr = "scripts.deploy", args = ["--to", "staging"] }
images = { like = "build", attr = "container" }
audit = { like = "check", attr = "audit" }
try = { like = "shell", attr = "shell" }
push = { like = "container", attr = "container" }

[projects.web]
deploy = { attr = "scripts.special", args = ["--to", "production"] }
"#,
        )
        .outputs(
            r#"{ packages = {
              api = project "api" "true" {
                scripts.deploy = program "deploy" ''echo "api $*"'';
                container = archive "api" "latest";
                audit = check "audit" "true";
                shell = shell "api-shell" { A = "b"; };
              };
              web = project "web" "true" {
                scripts.deploy = program "deploy" "echo wrong";
                scripts.special = program "special" ''echo "web $*"'';
              };
            }; }"#,
        )
        .build();
    project
        .nixward(["deploy", "api"])
        .run()
        .expect_code(0)
        .expect_stdout_is("api --to staging\n");
    project
        .nixward(["deploy", "web", "--", "x"])
        .run()
        .expect_code(0)
        .expect_stdout_is("web --to production x\n");
    project
        .nixward(["deploy", "--all"])
        .run()
        .expect_code(0)
        .expect_stdout_is("api --to staging\nweb --to production\n");
    project
        .nixward(["images", "api"])
        .run()
        .expect_code(0)
        .expect_stdout("-api.tar");
    project
        .nixward(["audit", "api"])
        .run()
        .expect_code(0)
        .expect_stderr("PASS");
    project
        .nixward(["try", "api", "--", "sh", "-c", "echo $A"])
        .run()
        .expect_code(0)
        .expect_stdout_is("b\n");
    project
        .nixward(["push", "api", "--", "x"])
        .run()
        .expect_code(1)
        .expect_stderr("neither docker nor podman");
    let plan = |verb: &str| {
        planned(
            &project
                .nixward(["plan", verb, "--all", "--message-format", "json"])
                .run()
                .expect_code(0),
        )
    };
    assert_eq!(plan("audit"), ["api audit packages.SYSTEM.api.audit"]);
    assert_eq!(
        plan("deploy"),
        [
            "api deploy packages.SYSTEM.api.scripts.deploy",
            "web deploy packages.SYSTEM.web.scripts.special"
        ]
    );
}

#[test]
fn a_built_in_verb_may_use_another_attribute() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { attr = \"unit-tests\" }\n")
        .outputs(
            r#"{ packages.it = project "it" "true" {
              test = test "echo wrong"; unit-tests = test "echo right";
            }; }"#,
        )
        .build();
    project
        .nixward(["test", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("right\n");
}

#[test]
fn help_of_a_verb_of_ones_own() {
    let Some(office) = office() else { return };
    let output = office
        .build()
        .nixward(["lint", "--help"])
        .run()
        .expect_code(0);
    output
        .expect_stdout("nixward lint")
        .expect_stdout("--fail-fast");
}

#[test]
fn a_verb_that_is_a_command_is_refused() {
    let Some(project) = real_project() else {
        return;
    };
    for name in ["list", "plan", "help", "init", "doctor"] {
        let manifest = format!("[workspace]\n[verbs]\n{name} = {{ like = \"run\" }}\n");
        let project = project.clone().manifest(&manifest).outputs("{ }").build();
        project
            .nixward(["test", "--all"])
            .run()
            .expect_code(2)
            .expect_stderr(name);
    }
}

//! Manifests that are wrong: everything that is wrong with them, at once, before anything is started.

use nixward_testing::{FakeProgram, Project, insta};

use crate::support::{project, real_project};

/// A workspace whose Nix fails every call: it must not be needed.
fn with_manifest(text: &str) -> Project {
    project()
        .manifest(text)
        .flake("{ outputs = _: { }; }")
        .fake(FakeProgram::new("nix"))
        .build()
}

#[test]
fn everything_that_is_wrong_at_once() {
    let project = with_manifest(
        r#"[workspace]
name = "initech"
member = ["packages/*"]

[verbs]
test = { timeot = "10m", retries = "three" }
lint = { like = "tset" }
list = { like = "run" }

[projects.pc-load-letter]
tags = "web"
container = { publish = ["80a:80"] }
"#,
    );
    for args in [
        &["test", "--all"][..],
        &["list"],
        &["run", "x"],
        &["lint", "x"],
        &["nonsense"],
        &[],
    ] {
        let output = project.nixward(args).run().expect_code(2);
        assert_eq!(output.stdout(), "");
        for (line, said) in [
            (3, "a similar key exists: `members`"),
            (6, "`timeot`"),
            (6, "`retries`"),
            (7, "`tset`"),
            (8, "`list`"),
            (11, "`tags`"),
            (12, "80a:80"),
        ] {
            assert!(
                output.stderr().contains(said),
                "{said:?} is not in\n{}",
                output.stderr()
            );
            assert!(
                output
                    .stderr()
                    .contains(&format!("--> nixward.toml:{line}:")),
                "{line}\n{}",
                output.stderr()
            );
        }
        assert!(output.stderr().contains('^'), "{}", output.stderr());
    }
}

#[test]
fn an_error_shows_its_place_and_what_was_meant() {
    let project =
        with_manifest("[workspace]\nname = \"initech\"\n\n[verbs]\nlint = { like = \"tset\" }\n");
    let output = project.nixward(["lint", "--all"]).run().expect_code(2);
    insta::assert_snapshot!(output.snapshot(), @r#"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: `tset` is not a value of `like`
     --> nixward.toml:5:17
      |
    5 | lint = { like = "tset" }
      |                 ^^^^^^ expected `run`, `test`, `check`, `build`, `container` or `shell`
      |
    help: a similar value exists: `test`
    "#);
}

#[test]
fn the_file_is_named_from_where_one_is() {
    let project = with_manifest("[workspace\n");
    project.write("packages/a/x", "");
    project
        .nixward(["list"])
        .in_folder("packages/a")
        .run()
        .expect_code(2)
        .expect_stderr("../../nixward.toml:1:");
}

#[test]
fn a_members_own_manifest() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\nmembers = [\"packages/*\"]\n[verbs]\nlint = { like = \"test\" }\n")
        .file(
            "packages/it/nixward.toml",
            "[project]\ntags = [\"web\"]\ntest = { args = [\"own\"] }\n",
        )
        .outputs(r#"{ packages.it = project "it" "true" { test = test ''echo "tested $*"''; }; }"#)
        .build();
    project
        .nixward(["test", "--tag", "web", "-v"])
        .run()
        .expect_code(0)
        .expect_stderr("tested own");
    project
        .nixward(["test"])
        .in_folder("packages/it")
        .run()
        .expect_code(0)
        .expect_stdout_is("tested own\n");
    // Wrong in both: both are told.
    project.write(
        "packages/it/nixward.toml",
        "[project]\ntag = [\"web\"]\nlimt = { }\n",
    );
    project.edit(
        "nixward.toml",
        "like = \"test\"",
        "like = \"test\", timeout = 5",
    );
    let output = project.nixward(["test", "--all"]).run().expect_code(2);
    let output = output
        .expect_stderr("packages/it/nixward.toml:2:")
        .expect_stderr("a similar key exists: `tags`");
    assert!(
        output.stderr().contains("nixward.toml:4:"),
        "{}",
        output.stderr()
    );
}

#[test]
fn a_project_is_described_once() {
    let project = project()
        .manifest("[workspace]\nmembers = [\"packages/*\"]\n[projects.it]\ntags = [\"a\"]\n")
        .file("packages/it/nixward.toml", "[project]\ntags = [\"web\"]\n")
        .flake("{ outputs = _: { }; }")
        .fake(FakeProgram::new("nix"))
        .build();
    let output = project.nixward(["list"]).run().expect_code(2);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: project `it` is described twice
      caused by: once in [WORKSPACE]/nixward.toml: [projects.it]
      caused by: once in [WORKSPACE]/packages/it/nixward.toml: [project]

    hint: keep one of them
    ");
}

#[test]
fn a_folder_that_is_not_there() {
    let project = with_manifest("[workspace]\n[projects.ghost]\npath = \"packages/ghost\"\n");
    project
        .nixward(["list"])
        .run()
        .expect_code(2)
        .expect_stderr("the folder `packages/ghost` of project `ghost` does not exist")
        .expect_stderr("[projects.ghost]");
}

#[test]
fn a_declared_project_for_which_there_is_no_package() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[projects.printer]\n[projects.scaner]\nattr = \"scanner-2\"\n")
        .outputs(r#"{ packages = { printer = project "printer" "true" { test = test "true"; }; scanner = project "scanner" "true" { }; }; }"#)
        .build();
    let output = project.nixward(["test", "scaner"]).run().expect_code(3);
    output
        .expect_stderr("scanner-2")
        .expect_stderr("did you mean `scanner`?");
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    output
        .expect_stderr("scanner-2")
        .expect_stderr("printer test")
        .expect_stderr("1 passed, 1 failed");
}

#[test]
fn what_is_no_text_or_no_file() {
    let project = project()
        .file("nixward.toml", b"[workspace]\nname = \"\xff\"\n")
        .flake("{ outputs = _: { }; }")
        .build();
    project
        .nixward(["list"])
        .run()
        .expect_code(2)
        .expect_stderr("nixward.toml");
    let project = crate::support::project()
        .file("nixward.toml/x", "")
        .file("README.md", "")
        .build();
    project.nixward(["list"]).run().expect_code(2);
}

#[test]
fn a_projects_own_manifest_without_a_workspace_above() {
    let project = project()
        .manifest("[project]\ntags = [\"web\"]\n")
        .flake("{ outputs = _: { }; }")
        .build();
    project
        .nixward(["list"])
        .run()
        .expect_code(2)
        .expect_stderr("a project's own manifest");
}

#[test]
fn what_has_no_effect_yet_is_said_and_does_no_harm() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { sandbox = \"strict\" }\n")
        .outputs(r#"{ packages.it = project "it" "true" { test = test "true"; }; }"#)
        .build();
    let output = project.nixward(["test", "it"]).run().expect_code(0);
    assert!(
        output.stderr().contains("nixward.toml:3:") && output.stderr().contains("sandbox"),
        "{}",
        output.stderr()
    );
    assert_eq!(
        output.stderr().matches("nixward.toml:3:").count(),
        1,
        "{}",
        output.stderr()
    );
}

#[test]
fn folders_that_no_package_belongs_to_are_ignored() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\nmembers = [\"packages/*\", \"tools/**/bin\"]\nexclude = [\"packages/left-*\"]\n")
        .file("packages/it/x", "")
        .file("packages/docs/x", "")
        .file("packages/left-out/x", "")
        .file("packages/.hidden/x", "")
        .file("tools/a/b/bin/x", "")
        .outputs(
            r#"{ packages = {
              it = project "it" "true" { test = test "true"; };
              left-out = project "left-out" "true" { test = test "false"; };
              elsewhere = project "elsewhere" "true" { test = test "false"; };
            }; }"#,
        )
        .build();
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(0)
        .expect_stderr("1 run: 1 passed");
    let document = project
        .nixward(["list", "--message-format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!(
        document["ignored"],
        serde_json::json!(["packages/docs", "tools/a/b/bin"])
    );
    let output = project.nixward(["test", "elsewhere"]).run().expect_code(4);
    output.expect_stderr(
        "is a package of the flake, but its folder is not among the manifest's members",
    );
}

//! `nixward list`, and `nixward` alone.

use nixward_testing::insta;

use crate::support::{office, real_project};

#[test]
fn projects_with_what_each_can_do() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office.nixward(["list"]).run().expect_code(0);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ----- stdout -----
    PROJECT     VERBS                                               TAGS          FOLDER
    memo        run test check build shell                          paper         projects/memo
    printer     run test check build container shell lint push-img  hardware web  projects/printer
    tps-report  run test build shell lint                           paper         projects/tps_report

    Checks of the workspace: spelling

    ignored: projects/only-a-folder (no package of the flake belongs to it; is it known to git?)

    ----- stderr -----
    ");
    assert_eq!(output.evaluations(), 1);
}

#[test]
fn in_a_projects_folder_only_that_one() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office
        .nixward(["list"])
        .in_folder("projects/memo")
        .run()
        .expect_code(0);
    assert_eq!(output.stdout().lines().count(), 2, "{}", output.stdout());
    office.edit(
        "nixward.toml",
        "members = [",
        "default-members = [\"memo\", \"printer\"]\nmembers = [",
    );
    let output = office.nixward(["list"]).run().expect_code(0);
    assert!(
        !output.stdout().contains("tps-report"),
        "{}",
        output.stdout()
    );
    office
        .nixward(["list", "--all"])
        .run()
        .expect_code(0)
        .expect_stdout("tps-report");
}

#[test]
fn as_a_document() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office
        .nixward(["list", "--message-format", "json"])
        .run()
        .expect_code(0);
    let document = output.json();
    assert_eq!(document["version"], 1);
    assert_eq!(document["workspace"]["name"], "initech");
    assert_eq!(
        document["workspace"]["root"],
        office.workspace().to_str().unwrap()
    );
    assert_eq!(
        document["ignored"],
        serde_json::json!(["projects/only-a-folder"])
    );
    assert_eq!(document["checks"], serde_json::json!(["spelling"]));
    let projects = document["projects"].as_array().unwrap();
    let names: Vec<&str> = projects
        .iter()
        .map(|project| project["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["memo", "printer", "tps-report"]);
    let printer = &projects[1];
    assert_eq!(printer["path"], "projects/printer");
    assert_eq!(printer["attr"], "printer");
    assert_eq!(printer["tags"], serde_json::json!(["hardware", "web"]));
    assert_eq!(
        printer["verbs"],
        serde_json::json!([
            "run",
            "test",
            "check",
            "build",
            "container",
            "shell",
            "lint",
            "push-img"
        ])
    );
    assert_eq!(projects[2]["attr"], "tps_report");
    assert_eq!(projects[2]["path"], "projects/tps_report");
    assert_eq!(projects[0]["description"], "Writes memos");
    // Without a test its checks are its test.
    assert_eq!(
        projects[0]["verbs"],
        serde_json::json!(["run", "test", "check", "build", "shell"])
    );
    let details = printer["verbDetails"].as_object().unwrap();
    assert_eq!(details.len(), 8);
    assert_eq!(details["lint"]["like"], "test");
    let system = nixward_testing::system();
    assert_eq!(
        details["lint"]["attributes"],
        serde_json::json!([format!("packages.{system}.printer.lint")])
    );
}

#[test]
fn the_first_screen_is_of_the_system_that_the_environment_names() {
    let Some(office) = office() else { return };
    let office = office.build();
    for (args, said) in [(&[][..], "(0 projects)"), (&["list"], "no projects")] {
        office
            .nixward(args)
            .env("NIXWARD_SYSTEM", "elsewhere")
            .run()
            .expect_code(0)
            .expect_stdout(said);
    }
}

#[test]
fn another_system_is_to_blame_and_not_what_the_manifest_says() {
    let Some(office) = office() else { return };
    let office = office.build();
    let system = nixward_testing::system();
    for words in [&["test", "printer"][..], &["test", "--all"]] {
        office
            .nixward(words)
            .env("NIXWARD_SYSTEM", "elsewhere")
            .run()
            .expect_code(4)
            .expect_stderr(&format!("the flake has packages for {system}"))
            .expect_stderr_without("attr =");
    }
}

#[test]
fn names_that_nix_would_split_stay_one_name() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages.web = project "web" "true" {
                tests = { "a.b" = check "ab" "true"; broken = { recurseForDerivations = true; "c.d" = throw "no d"; }; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["list", "--message-format=json"])
        .run()
        .expect_code(0);
    let details = &output.json()["projects"][0]["verbDetails"];
    let system = nixward_testing::system();
    assert_eq!(
        details["check"]["attributes"],
        serde_json::json!([format!("packages.{system}.web.tests.\"a.b\"")])
    );
    let output = project.nixward(["check", "web"]).run().expect_code(3);
    // The one that fails is asked for its message by its own name.
    output
        .expect_stderr("web check tests.\"a.b\"")
        .expect_stderr("no d");
}

#[test]
fn some_of_the_projects() {
    let Some(office) = office() else { return };
    let office = office.build();
    for (args, projects) in [
        (&["list", "printer"][..], &["printer"][..]),
        (&["list", "--tag", "paper"], &["memo", "tps-report"]),
        (&["list", "--exclude", "memo"], &["printer", "tps-report"]),
        (&["list", "-p", "p*"], &["printer"]),
    ] {
        let document = office
            .nixward(args)
            .arg("--message-format=json")
            .run()
            .expect_code(0)
            .json();
        let names: Vec<&str> = document["projects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|project| project["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, projects, "{args:?}");
    }
}

#[test]
fn nothing_of_a_project_is_run_or_built() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{
              packages.it = derive "it" "echo ${salt} > $out" // { test = derive "test" "echo ${salt} > $out"; };
              checks.it = derive "check" "echo ${salt} > $out";
            }"#,
        )
        .build();
    for command in [
        &["list"][..],
        &["plan", "test", "--all"],
        &["test", "--all", "--dry-run"],
        &[],
    ] {
        let output = project.nixward(command).run().expect_code(0);
        let commands: Vec<&String> = output
            .nix_calls()
            .iter()
            .flat_map(|call| call.iter().take(3))
            .collect();
        assert!(
            !commands.iter().any(|command| *command == "build"),
            "{commands:?}"
        );
    }
}

#[test]
fn what_does_not_evaluate_is_listed_with_its_message() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[projects.ghost]\n")
        .outputs(
            r#"{
              packages = {
                bad = throw "out of paper";
                fine = project "fine" "true" { test = throw "out of toner"; };
              };
              checks.style = abort "out of style";
            }"#,
        )
        .build();
    let output = project.nixward(["list"]).run().expect_code(0);
    let output = output
        .expect_stdout("fine")
        .expect_stdout("bad")
        .expect_stdout("out of paper");
    output
        .expect_stdout("ghost")
        .expect_stdout("out of toner")
        .expect_stdout("out of style");
    let document = project
        .nixward(["list", "--message-format", "json"])
        .run()
        .expect_code(0)
        .json();
    let failed = document["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 3, "{failed:#?}");
    assert_eq!(document["withoutPackage"][0]["name"], "ghost");
}

#[test]
fn a_workspace_without_projects() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project.manifest("[workspace]\n").outputs("{ }").build();
    project
        .nixward(["list"])
        .run()
        .expect_code(0)
        .expect_stdout_is("This workspace has no projects.\n");
    let output = project.nixward(["test", "--all"]).run();
    assert_eq!(output.exit_code(), 4, "{}", output.stderr());
}

#[test]
fn nixward_alone_shows_where_you_are_and_how_to_start() {
    let Some(office) = office() else { return };
    let office = office.build();
    let none: [&str; 0] = [];
    insta::assert_snapshot!(office.nixward(none).run().expect_code(0).snapshot(), @"
    exit code: 0
    ----- stdout -----
    Workspace initech (3 projects) in [WORKSPACE]
    Projects: memo, printer, tps-report

      nixward list               the projects and what each can do
      nixward test --all         run all tests, side by side
      nixward run PROJECT        run a project's program
      nixward shell PROJECT      open a shell with its tools
      nixward container PROJECT  build its image and load it
      nixward plan test --all    show what would be done, and why

    More: nixward --help

    ----- stderr -----
    ");
    let output = office
        .nixward(none)
        .in_folder("projects/printer/src")
        .run()
        .expect_code(0);
    output
        .expect_stdout("This folder is project printer")
        .expect_stdout("run, test, check, build, container, shell, lint, push-img");
}

#[test]
fn a_flake_without_a_manifest_is_a_workspace_too() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .file("tools/hammer/default.nix", "fixture: fixture.project \"hammer\" \"echo bang $1\" { test = fixture.test \"echo hit\"; meta.position = \"${fixture.self}/tools/hammer/default.nix:1\"; }")
        .outputs(r#"{ packages = { default = project "it" "true" { }; hammer = import ./tools/hammer/default.nix fixture; saw = project "saw" "true" { test = test "true"; }; }; }"#)
        .build();
    let output = project.nixward(["list"]).run().expect_code(0);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ----- stdout -----
    PROJECT  VERBS                 FOLDER
    hammer   run test build shell  tools/hammer
    saw      run test build shell

    ----- stderr -----
    ");
    project
        .nixward(["run", "hammer", "--", "x"])
        .run()
        .expect_code(0)
        .expect_stdout_is("bang x\n");
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(0)
        .expect_stderr("2 passed");
    project
        .nixward(["test"])
        .in_folder("tools/hammer")
        .run()
        .expect_code(0)
        .expect_stdout_is("hit\n");
    project.nixward(["build"]).run().expect_code(0);
}

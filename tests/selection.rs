//! Which projects are meant.

use crate::support::{office, planned, planned_projects};

#[test]
fn at_the_root_a_bare_verb_means_all_where_that_does_no_harm() {
    let Some(office) = office() else { return };
    let office = office.build();
    let everyone = ["memo", "printer", "tps-report"];
    assert_eq!(planned_projects(&office, "", &["test"]), everyone);
    assert_eq!(planned_projects(&office, "", &["build"]), everyone);
    for verb in ["run", "container", "shell", "push-img"] {
        office
            .nixward([verb])
            .run()
            .expect_code(2)
            .expect_stderr(&format!("`nixward {verb}` needs a project"))
            // Not each project has an image, or what a verb of the workspace's own means.
            .expect_stderr(&match verb {
                "run" | "shell" => format!("name one, such as `nixward {verb} memo`"),
                _ => {
                    format!("name one that has it, as `nixward list` shows: nixward {verb} PROJECT")
                }
            })
            // Several shells can't be opened at once.
            .expect_stderr(if verb == "shell" { "" } else { "--all" });
    }
}

#[test]
fn the_default_members_are_what_a_bare_verb_means() {
    let Some(office) = office() else { return };
    let office = office.build();
    office.edit(
        "nixward.toml",
        "members = [",
        "default-members = [\"tps_report\", \"memo\"]\nmembers = [",
    );
    assert_eq!(
        planned_projects(&office, "", &["test"]),
        ["tps-report", "memo"]
    );
    assert_eq!(
        planned_projects(&office, "", &["test", "--all"]),
        ["memo", "printer", "tps-report"]
    );
}

#[test]
fn in_a_projects_folder_a_bare_verb_means_that_project() {
    let Some(office) = office() else { return };
    let office = office.build();
    assert_eq!(
        planned_projects(&office, "projects/printer", &["test"]),
        ["printer"]
    );
    assert_eq!(
        planned_projects(&office, "projects/printer/src", &["test"]),
        ["printer"]
    );
    assert_eq!(
        planned_projects(&office, "projects/tps_report", &["build"]),
        ["tps-report"]
    );
    // Above the projects there is none, as at the root.
    assert_eq!(
        planned_projects(&office, "projects", &["test"]),
        ["memo", "printer", "tps-report"]
    );
    let output = office
        .nixward(["run"])
        .in_folder("projects/memo")
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "memo \n");
    assert_eq!(
        planned_projects(&office, "projects/memo", &["test", "--all"]),
        ["memo", "printer", "tps-report"]
    );
}

#[test]
fn names_are_found_in_both_spellings_and_as_they_stand_in_a_flake() {
    let Some(office) = office() else { return };
    let office = office.build();
    for name in ["tps-report", "tps_report", ".#tps_report", ".#tps-report"] {
        assert_eq!(
            planned_projects(&office, "", &["test", name]),
            ["tps-report"],
            "{name}"
        );
    }
}

#[test]
fn an_exact_name_wins_over_the_other_spelling() {
    let Some(project) = crate::support::real_project() else {
        return;
    };
    let project = project
        .outputs(r#"{ packages = { a_b = project "under" "echo under" { }; a-b = project "minus" "echo minus" { }; }; }"#)
        .build();
    for (name, said) in [("a_b", "under\n"), ("a-b", "minus\n")] {
        assert_eq!(
            project.nixward(["run", name]).run().expect_code(0).stdout(),
            said
        );
    }
}

#[test]
fn folders_name_projects() {
    let Some(office) = office() else { return };
    let office = office.build();
    let absolute = office.path("projects/memo");
    let absolute = absolute.to_str().unwrap();
    for (folder, operand, project) in [
        ("", "./projects/printer", "printer"),
        ("", "projects/printer", "printer"),
        ("", "projects/printer/", "printer"),
        ("projects/printer/src", ".", "printer"),
        ("projects/printer/src", "..", "printer"),
        ("projects/printer", "../tps_report", "tps-report"),
        ("", absolute, "memo"),
    ] {
        assert_eq!(
            planned_projects(&office, folder, &["test", operand]),
            [project],
            "{operand} in {folder:?}"
        );
    }
    for (folder, operand) in [
        ("", "."),
        ("", "projects/"),
        ("", "./nowhere"),
        ("projects", ".."),
        ("", "/"),
    ] {
        office
            .nixward(["test", operand])
            .in_folder(folder)
            .run()
            .expect_code(4)
            .expect_stderr(&format!("`{operand}`"))
            .expect_stderr("nixward list");
    }
    office
        .nixward(["test", "projects/only-a-folder"])
        .run()
        .expect_code(4);
}

#[test]
fn patterns_and_tags() {
    let Some(office) = office() else { return };
    let office = office.build();
    for (args, projects) in [
        (&["-p", "*r*"][..], &["printer", "tps-report"][..]),
        (&["-p", "projects/p*"], &["printer"]),
        (&["--project", "{memo,printer}"], &["memo", "printer"]),
        (&["-p", "tps_report"], &["tps-report"]),
        (&["--tag", "paper"], &["memo", "tps-report"]),
        (
            &["--tag", "web", "--tag", "paper"],
            &["printer", "memo", "tps-report"],
        ),
        (&["--all", "--exclude", "m*"], &["printer", "tps-report"]),
        (
            &["--workspace", "--exclude", "tps-report"],
            &["memo", "printer"],
        ),
        (
            &["--tag", "paper", "--exclude", "projects/tps_report"],
            &["memo"],
        ),
        (&["tps-report", "-p", "m*", "memo"], &["tps-report", "memo"]),
        (&["memo", "memo"], &["memo"]),
        (
            &["tps_report", "memo", "tps-report"],
            &["tps-report", "memo"],
        ),
    ] {
        let words: Vec<&str> = ["build"].iter().chain(args).copied().collect();
        assert_eq!(planned_projects(&office, "", &words), projects, "{args:?}");
    }
}

#[test]
fn what_matches_nothing_gets_the_nearest_names() {
    let Some(office) = office() else { return };
    let office = office.build();
    for (args, message, hint) in [
        (
            &["test", "printr"][..],
            "no project `printr`",
            "did you mean `printer`?",
        ),
        (
            &["test", "tps-reprot.test"],
            "no project `tps-reprot.test`",
            "did you mean `tps-report`?",
        ),
        (
            &["run", "PRINTER"],
            "no project `PRINTER`",
            "did you mean `printer`?",
        ),
        (
            &["test", "-p", "pr?"],
            "no project matches `-p pr?`",
            "nixward list",
        ),
        (
            &["test", "-p", "memos"],
            "no project matches `-p memos`",
            "did you mean `memo`?",
        ),
        (
            &["test", "--tag", "papre"],
            "no project matches `--tag papre`",
            "did you mean `paper`?",
        ),
        (
            &["test", "--all", "--exclude", "printre"],
            "no project matches `--exclude printre`",
            "did you mean `printer`?",
        ),
        (
            &["test", "memo", "--exclude", "memo"],
            "no project is selected",
            "--exclude",
        ),
        (
            &["tset", "--all"],
            "`tset` is no command and no verb",
            "did you mean `test`?",
        ),
        (
            &["lnt"],
            "`lnt` is no command and no verb",
            "did you mean `lint`?",
        ),
        (
            &["push_img", "printer"],
            "`push_img` is no command and no verb",
            "did you mean `push-img`?",
        ),
        (
            &["plan", "tst"],
            "`tst` is no verb of this workspace",
            "did you mean `test`?",
        ),
        (
            &["list", "printr"],
            "no project `printr`",
            "did you mean `printer`?",
        ),
    ] {
        let output = office
            .nixward(args)
            .run()
            .expect_code(4)
            .expect_stderr(message)
            .expect_stderr(hint);
        assert_eq!(output.stdout(), "", "{args:?}");
    }
}

#[test]
fn an_unknown_flag_or_a_wrong_value_is_a_usage_error() {
    let Some(office) = office() else { return };
    let office = office.build();
    for args in [
        &["test", "--al"][..],
        &["test", "--jobs", "0"],
        &["test", "-j", "many"],
        &["list", "--message-format", "xml"],
        &["push-img", "--bogus"],
        &["run", "printer", "--bogus"],
        &["--bogus"],
        &["plan"],
        &["container", "printer", "--run", "--no-load"],
        &["test", "-p", "a["],
        &["test", "--override-input", "only-one"],
    ] {
        let output = office
            .nixward(args)
            .run()
            .expect_code(2)
            .expect_stderr("error:");
        assert_eq!(output.stdout(), "", "{args:?}");
        assert_eq!(
            output.evaluations(),
            usize::from(args.contains(&"a[")),
            "{args:?}"
        );
    }
    office
        .nixward(["test", "--al"])
        .run()
        .expect_code(2)
        .expect_stderr("--all");
}

#[test]
fn arguments_are_for_projects_that_are_named_one_by_one() {
    let Some(office) = office() else { return };
    let office = office.build();
    for args in [
        &["test", "--all", "--", "-v"][..],
        &["test", "-p", "printer", "--", "-v"],
        &["test", "--tag", "web", "--", "-v"],
        &["test", "--", "-v"],
        &["push-img", "--all", "--", "x y"],
    ] {
        let output = office
            .nixward(args)
            .run()
            .expect_code(2)
            .expect_stderr("named one by one");
        assert_eq!(output.stdout(), "", "{args:?}");
    }
    office
        .nixward(["test", "printer", "tps-report", "--", "-v"])
        .arg("x y")
        .arg("--verbose")
        .run()
        .expect_code(0);
    let output = office
        .nixward(["test", "--", "-v"])
        .in_folder("projects/printer")
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "printer tested -v\n");
}

#[test]
fn a_missing_verb_is_an_error_only_where_the_project_was_named() {
    let Some(office) = office() else { return };
    let office = office.build();
    office
        .nixward(["container", "memo"])
        .run()
        .expect_code(4)
        .expect_stderr("`memo` has no `container`");
    office
        .nixward(["container"])
        .in_folder("projects/memo")
        .run()
        .expect_code(4);
    office
        .nixward(["lint", "printer", "memo"])
        .run()
        .expect_code(4)
        .expect_stderr("`memo` has no `lint`");
    office
        .nixward(["lint", "--all"])
        .run()
        .expect_code(0)
        .expect_stderr("SKIP [         ] memo lint: no lint")
        .expect_stderr("2 passed, 1 skipped");
    office
        .nixward(["container", "--all", "--no-load"])
        .run()
        .expect_code(0)
        .expect_stderr("tps-report container: no container");
    // One that was asked for by a pattern was not named.
    office
        .nixward(["lint", "-p", "*"])
        .run()
        .expect_code(0)
        .expect_stderr("memo lint: no lint");
}

#[test]
fn a_verb_that_nobody_has_matches_nothing() {
    let Some(office) = office() else { return };
    let office = office.build();
    office.edit(
        "nixward.toml",
        "lint =",
        "deploy = { like = \"run\" }\nlint =",
    );
    office
        .nixward(["deploy", "--all"])
        .run()
        .expect_code(4)
        .expect_stderr("no project can `deploy`: none has a `deploy`");
}

#[test]
fn a_missing_attribute_is_an_error_that_says_what_is_there() {
    let Some(office) = office() else { return };
    let office = office.build();
    office
        .nixward(["run", "printer.pyton"])
        .run()
        .expect_code(4)
        .expect_stderr("`printer` has no `pyton`")
        .expect_stderr("did you mean `python`?")
        .expect_stderr("container");
    office
        .nixward(["run", "memo.python"])
        .run()
        .expect_code(4)
        .expect_stderr("has nothing in passthru");
    office
        .nixward(["run", "printer.meta"])
        .run()
        .expect_code(4)
        .expect_stderr("`printer` has no `meta` that is a derivation; it is of type set");
}

#[test]
fn operands_name_attributes_without_a_declaration() {
    let Some(office) = office() else { return };
    let office = office.build();
    let plan = |args: &[&str]| {
        let command = office.nixward(["plan", "--message-format", "json"]);
        planned(
            &args
                .iter()
                .fold(command, |command, arg| command.arg(arg))
                .run()
                .expect_code(0),
        )
    };
    assert_eq!(
        plan(&["run", "printer.python"]),
        ["printer run packages.SYSTEM.printer.python"]
    );
    assert_eq!(
        plan(&["run", ".#printer.push-img"]),
        ["printer run packages.SYSTEM.printer.push-img"]
    );
    assert_eq!(
        plan(&["build", "printer.container"]),
        ["printer build packages.SYSTEM.printer.container"]
    );
    assert_eq!(
        plan(&["test", "printer.lint"]),
        ["printer test packages.SYSTEM.printer.lint"]
    );
    assert_eq!(
        plan(&["build", "printer", "printer.test"]),
        [
            "printer build packages.SYSTEM.printer",
            "printer build packages.SYSTEM.printer.test"
        ]
    );
}

#[test]
fn a_name_with_a_dot_is_a_project_before_it_is_an_attribute() {
    let Some(project) = crate::support::real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
                "web.v2" = project "v2" "echo the second" { test = test "true"; };
                web = project "web" "echo the first" { v2 = program "old" "echo an attribute"; v3 = program "v3" "echo the third"; };
            }; }"#,
        )
        .build();
    assert_eq!(
        project
            .nixward(["run", "web.v2"])
            .run()
            .expect_code(0)
            .stdout(),
        "the second\n"
    );
    assert_eq!(
        project
            .nixward(["run", "web.v3"])
            .run()
            .expect_code(0)
            .stdout(),
        "the third\n"
    );
    assert_eq!(
        project
            .nixward(["run", "web"])
            .run()
            .expect_code(0)
            .stdout(),
        "the first\n"
    );
    let output = project
        .nixward(["plan", "test", "web.v2.test", "--message-format", "json"])
        .run()
        .expect_code(0);
    assert_eq!(
        planned(&output),
        ["web.v2 test packages.SYSTEM.\"web.v2\".test"]
    );
}

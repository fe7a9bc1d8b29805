//! The example workspace, built with the repository's own package set: what the README promises of it.

use nixward_testing::{Project, port};

use crate::support::initech;

#[test]
fn all_tests_pass_after_one_evaluation() {
    let Some(project) = initech() else { return };
    let project = project.build();
    let output = project.nixward(["test", "--all"]).run().expect_code(0);
    assert_eq!(output.evaluations(), 1, "{:?}", output.nix_calls());
    let output = output.expect_stderr("7 run: 7 passed");
    for name in [
        "flair",
        "jump-to-conclusions",
        "pc-load-letter",
        "penny-shaver",
        "random-python-project",
        "stapler",
        "tps-report",
    ] {
        assert!(
            output.stderr().contains(&format!("] {name} test\n")),
            "{name} is not in\n{}",
            output.stderr()
        );
    }
}

#[test]
fn a_broken_assertion_fails_its_project_and_no_other() {
    let Some(project) = initech() else { return };
    let project = project.build();
    project.edit(
        "packages/projects/pc_load_letter/tests/test_web.py",
        "\"status\": \"ok\"",
        "\"status\": \"on fire\"",
    );
    let output = project.nixward(["test", "--all"]).run().expect_code(1);
    let output = output
        .expect_stderr("] pc-load-letter test\n")
        .expect_stderr("6 passed, 1 failed");
    let output = output.expect_stderr("on fire").expect_stderr("test_health");
    let log = output
        .stderr()
        .lines()
        .find_map(|line| line.trim().strip_prefix("log: "))
        .unwrap();
    let log = fs_err::read_to_string(log).unwrap();
    assert!(
        log.contains("FAILED") && log.contains("test_health"),
        "{log}"
    );
    let passed = output
        .stderr()
        .lines()
        .filter(|line| line.contains("PASS ["))
        .count();
    assert_eq!(passed, 6);
}

#[test]
fn arguments_reach_pytest_and_both_spellings_work() {
    let Some(project) = initech() else { return };
    let project = project.build();
    for name in ["pc-load-letter", "pc_load_letter"] {
        let output = project
            .nixward(["test", name, "--", "-vvv"])
            .run()
            .expect_code(0);
        assert!(
            output.stdout().contains("::test_health PASSED"),
            "{}",
            output.stdout()
        );
    }
    let output = project
        .nixward(["test", "--", "-k", "health", "-q"])
        .in_folder("packages/projects/pc_load_letter")
        .run();
    output.expect_code(0).expect_stdout("1 passed");
}

#[test]
fn what_is_edited_in_any_language_is_built_and_tested_again() {
    let Some(project) = initech() else { return };
    let project = project.build();
    let edits = [
        ("flair/src/wardrobe.rs", "//"),
        ("jump-to-conclusions/src/mat.ts", "//"),
        ("pc_load_letter/src/pc_load_letter/printers.py", "#"),
        ("penny-shaver/rust/lib.rs", "//"),
        ("stapler/src/stapler.c", "//"),
        ("tps-report/tps-report.sh", "#"),
    ];
    for (file, comment) in edits {
        let path = project.path(format!("packages/projects/{file}"));
        let text = fs_err::read_to_string(&path).unwrap();
        // In no store yet, with whichever Nix.
        fs_err::write(&path, format!("{text}\n{comment} {}\n", project.salt())).unwrap();
    }
    let output = project
        .nixward(["test", "--all", "--message-format", "json"])
        .run()
        .expect_code(0);
    for derivation in [
        "-flair-1.0.0.drv",
        "-jump-to-conclusions-tests-1.1.0.drv",
        "-penny-shaver-0.3.0.drv",
        "-stapler-1.2.0.drv",
        "-tps-report.drv",
    ] {
        let line = output.stdout().lines().find(|line| {
            line.contains(r#""reason":"build-finished""#) && line.contains(derivation)
        });
        assert!(
            line.is_some(),
            "{derivation} is not in\n{}",
            output.stdout()
        );
    }
}

/// Runs a service, asks it for its health and a page of its own, and ends it as a person does.
fn serves_until_ctrl_c(name: &str, port_number: u16, page: &str, content: &str) {
    let Some(project) = initech() else { return };
    let project = project.build();
    project.nixward(["build", name]).run().expect_code(0);
    let port = port(port_number);
    let running = project.nixward(["run", name]).start();
    let health = port.wait_for("/healthz");
    assert!(health.contains("\"status\":\"ok\""), "{health}");
    let answer = port.get(page).unwrap();
    assert!(answer.contains(content), "{answer}");
    running.interrupt();
    let output = running.finish();
    assert!(
        !output.stderr().contains("Traceback"),
        "{}",
        output.stderr()
    );
    assert!(port.get("/healthz").is_none());
}

#[test]
fn the_server_in_python_answers_and_ctrl_c_leaves_nothing() {
    serves_until_ctrl_c("pc-load-letter", 8080, "/", "engineering");
}

#[test]
fn the_server_in_rust_answers_and_ctrl_c_leaves_nothing() {
    serves_until_ctrl_c("flair", 8081, "/employees", "joanna");
}

#[test]
fn the_server_in_typescript_answers_and_ctrl_c_leaves_nothing() {
    serves_until_ctrl_c("jump-to-conclusions", 8082, "/mat", "Could be wrong");
}

#[test]
fn each_language_has_its_tools_in_the_shell() {
    let Some(project) = initech() else { return };
    let project = project.build();
    for (name, tools) in [
        ("flair", &["cargo", "rustc"][..]),
        ("jump-to-conclusions", &["node", "npm"]),
        ("pc-load-letter", &["python"]),
        ("penny-shaver", &["python", "cargo"]),
        ("stapler", &["cc", "make"]),
        ("tps-report", &["bash"]),
    ] {
        let looks = tools
            .iter()
            .map(|tool| format!("command -v {tool} && {tool} --version >/dev/null"));
        let script = looks.collect::<Vec<_>>().join(" && ");
        let output = project
            .nixward(["shell", name, "--", "bash", "-c", &script])
            .run()
            .expect_code(0);
        // The project's own, not those of the machine.
        let found: Vec<&str> = output.stdout().lines().collect();
        assert_eq!(found.len(), tools.len(), "{found:?}");
        assert!(
            found.iter().all(|path| path.starts_with("/nix/store/")),
            "{found:?}"
        );
    }
}

#[test]
fn an_extension_in_another_language_can_be_imported() {
    let Some(project) = initech() else { return };
    let project = project.build();
    let code = "import penny_shaver";
    for verb in ["run", "shell"] {
        let words = match verb {
            "run" => vec!["run", "penny-shaver.python", "--", "-c", code],
            _ => vec!["shell", "penny-shaver", "--", "python", "-c", code],
        };
        project.nixward(words).run().expect_code(0);
    }
}

#[test]
fn the_interpreter_is_a_program_too() {
    let Some(project) = initech() else { return };
    let project = project.build();
    let python = |code: &str| {
        project
            .nixward(["run", "pc-load-letter.python", "--", "-c", code])
            .run()
    };
    python("import flask").expect_code(0);
    python("exit(7)").expect_code(7);
    python("import sys; print(sys.argv)")
        .expect_code(0)
        .expect_stdout_is("['-c']\n");
    python("import no_such_module")
        .expect_code(1)
        .expect_stderr("ModuleNotFoundError");
}

#[test]
fn a_command_in_the_shell() {
    let Some(project) = initech() else { return };
    let project = project.build();
    project
        .nixward([
            "shell",
            "pc-load-letter",
            "--",
            "python",
            "-c",
            "import flask",
        ])
        .run()
        .expect_code(0);
    project
        .nixward(["shell", "pc-load-letter", "--", "python", "-c", "exit(6)"])
        .run()
        .expect_code(6);
}

#[test]
fn the_dependency_that_needs_an_override_is_there() {
    let Some(project) = initech() else { return };
    let project = project.build();
    project
        .nixward([
            "run",
            "random-python-project.python",
            "--",
            "-c",
            "import snaptime",
        ])
        .run()
        .expect_code(0);
    project
        .nixward(["run", "random-python-project"])
        .run()
        .expect_code(0);
}

#[test]
fn checks_are_those_of_the_flake() {
    let Some(project) = initech() else { return };
    let project = project.build();
    let output = project.nixward(["check"]).run().expect_code(0);
    output
        .expect_stderr("flair check")
        .expect_stderr("jump-to-conclusions check")
        .expect_stderr("pc-load-letter check")
        .expect_stderr("stapler check")
        .expect_stderr("(workspace) check reports-fit-on-a-page");
}

#[test]
fn an_image_is_an_archive_that_holds_the_app() {
    let Some(project) = initech() else { return };
    let project = project.build();
    let output = project
        .nixward(["container", "stapler", "--no-load"])
        .run()
        .expect_code(0);
    let path = output.stdout().trim().to_owned();
    let files = project
        .host_command("/bin/tar".as_ref())
        .env("PATH", "/usr/bin:/bin")
        .args(["-tf", &path])
        .output()
        .unwrap();
    let files = String::from_utf8(files.stdout).unwrap();
    assert!(
        files.lines().any(|file| file.ends_with("manifest.json")),
        "{files}"
    );
    project
        .nixward(["container", "tps-report"])
        .run()
        .expect_code(4)
        .expect_stderr("`tps-report` has no `container`");
}

#[test]
fn the_list_of_projects() {
    let Some(project) = initech() else { return };
    let project: Project = project.build();
    let document = project
        .nixward(["list", "--message-format", "json"])
        .run()
        .expect_code(0)
        .json();
    let projects = document["projects"].as_array().unwrap();
    let of = |name: &str| {
        projects
            .iter()
            .find(|project| project["name"] == name)
            .unwrap()
    };
    assert_eq!(projects.len(), 7);
    assert_eq!(
        of("pc-load-letter")["path"],
        "packages/projects/pc_load_letter"
    );
    assert_eq!(of("pc-load-letter")["attr"], "pc_load_letter");
    assert_eq!(
        of("pc-load-letter")["verbs"],
        serde_json::json!(["run", "test", "check", "build", "container", "shell"])
    );
    assert_eq!(
        of("random-python-project")["verbs"],
        serde_json::json!(["run", "test", "build", "shell"])
    );
    assert_eq!(document["failed"], serde_json::json!([]));
    assert_eq!(document["ignored"], serde_json::json!([]));
}

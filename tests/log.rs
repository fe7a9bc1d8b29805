//! `nixward log`: what ran before, read without Nix, without git, and where the flake is broken.

use nixward_testing::{Project, insta, wait_until};

use crate::support::{
    every_ending, is_root, may_make_namespaces, real_project, same_words_for_a_failed_build,
};

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Without how long ago it was and what the run is called.
fn without_age(text: &str) -> String {
    let line = |line: &str| match (line.split_once(", "), line.split_once(" ago: ")) {
        _ if line.starts_with("run: ") => "run: [RUN]".to_owned(),
        (Some((before, _)), Some((_, after))) => format!("{before}, [AGE] ago: {after}"),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Tests that pass, fail and pass at the second time, and a check.
fn several() -> Option<Project> {
    let project = real_project()?
        .manifest(
            "[workspace]\nname = \"initech\"\n[verbs]\ntest = { pass-env = [\"FLAG\"] }\n\
             [projects.flaky]\ntest = { retries = 1 }\n",
        )
        .outputs(
            r#"{
              packages = {
                failing = project "failing" "true" { test = test "echo out; echo err >&2; exit 3"; };
                flaky = project "flaky" "true" { test = test ''
                  test -e "$FLAG" || { touch "$FLAG"; echo not yet; exit 1; }
                  echo now
                ''; };
                pc_load_letter = project "pc" "true" { test = test ''
                  for i in 1 2 3 4 5 6 7 8 9; do echo "line $i"; done
                ''; };
              };
              checks.spelling = check "spelling" "echo well spelled";
            }"#,
        )
        .build();
    Some(project)
}

fn test_all(project: &Project) -> nixward_testing::Output {
    let flag = project.root().join("flag");
    // Each run begins without it.
    let _was_there = fs_err::remove_file(&flag);
    project.nixward(["test", "--all"]).env("FLAG", &flag).run()
}

#[test]
fn the_last_run_is_told_and_shown_again() {
    let Some(project) = every_ending() else {
        return;
    };
    let run = project.nixward(["test", "--all"]).run().expect_code(3);
    let log = project.nixward(["log"]).run().expect_code(0);
    assert_eq!(log.stderr(), "");
    assert!(log.nix_calls().is_empty());
    insta::assert_snapshot!(sorted(&without_age(&log.redacted_stdout())), @"
            FAIL [DURATION] failing test
            FAIL [DURATION] killed test
            FAIL [DURATION] nowhere test
            PASS [DURATION] passing test
          Failed [DURATION] test, [AGE] ago: 1 passed, 6 failed, 1 skipped
         TIMEOUT [DURATION] slow test
        log: [ROOT]/state/nixward/runs/[RUN]/broken.test.0.log
        log: [ROOT]/state/nixward/runs/[RUN]/failing.test.1.log
        log: [ROOT]/state/nixward/runs/[RUN]/killed.test.2.log
        log: [ROOT]/state/nixward/runs/[RUN]/nowhere.test.3.log
        log: [ROOT]/state/nixward/runs/[RUN]/slow.test.5.log
        log: [ROOT]/state/nixward/runs/[RUN]/throwing.test.6.log
       EVAL FAIL [DURATION] throwing test
      BUILD FAIL [DURATION] broken test
    logs: [ROOT]/state/nixward/runs/[RUN]
    run: [RUN]
    ");
    let replay = project.nixward(["log", "--replay"]).run().expect_code(0);
    assert_eq!(
        (replay.stdout(), replay.stderr()),
        (run.stdout(), run.stderr())
    );
    // What is about a report is refused where there is none, and a variable is not.
    for option in ["--junit=it.xml", "--report=summary"] {
        project
            .nixward(["log", option])
            .run()
            .expect_code(2)
            .expect_stderr("with `--replay` the run is reported once more");
    }
    project
        .nixward(["log"])
        .env("NIXWARD_JUNIT", "it.xml")
        .env("NIXWARD_REPORT", "summary")
        .run()
        .expect_code(0);
    // In any style and format.
    let summary = project
        .nixward(["log", "--replay", "--report=summary", "--junit=it.xml"])
        .in_folder("..")
        .arg("-C")
        .arg(project.workspace())
        .changing_the_worktree()
        .run()
        .expect_code(0)
        .expect_stderr("summary: passed=1 flaky=0 failed=6 ")
        .expect_stderr("| again: nixward test broken");
    let text = same_words_for_a_failed_build(&summary.redacted_stderr());
    assert!(
        text.contains("build-failed: broken test: [THE BUILD FAILED]"),
        "{text}"
    );
    let junit = fs_err::read_to_string(project.path("it.xml")).unwrap();
    assert!(
        junit.contains("tests=\"8\" skipped=\"1\" failures=\"3\" errors=\"3\""),
        "{junit}"
    );
    let run = project
        .nixward(["test", "--all", "--message-format=json"])
        .run()
        .expect_code(3);
    let replay = project
        .nixward(["log", "--replay", "--message-format=json"])
        .run()
        .expect_code(0);
    assert_eq!(replay.stdout(), run.stdout());
}

#[test]
fn the_whole_output_of_a_step_is_there_wherever_it_was_asked_for() {
    let Some(project) = several() else { return };
    test_all(&project).expect_code(1);
    project.nixward(["check", "--all"]).run().expect_code(0);
    let log = |args: &[&str]| {
        let command = project.nixward(["log"]);
        args.iter()
            .fold(command, |command, arg| command.arg(arg))
            .run()
    };
    // By either spelling of its name, from the last run that had it.
    let lines: String = (1..10).map(|line| format!("line {line}\n")).collect();
    log(&["pc-load-letter"])
        .expect_code(0)
        .expect_stdout_is(&lines)
        .expect_stderr("PASS [")
        .expect_stderr("pc_load_letter test");
    log(&["failing", "test"])
        .expect_code(0)
        .expect_stdout_is("out\nerr\n")
        .expect_stderr("it exited with code 3")
        .expect_stderr("ago; not in the run since\n");
    let quiet = log(&["flaky", "-q"])
        .expect_code(0)
        .expect_stdout_is("not yet\n──── nixward: try 2 of 2 ────\nnow\n");
    assert_eq!(quiet.stderr(), "");
    log(&["(workspace)", "check"])
        .expect_code(0)
        .expect_stderr("(workspace) check spelling");
    let json = log(&["failing", "--message-format=json"])
        .expect_code(0)
        .json();
    assert_eq!(json["steps"].as_array().unwrap().len(), 1);
    assert_eq!(json["steps"][0]["log"], "failing.test.0.log");
    // What is not there has something near it.
    log(&["failng"])
        .expect_code(4)
        .expect_stderr("no run that is kept has a step `failng`")
        .expect_stderr("did you mean `failing`?");
    log(&["failing", "tst"])
        .expect_code(4)
        .expect_stderr("no run that is kept has a step `failing tst`")
        .expect_stderr("did you mean `test`?");
    log(&["flaky", "--failed"])
        .expect_code(4)
        .expect_stderr("no run that is kept has a failed step `flaky`");
    // A flake that is broken, and one that is not there, are no trouble.
    project.write("flake.nix", "{ nothing that Nix reads");
    log(&["failing"])
        .expect_code(0)
        .expect_stdout_is("out\nerr\n");
    fs_err::remove_file(project.path("flake.nix")).unwrap();
    fs_err::remove_dir_all(project.repository().join(".git")).unwrap();
    project.remove_program("nix");
    project
        .nixward(["log", "failing"])
        .changing_the_worktree()
        .run()
        .expect_code(0)
        .expect_stdout_is("out\nerr\n");
}

#[test]
fn runs_are_found_by_a_part_of_their_name() {
    let Some(project) = several() else { return };
    project
        .nixward(["log"])
        .run()
        .expect_code(4)
        .expect_stderr("no run of this workspace is kept");
    test_all(&project).expect_code(1);
    let passed = project.nixward(["test", "pc-load-letter"]).run();
    let shown = passed.expect_code(0);
    let json = |args: &[&str]| {
        let command = project.nixward(["log", "--message-format=json"]);
        let command = args.iter().fold(command, |command, arg| command.arg(arg));
        command.run().expect_code(0).json()
    };
    let runs = json(&["--runs"]);
    let name = |place: usize| runs["runs"][place]["run"].as_str().unwrap().to_owned();
    let states = [&runs["runs"][0]["state"], &runs["runs"][1]["state"]];
    assert_eq!(states, ["passed", "failed"]);
    assert_eq!(
        json(&["--runs", "--failed"])["runs"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let failed = json(&["--failed"]);
    assert_eq!(failed["run"], name(1));
    let steps = failed["steps"].as_array().unwrap().iter();
    let steps: Vec<&str> = steps.filter_map(|step| step["project"].as_str()).collect();
    assert_eq!(steps, ["failing"]);
    let text = project.nixward(["log", "--failed"]).run().expect_code(0);
    assert!(!text.stdout().contains("PASS"), "{}", text.stdout());
    let end = name(1).rsplit_once('-').unwrap().1.to_owned();
    assert_eq!(json(&["--id", &end])["run"], name(1));
    assert_eq!(json(&["--id", &name(0)])["verb"], "test");
    // The output of the only test was shown as it came.
    let replay = project.nixward(["log", "--replay"]).run().expect_code(0);
    assert_eq!(
        (replay.stdout(), replay.stderr()),
        (shown.stdout(), shown.stderr())
    );
    project
        .nixward(["log", "--id", "17"])
        .run()
        .expect_code(4)
        .expect_stderr("`17` may be ");
    project
        .nixward(["log", "--id", "nothing"])
        .run()
        .expect_code(4)
        .expect_stderr("no run that is kept is called `nothing`")
        .expect_stderr("`nixward log --runs` lists the runs");
    project
        .nixward(["log", "failing", "--id", &name(0)])
        .run()
        .expect_code(4)
        .expect_stderr("that run has no step `failing`");
    project
        .nixward(["log", "--runs", "--stats"])
        .run()
        .expect_code(2);
}

#[test]
fn statistics_tell_what_is_flaky() {
    let Some(project) = several() else { return };
    for _ in 0..3 {
        test_all(&project).expect_code(1);
    }
    let stats = project
        .nixward(["log", "--stats", "--message-format=json"])
        .run()
        .expect_code(0)
        .json();
    assert_eq!((&stats["v"], &stats["runs"]), (&1.into(), &3.into()));
    let steps = stats["steps"].as_array().unwrap();
    let of = |project: &str| {
        steps
            .iter()
            .find(|step| step["project"] == project)
            .unwrap()
    };
    assert_eq!(of("flaky")["flakiness"], 1.0);
    assert_eq!(
        (&of("failing")["failed"], &of("failing")["changed"]),
        (&3.into(), &0.into())
    );
    project
        .nixward(["log", "--stats"])
        .run()
        .expect_code(0)
        .expect_stdout("3 runs looked at")
        .expect_stdout("flaky test  100%   3           0        3");
    project
        .nixward(["log", "--stats", "pc-load-letter"])
        .run()
        .expect_code(0)
        .expect_stdout("nothing was flaky");
    // All of them begin so, and not all are named.
    test_all(&project).expect_code(1);
    project
        .nixward(["log", "--id", "1"])
        .run()
        .expect_code(4)
        .expect_stderr(", or one of 1 more\n");
}

#[test]
fn what_was_not_run_is_told_with_the_reason() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(
            "[workspace]\nname = \"initech\"\n[verbs]\ntest = { pass-env = [\"CODE\"] }\n\
             [projects.later]\ntest = { after = [\"first.test\"] }\n",
        )
        .outputs(
            r#"{ packages = {
              first = project "first" "true" { test = test "exit $CODE"; };
              later = project "later" "true" { test = test "echo later"; };
            }; }"#,
        )
        .build();
    for code in ["0", "1"] {
        let test = project.nixward(["test", "--all"]).env("CODE", code);
        test.run().expect_code(code.parse().unwrap());
    }
    let log = |args: &[&str]| {
        let command = project.nixward(["log"]);
        let command = args.iter().fold(command, |command, arg| command.arg(arg));
        command.run().expect_code(0)
    };
    let not_run = "     NOT RUN [         ] later test: first test, which it comes after, failed\n";
    log(&[]).expect_stdout(not_run);
    log(&["--failed"]).expect_stdout(not_run);
    let id = |place: usize| {
        let runs = log(&["--runs", "--message-format=json"]).json();
        runs["runs"][place]["run"].as_str().unwrap().to_owned()
    };
    log(&["later"])
        .expect_stdout_is("")
        .expect_stderr(not_run)
        .expect_stderr(&format!(
            "    its last output: nixward log later --id {}\n",
            id(1)
        ))
        .expect_stderr(&format!("    run: {}, ", id(0)));
    log(&["later", "--id", &id(1)])
        .expect_stdout_is("later\n")
        .expect_stderr("PASS [");
    let json = log(&["later", "test", "--message-format=json"]).json();
    let why = "first test, which it comes after, failed";
    assert_eq!(
        (&json["steps"][0]["status"], &json["steps"][0]["why"]),
        (&"not-run".into(), &why.into())
    );
}

#[test]
fn a_run_that_is_killed_or_cancelled_can_be_read() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
              endless = project "endless" "true" { test = test "echo begun; sleep 600"; };
              quick = project "quick" "true" { test = test "echo done"; };
            }; }"#,
        )
        .build();
    let state = || {
        let log = project.nixward(["log", "--message-format=json"]).start();
        let log = log.finish_beside_others();
        (log.exit_code() == 0).then(|| log.json())
    };
    let is = |wanted: &str| state().filter(|run| run["state"] == wanted);
    let start = || {
        let running = project.nixward(["test", "--all", "-j2"]).start();
        running.wait_for_stderr("quick test");
        let record = || is("running").filter(|run| run["steps"][0]["project"] == "quick");
        wait_until("its record", record);
        running
    };
    let running = start();
    let beside = |args: &[&str]| {
        let command = project.nixward(["log"]);
        let command = args.iter().fold(command, |command, arg| command.arg(arg));
        command.start().finish_beside_others().expect_code(0)
    };
    beside(&[])
        .expect_stdout("     Running [ ")
        .expect_stdout("     RUNNING [ ")
        .expect_stdout("1 passed, 1 running");
    beside(&["endless"])
        .expect_stdout_is("begun\n")
        .expect_stderr("endless test\n");
    // Until it has run for a while, which only the time of its record says.
    wait_until("a second of it", || {
        is("running").filter(|run| run["steps"][1]["milliseconds"].as_u64() > Some(2000))
    });
    running.kill();
    running.finish().expect_signal(9);
    let broken_off = is("broken-off").unwrap();
    assert_eq!(broken_off["steps"][0]["project"], "quick");
    let unfinished = &broken_off["steps"][1];
    assert_eq!(
        (&unfinished["project"], &unfinished["status"]),
        (&"endless".into(), &"unfinished".into())
    );
    assert_eq!(broken_off["unfinished"], 1);
    let milliseconds = |value: &serde_json::Value| value["milliseconds"].as_u64().unwrap();
    assert!(milliseconds(unfinished) > 1000, "{unfinished}");
    assert!(milliseconds(&broken_off) >= milliseconds(unfinished));
    project
        .nixward(["log", "--failed"])
        .run()
        .expect_code(0)
        .expect_stdout("  UNFINISHED [> ")
        .expect_stdout("1 passed, 1 unfinished");
    project
        .nixward(["log", "endless"])
        .run()
        .expect_code(0)
        .expect_stdout_is("begun\n")
        .expect_stderr("  UNFINISHED [> ")
        .expect_stderr(&format!(
            "    run: {}, ",
            broken_off["run"].as_str().unwrap()
        ));
    project
        .nixward(["log", "quick"])
        .run()
        .expect_code(0)
        .expect_stdout_is("done\n");
    project
        .nixward(["log", "--replay"])
        .run()
        .expect_code(0)
        .expect_stderr("quick test")
        .expect_stderr("warning: the run was broken off");
    let running = start();
    running.interrupt();
    let output = running.finish().expect_signal(2);
    let cancelled = is("cancelled").unwrap();
    assert_eq!(cancelled["interrupted"], 1);
    let replay = project.nixward(["log", "--replay"]).run().expect_code(0);
    assert_eq!(replay.stderr(), output.stderr());
}

#[test]
fn what_cannot_be_recorded_is_one_warning() {
    let Some(project) = several() else { return };
    let nothing = project
        .nixward(["test", "pc-load-letter"])
        .env("XDG_STATE_HOME", "/dev/null/state")
        .run()
        .expect_code(0);
    assert_eq!(
        nothing.stderr().matches("warning").count(),
        1,
        "{}",
        nothing.stderr()
    );
    if !may_make_namespaces() || !is_root() {
        return nixward_testing::skipped("only root can mount something here");
    }
    project.install_host_program("unshare");
    project.install_host_program("mount");
    let state = project.root().join("state");
    let script = format!(
        "mkdir -p {0} && mount -t tmpfs -o size=12k none {0} && exec \"$@\"",
        state.display()
    );
    let unshare = [
        "unshare",
        "--mount",
        "--map-root-user",
        "sh",
        "-c",
        &script,
        "sh",
    ];
    let full = project
        .nixward(["test", "--all"])
        .env("FLAG", project.root().join("flag"))
        .under(unshare)
        .run()
        .expect_code(1)
        .expect_stderr("warning: the run is not recorded, for `nixward log`: ");
    assert_eq!(
        full.stderr().matches("warning").count(),
        1,
        "{}",
        full.stderr()
    );
}

//! What is done about tests that fail now and then, take long, or disturb each other.

use std::time::{Duration, Instant};

use nixward_schema::{EventLine, EventLineKind, LineFailedTry, LineStatus, RecordKind, RecordLine};
use nixward_testing::{Finished, Project, insta};

use crate::support::real_project;

/// Projects with these tests, which know by STAMPS a folder that outlives them.
fn tested(settings: &str, tests: &[(&str, &str)]) -> Option<Project> {
    let packages: String = tests
        .iter()
        .map(|(name, script)| {
            format!("{name} = project \"{name}\" \"true\" {{ test = test ''{script}''; }};\n")
        })
        .collect();
    let manifest =
        format!("[workspace]\n[verbs]\ntest = {{ pass-env = [\"STAMPS\"], {settings} }}\n");
    let project = real_project()?
        .manifest(&manifest)
        .outputs(&format!("{{ packages = {{ {packages} }}; }}"))
        .build();
    fs_err::create_dir(project.root().join("stamps")).unwrap();
    Some(project)
}

fn call<'a>(project: &'a Project, args: &[&str]) -> nixward_testing::NixwardCommand<'a> {
    let words: Vec<&str> = ["test"].iter().chain(args).copied().collect();
    let stamps = project.root().join("stamps");
    project.nixward(words).env("STAMPS", stamps)
}

/// How many files of that beginning the tests made.
fn stamps(project: &Project, beginning: &str) -> usize {
    fs_err::read_dir(project.root().join("stamps"))
        .unwrap()
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with(beginning)
        })
        .count()
}

fn forget_stamps(project: &Project) {
    let stamps = project.root().join("stamps");
    fs_err::remove_dir_all(&stamps).unwrap();
    fs_err::create_dir(&stamps).unwrap();
}

fn json(output: &Finished) -> Vec<EventLineKind> {
    let line = |line: &str| serde_json::from_str::<EventLine>(line).unwrap().kind;
    output.stdout().lines().map(line).collect()
}

/// Fails up to its third run, each time in an empty folder and with a home of its own.
const THIRD_TIME: &str = r#"
  ls -A . "$HOME" "$TMPDIR" | grep -v : | grep . && echo found something
  touch here "$HOME/here" "$TMPDIR/here"
  mktemp "$STAMPS/tryXXXXXX" > /dev/null
  set -- "$STAMPS"/try*
  echo "this is run $#"
  [ $# -ge 3 ]"#;

/// The time of a step is that of its tries: from its beginning to its end are the pauses, too.
fn pauses_do_not_count(output: &Finished) {
    let record = std::path::PathBuf::from(log(output)).with_file_name("events.jsonl");
    let (mut began, mut ended, mut ran, mut paused) = (0, 0, 0, 0);
    for line in fs_err::read_to_string(record).unwrap().lines() {
        let line: RecordLine = serde_json::from_str(line).unwrap();
        match line.kind {
            RecordKind::StepStarted { .. } => began = line.at,
            RecordKind::TryFailed {
                delay_nanoseconds, ..
            } => paused += delay_nanoseconds,
            RecordKind::StepFinished { outcome, .. } => {
                ended = line.at;
                ran = outcome.nanoseconds;
            }
            _ => {}
        }
    }
    assert!(ran > 0 && paused > 0, "{ran} {paused}");
    assert!(ended - began >= ran + paused, "{began}..{ended}: {ran}");
}

#[test]
fn a_test_that_passes_after_failures_is_flaky() {
    let Some(project) = tested("retries = 3", &[("it", THIRD_TIME)]) else {
        return;
    };
    let output = call(&project, &["--all"]).run().expect_code(0);
    insta::assert_snapshot!(redacted(&output), @"
      TRY 1 FAIL [DURATION] it test
        it exited with code 1; once more in [PAUSE]
      TRY 2 FAIL [DURATION] it test
        it exited with code 1; once more in [PAUSE]
       FLAKY 3/4 [DURATION] it test
        log: [ROOT]/state/nixward/runs/[RUN]/it.test.0.log
    ────────────
         Summary [DURATION] 1 run: 1 passed (1 flaky)
    ");
    let log = fs_err::read_to_string(log(&output)).unwrap();
    insta::assert_snapshot!(log, @"
    this is run 1
    ──── nixward: try 2 of 4 ────
    this is run 2
    ──── nixward: try 3 of 4 ────
    this is run 3
    ");
    pauses_do_not_count(&output);
    forget_stamps(&project);
    let output = call(&project, &["it", "--message-format", "json"])
        .run()
        .expect_code(0);
    let lines = json(&output);
    let failure = |line: &EventLineKind| match line {
        EventLineKind::TryFailed {
            number,
            of: 4,
            failure,
            delay_milliseconds,
            ..
        } => {
            // The first pause is of at most 200 ms, and each may be twice as long as the one before.
            let longest = 100 << number;
            assert!(
                (longest / 2..=longest).contains(delay_milliseconds),
                "{delay_milliseconds}"
            );
            Some((*number, failure.status, failure.exit_code))
        }
        _ => None,
    };
    let failures: Vec<_> = lines.iter().filter_map(failure).collect();
    assert_eq!(
        failures,
        [
            (1, LineStatus::Failed, Some(1)),
            (2, LineStatus::Failed, Some(1))
        ]
    );
    let end = lines.iter().find_map(|line| match line {
        EventLineKind::StepFinished {
            status,
            most_tries,
            failed_tries,
            ..
        } => Some((status, most_tries, failed_tries)),
        _ => None,
    });
    let Some((LineStatus::Flaky, Some(4), tries)) = end else {
        panic!("{end:?}")
    };
    let is_failure =
        |one: &LineFailedTry| one.status == LineStatus::Failed && one.exit_code == Some(1);
    assert!(
        tries.len() == 2 && tries.iter().all(is_failure),
        "{tries:?}"
    );
    assert!(
        matches!(
            lines.last(),
            Some(EventLineKind::RunFinished {
                passed: 1,
                failed: 0,
                flaky: 1,
                slow: 0,
                ..
            })
        ),
        "{lines:?}"
    );
}

/// The report without what differs from run to run.
fn redacted(output: &Finished) -> String {
    let without_pause = |line: &str| match line.split_once("; once more in ") {
        Some((before, _)) => format!("{before}; once more in [PAUSE]\n"),
        None => format!("{line}\n"),
    };
    output
        .redacted_stderr()
        .lines()
        .map(without_pause)
        .collect()
}

fn log(output: &Finished) -> String {
    let line = output
        .stderr()
        .lines()
        .find_map(|line| line.trim().strip_prefix("log: "));
    line.unwrap_or_else(|| panic!("no log is named in\n{}", output.stderr()))
        .to_owned()
}

#[test]
fn a_test_that_fails_every_time_says_how_often() {
    let script = "mktemp \"$STAMPS/tryXXXXXX\" > /dev/null; echo out of paper; exit 7";
    let Some(project) = tested("retries = 1", &[("it", script)]) else {
        return;
    };
    let output = call(&project, &["--all"]).run().expect_code(1);
    insta::assert_snapshot!(redacted(&output), @"
      TRY 1 FAIL [DURATION] it test
        it exited with code 7; once more in [PAUSE]
            FAIL [DURATION] it test
        … 2 lines before, in the log
        out of paper
        it exited with code 7
        it failed in each of 2 tries
        log: [ROOT]/state/nixward/runs/[RUN]/it.test.0.log
    ────────────
         Summary [DURATION] 1 run: 0 passed, 1 failed
    ");
    assert_eq!(stamps(&project, "try"), 2);
    // The command line counts before the manifest, and the plan knows.
    forget_stamps(&project);
    call(&project, &["it", "--retries", "0"])
        .run()
        .expect_code(1)
        .expect_stderr_without("TRY")
        .expect_stderr_without("tries");
    assert_eq!(stamps(&project, "try"), 1);
    call(&project, &["it"])
        .env("NIXWARD_RETRIES", "2")
        .run()
        .expect_code(1)
        .expect_stderr("it failed in each of 3 tries");
    assert_eq!(stamps(&project, "try"), 4);
}

#[test]
fn what_cannot_be_started_is_not_tried_again() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { retries = 3 }\n")
        .outputs(
            r#"{ packages.it = project "it" "true" { test = derive "nothing" "mkdir $out"; }; }"#,
        )
        .build();
    project
        .nixward(["test", "it"])
        .run()
        .expect_code(1)
        .expect_stderr_without("TRY");
}

#[test]
fn ctrl_c_ends_the_tries_too() {
    let script = "mktemp \"$STAMPS/tryXXXXXX\" > /dev/null; exit 1";
    let Some(project) = tested("retries = 20", &[("it", script)]) else {
        return;
    };
    let running = call(&project, &["it"]).start();
    running.wait_for_stderr("TRY 4 FAIL");
    let begun = Instant::now();
    running.interrupt();
    // The pause is of most of a second, and those to come are of ten.
    running
        .finish()
        .expect_signal(2)
        .expect_stderr("CANCELLED")
        .expect_stderr("1 interrupted (cancelled)");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!((4..=5).contains(&stamps(&project, "try")));
}

#[test]
fn options_of_tests_are_for_verbs_like_test() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[verbs]\nlint = { like = \"test\" }\npush = { like = \"run\" }\n")
        .outputs(
            r#"{ packages.it = project "it" "true" {
              lint = test "exit 1"; push = program "push" "true";
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["push", "it", "--retries", "1"])
        .run()
        .expect_code(2);
    insta::assert_snapshot!(output.redacted_stderr(), @"
    error: `--retries` is for verbs like `test`; `push` is like `run`

    hint: nixward push without `--retries`
    ");
    // A variable is not meant for one command.
    project
        .nixward(["push", "it"])
        .env("NIXWARD_RETRIES", "1")
        .run()
        .expect_code(0);
    project
        .nixward(["lint", "it", "--retries", "1"])
        .run()
        .expect_code(1)
        .expect_stderr("it failed in each of 2 tries");
    for bad in ["21", "-1", "three"] {
        project
            .nixward(["lint", "it", &format!("--retries={bad}")])
            .run()
            .expect_code(2)
            .expect_stderr("--retries");
    }
    project
        .nixward(["run", "it", "--retries", "1"])
        .run()
        .expect_code(2)
        .expect_stderr("unexpected argument '--retries'");
}

#[test]
fn a_slow_test_is_told_while_it_runs_and_counted_in_the_end() {
    let wait = "touch \"$STAMPS/runs\"; while ! [ -e \"$STAMPS/enough\" ]; do sleep 0.02; done";
    let Some(project) = tested(
        "slow-after = \"800ms\", timeout = \"60s\"",
        &[
            ("fast", "true"),
            ("slow", wait),
            ("bad", "sleep 0.9; exit 1"),
        ],
    ) else {
        return;
    };
    let running = call(&project, &["--all", "-j1"]).start();
    // Told a second time when it has taken twice as long.
    running.wait_for_stderr("SLOW [>  1.600s] slow test");
    fs_err::write(project.root().join("stamps/enough"), "").unwrap();
    let output = running.finish().expect_code(1);
    output
        .expect_stderr("SLOW [>  0.800s] slow test")
        .expect_stderr("SLOW [>  0.800s] bad test")
        .expect_stderr("] slow test (slow)\n")
        .expect_stderr("] bad test (slow)\n")
        .expect_stderr("] fast test\n")
        .expect_stderr("3 run: 2 passed (1 slow), 1 failed (1 slow)");
    let output = call(&project, &["--all", "--message-format", "json"])
        .run()
        .expect_code(1);
    let lines = json(&output);
    let told = lines.iter().filter_map(|line| match line {
        EventLineKind::StepSlow {
            project,
            milliseconds,
            ..
        } => Some((project.as_deref(), *milliseconds)),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [(Some("bad"), 800)]);
    let slow = lines.iter().filter_map(|line| match line {
        EventLineKind::StepFinished { project, slow, .. } => Some((project.as_deref()?, *slow)),
        _ => None,
    });
    let mut slow: Vec<_> = slow.collect();
    slow.sort_unstable();
    assert_eq!(slow, [("bad", true), ("fast", false), ("slow", false)]);
    assert!(matches!(
        lines.last(),
        Some(EventLineKind::RunFinished { slow: 1, .. })
    ));
}

#[test]
fn a_timeout_is_a_failure_that_is_tried_again() {
    // The first try takes too long and says good-bye, the second is in time.
    let script = r#"
      trap "echo asked to end; exit 0" TERM
      mkdir "$STAMPS/first" 2> /dev/null || exit 0
      echo begun; while :; do sleep 0.02; done"#;
    let Some(project) = tested("retries = 1, timeout = \"1500ms\"", &[("it", script)]) else {
        return;
    };
    let output = call(&project, &["--all"])
        .run()
        .expect_code(0)
        .expect_stderr("TRY 1 FAIL")
        .expect_stderr("it was ended after its timeout of 1.5s; once more in ")
        .expect_stderr("FLAKY 2/2")
        .expect_stderr("1 run: 1 passed (1 flaky)")
        .expect_stderr_without("TERMINATING")
        .expect_stderr_without("killed");
    let log = fs_err::read_to_string(log(&output)).unwrap();
    assert!(
        log.starts_with("begun\n")
            && log.ends_with("asked to end\n──── nixward: try 2 of 2 ────\n"),
        "{log}"
    );
}

#[test]
fn a_test_that_does_not_end_after_its_timeout_is_killed() {
    let script = "trap : TERM; setsid sleep 600 & while :; do sleep 1; done";
    let Some(project) = tested("timeout = \"200ms\"", &[("it", script)]) else {
        return;
    };
    let begun = Instant::now();
    let output = call(&project, &["it", "--message-format", "json"])
        .run()
        .expect_code(1);
    let taken = begun.elapsed();
    let output = output
        .expect_stderr(" TERMINATING [>  0.200s] it test\n")
        .expect_stderr("it was ended after its timeout of 0.2s")
        .expect_stderr("it was asked to end with SIGTERM, did not for 10.");
    let end = json(&output).into_iter().find_map(|line| match line {
        EventLineKind::StepFinished {
            status,
            milliseconds,
            notes,
            ..
        } => Some((status, milliseconds, notes)),
        _ => None,
    });
    let Some((LineStatus::TimedOut, milliseconds, notes)) = end else {
        panic!("{end:?}")
    };
    // The time that it took, not the time that it had.
    let spent = Duration::from_millis(milliseconds);
    assert!(
        Duration::from_millis(10_700) <= spent && spent <= taken,
        "{spent:?}"
    );
    assert!(
        matches!(&*notes, [note] if note.ends_with("and was killed")),
        "{notes:?}"
    );
}

#[test]
fn the_plan_says_how_tests_are_run() {
    let Some(project) = tested(
        "group = \"db\", weight = 2, retries = 2, timeout = \"10m\", slow-after = \"90s\"",
        &[("it", "true")],
    ) else {
        return;
    };
    let plan = |args: &[&str]| {
        let words: Vec<&str> = ["plan", "test", "it"].iter().chain(args).copied().collect();
        project.nixward(words).run().expect_code(0)
    };
    plan(&[]).expect_stdout(
        "    ended after 10m, slow after 1m 30s, tried up to 3 times, in group db, weighs 2\n",
    );
    let output = plan(&["--retries", "0", "--message-format", "json"]);
    let document: nixward_schema::PlanDocument = serde_json::from_str(output.stdout()).unwrap();
    let tests: Vec<_> = document.steps.iter().map(|step| &step.test).collect();
    let expected = nixward_schema::PlanTest {
        timeout_milliseconds: Some(600_000),
        grace_milliseconds: None,
        slow_after_milliseconds: Some(90_000),
        retries: 0,
        group: Some("db".to_owned()),
        weight: Some(2),
        repeat: None,
    };
    assert_eq!(tests, [&None, &Some(expected)]);
}

#[test]
fn no_two_of_a_group_run_at_once_and_nobody_waits_for_them() {
    // Whoever finds the room taken fails. The first of them goes when all that are in no group have come, for whom
    // there must be a worker all the time.
    let inside = "mkdir \"$STAMPS/room\" || exit 1; sleep 0.2; rmdir \"$STAMPS/room\"";
    let first = "mkdir \"$STAMPS/room\" || exit 1; \
                 while ! [ -e \"$STAMPS/x\" -a -e \"$STAMPS/y\" -a -e \"$STAMPS/z\" ]; do sleep 0.02; done; \
                 rmdir \"$STAMPS/room\"";
    let Some(project) = real_project() else {
        return;
    };
    let test = |name: &str, script: &str| {
        format!("{name} = project \"{name}\" \"true\" {{ test = test ''{script}''; }};\n")
    };
    let mut packages = test("a", first);
    for name in ["b", "c", "d"] {
        packages += &test(name, inside);
    }
    for name in ["x", "y", "z"] {
        packages += &test(name, &format!("touch \"$STAMPS/{name}\""));
    }
    let groups: String = ["a", "b", "c", "d"]
        .map(|name| format!("[projects.{name}]\ntest = {{ group = \"room\" }}\n"))
        .concat();
    let project = project
        .manifest(&format!(
            "[workspace]\n[verbs]\ntest = {{ pass-env = [\"STAMPS\"], timeout = \"30s\" }}\n{groups}"
        ))
        .outputs(&format!("{{ packages = {{ {packages} }}; }}"))
        .build();
    let stamps = project.root().join("stamps");
    fs_err::create_dir(&stamps).unwrap();
    // Built before, so that all of them are ready at once.
    for _ in 0..2 {
        call(&project, &["--all", "-j2"])
            .run()
            .expect_code(0)
            .expect_stderr("7 run: 7 passed\n");
        forget_stamps(&project);
    }
}

#[test]
fn tests_are_repeated_up_to_their_first_failure() {
    let often = "mktemp \"$STAMPS/oftenXXXXXX\" > /dev/null";
    let until = "mktemp \"$STAMPS/untilXXXXXX\" > /dev/null; set -- \"$STAMPS\"/until*; echo run $#; [ $# -lt 3 ]";
    let Some(project) = tested("retries = 5", &[("often", often), ("until", until)]) else {
        return;
    };
    let output = call(&project, &["--all", "--repeat", "20"])
        .run()
        .expect_code(1)
        .expect_stderr("] often test (20 runs)\n")
        .expect_stderr("] until test (run 3 of 20)\n")
        .expect_stderr("2 run: 1 passed, 1 failed\n")
        .expect_stderr_without("TRY");
    assert_eq!(
        (stamps(&project, "often"), stamps(&project, "until")),
        (20, 3)
    );
    assert_eq!(
        fs_err::read_to_string(log(&output)).unwrap(),
        "run 1\n──── nixward: run 2 of 20 ────\nrun 2\n──── nixward: run 3 of 20 ────\nrun 3\n"
    );
    forget_stamps(&project);
    let output = call(
        &project,
        &["--all", "--repeat", "4", "--message-format", "json"],
    )
    .run()
    .expect_code(1);
    let runs = json(&output).into_iter().filter_map(|line| match line {
        EventLineKind::StepFinished {
            project,
            status,
            runs,
            ..
        } => Some((project?, status, runs.map(|runs| (runs.done, runs.wanted)))),
        _ => None,
    });
    let mut runs: Vec<_> = runs.collect();
    runs.sort_by(|left, right| left.0.cmp(&right.0));
    assert_eq!(
        runs,
        [
            ("often".to_owned(), LineStatus::Passed, Some((4, 4))),
            ("until".to_owned(), LineStatus::Failed, Some((3, 4))),
        ]
    );
    project
        .nixward(["plan", "test", "often", "--repeat", "4"])
        .run()
        .expect_code(0)
        .expect_stdout("    4 times over\n");
    let output = call(&project, &["often", "--repeat", "4", "--retries", "1"])
        .run()
        .expect_code(2);
    insta::assert_snapshot!(output.redacted_stderr(), @"
    error: `--repeat` and `--retries` do not go together

    hint: `--repeat 4` alone ends with a test's first failure
    ");
    call(&project, &["often", "--repeat", "0"])
        .run()
        .expect_code(2)
        .expect_stderr("--repeat");
    // A variable is not meant for one command.
    call(&project, &["often", "--repeat", "2"])
        .env("NIXWARD_RETRIES", "1")
        .run()
        .expect_code(0)
        .expect_stderr("(2 runs)");
    project
        .nixward(["plan", "build", "often", "--repeat", "2"])
        .run()
        .expect_code(2)
        .expect_stderr("error: `--repeat` is for verbs like `test`\n");
}

#[test]
fn ctrl_c_ends_repetitions() {
    let script = "mktemp \"$STAMPS/runXXXXXX\" > /dev/null; echo ran; sleep 0.05";
    let Some(project) = tested("timeout = \"60s\"", &[("it", script)]) else {
        return;
    };
    let running = call(&project, &["it", "--repeat", "4000000000"]).start();
    running.wait_for_stdout("ran");
    running.interrupt();
    running
        .finish()
        .expect_signal(2)
        .expect_stderr("CANCELLED")
        .expect_stderr("1 interrupted (cancelled)");
}

#[test]
fn a_check_is_not_repeated_and_that_is_said() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages.it = project "it" "true" { tests.smoke = check "smoke" "true"; }; }"#,
        )
        .build();
    project
        .nixward(["test", "it", "--repeat", "3"])
        .run()
        .expect_code(0)
        .expect_stderr("warning: it test tests.smoke: Nix builds a check once, `--repeat` does not count for it")
        .expect_stderr("1 run: 1 passed\n");
}

#[test]
fn a_heavy_test_takes_several_jobs() {
    // With two jobs, a test of weight two meets nobody, and neither does one that is heavier than there are jobs.
    let alone = "mkdir \"$STAMPS/room\" || exit 1; sleep 0.1; rmdir \"$STAMPS/room\"";
    let tests = ["a", "b", "c", "d"].map(|name| (name, alone));
    for weight in ["2", "100"] {
        let Some(project) = tested(&format!("weight = {weight}"), &tests) else {
            return;
        };
        for _ in 0..2 {
            call(&project, &["--all", "-j2"])
                .run()
                .expect_code(0)
                .expect_stderr("4 run: 4 passed\n");
        }
    }
    // With four jobs, two of them go at the same time.
    let meet = |own: &str, other: &str| {
        format!("touch \"$STAMPS\"/{own}; while ! [ -e \"$STAMPS\"/{other} ]; do sleep 0.02; done")
    };
    let Some(project) = tested(
        "weight = 2, timeout = \"60s\"",
        &[("a", &meet("a", "b")), ("b", &meet("b", "a"))],
    ) else {
        return;
    };
    call(&project, &["--all", "-j4"]).run().expect_code(0);
}

#[test]
fn fail_fast_stops_tries_and_repetitions_but_not_for_a_flaky_test() {
    // The other fails once it has seen three runs of the repeated one.
    let bad = "while ! [ -e \"$STAMPS/enough\" ]; do sleep 0.02; done; exit 1";
    let good = "mktemp \"$STAMPS/goodXXXXXX\" > /dev/null; set -- \"$STAMPS\"/good*; \
                [ $# -lt 3 ] || touch \"$STAMPS/enough\"; sleep 0.05";
    let Some(project) = tested("timeout = \"60s\"", &[("bad", bad), ("good", good)]) else {
        return;
    };
    let output = call(
        &project,
        &["--all", "-j2", "--fail-fast", "--repeat", "1000000"],
    )
    .run()
    .expect_code(1)
    .expect_stderr("bad test (run 1 of 1000000)\n")
    .expect_stderr("2 run: 1 passed, 1 failed\n");
    assert!(
        output.stderr().contains(" of 1000000 runs)\n"),
        "{}",
        output.stderr()
    );
    // A try that was announced does not come any more; what went before is the end.
    let once = "mktemp \"$STAMPS/onceXXXXXX\" > /dev/null; set -- \"$STAMPS\"/once*; \
                [ $# -lt 4 ] || touch \"$STAMPS/enough\"; exit 3";
    let Some(project) = tested("timeout = \"60s\"", &[("bad", bad), ("once", once)]) else {
        return;
    };
    project.edit(
        "nixward.toml",
        "[verbs]",
        "[projects.once]\ntest = { retries = 20 }\n[verbs]",
    );
    call(&project, &["--all", "-j2", "--fail-fast"])
        .run()
        .expect_code(1)
        .expect_stderr("it failed in each of 4 tries")
        .expect_stderr("note: not tried again: something else failed, and `--fail-fast`\n")
        .expect_stderr("2 run: 0 passed, 2 failed\n");
    assert_eq!(stamps(&project, "once"), 4);
    // One that passes in the end is no failure.
    let Some(project) = tested("retries = 3", &[("a", THIRD_TIME), ("b", "true")]) else {
        return;
    };
    call(&project, &["--all", "-j1", "--fail-fast"])
        .run()
        .expect_code(0)
        .expect_stderr("2 run: 2 passed (1 flaky)\n");
}

#[test]
fn a_second_ctrl_c_kills_a_test_that_does_not_end_after_its_timeout() {
    let script = "trap : TERM INT; while :; do sleep 1; done";
    let Some(project) = tested("retries = 5, timeout = \"200ms\"", &[("it", script)]) else {
        return;
    };
    let running = call(&project, &["it"]).start();
    running.wait_for_stderr("TERMINATING");
    let begun = Instant::now();
    running.interrupt();
    running.wait_for_stderr("once more to kill");
    running.interrupt();
    running
        .finish()
        .expect_signal(2)
        .expect_stderr("TIMEOUT")
        .expect_stderr_without("did not for 10")
        .expect_stderr_without("TRY");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

//! `--report`: the forms of a report besides the one for people, and that none of them is in the way of the run.

use nixward_testing::insta;

use crate::support::{
    closed_pipe, every_ending, full, office, real_project, same_words_for_a_failed_build,
};

/// The lines, without the words that are different each time, in an order that is always the same.
fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// A summary has a time that is no duration in brackets.
fn without_seconds(text: &str) -> String {
    let (before, seconds) = text.split_once("seconds=").unwrap();
    let rest = seconds.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    format!("{before}seconds=N{rest}")
}

#[test]
fn a_summary_is_counts_and_a_line_for_each_failure() {
    let Some(project) = every_ending() else {
        return;
    };
    let output = project
        .nixward(["test", "--all", "--report", "summary"])
        .run()
        .expect_code(3)
        .expect_stdout_is("");
    let text = same_words_for_a_failed_build(&without_seconds(&output.redacted_stderr()));
    assert!(text.starts_with("summary: "), "{text}");
    insta::assert_snapshot!(sorted(&text), @"
    build-failed: broken test: [THE BUILD FAILED] with exit code 3 | log: [ROOT]/state/nixward/runs/[RUN]/broken.test.0.log | again: nixward test broken
    could-not-start: nowhere test: cannot execute /nix/store/[HASH]-nothing/bin/nothing: No such file or directory | log: [ROOT]/state/nixward/runs/[RUN]/nowhere.test.3.log | again: nixward test nowhere
    evaluation-failed: throwing test: out of paper | log: [ROOT]/state/nixward/runs/[RUN]/throwing.test.6.log | again: nixward test throwing
    failed: failing test: it exited with code 3 | log: [ROOT]/state/nixward/runs/[RUN]/failing.test.1.log | again: nixward test failing
    failed: killed test: it was ended by signal 11 | log: [ROOT]/state/nixward/runs/[RUN]/killed.test.2.log | again: nixward test killed
    summary: passed=1 flaky=0 failed=6 interrupted=0 not-run=0 skipped=1 seconds=N
    timed-out: slow test: it was ended after its timeout of 0.1s | log: [ROOT]/state/nixward/runs/[RUN]/slow.test.5.log | again: nixward test slow
    ");
}

#[test]
fn the_command_of_a_summary_runs_just_that_again() {
    let Some(project) = every_ending() else {
        return;
    };
    let output = project
        .nixward([
            "test",
            "failing",
            "slow",
            "--report=summary",
            "--option",
            "cores",
            "1",
        ])
        .run()
        .expect_code(1);
    let again = output
        .stderr()
        .lines()
        .find(|line| line.starts_with("failed: "))
        .and_then(|line| line.rsplit_once(" | again: "))
        .unwrap()
        .1;
    assert_eq!(again, "nixward test failing --option cores 1");
    let words = again.split(' ').skip(1);
    let output = project.nixward(words).run().expect_code(1);
    assert!(output.stdout().contains("forged"), "{}", output.stdout());
}

#[test]
fn an_attribute_that_was_named_is_named_again() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[verbs]\nlint = { like = \"test\" }\n")
        .outputs(
            r#"{ packages.web = project "web" "true" {
              test = test "exit 1"; unit = test "exit 2"; lint = test "exit 3"; tests.deep = test "exit 4";
            }; }"#,
        )
        .build();
    for (verb, operand) in [
        ("test", "web"),
        ("test", "web.unit"),
        ("test", "web.tests.deep"),
        ("lint", "web"),
    ] {
        let output = project
            .nixward([verb, operand, "--report", "summary", "-C"])
            .arg(project.workspace())
            .run()
            .expect_code(1);
        let again = format!(
            " | again: nixward -C {} {verb} {operand}\n",
            project.workspace().display()
        );
        assert!(output.stderr().ends_with(&again), "{}", output.stderr());
    }
}

#[test]
fn none_says_nothing_but_errors() {
    let Some(office) = office() else { return };
    let office = office.build();
    for style in ["none", "summary"] {
        // Data is data in every style.
        let output = office
            .nixward(["build", "printer", "--report", style])
            .run()
            .expect_code(0);
        assert!(
            output.stdout().starts_with("/nix/store/"),
            "{}",
            output.stdout()
        );
        let output = office
            .nixward(["push-img", "--all", "--report", style])
            .run()
            .expect_code(0);
        assert!(output.stdout().contains("pushed"), "{}", output.stdout());
        assert_eq!(
            output.stderr().is_empty(),
            style == "none",
            "{}",
            output.stderr()
        );
        // The output of a test is none.
        office
            .nixward(["test", "printer"])
            .env("NIXWARD_REPORT", style)
            .run()
            .expect_code(0)
            .expect_stdout_is("");
        office
            .nixward(["test", "prynter", "--report", style])
            .run()
            .expect_code(4)
            .expect_stderr("did you mean `printer`?");
    }
    office
        .nixward(["test", "--all", "--report", "junit"])
        .run()
        .expect_code(2)
        .expect_stderr("[possible values: auto, plain, github, gitlab, summary, none]");
}

/// What GitHub's runner would carry out: the commands that are not stopped.
fn commands(log: &str) -> Vec<&str> {
    let mut stopped_until: Option<&str> = None;
    let mut commands = Vec::new();
    for line in log.split(['\n', '\r']).map(str::trim_start) {
        if let Some(token) = stopped_until {
            if line == format!("::{token}::") {
                stopped_until = None;
            }
        } else if let Some(token) = line.strip_prefix("::stop-commands::") {
            stopped_until = Some(token);
        } else if line.starts_with("::") || line.contains("##[") {
            commands.push(line);
        }
    }
    assert_eq!(stopped_until, None, "{log}");
    commands
}

#[test]
fn github_gets_groups_annotations_and_a_summary() {
    let Some(project) = every_ending() else {
        return;
    };
    let summary = project.root().join("summary.md");
    fs_err::write(&summary, "what was there\n").unwrap();
    let output = project
        .nixward(["test", "--all", "-v"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .run()
        .expect_code(3)
        .expect_stdout_is("");
    let log = same_words_for_a_failed_build(&output.redacted_stderr());
    insta::assert_snapshot!(sorted(&commands(&log).join("\n")), @"
    ::endgroup::
    ::endgroup::
    ::endgroup::
    ::error title=broken test%3A build-failed::[THE BUILD FAILED] with exit code 3%0A%0Athe last words of library
    ::error title=failing test%3A failed::it exited with code 3%0A%0A::error title=forged::from a test%0A  ::set-env name=FORGED::yes%0Acolours red & <tags> ]]> 
    ::error title=killed test%3A failed::it was ended by signal 11
    ::error title=nowhere test%3A could-not-start::cannot execute /nix/store/[HASH]-nothing/bin/nothing: No such file or directory
    ::error title=slow test%3A timed-out::it was ended after its timeout of 0.1s
    ::error title=throwing test%3A evaluation-failed::out of paper
    ::group::output of broken test
    ::group::output of failing test
    ::group::output of passing test
    ");
    let summary = fs_err::read_to_string(summary).unwrap();
    let rows: Vec<String> = summary
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            match cells.as_slice() {
                [result, step, _time, _reason] => format!("{result} | {step}"),
                _ => line.to_owned(),
            }
        })
        .collect();
    assert_eq!(rows[0], "what was there");
    assert!(
        rows[1].starts_with("### nixward test: 1 passed, 6 failed in "),
        "{}",
        rows[1]
    );
    insta::assert_snapshot!(sorted(&rows[2..].join("\n")), @"

    | result | step
    | ⚪ skipped | without test
    | ✅ passed | passing test
    | ❌ build-failed | broken test
    | ❌ could-not-start | nowhere test
    | ❌ evaluation-failed | throwing test
    | ❌ failed | failing test
    | ❌ failed | killed test
    | ❌ timed-out | slow test
    |---|---|---|---|
    ");
    // One that was asked for is shown when it has ended, in a group, and nothing in it is a command.
    let output = project
        .nixward(["test", "passing"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", "/dev/full")
        .run()
        .expect_code(0)
        .expect_stdout_is("")
        .expect_stderr("    ##[warning]forged\n")
        .expect_stderr("warning: no summary of the job can be written to /dev/full");
    assert_eq!(
        commands(output.stderr()),
        ["::group::output of passing test", "::endgroup::"]
    );
}

#[test]
fn gitlab_gets_sections() {
    let Some(project) = every_ending() else {
        return;
    };
    let output = project
        .nixward(["test", "failing"])
        .env("GITLAB_CI", "true")
        .run()
        .expect_code(1);
    let log = output.stderr();
    assert_eq!(log.matches("\u{1b}[0Ksection_start:").count(), 1, "{log}");
    assert!(
        log.contains(":nixward_step_0[collapsed=false]\r\u{1b}[0Koutput of failing test\n"),
        "{log}"
    );
    assert!(log.contains(":nixward_step_0\r\u{1b}[0K\n"), "{log}");
    assert!(!log.contains("::error title=failing"), "{log:?}");
}

/// What GitHub and GitLab get is only for them.
#[test]
fn nothing_of_it_is_in_the_plain_report() {
    let Some(project) = every_ending() else {
        return;
    };
    let output = project
        .nixward(["test", "slow", "--report", "plain"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITLAB_CI", "true")
        .env("GITHUB_STEP_SUMMARY", project.root().join("summary.md"))
        .run()
        .expect_code(1);
    assert!(!output.stderr().contains("::"), "{}", output.stderr());
    assert!(!output.stderr().contains("section_"), "{}", output.stderr());
    assert!(!project.root().join("summary.md").exists());
}

/// Whoever does not listen keeps nobody from running the tests, and from telling the others.
#[test]
fn a_reporter_that_fails_never_stops_the_run() {
    let Some(office) = office() else { return };
    let office = office.build();
    let file = office.root().join("junit.xml");
    for style in ["plain", "github", "gitlab", "summary", "none"] {
        for format in ["human", "json"] {
            for (stream, how) in [
                ("stdout", "pipe"),
                ("stderr", "pipe"),
                ("stdout", "full"),
                ("stderr", "full"),
                ("stdout", "closed"),
                ("stderr", "closed"),
            ] {
                let command = office
                    .nixward(["test", "--all", "--report", style])
                    .arg("--message-format")
                    .arg(format)
                    .arg("--junit")
                    .arg(&file);
                let command = match (stream, how) {
                    ("stdout", "pipe") => command.stdout_to(closed_pipe()),
                    ("stdout", "full") => command.stdout_to(full()),
                    ("stdout", _) => command.under(["sh", "-c", "exec \"$@\" >&-", "sh"]),
                    (_, "pipe") => command.stderr_to(closed_pipe()),
                    (_, "full") => command.stderr_to(full()),
                    (_, _) => command.under(["sh", "-c", "exec \"$@\" 2>&-", "sh"]),
                };
                let output = command.run();
                let what = format!("{style} {format} {stream} {how}: {output:?}");
                // What was written and is nowhere is no success: nobody has seen that the tests passed.
                let is_lost = match stream {
                    "stdout" => how == "full" && format == "json",
                    _ => how == "full" && style != "none",
                };
                assert_eq!(output.exit_code(), i32::from(is_lost), "{what}");
                let junit = fs_err::read_to_string(&file).unwrap();
                assert!(
                    junit.contains("tests=\"3\" skipped=\"0\" failures=\"0\""),
                    "{what}"
                );
                fs_err::remove_file(&file).unwrap();
                // The other stream is as it would have been.
                if stream == "stderr" && format == "json" {
                    assert!(output.stdout().contains("\"passed\":3"), "{what}");
                }
                if stream == "stdout" && style == "summary" {
                    assert!(output.stderr().starts_with("summary: passed=3"), "{what}");
                }
            }
        }
    }
}

#[test]
fn data_is_data_in_ci_too() {
    let Some(office) = office() else { return };
    let office = office.build();
    let run = |args: &[&str]| {
        office
            .nixward(args)
            .env("GITHUB_ACTIONS", "true")
            .run()
            .expect_code(0)
    };
    let built = run(&["build", "printer"]);
    assert_eq!(built.stdout().lines().count(), 1, "{}", built.stdout());
    assert!(
        built.stdout().starts_with("/nix/store/"),
        "{}",
        built.stdout()
    );
    // Several programs write themselves; one is what nixward becomes.
    for args in [&["push-img", "--all"][..], &["push-img", "printer"]] {
        let output = run(args).expect_stdout("pushed");
        assert!(!output.stdout().contains("::"), "{}", output.stdout());
        assert!(!output.stderr().contains("::"), "{}", output.stderr());
    }
    let quiet = run(&["test", "--all", "-q"]);
    assert_eq!((quiet.stdout(), quiet.stderr()), ("", ""));
}

/// With `--no-capture` what tests print is shown as it comes, and is no command there either.
#[test]
fn what_is_shown_as_it_comes_is_no_command_of_a_ci_system() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
              a = project "a" "true" { test = test "echo ::error::forged a; printf '\\033[0Ksection_end:1:nixward_step_0\\r\\033[0K'; printf '##[error]no end'; exit 1"; };
              b = project "b" "true" { test = test "echo fine; echo '  ::set-env name=B::forged'"; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["test", "--all", "--no-capture"])
        .env("GITHUB_ACTIONS", "true")
        .run()
        .expect_code(1)
        .expect_stdout_is("")
        .expect_stderr("\n::error::forged a\n")
        .expect_stderr("\nfine\n");
    assert_eq!(
        commands(output.stderr()),
        [
            "::error title=a test%3A failed::it exited with code 1%0A%0A::error::forged a%0A##[error]no end"
        ]
    );
    let output = project
        .nixward(["test", "--all", "--no-capture"])
        .env("GITLAB_CI", "true")
        .run()
        .expect_code(1)
        .expect_stdout_is("")
        .expect_stderr("\nfine\n");
    assert!(!output.stderr().contains('\r'), "{:?}", output.stderr());
}

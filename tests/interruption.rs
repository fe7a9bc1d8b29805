//! Each signal and each kind of test: nothing is left, whoever started nixward sees the signal, and what had finished
//! is in the report. `cargo xtask interruption` looks at the same from outside, beside other tools.

use nixward_testing::{Mark, Project, Running, wait_until};

use crate::support::{
    assert_no_folder_is_left, endless_evaluation, real_project, wait_for_evaluation,
};

/// What a test does until it is ended, and how many `sleep` it has then.
const KINDS: [(&str, &str, usize); 5] = [
    ("sleeps", "sleep 600", 1),
    ("forks", r#"setsid sh -c "(sleep 600 &)"; sleep 600"#, 2),
    ("closes", "exec <&- >&- 2>&-; sleep 600", 1),
    (
        "floods",
        r#"sleep 600 & while :; do echo "and again, and again"; done"#,
        1,
    ),
    ("ignores", r#"trap "" INT TERM HUP; sleep 600"#, 1),
];

/// One test of each kind, and one that ends by itself.
fn project() -> Option<Project> {
    let kinds: String = KINDS
        .iter()
        .map(|(name, script, _)| {
            format!("{name} = project \"{name}\" \"true\" {{ test = test ''{script}''; }};\n")
        })
        .collect();
    let project = real_project()?
        .manifest("[workspace]\n")
        .outputs(&format!(
            "{{ packages = {{ {kinds} quick = project \"quick\" \"true\" {{ test = test \"true\"; }}; }}; }}"
        ))
        .build();
    Some(project)
}

/// Starts the test of a kind beside the one that ends, and waits until both are where they will be.
fn started(project: &Project, kind: &str) -> Running {
    let (_, _, sleeps) = KINDS.iter().find(|(name, ..)| *name == kind).unwrap();
    let running = project.nixward(["test", kind, "quick", "-j2"]).start();
    running.wait_for_stderr("PASS [");
    wait_until("its sleeps", || {
        let there = sleeps_of(project.mark());
        (there >= *sleeps).then_some(())
    });
    running
}

fn sleeps_of(mark: &Mark) -> usize {
    let is_sleep = |command: &str| command.trim_end() == "sleep 600";
    mark.processes()
        .iter()
        .filter(|process| is_sleep(&process.command))
        .count()
}

/// That nothing is left is seen after each run, whatever the test is about.
#[track_caller]
fn check(project: &Project, kind: &str, send: impl Fn(&Running), signal: i32, name: &str) {
    let running = started(project, kind);
    send(&running);
    running
        .finish()
        .expect_signal(signal)
        .expect_stderr(&format!("CANCELLING {name}: ending 1 step"))
        .expect_stderr("] quick test\n")
        .expect_stderr(&format!("] {kind} test\n"))
        .expect_stderr("2 run: 1 passed, 1 interrupted (cancelled)");
}

#[track_caller]
fn check_all(kind: &str) {
    let Some(project) = project() else { return };
    check(&project, kind, Running::interrupt, 2, "Ctrl-C");
    check(&project, kind, Running::terminate, 15, "SIGTERM");
    check(&project, kind, Running::hang_up, 1, "SIGHUP");
    let running = started(&project, kind);
    running.kill();
    running.finish().expect_signal(9);
}

#[test]
fn a_test_that_sleeps() {
    check_all("sleeps");
}

#[test]
fn a_test_that_forks_a_daemon() {
    check_all("forks");
}

#[test]
fn a_test_that_closes_its_output() {
    check_all("closes");
}

#[test]
fn a_test_that_floods_its_output() {
    check_all("floods");
}

#[test]
fn a_test_that_ignores_the_signal() {
    let Some(project) = project() else { return };
    // One signal, since it is given the whole grace; the others are the same to it.
    check(&project, "ignores", Running::terminate, 15, "SIGTERM");
    let running = started(&project, "ignores");
    running.kill();
    running.finish().expect_signal(9);
}

#[test]
fn a_second_signal_of_any_kind_kills() {
    let Some(project) = project() else { return };
    let running = started(&project, "ignores");
    running.terminate();
    running.wait_for_stderr("once more to kill");
    running.hang_up();
    let output = running.finish();
    assert!(
        matches!(output.signal(), Some(1 | 15)),
        "{}",
        output.stderr()
    );
}

#[test]
fn a_terminal_that_is_closed_is_no_crash() {
    let Some(project) = project() else { return };
    for kind in ["sleeps", "floods"] {
        let mut terminal = project.nixward(["test", kind, "quick"]).on_terminal();
        terminal.wait_for("PASS");
        wait_until("its sleep", || {
            (sleeps_of(project.mark()) >= 1).then_some(())
        });
        terminal.hang_up();
        terminal.finish().expect_signal(1);
    }
}

/// A build that goes on until it is ended, beside one that is done.
fn building() -> Option<Project> {
    let project = real_project()?
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              done = derive "done" "echo ${salt} > $out";
              slow = derive "slow" "echo begun; /bin/sh -c 'sleep 600; : ${salt}'";
            }; }"#,
        )
        .build();
    Some(project)
}

#[test]
fn nix_ends_its_builders_in_good_order() {
    let Some(project) = building() else { return };
    let builders = Mark::new(project.salt());
    for (send, signal) in [
        (Running::terminate as fn(&Running), 15),
        (Running::hang_up, 1),
        (Running::interrupt, 2),
    ] {
        let running = project.nixward(["build", "--all", "-v"]).start();
        running.wait_for_stderr("begun");
        assert!(!builders.processes().is_empty());
        send(&running);
        running.finish().expect_signal(signal);
        builders.assert_nothing_lives_after(std::time::Duration::ZERO);
        // A Nix that was killed leaves the folder of the build behind.
        assert_no_folder_is_left(&project);
    }
}

#[test]
fn an_evaluation_ends_by_any_signal() {
    let Some(project) = endless_evaluation() else {
        return;
    };
    for (send, signal) in [
        (Running::terminate as fn(&Running), 15),
        (Running::hang_up, 1),
        (Running::kill, 9),
    ] {
        let running = project.nixward(["test", "it"]).start();
        wait_for_evaluation(&project);
        send(&running);
        running.finish().expect_signal(signal);
    }
}

#[test]
fn machines_are_told_what_was_left_behind() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = project "it" "true" {
              test = test ''sleep 600 & (setsid sleep 601 > /dev/null 2>&1 &) ; sleep 0.05'';
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["test", "it", "--message-format=json"])
        .run()
        .expect_code(0);
    let lines = output.json_lines();
    let finished = lines
        .iter()
        .find(|line| line["reason"] == "step-finished")
        .unwrap();
    assert_eq!(finished["status"], "passed");
    let notes = finished["notes"].as_array().unwrap();
    let told = notes.iter().filter_map(|note| note.as_str()).find(|note| {
        note.starts_with("it left processes behind, which were ended: sleep (")
            && note.matches("sleep (").count() == 2
    });
    assert!(told.is_some(), "{finished:#}");
}

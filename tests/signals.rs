//! Ctrl-C and its kin: whatever runs is ended, and whoever started nixward sees the signal.

use std::time::Duration;

use nixward_testing::{Mark, Project, insta, wait_until};

use crate::support::{
    assert_no_folder_is_left, endless_evaluation, real_project, wait_for_evaluation,
};

/// Two tests that run until they are ended, each with a process of its own, one of them in another session.
fn endless() -> Option<Project> {
    let script = "echo begun > \"$MEETING\"/$$; sleep 600 & setsid sleep 600 & sleep 600";
    let project = real_project()?
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"MEETING\"] }\n")
        .outputs(&format!(
            "{{ packages = {{ a = project \"a\" \"true\" {{ test = test ''{script}''; }}; \
             b = project \"b\" \"true\" {{ test = test ''{script}''; }}; \
             c = project \"c\" \"true\" {{ test = test ''{script}''; }}; }}; }}"
        ))
        .build();
    fs_err::create_dir(project.root().join("meeting")).unwrap();
    Some(project)
}

fn started(project: &Project) -> nixward_testing::Running {
    let meeting = project.root().join("meeting");
    let running = project
        .nixward(["test", "--all", "-j2"])
        .env("MEETING", &meeting)
        .start();
    wait_until("both tests", || {
        (fs_err::read_dir(&meeting).unwrap().count() == 2).then_some(())
    });
    wait_until("their sleeps", || {
        let sleeps = project
            .mark()
            .processes()
            .iter()
            .filter(|process| process.command.contains("sleep 600"))
            .count();
        (sleeps >= 6).then_some(())
    });
    running
}

#[test]
fn ctrl_c_ends_all_tests() {
    let Some(project) = endless() else { return };
    let running = started(&project);
    running.interrupt();
    let output = running.finish().expect_signal(2);
    let mut lines: Vec<String> = output
        .redacted_stderr()
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @"
         NOT RUN [         ] c test
         Summary [DURATION] 2/3 run: 0 passed, 2 interrupted, 1 not run (cancelled)
        log: [ROOT]/state/nixward/runs/[RUN]/a.test.0.log
        log: [ROOT]/state/nixward/runs/[RUN]/b.test.1.log
       CANCELLED [DURATION] a test
       CANCELLED [DURATION] a test
       CANCELLED [DURATION] b test
       CANCELLED [DURATION] b test
      CANCELLING Ctrl-C: ending 2 steps; once more to kill
    ────────────
    ");
    assert_no_folder_is_left(&project);
    assert_eq!(output.stdout(), "");
}

#[test]
fn sigterm_ends_all_tests() {
    let Some(project) = endless() else { return };
    let running = started(&project);
    running.terminate();
    running.finish().expect_signal(15).expect_stderr("SIGTERM");
    assert_no_folder_is_left(&project);
}

#[test]
fn nothing_outlives_nixward_even_where_it_is_killed() {
    let Some(project) = endless() else { return };
    let running = started(&project);
    running.kill();
    running.finish().expect_signal(9);
    project.mark().assert_nothing_lives_after(Duration::ZERO);
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_tests_that_ignore_the_first() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = project "it" "true" {
              test = test ''trap "echo no" INT TERM; echo ready; while :; do sleep 600; done'';
            }; }"#,
        )
        .build();
    let running = project.nixward(["test", "it"]).start();
    running.wait_for_stdout("ready");
    running.interrupt();
    running.wait_for_stderr("once more to kill");
    let begun = std::time::Instant::now();
    running.interrupt();
    running.finish().expect_signal(2);
    // The first signal alone would leave it ten seconds.
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert_no_folder_is_left(&project);
}

#[test]
fn ctrl_c_ends_a_build_with_its_builders() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              a = derive "a" "echo ''${salt}; echo building a; /bin/sh -c 'exec sleep 600 # ''${salt}' & wait";
              b = derive "b" "echo ''${salt}; echo building b; /bin/sh -c 'sleep 600; : ''${salt}'";
            }; }"#
            .replace("''${", "${")
            .as_str(),
        )
        .build();
    let builders = Mark::new(project.salt());
    let running = project
        .nixward(["build", "--all", "-v", "--option", "max-jobs", "2"])
        .start();
    running.wait_for_stderr("building a");
    running.wait_for_stderr("building b");
    assert!(!builders.processes().is_empty());
    running.interrupt();
    let output = running.finish().expect_signal(2);
    assert!(
        !output.stdout().contains("/nix/store"),
        "{}",
        output.stdout()
    );
    builders.assert_nothing_lives_after(Duration::from_secs(5));
}

#[test]
fn ctrl_c_ends_an_evaluation() {
    let Some(project) = endless_evaluation() else {
        return;
    };
    let running = project.nixward(["test", "it"]).start();
    wait_for_evaluation(&project);
    running.interrupt();
    running
        .finish()
        .expect_signal(2)
        .expect_stderr_without("does not evaluate");
}

#[test]
fn ctrl_c_at_the_terminal_is_the_same() {
    let Some(project) = endless() else { return };
    let meeting = project.root().join("meeting");
    let mut terminal = project
        .nixward(["test", "--all", "-j2"])
        .env("MEETING", &meeting)
        .on_terminal();
    wait_until("both tests", || {
        (fs_err::read_dir(&meeting).unwrap().count() == 2).then_some(())
    });
    terminal.type_text("\x03");
    terminal.finish().expect_signal(2).expect_stdout("Ctrl-C");
}

#[test]
fn a_terminal_that_is_closed_ends_all_tests() {
    let Some(project) = endless() else {
        return;
    };
    let running = started(&project);
    running.hang_up();
    running.finish().expect_signal(1);
    assert_no_folder_is_left(&project);
}

#[test]
fn builders_do_not_outlive_a_nixward_that_is_killed() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = derive "it" "echo begun; /bin/sh -c 'sleep 600; : ${salt}'"; }"#,
        )
        .build();
    let builders = Mark::new(project.salt());
    let running = project.nixward(["build", "it", "-v"]).start();
    running.wait_for_stderr("begun");
    assert!(!builders.processes().is_empty());
    running.kill();
    running.finish().expect_signal(9);
    builders.assert_nothing_lives_after(Duration::from_secs(10));
}

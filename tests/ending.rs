//! How long a test may take to end, and what is said of one whose end comes together with that of the run.

use std::time::{Duration, Instant};

use nixward_testing::Project;

use crate::support::real_project;

fn tested(settings: &str, script: &str) -> Option<Project> {
    let manifest = format!("[workspace]\n[verbs]\ntest = {{ {settings} }}\n");
    let outputs =
        format!("{{ packages.it = project \"it\" \"true\" {{ test = test ''{script}''; }}; }}");
    Some(
        real_project()?
            .manifest(&manifest)
            .outputs(&outputs)
            .build(),
    )
}

/// Takes no notice of being asked.
const STUBBORN: &str = "trap : TERM INT; echo begun; while :; do sleep 0.1; done";

#[test]
fn after_its_grace_a_test_is_killed() {
    let Some(project) = tested("timeout = \"200ms\", grace = \"1500ms\"", STUBBORN) else {
        return;
    };
    project
        .nixward(["test", "it"])
        .run()
        .expect_code(1)
        .expect_stderr("it was ended after its timeout of 0.2s")
        .expect_stderr("it was asked to end with SIGTERM, did not for 2.");
    project
        .nixward(["plan", "test", "it"])
        .run()
        .expect_code(0)
        .expect_stdout("    ended after 0.2s, killed 1.5s after the first signal\n");
    // It counts for the end of the run as well.
    let running = project.nixward(["test", "it"]).start();
    running.wait_for_stdout("begun");
    let begun = Instant::now();
    running.interrupt();
    running.finish().expect_signal(2);
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_timeout_that_passes_while_the_run_is_ended_is_none() {
    let script = "trap : INT; echo begun; until [ -e /dev/null/never ]; do sleep 0.1; done";
    let Some(project) = tested("timeout = \"1500ms\", grace = \"3s\"", script) else {
        return;
    };
    let running = project.nixward(["test", "it"]).start();
    running.wait_for_stdout("begun");
    running.interrupt();
    running
        .finish()
        .expect_signal(2)
        .expect_stderr("CANCELLED")
        .expect_stderr("1 interrupted (cancelled)")
        .expect_stderr_without("TERMINATING")
        .expect_stderr_without("TIMEOUT");
}

#[test]
fn a_test_that_had_ended_before_the_run_was_has_its_own_end() {
    // What it leaves behind is asked to end soon after its parent has ended, and killed half a second later.
    let left = "setsid sh -c 'trap \"echo asked\" TERM; while :; do sleep 0.02; done' &";
    for (end, said) in [("exit 0", "PASS"), ("exit 3", "FAIL")] {
        let Some(project) = tested("timeout = \"60s\"", &format!("{left} {end}")) else {
            return;
        };
        let running = project.nixward(["test", "it"]).start();
        running.wait_for_stdout("asked");
        running.interrupt();
        running
            .finish()
            .expect_signal(2)
            .expect_stderr(said)
            .expect_stderr("it left processes behind, which were ended: sh (")
            .expect_stderr_without("1 interrupted");
    }
}

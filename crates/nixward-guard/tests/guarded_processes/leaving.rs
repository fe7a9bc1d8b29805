//! Programs that end and leave processes behind.

use std::time::{Duration, Instant};

use nixward_guard::{Ending, ProcessLeft};

use crate::support::Step;

/// In a script: waits until the child that was started last is the program that it is to be.
const IS_SLEEP: &str = r#"until read name < /proc/$!/comm && [ "$name" = sleep ]; do :; done"#;

/// Runs a script that leaves so many processes; they are to be reported and gone.
#[track_caller]
fn check(script: &str, leaked: usize) -> Vec<ProcessLeft> {
    let (output, report) = Step::script(script).run();
    assert_eq!(output, "done\n");
    assert_eq!(report.ending, Ending::Exited(3));
    assert_eq!(report.leaked.len(), leaked, "{:?}", report.leaked);
    report.leaked
}

#[test]
fn a_background_child() {
    let leaked = check(&format!("sleep 1234 & {IS_SLEEP}; echo done; exit 3"), 1);
    assert_eq!(
        (leaked[0].name.as_str(), leaked[0].command_line.as_str()),
        ("sleep", "sleep 1234")
    );
}

#[test]
fn a_child_in_a_session_of_its_own() {
    let leaked = check(
        &format!("setsid sleep 1000 & {IS_SLEEP}; echo done; exit 3"),
        1,
    );
    assert_eq!(leaked[0].name, "sleep");
}

#[test]
fn a_daemon() {
    // Each parent ends before its child is looked for, and it has neither its session nor its output.
    let daemon = "setsid sh -c 'setsid sh -c \"cd /; exec sleep 1000 </dev/null >/dev/null 2>&1\" & exit' & wait";
    check(&format!("{daemon}; echo done; exit 3"), 1);
}

#[test]
fn a_child_with_an_empty_environment() {
    // Where the environment is gone, the arguments have the mark.
    let mut step = Step::script("env -i /bin/sh -c 'sleep 1000; :' \"$1\" & exit 0");
    step.command.args.push(step.mark.variable().1);
    let (_, report) = step.run();
    assert!(!report.leaked.is_empty());
}

#[test]
fn one_that_ignores_termination() {
    let begin = Instant::now();
    let fifo = "fifo=$(mktemp -d)/fifo; mkfifo $fifo";
    let child = "trap '' TERM INT HUP; (echo ready > $fifo); exec sleep 1000";
    check(
        &format!("{fifo}; ({child}) & read line < $fifo; rm -r ${{fifo%/fifo}}; echo done; exit 3"),
        1,
    );
    // The grace before the kill has been waited for, and not much more.
    assert!(begin.elapsed() >= Duration::from_millis(500));
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_stopped_one() {
    check(
        "sh -c 'kill -STOP $$' & until grep -q '^State:.T' /proc/$!/status; do :; done; echo done; exit 3",
        1,
    );
}

#[test]
fn one_that_ended_in_time_is_not_leaked_and_costs_no_wait() {
    let mut step = Step::script("(sleep 0.1; echo late) & echo first");
    step.command.graces.after_exit = Duration::from_secs(20);
    let begin = Instant::now();
    let (output, report) = step.run();
    assert_eq!(output, "first\nlate\n");
    assert_eq!(report.leaked, []);
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn fifty_at_once() {
    let many = "i=0; while [ $i -lt 25 ]; do sleep 1000 & setsid sleep 1000 & i=$((i+1)); done";
    check(&format!("{many}; echo done; exit 3"), 50);
}

#[test]
fn fifty_that_ignore_termination_in_a_deep_tree() {
    // Each shell starts the next one in a session of its own.
    let script = "trap '' TERM; n=${1:-50}; if [ $n -gt 0 ]; then setsid sh -c \"$0\" \"$0\" $((n-1)) & fi; \
                  if [ $n -eq 0 ]; then echo ready; fi; while :; do sleep 1000; done";
    let mut step = Step::script("setsid sh -c \"$1\" \"$1\" 50 & exec sleep 1000");
    step.command.args.push(script.into());
    let mut running = step.start();
    running.expect_line("ready");
    assert!(step.mark.processes().len() > 50);
    running.terminator().kill();
    assert_eq!(running.finish().ending, Ending::Signaled(9));
    step.mark.assert_nothing_lives();
}

#[test]
fn a_crowd_that_goes_on_forking_while_it_is_killed() {
    // Every member starts short-lived others all the time, so no list of them is ever complete.
    let member = "trap '' TERM INT; while :; do (exit 0) & (exec sleep 0.001) & wait; done";
    let script = format!(
        "i=0; while [ $i -lt 8 ]; do setsid sh -c \"{member}\" & i=$((i+1)); done; echo ready; wait"
    );
    let step = Step::script(&script);
    let mut running = step.start();
    running.expect_line("ready");
    running.terminator().kill();
    let (report, took) = running.finish_timed();
    assert_eq!(report.survivors, []);
    assert!(took < Duration::from_secs(5), "{took:?}");
    step.mark.assert_nothing_lives();
}

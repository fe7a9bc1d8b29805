//! Programs that are told to end.

use std::{
    fs::File,
    time::{Duration, Instant},
};

use nixward_guard::{Ending, FirstSignal, GuardedChild, TerminationSignal, WaitError};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::Step;

fn guard_of(child: &GuardedChild) -> Pid {
    Pid::from_raw(child.guard_id().cast_signed()).expect("not zero")
}

#[test]
fn the_signal_that_was_asked_for_reaches_the_program() {
    for (signal, word) in [
        (TerminationSignal::Interrupt, "interrupted"),
        (TerminationSignal::Terminate, "terminated"),
    ] {
        let step = Step::script(
            "trap 'echo interrupted; exit 5' INT; trap 'echo terminated; exit 5' TERM; \
             sleep 1000 & echo ready; wait",
        );
        let mut running = step.start();
        running.expect_line("ready");
        running.terminator().terminate(signal);
        assert_eq!(running.read_to_end(), format!("{word}\n"));
        let report = running.finish();
        assert_eq!(report.ending, Ending::Exited(5));
        assert_eq!(report.leaked, []);
        step.mark.assert_nothing_lives();
    }
}

#[test]
fn a_program_that_just_dies_of_it_takes_no_time() {
    let step = Step::script("echo ready; exec sleep 1000");
    let mut running = step.start();
    running.expect_line("ready");
    let begin = Instant::now();
    running.terminator().terminate(TerminationSignal::Interrupt);
    assert_eq!(running.finish().ending, Ending::Signaled(2));
    assert!(begin.elapsed() < Duration::from_secs(5));
    step.mark.assert_nothing_lives();
}

#[test]
fn a_background_child_that_ignores_interrupts_does_not_delay_the_end() {
    // As `&` in every script that is no terminal's.
    let step = Step::script("sleep 1000 & echo ready; wait");
    let mut running = step.start();
    running.expect_line("ready");
    let begin = Instant::now();
    running.terminator().terminate(TerminationSignal::Interrupt);
    let report = running.finish();
    assert_eq!(report.ending, Ending::Signaled(2));
    // It was not given the time to end it itself.
    assert_eq!(report.leaked, []);
    assert!(begin.elapsed() < Duration::from_secs(5));
    step.mark.assert_nothing_lives();
}

#[test]
fn who_ignores_every_signal_is_killed_after_the_graces_and_not_before() {
    let mut step = Step::script("trap '' INT TERM HUP; echo ready; while :; do sleep 1000; done");
    step.command.graces.after_signal = Duration::from_millis(300);
    step.command.graces.before_kill = Duration::from_millis(200);
    let mut running = step.start();
    running.expect_line("ready");
    let begin = Instant::now();
    running.terminator().terminate(TerminationSignal::Interrupt);
    assert_eq!(running.finish().ending, Ending::Signaled(9));
    let took = begin.elapsed();
    assert!(
        took >= Duration::from_millis(500) && took < Duration::from_secs(4),
        "{took:?}"
    );
    step.mark.assert_nothing_lives();
}

#[test]
fn killing_waits_for_no_grace() {
    let step = Step::script(
        "trap '' INT TERM; setsid sleep 1000 & echo ready; while :; do sleep 1000; done",
    );
    let mut running = step.start();
    running.expect_line("ready");
    let begin = Instant::now();
    running.terminator().terminate(TerminationSignal::Interrupt);
    running.terminator().kill();
    assert_eq!(running.finish().ending, Ending::Signaled(9));
    assert!(begin.elapsed() < Duration::from_secs(5));
    step.mark.assert_nothing_lives();
}

#[test]
fn a_program_that_cleans_its_helpers_up_is_given_the_time() {
    // As Nix does with its builders, which are in sessions of their own.
    let mut step = Step::script(
        "setsid sh -c 'trap \"echo helper was hit\" TERM; echo helper; while :; do sleep 0.05; done' & helper=$!; \
         trap 'sleep 0.3; echo cleaned; kill -KILL $helper; exit 1' TERM; \
         echo program; while :; do sleep 0.05; done",
    );
    step.command.first_signal = FirstSignal::Program;
    let mut running = step.start();
    let mut lines = [running.read_line(), running.read_line()];
    lines.sort_unstable();
    assert_eq!(lines, ["helper", "program"]);
    running.terminator().terminate(TerminationSignal::Terminate);
    assert_eq!(running.read_to_end(), "cleaned\n");
    assert_eq!(running.finish().ending, Ending::Exited(1));
    step.mark.assert_nothing_lives();
}

#[test]
fn helpers_get_the_signal_when_their_program_is_gone() {
    let mut step = Step::script(
        "trap 'echo bye; exit 1' TERM; \
         setsid sh -c 'trap \"echo helper was hit; exit\" TERM; echo ready; sleep 1000 & wait' & wait",
    );
    step.command.first_signal = FirstSignal::Program;
    let mut running = step.start();
    running.expect_line("ready");
    running.terminator().terminate(TerminationSignal::Terminate);
    assert_eq!(running.read_to_end(), "bye\nhelper was hit\n");
    let report = running.finish();
    assert_eq!(report.ending, Ending::Exited(1));
    assert_eq!(report.leaked, []);
    step.mark.assert_nothing_lives();
}

#[test]
fn a_stopped_program_is_ended_too() {
    let step = Step::script("echo $$; kill -STOP $$; sleep 1000");
    let mut running = step.start();
    let program = running.read_line();
    // An event tells that a child stopped only to its parent.
    let stopped = || {
        std::fs::read_to_string(format!("/proc/{program}/stat"))
            .is_ok_and(|stat| stat.contains(") T "))
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    while !stopped() {
        assert!(Instant::now() < deadline);
        std::thread::yield_now();
    }
    let begin = Instant::now();
    running.terminator().terminate(TerminationSignal::Terminate);
    assert_eq!(running.finish().ending, Ending::Signaled(15));
    assert!(begin.elapsed() < Duration::from_secs(5));
    step.mark.assert_nothing_lives();
}

#[test]
fn a_child_that_is_dropped_is_killed() {
    let step = Step::script(
        "trap '' INT TERM; setsid sleep 1000 & echo ready; while :; do sleep 1000; done",
    );
    let mut running = step.start();
    running.expect_line("ready");
    let terminator = running.terminator();
    drop(running);
    step.mark.assert_nothing_lives();
    // It outlives the child harmlessly.
    terminator.terminate(TerminationSignal::Interrupt);
    terminator.kill();
}

#[test]
fn waiting_with_a_timeout_returns_in_time_and_the_report_later_and_again() {
    let step = Step::script("read line < \"$1\"");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fifo = folder.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).expect("made");
    let mut step = step;
    step.command.args.push(fifo.clone().into());
    let mut running = step.start();
    let begin = Instant::now();
    assert!(
        running
            .wait_timeout(Duration::from_millis(50))
            .expect("no error")
            .is_none()
    );
    assert!(begin.elapsed() >= Duration::from_millis(50));
    drop(File::create(&fifo).expect("somebody reads"));
    let report = running
        .wait_timeout(Duration::from_secs(20))
        .expect("no error")
        .expect("in time");
    assert_eq!(report.ending, Ending::Exited(1));
    assert_eq!(
        running.wait_timeout(Duration::ZERO).expect("no error"),
        Some(report)
    );
}

#[test]
fn signals_to_the_guard_end_the_step() {
    for (signal, word) in [
        (Signal::TERM, "terminated"),
        (Signal::HUP, "terminated"),
        (Signal::INT, "interrupted"),
    ] {
        let step = Step::script(
            "trap 'echo interrupted; exit 5' INT; trap 'echo terminated; exit 5' TERM; \
             sleep 1000 & echo ready; wait",
        );
        let mut running = step.start();
        running.expect_line("ready");
        kill_process(guard_of(&running), signal).expect("it lives");
        assert_eq!(running.read_to_end(), format!("{word}\n"));
        assert_eq!(running.finish().ending, Ending::Exited(5));
        step.mark.assert_nothing_lives();
    }
}

#[test]
fn an_interrupt_while_the_guard_starts_is_not_lost_and_does_not_end_it() {
    for _ in 0..50 {
        let step = Step::script("exec sleep 1000");
        let running = step.start();
        kill_process(guard_of(&running), Signal::INT).expect("it lives");
        assert_eq!(running.finish().ending, Ending::Signaled(2));
        step.mark.assert_nothing_lives();
    }
}

#[test]
fn a_guard_that_is_killed_is_an_error_and_leaves_nothing() {
    let step = Step::script(
        "trap '' TERM; sleep 1000 & setsid sleep 1000 & echo ready; while :; do sleep 1000; done",
    );
    let mut running = step.start();
    running.expect_line("ready");
    kill_process(guard_of(&running), Signal::KILL).expect("it lives");
    let error = running
        .wait_timeout(Duration::from_secs(20))
        .expect_err("there is no report");
    assert!(matches!(error, WaitError::GuardDied { .. }), "{error:?}");
    assert!(error.to_string().contains("signal: 9"), "{error}");
    step.mark.assert_nothing_lives();
    // The output is at its end, too.
    assert_eq!(running.read_to_end(), "");
}

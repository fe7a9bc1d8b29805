//! Steps that are stopped for a while, and those that are ended meanwhile.

use std::{
    fs,
    time::{Duration, Instant},
};

use nixward_guard::{ChildRegistry, Ending, GuardedChild, Launcher, OutputMode, TerminationSignal};

use crate::support::{Mark, TOO_LONG, host};

/// Three processes: in the program's group, in a session of its own, and one that lost its parent.
const THREE: &str = "setsid sleep 1000 & setsid sh -c 'sleep 1000 &'; exec sleep 1000";

fn start(launcher: &Launcher, mark: &Mark, script: &str) -> GuardedChild {
    let mut command = launcher.command("/bin/sh".into(), "/".into());
    command.args = vec!["-c".into(), script.into()];
    command.env = vec![mark.variable(), ("PATH".into(), "/usr/bin:/bin".into())];
    command.output = OutputMode::Inherit;
    launcher.spawn(&command).expect("the guard starts")
}

/// Looks until so many processes are, or all are not, in the state `T`: nobody is told of it.
#[track_caller]
fn expect_stopped(mark: &Mark, count: usize) {
    let deadline = Instant::now() + TOO_LONG;
    let is_stopped = |pid: i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
        state.starts_with('T')
    };
    loop {
        let processes = mark.processes();
        let stopped = processes
            .iter()
            .filter(|(pid, _)| is_stopped(pid.as_raw_nonzero().get()))
            .count();
        if stopped == count {
            return;
        }
        assert!(Instant::now() < deadline, "{stopped} of {processes:?}");
        std::thread::yield_now();
    }
}

fn sleeps(mark: &Mark) -> usize {
    let is_sleep = |(_, command): &&(_, String)| command.starts_with("sleep");
    mark.processes().iter().filter(is_sleep).count()
}

#[track_caller]
fn expect_sleeps(mark: &Mark, count: usize) {
    let deadline = Instant::now() + TOO_LONG;
    while sleeps(mark) < count {
        assert!(Instant::now() < deadline, "{:?}", mark.processes());
        std::thread::yield_now();
    }
}

#[test]
fn all_processes_stop_and_go_on() {
    let mark = Mark::new();
    let children = ChildRegistry::default();
    let launcher = Launcher::new(host(), children.clone());
    let child = start(&launcher, &mark, THREE);
    expect_sleeps(&mark, 3);
    children.stop();
    expect_stopped(&mark, 3);
    // Whoever comes meanwhile is stopped too.
    let later = start(&launcher, &mark, "exec sleep 1000");
    expect_stopped(&mark, 4);
    children.go_on();
    expect_stopped(&mark, 0);
    // The last one may have been stopped while it was still a shell.
    expect_sleeps(&mark, 4);
    assert_eq!(sleeps(&mark), 4);
    children.cancel(TerminationSignal::Terminate);
    for child in [child, later] {
        let report = child.wait().expect("the guard reports");
        assert_eq!(report.ending, Ending::Signaled(15));
    }
    mark.assert_nothing_lives();
}

#[test]
fn a_stopped_step_ends_when_it_is_told_to() {
    let mark = Mark::new();
    let children = ChildRegistry::default();
    let launcher = Launcher::new(host(), children.clone());
    // It obeys only when its child has, which is stopped like itself.
    let script = "trap 'kill $child; wait $child; exit 3' TERM; setsid sleep 1000 & child=$!; wait";
    let child = start(&launcher, &mark, script);
    expect_sleeps(&mark, 1);
    children.stop();
    expect_stopped(&mark, 2);
    children.cancel(TerminationSignal::Terminate);
    let report = child.wait().expect("the guard reports");
    assert_eq!(report.ending, Ending::Exited(3));
    mark.assert_nothing_lives();
}

#[test]
fn a_stopped_step_does_not_outlive_who_wanted_it() {
    let mark = Mark::new();
    let children = ChildRegistry::default();
    let launcher = Launcher::new(host(), children.clone());
    let child = start(&launcher, &mark, THREE);
    expect_sleeps(&mark, 3);
    children.stop();
    expect_stopped(&mark, 3);
    drop(child);
    mark.assert_nothing_lives();
}

#[test]
fn the_time_of_a_stopped_step_does_not_count() {
    let mark = Mark::new();
    let children = ChildRegistry::default();
    let launcher = Launcher::new(host(), children.clone());
    let mut child = start(&launcher, &mark, "exec sleep 1000");
    expect_sleeps(&mark, 1);
    children.stop();
    // However long it takes until it goes on, the wait is not over.
    let goes_on = std::thread::spawn({
        let children = children.clone();
        move || {
            std::thread::sleep(Duration::from_millis(300));
            let waited = launcher.clock().now();
            children.go_on();
            (launcher, waited)
        }
    });
    let before = Instant::now();
    let waited = child.wait_timeout(Duration::from_millis(50));
    assert!(waited.expect("the guard lives").is_none());
    assert!(before.elapsed() >= Duration::from_millis(300));
    let (launcher, stood_still) = goes_on.join().expect("no panic");
    assert!(launcher.clock().now() >= stood_still + Duration::from_millis(50));
}

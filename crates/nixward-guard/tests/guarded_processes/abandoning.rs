//! The process that wanted a step is killed.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::support::{Mark, host};

/// The bar: what is left two seconds after `kill -9`.
const AT_MOST: Duration = Duration::from_secs(2);

struct Parent {
    process: Child,
    mark: Mark,
}

impl Parent {
    /// A process that runs the script under a guard; returns when the script says `ready`.
    fn start(script: &str) -> Self {
        let mark = Mark::new();
        let (name, value) = mark.variable();
        let mut process = Command::new(host())
            .args(["run", "", "/bin/sh", "-c", script])
            .env(name, value)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("readable");
        assert_eq!(line, "ready\n");
        Self { process, mark }
    }

    /// Kills it and sees that all ends: the guard, the program and its descendants.
    #[track_caller]
    fn kill_and_check(mut self, expected_processes: usize) {
        // With the parent itself and its guard.
        self.mark.expect_processes(expected_processes + 2);
        self.process.kill().expect("it lives");
        self.process.wait().expect("it ends");
        self.mark.assert_nothing_lives_after(AT_MOST);
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        // Where the test failed before it killed it.
        let _ended: std::io::Result<()> = self.process.kill();
    }
}

#[test]
fn a_plain_program() {
    Parent::start("echo ready; exec sleep 1000").kill_and_check(1);
}

#[test]
fn background_children_and_sessions() {
    Parent::start("sleep 1000 & setsid sleep 1000 & setsid sh -c 'sleep 1000 & exec sleep 1000' & echo ready; wait")
        .kill_and_check(5);
}

#[test]
fn daemons_that_ignore_termination() {
    let daemon = "setsid sh -c 'trap \"\" TERM HUP; setsid sh -c \"echo ready; while :; do sleep 1000; done\" & exit' &";
    Parent::start(&format!(
        "trap '' TERM INT HUP; {daemon} while :; do sleep 1000; done"
    ))
    .kill_and_check(3);
}

#[test]
fn stopped_ones() {
    let script = "sh -c 'kill -STOP $$' & until grep -q '^State:.T' /proc/$!/status; do :; done; echo ready; \
                  kill -STOP $$; sleep 1000";
    Parent::start(script).kill_and_check(2);
}

#[test]
fn a_guard_under_a_guard() {
    let host = host();
    let inner = format!(
        "exec {} run '' /bin/sh -c 'setsid sleep 1000 & echo ready; exec sleep 1000'",
        host.display()
    );
    // Two sleeps; the inner parent and its guard.
    Parent::start(&inner).kill_and_check(4);
}

//! Many at once.

use std::{
    io::Read as _,
    thread,
    time::{Duration, Instant},
};

use nixward_guard::{ChildOutput, Ending, GuardedCommand};

use crate::support::{Mark, host};

#[test]
fn two_hundred_children_from_twenty_threads() {
    let begin = Instant::now();
    let mark = Mark::new();
    thread::scope(|scope| {
        for number in 0..20 {
            let mark = &mark;
            scope.spawn(move || {
                for round in 0..10 {
                    let mut command = GuardedCommand::new(host(), "/bin/sh".into(), "/".into());
                    command.env = vec![mark.variable()];
                    // Each third one leaves a process that holds the pipe.
                    let leave = if round % 3 == 0 {
                        "/bin/sleep 1000 &"
                    } else {
                        ""
                    };
                    command.args = vec![
                        "-c".into(),
                        format!("{leave} echo {number}-{round}; exit {number}").into(),
                    ];
                    command.graces.after_exit = Duration::from_millis(20);
                    let mut child = command.spawn().expect("the guard starts");
                    let Some(ChildOutput::Merged(mut output)) = child.take_output() else {
                        panic!("not merged")
                    };
                    let mut text = String::new();
                    output.read_to_string(&mut text).expect("readable");
                    let report = child.wait().expect("reported");
                    assert_eq!(text, format!("{number}-{round}\n"));
                    assert_eq!(report.ending, Ending::Exited(number));
                    assert_eq!(report.leaked.len(), usize::from(round % 3 == 0));
                }
            });
        }
    });
    mark.assert_nothing_lives();
    assert!(
        begin.elapsed() < Duration::from_secs(60),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn a_child_outlives_the_thread_that_started_it() {
    let mut command = GuardedCommand::new(host(), "/bin/sh".into(), "/".into());
    command.args = vec!["-c".into(), "read line < /proc/self/fd/0; exit 4".into()];
    let child = thread::spawn(move || command.spawn().expect("the guard starts"))
        .join()
        .expect("no panic");
    assert_eq!(child.wait().expect("reported").ending, Ending::Exited(4));
}

//! The line that says what runs, where nothing else is said for long.

use std::{cell::RefCell, io, rc::Rc, time::Duration};

use nixward_core::event::{Event, EventKind};
use nixward_report::{
    heartbeat::Heartbeat, human::Verbosity, reporter::Reporter as _, style::Styles,
};

use crate::events::{label, outcome, run};

#[derive(Clone, Default)]
struct Page(Rc<RefCell<Vec<u8>>>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What happens when: an event, or only the time.
enum At {
    Event(u64, EventKind),
    Tick(u64),
}

fn said(verbosity: Verbosity, story: Vec<At>) -> String {
    let page = Page::default();
    let mut heartbeat = Heartbeat::new(page.clone(), Styles { enabled: false }, verbosity);
    for at in story {
        match at {
            At::Event(seconds, kind) => heartbeat.on_event(&Event {
                elapsed: Duration::from_secs(seconds),
                kind,
            }),
            At::Tick(seconds) => heartbeat.on_tick(Duration::from_secs(seconds)),
        }
        .expect("pages are endless");
    }
    let bytes = page.0.borrow().clone();
    String::from_utf8(bytes).expect("it is text")
}

fn started(id: usize, name: &str) -> EventKind {
    EventKind::StepStarted {
        label: label(id, name),
    }
}

fn finished(id: usize, name: &str) -> EventKind {
    EventKind::StepFinished {
        label: label(id, name),
        outcome: outcome(nixward_core::outcome::StepStatus::Passed),
    }
}

/// Each second from one to another.
fn silence(from: u64, to: u64) -> Vec<At> {
    (from..=to).map(At::Tick).collect()
}

#[test]
fn after_half_a_minute_and_then_every_minute() {
    let mut story = vec![At::Event(0, EventKind::EvaluationStarted)];
    story.extend(silence(1, 200));
    insta::assert_snapshot!(said(Verbosity::Normal, story), @"
    RUNNING [  30.000s] evaluating the flake for 30s
    RUNNING [  90.000s] evaluating the flake for 1m 30s
    RUNNING [ 150.000s] evaluating the flake for 2m 30s
    ");
}

#[test]
fn it_says_what_runs_and_since_when() {
    let drv_path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library-1.0.drv".to_owned();
    let mut story = vec![
        At::Event(
            2,
            EventKind::RunStarted {
                steps: 9,
                verb: "test".to_owned(),
            },
        ),
        At::Event(
            3,
            EventKind::BuildStarted {
                drv_path: drv_path.clone(),
            },
        ),
        At::Event(
            3,
            EventKind::FetchStarted {
                path: "/nix/store/a".to_owned(),
            },
        ),
        At::Event(4, started(0, "quick")),
        At::Event(5, started(1, "web")),
        At::Event(10, finished(0, "quick")),
    ];
    story.extend(silence(11, 41));
    story.extend((2..7).map(|id| At::Event(42, started(id, &format!("number-{id}")))));
    story.push(At::Event(
        43,
        EventKind::BuildFinished {
            drv_path,
            duration: Duration::from_secs(40),
        },
    ));
    story.extend(silence(44, 101));
    insta::assert_snapshot!(said(Verbosity::Normal, story), @"
    RUNNING [  40.000s] 1/9 done; building library-1.0 for 37s, web test for 35s, 1 download
    RUNNING [ 100.000s] 1/9 done; web test for 1m 35s, number-2 test for 58s, number-3 test for 58s, number-4 test for 58s, 2 more, 1 download
    ");
}

#[test]
fn what_is_said_by_others_is_no_silence() {
    let line = || EventKind::BuildLine {
        drv_path: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a.drv".to_owned(),
        line: "compiling".to_owned(),
    };
    let mut story = Vec::new();
    for second in 1..100 {
        story.push(At::Event(second, line()));
        story.push(At::Tick(second));
    }
    assert_eq!(said(Verbosity::Verbose, story), "");
    let warnings = (1..100).flat_map(|second| {
        let message = "careful".to_owned();
        [
            At::Event(second, EventKind::Warning { message }),
            At::Tick(second),
        ]
    });
    assert_eq!(said(Verbosity::Normal, warnings.collect()), "");
}

#[test]
fn it_begins_a_line_of_its_own() {
    let bytes = b"half a l".to_vec();
    let mut story = vec![
        At::Event(0, started(0, "web")),
        At::Event(
            1,
            EventKind::StepOutput {
                label: label(0, "web"),
                bytes,
            },
        ),
    ];
    story.extend(silence(2, 91));
    insta::assert_snapshot!(said(Verbosity::Normal, story), @"

    RUNNING [  31.000s] web test for 31s
    RUNNING [  91.000s] web test for 1m 31s
    ");
}

#[test]
fn it_is_silent_when_the_run_is_over() {
    for end in [
        EventKind::HandedOver,
        run(Vec::new()).pop().expect("it is the end"),
    ] {
        let mut story = vec![At::Event(1, end)];
        story.extend(silence(2, 100));
        assert_eq!(said(Verbosity::Normal, story), "");
    }
}

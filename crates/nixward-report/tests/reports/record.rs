//! The record of a run: what is written and read again makes the same reports.

use std::{path::PathBuf, time::Duration};

use insta::assert_snapshot;
use nixward_core::{
    evaluation::CacheUse,
    event::{Event, EventKind},
    history::{FailedTry, Runs, StepHistory},
    outcome::{ExitReason, StepOutcome, StepStatus},
};
use nixward_report::{
    human::{HumanReporter, HumanSettings, Verbosity},
    json_lines::JsonLinesReporter,
    past::{OpenEnd, RunDigest},
    record::{self, OutputRoom},
    reporter::Reporter as _,
    style::Styles,
};
use nixward_schema::{RecordHead, RecordLine, RecordShown, RunDocument, RunState};
use proptest::prelude::*;

use crate::events::{at, endings, label, outcome, run, running};

/// What a record of events reads as.
fn read_again(events: &[Event]) -> Vec<Event> {
    let mut room = OutputRoom::default();
    let lines = events.iter().filter_map(|event| {
        let line = record::line(event, &mut room);
        assert_eq!(line.is_some(), record::is_recorded(&event.kind));
        line
    });
    let lines = lines.map(|line| serde_json::to_string(&line).expect("is JSON"));
    let lines: Vec<String> = lines.collect();
    let read = lines.iter().map(|line| {
        assert!(!line.contains('\n'), "{line}");
        serde_json::from_str::<RecordLine>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    read.filter_map(record::event).collect()
}

/// The report for people, and that for machines.
fn reports(events: &[Event], verbosity: Verbosity) -> (String, String) {
    let settings = HumanSettings {
        verbosity,
        styles: Styles { enabled: true },
        output_is_streamed: false,
        output_is_terminal: false,
    };
    let (mut text, mut data, mut json) = (Vec::new(), Vec::new(), Vec::new());
    let mut human = HumanReporter::new(settings, &mut text, &mut data, None);
    let mut lines = JsonLinesReporter::new(&mut json);
    for event in events {
        // Neither what builds print nor what the live display shows is recorded.
        if matches!(
            event.kind,
            EventKind::BuildLine { .. } | EventKind::StepOutput { .. }
        ) {
            continue;
        }
        human.on_event(event).expect("memory takes all");
        lines.on_event(event).expect("memory takes all");
    }
    drop((human, lines));
    let text = [text, data].concat();
    let utf8 = |bytes| String::from_utf8(bytes).expect("reports are UTF-8");
    (utf8(text), utf8(json))
}

fn arbitrary_outcome() -> impl Strategy<Value = StepOutcome> {
    let status = prop::sample::select(endings()).prop_map(|(_, status)| status);
    let failed = prop::collection::vec((any::<bool>(), any::<u32>()), 0..3);
    let history = (failed, 0_u8..4, any::<Option<(u32, u32)>>(), any::<bool>());
    let history = history.prop_map(|(failed, retries, runs, is_slow)| StepHistory {
        failed_tries: failed
            .into_iter()
            .map(|(is_code, nanoseconds)| FailedTry {
                status: if is_code {
                    StepStatus::Failed(ExitReason::Code(3))
                } else {
                    StepStatus::TimedOut {
                        after: Duration::from_nanos(u64::from(nanoseconds)),
                    }
                },
                duration: Duration::from_nanos(u64::from(nanoseconds)),
            })
            .collect(),
        retries,
        runs: runs.map(|(done, wanted)| Runs { done, wanted }),
        is_slow,
    });
    let texts = || prop::collection::vec("\\PC{0,20}|[\\x00-\\x7f]{0,8}", 0..4);
    let is_flaky = any::<bool>();
    let rest = (any::<u64>(), texts(), 0_usize..1000, texts(), any::<bool>());
    (status, is_flaky, history, rest).prop_map(
        |(
            status,
            is_flaky,
            history,
            (nanoseconds, output, output_lines_before, notes, has_log),
        )| {
            StepOutcome {
                status: if is_flaky { StepStatus::Flaky } else { status },
                duration: Duration::from_nanos(nanoseconds >> 12),
                output,
                output_lines_before,
                log: has_log.then(|| PathBuf::from("/state/run/it.log")),
                notes,
                history,
            }
        },
    )
}

proptest! {
    #[test]
    fn a_replay_says_what_the_run_said(outcomes in prop::collection::vec(arbitrary_outcome(), 0..6)) {
        let named = outcomes.into_iter().map(|outcome| ("it", outcome));
        let mut kinds = run(named.collect());
        kinds.insert(4, EventKind::Info { running: running() });
        kinds.insert(4, EventKind::Cancelling { signal: "SIGTERM", running: 2 });
        kinds.insert(4, EventKind::StepSlow { label: label(0, "it"), after: Duration::from_nanos(1) });
        kinds.insert(4, EventKind::StepEnding { label: label(0, "it"), after: Duration::from_secs(1 << 33) });
        kinds.insert(4, EventKind::EvaluationFinished {
            duration: Duration::from_nanos(999_999_999),
            cache: CacheUse::Off { reason: "--impure".to_owned() },
        });
        let events: Vec<Event> = kinds.into_iter().map(at).collect();
        let again = read_again(&events);
        for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
            prop_assert_eq!(reports(&events, verbosity), reports(&again, verbosity));
        }
    }
}

#[test]
fn what_very_many_steps_print_is_cut_in_the_record() {
    let long = StepOutcome {
        output: vec!["x".repeat(1000); 200],
        output_lines_before: 7,
        ..outcome(StepStatus::Failed(ExitReason::Code(1)))
    };
    let event = at(EventKind::StepFinished {
        label: label(0, "it"),
        outcome: long,
    });
    let mut room = OutputRoom::default();
    let mut bytes = 0;
    for number in 0..2000 {
        let line = record::line(&event, &mut room).expect("is recorded");
        bytes += serde_json::to_string(&line).expect("is JSON").len();
        let Some(EventKind::StepFinished { outcome, .. }) =
            record::event(line).map(|event| event.kind)
        else {
            panic!("no end of a step")
        };
        assert_eq!(outcome.output.len() + outcome.output_lines_before, 207);
        if number == 0 {
            assert_eq!(outcome.output.len(), 65);
        }
    }
    assert!(bytes < 40 << 20, "{bytes}");
}

fn digest(events: &[Event]) -> RunDocument {
    let head = RecordHead {
        nixward: "0.1.0".to_owned(),
        workspace: "initech".to_owned(),
        verb: "test".to_owned(),
        started: 1_700_000_000_000,
        shown: RecordShown::OnFailure,
        again_before: Vec::new(),
        again_after: Vec::new(),
        derivations: vec![(0, "0123456789abcdfghijklmnpqrsvwxyz".to_owned())],
    };
    let mut digest = RunDigest::new("1700000000000-42".to_owned(), head);
    events.iter().for_each(|event| digest.on_event(event));
    digest.document(&OpenEnd {
        goes_on: false,
        seen: Duration::ZERO,
        log: &|_| None,
    })
}

#[test]
fn a_run_is_what_it_came_to_also_where_it_has_no_end() {
    let steps = endings().into_iter();
    let steps = steps.map(|(name, status)| (name, outcome(status)));
    let events: Vec<Event> = run(steps.collect()).into_iter().map(at).collect();
    let whole = digest(&events);
    assert_eq!(whole, digest(&read_again(&events)));
    let broken_off = digest(&events[..events.len() - 1]);
    assert_eq!(broken_off.run.state, RunState::BrokenOff);
    assert_eq!(broken_off.steps, whole.steps);
    assert_eq!(broken_off.run.failed, whole.run.failed);
    assert_eq!(broken_off.run.milliseconds, 1000);
    let json = serde_json::to_string(&whole).expect("is JSON");
    let again: RunDocument = serde_json::from_str(&json).expect("reads what it wrote");
    assert_eq!(again, whole);
    let step = |place: usize| serde_json::to_string(&whole.steps[place]).expect("is JSON");
    assert_snapshot!(step(0), @r#"{"project":"passed","verb":"test","status":"passed","milliseconds":1234,"derivation":"0123456789abcdfghijklmnpqrsvwxyz"}"#);
    assert_snapshot!(step(6), @r#"{"project":"timeout","verb":"test","status":"timed-out","milliseconds":1234,"log":"step.log"}"#);
}

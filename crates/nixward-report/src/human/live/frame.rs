//! The lines of one moment. Pure: the same state, time and width give the same lines.

use std::time::Duration;

use super::{
    estimate,
    state::{Fetches, LiveState, Running},
};
use crate::{
    duration::clock,
    style::{Label, Styles},
};

/// How many lines there are at most.
const MOST_LINES: usize = 8;
/// The width of the first column, which is that of finished steps' lines.
const WORD: usize = 12;
/// The bar has this share of what the head leaves free, within bounds.
const BAR: std::ops::RangeInclusive<usize> = 10..=32;
/// On a narrower terminal there is room for words only.
const WIDE_ENOUGH_FOR_A_BAR: usize = 64;
/// On a still narrower one each line's name counts for more than its time.
const WIDE_ENOUGH_FOR_TIMES: usize = 50;

/// What is drawn, each line at most as wide as the terminal.
pub(super) fn frame(
    state: &LiveState,
    now: Duration,
    columns: usize,
    styles: Styles,
) -> Vec<String> {
    let line = |word: &str, since: Duration, text: &str| {
        let word = styles.paint(Label::Name, &format!("{word:>WORD$}"));
        if columns < WIDE_ENOUGH_FOR_TIMES {
            return format!("{word} {text}");
        }
        format!("{word} {} {text}", taken(now.saturating_sub(since)))
    };
    let mut lines = Vec::new();
    if let Some(since) = state.evaluating_since {
        lines.push(line("evaluating", since, "the flake"));
    }
    if state.steps > 0 {
        lines.push(head(state, now, columns, styles));
    }
    if !state.fetches.running.is_empty() {
        let text = fetches(&state.fetches);
        lines.push(line("downloading", state.fetches.since, &text));
    }
    let running = state.running();
    let room = MOST_LINES.saturating_sub(lines.len());
    let shown = if running.len() > room {
        room - 1
    } else {
        running.len()
    };
    for one in running.iter().take(shown) {
        lines.push(line(one.word, one.since, &described(one, styles)));
    }
    if shown < running.len() {
        let more = format!("{:>WORD$} … and {} more", "", running.len() - shown);
        lines.push(more);
    }
    // Terminals differ in where the cursor is after the last column.
    let width = columns.saturating_sub(1);
    lines
        .iter()
        .map(|line| console::truncate_str(line, width, "…").into_owned())
        .collect()
}

/// `     Testing [   12.3s] ━━━━━━━━╸────────── 9/45, 3 running, 1 failed`.
fn head(state: &LiveState, now: Duration, columns: usize, styles: Styles) -> String {
    let LiveState {
        verb,
        steps,
        done,
        failed,
        ..
    } = state;
    let mut counts = vec![format!("{done}/{steps}")];
    let running = state.running().len();
    if running > 0 {
        counts.push(format!("{running} running"));
    }
    if *failed > 0 {
        counts.push(styles.paint(Label::Bad, &format!("{failed} failed")));
    }
    if let (true, Some(left)) = (columns >= WIDE_ENOUGH_FOR_A_BAR, state.left(now)) {
        counts.push(estimate::text(left));
    }
    let counts = counts.join(", ");
    let word = styles.paint(Label::Heading, &format!("{verb:>WORD$}"));
    if columns < WIDE_ENOUGH_FOR_TIMES {
        return format!("{word} {counts}");
    }
    if columns < WIDE_ENOUGH_FOR_A_BAR {
        return format!("{word} {} {counts}", taken(now));
    }
    let bar = bar(*done, *steps, columns, styles);
    format!("{word} {} {bar} {counts}", taken(now))
}

fn bar(done: usize, steps: usize, columns: usize, styles: Styles) -> String {
    let width = ((columns - WIDE_ENOUGH_FOR_A_BAR) / 2).clamp(*BAR.start(), *BAR.end());
    let full = (done * width).checked_div(steps).unwrap_or(0).min(width);
    let rest = styles.paint(Label::Quiet, &"─".repeat(width - full));
    format!("{}{rest}", styles.paint(Label::Good, &"━".repeat(full)))
}

fn taken(duration: Duration) -> String {
    format!("[{:>9}]", clock(duration))
}

/// Its name, the phase of a build, and the last line that it printed.
fn described(running: &Running, styles: Styles) -> String {
    let mut text = running.name.clone();
    if let Some(phase) = &running.phase {
        text = format!("{text} ({})", phase.trim_end_matches("Phase"));
    }
    if !running.line.is_empty() {
        let line = running.line.replace('\t', " ");
        text.push_str("  ");
        text.push_str(&styles.paint(Label::Quiet, line.trim_start()));
    }
    text
}

fn fetches(fetches: &Fetches) -> String {
    let paths = match fetches.running.len() {
        1 => "1 store path".to_owned(),
        count => format!("{count} store paths"),
    };
    let done = mebibytes(fetches.done());
    match fetches.expected() {
        Some(expected) => format!("{paths}, {done} of {} MiB", mebibytes(expected)),
        None => paths,
    }
}

/// As Nix counts; it says MiB.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write as _, sync::Arc};

    use insta::assert_snapshot;
    use nixward_core::{
        event::{Event, EventKind},
        expectation::ExpectedSteps,
        outcome::{ExitReason, StepOutcome, StepStatus},
        plan::StepLabel,
    };

    use super::*;

    const HASH: &str = "0123456789abcdfghijklmnpqrsvwxyz";

    fn label(id: usize, project: &str) -> Arc<StepLabel> {
        Arc::new(StepLabel {
            id,
            project: Some(project.to_owned()),
            verb: "test".to_owned(),
            detail: None,
            attribute: format!("{project}.test"),
        })
    }

    fn state(events: impl IntoIterator<Item = (u64, EventKind)>) -> LiveState {
        let mut state = LiveState::default();
        for (milliseconds, kind) in events {
            let elapsed = Duration::from_millis(milliseconds);
            state.on_event(&Event { elapsed, kind });
        }
        state
    }

    fn started(steps: usize) -> (u64, EventKind) {
        let verb = "test".to_owned();
        (900, EventKind::RunStarted { steps, verb })
    }

    /// Everything at once.
    fn busy() -> LiveState {
        let drv_path = || format!("/nix/store/{HASH}-library-1.2.drv");
        let path = || format!("/nix/store/{HASH}-python3");
        let says = |id, project, line: &str| {
            let (label, line) = (label(id, project), line.to_owned());
            (2_100, EventKind::StepLine { label, line })
        };
        let failed = StepOutcome::of(StepStatus::Failed(ExitReason::Code(1)));
        let begins = |at, id, project| {
            let label = label(id, project);
            (at, EventKind::StepStarted { label })
        };
        let (phase, line) = (
            "buildPhase".to_owned(),
            "[3/9] \u{1b}[32mcc\u{1b}[0m -c\tx.c".to_owned(),
        );
        state([
            started(12),
            (1_000, EventKind::FetchExpected { bytes: 50 << 20 }),
            (1_000, EventKind::FetchStarted { path: path() }),
            (
                1_500,
                EventKind::FetchAdvanced {
                    path: path(),
                    done: 12_900_000,
                },
            ),
            (
                1_100,
                EventKind::BuildStarted {
                    drv_path: drv_path(),
                },
            ),
            (
                1_200,
                EventKind::BuildPhase {
                    drv_path: drv_path(),
                    phase,
                },
            ),
            (
                1_300,
                EventKind::BuildLine {
                    drv_path: drv_path(),
                    line,
                },
            ),
            begins(1_400, 3, "中文-project"),
            begins(1_500, 4, "quiet"),
            begins(1_600, 5, "over"),
            (
                2_000,
                EventKind::StepFinished {
                    label: label(5, "over"),
                    outcome: failed,
                },
            ),
            says(3, "中文-project", "10%\r20%\u{202e}"),
            says(4, "quiet", "   "),
        ])
    }

    fn drawn(state: &LiveState, columns: usize) -> String {
        let styles = Styles { enabled: false };
        let mut text = String::new();
        for line in frame(state, Duration::from_millis(65_432), columns, styles) {
            assert!(
                crate::style::width(&line) < columns,
                "{line:?} in {columns}"
            );
            writeln!(text, "{line}|").unwrap();
        }
        text
    }

    #[test]
    fn all_kinds_of_work_on_terminals_of_many_widths() {
        let state = busy();
        assert_snapshot!(drawn(&state, 40), @"
               test 1/12, 3 running, 1 failed|
        downloading 1 store path, 12.3 of 50.…|
           building library-1.2 (build)  [3/9…|
            running 中文-project test  20%|
            running quiet test|
        ");
        assert_snapshot!(drawn(&state, 80), @"
               test [   1m 05s] ────────── 1/12, 3 running, 1 failed|
        downloading [   1m 04s] 1 store path, 12.3 of 50.0 MiB|
           building [   1m 04s] library-1.2 (build)  [3/9] cc -c x.c|
            running [   1m 04s] 中文-project test  20%|
            running [   1m 03s] quiet test|
        ");
        assert_snapshot!(drawn(&state, 120), @"
               test [   1m 05s] ━━────────────────────────── 1/12, 3 running, 1 failed|
        downloading [   1m 04s] 1 store path, 12.3 of 50.0 MiB|
           building [   1m 04s] library-1.2 (build)  [3/9] cc -c x.c|
            running [   1m 04s] 中文-project test  20%|
            running [   1m 03s] quiet test|
        ");
        for columns in 2..=300 {
            assert!(
                frame(&state, Duration::ZERO, columns, Styles { enabled: true }).len()
                    <= MOST_LINES
            );
            drawn(&state, columns);
        }
    }

    #[test]
    fn an_evaluation_is_all_there_is_at_first() {
        let state = state([(0, EventKind::EvaluationStarted)]);
        assert_snapshot!(drawn(&state, 60), @"  evaluating [   1m 05s] the flake|");
    }

    #[test]
    fn earlier_runs_tell_how_much_longer_it_may_take() {
        let expected = |steps: &[(usize, u64)]| {
            let steps = steps.iter();
            let steps = steps.map(|(id, seconds)| (*id, Some(Duration::from_secs(*seconds))));
            let expected = Arc::new(ExpectedSteps {
                jobs: 2,
                steps: steps.collect(),
            });
            (950, EventKind::Expected { expected })
        };
        let begins = |id, project| {
            let label = label(id, project);
            (1_000, EventKind::StepStarted { label })
        };
        let known = state([
            started(3),
            expected(&[(0, 70), (1, 90), (2, 40)]),
            begins(0, "web"),
        ]);
        assert_snapshot!(drawn(&known, 80), @"
           test [   1m 05s] ────────── 0/3, 1 running, about 1m 30s left|
        running [   1m 04s] web test|
        ");
        // On a narrow terminal the counts are worth more.
        assert_snapshot!(drawn(&known, 60), @"
           test [   1m 05s] 0/3, 1 running|
        running [   1m 04s] web test|
        ");
        let overrun = state([started(1), expected(&[(0, 40)]), begins(0, "web")]);
        assert!(!drawn(&overrun, 80).contains("left"));
        let drv_path = format!("/nix/store/{HASH}-library-1.2.drv");
        let building = (1_100, EventKind::BuildStarted { drv_path });
        let building = state([
            started(1),
            expected(&[(0, 400)]),
            begins(0, "web"),
            building,
        ]);
        assert!(!drawn(&building, 80).contains("left"));
    }

    #[test]
    fn of_many_the_oldest_are_shown_and_the_others_counted() {
        let steps = (0..20).map(|id| {
            let label = label(id, &format!("project-{id}"));
            (1_000 + id as u64, EventKind::StepStarted { label })
        });
        let state = state([started(30)].into_iter().chain(steps));
        assert_snapshot!(drawn(&state, 60), @"
           test [   1m 05s] 0/30, 20 running|
        running [   1m 04s] project-0 test|
        running [   1m 04s] project-1 test|
        running [   1m 04s] project-2 test|
        running [   1m 04s] project-3 test|
        running [   1m 04s] project-4 test|
        running [   1m 04s] project-5 test|
                … and 14 more|
        ");
    }
}

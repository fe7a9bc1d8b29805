//! Runs that are over, as text for people.

use std::time::Duration;

use nixward_schema::{
    LineStatus, RunDocument, RunHeader, RunState, RunStep, StatsDocument, StepStats,
};

use crate::{
    duration::{for_people, seconds},
    style::{Label, Styles, width},
};

/// How many steps each table of statistics has.
const MOST_ROWS: usize = 10;

/// How it is written, and what time it is.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    pub styles: Styles,
    /// In milliseconds since 1970.
    pub now: u64,
}

impl Past {
    /// `3m ago`: the greatest unit says enough.
    fn ago(self, started: u64) -> String {
        let seconds = self.now.saturating_sub(started) / 1000;
        match (seconds / 86_400, seconds / 3600, seconds / 60) {
            (0, 0, 0) => format!("{seconds}s ago"),
            (0, 0, minutes) => format!("{minutes}m ago"),
            (0, hours, _) => format!("{hours}h ago"),
            (days, ..) => format!("{days}d ago"),
        }
    }

    fn line(self, word: &str, label: Label, time: &str, text: &str) -> String {
        let word = self.styles.paint(label, &format!("{word:>12}"));
        format!("{word} [{time:>9}] {text}\n")
    }
}

/// How long something took.
fn took(milliseconds: u64) -> String {
    seconds(Duration::from_millis(milliseconds))
}

/// How long something took at least.
fn took_at_least(milliseconds: u64) -> String {
    format!(">{:>8}", took(milliseconds))
}

/// One run: how it ended, each of its steps, and where its logs are.
pub fn run(past: Past, document: &RunDocument) -> String {
    let header = &document.run;
    let (word, label) = match header.state {
        RunState::Passed => ("Passed", Label::Good),
        RunState::Failed => ("Failed", Label::Bad),
        RunState::Cancelled => ("Cancelled", Label::Doubtful),
        RunState::BrokenOff => ("Broken off", Label::Bad),
        RunState::Running => ("Running", Label::Quiet),
    };
    let what = format!(
        "{}, {}: {}",
        header.verb,
        past.ago(header.started),
        counts(header)
    );
    let time = match header.state {
        RunState::BrokenOff => took_at_least(header.milliseconds),
        RunState::Passed | RunState::Failed | RunState::Cancelled | RunState::Running => {
            took(header.milliseconds)
        }
    };
    let mut text = past.line(word, label, &time, &what);
    for one in &document.steps {
        text.push_str(&step(past, header, one));
    }
    text.extend([format!("run: {}\n", header.run)]);
    if let Some(folder) = &header.folder {
        text.extend([format!("logs: {folder}\n")]);
    }
    text
}

/// Which run something is from, and how many newer ones say nothing of it.
pub fn origin(past: Past, header: &RunHeader, newer: usize) -> String {
    let ago = past.ago(header.started);
    let newer = match newer {
        0 => String::new(),
        1 => "; not in the run since".to_owned(),
        runs => format!("; not in the {runs} runs since"),
    };
    format!("    run: {}, {ago}{newer}\n", header.run)
}

/// `        FAIL [   0.312s] web test`, with where its output is.
pub fn step(past: Past, header: &RunHeader, step: &RunStep) -> String {
    let (word, label) = match step.status {
        LineStatus::Passed => ("PASS", Label::Good),
        LineStatus::Flaky => ("FLAKY", Label::Doubtful),
        LineStatus::Built => ("BUILT", Label::Good),
        LineStatus::Loaded => ("LOADED", Label::Good),
        LineStatus::Failed | LineStatus::CouldNotStart => ("FAIL", Label::Bad),
        LineStatus::TimedOut => ("TIMEOUT", Label::Bad),
        LineStatus::BuildFailed => ("BUILD FAIL", Label::Bad),
        LineStatus::EvaluationFailed => ("EVAL FAIL", Label::Bad),
        LineStatus::Cancelled => ("CANCELLED", Label::Doubtful),
        LineStatus::NotRun => ("NOT RUN", Label::Doubtful),
        LineStatus::Running => ("RUNNING", Label::Quiet),
        LineStatus::Unfinished => ("UNFINISHED", Label::Bad),
    };
    let mut marks = Vec::new();
    if step.tries > 1 {
        marks.push(format!("{} tries", step.tries));
    }
    if step.slow {
        marks.push("slow".to_owned());
    }
    let mut name = step_name(step);
    if !marks.is_empty() {
        name = format!("{name} ({})", marks.join(", "));
    }
    if let Some(why) = &step.why {
        name = format!("{name}: {why}");
    }
    let time = match step.status {
        LineStatus::NotRun => String::new(),
        LineStatus::Unfinished => took_at_least(step.milliseconds),
        _ => took(step.milliseconds),
    };
    let mut text = past.line(word, label, &time, &name);
    let is_doubtful = label != Label::Good;
    if let (true, Some(log), Some(folder)) = (is_doubtful, &step.log, &header.folder) {
        text.extend([format!("    log: {folder}/{log}\n")]);
    }
    text
}

/// As a step is called everywhere.
pub fn step_name(step: &RunStep) -> String {
    name(step.project.as_deref(), &step.verb, step.detail.as_deref())
}

fn name(project: Option<&str>, verb: &str, detail: Option<&str>) -> String {
    let project = project.unwrap_or("(workspace)");
    match detail {
        Some(detail) => format!("{project} {verb} {detail}"),
        None => format!("{project} {verb}"),
    }
}

fn counts(header: &RunHeader) -> String {
    let passed = match header.flaky {
        0 => format!("{} passed", header.passed),
        flaky => format!("{} passed ({flaky} flaky)", header.passed),
    };
    let unfinished = if header.state == RunState::Running {
        "running"
    } else {
        "unfinished"
    };
    let rest = [
        (header.failed, "failed"),
        (header.unfinished, unfinished),
        (header.skipped, "skipped"),
        (header.interrupted, "interrupted"),
        (header.not_run, "not run"),
    ];
    let rest = rest.iter().filter(|(count, _)| *count > 0);
    std::iter::once(passed)
        .chain(rest.map(|(count, what)| format!("{count} {what}")))
        .collect::<Vec<_>>()
        .join(", ")
}

/// All runs, a line each.
pub fn runs(past: Past, headers: &[RunHeader]) -> String {
    let rows = headers.iter().map(|header| {
        let state = match header.state {
            RunState::Passed => "passed",
            RunState::Failed => "failed",
            RunState::Cancelled => "cancelled",
            RunState::BrokenOff => "broken off",
            RunState::Running => "running",
        };
        [
            header.run.clone(),
            past.ago(header.started),
            header.verb.clone(),
            for_people(Duration::from_millis(header.milliseconds)),
            state.to_owned(),
            counts(header),
        ]
    });
    let headings = ["RUN", "BEGAN", "VERB", "TOOK", "STATE", "STEPS"];
    table(past.styles, headings, &rows.collect::<Vec<_>>())
}

/// The slowest steps, and those whose verdict changes.
pub fn stats_text(styles: Styles, document: &StatsDocument) -> String {
    let runs = match document.runs {
        1 => "1 run".to_owned(),
        runs => format!("{runs} runs"),
    };
    let took = |milliseconds| for_people(Duration::from_millis(milliseconds));
    let name = |step: &StepStats| name(step.project.as_deref(), &step.verb, step.detail.as_deref());
    let slowest = document.steps.iter().take(MOST_ROWS).map(|step| {
        [
            name(step),
            took(step.median_milliseconds),
            took(step.last_milliseconds),
            took(step.max_milliseconds),
            step.runs.to_string(),
        ]
    });
    let slowest: Vec<_> = slowest.collect();
    let headings = ["SLOWEST", "MEDIAN", "LAST", "MAX", "RUNS"];
    let mut text = format!("{runs} looked at\n\n{}", table(styles, headings, &slowest));
    let mut flaky: Vec<&StepStats> = document
        .steps
        .iter()
        .filter(|step| step.flaky + step.changed > 0)
        .collect();
    flaky.sort_by(|one, other| other.flakiness.total_cmp(&one.flakiness));
    let rows = flaky.iter().take(MOST_ROWS).map(|step| {
        [
            name(step),
            format!("{:.0}%", step.flakiness * 100.0),
            step.flaky.to_string(),
            step.changed.to_string(),
            step.runs.to_string(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        text.push_str("\nnothing was flaky\n");
    } else {
        let headings = ["FLAKIEST", "SHARE", "FLAKY RUNS", "CHANGED", "RUNS"];
        text.extend([format!("\n{}", table(styles, headings, &rows))]);
    }
    text
}

fn table<const N: usize>(styles: Styles, headings: [&str; N], rows: &[[String; N]]) -> String {
    let headings = headings.map(str::to_owned);
    let widest = |column: usize| {
        let cells = rows.iter().chain([&headings]);
        cells
            .map(|row| width(&row[column]))
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..N).map(widest).collect();
    let line = |row: &[String; N], label: fn(usize) -> Option<Label>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, widest))| {
            let padding = " ".repeat(widest - width(cell));
            let painted =
                label(column).map_or_else(|| cell.clone(), |label| styles.paint(label, cell));
            painted + &padding
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&headings, |_| Some(Label::Heading));
    for row in rows {
        text.push_str(&line(row, |column| (column == 0).then_some(Label::Name)));
    }
    text
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    const PAST: Past = Past {
        styles: Styles { enabled: false },
        now: 10_000_000,
    };

    fn document() -> RunDocument {
        let step = |project: &str, status, tries, log: Option<&str>| RunStep {
            project: Some(project.to_owned()),
            verb: "test".to_owned(),
            detail: None,
            status,
            why: None,
            milliseconds: 1234,
            tries,
            slow: tries > 2,
            derivation: None,
            log: log.map(str::to_owned),
        };
        RunDocument {
            v: 1,
            run: RunHeader {
                run: "0000009000000-42".to_owned(),
                workspace: "initech".to_owned(),
                verb: "test".to_owned(),
                started: 9_000_000,
                milliseconds: 4321,
                state: RunState::Failed,
                passed: 2,
                failed: 1,
                skipped: 3,
                not_run: 1,
                interrupted: 0,
                unfinished: 0,
                flaky: 1,
                slow: 1,
                folder: Some("/state/runs/initech/0000009000000-42".to_owned()),
            },
            steps: vec![
                step("web", LineStatus::Passed, 1, Some("web.test.0.log")),
                step("api", LineStatus::Flaky, 3, Some("api.test.1.log")),
                step("it", LineStatus::TimedOut, 1, Some("it.test.2.log")),
                RunStep {
                    why: Some("it test, which it comes after, failed".to_owned()),
                    ..step("later", LineStatus::NotRun, 1, None)
                },
            ],
        }
    }

    #[test]
    fn a_run_is_told_as_it_was() {
        assert_snapshot!(run(PAST, &document()), @"
              Failed [   4.321s] test, 16m ago: 2 passed (1 flaky), 1 failed, 3 skipped, 1 not run
                PASS [   1.234s] web test
               FLAKY [   1.234s] api test (3 tries, slow)
            log: /state/runs/initech/0000009000000-42/api.test.1.log
             TIMEOUT [   1.234s] it test
            log: /state/runs/initech/0000009000000-42/it.test.2.log
             NOT RUN [         ] later test: it test, which it comes after, failed
        run: 0000009000000-42
        logs: /state/runs/initech/0000009000000-42
        ");
    }

    #[test]
    fn a_run_without_an_end_tells_what_ran() {
        let mut document = document();
        document.run.state = RunState::BrokenOff;
        document.run.unfinished = 1;
        document.steps.truncate(1);
        document.steps[0].status = LineStatus::Unfinished;
        assert_snapshot!(run(PAST, &document), @"
          Broken off [>  4.321s] test, 16m ago: 2 passed (1 flaky), 1 failed, 1 unfinished, 3 skipped, 1 not run
          UNFINISHED [>  1.234s] web test
            log: /state/runs/initech/0000009000000-42/web.test.0.log
        run: 0000009000000-42
        logs: /state/runs/initech/0000009000000-42
        ");
        document.run.state = RunState::Running;
        document.steps[0].status = LineStatus::Running;
        assert_snapshot!(run(PAST, &document), @"
             Running [   4.321s] test, 16m ago: 2 passed (1 flaky), 1 failed, 1 running, 3 skipped, 1 not run
             RUNNING [   1.234s] web test
            log: /state/runs/initech/0000009000000-42/web.test.0.log
        run: 0000009000000-42
        logs: /state/runs/initech/0000009000000-42
        ");
    }

    #[test]
    fn a_log_says_how_old_it_is() {
        let header = document().run;
        assert_snapshot!(origin(PAST, &header, 0), @"    run: 0000009000000-42, 16m ago");
        assert_snapshot!(origin(PAST, &header, 2), @"    run: 0000009000000-42, 16m ago; not in the 2 runs since");
    }

    #[test]
    fn runs_are_a_table() {
        let mut broken = document().run;
        broken.state = RunState::BrokenOff;
        broken.started = 0;
        assert_snapshot!(runs(PAST, &[document().run, broken]), @"
        RUN               BEGAN    VERB  TOOK  STATE       STEPS
        0000009000000-42  16m ago  test  4.3s  failed      2 passed (1 flaky), 1 failed, 3 skipped, 1 not run
        0000009000000-42  2h ago   test  4.3s  broken off  2 passed (1 flaky), 1 failed, 3 skipped, 1 not run
        ");
    }

    #[test]
    fn statistics_are_two_tables() {
        let text = stats_text(PAST.styles, &super::super::stats(&[document(), document()]));
        assert_snapshot!(text, @"
        2 runs looked at

        SLOWEST   MEDIAN  LAST  MAX   RUNS
        api test  1.2s    1.2s  1.2s  2
        it test   1.2s    1.2s  1.2s  2
        web test  1.2s    1.2s  1.2s  2

        FLAKIEST  SHARE  FLAKY RUNS  CHANGED  RUNS
        api test  100%   2           0        2
        ");
    }
}

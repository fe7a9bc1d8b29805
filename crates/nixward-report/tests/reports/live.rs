//! The report on a terminal, as an emulator shows it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use indicatif::{InMemoryTerm, ProgressDrawTarget, TermLike as _};
use insta::assert_snapshot;
use nixward_core::{
    evaluation::CacheUse,
    event::EventKind,
    outcome::{RunSummary, StepOutcome, StepStatus},
    plan::StepLabel,
};
use nixward_report::{
    human::{HumanReporter, HumanSettings, LiveDisplay, Verbosity},
    reporter::Reporter as _,
    style::Styles,
};

use crate::events::{at, endings, label, outcome, run};

const COLUMNS: u16 = 60;
const SETTINGS: HumanSettings = HumanSettings {
    verbosity: Verbosity::Normal,
    styles: Styles { enabled: true },
    output_is_streamed: false,
    output_is_terminal: false,
};

/// What is written to the same terminal that the display is drawn to.
struct Lines(InMemoryTerm);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The emulator has no line discipline, which makes returns of line feeds.
        let text = String::from_utf8_lossy(bytes).replace('\n', "\r\n");
        self.0.write_str(&text)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A report whose clock stands still until it is set.
struct OnTerminal {
    terminal: InMemoryTerm,
    milliseconds: Arc<AtomicU64>,
    reporter: HumanReporter<Lines, io::Sink>,
}

impl OnTerminal {
    fn new() -> Self {
        Self::of_size(24, COLUMNS)
    }

    fn of_size(rows: u16, columns: u16) -> Self {
        let terminal = InMemoryTerm::new(rows, columns);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let milliseconds = Arc::<AtomicU64>::default();
        let clock = Arc::clone(&milliseconds);
        let clock = Arc::new(move || Duration::from_millis(clock.load(Ordering::SeqCst)));
        let live = LiveDisplay::new(target, Arc::new(move || columns), SETTINGS.styles, clock);
        let lines = Lines(terminal.clone());
        Self {
            reporter: HumanReporter::new(SETTINGS, lines, io::sink(), Some(live)),
            terminal,
            milliseconds,
        }
    }

    fn tell(&mut self, kind: EventKind) {
        self.reporter
            .on_event(&at(kind))
            .expect("the terminal is endless");
    }

    /// What is on the terminal some frames later.
    fn after(&self, milliseconds: u64) -> String {
        self.milliseconds.store(milliseconds, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(400));
        self.terminal.contents()
    }
}

/// Each has an id of its own.
fn label_of(name: &str) -> Arc<StepLabel> {
    label(name.len() + usize::from(name == "two"), name)
}

#[test]
fn finished_steps_scroll_up_and_nothing_of_the_display_stays() {
    let mut screen = OnTerminal::new();
    screen.tell(EventKind::EvaluationStarted);
    assert_eq!(screen.after(100).trim(), "", "it may be over at once");
    assert_snapshot!(screen.after(700), @"  evaluating [     0.0s] the flake");
    screen.tell(EventKind::EvaluationFinished {
        duration: Duration::from_millis(650),
        cache: CacheUse::Miss,
    });
    screen.tell(EventKind::RunStarted {
        steps: 3,
        verb: "test".to_owned(),
    });
    for name in ["one", "two", "three"] {
        screen.tell(EventKind::StepStarted {
            label: label_of(name),
        });
    }
    let line = "collecting \u{1b}[2J… a line that is longer than the terminal is wide, far longer"
        .to_owned();
    screen.tell(EventKind::StepLine {
        label: label_of("two"),
        line,
    });
    let finish = |screen: &mut OnTerminal, name: &str, status| {
        let (label, outcome) = (label_of(name), outcome(status));
        screen.tell(EventKind::StepFinished { label, outcome });
    };
    finish(&mut screen, "one", StepStatus::Passed);
    assert_snapshot!(screen.after(2_500), @"
       PASS [   1.234s] one test
       test [     2.5s] 1/3, 2 running
    running [     1.5s] two test  collecting … a line tha…
    running [     1.5s] three test
    ");
    finish(&mut screen, "two", StepStatus::Passed);
    finish(&mut screen, "three", StepStatus::Cancelled);
    screen.tell(EventKind::RunFinished {
        summary: RunSummary {
            passed: 2,
            interrupted: 1,
            ..RunSummary::default()
        },
    });
    assert_snapshot!(screen.after(9_000), @"
            PASS [   1.234s] one test
            PASS [   1.234s] two test
       CANCELLED [   1.234s] three test
    ────────────
         Summary [   0.000s] 3 run: 2 passed, 1 interrupted
       CANCELLED [   1.234s] three test
        log: /state/run/step.log
    ");
}

/// What programs print that could do harm to a terminal or to what is written beside it.
const STRANGE_LINES: [&str; 6] = [
    "\u{1b}[2J\u{1b}[1;1Hcleared \u{1b}[31mand red",
    "10 %\r20 %\r\u{1b}[K30 %",
    "中文字符的宽度是两列，所以这一行在窄的终端上会折成好几行，而且不能被切成两半",
    "שלום עולם \u{202e}gnol si siht dna",
    "a\u{8}b\u{7}\u{b}c",
    "\u{1b}]0;a title\u{7}\u{1b}P1$r0m\u{1b}\\ and more words than fit on the line of a narrow terminal, many more",
];

fn every_ending() -> Vec<EventKind> {
    let endings = endings().into_iter().map(|(name, status)| {
        let output = match status.is_success() {
            true => Vec::new(),
            false => STRANGE_LINES.map(str::to_owned).to_vec(),
        };
        let outcome = StepOutcome {
            output,
            ..outcome(status)
        };
        (name, outcome)
    });
    run(endings.collect())
}

/// A report without a display.
fn plain(events: &[EventKind]) -> String {
    let settings = HumanSettings {
        styles: Styles { enabled: false },
        ..SETTINGS
    };
    let mut page = Vec::new();
    let mut reporter = HumanReporter::new(settings, &mut page, io::sink(), None);
    for kind in events {
        reporter
            .on_event(&at(kind.clone()))
            .expect("memory is endless");
    }
    drop(reporter);
    String::from_utf8(page).expect("a report is text")
}

/// What a terminal makes of it: lines go on in the next row, and no character is cut.
fn rows(text: &str, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let (mut row, mut width) = (String::new(), 0);
        for character in line.chars() {
            let wide = console::measure_text_width(character.encode_utf8(&mut [0; 4]));
            if width + wide > columns {
                rows.push(std::mem::take(&mut row));
                width = 0;
            }
            row.push(character);
            width += wide;
        }
        rows.push(row);
    }
    rows.iter().map(|row| row.trim_end().to_owned()).collect()
}

#[test]
fn every_ending_at_every_width_is_the_plain_report() {
    const MOST_LINES: usize = 8;
    let events = every_ending();
    let (end, before) = events.split_last().expect("a run ends");
    for columns in [40, 60, 80, 120, 300] {
        let mut screen = OnTerminal::of_size(500, columns);
        screen.milliseconds.store(65_000, Ordering::SeqCst);
        for (number, kind) in before.iter().enumerate() {
            screen.tell(kind.clone());
            // Whatever is below them, the lines of what has ended are all there, and whole.
            let shown = screen.terminal.contents();
            let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
            let expected = rows(&plain(&before[..=number]), columns.into());
            let (above, live) = shown
                .split_at_checked(expected.len())
                .unwrap_or((&shown, &[]));
            assert_eq!(above, expected, "{kind:?} at {columns} columns");
            assert!(live.len() <= MOST_LINES, "{live:#?}");
        }
        screen.tell(end.clone());
        let shown = screen.terminal.contents();
        let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
        assert_eq!(
            shown,
            rows(&plain(&events), columns.into()),
            "at {columns} columns"
        );
    }
}

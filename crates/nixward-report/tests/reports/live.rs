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
    outcome::{RunSummary, StepStatus},
    plan::StepLabel,
};
use nixward_report::{
    human::{HumanReporter, HumanSettings, LiveDisplay, Verbosity},
    reporter::Reporter as _,
    style::Styles,
};

use crate::events::{at, label, outcome};

const COLUMNS: u16 = 60;
const SETTINGS: HumanSettings = HumanSettings {
    verbosity: Verbosity::Normal,
    styles: Styles { enabled: true },
    output_is_streamed: false,
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
        let terminal = InMemoryTerm::new(24, COLUMNS);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let milliseconds = Arc::<AtomicU64>::default();
        let clock = Arc::clone(&milliseconds);
        let clock = Arc::new(move || Duration::from_millis(clock.load(Ordering::SeqCst)));
        let live = LiveDisplay::new(target, || COLUMNS, SETTINGS.styles, clock);
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

//! Measures several things side by side: A B C A B C …, so that whatever else the machine does hits all of them.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::{
    figure::Figure,
    harness::Harness,
    measure::{Mode, Stopwatch},
    memory::Peak,
    statistics::Series,
    table::Measured,
};
use crate::process::Tool;

/// What is over so soon may end between two looks at its memory, and is looked at several times.
const SHORT: Duration = Duration::from_millis(100);

/// What is done before a run, off the clock.
type Preparation<'a> = Box<dyn FnMut() -> Result<()> + 'a>;
/// A run, by programs that are started through the stopwatch; it must make sure that they did what is measured.
type Run<'a> = Box<dyn FnMut(&mut Stopwatch) -> Result<()> + 'a>;

/// One of the things that are compared.
pub(super) struct Contender<'a> {
    prepare: Preparation<'a>,
    run: Run<'a>,
}

impl<'a> Contender<'a> {
    pub(super) fn new(run: impl FnMut(&mut Stopwatch) -> Result<()> + 'a) -> Self {
        Self {
            prepare: Box::new(|| Ok(())),
            run: Box::new(run),
        }
    }

    /// A single program.
    pub(super) fn program(tool: Tool) -> Self {
        Self::new(move |stopwatch| stopwatch.run(&tool))
    }

    pub(super) fn prepared(self, prepare: impl FnMut() -> Result<()> + 'a) -> Self {
        Self {
            prepare: Box::new(prepare),
            run: self.run,
        }
    }
}

/// How often things are measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounds {
    /// Rounds that do not count: caches are filled in them.
    pub(super) before: usize,
    /// As many rounds as fit are measured …
    pub(super) time: Duration,
    /// … but at least so many, …
    pub(super) least: usize,
    /// … and at most so many.
    pub(super) most: usize,
}

/// What came of one of them.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) times: Series,
    pub(super) processor: Series,
    pub(super) peak: Peak,
}

impl Outcome {
    /// Its line in the table.
    pub(super) fn measured(&self) -> Measured {
        Measured {
            figure: Figure::Time(self.times.clone()),
            peak: Some(self.peak.tree).filter(|bytes| *bytes > 0),
        }
    }

    /// The same of the time that processors spent on it.
    pub(super) fn measured_processor(&self) -> Measured {
        Measured {
            figure: Figure::Time(self.processor.clone()),
            peak: None,
        }
    }
}

/// Runs all of them in turn.
pub(super) fn hold<const N: usize>(
    harness: &Harness,
    rounds: Rounds,
    mut contenders: [Contender<'_>; N],
) -> Result<[Outcome; N]> {
    let mut times: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::new());
    let mut processor = times.clone();
    let once = |contender: &mut Contender<'_>, mode: Mode| {
        (contender.prepare)()?;
        let mut stopwatch = Stopwatch::new(mode, harness.folder());
        (contender.run)(&mut stopwatch)?;
        anyhow::Ok(stopwatch)
    };
    for _ in 0..rounds.before {
        for contender in &mut contenders {
            once(contender, Mode::Timing)?;
        }
    }
    let started = Instant::now();
    for round in 0..rounds.most {
        if round >= rounds.least && started.elapsed() > rounds.time {
            break;
        }
        for (number, contender) in contenders.iter_mut().enumerate() {
            let stopwatch = once(contender, Mode::Timing)?;
            times[number].push(stopwatch.took());
            processor[number].push(stopwatch.processor());
        }
    }
    let mut results = Vec::new();
    for ((contender, times), processor) in contenders.iter_mut().zip(times).zip(processor) {
        let times = Series::of(times).context("nothing was measured")?;
        let processor = Series::of(processor).context("nothing was measured")?;
        let mut peak = Peak::default();
        let looks = if times.median() < SHORT { 5 } else { 1 };
        for _ in 0..looks {
            peak.include(once(contender, Mode::Watching)?.peak());
        }
        results.push(Outcome {
            times,
            processor,
            peak,
        });
    }
    results
        .try_into()
        .map_err(|_| anyhow::anyhow!("a result is missing"))
}

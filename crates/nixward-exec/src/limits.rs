//! How long a program may take, and from when on it is slow.

use std::time::Duration;

use nixward_guard::{Ending, GuardReport, GuardedChild, TerminationSignal, WaitError};

/// The times that matter for one try; none where nothing is said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// After this it is asked to end, and killed when it does not.
    pub(crate) timeout: Option<Duration>,
    /// After this it is told that it still runs, and again each time that it has taken twice as long.
    pub(crate) slow_after: Option<Duration>,
}

/// A time that has passed, and the program is still there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passed {
    Slow(Duration),
    /// It was asked to end, and has not done so at once.
    Timeout(Duration),
}

/// How long a program that was asked to end may take for it before that is told.
const AT_ONCE: Duration = Duration::from_secs(1);

/// How waiting ended.
pub(crate) struct Waited {
    pub(crate) report: Result<GuardReport, WaitError>,
    /// The timeout that it was ended after.
    pub(crate) timed_out: Option<Duration>,
    /// How long it took to end then.
    ending: Duration,
    pub(crate) is_slow: bool,
}

impl Waited {
    /// What is to be said of a program that did not end when its timeout had passed.
    pub(crate) fn note(&self) -> Option<String> {
        let report = self.report.as_ref().ok()?;
        let was_killed = matches!(report.ending, Ending::Signaled(KILL));
        (self.timed_out.is_some() && was_killed).then(|| {
            let seconds = self.ending.as_secs_f32();
            format!("it was asked to end with SIGTERM, did not for {seconds:.1}s, and was killed")
        })
    }
}

/// `SIGKILL`.
const KILL: i32 = 9;

/// Waits until nothing of a program is left. What is ended with the run has no timeout any more.
pub(crate) fn wait(
    mut child: GuardedChild,
    limits: Limits,
    is_cancelled: impl Fn() -> bool,
    mut tell: impl FnMut(Passed),
) -> Waited {
    // Which stands still while the run is stopped.
    let clock = child.clock().clone();
    let start = clock.now();
    let Limits {
        mut timeout,
        slow_after: mut slow_at,
    } = limits;
    let mut is_slow = false;
    loop {
        let passed = clock.now().saturating_sub(start);
        let is_over = timeout.is_some_and(|timeout| timeout <= passed);
        if is_over && is_cancelled() {
            timeout = None;
        }
        if let Some(timeout) = timeout.filter(|_| is_over) {
            child.terminator().terminate(TerminationSignal::Terminate);
            let asked = std::time::Instant::now();
            let report = match child.wait_timeout(AT_ONCE) {
                Ok(Some(report)) => Ok(report),
                Ok(None) => {
                    tell(Passed::Timeout(timeout));
                    child.wait()
                }
                Err(error) => Err(error),
            };
            return Waited {
                report,
                timed_out: Some(timeout),
                ending: asked.elapsed(),
                is_slow,
            };
        }
        if let Some(after) = slow_at.filter(|after| *after <= passed) {
            is_slow = true;
            slow_at = after.checked_mul(2).filter(|next| *next > after);
            tell(Passed::Slow(after));
            continue;
        }
        let ended = |report, is_slow| Waited {
            report,
            timed_out: None,
            ending: Duration::ZERO,
            is_slow,
        };
        let Some(next) = timeout.into_iter().chain(slow_at).min() else {
            return ended(child.wait(), is_slow);
        };
        match child.wait_timeout(next.saturating_sub(passed)) {
            Ok(Some(report)) => return ended(Ok(report), is_slow),
            Ok(None) => {}
            Err(error) => return ended(Err(error), is_slow),
        }
    }
}

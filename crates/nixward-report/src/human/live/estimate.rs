//! How much longer a run may take, by what its steps took before. Pure.
//!
//! Nothing is said rather than something wrong: not while Nix builds or downloads, whose times nobody knows; not where
//! too many steps have never run; and not where a step that runs already takes longer than all that is known to be left.

use std::{collections::BTreeMap, time::Duration};

/// A step that is not over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    /// What it took before, if it ever ran.
    pub(super) expected: Option<Duration>,
    /// For how long it has run.
    pub(super) running_for: Option<Duration>,
}

/// For less than this it is not worth saying.
const SHORTEST: Duration = Duration::from_secs(1);

/// What is left to do for so many steps at a time.
pub(super) fn left(jobs: usize, steps: impl Iterator<Item = Left>) -> Option<Duration> {
    let (mut all, mut known) = (0_u32, 0_u32);
    let (mut sum, mut longest, mut overrun) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for Left {
        expected,
        running_for,
    } in steps
    {
        all += 1;
        let Some(expected) = expected else { continue };
        known += 1;
        let running_for = running_for.unwrap_or_default();
        let left = expected.saturating_sub(running_for);
        overrun = overrun.max(running_for.saturating_sub(expected));
        longest = longest.max(left);
        sum += left;
    }
    // Three of four must be known; the others are taken for what those are like on average.
    if known == 0 || u64::from(all) * 3 > u64::from(known) * 4 {
        return None;
    }
    let unknown = sum / known * (all - known);
    let jobs = u32::try_from(jobs).unwrap_or(u32::MAX).max(1);
    let left = longest.max((sum + unknown) / jobs);
    (left >= SHORTEST && left > overrun).then_some(left)
}

/// `about 40s left`: as exact as it can be known.
pub(super) fn text(left: Duration) -> String {
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    let step = match seconds {
        0..10 => 1,
        10..60 => 5,
        60..600 => 15,
        _ => 60,
    };
    let rounded = Duration::from_secs(seconds.next_multiple_of(step));
    format!("about {} left", crate::duration::for_people(rounded))
}

/// The steps of the plan, as earlier runs know them.
pub(super) type Expected = BTreeMap<usize, Option<Duration>>;

#[cfg(test)]
mod tests {
    use super::*;

    const fn step(expected: u64, running_for: u64) -> Left {
        Left {
            expected: Some(Duration::from_secs(expected)),
            running_for: Some(Duration::from_secs(running_for)),
        }
    }

    const UNKNOWN: Left = Left {
        expected: None,
        running_for: None,
    };

    fn seconds(jobs: usize, steps: &[Left]) -> Option<u64> {
        left(jobs, steps.iter().copied()).map(|left| left.as_secs())
    }

    #[test]
    fn as_many_run_at_once_as_there_are_jobs() {
        assert_eq!(seconds(1, &[step(30, 10), step(40, 0)]), Some(60));
        assert_eq!(seconds(2, &[step(30, 10), step(40, 0)]), Some(40));
        assert_eq!(seconds(0, &[step(5, 0)]), Some(5));
    }

    #[test]
    fn where_too_little_is_known_nothing_is_said() {
        assert_eq!(seconds(1, &[]), None);
        assert_eq!(seconds(1, &[step(30, 0), UNKNOWN]), None);
        let three = [step(30, 0), step(30, 0), step(30, 0)];
        assert_eq!(seconds(1, &[&three[..], &[UNKNOWN]].concat()), Some(120));
    }

    #[test]
    fn what_takes_longer_than_ever_before_has_no_end_that_is_known() {
        assert_eq!(seconds(2, &[step(10, 12)]), None);
        assert_eq!(seconds(2, &[step(10, 200), step(60, 0)]), None);
        assert_eq!(seconds(2, &[step(10, 12), step(60, 0)]), Some(60));
        // The last moments are no time to promise anything.
        assert_eq!(seconds(2, &[step(10, 10)]), None);
    }

    #[test]
    fn it_is_as_exact_as_it_can_be_known() {
        let text = |seconds| text(Duration::from_secs(seconds));
        assert_eq!(text(7), "about 7s left");
        assert_eq!(text(41), "about 45s left");
        assert_eq!(text(131), "about 2m 15s left");
        assert_eq!(text(3601), "about 1h 1m left");
    }
}

//! What is said of several times of the same thing.

use std::time::Duration;

/// The times of one thing, at least one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    sorted: Vec<Duration>,
}

impl Series {
    /// None where nothing was measured.
    pub(super) fn of(mut times: Vec<Duration>) -> Option<Self> {
        times.sort();
        (!times.is_empty()).then_some(Self { sorted: times })
    }

    /// The middle one; of an even number the mean of the middle two.
    pub(super) fn median(&self) -> Duration {
        let middle = self.sorted.len() / 2;
        let upper = self.sorted[middle];
        if self.sorted.len() % 2 == 1 {
            upper
        } else {
            (self.sorted[middle - 1] + upper) / 2
        }
    }

    pub(super) fn least(&self) -> Duration {
        self.sorted[0]
    }

    pub(super) fn most(&self) -> Duration {
        self.sorted[self.sorted.len() - 1]
    }
}

/// How many times the second is in the first.
pub(super) fn ratio(first: Duration, second: Duration) -> f64 {
    first.as_secs_f64() / second.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// With three digits, in the unit that reads best.
pub(super) fn for_people(time: Duration) -> String {
    let unit = Unit::of(time);
    format!("{} {}", unit.number(time), unit.name())
}

impl Series {
    /// The median, and between which times it lies.
    pub(super) fn for_people(&self) -> String {
        let median = self.median();
        let unit = Unit::of(median);
        let [median, least, most] =
            [median, self.least(), self.most()].map(|time| unit.number(time));
        format!("{median} [{least}–{most}] {}", unit.name())
    }
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    Milliseconds,
    Seconds,
}

impl Unit {
    fn of(time: Duration) -> Self {
        if time < Duration::from_secs(1) {
            Self::Milliseconds
        } else {
            Self::Seconds
        }
    }

    fn number(self, time: Duration) -> String {
        let seconds = time.as_secs_f64();
        three_digits(match self {
            Self::Milliseconds => seconds * 1e3,
            Self::Seconds => seconds,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }
}

/// `4.21`, `42.1`, `421`.
pub(super) fn three_digits(value: f64) -> String {
    let decimals = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(milliseconds: &[u64]) -> Series {
        let times = milliseconds
            .iter()
            .map(|&time| Duration::from_millis(time))
            .collect();
        Series::of(times).unwrap()
    }

    #[test]
    fn the_median_is_the_middle_whatever_came_first() {
        assert_eq!(series(&[9, 1, 5]).median(), Duration::from_millis(5));
        assert_eq!(
            series(&[900, 1, 5, 4]).median(),
            Duration::from_micros(4500)
        );
        assert_eq!(series(&[7]).median(), Duration::from_millis(7));
        assert_eq!(series(&[9, 1, 5]).least(), Duration::from_millis(1));
        assert_eq!(series(&[9, 1, 5]).most(), Duration::from_millis(9));
        assert_eq!(Series::of(Vec::new()), None);
    }

    #[test]
    fn a_series_is_written_in_the_unit_of_its_median() {
        assert_eq!(series(&[900, 800, 1500]).for_people(), "900 [800–1500] ms");
        assert_eq!(
            series(&[900, 1200, 1500]).for_people(),
            "1.20 [0.90–1.50] s"
        );
    }

    #[test]
    fn times_are_written_with_three_digits() {
        for (microseconds, expected) in [
            (4_213, "4.21 ms"),
            (9_996, "10.0 ms"),
            (42_130, "42.1 ms"),
            (421_300, "421 ms"),
            (4_213_000, "4.21 s"),
        ] {
            assert_eq!(for_people(Duration::from_micros(microseconds)), expected);
        }
    }
}

//! What is measured of a program: a time, memory, a part of a processor, or how many of something.

use std::time::Duration;

use super::statistics::{Series, three_digits};

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Figure {
    Time(Series),
    Bytes(u64),
    Count(usize),
    /// 1 is one processor, used all the time.
    Share(f64),
}

impl Figure {
    /// Only times have one.
    pub(super) fn median(&self) -> Option<Duration> {
        match self {
            Self::Time(series) => Some(series.median()),
            Self::Bytes(_) | Self::Count(_) | Self::Share(_) => None,
        }
    }

    pub(super) fn for_people(&self) -> String {
        match self {
            Self::Time(series) => series.for_people(),
            Self::Bytes(bytes) => megabytes(*bytes),
            Self::Count(count) => count.to_string(),
            Self::Share(share) => percent(*share),
        }
    }
}

/// In millions of bytes, rounded up, so that a bound that looks kept is.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

pub(super) fn percent(share: f64) -> String {
    format!("{} % of a core", three_digits(share * 100.0))
}

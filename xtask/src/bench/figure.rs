//! What is measured of a program: a time, memory, or how many of something.

use std::time::Duration;

use super::statistics::Series;

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Figure {
    Time(Series),
    Bytes(u64),
    Count(usize),
}

impl Figure {
    /// Only times have one.
    pub(super) fn median(&self) -> Option<Duration> {
        match self {
            Self::Time(series) => Some(series.median()),
            Self::Bytes(_) | Self::Count(_) => None,
        }
    }

    pub(super) fn for_people(&self) -> String {
        match self {
            Self::Time(series) => series.for_people(),
            Self::Bytes(bytes) => megabytes(*bytes),
            Self::Count(count) => count.to_string(),
        }
    }
}

/// In millions of bytes, rounded up, so that a bound that looks kept is.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

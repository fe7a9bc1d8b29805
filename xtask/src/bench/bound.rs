//! How good nixward must be.

use std::time::Duration;

use super::{
    figure::{Figure, megabytes, percent},
    statistics::{for_people, ratio},
};

/// A promise about one figure of nixward, by itself or beside another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bound {
    /// At most that many times the time of the other.
    TimesOther(f64),
    /// At most that much more time than the other takes.
    OverOther(Duration),
    /// The other takes at least that many times as long.
    FasterThanOther(f64),
    /// At most that time.
    Within(Duration),
    /// At most that much memory.
    Bytes(u64),
    /// At most that much more memory than the other has.
    BytesOverOther(u64),
    /// At most that part of one processor.
    Share(f64),
    /// None of what is counted.
    None,
}

impl Bound {
    /// Whether it is kept. A figure of another kind than the bound speaks of keeps nothing.
    pub(super) fn is_kept(self, ours: &Figure, other: Option<&Figure>) -> bool {
        let times = ours.median().zip(other.and_then(Figure::median));
        match self {
            Self::TimesOther(most) => times.is_some_and(|(ours, other)| ratio(ours, other) <= most),
            Self::OverOther(most) => times.is_some_and(|(ours, other)| ours <= other + most),
            Self::FasterThanOther(least) => {
                times.is_some_and(|(ours, other)| ratio(other, ours) >= least)
            }
            Self::Within(most) => ours.median().is_some_and(|ours| ours <= most),
            Self::Bytes(most) => matches!(ours, Figure::Bytes(bytes) if *bytes <= most),
            Self::BytesOverOther(most) => match (ours, other) {
                (Figure::Bytes(ours), Some(Figure::Bytes(other))) => *ours <= other + most,
                _ => false,
            },
            Self::Share(most) => matches!(ours, Figure::Share(share) if *share <= most),
            Self::None => matches!(ours, Figure::Count(0)),
        }
    }

    pub(super) fn for_people(self) -> String {
        match self {
            Self::TimesOther(most) => format!("≤ {most} × it"),
            Self::OverOther(most) => format!("≤ {} over it", whole(most)),
            Self::FasterThanOther(least) => format!("≥ {least} × faster"),
            Self::Within(most) => format!("≤ {}", whole(most)),
            Self::Bytes(most) => format!("≤ {}", megabytes(most)),
            Self::BytesOverOther(most) => format!("≤ {} over it", megabytes(most)),
            Self::Share(most) => format!("≤ {}", percent(most)),
            Self::None => "none".to_owned(),
        }
    }
}

/// Bounds are whole milliseconds.
fn whole(time: Duration) -> String {
    for_people(time).replace(".00", "").replace(".0", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::statistics::Series;

    fn time(milliseconds: u64) -> Figure {
        let times = vec![Duration::from_millis(milliseconds)];
        Figure::Time(Series::of(times).unwrap())
    }

    #[test]
    fn a_bound_beside_another_holds_up_to_its_edge() {
        let other = time(100);
        for (bound, kept, missed) in [
            (Bound::TimesOther(1.1), 110, 111),
            (Bound::OverOther(Duration::from_millis(10)), 110, 111),
            (Bound::FasterThanOther(10.0), 10, 11),
        ] {
            assert!(bound.is_kept(&time(kept), Some(&other)), "{bound:?}");
            assert!(!bound.is_kept(&time(missed), Some(&other)), "{bound:?}");
            assert!(
                !bound.is_kept(&time(kept), None),
                "{bound:?} beside nothing"
            );
        }
    }

    #[test]
    fn a_bound_by_itself_holds_for_its_own_kind_of_figure() {
        let within = Bound::Within(Duration::from_millis(5));
        assert!(within.is_kept(&time(5), None));
        assert!(!within.is_kept(&time(6), None));
        assert!(!within.is_kept(&Figure::Bytes(0), None));
        assert!(Bound::Bytes(40).is_kept(&Figure::Bytes(40), None));
        assert!(!Bound::Bytes(40).is_kept(&Figure::Bytes(41), None));
        assert!(!Bound::Bytes(40).is_kept(&time(1), None));
        let share = Bound::Share(0.15);
        assert!(share.is_kept(&Figure::Share(0.15), None));
        assert!(!share.is_kept(&Figure::Share(0.16), None));
        assert!(!share.is_kept(&time(0), None));
        let over = Bound::BytesOverOther(4);
        assert!(over.is_kept(&Figure::Bytes(44), Some(&Figure::Bytes(40))));
        assert!(!over.is_kept(&Figure::Bytes(45), Some(&Figure::Bytes(40))));
        assert!(!over.is_kept(&Figure::Bytes(0), None));
        assert!(Bound::None.is_kept(&Figure::Count(0), None));
        assert!(!Bound::None.is_kept(&Figure::Count(1), None));
    }

    #[test]
    fn bounds_are_written_as_the_promise_is() {
        assert_eq!(Bound::TimesOther(1.15).for_people(), "≤ 1.15 × it");
        assert_eq!(
            Bound::OverOther(Duration::from_millis(10)).for_people(),
            "≤ 10 ms over it"
        );
        assert_eq!(Bound::FasterThanOther(10.0).for_people(), "≥ 10 × faster");
        assert_eq!(
            Bound::Within(Duration::from_millis(5)).for_people(),
            "≤ 5 ms"
        );
        assert_eq!(Bound::Bytes(40_000_000).for_people(), "≤ 40 MB");
        assert_eq!(
            Bound::BytesOverOther(4_000_000).for_people(),
            "≤ 4 MB over it"
        );
        assert_eq!(Bound::Share(0.15).for_people(), "≤ 15.0 % of a core");
    }
}

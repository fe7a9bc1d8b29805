//! Why a run took as long as it did.

use std::time::Duration;

use super::recording::Span;

/// What follows another begins this soon after it; more between them was waiting for something that is not recorded.
const TOGETHER: Duration = Duration::from_millis(1);

/// From the span that ended last back to the first: before each the one that ended last when it began. That is what it
/// needed, or what had its place among the jobs; either way the run would have been shorter without it.
pub(super) fn critical_path(spans: &[Span]) -> Vec<&Span> {
    let mut path: Vec<&Span> = Vec::new();
    let mut next = spans.iter().max_by_key(|span| span.ended);
    while let Some(span) = next {
        path.push(span);
        let before = span.began + TOGETHER;
        // Each is shorter than the one that it ended before, so that the way back has an end.
        let earlier = spans
            .iter()
            .filter(|other| other.ended <= before && other.began < span.began);
        next = earlier.max_by_key(|other| other.ended);
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::timings::recording::SpanKind;

    fn span(name: &str, began: u64, ended: u64) -> Span {
        Span {
            kind: SpanKind::Step,
            name: name.to_owned(),
            began: Duration::from_millis(began),
            ended: Duration::from_millis(ended),
        }
    }

    #[test]
    fn it_is_the_chain_that_ended_last() {
        let spans = [
            span("evaluation", 0, 100),
            span("short", 100, 150),
            span("build", 100, 400),
            span("quick", 150, 200),
            span("test", 401, 900),
        ];
        let names: Vec<&str> = critical_path(&spans)
            .iter()
            .map(|span| span.name.as_str())
            .collect();
        assert_eq!(names, ["evaluation", "build", "test"]);
        assert_eq!(critical_path(&[]), Vec::<&Span>::new());
    }

    proptest! {
        #[test]
        fn it_goes_forward_in_time(times in proptest::collection::vec((0_u64..50, 0_u64..50), 0..40)) {
            let spans: Vec<Span> = times.iter().map(|(began, took)| span("x", *began, began + took)).collect();
            let path = critical_path(&spans);
            prop_assert_eq!(path.is_empty(), spans.is_empty());
            for pair in path.windows(2) {
                prop_assert!(pair[0].began < pair[1].began);
                prop_assert!(pair[0].ended <= pair[1].began + TOGETHER);
            }
        }
    }
}

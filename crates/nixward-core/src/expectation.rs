//! How long the steps of a run may take, by what they took before.

use std::{collections::BTreeMap, time::Duration};

/// What earlier runs say of the steps of a plan.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ExpectedSteps {
    /// How many steps run side by side.
    pub jobs: usize,
    /// Each step of the plan that runs something, by its id, with the time that it took before, where that is known.
    pub steps: BTreeMap<usize, Option<Duration>>,
}

/// The middle one of several values, the greater of two in the middle.
pub fn median<T: Copy + Ord>(values: &mut [T]) -> Option<T> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_found_in_any_order() {
        assert_eq!(median::<u8>(&mut []), None);
        assert_eq!(median(&mut [3, 9, 1]), Some(3));
        assert_eq!(median(&mut [4, 2]), Some(4));
    }
}

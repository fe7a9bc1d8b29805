//! Who wears how much flair, and what is enough.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// Fewer pieces than this, and management would like to have a word.
pub const MINIMUM: u32 = 15;

/// One employee, as the outside sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Employee {
    pub name: String,
    pub pieces: u32,
    /// Whether they do just the bare minimum.
    pub bare_minimum: bool,
}

/// All employees together.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub employees: usize,
    pub pieces: u64,
    pub minimum: u32,
    pub bare_minimum: Vec<String>,
}

/// Why a change is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    TooFew { pieces: u32 },
    BadName,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { pieces } => {
                write!(
                    formatter,
                    "{pieces} pieces of flair are too few: {MINIMUM} is the minimum"
                )
            }
            Self::BadName => {
                formatter.write_str("a name has small letters, digits and hyphens, at most 64")
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// The pieces of flair, by name.
#[derive(Debug, Default)]
pub struct Wardrobe {
    pieces: BTreeMap<String, u32>,
}

impl Wardrobe {
    /// What the staff wears when the doors open.
    #[must_use]
    pub fn of_the_staff() -> Self {
        let pieces = [("brian", 37), ("joanna", MINIMUM), ("stan", 21)];
        Self {
            pieces: pieces.map(|(name, count)| (name.to_owned(), count)).into(),
        }
    }

    pub fn employees(&self) -> impl Iterator<Item = Employee> {
        self.pieces
            .iter()
            .map(|(name, &pieces)| employee(name, pieces))
    }

    #[must_use]
    pub fn employee(&self, name: &str) -> Option<Employee> {
        self.pieces.get(name).map(|&pieces| employee(name, pieces))
    }

    /// Notes what somebody wears from now on; somebody new is welcome.
    ///
    /// # Errors
    ///
    /// Where they would wear too little, or their name is not one.
    pub fn wear(&mut self, name: &str, pieces: u32) -> Result<Employee, Refusal> {
        if !is_name(name) {
            return Err(Refusal::BadName);
        }
        if pieces < MINIMUM {
            return Err(Refusal::TooFew { pieces });
        }
        self.pieces.insert(name.to_owned(), pieces);
        Ok(employee(name, pieces))
    }

    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            employees: self.pieces.len(),
            pieces: self.pieces.values().map(|&pieces| u64::from(pieces)).sum(),
            minimum: MINIMUM,
            bare_minimum: self
                .employees()
                .filter(|employee| employee.bare_minimum)
                .map(|employee| employee.name)
                .collect(),
        }
    }
}

fn employee(name: &str, pieces: u32) -> Employee {
    Employee {
        name: name.to_owned(),
        pieces,
        bare_minimum: pieces == MINIMUM,
    }
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_is_enough_and_no_more() {
        let mut wardrobe = Wardrobe::default();
        let joanna = wardrobe
            .wear("joanna", MINIMUM)
            .expect("the minimum is enough");
        assert!(joanna.bare_minimum);
        let brian = wardrobe.wear("brian", MINIMUM + 1).expect("more is better");
        assert!(!brian.bare_minimum);
    }

    #[test]
    fn fourteen_is_refused_and_changes_nothing() {
        let mut wardrobe = Wardrobe::of_the_staff();
        let before = wardrobe.employee("brian");
        assert_eq!(
            wardrobe.wear("brian", 14),
            Err(Refusal::TooFew { pieces: 14 })
        );
        assert_eq!(wardrobe.employee("brian"), before);
    }

    #[test]
    fn names_are_checked() {
        let mut wardrobe = Wardrobe::default();
        for name in ["", "Joanna", "../etc", "j o", &"j".repeat(65)] {
            assert_eq!(wardrobe.wear(name, 20), Err(Refusal::BadName), "{name:?}");
        }
        assert_eq!(wardrobe.employees().count(), 0);
    }

    #[test]
    fn the_summary_names_those_who_do_the_minimum() {
        let summary = Wardrobe::of_the_staff().summary();
        assert_eq!(summary.employees, 3);
        assert_eq!(summary.pieces, 37 + 15 + 21);
        assert_eq!(summary.bare_minimum, ["joanna"]);
    }

    #[test]
    fn sums_do_not_overflow() {
        let mut wardrobe = Wardrobe::default();
        for name in ["a", "b"] {
            wardrobe.wear(name, u32::MAX).expect("a lot is allowed");
        }
        assert_eq!(wardrobe.summary().pieces, 2 * u64::from(u32::MAX));
    }
}

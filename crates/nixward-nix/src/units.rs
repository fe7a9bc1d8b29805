//! What of a question can be evaluated on its own, when all at once fails.

use serde::{Deserialize, Serialize};

/// Units by kind; they are evaluated in the order in which they stand here.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Units {
    pub(crate) packages: Vec<String>,
    pub(crate) checks: Vec<CheckUnit>,
    pub(crate) others: Vec<Vec<String>>,
}

/// A check, with the package that it belongs to by its name.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct CheckUnit {
    pub(crate) name: String,
    pub(crate) owner: Option<String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unit {
    Package(String),
    Check(CheckUnit),
    Other(Vec<String>),
}

impl Units {
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.checks.is_empty() && self.others.is_empty()
    }

    pub(crate) fn into_list(self) -> Vec<Unit> {
        let packages = self.packages.into_iter().map(Unit::Package);
        let checks = self.checks.into_iter().map(Unit::Check);
        let others = self.others.into_iter().map(Unit::Other);
        packages.chain(checks).chain(others).collect()
    }

    pub(crate) fn add(&mut self, unit: Unit) {
        match unit {
            Unit::Package(name) => self.packages.push(name),
            Unit::Check(check) => self.checks.push(check),
            Unit::Other(path) => self.others.push(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_everything_once() {
        let units = Units {
            packages: vec!["a".to_owned(), "b".to_owned()],
            checks: vec![CheckUnit {
                name: "lint".to_owned(),
                owner: None,
            }],
            others: vec![vec!["formatter".to_owned()]],
        };
        let list = units.clone().into_list();
        assert_eq!(list.len(), 4);
        let mut again = Units::default();
        list.into_iter().for_each(|unit| again.add(unit));
        assert_eq!(again, units);
    }
}

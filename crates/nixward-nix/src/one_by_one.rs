//! Evaluates units one after the other, and goes on behind each that kills the evaluation: one process for each culprit
//! and one more, in which no unit is evaluated twice.

use std::collections::VecDeque;

use nixward_core::{
    evaluation::{Evaluation, EvaluationFailure},
    query::{CheckScope, EvaluationQuery},
};

use crate::{
    culprit,
    evaluation_answer::{Begun, Said},
    evaluator::{EvaluateError, Evaluated},
    message::is_the_flakes_own,
    query_expression::fitting,
    units::Unit,
};

/// After how many culprits in a row with one and the same message the rest is not tried. What all projects share may be
/// broken, and a process for each of a thousand takes long to say so.
const MOST_ALIKE: usize = 12;

/// An evaluation, unit by unit, that has ended.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// Nothing where it died before the first unit.
    pub(crate) begun: Option<Begun>,
    /// Answers in the order of the units.
    pub(crate) said: Vec<Said>,
    /// Why it ended, if it did not answer all.
    pub(crate) failure: EvaluationFailure,
    /// Whether it was killed or had no memory left, which need not be the fault of the unit that it was at.
    pub(crate) was_overwhelmed: bool,
    pub(crate) warnings: Vec<String>,
    pub(crate) stderr: String,
}

/// Starts such an evaluation, for all units or for some, and waits for its end.
pub(crate) type Ask<'a> =
    dyn Fn(&EvaluationQuery, Option<&[Unit]>) -> Result<Process, EvaluateError> + 'a;

/// Answers a whole query, into what is empty yet.
pub(crate) fn evaluate(
    ask: &Ask<'_>,
    query: &EvaluationQuery,
    evaluated: &mut Evaluated,
) -> Result<(), EvaluateError> {
    let mut process = ask(query, None)?;
    if process.begun.is_none() && !query.folders.is_empty() {
        // To look for packages by their position may meet one that is broken: names alone must do then.
        let by_name = EvaluationQuery {
            folders: Vec::new(),
            ..query.clone()
        };
        process = ask(&by_name, None)?;
    }
    let Some(begun) = process.begun.take() else {
        return Err(EvaluateError::Flake {
            failure: process.failure,
            stderr: process.stderr,
        });
    };
    evaluated.evaluation.names = begun.names;
    evaluated.evaluation.systems = begun.systems;
    let units = begun.units.unwrap_or_default().into_list();
    let mut session = Session::new(ask, query, evaluated);
    let rest = session.take(process, units.into())?;
    session.go_on(rest)
}

/// Answers some units, into what is known already.
pub(crate) fn evaluate_units(
    ask: &Ask<'_>,
    query: &EvaluationQuery,
    units: Vec<Unit>,
    evaluated: &mut Evaluated,
) -> Result<(), EvaluateError> {
    let mut session = Session::new(ask, query, evaluated);
    session.go_on(units.into())
}

struct Session<'a> {
    ask: &'a Ask<'a>,
    query: &'a EvaluationQuery,
    evaluated: &'a mut Evaluated,
    /// What the last culprit said, and how many in a row have said it.
    alike: (String, usize),
}

impl<'a> Session<'a> {
    fn new(ask: &'a Ask<'a>, query: &'a EvaluationQuery, evaluated: &'a mut Evaluated) -> Self {
        Self {
            ask,
            query,
            evaluated,
            alike: (String::new(), 0),
        }
    }

    fn go_on(&mut self, mut waiting: VecDeque<Unit>) -> Result<(), EvaluateError> {
        loop {
            waiting.retain(|unit| is_wanted(unit, self.query, &self.evaluated.evaluation));
            if waiting.is_empty() {
                return Ok(());
            }
            if self.alike.1 >= MOST_ALIKE {
                let why = format!(
                    "not evaluated: the {MOST_ALIKE} before it all failed with the same message"
                );
                let why = why.into();
                waiting.into_iter().for_each(|unit| self.blame(unit, &why));
                return Ok(());
            }
            let count = fitting(waiting.make_contiguous());
            let later = waiting.split_off(count);
            let mut process = (self.ask)(self.query, Some(waiting.make_contiguous()))?;
            if process.begun.take().is_none() {
                // It did not get to the units, and will not the next time.
                for unit in waiting.into_iter().chain(later) {
                    self.blame(unit, &process.failure);
                }
                return Ok(());
            }
            waiting = self.take(process, waiting)?;
            waiting.extend(later);
        }
    }

    /// Takes what a process said of the units that it was asked about, and gives back those behind the one that it
    /// died of.
    fn take(
        &mut self,
        process: Process,
        mut units: VecDeque<Unit>,
    ) -> Result<VecDeque<Unit>, EvaluateError> {
        let was_alone = units.len() == 1;
        let Process {
            said,
            failure,
            was_overwhelmed,
            ..
        } = self.take_warnings(process);
        for answer in said {
            if units.pop_front_if(|unit| answer.is_of(unit)).is_some() {
                self.alike.1 = 0;
                answer.add_to(&mut self.evaluated.evaluation);
            }
        }
        if let Some(suspect) = units.pop_front() {
            if was_overwhelmed && !was_alone {
                self.evaluate_alone(suspect)?;
            } else {
                self.blame(suspect, &failure);
            }
        }
        Ok(units)
    }

    fn evaluate_alone(&mut self, unit: Unit) -> Result<(), EvaluateError> {
        let process = (self.ask)(self.query, Some(std::slice::from_ref(&unit)))?;
        let mut process = self.take_warnings(process);
        match process.said.pop() {
            Some(answer) => {
                self.alike.1 = 0;
                answer.add_to(&mut self.evaluated.evaluation);
            }
            None => self.blame(unit, &process.failure),
        }
        Ok(())
    }

    fn take_warnings(&mut self, mut process: Process) -> Process {
        for warning in std::mem::take(&mut process.warnings) {
            if !self.evaluated.warnings.contains(&warning) {
                self.evaluated.warnings.push(warning);
            }
        }
        process
    }

    fn blame(&mut self, unit: Unit, failure: &EvaluationFailure) {
        if self.alike.0 == failure.message {
            self.alike.1 += 1;
        } else {
            self.alike = (failure.message.clone(), 1);
        }
        culprit::add(&mut self.evaluated.evaluation, self.query, &unit, failure);
        if !is_the_flakes_own(&failure.message) {
            self.evaluated.unsettled.add(unit);
        }
    }
}

/// Whether a check is asked for, by what is known of its package: one that has what was asked for needs no check in its
/// place.
fn is_wanted(unit: &Unit, query: &EvaluationQuery, evaluation: &Evaluation) -> bool {
    let Unit::Check(check) = unit else {
        return true;
    };
    let owner = check.owner.as_ref();
    let owner = owner.and_then(|owner| evaluation.packages.get(owner));
    let stands_for = |attribute| query.fallback_attributes.contains(attribute);
    let has_one = owner.is_some_and(|package| {
        let mut attributes = package.attributes.iter();
        attributes.any(|(attribute, answer)| stands_for(attribute) && answer.is_there())
    });
    query.check_scope != CheckScope::Fallback || !has_one
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use nixward_core::{
        attribute::Attribute,
        evaluation::{Answer, EvaluatedPackage},
        query::Depth,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::units::{CheckUnit, Units};

    /// What a package does to an evaluation.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Kind {
        Good,
        Kills,
        /// It needs too much memory for all that is evaluated with it.
        Large,
        /// It needs too much memory even alone.
        TooLarge,
    }

    /// A stand-in for Nix, with a package for each letter.
    struct Flake {
        packages: Vec<(String, Kind)>,
        asked: RefCell<Vec<Vec<String>>>,
    }

    impl Flake {
        fn new(kinds: &[Kind]) -> Self {
            let name = |index: usize| format!("p{index:03}");
            Self {
                packages: kinds
                    .iter()
                    .enumerate()
                    .map(|(index, kind)| (name(index), *kind))
                    .collect(),
                asked: RefCell::default(),
            }
        }

        fn names(&self) -> Vec<String> {
            self.packages.iter().map(|(name, _)| name.clone()).collect()
        }

        fn of_kind(&self, kinds: &[Kind]) -> Vec<String> {
            let chosen = self
                .packages
                .iter()
                .filter(|(_, kind)| kinds.contains(kind));
            chosen.map(|(name, _)| name.clone()).collect()
        }

        fn ask(&self, only: Option<&[Unit]>) -> Process {
            let asked: Vec<String> = match only {
                None => self.names(),
                Some(units) => units.iter().map(name_of).collect(),
            };
            let mut process = Process {
                begun: Some(Begun {
                    names: self.names(),
                    systems: Vec::new(),
                    units: only.is_none().then(|| units(&self.names())),
                }),
                ..Process::default()
            };
            let mut evaluated = Vec::new();
            for name in &asked {
                evaluated.push(name.clone());
                let (_, kind) = self
                    .packages
                    .iter()
                    .find(|(other, _)| other == name)
                    .expect("it was listed");
                let is_alone = asked.len() == 1;
                let dies = match kind {
                    Kind::Good => false,
                    Kind::Large => !is_alone,
                    Kind::Kills | Kind::TooLarge => true,
                };
                if dies {
                    process.failure = format!("{name} died").into();
                    process.was_overwhelmed = *kind != Kind::Kills;
                    process.warnings = vec!["it is hot".to_owned(), name.clone()];
                    break;
                }
                process.said.push(answer(name));
            }
            self.asked.borrow_mut().push(evaluated);
            process
        }

        fn evaluate(&self) -> Evaluated {
            let mut evaluated = Evaluated::default();
            evaluate(&|_, only| Ok(self.ask(only)), &query(), &mut evaluated).expect("it begins");
            evaluated
        }
    }

    fn query() -> EvaluationQuery {
        EvaluationQuery {
            itself: Depth::Presence,
            ..EvaluationQuery::default()
        }
    }

    fn units(names: &[String]) -> Units {
        Units {
            packages: names.to_vec(),
            ..Units::default()
        }
    }

    fn name_of(unit: &Unit) -> String {
        match unit {
            Unit::Package(name) => name.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn answer(name: &str) -> Said {
        let empty = serde_json::json!({
            "itself": { "present": true }, "attributes": [], "tests": [], "passthru": [],
        });
        Said::Package {
            name: name.to_owned(),
            answer: Box::new(serde_json::from_value(empty).expect("it is an answer")),
        }
    }

    fn failed(evaluated: &Evaluated) -> Vec<String> {
        let packages = evaluated.evaluation.packages.iter();
        let failed = packages.filter(|(name, package)| match &package.itself {
            Answer::Failed(failure) => {
                assert_eq!(*failure, Some(format!("{name} died").into()));
                true
            }
            _ => false,
        });
        failed.map(|(name, _)| name.clone()).collect()
    }

    #[test]
    fn a_process_for_each_culprit_and_one_more() {
        let mut kinds = [Kind::Good; 105];
        for culprit in [0, 20, 21, 50, 103] {
            kinds[culprit] = Kind::Kills;
        }
        let flake = Flake::new(&kinds);
        let evaluated = flake.evaluate();
        assert_eq!(failed(&evaluated).len(), 5);
        assert_eq!(flake.asked.borrow().len(), 6);
        assert_eq!(evaluated.warnings[0], "it is hot");
        // Each of the five has a warning of its own.
        assert_eq!(evaluated.warnings.len(), 6);
    }

    #[test]
    fn nothing_is_asked_behind_the_last() {
        let flake = Flake::new(&[Kind::Good, Kind::Kills]);
        assert_eq!(failed(&flake.evaluate()), ["p001"]);
        assert_eq!(flake.asked.borrow().len(), 1);
    }

    #[test]
    fn what_is_unsettled_is_asked_for_again_and_nothing_else() {
        let mut flake = Flake::new(&[Kind::Kills, Kind::Good, Kind::Kills]);
        let mut evaluated = flake.evaluate();
        flake.packages[2].1 = Kind::Good;
        flake.asked.borrow_mut().clear();
        let unsettled = std::mem::take(&mut evaluated.unsettled).into_list();
        let ask = |_: &EvaluationQuery, only: Option<&[Unit]>| Ok(flake.ask(only));
        evaluate_units(&ask, &query(), unsettled, &mut evaluated).expect("it begins");
        assert_eq!(*flake.asked.borrow(), [vec!["p000"], vec!["p002"]]);
        assert_eq!(failed(&evaluated), ["p000"]);
        assert_eq!(evaluated.unsettled, units(&["p000".to_owned()]));
    }

    #[test]
    fn what_is_broken_for_all_is_not_tried_for_each() {
        let names: Vec<String> = (0..1000).map(|number| format!("p{number:03}")).collect();
        let good = names.len() - 1;
        let asked = RefCell::new(0_usize);
        // One that is good before the culprits or between them shows that they do not share it all.
        let evaluate_with = |good: usize| {
            *asked.borrow_mut() = 0;
            let ask = |_: &EvaluationQuery, only: Option<&[Unit]>| {
                *asked.borrow_mut() += 1;
                let of_flake = || units(&names).into_list();
                let units_asked = only.map_or_else(of_flake, <[Unit]>::to_vec);
                let is_good = name_of(&units_asked[0]) == names[good];
                Ok(Process {
                    begun: Some(Begun {
                        names: names.clone(),
                        systems: Vec::new(),
                        units: only.is_none().then(|| units(&names)),
                    }),
                    said: is_good.then(|| answer(&names[good])).into_iter().collect(),
                    failure: "unable to download the toner".to_owned().into(),
                    ..Process::default()
                })
            };
            let mut evaluated = Evaluated::default();
            evaluate(&ask, &query(), &mut evaluated).expect("it begins");
            evaluated
        };
        let evaluated = evaluate_with(good);
        assert_eq!(*asked.borrow(), MOST_ALIKE);
        assert_eq!(evaluated.evaluation.packages.len(), 1000);
        assert_eq!(evaluated.unsettled, units(&names));
        let said = |name: &str| match &evaluated.evaluation.packages[name].itself {
            Answer::Failed(Some(failure)) => failure.message.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(said("p011"), "unable to download the toner");
        assert!(
            said("p012").starts_with("not evaluated"),
            "{}",
            said("p012")
        );
        evaluate_with(5);
        assert_eq!(*asked.borrow(), 5 + MOST_ALIKE);
    }

    #[test]
    fn a_flake_that_does_not_evaluate_has_no_culprit() {
        let ask = |_: &EvaluationQuery, _: Option<&[Unit]>| {
            Ok(Process {
                failure: "jammed".to_owned().into(),
                ..Process::default()
            })
        };
        let mut evaluated = Evaluated::default();
        let error = evaluate(&ask, &query(), &mut evaluated).expect_err("nothing began");
        assert!(
            matches!(error, EvaluateError::Flake { failure, .. } if failure.message == "jammed")
        );
        let asked_again = vec![Unit::Package("a".to_owned()), Unit::Package("b".to_owned())];
        evaluate_units(&ask, &query(), asked_again, &mut evaluated).expect("they are blamed");
        assert_eq!(evaluated.unsettled.into_list().len(), 2);
    }

    #[test]
    fn a_position_that_is_broken_does_not_hide_the_names() {
        let ask = |query: &EvaluationQuery, only: Option<&[Unit]>| {
            if only.is_none() && !query.folders.is_empty() {
                return Ok(Process::default());
            }
            Ok(Flake::new(&[Kind::Good, Kind::Kills]).ask(only))
        };
        let query = EvaluationQuery {
            folders: vec!["projects/a".to_owned()],
            ..query()
        };
        let mut evaluated = Evaluated::default();
        evaluate(&ask, &query, &mut evaluated).expect("it begins the second time");
        assert_eq!(failed(&evaluated), ["p001"]);
    }

    #[test]
    fn a_check_stands_in_only_for_what_is_not_there() {
        let query = EvaluationQuery {
            check_scope: CheckScope::Fallback,
            fallback_attributes: vec![Attribute::new(["test"])],
            ..EvaluationQuery::default()
        };
        let check = Unit::Check(CheckUnit {
            name: "a-lint".to_owned(),
            owner: Some("a".to_owned()),
        });
        let is_wanted = |answer: Answer| {
            let package = EvaluatedPackage {
                attributes: [
                    (Attribute::new(["test"]), answer),
                    (Attribute::new(["start"]), Answer::Present),
                ]
                .into(),
                ..EvaluatedPackage::default()
            };
            let mut evaluation = Evaluation::default();
            evaluation.packages.insert("a".to_owned(), package);
            super::is_wanted(&check, &query, &evaluation)
        };
        assert!(is_wanted(Answer::Absent));
        assert!(is_wanted(Answer::Failed(None)));
        assert!(!is_wanted(Answer::Present));
        assert!(super::is_wanted(&check, &query, &Evaluation::default()));
    }

    proptest! {
        #[test]
        fn everything_is_answered_once_and_only_culprits_are_blamed(
            kinds in prop::collection::vec(
                prop_oneof![
                    6 => Just(Kind::Good), 1 => Just(Kind::Kills),
                    1 => Just(Kind::Large), 1 => Just(Kind::TooLarge),
                ],
                0..60,
            ),
        ) {
            let flake = Flake::new(&kinds);
            let evaluated = flake.evaluate();
            let answered: Vec<String> = evaluated.evaluation.packages.keys().cloned().collect();
            prop_assert_eq!(&answered, &flake.names());
            let culprits = flake.of_kind(&[Kind::Kills, Kind::TooLarge]);
            prop_assert_eq!(failed(&evaluated), &culprits[..]);
            prop_assert_eq!(evaluated.unsettled, units(&culprits));
            // Only what was overwhelmed is looked at again, alone.
            let asked = flake.asked.borrow();
            let twice = flake.of_kind(&[Kind::Large, Kind::TooLarge]);
            for name in flake.names() {
                let times = asked.iter().flatten().filter(|asked| **asked == name).count();
                prop_assert!(times == 1 || (times == 2 && twice.contains(&name)), "{name}: {times}");
            }
            prop_assert!(asked.len() <= culprits.len() + 2 * twice.len() + 1);
        }
    }
}

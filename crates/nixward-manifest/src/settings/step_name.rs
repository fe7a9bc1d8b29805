//! The values of `after`.

use std::{fmt, str::FromStr};

use crate::grammar;

/// A verb of a project, as it is written: `PROJECT.VERB`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StepName {
    /// Whose name may be folded.
    pub project: String,
    pub verb: String,
}

/// A text that names no step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidStepName;

impl fmt::Display for InvalidStepName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected PROJECT.VERB")
    }
}

impl std::error::Error for InvalidStepName {}

impl FromStr for StepName {
    type Err = InvalidStepName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A project's name may have dots in it, a verb's has none.
        let (project, verb) = text.rsplit_once('.').ok_or(InvalidStepName)?;
        if grammar::NAME.accepts(project) && grammar::VERB_NAME.accepts(verb) {
            Ok(Self {
                project: project.to_owned(),
                verb: verb.to_owned(),
            })
        } else {
            Err(InvalidStepName)
        }
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.project, self.verb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_dot_parts_them() {
        let parsed = |text: &str| {
            let name: Option<StepName> = text.parse().ok();
            name.map(|name| (name.project, name.verb))
        };
        let step = |project: &str, verb: &str| Some((project.to_owned(), verb.to_owned()));
        assert_eq!(parsed("db.start"), step("db", "start"));
        assert_eq!(parsed("my_db.v2.push-img"), step("my_db.v2", "push-img"));
        for text in [
            "",
            "db",
            "db.",
            ".start",
            "db.Start",
            "db start",
            "-db.start",
            "db.start ",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}

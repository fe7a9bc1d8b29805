//! Reads the JSON that `evaluate.nix` produces.

use std::collections::BTreeMap;

use nixward_core::{
    attribute::Attribute,
    evaluation::{
        Answer, App, Derivation, EvaluatedCheck, EvaluatedPackage, Evaluation, Image, ImageKind,
    },
};
use serde::Deserialize;

use crate::units::{Unit, Units};

/// What is said in a line of its own, before other answers are known.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AnswerLine {
    /// The first line: the flake itself evaluates.
    Begun(Begun),
    Said(Said),
}

/// The answer for one unit.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Said {
    Package {
        name: String,
        answer: Box<PackageReply>,
    },
    /// Without an answer where its package has what was asked for, so that the check need not be looked at.
    Check {
        name: String,
        answer: Option<CheckReply>,
    },
    Other(AttributeReply),
}

/// What there is to be answered.
#[derive(Debug, Deserialize)]
pub(crate) struct Begun {
    pub(crate) names: Vec<String>,
    pub(crate) systems: Vec<String>,
    /// Nothing where it was said which ones are wanted.
    pub(crate) units: Option<Units>,
}

impl Said {
    /// Whether it is said of this unit.
    pub(crate) fn is_of(&self, unit: &Unit) -> bool {
        match (self, unit) {
            (Self::Package { name, .. }, Unit::Package(of)) => name == of,
            (Self::Check { name, .. }, Unit::Check(of)) => *name == of.name,
            (Self::Other(reply), Unit::Other(of)) => reply.path == *of,
            (Self::Package { .. } | Self::Check { .. } | Self::Other(_), _) => false,
        }
    }

    /// Adds the answer to others.
    pub(crate) fn add_to(self, evaluation: &mut Evaluation) {
        match self {
            Self::Package { name, answer } => {
                evaluation.packages.insert(name, answer.into_package());
            }
            Self::Check { name, answer } => {
                // What was said of it before does not hold any more, whether or not it is looked at now.
                evaluation.checks.remove(&name);
                let check = answer.map(|answer| (name, answer.into_check()));
                evaluation.checks.extend(check);
            }
            Self::Other(reply) => evaluation.others.extend(by_attribute(vec![reply])),
        }
    }
}

/// The whole reply.
#[derive(Default, Deserialize)]
pub(crate) struct Reply {
    pub(crate) names: Vec<String>,
    pub(crate) systems: Vec<String>,
    pub(crate) packages: BTreeMap<String, PackageReply>,
    pub(crate) checks: BTreeMap<String, CheckReply>,
    pub(crate) others: Vec<AttributeReply>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackageReply {
    itself: Option<AnswerReply>,
    app: Option<AnswerReply>,
    dev_shell: Option<AnswerReply>,
    attributes: Vec<AttributeReply>,
    tests: Vec<AttributeReply>,
    tests_failed: Option<AnswerReply>,
    position: Option<String>,
    snowfall_path: Option<String>,
    description: Option<String>,
    passthru: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CheckReply {
    owner: Option<String>,
    answer: Option<AnswerReply>,
}

/// What is said of an attribute, with the names down to it.
#[derive(Debug, Deserialize)]
pub(crate) struct AttributeReply {
    pub(crate) path: Vec<String>,
    answer: Option<AnswerReply>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum AnswerReply {
    #[serde(rename = "failed")]
    Failed(#[expect(dead_code, reason = "the key says it all; its value is always true")] bool),
    Other(String),
    Present(#[expect(dead_code, reason = "the key says it all; its value is always true")] bool),
    Derivation(Box<DerivationReply>),
    App(AppReply),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DerivationReply {
    name: String,
    drv_path: String,
    outputs: BTreeMap<String, String>,
    program_output: String,
    program: String,
    image: Option<ImageReply>,
}

#[derive(Debug, Deserialize)]
struct ImageReply {
    name: String,
    tag: Option<String>,
    kind: ImageKindReply,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ImageKindReply {
    Archive,
    Stream,
    Nix2container,
}

#[derive(Debug, Deserialize)]
struct AppReply {
    program: String,
    derivations: BTreeMap<String, Vec<String>>,
}

impl Reply {
    pub(crate) fn into_evaluation(self, system: &str) -> Evaluation {
        Evaluation {
            system: system.to_owned(),
            names: self.names,
            systems: self.systems,
            packages: self
                .packages
                .into_iter()
                .map(|(name, package)| (name, package.into_package()))
                .collect(),
            checks: self
                .checks
                .into_iter()
                .map(|(name, check)| (name, check.into_check()))
                .collect(),
            others: by_attribute(self.others),
        }
    }
}

impl PackageReply {
    fn into_package(self) -> EvaluatedPackage {
        EvaluatedPackage {
            itself: into_answer(self.itself),
            app: into_answer(self.app),
            dev_shell: into_answer(self.dev_shell),
            attributes: by_attribute(self.attributes),
            tests: by_attribute(self.tests),
            tests_failed: into_answer(self.tests_failed),
            position: self.position,
            snowfall_path: self.snowfall_path,
            description: self.description,
            passthru: self.passthru,
        }
    }
}

impl CheckReply {
    fn into_check(self) -> EvaluatedCheck {
        EvaluatedCheck {
            owner: self.owner,
            answer: into_answer(self.answer),
        }
    }
}

fn by_attribute(replies: Vec<AttributeReply>) -> BTreeMap<Attribute, Answer> {
    let entry = |reply: AttributeReply| (Attribute::new(reply.path), into_answer(reply.answer));
    replies.into_iter().map(entry).collect()
}

fn into_answer(reply: Option<AnswerReply>) -> Answer {
    match reply {
        None => Answer::Absent,
        Some(AnswerReply::Failed(_)) => Answer::Failed(None),
        Some(AnswerReply::Other(kind)) => Answer::NotADerivation(kind),
        Some(AnswerReply::Present(_)) => Answer::Present,
        Some(AnswerReply::Derivation(reply)) => {
            Answer::Derivation(Box::new(reply.into_derivation()))
        }
        Some(AnswerReply::App(reply)) => Answer::App(App {
            program: reply.program,
            derivations: reply.derivations,
        }),
    }
}

impl DerivationReply {
    fn into_derivation(self) -> Derivation {
        // A content-addressed derivation has a placeholder instead of a path until it is built.
        let known = |path: String| path.get(1..)?.contains('/').then_some(path);
        Derivation {
            name: self.name,
            drv_path: self.drv_path,
            outputs: self
                .outputs
                .into_iter()
                .map(|(name, path)| (name, known(path)))
                .collect(),
            program_output: self.program_output,
            program: self.program,
            image: self.image.map(|image| Image {
                name: image.name,
                tag: image.tag,
                kind: match image.kind {
                    ImageKindReply::Archive => ImageKind::Archive,
                    ImageKindReply::Stream => ImageKind::Stream,
                    ImageKindReply::Nix2container => ImageKind::Nix2Container,
                },
            }),
        }
    }
}

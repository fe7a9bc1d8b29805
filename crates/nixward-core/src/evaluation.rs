//! What Nix said of the flake's outputs, restricted to what was asked.

use std::collections::BTreeMap;

use crate::attribute::Attribute;

/// The answer to one [`crate::query::EvaluationQuery`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Evaluation {
    pub system: String,
    /// The names of all packages of this system, `default` excepted, whether evaluated or not.
    pub names: Vec<String>,
    /// The systems that the flake has packages for.
    pub systems: Vec<String>,
    /// The packages that were asked for, by attribute name.
    pub packages: BTreeMap<String, EvaluatedPackage>,
    /// The checks that were asked for, by attribute name.
    pub checks: BTreeMap<String, EvaluatedCheck>,
    /// What else `nix flake check` evaluates, by attribute; asked for only by a check of the whole workspace.
    pub others: BTreeMap<Attribute, Answer>,
}

/// One package and the attributes of it that were asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EvaluatedPackage {
    /// The package's own derivation.
    pub itself: Answer,
    /// `apps.<system>.<name>`, which `nix run` prefers to the package.
    pub app: Answer,
    /// `devShells.<system>.<name>`.
    pub dev_shell: Answer,
    /// Attributes below the package, by dotted path.
    pub attributes: BTreeMap<String, Answer>,
    /// `passthru.tests`, by name.
    pub tests: BTreeMap<String, Answer>,
    /// Failed where it can't even be said which tests there are.
    pub tests_failed: Answer,
    /// `meta.position`, relative to the flake's source tree.
    pub position: Option<String>,
    /// `meta.snowfall.path`, relative to the flake's source tree.
    pub snowfall_path: Option<String>,
    pub description: Option<String>,
    /// The names that the package offers, where one of the asked attributes is absent.
    pub passthru: Vec<String>,
}

/// One of `checks.<system>`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EvaluatedCheck {
    /// The package that it belongs to by its name.
    pub owner: Option<String>,
    pub answer: Answer,
}

/// What evaluation says of one attribute. A failure is never taken for an absence.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Answer {
    /// There is no such attribute, or it was not asked for.
    #[default]
    Absent,
    /// The attribute does not evaluate; the message is what Nix says when asked for just this attribute.
    Failed(Option<String>),
    /// The attribute is something else than a derivation: its type.
    NotADerivation(String),
    /// It is there; nothing more was asked.
    Present,
    Derivation(Box<Derivation>),
    App(App),
}

impl Answer {
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Present | Self::Derivation(_) | Self::App(_))
    }
}

/// What nixward must know of a derivation in order to build it and to use its result.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Derivation {
    pub name: String,
    pub drv_path: String,
    /// The outputs that are wanted when it is built by name, and their paths where they are known before the build.
    pub outputs: BTreeMap<String, Option<String>>,
    /// The output that `nix run` looks for the program in.
    pub program_output: String,
    /// The name of the program in its `bin`.
    pub program: String,
    pub image: Option<Image>,
}

/// What marks a derivation as a container image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Image {
    pub name: String,
    pub tag: Option<String>,
    pub kind: ImageKind,
}

/// How the image comes out of the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ImageKind {
    /// A file that an engine loads.
    Archive,
    /// A program that writes such a file to its standard output.
    Stream,
    /// A description for nix2container's own copy programs.
    Nix2Container,
}

/// One of `apps.<system>`: a program path, and the derivations that it stands in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct App {
    pub program: String,
    /// Derivation paths with the outputs that are needed.
    pub derivations: BTreeMap<String, Vec<String>>,
}

//! What Nix said of the flake's outputs, restricted to what was asked. It can be kept between runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attribute::Attribute;

/// The answer to one [`crate::query::EvaluationQuery`].
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
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

impl Evaluation {
    /// Whether anything that was asked for does not evaluate.
    pub fn has_failures(&self) -> bool {
        let of_packages = self.packages.values().flat_map(|package| {
            [
                &package.itself,
                &package.app,
                &package.dev_shell,
                &package.tests_failed,
            ]
            .into_iter()
            .chain(package.attributes.values())
            .chain(package.tests.values())
        });
        of_packages
            .chain(self.checks.values().map(|check| &check.answer))
            .chain(self.others.values())
            .any(|answer| matches!(answer, Answer::Failed(_)))
    }
}

/// Whether Nix had to be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CacheUse {
    /// The answer was kept from before, and nothing that it depends on has changed.
    Hit,
    /// Nix was asked, and the answer is kept.
    Miss,
    /// Nix was asked, and the answer cannot be kept.
    Off { reason: String },
}

/// One package and the attributes of it that were asked for.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct EvaluatedPackage {
    /// The package's own derivation.
    pub itself: Answer,
    /// `apps.<system>.<name>`, which `nix run` prefers to the package.
    pub app: Answer,
    /// `devShells.<system>.<name>`.
    pub dev_shell: Answer,
    /// Attributes below the package.
    pub attributes: BTreeMap<Attribute, Answer>,
    /// What is below `passthru.tests`.
    pub tests: BTreeMap<Attribute, Answer>,
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
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct EvaluatedCheck {
    /// The package that it belongs to by its name.
    pub owner: Option<String>,
    pub answer: Answer,
}

/// What evaluation says of one attribute. A failure is never taken for an absence.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum Answer {
    /// There is no such attribute, or it was not asked for.
    #[default]
    Absent,
    /// The attribute does not evaluate; this is what Nix says when asked for just this attribute.
    Failed(Option<EvaluationFailure>),
    /// The attribute is something else than a derivation: its type.
    NotADerivation(String),
    /// It is there; nothing more was asked.
    Present,
    Derivation(Box<Derivation>),
    App(App),
}

/// Why an attribute does not evaluate.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct EvaluationFailure {
    /// The error, and where it is.
    pub message: String,
    /// The error with all that led to it, where that is more.
    pub trace: Option<String>,
}

impl From<String> for EvaluationFailure {
    fn from(message: String) -> Self {
        Self {
            message,
            trace: None,
        }
    }
}

impl Answer {
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Present | Self::Derivation(_) | Self::App(_))
    }
}

/// What nixward must know of a derivation in order to build it and to use its result.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
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
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Image {
    pub name: String,
    pub tag: Option<String>,
    pub kind: ImageKind,
}

impl Image {
    /// Whether name and tag are what engines call an image, and can't be taken for anything else.
    pub fn has_valid_name(&self) -> bool {
        is_image_name(&self.name) && self.tag.as_deref().is_none_or(is_image_tag)
    }
}

/// A name such as `web`, `initech/web` or `registry.example.com:5000/initech/web`.
fn is_image_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part
                .chars()
                .all(|other| other.is_ascii_alphanumeric() || "._-".contains(other))
    };
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(':') => (Some(host), path),
        _ => (None, name),
    };
    let is_host = |host: &str| {
        host.split_once(':')
            .is_some_and(|(host, port)| is_part(host) && port.parse::<u16>().is_ok())
    };
    host.is_none_or(is_host) && path.split('/').all(is_part)
}

fn is_image_tag(tag: &str) -> bool {
    tag.len() <= 128
        && tag.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && tag
            .chars()
            .all(|other| other.is_ascii_alphanumeric() || "_.-".contains(other))
}

/// How the image comes out of the store.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ImageKind {
    /// A file that an engine loads.
    Archive,
    /// A program that writes such a file to its standard output.
    Stream,
    /// A description for nix2container's own copy programs.
    Nix2Container,
}

/// One of `apps.<system>`: a program path, and the derivations that it stands in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct App {
    pub program: String,
    /// Derivation paths with the outputs that are needed.
    pub derivations: BTreeMap<String, Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images() {
        for name in [
            "web",
            "initech/web",
            "a.b-c_d",
            "registry.example.com:5000/initech/web",
            "localhost/x",
        ] {
            assert!(is_image_name(name), "{name}");
        }
        for name in [
            "",
            "-v=/:/host",
            "--privileged",
            "a//b",
            "a b",
            "a:b",
            "$(x)",
            "host:x/y",
            "/a",
            "a/",
        ] {
            assert!(!is_image_name(name), "{name}");
        }
        assert!(
            is_image_tag("1.0-rc_1")
                && !is_image_tag("-1")
                && !is_image_tag("a b")
                && !is_image_tag("")
        );
    }
}

//! A verb as it is used in one workspace: a built-in one, or one of the workspace's own that behaves like one.

use nixward_manifest::{BuiltinVerb, Manifest, ProjectDeclaration};

use crate::attribute::Attribute;

/// A verb with everything that does not depend on the project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verb {
    pub name: String,
    pub behaviour: BuiltinVerb,
    /// The attribute below the package that the verb uses; absent where the package itself is meant.
    pub attribute: Option<Attribute>,
}

impl Verb {
    /// The verb of that name, if the workspace has it.
    pub fn find(name: &str, manifest: &Manifest) -> Option<Self> {
        let declaration = manifest.verbs.get(name);
        let behaviour = match name.parse::<BuiltinVerb>() {
            Ok(builtin) => builtin,
            Err(_) => declaration?.like,
        };
        let is_builtin = behaviour.as_str() == name;
        let attribute = match declaration.and_then(|declaration| declaration.attr.as_ref()) {
            Some(path) => Some(Attribute::new(path.names())),
            None if is_builtin => default_attribute(behaviour),
            None => Some(Attribute::new([name])),
        };
        Some(Self {
            name: name.to_owned(),
            behaviour,
            attribute,
        })
    }

    /// Every verb of the workspace, the built-in ones first.
    pub fn all(manifest: &Manifest) -> Vec<Self> {
        let builtin = BuiltinVerb::ALL.iter().map(|verb| verb.as_str());
        let own = manifest
            .verbs
            .keys()
            .map(String::as_str)
            .filter(|name| name.parse::<BuiltinVerb>().is_err());
        builtin
            .chain(own)
            .filter_map(|name| Self::find(name, manifest))
            .collect()
    }

    /// Whether any package may be expected to have it, as a program or a shell.
    pub fn suits_any_package(&self) -> bool {
        let is_for_any = matches!(self.behaviour, BuiltinVerb::Run | BuiltinVerb::Shell);
        is_for_any && self.behaviour.as_str() == self.name
    }

    /// Whether several projects are taken by default at the root, and run side by side.
    pub fn runs_over_default_members(&self) -> bool {
        matches!(
            self.behaviour,
            BuiltinVerb::Test | BuiltinVerb::Check | BuiltinVerb::Build
        )
    }

    /// The attribute that it uses in a project: the project's own choice, else the verb's.
    pub fn attribute_in(&self, project: &ProjectDeclaration) -> Option<Attribute> {
        let own = project
            .verbs
            .get(&self.name)
            .and_then(|own| own.attr.as_ref());
        own.map(|path| Attribute::new(path.names()))
            .or_else(|| self.attribute.clone())
    }

    /// Whether a project's checks stand in for the attribute where it is absent: only for `test` itself. A verb of the
    /// workspace's own means its attribute and nothing else.
    pub fn falls_back_to_checks(&self) -> bool {
        self.name == BuiltinVerb::Test.as_str()
    }

    /// Whether several projects can be given to it: there is only one terminal for a shell.
    pub fn takes_several(&self) -> bool {
        self.behaviour != BuiltinVerb::Shell
    }
}

fn default_attribute(verb: BuiltinVerb) -> Option<Attribute> {
    match verb {
        BuiltinVerb::Test => Some(Attribute::new(["test"])),
        BuiltinVerb::Container => Some(Attribute::new(["container"])),
        BuiltinVerb::Run | BuiltinVerb::Check | BuiltinVerb::Build | BuiltinVerb::Shell => None,
    }
}

//! A whole manifest.

use indexmap::IndexMap;

use crate::{
    AttributePath, BuiltinVerb, HookDeclaration, HookName, ProjectDeclaration, StepName,
    VerbDeclaration, VerbSettings, Workspace,
};

/// The `nixward.toml` of a workspace's root. The default is what an empty file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    pub workspace: Workspace,
    /// The tables of `[verbs]`: built-in verbs that something is said of, and the workspace's own.
    pub verbs: IndexMap<String, VerbDeclaration>,
    pub projects: IndexMap<String, ProjectDeclaration>,
    pub hooks: IndexMap<HookName, HookDeclaration>,
}

impl Manifest {
    /// How a verb behaves: a built-in one like itself, one of the workspace's own as declared.
    pub fn behaviour(&self, verb: &str) -> Option<BuiltinVerb> {
        verb.parse()
            .ok()
            .or_else(|| self.verbs.get(verb).map(|declaration| declaration.like))
    }

    /// Every verb of the workspace: the built-in ones, then its own as declared.
    pub fn verb_names(&self) -> impl Iterator<Item = &str> {
        let own = self
            .verbs
            .keys()
            .map(String::as_str)
            .filter(|name| !BuiltinVerb::WORDS.contains(name));
        BuiltinVerb::WORDS.iter().copied().chain(own)
    }

    /// The settings of a verb for a project: the project's over the workspace's.
    pub fn verb_settings(&self, verb: &str, project: Option<&ProjectDeclaration>) -> VerbSettings {
        let workspace = self
            .verbs
            .get(verb)
            .map(|declaration| &declaration.settings);
        let project = project
            .and_then(|project| project.verbs.get(verb))
            .map(|verb| &verb.settings);
        match (project, workspace) {
            (Some(project), Some(workspace)) => project.merged_over(workspace),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => VerbSettings::default(),
        }
    }

    /// The setting `after` of a verb, as in [`Self::verb_settings`].
    pub fn verb_after<'a>(
        &'a self,
        verb: &str,
        project: Option<&'a ProjectDeclaration>,
    ) -> &'a [StepName] {
        // Not by the settings as a whole, which are many to put together for every project.
        project
            .and_then(|project| project.verbs.get(verb)?.settings.after.as_deref())
            .or_else(|| self.verbs.get(verb)?.settings.after.as_deref())
            .unwrap_or_default()
    }

    /// The attribute that a project or the workspace gives to a verb, where one does.
    pub fn verb_attr<'a>(
        &'a self,
        verb: &str,
        project: Option<&'a ProjectDeclaration>,
    ) -> Option<&'a AttributePath> {
        project
            .and_then(|project| project.verbs.get(verb)?.attr.as_ref())
            .or_else(|| self.verbs.get(verb)?.attr.as_ref())
    }
}

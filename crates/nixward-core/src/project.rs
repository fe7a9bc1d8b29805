//! Which projects there are: folders, declarations of the manifest and attributes of the flake find each other.

use std::collections::{BTreeSet, HashMap, HashSet};

use nixward_manifest::{Manifest, ProjectDeclaration};

use crate::{
    evaluation::Evaluation,
    names::{NameIndex, fold},
    workspace::Workspace,
};

/// One project of the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// The manifest's name for it, else the attribute's.
    pub name: String,
    /// Its attribute under `packages.<system>`.
    pub attr: String,
    /// Its folder relative to the workspace root, where one was found.
    pub folder: Option<String>,
    pub declaration: ProjectDeclaration,
}

impl Project {
    /// Whether a person who writes `text` can mean this project.
    pub fn answers_to(&self, text: &str) -> bool {
        let folded = fold(text);
        fold(&self.name) == folded || fold(&self.attr) == folded
    }
}

/// All projects, and what belongs to none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectSet {
    /// Sorted by name.
    pub projects: Vec<Project>,
    /// Member folders that no attribute belongs to.
    pub ignored_folders: Vec<String>,
    /// Projects of the manifest for which the flake has no attribute, with the attribute that was looked for.
    pub without_attribute: Vec<(String, String)>,
}

/// What may be a project before the flake's attributes are known: a member folder, a declaration, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate<'a> {
    pub folder: Option<&'a str>,
    /// The manifest's name for it.
    pub declared_name: Option<&'a str>,
    pub declaration: Option<&'a ProjectDeclaration>,
}

impl Candidate<'_> {
    /// The attribute that the manifest gives, if it gives one.
    fn declared_attr(&self) -> Option<String> {
        self.declaration?.attr.as_ref().map(ToString::to_string)
    }

    /// Whether a path of the workspace is its folder or lies in it.
    pub fn holds(&self, path: &str) -> bool {
        self.folder.is_some_and(|folder| is_inside(path, folder))
    }

    /// The names by which an attribute may be found, the best first.
    pub fn attribute_names(&self) -> Vec<String> {
        if let Some(attr) = self.declared_attr() {
            return vec![attr];
        }
        let base_name = self.folder.and_then(|folder| folder.rsplit('/').next());
        let mut names: Vec<String> = self
            .declared_name
            .into_iter()
            .chain(base_name)
            .map(ToOwned::to_owned)
            .collect();
        names.dedup();
        names
    }

    /// Whether a person who writes `text` can mean this candidate.
    pub fn answers_to(&self, text: &str) -> bool {
        let folded = fold(text);
        self.declared_name.is_some_and(|name| fold(name) == folded)
            || self
                .attribute_names()
                .iter()
                .any(|name| fold(name) == folded)
    }
}

/// The candidates of a workspace: its member folders in order, then what only the manifest names.
pub fn candidates(workspace: &Workspace) -> Vec<Candidate<'_>> {
    let manifest = &workspace.manifest;
    let mut taken = BTreeSet::new();
    let mut candidates = Vec::new();
    for folder in &workspace.member_folders {
        let declared = declaration_for_folder(manifest, &folder.path, folder.base_name());
        if let Some((name, _)) = declared {
            taken.insert(name);
        }
        candidates.push(Candidate {
            folder: Some(&folder.path),
            declared_name: declared.map(|(name, _)| name),
            declaration: folder
                .declaration
                .as_ref()
                .or(declared.map(|(_, declaration)| declaration)),
        });
    }
    for (name, declaration) in &manifest.projects {
        if !taken.contains(name.as_str()) {
            candidates.push(Candidate {
                folder: declaration.path.as_deref(),
                declared_name: Some(name),
                declaration: Some(declaration),
            });
        }
    }
    candidates
}

fn declaration_for_folder<'a>(
    manifest: &'a Manifest,
    folder: &str,
    base_name: &str,
) -> Option<(&'a str, &'a ProjectDeclaration)> {
    let by_path = manifest
        .projects
        .iter()
        .find(|(_, declaration)| declaration.path.as_deref() == Some(folder));
    let by_name = || {
        manifest
            .projects
            .iter()
            .find(|(name, declaration)| declaration.path.is_none() && fold(name) == fold(base_name))
    };
    by_path
        .or_else(by_name)
        .map(|(name, declaration)| (name.as_str(), declaration))
}

/// Joins candidates and attributes.
pub fn resolve(workspace: &Workspace, evaluation: &Evaluation) -> ProjectSet {
    let mut resolution = Resolution::new(workspace, evaluation);
    let candidates = candidates(workspace);
    // An attribute that is a candidate's by name is not given to another one by its position.
    let by_name: Vec<Option<&str>> = candidates
        .iter()
        .map(|candidate| resolution.attr_by_name(candidate))
        .collect();
    resolution.taken.extend(by_name.iter().flatten());
    let mut found_by: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, attr) in by_name.iter().enumerate() {
        if let Some(attr) = attr {
            found_by.entry(attr).or_default().push(index);
        }
    }
    for (index, candidate) in candidates.iter().enumerate() {
        match &by_name[index] {
            // Two folders of the same name, such as packages/x and shells/x, may both find the one attribute x.
            Some(attr) if resolution.is_anothers(index, attr, &candidates, &found_by) => {
                resolution
                    .set
                    .ignored_folders
                    .extend(candidate.folder.map(ToOwned::to_owned));
            }
            None if is_found_elsewhere(candidate, &candidates, &by_name) => {
                resolution
                    .set
                    .ignored_folders
                    .extend(candidate.folder.map(ToOwned::to_owned));
            }
            attr => resolution.add_candidate(candidate, *attr),
        }
    }
    if !workspace.has_members() {
        resolution.add_every_other_package();
    }
    resolution
        .set
        .projects
        .sort_by(|left, right| left.name.cmp(&right.name));
    resolution.set
}

/// Whether the declaration that a candidate has, by the name of its folder, is another candidate's.
fn is_found_elsewhere(
    candidate: &Candidate<'_>,
    candidates: &[Candidate<'_>],
    by_name: &[Option<&str>],
) -> bool {
    let others = candidates.iter().zip(by_name);
    candidate.declared_name.is_some()
        && others
            .filter(|(_, attr)| attr.is_some())
            .any(|(other, _)| other.declared_name == candidate.declared_name)
}

struct Resolution<'a> {
    workspace: &'a Workspace,
    evaluation: &'a Evaluation,
    names: NameIndex<'a>,
    /// Member folders and those that the manifest gives to projects.
    folders: HashSet<&'a str>,
    taken: HashSet<&'a str>,
    set: ProjectSet,
}

impl<'a> Resolution<'a> {
    fn new(workspace: &'a Workspace, evaluation: &'a Evaluation) -> Self {
        let members = workspace.member_folders.iter();
        let declared = workspace.manifest.projects.values();
        let folders = members
            .map(|folder| folder.path.as_str())
            .chain(declared.filter_map(|declaration| declaration.path.as_deref()));
        Self {
            workspace,
            evaluation,
            names: NameIndex::new(evaluation.names.iter().map(String::as_str)),
            folders: folders.collect(),
            taken: HashSet::new(),
            set: ProjectSet::default(),
        }
    }

    fn attr_by_name(&self, candidate: &Candidate<'_>) -> Option<&'a str> {
        candidate.attribute_names().iter().find_map(|wanted| {
            let name = self.names.find(wanted)?;
            let elsewhere = candidate.declared_attr().is_none()
                && candidate
                    .folder
                    .is_some_and(|folder| self.lies_in_another_member(name, folder));
            (!elsewhere).then_some(name)
        })
    }

    /// Whether an attribute that a candidate found by its name is another candidate's. Two projects that the manifest
    /// names may well share one.
    fn is_anothers(
        &self,
        index: usize,
        attr: &str,
        candidates: &[Candidate<'_>],
        found_by: &HashMap<&str, Vec<usize>>,
    ) -> bool {
        let owner = self
            .owner(attr, candidates, found_by)
            .map(|owner| &candidates[owner]);
        let own_name = candidates[index].declared_name;
        let is_owner = owner.is_some_and(|owner| std::ptr::eq(owner, &candidates[index]));
        let is_named_otherwise = own_name.is_some()
            && owner.is_some_and(|owner| {
                owner
                    .declared_name
                    .is_some_and(|name| Some(name) != own_name)
            });
        !is_owner && !is_named_otherwise
    }

    /// Which of the candidates that found an attribute by its name has it: the one in whose folder the package is
    /// defined, else the first.
    fn owner(
        &self,
        attr: &str,
        candidates: &[Candidate<'_>],
        found_by: &HashMap<&str, Vec<usize>>,
    ) -> Option<usize> {
        let found = found_by.get(attr)?;
        let member = self.member_of(attr);
        let mut there = found.iter().copied();
        there
            .find(|index| member.is_some() && candidates[*index].folder == member)
            .or_else(|| found.first().copied())
    }

    /// Whether the package says that it is defined in a member folder that is not this one.
    fn lies_in_another_member(&self, attr: &str, folder: &str) -> bool {
        self.member_of(attr).is_some_and(|member| member != folder)
    }

    /// The deepest member folder that the package is defined in.
    fn member_of(&self, attr: &str) -> Option<&str> {
        let source_path = self.definition(attr)?;
        let mut path = self.workspace.relative_to_root(source_path)?;
        loop {
            if let Some(folder) = self.folders.get(path) {
                return Some(folder);
            }
            (path, _) = path.rsplit_once('/')?;
        }
    }

    fn definition(&self, attr: &str) -> Option<&str> {
        let package = self.evaluation.packages.get(attr)?;
        package
            .snowfall_path
            .as_deref()
            .or(package.position.as_deref())
    }

    fn add_candidate(&mut self, candidate: &Candidate<'_>, by_name: Option<&str>) {
        if let Some(attr) = by_name {
            self.add(candidate, attr);
            return;
        }
        let by_position = match (candidate.declared_attr(), candidate.folder) {
            (None, Some(folder)) => self.attrs_defined_in(folder),
            _ => Vec::new(),
        };
        if by_position.is_empty() {
            match (candidate.declared_name, candidate.folder) {
                (Some(name), _) => {
                    let looked_for = candidate
                        .attribute_names()
                        .into_iter()
                        .next()
                        .unwrap_or_default();
                    self.set
                        .without_attribute
                        .push((name.to_owned(), looked_for));
                }
                (None, Some(folder)) => self.set.ignored_folders.push(folder.to_owned()),
                (None, None) => {}
            }
        }
        for attr in by_position {
            self.taken.insert(attr);
            self.add(candidate, attr);
        }
    }

    fn attrs_defined_in(&self, folder: &str) -> Vec<&'a str> {
        let attrs = self.evaluation.packages.keys().map(String::as_str);
        attrs
            .filter(|attr| !self.taken.contains(attr) && self.member_of(attr) == Some(folder))
            .collect()
    }

    fn add(&mut self, candidate: &Candidate<'_>, attr: &str) {
        self.set.projects.push(Project {
            name: candidate.declared_name.unwrap_or(attr).to_owned(),
            attr: attr.to_owned(),
            folder: candidate.folder.map(ToOwned::to_owned),
            declaration: candidate.declaration.cloned().unwrap_or_default(),
        });
    }

    fn add_every_other_package(&mut self) {
        for attr in &self.evaluation.names {
            if !self.taken.contains(attr.as_str()) {
                let folder = self
                    .definition(attr)
                    .and_then(|path| self.workspace.relative_to_root(path));
                let folder = folder
                    .map(parent_folder)
                    .filter(|folder| !folder.is_empty())
                    .map(ToOwned::to_owned);
                self.set.projects.push(Project {
                    name: attr.clone(),
                    attr: attr.clone(),
                    folder,
                    declaration: ProjectDeclaration::default(),
                });
            }
        }
    }
}

/// The folder of a definition such as `packages/x/default.nix:12`, or of `packages/x`.
fn parent_folder(definition: &str) -> &str {
    let file = definition
        .rsplit_once(':')
        .map_or(definition, |(file, _)| file);
    if file.ends_with(".nix") {
        file.rsplit_once('/').map_or("", |(folder, _)| folder)
    } else {
        file
    }
}

/// Whether a path is a folder or lies in it.
pub fn is_inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        evaluation::{Answer, EvaluatedPackage},
        workspace::MemberFolder,
    };

    fn workspace(manifest: &str, folders: &[&str]) -> Workspace {
        let (manifest, diagnostics) = nixward_manifest::parse(manifest);
        assert_eq!(diagnostics, []);
        let member = |path: &&str| MemberFolder {
            path: (*path).to_owned(),
            declaration: None,
        };
        Workspace {
            name: "w".to_owned(),
            root: "/w".into(),
            manifest,
            has_manifest: true,
            member_folders: folders.iter().map(member).collect(),
            workspace_prefix: String::new(),
        }
    }

    fn evaluation(packages: &[(&str, Option<&str>)]) -> Evaluation {
        let package = |(name, position): &(&str, Option<&str>)| {
            let package = EvaluatedPackage {
                itself: Answer::Present,
                position: position.map(str::to_owned),
                ..EvaluatedPackage::default()
            };
            ((*name).to_owned(), package)
        };
        Evaluation {
            system: "x86_64-linux".to_owned(),
            names: packages
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect(),
            packages: packages.iter().map(package).collect::<BTreeMap<_, _>>(),
            ..Evaluation::default()
        }
    }

    fn resolved(workspace: &Workspace, evaluation: &Evaluation) -> Vec<String> {
        let set = resolve(workspace, evaluation);
        let project = |project: &Project| {
            let folder = project.folder.as_deref().unwrap_or("-");
            format!("{} = {} in {folder}", project.name, project.attr)
        };
        let ignored = set
            .ignored_folders
            .iter()
            .map(|folder| format!("ignored {folder}"));
        let lacking = set
            .without_attribute
            .iter()
            .map(|(name, attr)| format!("{name} lacks {attr}"));
        set.projects
            .iter()
            .map(project)
            .chain(ignored)
            .chain(lacking)
            .collect()
    }

    const MEMBERS: &str = "[workspace]\nmembers = [\"p/*\"]\n";

    #[test]
    fn folders_and_attributes_find_each_other_by_folded_name() {
        let workspace = workspace(MEMBERS, &["p/pc_load_letter", "p/docs"]);
        let evaluation = evaluation(&[("pc-load-letter", None), ("other", None)]);
        assert_eq!(
            resolved(&workspace, &evaluation),
            [
                "pc-load-letter = pc-load-letter in p/pc_load_letter",
                "ignored p/docs"
            ]
        );
    }

    #[test]
    fn a_declaration_gives_the_name() {
        let manifest = format!("{MEMBERS}[projects.pc-load-letter]\ntags = [\"web\"]\n");
        let workspace = workspace(&manifest, &["p/pc_load_letter"]);
        let set = resolve(&workspace, &evaluation(&[("pc_load_letter", None)]));
        assert_eq!(set.projects[0].name, "pc-load-letter");
        assert_eq!(set.projects[0].attr, "pc_load_letter");
        assert_eq!(set.projects[0].declaration.tags, ["web"]);
    }

    #[test]
    fn a_position_finds_an_attribute_of_another_name() {
        let workspace = workspace(MEMBERS, &["p/service", "p/library"]);
        let evaluation = evaluation(&[
            ("svc", Some("p/service/default.nix:3")),
            ("library", Some("lib/make.nix:1")),
        ]);
        assert_eq!(
            resolved(&workspace, &evaluation),
            ["library = library in p/library", "svc = svc in p/service"]
        );
    }

    #[test]
    fn an_attribute_that_is_defined_in_another_member_is_not_taken_by_its_name() {
        let workspace = workspace(MEMBERS, &["p/api", "p/web"]);
        let evaluation = evaluation(&[("api", Some("p/web/default.nix:1"))]);
        assert_eq!(
            resolved(&workspace, &evaluation),
            ["api = api in p/web", "ignored p/api"]
        );
    }

    #[test]
    fn two_folders_of_one_name_are_one_project() {
        let workspace = workspace(
            "[workspace]\nmembers = [\"*/*\"]\n[projects.x]\n",
            &["p/x", "shells/x"],
        );
        assert_eq!(
            resolved(&workspace, &evaluation(&[("x", None)])),
            ["x = x in p/x", "ignored shells/x"]
        );
        assert_eq!(
            resolved(
                &workspace,
                &evaluation(&[("x", Some("shells/x/default.nix:1"))])
            ),
            ["x = x in shells/x", "ignored p/x"]
        );
    }

    #[test]
    fn a_declared_project_without_a_package_is_said() {
        let workspace = workspace(
            &format!("{MEMBERS}[projects.gone]\nattr = \"was-here\"\n"),
            &[],
        );
        assert_eq!(
            resolved(&workspace, &evaluation(&[("x", None)])),
            ["gone lacks was-here"]
        );
    }

    #[test]
    fn without_members_every_package_is_a_project() {
        let workspace = workspace("[projects.b]\ntags = [\"t\"]\n", &[]);
        let evaluation = evaluation(&[
            ("a", Some("pkgs/a/default.nix:1")),
            ("b", None),
            ("c", Some("flake.nix:9")),
        ]);
        assert_eq!(
            resolved(&workspace, &evaluation),
            ["a = a in pkgs/a", "b = b in -", "c = c in -"]
        );
    }

    #[test]
    fn positions_count_from_the_root_of_the_repository() {
        let mut workspace = workspace(MEMBERS, &["p/service"]);
        workspace.workspace_prefix = "sub/dir".to_owned();
        let evaluation = evaluation(&[("svc", Some("sub/dir/p/service/default.nix:3"))]);
        assert_eq!(
            resolved(&workspace, &evaluation),
            ["svc = svc in p/service"]
        );
    }
}

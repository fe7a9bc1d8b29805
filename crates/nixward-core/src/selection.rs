//! Which projects are meant, as cargo does it: names, paths, patterns, tags, the current folder, all.

use std::collections::HashSet;

use globset::{GlobBuilder, GlobMatcher};
use thiserror::Error;

use crate::{
    attribute::Attribute,
    evaluation::Evaluation,
    names::{fold, nearest},
    project::{Project, ProjectSet, candidates, is_inside},
    selection_request::{Operand, SelectionRequest},
    verb::Verb,
    workspace::Workspace,
};

/// One project that was selected.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected<'a> {
    pub project: &'a Project,
    /// The attribute of an operand `PROJECT.ATTR…`.
    pub attribute: Option<Attribute>,
    pub reason: SelectionReason,
}

/// Why a project was selected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SelectionReason {
    Named,
    CurrentFolder,
    DefaultMember,
    Matched,
}

impl SelectionReason {
    /// Whether exactly this project was asked for, so that a missing verb is an error.
    pub fn is_explicit(self) -> bool {
        matches!(self, Self::Named | Self::CurrentFolder)
    }
}

/// Why nothing could be selected.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SelectionError {
    #[error("no project `{written}` in this workspace")]
    UnknownProject {
        written: String,
        nearest: Vec<String>,
        is_package: bool,
    },
    #[error("project `{project}` has no package: the flake has no `{attr}` among its packages")]
    NoPackage {
        project: String,
        attr: String,
        nearest: Vec<String>,
    },
    #[error("`{written}` is not in a project's folder")]
    NoProjectInFolder { written: String, is_root: bool },
    #[error("there is no folder `{written}`")]
    NoFolder { written: String },
    #[error("`{name}`, one of the manifest's default-members, is no project of this workspace")]
    UnknownDefaultMember { name: String, nearest: Vec<String> },
    #[error("this workspace has no projects")]
    NoProjects {
        ignored_folders: Vec<String>,
        /// The systems that the flake has packages for, where this one is not among them.
        other_systems: Vec<String>,
    },
    #[error("`{written}` can mean any of {}", .projects.join(", "))]
    Ambiguous {
        written: String,
        projects: Vec<String>,
    },
    #[error("no project matches {what}")]
    NothingMatched { what: String, nearest: Vec<String> },
    #[error("the pattern `{pattern}` is not a glob: {why}")]
    BadPattern { pattern: String, why: String },
    #[error("`nixward {verb}` needs a project")]
    NeedsProject {
        verb: String,
        /// A project that is likely to have it, where that can be told.
        example: Option<String>,
        several: bool,
    },
    #[error("no project is selected: `--exclude` takes all of them away")]
    AllExcluded,
}

/// Whether exactly one project was asked for, so that its trouble is the command's.
pub fn is_one_asked_for(selected: &[Selected<'_>]) -> bool {
    selected.len() == 1 && selected.iter().all(|one| one.reason.is_explicit())
}

/// Whether the whole workspace was asked for, apart from what was taken out by name: then what is wrong with any project
/// is told too, not only with those that are named.
pub fn is_everything(
    request: &SelectionRequest,
    selected: &[Selected<'_>],
    default_members: Option<&[String]>,
) -> bool {
    request.all || (request.is_bare() && default_members.is_none() && !is_current_folder(selected))
}

/// Whether it was the folder that nixward was called in that decided.
pub fn is_current_folder(selected: &[Selected<'_>]) -> bool {
    selected
        .iter()
        .any(|one| one.reason == SelectionReason::CurrentFolder)
}

/// A verb that needs a project, called where no project's folder is: known before Nix is asked, where the manifest
/// says which folders are projects.
pub fn refuse_bare_early(
    workspace: &Workspace,
    verb: &Verb,
    request: &SelectionRequest,
) -> Result<(), SelectionError> {
    if !request.is_bare() || verb.runs_over_default_members() || !workspace.has_members() {
        return Ok(());
    }
    let candidates = candidates(workspace);
    if candidates
        .iter()
        .any(|candidate| candidate.holds(&request.current_folder))
    {
        return Ok(());
    }
    let names = candidates
        .iter()
        .map(|candidate| candidate.attribute_names());
    let first = names.flatten().next();
    Err(SelectionError::NeedsProject {
        several: verb.takes_several(),
        verb: verb.name.clone(),
        example: first.filter(|_| verb.suits_any_package()),
    })
}

/// A workspace without any project has nothing to select from.
pub fn refuse_no_projects(
    projects: &ProjectSet,
    evaluation: &Evaluation,
) -> Result<(), SelectionError> {
    let has_this = evaluation.systems.contains(&evaluation.system);
    // Where the flake has nothing for this system, the names that the manifest gives are not to blame.
    let is_other_system = !has_this && !evaluation.systems.is_empty();
    let is_declared = !projects.without_attribute.is_empty() && !is_other_system;
    if !projects.projects.is_empty() || is_declared {
        return Ok(());
    }
    Err(SelectionError::NoProjects {
        ignored_folders: projects.ignored_folders.clone(),
        other_systems: if has_this {
            Vec::new()
        } else {
            evaluation.systems.clone()
        },
    })
}

/// Selects projects for a verb. The whole set is in the order of names; named ones are in the order they were named.
pub fn select<'a>(
    request: &SelectionRequest,
    set: &'a ProjectSet,
    verb: &Verb,
    default_members: Option<&[String]>,
    package_names: &[String],
) -> Result<Vec<Selected<'a>>, SelectionError> {
    let mut selected = Vec::new();
    let mut named = Vec::new();
    for operand in &request.operands {
        for (project, attribute) in resolve_operand(operand, set, verb, package_names)? {
            let reason = SelectionReason::Named;
            named.push(Selected {
                project,
                attribute,
                reason,
            });
        }
    }
    push_once(&mut selected, named.into_iter());
    add_matches(request, set, &mut selected)?;
    if request.is_bare() {
        selected = select_bare(request, set, verb, default_members)?;
    }
    let excluded = matchers(&request.exclude)?;
    let before = selected.len();
    for (pattern, matcher) in request.exclude.iter().zip(&excluded) {
        if !set
            .projects
            .iter()
            .any(|project| matches(project, matcher, pattern))
        {
            return Err(nothing_matched(
                &format!("`--exclude {pattern}`"),
                pattern,
                set,
            ));
        }
    }
    selected.retain(|one| {
        !request
            .exclude
            .iter()
            .zip(&excluded)
            .any(|(pattern, matcher)| matches(one.project, matcher, pattern))
    });
    if before > 0 && selected.is_empty() {
        return Err(SelectionError::AllExcluded);
    }
    Ok(selected)
}

/// Adds what a selector matched; what is there already stays as it is.
fn push_once<'a>(selected: &mut Vec<Selected<'a>>, matched: impl Iterator<Item = Selected<'a>>) {
    let identity = |one: &Selected<'a>| (std::ptr::from_ref(one.project), one.attribute.clone());
    let mut there: HashSet<_> = selected.iter().map(identity).collect();
    selected.extend(matched.filter(|one| there.insert(identity(one))));
}

fn add_matches<'a>(
    request: &SelectionRequest,
    set: &'a ProjectSet,
    selected: &mut Vec<Selected<'a>>,
) -> Result<(), SelectionError> {
    let mut matched = |what: &str, wrong: &str, is_match: &dyn Fn(&Project) -> bool| {
        let projects = set.projects.iter().filter(|project| is_match(project));
        let mut matched = projects
            .map(|project| Selected {
                project,
                attribute: None,
                reason: SelectionReason::Matched,
            })
            .peekable();
        if matched.peek().is_none() {
            return Err(nothing_matched(what, wrong, set));
        }
        push_once(selected, matched);
        Ok(())
    };
    for (pattern, matcher) in request.patterns.iter().zip(matchers(&request.patterns)?) {
        matched(&format!("`-p {pattern}`"), pattern, &|project| {
            matches(project, &matcher, pattern)
        })?;
    }
    for tag in &request.tags {
        let has_tag = |project: &Project| project.declaration.tags.contains(tag);
        if !set.projects.iter().any(has_tag) {
            let tags = set
                .projects
                .iter()
                .flat_map(|project| project.declaration.tags.iter().map(String::as_str));
            return Err(SelectionError::NothingMatched {
                what: format!("`--tag {tag}`"),
                nearest: nearest(tag, tags),
            });
        }
        matched("", tag, &has_tag)?;
    }
    if request.all && !set.projects.is_empty() {
        matched("`--all`", "", &|_| true)?;
    }
    Ok(())
}

fn select_bare<'a>(
    request: &SelectionRequest,
    set: &'a ProjectSet,
    verb: &Verb,
    default_members: Option<&[String]>,
) -> Result<Vec<Selected<'a>>, SelectionError> {
    let here = projects_containing(set, &request.current_folder);
    if !here.is_empty() {
        let projects = only_where_it_can_be(here, verb, "this folder")?;
        let selected = projects.into_iter().map(|project| Selected {
            project,
            attribute: None,
            reason: SelectionReason::CurrentFolder,
        });
        return Ok(selected.collect());
    }
    if !verb.runs_over_default_members() {
        return Err(SelectionError::NeedsProject {
            verb: verb.name.clone(),
            several: verb.takes_several(),
            example: set
                .projects
                .first()
                .filter(|_| verb.suits_any_package())
                .map(|project| project.name.clone()),
        });
    }
    let reason = SelectionReason::DefaultMember;
    let whole = |project| Selected {
        project,
        attribute: None,
        reason,
    };
    let Some(members) = default_members else {
        return Ok(set.projects.iter().map(whole).collect());
    };
    let named = members.iter().map(|member| {
        let unknown = || SelectionError::UnknownDefaultMember {
            name: member.clone(),
            nearest: nearest(member, project_names(set)),
        };
        project_named(set, member, member)?
            .map(whole)
            .ok_or_else(unknown)
    });
    named.collect()
}

/// Several projects of one folder are right for a test; which one is run, a person must say.
fn only_where_it_can_be<'a>(
    projects: Vec<&'a Project>,
    verb: &Verb,
    written: &str,
) -> Result<Vec<&'a Project>, SelectionError> {
    if projects.len() > 1 && !verb.runs_over_default_members() {
        return Err(SelectionError::Ambiguous {
            written: written.to_owned(),
            projects: projects
                .iter()
                .map(|project| project.name.clone())
                .collect(),
        });
    }
    Ok(projects)
}

fn resolve_operand<'a>(
    operand: &Operand,
    set: &'a ProjectSet,
    verb: &Verb,
    package_names: &[String],
) -> Result<Vec<(&'a Project, Option<Attribute>)>, SelectionError> {
    match operand {
        Operand::Folder {
            written,
            is_there: false,
            ..
        } => Err(SelectionError::NoFolder {
            written: written.clone(),
        }),
        Operand::Folder { path, written, .. } => {
            let projects = projects_containing(set, path);
            if projects.is_empty() {
                return Err(SelectionError::NoProjectInFolder {
                    written: written.clone(),
                    is_root: path.is_empty(),
                });
            }
            let projects = only_where_it_can_be(projects, verb, written)?;
            Ok(projects
                .into_iter()
                .map(|project| (project, None))
                .collect())
        }
        Operand::Name(written) => {
            for (name, attribute) in Operand::readings(written) {
                if let Some(project) = project_named(set, name, written)? {
                    return Ok(vec![(project, attribute)]);
                }
            }
            let name = written.split('.').next().unwrap_or(written);
            let declared = set
                .without_attribute
                .iter()
                .find(|(declared, _)| fold(declared) == fold(name));
            if let Some((project, attr)) = declared {
                return Err(SelectionError::NoPackage {
                    project: project.clone(),
                    attr: attr.clone(),
                    nearest: nearest(attr, package_names.iter().map(String::as_str)),
                });
            }
            Err(SelectionError::UnknownProject {
                written: written.clone(),
                nearest: nearest(name, project_names(set)),
                is_package: package_names.iter().any(|package| package == name),
            })
        }
    }
}

/// The project of a name, whole or folded.
pub(crate) fn project_named<'a>(
    set: &'a ProjectSet,
    name: &str,
    written: &str,
) -> Result<Option<&'a Project>, SelectionError> {
    let by = |is_it: &dyn Fn(&Project) -> bool| set.projects.iter().find(|project| is_it(project));
    // A project's own name comes before another one's attribute.
    let exact = by(&|project| project.name == name)
        .or_else(|| by(&|project| project.attr == name))
        .or_else(|| by(&|project| fold(&project.name) == fold(name) && is_only(set, name)));
    if exact.is_some() {
        return Ok(exact);
    }
    let mut same = set
        .projects
        .iter()
        .filter(|project| project.answers_to(name));
    match (same.next(), same.next()) {
        (only, None) => Ok(only),
        (Some(first), Some(second)) => Err(SelectionError::Ambiguous {
            written: written.to_owned(),
            projects: vec![first.name.clone(), second.name.clone()],
        }),
        (None, Some(_)) => Ok(None),
    }
}

/// Whether only one project has this name when folded.
fn is_only(set: &ProjectSet, name: &str) -> bool {
    let folded = fold(name);
    let same = set
        .projects
        .iter()
        .filter(|project| fold(&project.name) == folded);
    same.count() == 1
}

fn project_names(set: &ProjectSet) -> impl Iterator<Item = &str> {
    set.projects.iter().map(|project| project.name.as_str())
}

/// The projects whose folder holds the path most deeply: one, unless several are defined in the same folder.
pub fn projects_containing<'a>(set: &'a ProjectSet, path: &str) -> Vec<&'a Project> {
    let folder_length = |project: &Project| {
        let folder = project.folder.as_deref()?;
        is_inside(path, folder).then_some(folder.len())
    };
    let deepest = set.projects.iter().filter_map(folder_length).max();
    let is_deepest = |project: &&Project| deepest.is_some() && folder_length(project) == deepest;
    set.projects.iter().filter(is_deepest).collect()
}

fn matchers(patterns: &[String]) -> Result<Vec<GlobMatcher>, SelectionError> {
    let compile = |pattern: &String| {
        GlobBuilder::new(pattern)
            .literal_separator(true)
            .build()
            .map(|glob| glob.compile_matcher())
            .map_err(|error| SelectionError::BadPattern {
                pattern: pattern.clone(),
                why: error.kind().to_string(),
            })
    };
    patterns.iter().map(compile).collect()
}

fn matches(project: &Project, matcher: &GlobMatcher, pattern: &str) -> bool {
    matcher.is_match(&project.name)
        || matcher.is_match(&project.attr)
        || project
            .folder
            .as_deref()
            .is_some_and(|folder| matcher.is_match(folder))
        || project.answers_to(pattern)
}

fn nothing_matched(what: &str, wrong: &str, set: &ProjectSet) -> SelectionError {
    SelectionError::NothingMatched {
        what: what.to_owned(),
        nearest: nearest(wrong, project_names(set)),
    }
}

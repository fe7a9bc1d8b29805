//! What comes before steps: the manifest's `after`, followed as far as it leads.
//!
//! Twice, since more is known the second time: from names alone before the flake is asked, so that it is asked once; and
//! over projects and answers, where the plan is made. What Nix builds comes after nothing, for it sees nothing of what
//! other steps did.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use nixward_manifest::{ProjectDeclaration, StepName};
use thiserror::Error;

use crate::{
    attribute::Attribute,
    names::{fold, nearest},
    plan::{Action, Plan, Reason, Step, StepLabel},
    planner::{PlanError, PlanRequest, Wanted, plan_one},
    project::{Candidate, Project},
    selection::{Selected, SelectionError, project_named},
    verb::Verb,
    workspace::Workspace,
};

/// An `after` that cannot be kept.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{problem}")]
pub struct OrderError {
    /// The project that the `after` counts for.
    pub project: String,
    /// Its folder, where it has one.
    pub folder: Option<String>,
    pub verb: String,
    /// Whether the project says so itself, and not the workspace for all.
    pub is_its_own: bool,
    pub problem: OrderProblem,
}

/// What is wrong with it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum OrderProblem {
    /// Each comes after the next, and the last is the first.
    #[error("{}", cycle(chain))]
    Cycle { chain: Vec<String> },
    #[error("`{step}` comes after `{named}`, and there is no project `{project}`")]
    UnknownProject {
        step: String,
        named: String,
        project: String,
        nearest: Vec<String>,
    },
    #[error("`{step}` comes after `{named}`, which can mean any of {}", .projects.join(", "))]
    Ambiguous {
        step: String,
        named: String,
        projects: Vec<String>,
    },
    /// The project has not what it takes.
    #[error("`{step}` comes after `{named}`, and {why}")]
    CannotBe {
        step: String,
        named: String,
        why: Box<PlanError>,
    },
}

fn cycle(chain: &[String]) -> String {
    match chain {
        [only, _] => format!("`{only}` comes after itself"),
        _ => format!("steps come after each other: {}", chain.join(" -> ")),
    }
}

/// Every step that `after` names for a verb of some projects, directly or by way of other steps. Nothing in
/// `declarations` stands for a project that the manifest says nothing of.
pub(crate) fn named_steps(
    workspace: &Workspace,
    candidates: &[Candidate<'_>],
    verb: &Verb,
    declarations: &[Option<&ProjectDeclaration>],
) -> Vec<StepName> {
    let manifest = &workspace.manifest;
    let after = |verb: &str, declaration| manifest.verb_after(verb, declaration).to_vec();
    let of_projects = declarations.iter().copied();
    let mut queue: VecDeque<StepName> = of_projects
        .flat_map(|declaration| after(&verb.name, declaration))
        .collect();
    let mut seen = HashSet::new();
    let mut named = Vec::new();
    while let Some(step) = queue.pop_front() {
        if !seen.insert((fold(&step.project), step.verb.clone())) {
            continue;
        }
        let mut meant = candidates
            .iter()
            .filter(|candidate| candidate.answers_to(&step.project))
            .map(|candidate| candidate.declaration)
            .peekable();
        let unknown = meant.peek().is_none().then_some(None);
        queue.extend(meant.chain(unknown).flat_map(|one| after(&step.verb, one)));
        named.push(step);
    }
    named
}

/// A verb of a project, or one attribute of it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Key {
    project: String,
    verb: String,
    attribute: Option<Attribute>,
}

impl Key {
    fn of(selected: &Selected<'_>, verb: &Verb) -> Self {
        Self {
            project: selected.project.name.clone(),
            verb: verb.name.clone(),
            attribute: selected.attribute.clone(),
        }
    }

    fn step(&self) -> String {
        format!("{}.{}", self.project, self.verb)
    }
}

/// Plans projects, each after what comes before it.
pub(crate) struct Walk<'a> {
    request: &'a PlanRequest<'a>,
    /// The projects that were asked for.
    selected: HashMap<Key, &'a Selected<'a>>,
    /// The way to what is planned now.
    open: Vec<Node<'a>>,
    done: HashMap<Key, Vec<Arc<StepLabel>>>,
    next_id: usize,
    plan: Plan,
}

/// One project and verb on the way.
struct Node<'a> {
    key: Key,
    project: &'a Project,
    /// What it is, not in the whole plan yet.
    own: Plan,
    /// What it comes after, the next one last.
    names: Vec<StepName>,
    after: Vec<Arc<StepLabel>>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(request: &'a PlanRequest<'a>) -> Self {
        let key = |selected: &'a Selected<'a>| (Key::of(selected, request.verb), selected);
        Self {
            request,
            selected: request.selected.iter().map(key).collect(),
            open: Vec::new(),
            done: HashMap::new(),
            next_id: 0,
            plan: Plan::default(),
        }
    }

    /// Adds a project that was asked for, behind all that it comes after.
    pub(crate) fn add(&mut self, selected: &'a Selected<'a>) -> Result<(), PlanError> {
        let key = Key::of(selected, self.request.verb);
        if self.done.contains_key(&key) {
            return Ok(());
        }
        let wanted = Wanted::selected(self.request, selected);
        self.open(key, &wanted)?;
        // Without recursion: a chain may be as long as there are projects.
        while let Some(node) = self.open.last_mut() {
            match node.names.pop() {
                Some(named) => self.follow(&named)?,
                None => self.close(),
            }
        }
        Ok(())
    }

    fn open(&mut self, key: Key, wanted: &Wanted<'a>) -> Result<(), PlanError> {
        let own = plan_one(self.request, wanted, &mut self.next_id)?;
        let names = if own.steps.iter().any(comes_after_something) {
            let declaration = Some(&wanted.project.declaration);
            let manifest = self.request.manifest;
            manifest.verb_after(&key.verb, declaration).to_vec()
        } else {
            Vec::new()
        };
        self.open.push(Node {
            key,
            project: wanted.project,
            own,
            names: names.into_iter().rev().collect(),
            after: Vec::new(),
        });
        Ok(())
    }

    /// Goes on with a step that the last of the open ones comes after.
    fn follow(&mut self, named: &StepName) -> Result<(), PlanError> {
        let (project, verb) = match self.named(named) {
            Ok(found) => found,
            Err(problem) => return Err(self.error(problem)),
        };
        let key = Key {
            project: project.name.clone(),
            verb: verb.name.clone(),
            attribute: None,
        };
        // Where there is nothing to come after, it is said why.
        if let Some(labels) = self.done.get(&key).filter(|labels| !labels.is_empty()) {
            if let Some(node) = self.open.last_mut() {
                node.after.extend(labels.iter().cloned());
            }
            return Ok(());
        }
        if let Some(first) = self.open.iter().position(|node| node.key == key) {
            let on_the_way = self.open.iter().skip(first).map(|node| node.key.step());
            let chain = on_the_way.chain([key.step()]).collect();
            return Err(self.error(OrderProblem::Cycle { chain }));
        }
        let wanted = match self.selected.get(&key) {
            Some(selected) => Wanted::selected(self.request, selected).explicit(),
            None => Wanted::before_others(project, verb),
        };
        self.open(key, &wanted).map_err(|why| {
            let (step, named) = (self.last_step(), named.to_string());
            let why = Box::new(why);
            self.error(OrderProblem::CannotBe { step, named, why })
        })
    }

    fn named(&self, named: &StepName) -> Result<(&'a Project, Verb), OrderProblem> {
        let projects = self.request.projects;
        let unknown = || OrderProblem::UnknownProject {
            step: self.last_step(),
            named: named.to_string(),
            project: named.project.clone(),
            nearest: nearest(
                &named.project,
                projects
                    .projects
                    .iter()
                    .map(|project| project.name.as_str()),
            ),
        };
        let project = match project_named(projects, &named.project, &named.project) {
            Ok(Some(project)) => project,
            Err(SelectionError::Ambiguous { projects, .. }) => {
                return Err(OrderProblem::Ambiguous {
                    step: self.last_step(),
                    named: named.to_string(),
                    projects,
                });
            }
            Ok(None) | Err(_) => return Err(unknown()),
        };
        // The manifest's verbs were looked at when it was read.
        let verb = Verb::find(&named.verb, self.request.manifest).ok_or_else(unknown)?;
        Ok((project, verb))
    }

    fn last_step(&self) -> String {
        self.open
            .last()
            .map_or_else(String::new, |node| node.key.step())
    }

    /// What is wrong with the `after` of the last of the open ones.
    fn error(&self, problem: OrderProblem) -> PlanError {
        let last = self.open.last();
        let verb = last.map_or(self.request.verb.name.as_str(), |node| &node.key.verb);
        let own = last.and_then(|node| node.project.declaration.verbs.get(verb));
        PlanError::Order(Box::new(OrderError {
            project: last.map_or_else(String::new, |node| node.project.name.clone()),
            folder: last.and_then(|node| node.project.folder.clone()),
            verb: verb.to_owned(),
            is_its_own: own.is_some_and(|own| own.settings.after.is_some()),
            problem,
        }))
    }

    /// All that the last of the open ones comes after is in the plan, and now it is, too.
    fn close(&mut self) {
        let Some(Node {
            key,
            mut own,
            mut after,
            ..
        }) = self.open.pop()
        else {
            return;
        };
        let mut seen = HashSet::new();
        after.retain(|label| seen.insert(label.id));
        for step in own
            .steps
            .iter_mut()
            .filter(|step| comes_after_something(step))
        {
            step.after.clone_from(&after);
        }
        let steps = own.steps.iter().map(|step| &step.label);
        let failed = own.failed.iter().map(|failed| &failed.label);
        let labels: Vec<Arc<StepLabel>> = steps.chain(failed).cloned().collect();
        if let Some(node) = self.open.last_mut() {
            node.after.extend(labels.iter().cloned());
        }
        self.done.insert(key, labels);
        self.plan.steps.append(&mut own.steps);
        self.plan.failed.append(&mut own.failed);
        self.plan.skipped.append(&mut own.skipped);
    }

    /// The plan, and the first number that nothing in it has.
    pub(crate) fn into_plan(self) -> (Plan, usize) {
        (self.plan, self.next_id)
    }
}

/// Whether it is started by nixward, and not built by Nix.
fn comes_after_something(step: &Step) -> bool {
    match step.action {
        Action::Test(_) | Action::Run(_) | Action::Container(_) | Action::Shell(_) => true,
        Action::Build | Action::Check => false,
    }
}

/// Numbers the steps by their places, and says of those that were not asked for what they are there for.
pub(crate) fn settle(plan: &mut Plan) {
    if plan.steps.iter().all(|step| step.after.is_empty()) {
        return;
    }
    let steps = plan.steps.iter().map(|step| &step.label);
    let failed = plan.failed.iter().map(|failed| &failed.label);
    let labels = steps.chain(failed).enumerate();
    let numbered: HashMap<usize, Arc<StepLabel>> = labels
        .map(|(id, label)| {
            let numbered = StepLabel {
                id,
                ..(**label).clone()
            };
            (label.id, Arc::new(numbered))
        })
        .collect();
    let number = |label: &mut Arc<StepLabel>| {
        if let Some(numbered) = numbered.get(&label.id) {
            *label = Arc::clone(numbered);
        }
    };
    for step in &mut plan.steps {
        number(&mut step.label);
        step.after.iter_mut().for_each(number);
    }
    for failed in &mut plan.failed {
        number(&mut failed.label);
    }
    say_what_for(plan);
}

fn say_what_for(plan: &mut Plan) {
    let mut followers: HashMap<usize, (String, usize)> = HashMap::new();
    for step in &plan.steps {
        for before in &step.after {
            let first = || (step.label.to_string(), 0);
            followers.entry(before.id).or_insert_with(first).1 += 1;
        }
    }
    for step in &mut plan.steps {
        if let Reason::ComesBefore { step: name, others } = &mut step.reason
            && let Some((first, count)) = followers.remove(&step.label.id)
        {
            (*name, *others) = (first, count - 1);
        }
    }
}

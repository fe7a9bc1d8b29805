//! What to type next, for each way to fail.

use nixward_core::{planner::PlanError, prerequisites::OrderProblem, selection::SelectionError};

/// `did you mean …?`, for the nearest names.
pub(crate) fn did_you_mean(nearest: &[String]) -> Option<String> {
    let quoted: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    (!quoted.is_empty()).then(|| format!("did you mean {}?", quoted.join(" or ")))
}

pub(crate) fn for_selection(error: &SelectionError) -> Vec<String> {
    const LIST: &str = "`nixward list` shows the projects of this workspace";
    match error {
        SelectionError::UnknownProject {
            written,
            nearest,
            is_package,
        } => {
            let package = is_package.then(|| {
                format!(
                    "`{written}` is a package of the flake, but its folder is not among the manifest's members; add the \
                     folder, or a table [projects.{written}]"
                )
            });
            package
                .into_iter()
                .chain(did_you_mean(nearest))
                .chain([LIST.to_owned()])
                .collect()
        }
        SelectionError::NoPackage {
            project,
            attr: _,
            nearest,
        } => did_you_mean(nearest)
            .into_iter()
            .chain([format!(
                "the manifest can name its attribute: [projects.{project}] attr = \"…\""
            )])
            .collect(),
        SelectionError::NoProjectInFolder { is_root: true, .. } => {
            vec!["for all projects: --all".to_owned(), LIST.to_owned()]
        }
        SelectionError::NoProjectInFolder { is_root: false, .. } => vec![
            LIST.to_owned(),
            "a new folder must be known to git: git add -N FOLDER".to_owned(),
        ],
        SelectionError::NoFolder { .. } => vec![LIST.to_owned()],
        SelectionError::Ambiguous { .. } => {
            vec!["name the one that is meant, exactly as it is".to_owned()]
        }
        SelectionError::UnknownDefaultMember { name: _, nearest } => did_you_mean(nearest)
            .into_iter()
            .chain([LIST.to_owned()])
            .collect(),
        SelectionError::NoProjects { other_systems, .. } if !other_systems.is_empty() => {
            vec![format!(
                "the flake has packages for {}; to use another system: --system SYSTEM",
                other_systems.join(", ")
            )]
        }
        SelectionError::NoProjects {
            ignored_folders, ..
        } if ignored_folders.is_empty() => {
            vec!["a project is a package of the flake that has a name, which `default` is not: packages.<system>.<name>".to_owned()]
        }
        SelectionError::NoProjects {
            ignored_folders, ..
        } => vec![format!(
            "no package of the flake belongs to the member folders {}; are they known to git?",
            ignored_folders.join(", ")
        )],
        SelectionError::NothingMatched { what: _, nearest } => did_you_mean(nearest)
            .into_iter()
            .chain([LIST.to_owned()])
            .collect(),
        SelectionError::NeedsProject {
            verb,
            example,
            several,
        } => {
            let one = example.as_ref().map_or_else(
                || format!("name one that has it, as `nixward list` shows: nixward {verb} PROJECT"),
                |example| format!("name one, such as `nixward {verb} {example}`"),
            );
            let all = several.then(|| format!("or `nixward {verb} --all` for all of them"));
            [one].into_iter().chain(all).collect()
        }
        SelectionError::BadPattern { .. } | SelectionError::AllExcluded => Vec::new(),
    }
}

pub(crate) fn for_plan(error: &PlanError) -> Vec<String> {
    match error {
        PlanError::LacksAttribute(lack) => {
            let more = match (lack.whole_verb, lack.offered.is_empty()) {
                (false, false) => format!("its passthru offers {}", lack.offered.join(", ")),
                (false, true) => "its package has nothing in passthru".to_owned(),
                (true, _) => format!("`nixward list {}` shows what it can do", lack.project),
            };
            did_you_mean(&lack.nearest)
                .into_iter()
                .chain([more])
                .collect()
        }
        PlanError::Order(error) => for_order(&error.problem),
        PlanError::NobodyHasVerb { .. } => {
            vec!["`nixward list` shows what each project can do".to_owned()]
        }
        PlanError::TakesNoArguments { .. } => Vec::new(),
        PlanError::BadImageName { .. } => {
            vec!["names are made of letters, digits, `.`, `_`, `-` and `/`, and begin with a letter or digit".to_owned()]
        }
        PlanError::NotAProgram { project, .. } => {
            vec![format!(
                "load it into an engine: nixward container {project}"
            )]
        }
        PlanError::NotAnImage { .. } => {
            vec!["images are made by dockerTools.buildLayeredImage, streamLayeredImage or nix2container".to_owned()]
        }
        PlanError::NoPackage {
            project, nearest, ..
        } => did_you_mean(nearest)
            .into_iter()
            .chain([format!(
                "say its attribute in the manifest: [projects.{project}] attr = \"…\""
            )])
            .collect(),
    }
}

/// For an `after` that cannot be kept.
pub(crate) fn for_order(problem: &OrderProblem) -> Vec<String> {
    match problem {
        OrderProblem::Cycle { chain } => match chain.as_slice() {
            [only, _] => {
                let (project, verb) = only.rsplit_once('.').unwrap_or((only, ""));
                vec![format!(
                    "where the workspace says it for all: [projects.{project}] {verb} = {{ after = [] }}"
                )]
            }
            _ => vec!["leave out one of them".to_owned()],
        },
        OrderProblem::UnknownProject { nearest, .. } => did_you_mean(nearest)
            .into_iter()
            .chain(["`nixward list` shows the projects of this workspace".to_owned()])
            .collect(),
        OrderProblem::Ambiguous { .. } => {
            vec!["name the one that is meant, exactly as it is".to_owned()]
        }
        OrderProblem::CannotBe { why, .. } => for_plan(why),
    }
}

/// For an input of the flake that cannot be had.
pub(crate) fn for_download() -> String {
    "see that the network is there and the address is right, or take the input from elsewhere: --override-input NAME \
     REFERENCE".to_owned()
}

/// For a daemon of Nix's that does not answer.
pub(crate) fn for_daemon() -> String {
    let look = if cfg!(target_os = "macos") {
        "sudo launchctl print system/org.nixos.nix-daemon"
    } else {
        "systemctl status nix-daemon"
    };
    format!("see that Nix's daemon runs: {look}")
}

/// For a machine without Nix.
pub(crate) fn without_nix() -> Vec<String> {
    vec![
        "install Nix: https://nixos.org/download".to_owned(),
        "if it is installed, open a new shell, so that it is on PATH".to_owned(),
    ]
}

/// For a Nix that is too old. Where a program comes from does not tell how it was installed: `/nix/store` holds those of
/// Nix's own installer, of NixOS and of home-manager alike.
pub(crate) fn for_old_nix() -> Vec<String> {
    vec![
        "upgrade it the way it was installed; one of Nix's own installer: nix upgrade-nix".to_owned(),
        "where that has no newer one, install Nix's own and open a new shell: sh <(curl -L https://nixos.org/nix/install)"
            .to_owned(),
    ]
}

//! Folders, declarations and attributes find each other.

use std::{collections::BTreeSet, path::PathBuf};

use nixward_core::{
    evaluation::{EvaluatedPackage, Evaluation},
    project::resolve,
    workspace::{MemberFolder, Workspace},
};
use nixward_manifest::Manifest;
use proptest::prelude::*;

use crate::arbitrary::name;

fn workspace(members: Option<&[String]>) -> Workspace {
    let mut manifest = Manifest::default();
    manifest.workspace.members = members.map(|_| vec!["projects/*".to_owned()]);
    let folders = members.unwrap_or_default().iter();
    Workspace {
        name: "initech".to_owned(),
        root: PathBuf::from("/w"),
        manifest,
        has_manifest: members.is_some(),
        member_folders: folders
            .map(|name| MemberFolder {
                path: format!("projects/{name}"),
                declaration: None,
            })
            .collect(),
        workspace_prefix: String::new(),
    }
}

fn distinct() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(name(), 0..6)
        .prop_map(|names: BTreeSet<String>| names.into_iter().collect())
}

fn evaluation(names: &[String], positions: &[Option<String>]) -> Evaluation {
    let package = |position: &Option<String>| EvaluatedPackage {
        position: position
            .as_ref()
            .map(|folder| format!("projects/{folder}/default.nix:1")),
        ..EvaluatedPackage::default()
    };
    let places = positions.iter().chain(std::iter::repeat(&None));
    Evaluation {
        system: "x86_64-linux".to_owned(),
        names: names.to_owned(),
        packages: names.iter().cloned().zip(places.map(package)).collect(),
        ..Evaluation::default()
    }
}

proptest! {
    #[test]
    fn without_members_every_package_is_a_project(names in distinct()) {
        let set = resolve(&workspace(None), &evaluation(&names, &[]));
        let attrs: BTreeSet<String> = set.projects.iter().map(|project| project.attr.clone()).collect();
        prop_assert_eq!(set.projects.len(), names.len());
        prop_assert_eq!(attrs, names.into_iter().collect::<BTreeSet<_>>());
    }

    #[test]
    fn every_member_folder_is_a_project_or_ignored(
        folders in distinct(),
        names in distinct(),
        positions in prop::collection::vec(prop::option::of(name()), 0..6),
    ) {
        let workspace = workspace(Some(&folders));
        let set = resolve(&workspace, &evaluation(&names, &positions));
        for folder in &workspace.member_folders {
            let projects = set.projects.iter().filter(|project| project.folder.as_ref() == Some(&folder.path)).count();
            let ignored = set.ignored_folders.iter().filter(|ignored| **ignored == folder.path).count();
            prop_assert!(ignored <= 1);
            prop_assert_eq!(ignored == 1, projects == 0, "{}", folder.path);
        }
        // No package is two projects, and each project's package is there.
        let attrs: Vec<&String> = set.projects.iter().map(|project| &project.attr).collect();
        let once: BTreeSet<&String> = attrs.iter().copied().collect();
        prop_assert_eq!(once.len(), attrs.len());
        prop_assert!(attrs.iter().all(|attr| names.contains(attr)));
    }

    #[test]
    fn projects_come_in_the_order_of_names(folders in distinct(), names in distinct()) {
        let set = resolve(&workspace(Some(&folders)), &evaluation(&names, &[]));
        let order: Vec<&String> = set.projects.iter().map(|project| &project.name).collect();
        let mut sorted = order.clone();
        sorted.sort();
        prop_assert_eq!(order, sorted);
    }

    #[test]
    fn a_folder_whose_name_is_exactly_a_packages_has_it(names in distinct()) {
        // Each folder has a package of its own name: whatever else is alike, they belong together.
        let set = resolve(&workspace(Some(&names)), &evaluation(&names, &[]));
        prop_assert_eq!(set.projects.len(), names.len());
        for project in &set.projects {
            let folder = format!("projects/{}", project.attr);
            prop_assert_eq!(project.folder.as_ref(), Some(&folder));
        }
    }
}

//! What a warm run spends its time with, each by itself, over 1,000 projects: `cargo bench`.
//!
//! `cargo xtask bench` measures the whole beside other programs and knows what must hold; this is for finding out
//! which part of it an edit made faster or slower.

use std::{collections::BTreeMap, path::Path, time::Duration};

use divan::{Bencher, black_box};
use nixward_cache::kept_folder::KeptFolder;
use nixward_core::{
    attribute::Attribute,
    evaluation::{Answer, Derivation, EvaluatedPackage, Evaluation},
    planner::{PlanRequest, plan},
    project::resolve,
    selection::select,
    selection_request::SelectionRequest,
    verb::Verb,
    workspace::{MemberFolder, Workspace},
};
use nixward_git::{
    GitRepository, discover,
    source::{Record, View, scan},
};
use nixward_manifest::Manifest;

const PROJECTS: usize = 1000;
const FILES_OF_A_PROJECT: usize = 8;
/// Time stamps that are younger are not believed.
const SETTLED: Duration = Duration::from_millis(2200);

fn main() {
    divan::main();
}

/// A kept answer is read and its digest checked.
#[divan::bench]
fn read_what_is_kept(bencher: Bencher<'_, '_>) {
    let place = tempfile::tempdir().expect("can make a folder");
    let folder = KeptFolder::new(place.path().to_owned(), 1, u64::MAX);
    let bytes = postcard::to_stdvec(&evaluation()).expect("can be written");
    folder.write("answer", &bytes).expect("can be kept");
    bencher.bench_local(|| folder.read("answer").expect("is there"));
}

#[divan::bench]
fn decode_a_kept_evaluation(bencher: Bencher<'_, '_>) {
    let bytes = postcard::to_stdvec(&evaluation()).expect("can be written");
    bencher.bench_local(|| {
        let answer: Evaluation = postcard::from_bytes(black_box(&bytes)).expect("can be read");
        answer
    });
}

#[divan::bench]
fn decode_the_record_of_a_source_tree(bencher: Bencher<'_, '_>) {
    let tree = Tree::make();
    let bytes = tree.record.to_bytes().into();
    bencher.bench_local(|| Record::from_bytes(black_box(&bytes)).expect("can be read"));
}

/// Every file is looked at, and none is read.
#[divan::bench]
fn fingerprint_an_unchanged_tree(bencher: Bencher<'_, '_>) {
    let tree = Tree::make();
    let view = View::default();
    bencher.bench_local(|| {
        let scanned = scan(&tree.repository, Some(&tree.record), &view).expect("can be scanned");
        assert_eq!((scanned.changed, scanned.hashed), (0, 0));
        scanned
    });
}

/// From the answer to the steps.
#[divan::bench]
fn plan_all_tests(bencher: Bencher<'_, '_>) {
    let workspace = workspace();
    let evaluation = evaluation();
    let verb = Verb::find("test", &workspace.manifest).expect("is built in");
    let request = SelectionRequest {
        all: true,
        ..SelectionRequest::default()
    };
    bencher.bench_local(|| {
        let projects = resolve(&workspace, &evaluation);
        let selected =
            select(&request, &projects, &verb, None, &evaluation.names).expect("selects all");
        let plan = plan(&PlanRequest {
            manifest: &workspace.manifest,
            evaluation: &evaluation,
            verb: &verb,
            selected: &selected,
            projects: &projects,
            everything: true,
            whole_workspace: true,
            trailing_args: &[],
        });
        let plan = plan.expect("can be planned");
        assert_eq!(plan.steps.len(), PROJECTS);
        plan
    });
}

/// A repository with the files of 1,000 projects, and what they were like when they were last looked at.
struct Tree {
    _project: nixward_testing::Project,
    repository: GitRepository,
    record: Record,
}

impl Tree {
    fn make() -> Self {
        let mut builder = nixward_testing::project(Path::new("nixward"));
        for name in names() {
            for number in 0..FILES_OF_A_PROJECT {
                let path = format!("projects/{name}/note-{number}.md");
                builder = builder.file(path, format!("Note {number} of {name}.\n"));
            }
        }
        let project = builder.build();
        std::thread::sleep(SETTLED);
        let repository = discover(&project.repository())
            .expect("git can be read")
            .expect("is a repository");
        let scanned = scan(&repository, None, &View::default()).expect("can be scanned");
        Self {
            _project: project,
            repository,
            record: scanned.record,
        }
    }
}

fn names() -> impl Iterator<Item = String> {
    (0..PROJECTS).map(|number| format!("p{number:04}"))
}

fn workspace() -> Workspace {
    let mut manifest = Manifest::default();
    manifest.workspace.members = Some(vec!["projects/*".to_owned()]);
    Workspace {
        name: "generated".to_owned(),
        root: "/w".into(),
        manifest,
        has_manifest: true,
        member_folders: names()
            .map(|name| MemberFolder {
                path: format!("projects/{name}"),
                declaration: None,
            })
            .collect(),
        workspace_prefix: String::new(),
    }
}

/// What Nix says when it is asked for all tests.
fn evaluation() -> Evaluation {
    let package = |name: &str| EvaluatedPackage {
        itself: Answer::Present,
        attributes: BTreeMap::from([(
            Attribute::new(["test"]),
            derivation(&format!("{name}-test")),
        )]),
        position: Some(format!("projects/{name}/default.nix")),
        ..EvaluatedPackage::default()
    };
    Evaluation {
        system: "x86_64-linux".to_owned(),
        names: names().collect(),
        systems: vec!["x86_64-linux".to_owned()],
        packages: names()
            .map(|name| {
                let package = package(&name);
                (name, package)
            })
            .collect(),
        ..Evaluation::default()
    }
}

fn derivation(name: &str) -> Answer {
    let path = format!("/nix/store/{}-{name}", "0".repeat(32));
    Answer::Derivation(Box::new(Derivation {
        name: name.to_owned(),
        drv_path: format!("{path}.drv"),
        outputs: BTreeMap::from([("out".to_owned(), Some(path))]),
        program_output: "out".to_owned(),
        program: name.to_owned(),
        image: None,
    }))
}

//! A member's own manifest.

use insta::assert_snapshot;
use nixward_manifest::{Manifest, ProjectDeclaration, is_member, parse_member};

use crate::check::diagnose_member;

#[test]
fn a_project_as_in_the_roots_manifest() {
    let text = "[project]\nattr = \"web\"\ntags = [\"a\"]\ntest = { args = [\"-q\"] }\n";
    let (project, diagnostics) = parse_member(text, &Manifest::default());
    assert_eq!(diagnostics, []);
    assert_eq!(project.attr.as_deref(), Some("web"));
    assert_eq!(
        project.verbs["test"].settings.args,
        Some(vec!["-q".to_owned()])
    );
}

#[test]
fn verbs_are_the_workspaces() {
    assert_snapshot!(diagnose_member("[project]\nlint = { timeout = \"1m\", publish = [] }\ndeploy = {}\n"), @r#"
    2:26 "publish": `publish` has no meaning in [project.lint], which is like `test`
         help: it is a setting of verbs like `container`
    3:1 "deploy": no verb `deploy` is declared
         help: declare it in [verbs] with the behaviour that it has, such as `like = "test"`
    "#);
}

#[test]
fn there_is_nothing_but_the_project() {
    assert_snapshot!(diagnose_member(
        "projct = {}\n[workspace]\nname = \"a\"\n[projects.b]\n[project]\npath = \"x\"\npackage = {}\nnaem = 1\n"
    ), @r#"
    1:1 "projct": unknown key `projct` outside of [project]
         help: a similar key exists: `project`
    2:2 "workspace": `workspace` in the manifest of a member
         expected `[project]` alone
         help: it belongs in the nixward.toml of the workspace's root
    4:2 "projects": `projects` in the manifest of a member
         expected `[project]` alone
         help: it belongs in the nixward.toml of the workspace's root
    6:1 "path": `path` in the manifest of a member
         help: leave it out: the project's folder is the one that this file is in
    7:1 "package": `package` is not supported yet
    8:1 "naem": unknown key `naem` in [project]
         help: `name` belongs in [workspace]
    "#);
}

#[test]
fn an_empty_file_says_nothing() {
    assert_eq!(
        parse_member("", &Manifest::default()),
        (ProjectDeclaration::default(), Vec::new())
    );
}

#[test]
fn a_member_is_known_by_its_table() {
    assert!(is_member("[project]\n"));
    assert!(is_member("project.tags = []\nbroken = \n"));
    assert!(!is_member(""));
    assert!(!is_member("[projects.a]\n[workspace]\n"));
}

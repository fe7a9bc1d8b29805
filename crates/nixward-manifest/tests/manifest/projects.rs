//! `[projects.NAME]`.

use insta::assert_snapshot;

use crate::check::{diagnose, valid};

#[test]
fn everything_that_can_be_said() {
    let manifest = valid(
        r#"[projects.pc-load-letter]
path = "./packages/projects/pc_load_letter/"
attr = "pc_load_letter"
tags = ["web", "2026"]
description = "Prints \"PC LOAD LETTER\"."
run = { args = ["--debug"], attr = "server" }
lint = { timeout = "1m" }

[projects.web.test]
args = ["-q"]

[verbs]
lint = { like = "test" }
"#,
    );
    let project = &manifest.projects["pc-load-letter"];
    assert_eq!(
        project.path.as_deref(),
        Some("packages/projects/pc_load_letter")
    );
    assert_eq!(project.attr.as_deref(), Some("pc_load_letter"));
    assert_eq!(project.tags, ["web", "2026"]);
    assert_eq!(
        project.description.as_deref(),
        Some("Prints \"PC LOAD LETTER\".")
    );
    assert_eq!(
        project.verbs["run"].settings.args,
        Some(vec!["--debug".to_owned()])
    );
    assert_eq!(
        manifest
            .verb_attr("run", Some(project))
            .unwrap()
            .to_string(),
        "server"
    );
    assert_eq!(manifest.verb_attr("lint", Some(project)), None);
    assert!(project.verbs["lint"].settings.timeout.is_some());
    assert!(
        manifest.projects["web"].verbs["test"]
            .settings
            .args
            .is_some()
    );
}

#[test]
fn a_project_without_anything_is_a_project() {
    let manifest = valid("[projects]\na = {}\n[projects.b]\n");
    assert_eq!(manifest.projects.keys().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn the_projects_settings_stand_over_the_workspaces() {
    let manifest = valid(
        "[verbs]\ntest = { timeout = \"10m\", args = [\"-q\"], env = { A = \"1\", B = \"1\" }, attr = \"t\" }\n[projects.a]\ntest = { args = [], env = { B = \"2\" } }\n",
    );
    let settings = manifest.verb_settings("test", manifest.projects.get("a"));
    assert_eq!(settings.timeout.unwrap().as_secs(), 600);
    assert_eq!(settings.args, Some(Vec::new()));
    assert_eq!(
        (settings.env["A"].as_str(), settings.env["B"].as_str()),
        ("1", "2")
    );
    assert_eq!(
        manifest.verb_settings("test", None).args,
        Some(vec!["-q".to_owned()])
    );
    assert_eq!(
        manifest.verb_settings("run", None),
        nixward_manifest::VerbSettings::default()
    );
    assert_eq!(
        manifest
            .verb_attr("test", manifest.projects.get("a"))
            .unwrap()
            .to_string(),
        "t"
    );
}

#[test]
fn verbs_are_declared() {
    assert_snapshot!(diagnose(
        "[verbs]\nlint = { like = \"test\" }\n[projects.a]\nlnit = { timeout = \"1m\", timeot = 1 }\ndeploy = { args = [1] }\ntset = 3\nplan = {}\nNope = {}\n"
    ), @r#"
    4:1 "lnit": no verb `lnit` is declared
         help: a similar verb exists: `lint`
    4:26 "timeot": unknown key `timeot` in [projects.a.lnit]
         help: a similar key exists: `timeout`
    5:1 "deploy": no verb `deploy` is declared
         help: declare it in [verbs] with the behaviour that it has, such as `like = "test"`
    5:20 "1": wrong type for `args`: found an integer
         expected a string in the list
         help: put it in quotes
    6:1 "tset": unknown key `tset` in [projects.a]
         help: a similar key exists: `test`
    7:1 "plan": unknown key `plan` in [projects.a]
         help: known here: `path`, `attr`, `tags`, `description`, `run`, `test`, `check`, `build`, `container`, `shell` and `lint`
    8:1 "Nope": unknown key `Nope` in [projects.a]
         help: known here: `path`, `attr`, `tags`, `description`, `run`, `test`, `check`, `build`, `container`, `shell` and `lint`
    "#);
}

#[test]
fn a_verb_that_is_declared_wrongly_is_told_once() {
    assert_snapshot!(diagnose(
        "[verbs]\nlint = { like = \"tset\" }\nlist = { like = \"run\" }\n[projects.a]\nlint = { publish = [], timout = 1 }\nlist = { args = [] }\n"
    ), @r#"
    2:17 "\"tset\"": `tset` is not a value of `like`
         expected `run`, `test`, `check`, `build`, `container` or `shell`
         help: a similar value exists: `test`
    3:1 "list": `list` can't be a verb: the name is taken
         a command of nixward has it
    5:24 "timout": unknown key `timout` in [projects.a.lint]
         help: a similar key exists: `timeout`
    "#);
}

#[test]
fn keys_of_other_tables() {
    assert_snapshot!(diagnose(
        "[projects.a]\nname = \"a\"\ntimeout = \"1m\"\ntag = []\npackage = { lang = \"rust\" }\nlint = { like = \"test\" }\ntest = { like = \"run\" }\nmembers = 1\n"
    ), @r#"
    2:1 "name": unknown key `name` in [projects.a]
         help: `name` belongs in [workspace]
    3:1 "timeout": unknown key `timeout` in [projects.a]
         help: `timeout` belongs in the table of verbs like `test`
    4:1 "tag": unknown key `tag` in [projects.a]
         help: a similar key exists: `tags`
    5:1 "package": `package` is not supported yet
    6:1 "lint": no verb `lint` is declared
         help: declare it in [verbs] with the behaviour that it has, such as `like = "test"`
    6:10 "like": `like` in the settings of a project for `lint`
         help: it belongs in [verbs.lint]
    7:10 "like": `like` in the settings of a project for `test`
         help: it belongs in [verbs.test]
    8:1 "members": unknown key `members` in [projects.a]
         help: `members` belongs in [workspace]
    "#);
}

#[test]
fn names_that_are_none() {
    assert_snapshot!(diagnose("[projects.-p]\ntset = 1\n[projects.\"a b\"]\n[projects.\"a#b?c\"]\n[projects.\"\"]\n[projects.\"ü\"]\n"), @r#"
    1:11 "-p": `-p` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
         help: it looks like an option
    2:1 "tset": unknown key `tset` in [projects.-p]
         help: a similar key exists: `test`
    3:11 "\"a b\"": `a b` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    4:11 "\"a#b?c\"": `a#b?c` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    5:11 "\"\"": `""` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    6:11 "\"ü\"": `ü` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    "#);
}

#[test]
fn names_that_nixward_takes_for_one() {
    assert_snapshot!(diagnose("[projects.pc-load_letter]\n[projects.other]\n[projects.pc_load-letter]\n[projects.pc_load_letter]\n"), @r#"
    3:11 "pc_load-letter": `pc-load_letter` and `pc_load-letter` are one name to nixward
         1:11 "pc-load_letter": the first
         help: `-` and `_` match each other: join the two tables, or rename one
    4:11 "pc_load_letter": `pc-load_letter` and `pc_load_letter` are one name to nixward
         1:11 "pc-load_letter": the first
         help: `-` and `_` match each other: join the two tables, or rename one
    "#);
    valid("[projects.web]\n[projects.Web]\n");
}

#[test]
fn values_of_other_types() {
    assert_snapshot!(diagnose(
        "[projects]\na = \"x\"\n[projects.b]\npath = 1\nattr = \"a b\"\ntags = [\"-x\", \"a,b\"]\ndescription = []\ntest = true\n"
    ), @r#"
    2:5 "\"x\"": wrong type for `a`: found a string
         expected a table
    4:8 "1": wrong type for `path`: found an integer
         expected a string
         help: put it in quotes
    5:8 "\"a b\"": `a b` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    6:9 "\"-x\"": `-x` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
         help: it looks like an option
    6:15 "\"a,b\"": `a,b` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    7:15 "[]": wrong type for `description`: found a list
         expected a string
    8:8 "true": wrong type for `test`: found a boolean
         expected a table
    "#);
}

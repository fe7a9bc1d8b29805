//! `[workspace]`, and what stands outside of all tables.

use insta::assert_snapshot;

use crate::check::{diagnose, valid};

#[test]
fn everything_that_can_be_said() {
    let workspace = valid(
        r#"[workspace]
name = "initech"
members = ["./packages/projects/*/", "tools/{a,b}"]
exclude = ["packages/projects/old-*"]
default-members = ["pc_load_letter", "2048"]
flake = "./nix/"
"#,
    )
    .workspace;
    assert_eq!(workspace.name.as_deref(), Some("initech"));
    assert_eq!(
        workspace.members.unwrap(),
        ["packages/projects/*", "tools/{a,b}"]
    );
    assert_eq!(workspace.exclude, ["packages/projects/old-*"]);
    assert_eq!(
        workspace.default_members.unwrap(),
        ["pc_load_letter", "2048"]
    );
    assert_eq!(workspace.flake.as_deref(), Some("nix"));
}

#[test]
fn no_members_and_an_empty_list_are_not_the_same() {
    assert_eq!(valid("[workspace]\n").workspace.members, None);
    assert_eq!(
        valid("[workspace]\nmembers = []\n").workspace.members,
        Some(Vec::new())
    );
}

#[test]
fn keys_that_are_nearly_right() {
    assert_snapshot!(diagnose("[workspace]\nmembrs = []\ndefault_members = []\nNAME = \"a\"\nexcluded = []\n[workspce]\nname = 1\n"), @r#"
    2:1 "membrs": unknown key `membrs` in [workspace]
         help: a similar key exists: `members`
    3:1 "default_members": unknown key `default_members` in [workspace]
         help: a similar key exists: `default-members`
    4:1 "NAME": unknown key `NAME` in [workspace]
         help: a similar key exists: `name`
    5:1 "excluded": unknown key `excluded` in [workspace]
         help: a similar key exists: `exclude`
    6:2 "workspce": unknown key `workspce` outside of all tables
         help: a similar key exists: `workspace`
    "#);
}

#[test]
fn keys_that_belong_elsewhere() {
    assert_snapshot!(diagnose(
        "members = []\ntimeout = \"1m\"\npublish = []\n[workspace]\ntags = []\nlike = 1\nverbs = {}\npre-commit = {}\nbudget = 1\ntest = {}\ntimout = 1\n[project]\nattr = \"a\"\n"
    ), @r#"
    1:1 "members": unknown key `members` outside of all tables
         help: `members` belongs in [workspace]
    2:1 "timeout": unknown key `timeout` outside of all tables
         help: `timeout` belongs in the table of verbs like `test`
    3:1 "publish": unknown key `publish` outside of all tables
         help: `publish` belongs in the table of verbs like `container`
    5:1 "tags": unknown key `tags` in [workspace]
         help: `tags` belongs in [projects.NAME]
    6:1 "like": unknown key `like` in [workspace]
         help: `like` belongs in a verb's table in [verbs]
    7:1 "verbs": unknown key `verbs` in [workspace]
         help: [verbs] is a table of its own
    8:1 "pre-commit": unknown key `pre-commit` in [workspace]
         help: `pre-commit` belongs in [hooks]
    9:1 "budget": unknown key `budget` in [workspace]
         help: `budget` belongs in the table of a hook
    10:1 "test": unknown key `test` in [workspace]
         help: `test` is a verb: it belongs in [verbs] or [projects.NAME]
    11:1 "timout": unknown key `timout` in [workspace]
         help: `timeout` belongs in the table of verbs like `test`
    12:2 "project": `[project]` in the manifest of a workspace
         help: write `[projects.NAME]`; `[project]` belongs in a member's own nixward.toml
    "#);
}

#[test]
fn keys_that_are_nothing() {
    assert_snapshot!(diagnose("\"\" = 1\nwhatever = 1\n[workspace]\nzzzzzzzz = 1\n\"a b\" = 1\n"), @r#"
    1:1 "\"\"": unknown key `""` outside of all tables
         help: known here: `workspace`, `verbs`, `projects` and `hooks`
    2:1 "whatever": unknown key `whatever` outside of all tables
         help: known here: `workspace`, `verbs`, `projects` and `hooks`
    4:1 "zzzzzzzz": unknown key `zzzzzzzz` in [workspace]
         help: known here: `name`, `members`, `exclude`, `default-members`, `flake` and `base`
    5:1 "\"a b\"": unknown key `a b` in [workspace]
         help: known here: `name`, `members`, `exclude`, `default-members`, `flake` and `base`
    "#);
}

#[test]
fn values_of_other_types() {
    assert_snapshot!(diagnose(
        "[workspace]\nname = 3\nmembers = \"packages/*\"\nexclude = [1, \"a\", true]\nflake = [\"a\"]\n[workspace.default-members]\n"
    ), @r#"
    2:8 "3": wrong type for `name`: found an integer
         expected a string
         help: put it in quotes
    3:11 "\"packages/*\"": wrong type for `members`: found a string
         expected a list of strings
         help: write `members = ["packages/*"]`
    4:12 "1": wrong type for `exclude`: found an integer
         expected a string in the list
         help: put it in quotes
    4:20 "true": wrong type for `exclude`: found a boolean
         expected a string in the list
         help: put it in quotes
    5:9 "[\"a\"]": wrong type for `flake`: found a list
         expected a string
    6:1 "[workspace.default-members]": wrong type for `default-members`: found a table
         expected a list of strings
    "#);
    assert_snapshot!(diagnose("workspace = \"initech\"\nverbs = []\nprojects = 1.5\nhooks = false\n"), @r#"
    1:13 "\"initech\"": wrong type for `workspace`: found a string
         expected a table
    2:9 "[]": wrong type for `verbs`: found a list
         expected a table
    3:12 "1.5": wrong type for `projects`: found a float
         expected a table
    4:9 "false": wrong type for `hooks`: found a boolean
         expected a table
    "#);
    assert_snapshot!(diagnose("[[workspace]]\nname = \"a\"\n[[projects.a]]\n"), @r#"
    1:1 "[[workspace]]": wrong type for `workspace`: found a list of tables
         expected a table
         help: write the name in single brackets
    3:1 "[[projects.a]]": wrong type for `a`: found a list of tables
         expected a table
         help: write the name in single brackets
    "#);
}

#[test]
fn paths_stay_inside_and_globs_are_globs() {
    assert_snapshot!(diagnose(
        "[workspace]\nmembers = [\"/abs\", \"../up\", \"a/../b\", \"\", \"a\\\\b\", \"a/[b\", \"{a,b\"]\nflake = \"..\"\n"
    ), @r#"
    2:12 "\"/abs\"": `/abs` is not a path or glob inside the folder
         expected a relative path or glob without `..`
         help: leave out the first `/`: paths are relative
    2:20 "\"../up\"": `../up` is not a path or glob inside the folder
         expected a relative path or glob without `..`
         help: `..` leads outside
    2:29 "\"a/../b\"": `a/../b` is not a path or glob inside the folder
         expected a relative path or glob without `..`
         help: `..` leads outside
    2:39 "\"\"": `""` is not a path or glob inside the folder
         expected a relative path or glob without `..`
    2:43 "\"a\\\\b\"": `a\b` is not a path or glob inside the folder
         expected a relative path or glob without `..`
         help: write `/` between folders
    2:51 "\"a/[b\"": `a/[b` is not a glob
         expected brackets and braces that match
    2:59 "\"{a,b\"": `{a,b` is not a glob
         expected brackets and braces that match
    3:9 "\"..\"": `..` is not a path inside the folder
         expected a relative path without `..`
         help: `..` leads outside
    "#);
}

#[test]
fn names_and_revisions_that_could_be_something_else() {
    assert_snapshot!(diagnose(
        "[workspace]\nname = \"--option\"\ndefault-members = [\"$(x)\", \"a b\", \"ü\", \".x\"]\nbase = \"-x\"\n"
    ), @r#"
    2:8 "\"--option\"": `--option` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
         help: it looks like an option
    3:20 "\"$(x)\"": `$(x)` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    3:28 "\"a b\"": `a b` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    3:35 "\"ü\"": `ü` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    3:40 "\".x\"": `.x` is not a name
         expected letters, digits, `_`, `-`, `.`; not `-` or `.` first
    4:8 "\"-x\"": `-x` is not a git revision
         expected a branch, a tag or a commit
         help: it looks like an option
    "#);
}

#[test]
fn the_base_has_no_effect_yet() {
    assert_snapshot!(diagnose("[workspace]\nbase = \"origin/main\"\n"), @r#"2:1 "base": warning: `base` has no effect yet"#);
}

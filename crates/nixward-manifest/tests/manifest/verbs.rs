//! `[verbs]`.

use insta::assert_snapshot;
use nixward_manifest::{BuiltinVerb, RESERVED_VERB_NAMES};

use crate::check::{diagnose, valid};

#[test]
fn built_in_verbs_are_like_themselves_and_others_as_they_say() {
    let manifest = valid(
        "[verbs]\ntest = { timeout = \"10m\", attr = \"tests.unit\" }\nlint = { like = \"test\" }\npush-img = { like = \"run\", attr = \"push\" }\n",
    );
    assert_eq!(manifest.verbs["test"].like, BuiltinVerb::Test);
    assert_eq!(
        manifest.verbs["test"].attr.as_ref().unwrap().names(),
        ["tests", "unit"]
    );
    assert_eq!(manifest.behaviour("lint"), Some(BuiltinVerb::Test));
    assert_eq!(manifest.behaviour("push-img"), Some(BuiltinVerb::Run));
    assert_eq!(manifest.behaviour("shell"), Some(BuiltinVerb::Shell));
    assert_eq!(manifest.behaviour("deploy"), None);
    let names: Vec<&str> = manifest.verb_names().collect();
    assert_eq!(
        names,
        [
            "run",
            "test",
            "check",
            "build",
            "container",
            "shell",
            "lint",
            "push-img"
        ]
    );
}

#[test]
fn an_own_verb_says_what_it_is_like() {
    assert_snapshot!(diagnose(
        "[verbs]\nlint = {}\nfmt = { like = \"tst\" }\ndeploy = { like = \"launch\" }\ntest = { like = \"run\" }\nfuzz = \"test\"\nbench = { like = [\"test\"] }\n"
    ), @r#"
    2:1 "lint": `lint` lacks `like`
         expected `like` in its table
         help: it behaves like `run`, `test`, `check`, `build`, `container` or `shell`
    3:16 "\"tst\"": `tst` is not a value of `like`
         expected `run`, `test`, `check`, `build`, `container` or `shell`
         help: a similar value exists: `test`
    4:19 "\"launch\"": `launch` is not a value of `like`
         expected `run`, `test`, `check`, `build`, `container` or `shell`
    5:10 "like": `like` for the built-in verb `test`
         help: give your verb another name
    6:8 "\"test\"": wrong type for `fuzz`: found a string
         expected a table
    7:18 "[\"test\"]": wrong type for `like`: found a list
         expected `run`, `test`, `check`, `build`, `container` or `shell`
    "#);
}

#[test]
fn names_that_are_no_verbs() {
    assert_snapshot!(diagnose(
        "[verbs.Lint]\nlike = \"test\"\n[verbs.\"a b\"]\nlike = \"test\"\n[verbs.-x]\nlike = \"test\"\n[verbs.2fa]\nlike = \"test\"\n[verbs.\"\"]\nlike = \"test\"\n"
    ), @r#"
    1:8 "Lint": `Lint` is not a name for a verb
         expected lower-case letters, digits, `-`, `_`; a letter first
    3:8 "\"a b\"": `a b` is not a name for a verb
         expected lower-case letters, digits, `-`, `_`; a letter first
    5:8 "-x": `-x` is not a name for a verb
         expected lower-case letters, digits, `-`, `_`; a letter first
         help: it looks like an option
    7:8 "2fa": `2fa` is not a name for a verb
         expected lower-case letters, digits, `-`, `_`; a letter first
    9:8 "\"\"": `""` is not a name for a verb
         expected lower-case letters, digits, `-`, `_`; a letter first
    "#);
}

#[test]
fn names_that_are_taken() {
    for name in RESERVED_VERB_NAMES {
        let said = diagnose(&format!("[verbs.{name}]\nlike = \"test\"\n"));
        assert!(
            said.contains(&format!("`{name}` can't be a verb: the name is taken")),
            "{said}"
        );
    }
    assert_snapshot!(diagnose("[verbs]\nlist = { like = \"run\" }\ntags = { like = \"run\" }\npackage = { like = \"run\" }\n"), @r#"
    2:1 "list": `list` can't be a verb: the name is taken
         a command of nixward has it
    3:1 "tags": `tags` can't be a verb: the name is taken
         a key of [projects.NAME] has it
    4:1 "package": `package` can't be a verb: the name is taken
         a key of [projects.NAME] has it
    "#);
}

#[test]
fn attributes_that_could_be_something_else() {
    assert_snapshot!(diagnose(
        "[verbs]\ntest.attr = \"--option\"\nrun.attr = \"$(rm -rf)\"\nbuild.attr = \"a#b?c\"\ncheck.attr = \"a..b\"\nshell.attr = \"\"\ncontainer.attr = 3\n"
    ), @r#"
    2:13 "\"--option\"": `--option` is not an attribute path
         expected names joined by dots, such as `tests.unit`
         help: it looks like an option
    3:12 "\"$(rm -rf)\"": `$(rm -rf)` is not an attribute path
         expected names joined by dots, such as `tests.unit`
    4:14 "\"a#b?c\"": `a#b?c` is not an attribute path
         expected names joined by dots, such as `tests.unit`
    5:14 "\"a..b\"": `a..b` is not an attribute path
         expected names joined by dots, such as `tests.unit`
    6:14 "\"\"": `""` is not an attribute path
         expected names joined by dots, such as `tests.unit`
    7:18 "3": wrong type for `attr`: found an integer
         expected a string
    "#);
}

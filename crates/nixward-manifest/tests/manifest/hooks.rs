//! `[hooks]`.

use std::time::Duration;

use insta::assert_snapshot;
use nixward_manifest::{HookName, parse};

use crate::check::diagnose;

#[test]
fn verbs_and_a_budget() {
    let (manifest, _) = parse(
        "[hooks.pre-commit]\nverbs = [\"lint\", \"test\"]\nbudget = \"10s\"\n[hooks.pre-push]\n[verbs.lint]\nlike = \"test\"\n",
    );
    let hook = &manifest.hooks[&HookName::PreCommit];
    assert_eq!(hook.verbs.as_ref().unwrap(), &["lint", "test"]);
    assert_eq!(hook.budget, Some(Duration::from_secs(10)));
    assert_eq!(manifest.hooks[&HookName::PrePush].verbs, None);
}

#[test]
fn what_is_no_hook_and_no_verb() {
    assert_snapshot!(diagnose(
        "[hooks.precommit]\n[hooks.commit-msg]\n[hooks.pre-commit]\nverb = []\nverbs = [\"tset\", \"deploy\", \"Test\", 1]\nbudget = 10\n[hooks]\npre-push = \"test\"\n"
    ), @r#"
    1:8 "precommit": unknown key `precommit` in [hooks]
         help: a similar key exists: `pre-commit`
    2:8 "commit-msg": unknown key `commit-msg` in [hooks]
         help: known here: `pre-commit` and `pre-push`
    3:8 "pre-commit": warning: `hooks.pre-commit` has no effect yet
    4:1 "verb": unknown key `verb` in [hooks.pre-commit]
         help: a similar key exists: `verbs`
    5:10 "\"tset\"": no verb `tset` is declared
         help: a similar verb exists: `test`
    5:18 "\"deploy\"": no verb `deploy` is declared
         help: declare it in [verbs] with the behaviour that it has, such as `like = "test"`
    5:28 "\"Test\"": `Test` is not a name for a verb
         expected lower-case letters, digits, `-`, `_`; a letter first
    5:36 "1": wrong type for `verbs`: found an integer
         expected a string in the list
    6:10 "10": wrong type for `budget`: found an integer
         expected a string with a unit
         help: write "10s" for seconds, "10m" for minutes
    8:1 "pre-push": warning: `hooks.pre-push` has no effect yet
    8:12 "\"test\"": wrong type for `pre-push`: found a string
         expected a table
    "#);
}

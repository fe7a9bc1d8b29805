//! Steps that come after others: `after` in the manifest.

use nixward_schema::{EventLine, EventLineKind, LineStatus, PlanDocument};
use nixward_testing::{Finished, NixwardCommand, Project, insta, system};

use crate::support::real_project;

/// Where every program of these workspaces writes down that it has begun, and that it has ended well.
const LOG: &str = "echo \"begin $me\" >> \"$ORDER\"; ";
const END: &str = "; echo \"end $me\" >> \"$ORDER\"";

/// A database that is started and filled, and two services with tests, of which `web`'s comes after both.
fn shop(more: &str, scripts: &[(&str, &str)]) -> Option<Project> {
    let script = |name: &str| {
        let own = scripts.iter().find(|(step, _)| *step == name);
        let body = own.map_or("true", |(_, body)| body);
        format!("''me={name}; {LOG}{body}{END}''")
    };
    let manifest = format!(
        r#"[workspace]
name = "shop"

[verbs]
start = {{ like = "run" }}
fill = {{ like = "run", after = ["my-db.start"] }}
test = {{ pass-env = ["ORDER"] }}

[projects.web]
test = {{ after = ["my-db.fill"] }}
run = {{ after = ["my_db.fill"] }}
{more}"#
    );
    let outputs = format!(
        r#"{{ packages = {{
  my_db = project "my_db" "true" {{ start = program "start" {}; fill = program "fill" {}; }};
  web = project "web" {} {{ test = test {}; }};
  api = project "api" "true" {{ test = test {}; }};
}}; }}"#,
        script("start"),
        script("fill"),
        script("web"),
        script("web-test"),
        script("api-test"),
    );
    Some(
        real_project()?
            .manifest(&manifest)
            .outputs(&outputs)
            .build(),
    )
}

fn call<'a>(project: &'a Project, words: &[&str]) -> NixwardCommand<'a> {
    let order = project.root().join("order");
    project.nixward(words.iter().copied()).env("ORDER", order)
}

/// What began and ended, in its order.
fn order(project: &Project) -> Vec<String> {
    let file = project.root().join("order");
    let text = fs_err::read_to_string(&file).unwrap_or_default();
    let _it_may_not_be_there = fs_err::remove_file(&file);
    text.lines().map(str::to_owned).collect()
}

fn ends(output: &Finished) -> Vec<(String, LineStatus, Option<usize>)> {
    let lines = output.stdout().lines();
    let ended =
        lines.filter_map(
            |line| match serde_json::from_str::<EventLine>(line).unwrap().kind {
                EventLineKind::StepFinished {
                    project,
                    verb,
                    status,
                    blocked_by,
                    ..
                } => Some((format!("{} {verb}", project.unwrap()), status, blocked_by)),
                _ => None,
            },
        );
    let mut ended: Vec<_> = ended.collect();
    ended.sort_by(|left, right| left.0.cmp(&right.0));
    ended
}

#[test]
fn what_comes_before_is_run_before_once_and_only_where_it_is_needed() {
    let more = "[projects.api]\ntest = { after = [\"my-db.fill\", \"my-db.start\"] }\n";
    let Some(shop) = shop(more, &[]) else { return };
    let output = call(&shop, &["test", "--all"])
        .run()
        .expect_code(0)
        .expect_stdout_is("")
        .expect_stderr("4 run: 4 passed, 1 skipped\n");
    let order_of_all = order(&shop);
    assert_eq!(
        order_of_all[..4],
        ["begin start", "end start", "begin fill", "end fill"],
        "{}",
        output.stderr()
    );
    assert_eq!(order_of_all.len(), 8);
    // Nobody comes after these.
    call(&shop, &["start", "my_db"]).run().expect_code(0);
    assert_eq!(order(&shop), ["begin start", "end start"]);
}

#[test]
fn the_plan_says_what_comes_before_and_why() {
    let Some(shop) = shop("", &[]) else { return };
    let output = call(&shop, &["plan", "test", "--all"]).run().expect_code(0);
    let told: Vec<&str> = output
        .stdout()
        .lines()
        .filter(|line| line.contains('(') || line.starts_with("    after"))
        .collect();
    insta::assert_snapshot!(told.join("\n").replace(&system(), "SYSTEM"), @"
    api test (packages.SYSTEM.api.test): selected
    my_db start (packages.SYSTEM.my_db.start): my_db fill comes after it
    my_db fill (packages.SYSTEM.my_db.fill): web test comes after it
        after my_db start
    web test (packages.SYSTEM.web.test): selected
        after my_db fill
    ");
    let output = call(&shop, &["plan", "test", "web", "--message-format", "json"])
        .run()
        .expect_code(0);
    let document: PlanDocument = serde_json::from_str(output.stdout()).unwrap();
    let steps: Vec<_> = document
        .steps
        .iter()
        .map(|step| (&*step.verb, &*step.reason.kind, &*step.after))
        .collect();
    assert_eq!(
        steps,
        [
            ("start", "needed-by", &[][..]),
            ("start", "comes-before", &[0]),
            ("fill", "needed-by", &[]),
            ("fill", "comes-before", &[2, 1]),
            ("test", "needed-by", &[]),
            ("test", "named", &[4, 3]),
        ]
    );
    assert!(order(&shop).is_empty());
}

#[test]
fn what_comes_after_a_failure_is_not_run_and_the_rest_is() {
    let Some(shop) = shop("", &[("start", "exit 3")]) else {
        return;
    };
    let output = call(&shop, &["test", "--all"])
        .run()
        .expect_code(1)
        .expect_stderr("2/4 run: 1 passed, 1 failed, 1 skipped, 2 not run\n");
    let summary = output.stderr().split("────\n").nth(1).unwrap_or_default();
    let named: Vec<&str> = summary
        .lines()
        .filter(|line| line.contains("NOT RUN"))
        .collect();
    assert_eq!(
        named,
        [
            "     NOT RUN [         ] my_db fill: my_db start, which it comes after, failed",
            "     NOT RUN [         ] web test: my_db start, which it comes after, failed",
        ]
    );
    assert_eq!(
        order(&shop)
            .iter()
            .filter(|line| line.contains("api"))
            .count(),
        2
    );
    let output = call(&shop, &["test", "--all", "--message-format", "json"])
        .run()
        .expect_code(1);
    assert_eq!(
        ends(&output),
        [
            ("api test".to_owned(), LineStatus::Passed, None),
            ("my_db fill".to_owned(), LineStatus::NotRun, Some(1)),
            ("my_db start".to_owned(), LineStatus::Failed, None),
            ("web test".to_owned(), LineStatus::NotRun, Some(1)),
        ]
    );
}

#[test]
fn what_is_not_built_or_does_not_evaluate_decides_the_exit_code() {
    for (broken, code, said) in [
        ("unbuildable \"fill\"", 5, "BUILD FAIL"),
        ("throw \"out of rows\"", 3, "EVAL FAIL"),
    ] {
        let Some(shop) = shop("", &[]) else { return };
        shop.edit(
            "outputs.nix",
            "fill = program \"fill\"",
            &format!("fill = {broken}; other = program \"fill\""),
        );
        call(&shop, &["test", "--all"])
            .run()
            .expect_code(code)
            .expect_stderr(said)
            .expect_stderr("web test: my_db fill, which it comes after, failed\n");
        let log = order(&shop);
        assert!(!log.iter().any(|line| line.contains("web")), "{log:?}");
        call(&shop, &["test", "api"]).run().expect_code(0);
        order(&shop);
    }
}

#[test]
fn a_program_becomes_itself_after_what_comes_before() {
    let Some(shop) = shop(
        "",
        &[("start", "echo started"), ("web", "echo \"web $*\"; true")],
    ) else {
        return;
    };
    call(&shop, &["run", "web", "--", "-x"])
        .run()
        .expect_code(0)
        .expect_stdout_is("web -x\n")
        .expect_stderr("my_db start\n")
        .expect_stderr("2 run: 2 passed\n");
    assert_eq!(
        order(&shop),
        [
            "begin start",
            "end start",
            "begin fill",
            "end fill",
            "begin web",
            "end web"
        ]
    );
    let Some(shop) = self::shop("", &[("fill", "exit 1")]) else {
        return;
    };
    call(&shop, &["run", "web"])
        .run()
        .expect_code(125)
        .expect_stdout_is("")
        .expect_stderr(
            "error: web run was not started: my_db fill, which it comes after, failed\n",
        );
    assert_eq!(order(&shop), ["begin start", "end start", "begin fill"]);
}

#[test]
fn the_output_of_the_only_test_that_was_asked_for_comes_as_without_what_comes_before() {
    let scripts = [
        ("start", "echo starting"),
        ("fill", "echo filling"),
        ("web-test", "echo testing"),
    ];
    let Some(shop) = shop("", &scripts) else {
        return;
    };
    let output = call(&shop, &["test", "web"])
        .run()
        .expect_code(0)
        .expect_stdout_is("testing\n")
        .expect_stderr("3 run: 3 passed\n");
    assert!(!output.stderr().contains("ing\n"), "{}", output.stderr());
    call(&shop, &["log", "--replay"])
        .run()
        .expect_code(0)
        .expect_stdout_is("testing\n");
    // What was shown is not told again, and what was not is.
    shop.edit("outputs.nix", "echo testing", "echo testing; exit 1");
    let output = call(&shop, &["test", "web"])
        .run()
        .expect_code(1)
        .expect_stdout_is("testing\n");
    assert!(!output.stderr().contains("testing"), "{}", output.stderr());
    shop.edit("outputs.nix", "echo filling", "echo filling; exit 1");
    call(&shop, &["test", "web"])
        .run()
        .expect_code(1)
        .expect_stdout_is("")
        .expect_stderr("    filling\n    it exited with code 1\n");
}

#[test]
fn what_cannot_be_kept_is_refused_with_its_place_before_anything_runs() {
    let more = "[projects.my_db]\nstart = { after = [\"api.test\"] }\n\
                [projects.api]\ntest = { after = [\"web.test\"] }\n";
    let Some(shop) = shop(more, &[]) else { return };
    let output = call(&shop, &["test", "web"]).run().expect_code(2);
    insta::assert_snapshot!(output.stderr(), @r#"
    error: steps come after each other: web.test -> my_db.fill -> my_db.start -> api.test -> web.test
      --> nixward.toml:15:18
       |
    15 | test = { after = ["web.test"] }
       |                  ^^^^^^^^^^^^
       |
    help: leave out one of them
    "#);
    shop.edit("nixward.toml", "\"web.test\"", "\"api.test\"");
    call(&shop, &["plan", "test", "--all"])
        .run()
        .expect_code(2)
        .expect_stderr("error: `api.test` comes after itself\n")
        .expect_stderr("[projects.api] test = { after = [] }\n");
    shop.edit(
        "nixward.toml",
        "[\"api.test\"] }\n[projects.api]\ntest = { after = [\"api.test\"]",
        "[\"wep.test\"]",
    );
    call(&shop, &["test", "web"])
        .run()
        .expect_code(2)
        .expect_stderr(
            "error: `my_db.start` comes after `wep.test`, and there is no project `wep`\n",
        )
        .expect_stderr("did you mean `web`?");
    shop.edit("nixward.toml", "\"wep.test\"", "\"web.start\"");
    call(&shop, &["test", "web"])
        .run()
        .expect_code(2)
        .expect_stderr("error: `my_db.start` comes after `web.start`, and `web` has no `start`\n");
    assert!(order(&shop).is_empty());
}

#[test]
fn what_all_come_after_is_no_cycle_where_one_is_left_out() {
    let Some(shop) = shop("", &[]) else { return };
    shop.edit(
        "nixward.toml",
        "start = { like = \"run\" }",
        "start = { like = \"run\", after = [\"my_db.start\"] }",
    );
    call(&shop, &["test", "web"])
        .run()
        .expect_code(2)
        .expect_stderr("error: `my_db.start` comes after itself\n")
        .expect_stderr("5 | start = {")
        .expect_stderr("[projects.my_db] start = { after = [] }\n");
}

#[test]
fn ctrl_c_starts_nothing_that_comes_after() {
    let Some(shop) = shop("", &[("start", "echo begun; exec sleep 600")]) else {
        return;
    };
    let running = call(&shop, &["test", "web", "--message-format", "json"]).start();
    running.wait_for_stdout("step-started");
    running.interrupt();
    running
        .finish()
        .expect_signal(2)
        .expect_stderr("1 interrupted, 2 not run (cancelled)")
        .expect_stderr("NOT RUN [         ] web test\n");
    assert!(!order(&shop).contains(&"begin fill".to_owned()));
}

#[test]
fn fail_fast_says_what_did_not_come_after_and_repetitions_do_not_count_before() {
    let more = "[projects.api]\ntest = { after = [\"web.test\"] }\n";
    let Some(shop) = shop(more, &[("fill", "exit 1")]) else {
        return;
    };
    call(&shop, &["test", "--all", "--fail-fast", "-j1"])
        .run()
        .expect_code(1)
        .expect_stderr("web test: my_db fill, which it comes after, failed\n")
        .expect_stderr("api test: my_db fill, which it comes after, failed\n");
    order(&shop);
    let Some(shop) = self::shop(more, &[]) else {
        return;
    };
    call(&shop, &["test", "api", "--repeat", "3"])
        .run()
        .expect_code(0)
        .expect_stderr("api test (3 runs)\n")
        .expect_stderr("4 run: 4 passed\n");
    let order = order(&shop);
    assert_eq!(
        order
            .iter()
            .filter(|line| **line == "begin web-test")
            .count(),
        1
    );
    assert_eq!(
        order
            .iter()
            .filter(|line| **line == "begin api-test")
            .count(),
        3
    );
}

#[test]
fn builds_do_not_wait_for_what_comes_before() {
    // The first step ends when the build of the second is there, which says so in a place that both know.
    let Some(shop) = shop(
        "",
        &[(
            "start",
            "while ! [ -e \"$ORDER.built\" ]; do sleep 0.02; done",
        )],
    ) else {
        return;
    };
    let mark = shop.root().join("order.built");
    shop.edit(
        "outputs.nix",
        "test = test ''me=web-test",
        &format!("test = let p = derive \"slow\" \"touch {}; mkdir $out\"; in test ''# ${{p}}\nme=web-test", mark.display()),
    );
    call(&shop, &["test", "web"])
        .run()
        .expect_code(0)
        .expect_stderr("3 run: 3 passed\n");
}

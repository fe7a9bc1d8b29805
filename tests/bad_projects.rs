//! Projects that do not evaluate among those that do: each its own error, and the others run.

use nixward_testing::{FakeProgram, call, real_nix};

use crate::support::{project, real_project};

/// A way not to evaluate, and what Nix says of it.
const WAYS: [(&str, &str, &str); 9] = [
    ("throws", "throw \"out of paper\"", "out of paper"),
    (
        "asserts",
        "assert builtins.elem 1 [ 2 ]; test \"true\"",
        "assertion",
    ),
    ("aborts", "abort \"jammed\"", "jammed"),
    ("misses", "({ a = 1; }).tray", "tray"),
    ("mistypes", "test (1 + \"one\")", "1"),
    ("loops", "let x = x; in x", "infinite recursion"),
    (
        "undefined-file",
        "import ./there-is-no-such-file.nix",
        "there-is-no-such-file.nix",
    ),
    (
        "wrong-name",
        "derivation { name = \"not a name!\"; inherit system; builder = \"/bin/sh\"; }",
        "not a name!",
    ),
    (
        "import-fails",
        "import (unbuildable \"imported-${salt}\")",
        "imported-",
    ),
];

fn outputs(attribute: &str) -> String {
    let bad: String = WAYS
        .iter()
        .map(|(name, expression, _)| {
            format!("    {name} = project \"{name}\" \"true\" {{ {attribute} = {expression}; }};\n")
        })
        .collect();
    format!(
        "{{ packages = {{\n{bad}    good = project \"good\" \"echo good\" {{ test = test \"echo good\"; }};\n    \
         sound = project \"sound\" \"echo sound\" {{ test = test \"echo sound\"; }};\n  }}; }}"
    )
}

#[test]
fn the_good_ones_pass_and_each_bad_one_has_its_own_message() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(&outputs("test"))
        .build();
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    for (name, _, said) in WAYS {
        let from = output.stderr().find(&format!("] {name} test\n"));
        let from = from.unwrap_or_else(|| panic!("{name} is not in\n{}", output.stderr()));
        let block = &output.stderr()[from..];
        assert!(
            block.lines().take(40).any(|line| line.contains(said)),
            "{name}: {said:?} is not in\n{block}"
        );
    }
    let output = output
        .expect_stderr("good test")
        .expect_stderr("sound test");
    output.expect_stderr("2 passed, 9 failed");
}

#[test]
fn a_bad_project_alone_is_an_evaluation_failure() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(&outputs("test"))
        .build();
    for (name, _, said) in WAYS {
        project
            .nixward(["test", name])
            .run()
            .expect_code(3)
            .expect_stderr(said);
    }
    // What does not concern it does not disturb it.
    project.nixward(["test", "good"]).run().expect_code(0);
    project.nixward(["run", "throws"]).run().expect_code(0);
}

#[test]
fn a_bad_package_does_not_hide_the_others() {
    let Some(project) = real_project() else {
        return;
    };
    let bad: String = WAYS
        .iter()
        .map(|(name, expression, _)| format!("{name} = {expression};\n"))
        .collect();
    let outputs = format!(
        "{{ packages = {{ {bad} good = project \"good\" \"echo good\" {{ test = test \"true\"; }}; }}; }}"
    );
    let project = project.manifest("[workspace]\n").outputs(&outputs).build();
    let output = project.nixward(["build", "--all"]).run().expect_code(3);
    assert!(output.stdout().ends_with("-good\n"), "{}", output.stdout());
    output.expect_stderr("1 passed, 9 failed");
    project
        .nixward(["run", "good"])
        .run()
        .expect_code(0)
        .expect_stdout_is("good\n");
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    // Two of them are derivations, though none that can be built: they just have no test.
    output
        .expect_stderr("good test")
        .expect_stderr("1 passed, 7 failed, 2 skipped");
    let output = project.nixward(["list"]).run().expect_code(0);
    for (name, ..) in WAYS {
        assert!(
            output.stdout().contains(name),
            "{name} is not in\n{}",
            output.stdout()
        );
    }
}

#[test]
fn a_bad_package_among_members_in_folders() {
    let Some(project) = real_project() else {
        return;
    };
    let outputs = r#"{ packages = {
      aborts = abort "jammed";
      loops = let x = x; in x;
      good = project "good" "true" { test = test "true"; };
    }; }"#;
    let project = project
        .manifest("[workspace]\nmembers = [\"projects/*\"]\n")
        .file("projects/aborts/a", "")
        .file("projects/good/a", "")
        .file("projects/loops/a", "")
        .file("projects/nothing/a", "")
        .outputs(outputs)
        .build();
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    output
        .expect_stderr("jammed")
        .expect_stderr("infinite recursion")
        .expect_stderr("1 passed, 2 failed");
    project.nixward(["test", "good"]).run().expect_code(0);
    project
        .nixward(["test"])
        .in_folder("projects/good")
        .run()
        .expect_code(0);
    project
        .nixward(["test"])
        .in_folder("projects/aborts")
        .run()
        .expect_code(3)
        .expect_stderr("jammed");
}

#[test]
fn a_verb_that_throws_is_never_taken_for_one_that_is_not_there() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{
              packages.it = project "it" "true" { test = throw "out of paper"; };
              checks.it = check "it" "true";
            }"#,
        )
        .build();
    // Its check must not stand in for the test that is broken.
    project
        .nixward(["test", "it"])
        .run()
        .expect_code(3)
        .expect_stderr("out of paper")
        .expect_stderr_without("PASS");
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(3)
        .expect_stderr("EVAL FAIL");
}

#[test]
fn only_what_is_broken_costs_more_evaluations() {
    let Some(project) = real_project() else {
        return;
    };
    let good: String = (0..20)
        .map(|number| {
            format!(
                "good{number} = project \"good{number}\" \"true\" {{ test = test \"true\"; }};\n"
            )
        })
        .collect();
    let outputs = format!(
        "{{ packages = {{ {good} bad = project \"bad\" \"true\" {{ test = abort \"jammed\"; }}; }}; }}"
    );
    let project = project.manifest("[workspace]\n").outputs(&outputs).build();
    let output = project
        .nixward(["test", "--all"])
        .run()
        .expect_code(3)
        .expect_stderr("20 passed, 1 failed");
    // All at once, one after the other up to the bad one, and those behind it.
    assert_eq!(output.evaluations(), 3);
    project.edit("outputs.nix", "abort \"jammed\"", "throw \"jammed\"");
    let output = project
        .nixward(["test", "--all"])
        .run()
        .expect_code(3)
        .expect_stderr("jammed");
    assert_eq!(output.evaluations(), 2);
}

/// Five ways to break, each with what Nix says of it; the first is caught within the evaluation, the others kill it.
const FIVE: [&str; 5] = ["throws", "aborts", "loops", "misses", "import-fails"];

/// So many good projects, and with them those of these names that are bad.
fn among_good_ones(good: usize, bad: &[&str]) -> String {
    let mut projects: String = (0..good)
        .map(|number| {
            format!(
                "\"n-{number}\" = project \"n-{number}\" \"true\" {{ test = test \"true\"; }};\n"
            )
        })
        .collect();
    let bad = WAYS.iter().filter(|(name, ..)| bad.contains(name));
    projects.extend(bad.map(|(name, expression, _)| {
        format!("{name} = project \"{name}\" \"true\" {{ test = {expression}; }};\n")
    }));
    format!("{{ packages = {{ {projects} }}; }}")
}

#[test]
fn five_bad_ones_among_a_hundred() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(&among_good_ones(100, &FIVE))
        .build();
    let output = project
        .nixward(["test", "--all", "--jobs", "4"])
        .run()
        .expect_code(3)
        .expect_stderr("100 passed, 5 failed");
    for (name, _, said) in WAYS.iter().filter(|(name, ..)| FIVE.contains(name)) {
        let block = output.stderr().split(&format!("] {name} test\n")).nth(1);
        let block = block.unwrap_or_else(|| panic!("{name} is not in\n{}", output.stderr()));
        assert!(
            block.lines().take(40).any(|line| line.contains(said)),
            "{name}: {said:?} is not in\n{block}"
        );
    }
    // All at once; up to each of the four that kill, and behind the last; once more for what was thrown.
    assert_eq!(output.evaluations(), 1 + 5 + 1);
    // The answers are kept; only what a build broke is asked for again.
    let output = project
        .nixward(["test", "--all", "--jobs", "4"])
        .run()
        .expect_code(3)
        .expect_stderr("100 passed, 5 failed");
    assert_eq!(output.evaluations(), 1);
}

#[test]
fn what_a_flake_says_itself_is_not_taken_for_an_answer() {
    let Some(project) = real_project() else {
        return;
    };
    let outputs = r#"{
      packages.aborts = project "aborts" "true" {
        test = abort "jammed";
      };


      packages.traces = builtins.trace "trace: nixward-answer-0 {\"said\":null}\nerror: not this one"
        (project "traces" "true" { test = builtins.trace "\"ink é\" \\" (test "true"); });
      packages.imports = project "imports" "true" {
        test = if import (derive "imported" "echo 1 > $out") == 1 then abort "out of toner" else null;
      };
    }"#;
    let project = project.manifest("[workspace]\n").outputs(outputs).build();
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(3)
        .expect_stderr("jammed")
        .expect_stderr("out of toner")
        .expect_stderr("1 passed, 2 failed")
        .expect_stderr_without("nixward-answer");
}

#[test]
fn long_and_odd_answers_come_through() {
    let Some(project) = real_project() else {
        return;
    };
    let outputs = r#"{
      packages.aborts = project "aborts" "true" { test = abort "jammed"; };
      packages.talks = project "talks" "true" {
        test = test "true";
        meta.description = "\"é→\\ ${builtins.fromJSON ''"\u001b[31mred\u001b[0m \u0007\t\r\n"''} "
          + builtins.concatStringsSep "" (builtins.genList (_: "0123456789") 10000);
      };
    }"#;
    let project = project.manifest("[workspace]\n").outputs(outputs).build();
    let output = project
        .nixward(["list", "--message-format", "json"])
        .run()
        .expect_code(0);
    let document = output.json();
    let talks = document["projects"].as_array().expect("they are listed");
    let talks = talks.iter().find(|project| project["name"] == "talks");
    let description = talks.expect("it is listed")["description"].as_str();
    let description = description.expect("it has a description");
    assert!(description.starts_with("\"é→\\ \u{1b}[31mred\u{1b}[0m \u{7}\t\r\n 0123456789"));
    assert!(description.len() > 100_000 && description.ends_with('9'));
}

#[test]
fn what_is_killed_by_the_system_is_tried_once_more_alone() {
    let Some(nix) = real_nix() else {
        return;
    };
    let outputs = r#"{ packages = {
      first = project "first" "true" { test = test "true"; };
      second = project "second" "true" { test = test "true"; };
      third = project "third" "true" { test = test "true"; };
    }; }"#;
    let program = nix.program().display();
    // What is evaluated together needs too much memory from the second on.
    let overwhelmed = format!(
        r#"
        {program} "$@" >"$rule/answer-of-nix" 2>"$rule/said"
        lines=0
        while [ "$lines" -lt 2 ] && IFS= read -r line; do
          case $line in *nixward-answer*) printf '%s\n' "$line"; lines=$((lines + 1)) ;; esac
        done <"$rule/said" >&2"#
    );
    let fake = || {
        FakeProgram::new("nix")
            .on(call().containing(r#"\"token\":null"#).killed_by("KILL"))
            .on(call()
                .containing(r#"\"only\":null"#)
                .sh(&overwhelmed)
                .killed_by("KILL"))
    };
    let build = |fake: FakeProgram| {
        let project = project().nix_but(&nix, fake);
        project.manifest("[workspace]\n").outputs(outputs).build()
    };
    let enough_for_one = build(fake());
    let output = enough_for_one.nixward(["test", "--all"]).run();
    let output = output.expect_code(0).expect_stderr("3 passed");
    // Both that are killed, the second alone, and what stands behind it.
    assert_eq!(output.evaluations(), 4);
    let alone = r#"\"only\":{\"packages\":[\"second\"]"#;
    let too_little = build(fake().on(call().containing(alone).killed_by("KILL")));
    let output = too_little.nixward(["test", "--all"]).run();
    let output = output
        .expect_code(3)
        .expect_stderr("was ended by signal 9")
        .expect_stderr("2 passed, 1 failed");
    assert_eq!(output.evaluations(), 4);
}

#[test]
fn messages_name_files_of_the_workspace_not_of_the_store() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .file("packages/bad.nix", "{ test }:\n\n  test.missing-attribute\n")
        .outputs(r#"{ packages.bad = project "bad" "true" { test = import ./packages/bad.nix { test = { }; }; }; }"#)
        .build();
    let output = project
        .nixward(["test", "bad"])
        .run()
        .expect_code(3)
        .expect_stderr("missing-attribute");
    let output = output.expect_stderr("packages/bad.nix:3:3");
    assert!(!output.stderr().contains("-source"), "{}", output.stderr());
}

#[test]
fn a_failed_comparison_keeps_its_assertion() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.bad = project "bad" "true" { test = assert 1 == 2; test "true"; }; }"#,
        )
        .build();
    project
        .nixward(["test", "bad"])
        .run()
        .expect_code(3)
        .expect_stderr("the assertion '(1 == 2)'")
        .expect_stderr("outputs.nix:2:48");
}

//! Projects that do not evaluate among those that do: each its own error, and the others run.

use crate::support::real_project;

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
    // Halving 21 finds one in five steps of two, after the whole and the list.
    assert!(output.evaluations() <= 13, "{}", output.evaluations());
    project.edit("outputs.nix", "abort \"jammed\"", "throw \"jammed\"");
    let output = project
        .nixward(["test", "--all"])
        .run()
        .expect_code(3)
        .expect_stderr("jammed");
    assert_eq!(output.evaluations(), 2);
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

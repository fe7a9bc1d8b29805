//! Names and words that look like options, flake URLs or shell syntax: taken as they are, or refused by name.

use nixward_testing::{FakeProgram, call};

use crate::support::{office, real_project};

/// Attribute names that a flake may well have, and that something on the way might interpret.
const NAMES: [&str; 12] = [
    "two words",
    "$(touch touched)",
    "--option",
    "-p",
    "a\"b",
    "a'b",
    "a#b?c",
    "a^out",
    "ünïcödé",
    "a;touch touched",
    "\\n",
    "${interpolated}",
];

fn outputs() -> String {
    let package = |(number, name): (usize, &&str)| {
        let name = name
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace("${", "\\${");
        format!(
            "\"{name}\" = project \"p{number}\" \"echo program {number}\" {{ test = test \"echo test {number}\"; \
             \"attribute {number}\" = program \"odd\" \"echo attribute {number}\"; }};\n"
        )
    };
    let packages: String = NAMES.iter().enumerate().map(package).collect();
    format!("{{ packages = {{ {packages} }}; }}")
}

#[test]
fn projects_may_have_any_name() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project.outputs(&outputs()).build();
    let output = project.nixward(["test", "--all"]).run().expect_code(0);
    output.expect_stderr("12 run: 12 passed");
    let output = project.nixward(["list"]).run().expect_code(0);
    for (number, name) in NAMES.iter().enumerate() {
        assert!(
            output.stdout().contains(name),
            "{name} is not in\n{}",
            output.stdout()
        );
        let operand = format!(".#{name}");
        let output = project.nixward(["run", &operand]).run().expect_code(0);
        assert_eq!(output.stdout(), format!("program {number}\n"), "{name}");
    }
    let output = project.nixward(["run", "two words"]).run().expect_code(0);
    assert_eq!(output.stdout(), "program 0\n");
    let output = project
        .nixward(["run", "two words.attribute 0"])
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "attribute 0\n");
    let output = project
        .nixward(["build", "$(touch touched)", "ünïcödé", "a#b?c"])
        .run()
        .expect_code(0);
    assert_eq!(output.stdout().lines().count(), 3);
    // Every run sees to it that no file called `touched` has come.
}

#[test]
fn logs_of_odd_names_stay_in_their_folder() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              "../../../escape" = project "escape" "true" { test = test "echo one; false"; };
              "/etc/passwd" = project "passwd" "true" { test = test "echo two; false"; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["test", "--all"])
        .run()
        .expect_code(1)
        .expect_stderr("2 failed");
    let runs = project.root().join("state/nixward/runs");
    let logs: Vec<&str> = output
        .stderr()
        .lines()
        .filter_map(|line| line.trim().strip_prefix("log: "))
        .collect();
    assert_eq!(logs.len(), 4, "{}", output.stderr());
    for log in logs {
        let real = fs_err::canonicalize(log).unwrap();
        assert!(
            real.starts_with(fs_err::canonicalize(&runs).unwrap()),
            "{log}"
        );
    }
}

#[test]
fn operands_are_never_interpreted() {
    let Some(office) = office() else { return };
    let office = office.build();
    for operand in [
        "$(touch touched)",
        "`touch touched`",
        "printer; touch touched",
        "github:NixOS/nixpkgs#hello",
        "nixpkgs#hello",
        "git+file:///tmp#x",
        "printer#test",
        "printer^out",
        "printer?dir=x",
        "path:/",
        "*",
        "prin*",
        "",
        " ",
        ".#",
        ".#.packages",
        ".printer",
        "printer.",
        "printer..test",
        "ünï",
        "\u{202e}printer",
        "printer\n",
    ] {
        for verb in ["test", "build"] {
            let output = office.nixward([verb, operand]).run();
            assert_eq!(
                output.exit_code(),
                4,
                "{verb} {operand:?}: {}",
                output.stderr()
            );
            assert_eq!(output.stdout(), "", "{operand:?}");
            // Nix never saw it as anything but a text in the question.
            let is_installable =
                |argument: &String| !operand.trim().is_empty() && argument == operand;
            assert!(
                !output.nix_calls().iter().flatten().any(is_installable),
                "{operand:?}"
            );
        }
    }
    // What begins like an option is one for nixward, unless it comes after `--`, where it is for the program.
    let _refused = office.nixward(["test", "--eval"]).run().expect_code(2);
    office
        .nixward(["test", "-x"])
        .run()
        .expect_code(2)
        .expect_stderr("-x");
}

#[test]
fn patterns_and_tags_are_only_compared() {
    let Some(office) = office() else { return };
    let office = office.build();
    for args in [
        ["-p", "$(touch touched)"],
        ["--tag", "$(touch touched)"],
        ["-p", "--all"],
        ["--tag", "-x"],
        ["-p", ""],
    ] {
        let output = office.nixward(["test", args[0], args[1]]).run();
        assert!(
            matches!(output.exit_code(), 2 | 4),
            "{args:?}: {}",
            output.stderr()
        );
        assert_eq!(output.stdout(), "");
    }
}

#[test]
fn an_image_cannot_smuggle_options_to_the_engine() {
    for name in [
        "--privileged",
        "-v=/:/host",
        "a b",
        "$(touch touched)",
        "UPPER",
        "../x",
    ] {
        let Some(project) = real_project() else {
            return;
        };
        let docker = FakeProgram::new("docker")
            .on(call().arg("version").stdout("27.0\n"))
            .on(call().arg("load").stdout("Loaded image ID: sha256:0123\n"))
            .on(call().arg("inspect").stdout("null\n"))
            .on(call().arg("run").sh("echo ran"));
        let outputs = format!(
            "{{ packages.it = project \"it\" \"true\" {{ container = derive \"image\" \"echo > $out\" \
             // {{ imageName = \"{}\"; imageTag = \"latest\"; }}; }}; }}",
            name.replace('$', "\\$")
        );
        let project = project.fake(docker).outputs(&outputs).build();
        let output = project.nixward(["container", "it", "--run"]).run();
        for call in project
            .calls("docker")
            .iter()
            .filter(|call| call[0] == "run")
        {
            let image = call.iter().position(|argument| argument.contains(name));
            let is_option = image.is_some_and(|at| call[at].starts_with('-'));
            assert!(!is_option, "{name}: docker was called with {call:?}");
        }
        if name.starts_with('-') {
            assert_ne!(output.exit_code(), 0, "{name}: {}", output.stdout());
            assert!(
                output.stderr().contains(name),
                "{name}: {}",
                output.stderr()
            );
        }
    }
}

#[test]
fn settings_of_the_manifest_reach_programs_as_they_are() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(
            r#"[workspace]
[verbs]
test = { args = ["$(touch touched)", "--option", "a b", "", "*"], env = { QUOTES = "a'b\"c", DOLLAR = "$HOME ${x} `y`" } }
"#,
        )
        .outputs(r#"{ packages.it = project "it" "true" { test = test ''printf '[%s]' "$@" "$QUOTES" "$DOLLAR"''; }; }"#)
        .build();
    let output = project.nixward(["test", "it"]).run().expect_code(0);
    assert_eq!(
        output.stdout(),
        "[$(touch touched)][--option][a b][][*][a'b\"c][$HOME ${x} `y`]"
    );
}

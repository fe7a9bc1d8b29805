//! `nixward shell`: a project's environment.

use nixward_testing::Project;

use crate::support::real_project;

fn with_shells() -> Option<Project> {
    let project = real_project()?
        .manifest("[workspace]\nmembers = [\"packages/*\"]\n")
        .file("packages/broken/data", "")
        .file("packages/itself/data", "")
        .file("packages/web/data", "")
        .outputs(
            r#"{
              packages = {
                web = project "web" "true" { };
                itself = shell "itself" { GREETING = "of the package"; };
                broken = throw "no package";
              };
              devShells = {
                web = shell "web" {
                  GREETING = "it's of the shell";
                  shellHook = "export HOOKED=yes";
                };
                broken = throw "no shell today";
              };
            }"#,
        )
        .build();
    Some(project)
}

#[test]
fn a_command_runs_in_the_dev_shell() {
    let Some(project) = with_shells() else { return };
    let output = project
        .nixward([
            "shell",
            "web",
            "--",
            "sh",
            "-c",
            "echo \"$GREETING $HOOKED\"; exit 6",
        ])
        .run()
        .expect_code(6);
    assert_eq!(output.stdout(), "it's of the shell yes\n");
    assert_eq!(output.stderr(), "");
}

#[test]
fn each_shell_has_a_folder_of_its_own_for_temporary_files() {
    let Some(project) = with_shells() else { return };
    let folder = |_: usize| {
        let script =
            "stat -c %a \"$TMPDIR\"; echo \"$NIX_BUILD_TOP\"; env | grep -c ^NIXWARD_SHELL";
        let output = project
            .nixward(["shell", "web", "--", "sh", "-c", script])
            .run()
            .expect_code(1);
        let stdout = output.stdout();
        let lines: Vec<String> = stdout.lines().map(str::to_owned).collect();
        assert_eq!((&*lines[0], &*lines[2]), ("700", "0"), "{stdout}");
        lines[1].clone()
    };
    // The second one is kept.
    let folders: Vec<String> = (0..2).map(folder).collect();
    assert_ne!(folders[0], folders[1]);
}

#[test]
fn without_a_dev_shell_it_is_the_packages_environment() {
    let Some(project) = with_shells() else { return };
    let output = project
        .nixward(["shell", "itself", "--", "sh", "-c", "echo $GREETING"])
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "of the package\n");
}

#[test]
fn the_command_is_never_interpreted() {
    let Some(project) = with_shells() else { return };
    let command = project.nixward([
        "shell",
        "web",
        "--",
        "sh",
        "-c",
        "for a; do printf '[%s]' \"$a\"; done",
        "sh",
    ]);
    let arguments = ["$(touch x)", "a b", "", "'", "--rcfile", "ü", "*", "a#b?c"];
    let output = arguments
        .iter()
        .fold(command, |command, argument| command.arg(argument))
        .run()
        .expect_code(0);
    let expected: String = arguments
        .iter()
        .map(|argument| format!("[{argument}]"))
        .collect();
    assert_eq!(output.stdout(), expected);
}

#[test]
fn the_callers_folder_input_and_environment_stay() {
    let Some(project) = with_shells() else { return };
    let output = project
        .nixward(["shell", "--", "sh", "-c", "pwd; cat; echo $MINE"])
        .in_folder("packages/web")
        .stdin("typed\n")
        .env("MINE", "kept")
        .run()
        .expect_code(0);
    assert_eq!(
        output.stdout(),
        format!("{}\ntyped\nkept\n", project.path("packages/web").display())
    );
}

#[test]
fn an_interactive_shell_has_the_terminal() {
    let Some(project) = with_shells() else { return };
    let mut terminal = project.nixward(["shell", "web"]).on_terminal();
    terminal.wait_for("(web)");
    // What is typed is echoed; the sum is not what was typed.
    terminal.type_text("echo \"$GREETING $HOOKED $((40 + 2))\"\n");
    terminal.wait_for("it's of the shell yes 42");
    terminal.type_text("exit 4\n");
    terminal.finish().expect_code(4);
}

#[test]
fn a_persons_own_settings_do_not_win_over_the_shell() {
    let Some(project) = with_shells() else { return };
    fs_err::write(
        project.root().join("home/.bashrc"),
        "export GREETING='of the person'; alias echo='echo aliased'; PERSONAL=kept\n",
    )
    .unwrap();
    let mut terminal = project.nixward(["shell", "web"]).on_terminal();
    terminal.wait_for("(web)");
    terminal.type_text("command printf '%s\\n' \"<$GREETING> <$PERSONAL>\"\n");
    terminal.wait_for("<it's of the shell> <kept>");
    terminal.type_text("exit\n");
    terminal.finish().expect_code(0);
}

#[test]
fn failures_are_nixwards_own() {
    let Some(project) = with_shells() else { return };
    project
        .nixward(["shell", "broken", "--", "true"])
        .run()
        .expect_code(125)
        .expect_stderr("no shell today");
    let output = project
        .nixward(["shell", "web", "--", "no-such-command"])
        .run()
        .expect_code(127);
    assert!(output.stderr().contains("no-such-command"));
    project
        .nixward(["shell", "wbe", "--", "true"])
        .run()
        .expect_code(4)
        .expect_stderr("did you mean `web`?");
    project
        .nixward(["shell", "web", "itself"])
        .run()
        .expect_code(2)
        .expect_stderr("one project");
    project.nixward(["shell", "--all"]).run().expect_code(2);
}

#[test]
fn what_has_no_environment_says_so() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(r#"{ packages.plain = project "plain" "true" { }; }"#)
        .build();
    project
        .nixward(["shell", "plain", "--", "true"])
        .run()
        .expect_code(125)
        .expect_stderr("gives no shell")
        .expect_stderr("mkShell");
}

#[test]
fn a_shell_whose_dependencies_fail() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(r#"{ packages.it = project "it" "true" { }; devShells.it = shell "it" { TOOL = unbuildable "tool"; }; }"#)
        .build();
    project
        .nixward(["shell", "it", "--", "true"])
        .run()
        .expect_code(125)
        .expect_stderr("the last words of tool");
}

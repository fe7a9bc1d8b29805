//! `nixward run`: nixward becomes the program.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use nixward_testing::wait_until;

use crate::support::{office, real_project};

/// A workspace with one program, that runs this script.
fn script(text: &str) -> Option<nixward_testing::Project> {
    let outputs = format!("{{ packages.it = project \"it\" ''{text}'' {{ }}; }}");
    Some(real_project()?.outputs(&outputs).build())
}

#[test]
fn the_programs_exit_code_is_nixwards() {
    let Some(project) = script("exit $1") else {
        return;
    };
    for code in [0, 1, 2, 5, 7, 125, 255] {
        let output = project
            .nixward(["run", "it", "--"])
            .arg(code.to_string())
            .run()
            .expect_code(code);
        assert_eq!((output.stdout(), output.stderr()), ("", ""));
    }
}

#[test]
fn nixward_becomes_the_program() {
    let Some(project) = script("echo $$; exec cat") else {
        return;
    };
    let running = project.nixward(["run", "it"]).stdin_pipe().start();
    let id = running.id();
    running.wait_for_stdout(&format!("{id}\n"));
    running.terminate();
    let output = running.finish().expect_signal(15);
    assert_eq!(output.stderr(), "");
}

#[test]
fn signals_are_the_programs_own() {
    let Some(project) =
        script("trap \"echo trapped; exit 9\" INT; echo ready; while :; do sleep 0.05; done")
    else {
        return;
    };
    let running = project.nixward(["run", "it"]).start();
    running.wait_for_stdout("ready");
    running.interrupt();
    let output = running.finish().expect_code(9);
    assert_eq!(output.stdout(), "ready\ntrapped\n");
    assert_eq!(output.stderr(), "");

    let Some(project) = script("kill -s KILL $$") else {
        return;
    };
    project.nixward(["run", "it"]).run().expect_signal(9);
}

#[test]
fn arguments_are_passed_on_as_they_are() {
    let Some(project) = script("for argument; do printf \"[%s]\" \"$argument\"; done") else {
        return;
    };
    let arguments = [
        "--option",
        "-h",
        "--help",
        "--version",
        "a#b?c",
        "$(touch x)",
        "`id`",
        "two words",
        "",
        "ünï→",
        "*",
        "~",
        "a;b",
        "'",
        "\"",
        "\\",
        "\n",
        "--",
        ".#x",
        "-",
        "--all",
        "git+file:///x",
        "%s",
    ];
    let command = project.nixward(["run", "it", "--"]);
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
fn arguments_need_not_be_text() {
    let Some(project) = script("printf %s \"$1\" | PATH=/usr/bin:/bin od -An -tx1") else {
        return;
    };
    let output = project
        .nixward(["run", "it", "--"])
        .arg(OsStr::from_bytes(b"\xff\xfe\x01"))
        .run()
        .expect_code(0);
    assert_eq!(output.stdout().trim(), "ff fe 01");
}

#[test]
fn the_program_has_the_callers_input_folder_and_environment() {
    let Some(project) = script("cat; pwd; echo \"$GREETING\"") else {
        return;
    };
    project.write("below/file", "");
    let output = project
        .nixward(["run", "it"])
        .in_folder("below")
        .stdin("one\ntwo\n")
        .env("GREETING", "a b  c")
        .run()
        .expect_code(0);
    assert_eq!(
        output.stdout(),
        format!("one\ntwo\n{}\na b  c\n", project.path("below").display())
    );
}

#[test]
fn the_program_has_the_terminal() {
    let Some(project) = script(
        "test -t 0 && test -t 1 && test -t 2 && echo a terminal; read line; echo \"<$line>\"",
    ) else {
        return;
    };
    let mut terminal = project.nixward(["run", "it"]).on_terminal();
    terminal.wait_for("a terminal");
    terminal.type_text("typed\n");
    terminal.wait_for("<typed>");
    terminal.finish().expect_code(0);
}

#[test]
fn control_c_at_the_terminal_goes_to_the_program() {
    let Some(project) =
        script("trap \"echo trapped; exit 3\" INT; echo ready; while :; do sleep 0.05; done")
    else {
        return;
    };
    let mut terminal = project.nixward(["run", "it"]).on_terminal();
    terminal.wait_for("ready");
    terminal.type_text("\x03");
    terminal.finish().expect_code(3).expect_stdout("trapped");
}

#[test]
fn nothing_is_said_beside_the_program() {
    let Some(project) = script("echo \"an error of its own\" >&2; echo out") else {
        return;
    };
    let output = project.nixward(["run", "it"]).run().expect_code(0);
    assert_eq!(
        (output.stdout(), output.stderr()),
        ("out\n", "an error of its own\n")
    );
}

#[test]
fn the_manifests_arguments_and_environment_come_first() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(
            r#"[workspace]
[projects.it]
run = { args = ["--from", "the manifest"], env = { GREETING = "manifest" } }
"#,
        )
        .outputs(r#"{ packages.it = project "it" ''printf "[%s]" "$GREETING" "$@"'' { }; }"#)
        .build();
    let output = project
        .nixward(["run", "it", "--", "typed"])
        .env("GREETING", "caller")
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "[manifest][--from][the manifest][typed]");
}

#[test]
fn passthru_programs_run_without_a_declaration() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office
        .nixward(["run", "printer.python", "--", "-c", "x"])
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "python -c x\n");
    let output = office.nixward(["run", "printer.test"]).run().expect_code(0);
    assert_eq!(output.stdout(), "printer tested \n");
}

#[test]
fn an_app_is_what_nix_run_would_take() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{
              packages.it = project "it" "echo the package" { };
              apps.it = { type = "app"; program = "${program "tool" "echo the app $1"}/bin/tool"; };
            }"#,
        )
        .build();
    let output = project
        .nixward(["run", "it", "--", "x"])
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "the app x\n");
}

#[test]
fn the_program_is_found_as_nix_run_finds_it() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
              by-main-program = program "tool" "echo by mainProgram" // { name = "x-1.0"; pname = "y"; };
              by-pname = removeAttrs (program "tool" "echo by pname") [ "meta" ] // { pname = "tool"; name = "other"; };
              by-name = removeAttrs (program "tool" "echo by name") [ "meta" ] // { name = "tool-1.2.3"; };
              nowhere = program "tool" "true" // { meta.mainProgram = "missing"; };
            }; }"#,
        )
        .build();
    for name in ["by-main-program", "by-pname", "by-name"] {
        let said = name
            .replace("by-main-program", "by mainProgram")
            .replace('-', " ");
        assert_eq!(
            project.nixward(["run", name]).run().expect_code(0).stdout(),
            format!("{said}\n")
        );
    }
    project
        .nixward(["run", "nowhere"])
        .run()
        .expect_code(125)
        .expect_stderr("/bin/missing")
        .expect_stderr("meta.mainProgram");
}

#[test]
fn nixwards_own_failure_has_a_code_of_its_own() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
              broken = unbuildable "broken";
              needs-broken = project "needs-broken" "cat ${unbuildable "dependency"}" { };
              wrong = throw "out of paper";
            }; }"#,
        )
        .build();
    let output = project.nixward(["run", "broken"]).run().expect_code(125);
    let system = nixward_testing::system();
    output
        .expect_stderr(&format!(
            "error: `packages.{system}.broken` cannot be built"
        ))
        .expect_stderr("exit code 3")
        .expect_stderr("the last words of broken")
        .expect_stderr("hint: its whole log: nix log /nix/store/");
    project
        .nixward(["run", "needs-broken"])
        .run()
        .expect_code(125)
        .expect_stderr("the last words of dependency");
    project
        .nixward(["run", "wrong"])
        .run()
        .expect_code(125)
        .expect_stderr("out of paper");
}

#[test]
fn several_projects_run_one_after_the_other_up_to_the_first_failure() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              a = project "a" "echo a begins; sleep 0.2; echo a ends" { };
              b = project "b" "echo b begins; exit 3" { };
              c = project "c" "echo c begins" { };
            }; }"#,
        )
        .build();
    let output = project.nixward(["run", "a", "c"]).run().expect_code(0);
    assert_eq!(output.stdout(), "a begins\na ends\nc begins\n");
    let output = project.nixward(["run", "--all"]).run().expect_code(1);
    assert_eq!(output.stdout(), "a begins\na ends\nb begins\n");
    let output = output.expect_stderr("NOT RUN").expect_stderr("c run");
    assert!(
        output.stderr().contains("exited with code 3"),
        "{}",
        output.stderr()
    );
}

#[test]
fn ctrl_c_while_several_run_ends_them() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
              a = project "a" "echo a begins; sleep 300 & sleep 300" { };
              b = project "b" "echo b begins" { };
            }; }"#,
        )
        .build();
    let running = project.nixward(["run", "a", "b"]).start();
    running.wait_for_stdout("a begins");
    wait_until("both sleeps", || {
        let sleeps = project
            .mark()
            .processes()
            .iter()
            .filter(|process| process.command.contains("sleep 300"))
            .count();
        (sleeps == 2).then_some(())
    });
    running.interrupt();
    let output = running.finish().expect_signal(2);
    assert!(!output.stdout().contains("b begins"));
}

#[test]
fn the_program_may_change_the_workspace() {
    let Some(project) = script("echo written > written-by-the-program") else {
        return;
    };
    project
        .nixward(["run", "it"])
        .changing_the_worktree()
        .run()
        .expect_code(0);
    let written = fs_err::read_to_string(project.path("written-by-the-program")).unwrap();
    assert_eq!(written, "written\n");
}

//! `SIGUSR1`: whoever asks is told what runs.

use nixward_testing::{Project, Running, insta, wait_until};
use serde_json::Value;

use crate::support::{endless_evaluation, real_project, wait_for_evaluation};

/// Two tests that print and wait until they are let go, and one that has to wait for one of them.
fn project() -> Option<Project> {
    let script = |name: &str| {
        format!(
            r#"echo "{name} begins"; echo "{name} wrote to stderr" >&2; printf "{name} asks: "; : > "$MEETING/{name}"; until test -e "$MEETING/end"; do sleep 0.05; done"#
        )
    };
    let packages: String = ["a", "b", "c"]
        .map(|name| {
            format!(
                "{name} = project \"{name}\" \"true\" {{ test = test ''{}''; }};\n",
                script(name)
            )
        })
        .concat();
    let project = real_project()?
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"MEETING\"] }\n")
        .outputs(&format!("{{ packages = {{ {packages} }}; }}"))
        .build();
    let meeting = project.root().join("meeting");
    fs_err::create_dir(&meeting).unwrap();
    // What is built already starts in the order of its names.
    fs_err::write(meeting.join("end"), "").unwrap();
    let first = project.nixward(["test", "--all"]).env("MEETING", &meeting);
    first.run().expect_code(0);
    fs_err::remove_dir_all(&meeting).unwrap();
    fs_err::create_dir(&meeting).unwrap();
    Some(project)
}

#[track_caller]
fn wait_for(project: &Project, names: &[&str]) {
    let meeting = project.root().join("meeting");
    for name in names {
        wait_until(name, || meeting.join(name).exists().then_some(()));
    }
}

/// Asks until an answer has all: what was written last may not have been read yet. An answer begins with this word.
fn ask_until(running: &Running, told: impl Fn(&Running) -> String, answer: &str) {
    for count in 1.. {
        running.ask();
        let last = wait_until("an answer", || {
            let told = told(running);
            let parts: Vec<&str> = told.split(answer).collect();
            let is_there = parts.len() > count && told.ends_with('\n');
            is_there.then(|| parts.last().copied().unwrap_or_default().to_owned())
        });
        let names_processes =
            last.matches("process").count() == 2 && !last.contains(r#""process":null"#);
        if last.contains("a asks: ") && last.contains("b asks: ") && names_processes {
            return;
        }
    }
}

fn let_go(project: &Project) {
    fs_err::write(project.root().join("meeting/end"), "").unwrap();
}

/// The ids of the tests' programs, as the system has them.
fn programs(project: &Project) -> Vec<i32> {
    let processes = project.mark().processes();
    let is_test = |command: &str| command.contains("/bin/run-tests");
    let tests = processes.iter().filter(|process| is_test(&process.command));
    tests.map(|process| process.id).collect()
}

/// Lines of the report that say what runs, without what is different each time: steps that started together are told
/// in any order.
fn info(text: &str, programs: &[i32]) -> String {
    let begin = text.rfind("        INFO").expect("it answers");
    let end = text[begin..]
        .find("        PASS")
        .map_or(text.len(), |length| begin + length);
    let told = programs
        .iter()
        .fold(text[begin..end].to_owned(), |text, id| {
            text.replace(&format!("process {id}"), "process [PROGRAM]")
        });
    let running = "     RUNNING";
    let mut parts = told.split(running);
    let first = parts.next().unwrap_or_default();
    let mut steps: Vec<&str> = parts.collect();
    steps.sort_unstable();
    steps
        .into_iter()
        .fold(first.to_owned(), |told, step| told + running + step)
}

#[test]
fn steps_are_named_with_their_processes_and_last_lines() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let running = project
        .nixward(["test", "--all", "-j2"])
        .env("MEETING", &meeting)
        .start();
    wait_for(&project, &["a", "b"]);
    let programs = programs(&project);
    ask_until(&running, Running::stderr_so_far, "INFO [");
    let_go(&project);
    let output = running.finish().expect_code(0);
    let told = info(&output.redacted_stderr(), &programs);
    insta::assert_snapshot!(told, @"
        INFO [DURATION] 2 steps, 1 waiting
     RUNNING [DURATION] a test, process [PROGRAM]
    a begins
    a wrote to stderr
    a asks: 
     RUNNING [DURATION] b test, process [PROGRAM]
    b begins
    b wrote to stderr
    b asks:
    ");
}

#[test]
fn machines_are_told_by_a_line() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let running = project
        .nixward(["test", "a", "b", "-j2", "--message-format=json"])
        .env("MEETING", &meeting)
        .start();
    wait_for(&project, &["a", "b"]);
    let programs = programs(&project);
    ask_until(&running, Running::stdout_so_far, r#""reason":"info""#);
    let_go(&project);
    let output = running.finish().expect_code(0);
    let lines = output.json_lines();
    let info = lines.iter().rfind(|line| line["reason"] == "info").unwrap();
    let steps = info["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 2, "{info:#}");
    for step in steps {
        let name = step["project"].as_str().unwrap();
        assert_eq!(
            step["lastLines"],
            serde_json::json!([
                format!("{name} begins"),
                format!("{name} wrote to stderr"),
                format!("{name} asks: ")
            ])
        );
        let process = step["process"].as_i64().unwrap();
        assert!(
            programs.iter().any(|id| i64::from(*id) == process),
            "{info:#}"
        );
    }
    assert_eq!(info["waiting"], 0);
    assert_eq!(info["builds"], Value::Array(Vec::new()));
}

#[test]
fn at_a_terminal_the_display_comes_back() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let terminal = project
        .nixward(["test", "--all", "-j3"])
        .env("MEETING", &meeting)
        .on_terminal();
    wait_for(&project, &["a", "b", "c"]);
    terminal.wait_for("3 running");
    wait_until("the display below what was told", || {
        if !terminal.written().contains("c asks: ") {
            terminal.running().ask();
        }
        let written = terminal.written();
        let told = written.rfind("c asks: ")?;
        written[told..].contains("3 running").then_some(())
    });
    let_go(&project);
    terminal.finish().expect_code(0);
}

#[test]
fn a_key_asks_too() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let mut terminal = project
        .nixward(["test", "--all", "-j3"])
        .env("MEETING", &meeting)
        .on_terminal();
    wait_for(&project, &["a", "b", "c"]);
    assert!(!terminal.has_its_modes());
    for (answers, key) in ["t", "\n"].into_iter().enumerate() {
        // Others are nobody's.
        terminal.type_text("x\x1b[A");
        terminal.type_text(key);
        wait_until("an answer", || {
            let written = terminal.written();
            (written.matches("3 steps").count() == answers + 1).then_some(())
        });
    }
    let_go(&project);
    let output = terminal.finish().expect_code(0);
    assert_eq!(output.stdout().matches("3 steps").count(), 2);
}

#[test]
fn no_key_is_read_where_that_is_not_wanted() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let terminal = project
        .nixward(["test", "--all", "-j3", "--no-keys"])
        .env("MEETING", &meeting)
        .on_terminal();
    wait_for(&project, &["a", "b", "c"]);
    assert!(terminal.has_its_modes());
    let_go(&project);
    terminal.finish().expect_code(0);
}

/// A pager, or whatever else reads an output of nixward, may read keys itself.
#[test]
fn no_key_is_read_where_an_output_is_somebody_elses() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let terminal = project
        .nixward(["test", "--all", "-j3"])
        .env("MEETING", &meeting)
        .under(["sh", "-c", r#""$@" | cat"#, "sh"])
        .on_terminal();
    wait_for(&project, &["a", "b", "c"]);
    assert!(terminal.has_its_modes());
    let_go(&project);
    terminal.finish().expect_code(0);
}

/// What is typed while a program is built is for the program.
#[test]
fn what_is_typed_before_a_program_runs_is_the_programs() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = withPassthru (derive "it" ''
              : ${salt}
              echo begun
              sleep 1
              mkdir -p "$out/bin"
              printf '#!/bin/sh\nread line; echo "it read: $line"\n' > "$out/bin/it"
              chmod +x "$out/bin/it"
            '') { meta.mainProgram = "it"; }; }"#,
        )
        .build();
    let mut terminal = project.nixward(["run", "it", "-v"]).on_terminal();
    terminal.wait_for("begun");
    assert!(terminal.has_its_modes());
    terminal.type_text("t is for the program\n");
    terminal.wait_for("it read: t is for the program");
    let output = terminal.finish().expect_code(0);
    assert!(!output.stdout().contains("1 build"), "{}", output.stdout());
}

/// A derivation whose build does not end, for what is built before nixward becomes a program.
fn endless_build() -> Option<Project> {
    let build = r#"echo begun; /bin/sh -c 'sleep 600; : ${salt}'"#;
    let project = real_project()?
        .manifest("[workspace]\n")
        .outputs(&format!(
            r#"{{ packages.it = derive "it" "{build}"; devShells.it = shell "it" {{ needs = derive "needs" "{build}"; }}; }}"#
        ))
        .build();
    Some(project)
}

#[test]
fn what_is_built_for_a_program_or_a_shell_is_named() {
    let Some(project) = endless_build() else {
        return;
    };
    for verb in ["run", "shell"] {
        let running = project.nixward([verb, "it", "-v"]).start();
        running.wait_for_stderr("begun");
        running.ask();
        running.wait_for_stderr("BUILDING [");
        running.interrupt();
        running.finish().expect_signal(2).expect_stderr("1 build\n");
    }
}

#[test]
fn whoever_asks_is_answered_whatever_the_report() {
    let Some(project) = project() else { return };
    for style in ["summary", "none"] {
        let meeting = project.root().join(style);
        fs_err::create_dir(&meeting).unwrap();
        let running = project
            .nixward(["test", "a", "--report", style])
            .env("MEETING", &meeting)
            .start();
        wait_until("the test", || meeting.join("a").exists().then_some(()));
        running.ask();
        running.wait_for_stderr("RUNNING [");
        fs_err::write(meeting.join("end"), "").unwrap();
        running.finish().expect_code(0);
    }
}

/// By default the signal would end it.
#[test]
fn whoever_asks_before_there_is_an_answer_ends_nothing() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let_go(&project);
    for _ in 0..5 {
        let running = project
            .nixward(["test", "--all"])
            .env("MEETING", &meeting)
            .start();
        wait_until("its own handler", || {
            let status = fs_err::read_to_string(format!("/proc/{}/status", running.id())).ok()?;
            let caught = status
                .lines()
                .find_map(|line| line.strip_prefix("SigCgt:"))?;
            let caught = u64::from_str_radix(caught.trim(), 16).ok()?;
            (caught >> 9 & 1 == 1).then_some(())
        });
        running.ask();
        running.finish().expect_code(0);
    }
}

#[test]
fn a_streamed_test_is_asked_too() {
    let Some(project) = project() else { return };
    let meeting = project.root().join("meeting");
    let running = project
        .nixward(["test", "a"])
        .env("MEETING", &meeting)
        .start();
    wait_for(&project, &["a"]);
    running.ask();
    running.wait_for_stderr("RUNNING [");
    let_go(&project);
    running
        .finish()
        .expect_code(0)
        .expect_stdout_is("a begins\na wrote to stderr\na asks: ");
}

#[test]
fn builds_are_named_with_their_last_line() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = derive "it" "echo begun; /bin/sh -c 'sleep 600; : ${salt}'"; }"#,
        )
        .build();
    let running = project.nixward(["build", "it", "-v"]).start();
    running.wait_for_stderr("begun");
    running.ask();
    running.wait_for_stderr("BUILDING [");
    running.interrupt();
    let output = running.finish().expect_signal(2);
    let text = output.redacted_stderr();
    let told = &text[text.find("        INFO").unwrap()..text.find("  CANCELLING").unwrap()];
    insta::assert_snapshot!(told, @"
        INFO [DURATION] 1 build, 1 waiting
    BUILDING [DURATION] it
    begun
    ");
}

#[test]
fn an_evaluation_is_named() {
    let Some(project) = endless_evaluation() else {
        return;
    };
    let running = project.nixward(["test", "it"]).start();
    wait_for_evaluation(&project);
    running.ask();
    running.wait_for_stderr("EVALUATING [");
    running.interrupt();
    let output = running.finish().expect_signal(2);
    insta::assert_snapshot!(output.redacted_stderr(), @"
          INFO [DURATION] 1 evaluation
    EVALUATING [DURATION] the flake
    ");
}

//! The tests' own tools: what they promise to notice they notice. A shell stands in for nixward here.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::Duration,
};

use nixward_testing::{FakeProgram, Project, ProjectBuilder, call, wait_until};

fn shell() -> ProjectBuilder {
    nixward_testing::project(Path::new("/bin/sh")).file("README.md", "read me\n")
}

fn run(project: &Project, script: &str) -> nixward_testing::Output {
    project
        .nixward(["-c", script])
        .deadline(Duration::from_secs(20))
        .run()
}

/// The message of the panic that a script must cause.
#[track_caller]
fn noticed(project: &Project, script: &str) -> String {
    let caught = catch_unwind(AssertUnwindSafe(|| run(project, script)));
    let panic = caught.expect_err("nothing was noticed");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn a_run_that_keeps_its_promises() {
    let project = shell().build();
    let output = run(&project, "echo out; echo err >&2; exit 3");
    assert_eq!(
        (output.stdout(), output.stderr(), output.exit_code()),
        ("out\n", "err\n", 3)
    );
    let output = run(&project, "kill -s TERM $$");
    assert_eq!((output.signal(), output.exit_code()), (Some(15), 143));
}

#[test]
fn a_process_that_is_left_is_noticed() {
    let project = shell().build();
    // It must not hold the outputs, or the run would not be over.
    let message = noticed(
        &project,
        "(exec setsid sleep 30) >/dev/null 2>&1 & echo $! > \"$HOME\"/id",
    );
    assert!(
        message.contains("processes are left") && message.contains("sleep 30"),
        "{message}"
    );
    let id = fs_err::read_to_string(project.root().join("home/id")).unwrap();
    let id = rustix::process::Pid::from_raw(id.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
    project
        .mark()
        .assert_nothing_lives_after(Duration::from_secs(10));
}

#[test]
fn a_touched_working_tree_is_noticed() {
    for script in [
        "touch new",
        "echo more >> README.md",
        "rm README.md",
        "mkdir folder",
        "/bin/chmod +x README.md",
    ] {
        let message = noticed(&shell().build(), script);
        assert!(
            message.contains("touched the working tree"),
            "{script}: {message}"
        );
    }
    let outside = shell().build();
    assert_eq!(
        run(&outside, "touch \"$HOME\"/new \"$TMPDIR\"/new").exit_code(),
        0
    );
}

#[test]
fn touched_index_and_refs_are_noticed() {
    let project = shell().untracked_file("new", "").build();
    let message = noticed(&project, "git add new");
    assert!(message.contains("index or refs"), "{message}");
    for script in [
        "git branch other",
        "git checkout --quiet --detach",
        "git tag v1",
    ] {
        let message = noticed(&shell().build(), script);
        assert!(message.contains("index or refs"), "{script}: {message}");
    }
}

#[test]
fn a_bug_is_noticed() {
    for script in [
        "echo \"thread 'main' panicked at src/x.rs\" >&2",
        "exit 101",
        "exit 70",
    ] {
        let message = noticed(&shell().build(), script);
        assert!(message.contains("has a bug"), "{script}: {message}");
    }
}

#[test]
fn a_run_without_end_is_noticed_with_what_it_said() {
    let project = shell().build();
    let run = || {
        project
            .nixward(["-c", "echo so far; exec sleep 60"])
            .deadline(Duration::from_millis(300))
            .run()
    };
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it was noticed");
    let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(
        message.contains("did not come to an end") && message.contains("so far"),
        "{message}"
    );
    project
        .mark()
        .assert_nothing_lives_after(Duration::from_secs(10));
}

#[test]
fn nothing_of_the_caller_is_seen() {
    let project = shell().env("GIVEN", "yes").build();
    let output = run(&project, "env");
    let names: Vec<&str> = output
        .stdout()
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    for name in [
        "CARGO",
        "CARGO_MANIFEST_DIR",
        "RUST_BACKTRACE",
        "NEXTEST",
        "NIXWARD_TEST_NIX",
    ] {
        assert!(!names.contains(&name), "{name}");
    }
    for name in [
        "GIVEN",
        "HOME",
        "PATH",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(!project.programs().join("docker").exists());
    assert!(!project.programs().join("nix").exists());
}

#[test]
fn a_fake_answers_by_the_first_rule_that_fits() {
    let fake = FakeProgram::new("tool")
        .on(call().arg("--version").stdout("tool 1\n"))
        .on(call()
            .arg("build")
            .containing("only-this")
            .stderr("that one\n")
            .exit(3))
        .on(call().arg("build").times(1).stdout("once\n"))
        .on(call().arg("build").stdout("later\n").stderr("with words\n"))
        .on(call().arg("die").killed_by("KILL"))
        .on(call().arg("script").sh("printf '<%s>' \"$@\""));
    let project = shell().fake(fake).build();
    assert_eq!(run(&project, "tool --version").stdout(), "tool 1\n");
    let output = run(&project, "tool build x-only-this-y");
    assert_eq!((output.stderr(), output.exit_code()), ("that one\n", 3));
    assert_eq!(
        run(&project, "tool build; tool build; tool build").stdout(),
        "once\nlater\nlater\n"
    );
    assert_eq!(run(&project, "tool die; echo $?").stdout(), "137\n");
    assert_eq!(
        run(&project, "tool script 'a  b' '' '$x' '\n'").stdout(),
        "<script><a  b><><$x><\n>"
    );
    let calls = project.calls("tool");
    assert_eq!(calls.len(), 7);
    assert_eq!(calls[0], ["--version"]);
    assert_eq!(calls[6], ["script", "a  b", "", "$x", "\n"]);
}

#[test]
fn a_call_that_no_rule_fits_is_noticed() {
    let project = shell()
        .fake(FakeProgram::new("tool").on(call().arg("a")))
        .build();
    assert_eq!(run(&project, "tool a").exit_code(), 0);
    let message = noticed(&project, "tool b || true");
    assert!(
        message.contains("no rule of a fake program fits") && message.contains("\"b\""),
        "{message}"
    );
}

#[test]
fn a_terminal_is_one() {
    let project = shell().build();
    let script = "test -t 0 && test -t 1 && test -t 2 && (: </dev/tty) && echo ready; read line; echo \"<$line>\"";
    let mut terminal = project.nixward(["-c", script]).on_terminal();
    terminal.wait_for("ready");
    terminal.type_text("typed\n");
    terminal.finish().expect_code(0).expect_stdout("<typed>");
    let mut terminal = project
        .nixward(["-c", "echo ready; exec sleep 60"])
        .on_terminal();
    terminal.wait_for("ready");
    terminal.type_text("\x03");
    terminal.finish().expect_signal(2);
}

#[test]
fn what_is_waited_for_in_vain_is_said() {
    let project = shell().build();
    let running = project.nixward(["-c", "echo something else"]).start();
    let panic = catch_unwind(AssertUnwindSafe(|| running.wait_for_stdout("this")))
        .expect_err("it was noticed");
    let message = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(
        message.contains("waited in vain") && message.contains("something else"),
        "{message}"
    );
    assert_eq!(running.finish().exit_code(), 0);
    assert_eq!(wait_until("a number", || Some(3)), 3);
}

#[test]
fn a_snapshot_has_nothing_that_differs_each_time() {
    let snapshot = || {
        let project = shell().build();
        let script = "echo \"$PWD $HOME /nix/store/0123456789abcdfghijklmnpqrsvwxyz-x [   0.123s]\"; echo \"$$\" >&2; exit 4";
        let output = run(&project, script);
        output
            .snapshot()
            .lines()
            .take(3)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(snapshot(), snapshot());
    assert_eq!(
        snapshot(),
        [
            "exit code: 4",
            "----- stdout -----",
            "[WORKSPACE] [ROOT]/home /nix/store/[HASH]-x [DURATION]"
        ]
    );
}

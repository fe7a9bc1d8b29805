//! What goes away in the middle of a run: whoever reads the report, Nix, its daemon, and the time that it was.

use std::path::PathBuf;

use nixward_testing::{Mark, Project, RealNix, insta, nix_daemon, real_nix, skipped};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{office, project, real_project};

/// A project whose test is built at once, and one whose test is not built before it is ended.
fn half_built(nix: &RealNix, settings: &str) -> Project {
    project()
        .nix(nix)
        .env("NIX_CONFIG", settings)
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              done = project "done" "true" { test = test "echo done; : ${salt}"; };
              slow = project "slow" "true" {
                test = derive "slow" "echo begun; /bin/sh -c 'sleep 600; : ${salt}'";
              };
            }; }"#,
        )
        .build()
}

/// The processes of a derivation that is being built, which has the salt in its environment.
fn builders(project: &Project) -> Mark {
    Mark::new(project.salt())
}

fn end_at_once(id: i32) {
    let pid = Pid::from_raw(id).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

#[test]
fn a_nix_that_is_killed_while_it_builds() {
    let Some(nix) = real_nix() else { return };
    let project = half_built(&nix, "");
    let running = project.nixward(["test", "--all", "-v"]).start();
    running.wait_for_stderr("begun");
    running.wait_for_stderr("PASS [");
    let program = nix.program().to_string_lossy().into_owned();
    let nix = project
        .mark()
        .processes()
        .into_iter()
        .find(|process| {
            process.command.starts_with(&program) && process.command.contains(" build ")
        })
        .unwrap();
    end_at_once(nix.id);
    let output = running.finish().expect_code(5);
    let output = output
        .expect_stderr("nix was ended by signal 9")
        .expect_stderr("2 run: 1 passed, 1 failed");
    assert!(!output.stderr().contains("panicked"), "{}", output.stderr());
    // Its builders are nobody's children then, and ended all the same.
    builders(&project).assert_nothing_lives_after(std::time::Duration::from_secs(10));
}

#[test]
fn a_daemon_that_is_killed_while_it_builds() {
    let Some(nix) = real_nix() else { return };
    let Some(mut daemon) = nix_daemon(&nix) else {
        return;
    };
    let project = half_built(&nix, &daemon.setting());
    let running = project.nixward(["test", "--all", "-v"]).start();
    running.wait_for_stderr("begun");
    running.wait_for_stderr("PASS [");
    daemon.kill();
    let output = running.finish().expect_code(5);
    output
        .expect_stderr("Nix daemon disconnected unexpectedly")
        .expect_stderr("2 run: 1 passed, 1 failed");
    // Who comes later finds none, and is told where to look.
    let output = project.nixward(["test", "slow"]).run().expect_code(3);
    let stderr = output.stderr().replace(&daemon.socket(), "[SOCKET]");
    insta::assert_snapshot!(stderr, @"
    error: the flake does not evaluate
      caused by: cannot connect to socket at '[SOCKET]': Connection refused

    hint: see that Nix's daemon runs: systemctl status nix-daemon
    ");
}

/// What a shell does whose reader has gone after a line; the last line of its standard error is nixward's exit code.
const FIRST_LINE_ONLY: [(&str, &str); 2] = [
    ("stdout", r#"{ "$@"; echo "code $?" >&2; } | head -n 1"#),
    (
        "stderr",
        r#"{ { "$@" 2>&3; echo "code $?"; } 3>&1 >&4 | head -n 1 >&2; } 4>&1"#,
    ),
];

#[test]
fn a_reader_who_goes_away_after_the_first_line() {
    let Some(office) = office() else { return };
    let office = office.build();
    let file = office.root().join("junit.xml");
    for (stream, script) in FIRST_LINE_ONLY {
        let output = office
            .nixward(["test", "--all", "--message-format", "json", "--junit"])
            .arg(&file)
            .under(["sh", "-c", script, "sh"])
            .run()
            .expect_code(0);
        let (cut, whole) = match stream {
            "stdout" => (output.stdout(), output.stderr()),
            _ => (output.stderr(), output.stdout()),
        };
        assert_eq!(cut.lines().count(), 1, "{stream}: {output:?}");
        assert!(whole.contains("code 0\n"), "{stream}: {output:?}");
        let end = match stream {
            "stdout" => "3 run: 3 passed",
            _ => "\"reason\":\"run-finished\",\"passed\":3",
        };
        assert!(whole.contains(end), "{stream}: {output:?}");
        let junit = fs_err::read_to_string(&file).unwrap();
        assert!(junit.contains("tests=\"3\" skipped=\"0\" failures=\"0\""));
        fs_err::remove_file(&file).unwrap();
    }
}

/// What gives a program another time than the machine's, where it is installed.
fn fake_time() -> Option<PathBuf> {
    let folders = fs_err::read_dir("/usr/lib").ok()?.flatten();
    let library = folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.exists());
    if library.is_none() {
        skipped("libfaketime is not installed (Debian: libfaketime)");
    }
    library
}

#[test]
fn a_clock_that_steps_back() {
    let Some(library) = fake_time() else { return };
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[projects.back]\ntest = { pass-env = [\"CLOCK\"] }\n")
        .outputs(
            r#"{ packages = {
              back = project "back" "true" { test = test ''echo "-26h" > "$CLOCK"; sleep 0.2''; };
              one = project "one" "true" { test = test "echo one"; };
            }; }"#,
        )
        .build();
    let clock = project.root().join("clock");
    fs_err::write(&clock, "+0\n").unwrap();
    let call = |args: &[&str]| {
        project
            .nixward(args)
            .env("CLOCK", &clock)
            .env("LD_PRELOAD", &library)
            .env("FAKETIME_TIMESTAMP_FILE", &clock)
            .env("FAKETIME_NO_CACHE", "1")
            // Of these there is only the clock that tells the time of day.
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .run()
    };
    let output = call(&[
        "test",
        "--all",
        "--message-format=json",
        "--junit=../junit.xml",
    ]);
    let output = output.expect_code(0).expect_stderr("2 run: 2 passed");
    for line in output.json_lines() {
        let milliseconds = line["milliseconds"].as_u64();
        assert!(milliseconds.is_none_or(|time| time < 60_000), "{line}");
    }
    let junit = fs_err::read_to_string(project.workspace().join("../junit.xml")).unwrap();
    assert!(!junit.contains("time=\"-"), "{junit}");
    // A day earlier nothing is believed that is not so, and what is known still is.
    project.edit("outputs.nix", "echo one", "echo two");
    let output = call(&["test", "one"])
        .expect_code(0)
        .expect_stdout_is("two\n");
    assert_eq!(output.evaluations(), 1);
    let output = call(&["test", "one"])
        .expect_code(0)
        .expect_stdout_is("two\n");
    assert_eq!(output.evaluations(), 0);
    let said = fs_err::read_to_string(&clock).unwrap();
    assert_eq!(said, "-26h\n", "the clock was not set back");
}

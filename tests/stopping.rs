//! Ctrl-Z and `fg`: everything that nixward runs stops and goes on with it, and no clock runs meanwhile.

use nixward_testing::{Mark, Project, Terminal, host_program_succeeds, skipped, wait_until};

use crate::support::{endless_evaluation, real_project};

/// A shell that has jobs: it starts nixward in the foreground, and lets it go on when a line is typed.
const SHELL: [&str; 4] = [
    "bash",
    "-c",
    r#"set -m; "$@"; echo "the shell is back: $?"; read -r _; echo "it goes on"; fg > /dev/null"#,
    "bash",
];

/// What the system says of a process: `T` is stopped.
fn state(id: i32) -> Option<char> {
    let stat = fs_err::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Those of the run that are stopped, and those that are not, without shells and guards.
fn counted(mark: &Mark, part: &str) -> (usize, usize) {
    let states = mark
        .processes()
        .into_iter()
        .filter(|process| process.command.contains(part))
        .filter_map(|process| state(process.id));
    let (stopped, others): (Vec<char>, Vec<char>) = states.partition(|state| *state == 'T');
    (stopped.len(), others.len())
}

#[track_caller]
fn wait_for_counts(mark: &Mark, part: &str, expected: (usize, usize)) {
    wait_until("the processes' states", || {
        (counted(mark, part) == expected).then_some(())
    });
}

/// Types Ctrl-Z, and waits until the shell has the terminal again.
#[track_caller]
fn stop(terminal: &mut Terminal) {
    terminal.type_text("\x1a");
    // 128 and the signal by which it was stopped.
    terminal.wait_for("the shell is back: 147");
}

fn project(manifest: &str, test: &str) -> Option<Project> {
    let project = real_project()?
        .manifest(manifest)
        .outputs(&format!(
            "{{ packages.it = project \"it\" \"true\" {{ test = test ''{test}''; }}; \
               packages.other = project \"other\" \"true\" {{ test = test \"true\"; }}; }}"
        ))
        .build();
    Some(project)
}

#[test]
fn all_processes_stop_and_go_on() {
    let script = r#"setsid sh -c "(sleep 600 &)"; sleep 600 & sleep 600"#;
    let Some(project) = project("[workspace]\n", script) else {
        return;
    };
    let mut terminal = project
        .nixward(["test", "--all"])
        .under(SHELL)
        .on_terminal();
    terminal.wait_for("PASS");
    wait_for_counts(project.mark(), "sleep 600", (0, 3));
    assert!(!terminal.has_its_modes(), "keys are read");
    stop(&mut terminal);
    assert!(
        terminal.has_its_modes(),
        "the shell has the terminal as it was"
    );
    wait_for_counts(project.mark(), "sleep 600", (3, 0));
    terminal.type_text("\n");
    terminal.wait_for("it goes on");
    wait_for_counts(project.mark(), "sleep 600", (0, 3));
    wait_until("keys to be read again", || {
        (!terminal.has_its_modes()).then_some(())
    });
    terminal.type_text("t");
    terminal.wait_for("it test, process ");
    terminal.type_text("\x03");
    terminal
        .finish()
        .expect_code(130)
        .expect_stdout("2 run: 1 passed, 1 interrupted (cancelled)");
}

#[test]
fn a_timeout_does_not_run_meanwhile() {
    let manifest = "[workspace]\n[verbs]\ntest = { timeout = \"3s\", pass-env = [\"MEETING\"] }\n";
    let script =
        r#"echo begun > "$MEETING/begun"; until test -e "$MEETING/end"; do sleep 0.1; done"#;
    let Some(project) = project(manifest, script) else {
        return;
    };
    let meeting = project.root().join("meeting");
    fs_err::create_dir(&meeting).unwrap();
    let mut terminal = project
        .nixward(["test", "--all"])
        .env("MEETING", &meeting)
        .under(SHELL)
        .on_terminal();
    wait_until("the test", || meeting.join("begun").exists().then_some(()));
    stop(&mut terminal);
    // Longer than its timeout.
    std::thread::sleep(std::time::Duration::from_secs(4));
    fs_err::write(meeting.join("end"), "").unwrap();
    terminal.type_text("\n");
    terminal
        .finish()
        .expect_code(0)
        .expect_stdout("2 run: 2 passed");
}

#[test]
fn nix_and_its_builders_stop_too() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = derive "it" "echo begun; /bin/sh -c 'sleep 600; : ${salt}'; exit 1"; }"#,
        )
        .build();
    let mark = Mark::new(project.salt());
    let mut terminal = project.nixward(["build", "it"]).under(SHELL).on_terminal();
    wait_for_counts(&mark, "sleep 600", (0, 2));
    stop(&mut terminal);
    wait_for_counts(&mark, "sleep 600", (2, 0));
    wait_for_counts(project.mark(), "internal-json", (1, 0));
    terminal.type_text("\n");
    wait_for_counts(&mark, "sleep 600", (0, 2));
    terminal.type_text("\x03");
    terminal.finish().expect_code(130);
}

#[test]
fn a_stopped_run_can_be_ended() {
    let Some(project) = project("[workspace]\n", "sleep 600") else {
        return;
    };
    let mut terminal = project
        .nixward(["test", "--all"])
        .under(SHELL)
        .on_terminal();
    wait_for_counts(project.mark(), "sleep 600", (0, 1));
    stop(&mut terminal);
    // Shell and nixward are told, and what is stopped with them.
    terminal.hang_up();
    let output = terminal.finish();
    assert_ne!(output.exit_code(), 0);
}

#[test]
fn where_no_shell_can_let_it_go_on_it_does_not_stop() {
    let Some(project) = project("[workspace]\n", "sleep 600") else {
        return;
    };
    let mut terminal = project.nixward(["test", "--all"]).on_terminal();
    wait_for_counts(project.mark(), "sleep 600", (0, 1));
    terminal.type_text("\x1a");
    wait_until("an answer", || {
        terminal.running().ask();
        terminal.written().contains("RUNNING").then_some(())
    });
    assert_eq!(counted(project.mark(), "sleep 600"), (0, 1));
    terminal.type_text("\x03");
    terminal.finish().expect_signal(2);
}

/// There, the number of the session that a test's parents are in is 0.
#[test]
fn nor_does_it_in_a_container() {
    if !can_make_containers() {
        return skipped("nobody here may make a container");
    }
    let program = std::env::current_exe().unwrap();
    let inside = [
        "sh",
        "-c",
        r#""$0" --exact "$1" | grep -q "1 passed""#,
        program.to_str().unwrap(),
        "stopping::where_no_shell_can_let_it_go_on_it_does_not_stop",
    ];
    let container = ["--pid", "--fork", "--kill-child", "--mount-proc"];
    assert!(host_program_succeeds(
        "unshare",
        &[&container[..], &inside].concat()
    ));
}

fn can_make_containers() -> bool {
    host_program_succeeds("unshare", &["--pid", "--fork", "--mount-proc", "true"])
        && host_program_succeeds("nsenter", &["--version"])
}

/// With what makes a container and enters it, where that can be done here.
fn project_in_container(test: &str) -> Option<Project> {
    if !can_make_containers() {
        skipped("nobody here may make a container");
        return None;
    }
    let project = project("[workspace]\n", test)?;
    for program in ["unshare", "nsenter"] {
        project.install_host_program(program);
    }
    Some(project)
}

/// Makes a container, and does the rest in it as a container engine does: by a process whose parent is outside.
const ENTER: &str = r#"
    unshare --pid --fork --kill-child --mount-proc sleep 999 & engine=$!
    until first=$(cat /proc/$engine/task/$engine/children) && [ -n "$first" ]; do sleep 0.05; done
    first=${first% }
    until [ "$(cat /proc/$first/comm)" = sleep ]; do sleep 0.05; done
    "#;

/// As `docker exec -it` does: the parent's number is 0, too, and it leads the terminal's session.
#[test]
fn nor_where_a_container_was_entered_from_outside() {
    let Some(project) = project_in_container("sleep 600") else {
        return;
    };
    let enter = format!(
        r#"{ENTER} nsenter -t "$first" -p -m --wd="$PWD" setsid --ctty "$@"; code=$?; kill -KILL $engine; exit $code"#
    );
    let mut terminal = project
        .nixward(["test", "--all"])
        .under(["bash", "-c", &enter, "bash"])
        .on_terminal();
    wait_for_counts(project.mark(), "sleep 600", (0, 1));
    terminal.type_text("\x1a");
    terminal.type_text("t");
    terminal.wait_for("it test, process ");
    assert_eq!(counted(project.mark(), "sleep 600"), (0, 1));
    terminal.type_text("\x03");
    terminal.finish().expect_code(130);
}

/// Who is in the background and cannot know it leaves the keyboard alone, which would stop it.
#[test]
fn in_the_background_of_who_entered_a_container_it_goes_on() {
    let Some(project) = project_in_container("true") else {
        return;
    };
    let enter = format!(
        r#"set -m; {ENTER} nsenter -t "$first" -p -m --wd="$PWD" "$@" & wait $!; code=$?; kill -KILL $engine; exit $code"#
    );
    project
        .nixward(["test", "--all"])
        .under(["bash", "-c", &enter, "bash"])
        .on_terminal()
        .finish()
        .expect_code(0)
        .expect_stdout("2 run: 2 passed");
}

/// After the first signal all must end within a time, in which Ctrl-Z does not count.
#[test]
fn what_is_ending_has_its_time_when_it_goes_on() {
    let manifest = "[workspace]\n[verbs]\ntest = { grace = \"2s\", pass-env = [\"MEETING\"] }\n";
    let script = r#"trap 'echo asked > "$MEETING/asked"' INT; echo begun > "$MEETING/begun"
        until test -e "$MEETING/end"; do sleep 0.1; done"#;
    let Some(project) = project(manifest, script) else {
        return;
    };
    let meeting = project.root().join("meeting");
    fs_err::create_dir(&meeting).unwrap();
    let mut terminal = project
        .nixward(["test", "--all"])
        .env("MEETING", &meeting)
        .under(SHELL)
        .on_terminal();
    wait_until("the test", || meeting.join("begun").exists().then_some(()));
    terminal.type_text("\x03");
    wait_until("the signal", || {
        meeting.join("asked").exists().then_some(())
    });
    stop(&mut terminal);
    // Longer than everything would have had.
    std::thread::sleep(std::time::Duration::from_secs(13));
    fs_err::write(meeting.join("end"), "").unwrap();
    terminal.type_text("\n");
    // It comes to its own end, and a report.
    terminal
        .finish()
        .expect_code(130)
        .expect_stdout(" interrupted (cancelled)");
}

#[test]
fn an_evaluation_stops_too() {
    let Some(project) = endless_evaluation() else {
        return;
    };
    let mut terminal = project.nixward(["test", "it"]).under(SHELL).on_terminal();
    let evaluation = " eval --";
    wait_for_counts(project.mark(), evaluation, (0, 1));
    stop(&mut terminal);
    // It may have been stopped between two of them.
    wait_until("all evaluations to stop", || {
        (counted(project.mark(), evaluation).1 == 0).then_some(())
    });
    terminal.type_text("\n");
    wait_for_counts(project.mark(), evaluation, (0, 1));
    terminal.type_text("\x03");
    terminal.finish().expect_code(130);
}

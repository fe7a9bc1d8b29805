//! The live display in a terminal that is made narrower and wider (one that lays its lines out anew, and keeps those that
//! have scrolled away), and a terminal that a test has drawn on.

use std::{path::Path, time::Duration};

use nixward_testing::{Project, host_program_succeeds, skipped, wait_until};

use crate::support::{nixward, real_project};

/// A tmux of its own, with the program in its only window.
struct Tmux<'a> {
    project: &'a Project,
}

impl Tmux<'_> {
    fn call(&self, args: &[&str]) -> String {
        let socket = self.project.root().join("tmux");
        let mut command = self.project.host_command(Path::new("/usr/bin/tmux"));
        command.arg("-S").arg(socket).args(["-f", "/dev/null"]);
        let done = command.args(args).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// What is and was on the screen.
    fn text(&self) -> String {
        self.call(&["capture-pane", "-p", "-S", "-"])
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        self.call(&["kill-server"]);
    }
}

#[test]
fn a_terminal_that_is_resized_keeps_what_has_ended_and_nothing_else() {
    if !host_program_succeeds("/usr/bin/tmux", &["-V"]) {
        return skipped("there is no tmux");
    }
    let Some(project) = real_project() else {
        return;
    };
    let says = "a line that is as long as the terminal is wide, or nearly, and goes on a little";
    let test = |seconds: &str| format!("echo {says}; sleep {seconds}; exit 0");
    let outputs = ["a", "b", "c"].map(|name| {
        let seconds = if name == "a" { "1.2" } else { "3" };
        let test = test(seconds);
        format!("{name} = project \"{name}\" \"true\" {{ test = test ''{test}''; }};")
    });
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { slow-after = \"700ms\" }\n")
        .outputs(&format!("{{ packages = {{ {} }}; }}", outputs.concat()))
        .build();
    project
        .nixward(["build", "a.test", "b.test", "c.test"])
        .run()
        .expect_code(0);
    let tmux = Tmux { project: &project };
    // The screen is full before.
    let script = format!(
        "i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo; done; {} test --all -j3; echo it is over; sleep 600",
        nixward().display()
    );
    tmux.call(&[
        "new-session",
        "-d",
        "-x",
        "100",
        "-y",
        "24",
        "/bin/sh",
        "-c",
        &script,
    ]);
    wait_until("the display", || {
        tmux.text().contains("running [").then_some(())
    });
    for columns in ["60", "45", "100", "70", "120", "50", "100"] {
        std::thread::sleep(Duration::from_millis(350));
        tmux.call(&["resize-window", "-x", columns]);
    }
    wait_until("the end", || {
        tmux.text().contains("it is over").then_some(())
    });
    let text = tmux.text();
    for name in ["a", "b", "c"] {
        for word in ["SLOW [", "PASS ["] {
            let is_there = text
                .lines()
                .any(|line| line.contains(word) && line.contains(&format!("] {name} test")));
            assert!(is_there, "{word} {name}: {text}");
        }
    }
    assert_eq!(text.matches("running").count(), 0, "{text}");
    assert_eq!(text.matches("3 passed (3 slow)").count(), 1, "{text}");
}

/// Where a test's output is shown as it comes, the verdict is not hidden by what it has drawn.
#[test]
fn a_terminal_is_as_it_was_after_what_a_test_drew() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = project "it" "true" { test = test "printf '\\033[?1049h\\033[?25l\\033[31mdrawn'"; }; }"#,
        )
        .build();
    let output = project.nixward(["test", "it"]).on_terminal().finish();
    output
        .expect_code(0)
        .expect_stdout("drawn\x1b[?25h\x1b[?1049l\x1b[0m");
    let piped = project.nixward(["test", "it"]).run().expect_code(0);
    assert_eq!(piped.stdout(), "\x1b[?1049h\x1b[?25l\x1b[31mdrawn");
}

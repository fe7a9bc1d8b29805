//! `--watch`: what an edit changes runs again, and nothing else.

use nixward_testing::{
    Project, Running, Terminal, host_program_succeeds, insta, skipped, wait_until,
};

use crate::support::{project, real_project};

const WAITING: &str = "WATCHING";

/// Two tests that are files of the tree, and a file that nothing is made of.
fn two_tests() -> Option<Project> {
    let project = real_project()?
        .manifest("[workspace]\nname = \"initech\"\n")
        .file("a.sh", "echo a is well")
        .file("b.sh", "echo b is well")
        .file("README.md", "read me")
        .file(".gitignore", "junk\n")
        .outputs(
            r#"{ packages = {
              a = project "a" "true" { test = test (builtins.readFile ./a.sh + "\n# ${salt}"); };
              b = project "b" "true" { test = test (builtins.readFile ./b.sh + "\n# ${salt}"); };
            }; }"#,
        )
        .build();
    Some(project)
}

fn watch(project: &Project, args: &[&str]) -> Running {
    let all = ["test", "--all", "--watch"].iter().chain(args);
    let running = project.nixward(all).changing_the_worktree().start();
    wait_for_count(&running, WAITING, 1);
    running
}

/// How often a text was written to standard error so far.
fn count(running: &Running, part: &str) -> usize {
    running.stderr_so_far().matches(part).count()
}

#[track_caller]
fn wait_for_count(running: &Running, part: &str, expected: usize) {
    wait_until(&format!("{part} {expected} times"), || {
        (count(running, part) >= expected).then_some(())
    });
}

/// What is written to standard error from now on, up to the next time that it waits.
#[track_caller]
fn after(running: &Running, edit: impl FnOnce()) -> String {
    let before = running.stderr_so_far().len();
    edit();
    wait_until("the end of the next run", || {
        let text = running.stderr_so_far();
        let new = &text[before..];
        let is_over = new.contains(WAITING) || new.contains("NO CHANGE");
        (is_over && text.ends_with('\n')).then(|| new.to_owned())
    })
}

#[track_caller]
fn end(running: Running) {
    running.interrupt();
    running.finish().expect_signal(2);
}

#[test]
fn what_an_edit_changes_runs_again() {
    let Some(project) = two_tests() else { return };
    let running = watch(&project, &[]);
    assert_eq!(count(&running, "PASS"), 2);
    let text = after(&running, || project.write("a.sh", "echo a is better"));
    assert!(
        text.contains("CHANGED a.sh\n") && text.contains("1 run: 1 passed"),
        "{text}"
    );
    // What failed runs until it passes, whatever else is edited.
    let text = after(&running, || project.write("b.sh", "echo b is ill; exit 1"));
    assert!(
        text.contains("b is ill") && text.contains("1 run: 0 passed, 1 failed"),
        "{text}"
    );
    let text = after(&running, || project.write("a.sh", "echo a is best"));
    assert!(text.contains("2 run: 1 passed, 1 failed"), "{text}");
    let text = after(&running, || project.write("b.sh", "echo b is well"));
    assert!(text.contains("1 run: 1 passed"), "{text}");
    end(running);
}

#[test]
fn what_nix_does_not_see_runs_nothing() {
    let Some(project) = two_tests() else { return };
    let running = watch(&project, &[]);
    let text = after(&running, || project.write("new.txt", "new"));
    assert_eq!(
        text,
        "   NO CHANGE new.txt: Nix does not see it before: git add -N new.txt\n"
    );
    // Written as it was.
    let text = after(&running, || project.write("a.sh", "echo a is well"));
    assert_eq!(
        text,
        "   NO CHANGE a.sh: nothing that Nix can see has changed\n"
    );
    // Nix sees it, and no test is made of it.
    let text = after(&running, || project.write("README.md", "read me, too"));
    assert!(
        text.starts_with("     CHANGED README.md\n   NO CHANGE all that runs"),
        "{text}"
    );
    // What is ignored is not even worth a line.
    let text = after(&running, || {
        project.write("junk", "junk");
        project.write("b.sh", "echo b is better");
    });
    assert!(
        text.contains("CHANGED b.sh\n") && text.contains("1 run: 1 passed"),
        "{text}"
    );
    end(running);
}

#[test]
fn what_does_not_evaluate_is_shown_and_watched_on() {
    let Some(project) = two_tests() else { return };
    let running = watch(&project, &[]);
    let flake = fs_err::read_to_string(project.path("outputs.nix")).unwrap();
    let text = after(&running, || project.write("outputs.nix", "fixture: {"));
    assert!(
        text.contains("error: the flake does not evaluate"),
        "{text}"
    );
    let text = after(&running, || {
        project.write("nixward.toml", "[workspace]\nnme = 1\n");
    });
    assert!(text.contains("unknown key"), "{text}");
    let text = after(&running, || {
        project.write(
            "nixward.toml",
            "[workspace]\n[verbs]\ntest = { args = [\"-v\"] }\n",
        );
        project.write("outputs.nix", flake);
    });
    // The manifest was read again: tests with other arguments are others.
    assert!(text.contains("2 run: 2 passed"), "{text}");
    end(running);
}

#[test]
fn deleting_renaming_and_switching_branches_are_edits() {
    let Some(project) = two_tests() else { return };
    project.git(&["branch", "other"]);
    let running = watch(&project, &[]);
    let text = after(&running, || {
        fs_err::remove_file(project.path("a.sh")).unwrap();
    });
    assert!(text.contains("EVAL FAIL"), "{text}");
    let text = after(&running, || {
        // As many editors save.
        project.write("junk", "echo a is renamed");
        fs_err::rename(project.path("junk"), project.path("a.sh")).unwrap();
    });
    assert!(
        text.contains("CHANGED a.sh\n") && text.contains("1 run: 1 passed"),
        "{text}"
    );
    let text = after(&running, || {
        project.git(&["commit", "--quiet", "--all", "--message", "Rename"]);
    });
    assert!(text.contains("NO CHANGE all that runs"), "{text}");
    let text = after(&running, || {
        project.git(&["switch", "--quiet", "other"]);
    });
    assert!(text.contains("1 run: 1 passed"), "{text}");
    // A folder that was not there before, with all that git knows of it.
    let text = after(&running, || {
        project.write("deep/er/c.sh", "echo c is well");
        project.edit("outputs.nix", "./b.sh", "./deep/er/c.sh");
        project.git(&["add", "deep"]);
    });
    assert!(text.contains("1 run: 1 passed"), "{text}");
    let text = after(&running, || {
        project.write("deep/er/c.sh", "echo c is better");
    });
    assert!(text.contains("CHANGED deep/er/c.sh\n"), "{text}");
    end(running);
}

#[test]
fn another_working_tree_and_one_without_git_are_watched() {
    let Some(project) = two_tests() else { return };
    let linked = project.linked_worktree("linked");
    let running = project
        .nixward(["test", "--all", "--watch"])
        .in_folder(&linked)
        .changing_the_worktree()
        .start();
    wait_for_count(&running, WAITING, 1);
    let text = after(&running, || {
        fs_err::write(linked.join("a.sh"), "echo a is linked").unwrap();
    });
    assert!(
        text.contains("CHANGED a.sh\n") && text.contains("1 run: 1 passed"),
        "{text}"
    );
    end(running);
    let Some(bare) = real_project() else { return };
    let bare = bare
        .without_git()
        .file("a.sh", "echo a is well")
        .outputs(r#"{ packages.a = project "a" "true" { test = test (builtins.readFile ./a.sh + "\n# ${salt}"); }; }"#)
        .build();
    let running = watch(&bare, &[]);
    let text = after(&running, || bare.write("a.sh", "echo a is better"));
    assert!(
        text.contains("CHANGED a.sh\n") && text.contains("1 run: 1 passed"),
        "{text}"
    );
    // Nix sees all that is there.
    let text = after(&running, || bare.write("new/file", ""));
    assert!(
        text.contains("CHANGED new") && text.contains("NO CHANGE"),
        "{text}"
    );
    end(running);
}

/// A test that waits for a file, beside one that does not.
fn waiting() -> Option<Project> {
    let project = real_project()?
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"MEETING\"] }\n")
        .file(
            "a.sh",
            r#"echo begun > "$MEETING/a"; until test -e "$MEETING/end"; do sleep 0.05; done"#,
        )
        .file("b.sh", "echo b is well")
        .outputs(
            r#"{ packages = {
              a = project "a" "true" { test = test (builtins.readFile ./a.sh + "\n# ${salt}"); };
              b = project "b" "true" { test = test (builtins.readFile ./b.sh + "\n# ${salt}"); };
            }; }"#,
        )
        .build();
    fs_err::create_dir(project.root().join("meeting")).unwrap();
    Some(project)
}

#[track_caller]
fn wait_for_a(project: &Project) {
    let begun = project.root().join("meeting/a");
    wait_until("the test", || begun.exists().then_some(()));
    fs_err::remove_file(begun).unwrap();
}

#[test]
fn an_edit_ends_what_it_outdates() {
    let Some(project) = waiting() else { return };
    let meeting = project.root().join("meeting");
    let running = project
        .nixward(["test", "--all", "--watch", "-j2", "--message-format=json"])
        .env("MEETING", &meeting)
        .changing_the_worktree()
        .start();
    wait_for_a(&project);
    wait_for_count(&running, "PASS", 1);
    // One that does not end when it is asked to is killed.
    project.write(
        "a.sh",
        r#"trap "" TERM; echo begun > "$MEETING/a"; while :; do sleep 600; done"#,
    );
    wait_for_a(&project);
    project.write("a.sh", "echo a is well");
    wait_for_count(&running, WAITING, 1);
    let text = running.stderr_so_far();
    // What ends a run comes first, and is said once; what is ended has a line, and no summary.
    let lines = text.lines().filter(|line| {
        let word = line.split_whitespace().next();
        word.is_some_and(|word| ["CHANGED", "CANCELLED", "Summary"].contains(&word))
    });
    let told: Vec<String> = lines
        .map(|line| line.split(['[', ']']).step_by(2).collect())
        .collect();
    assert_eq!(
        told,
        [
            "     CHANGED a.sh",
            "   CANCELLED  1 step",
            "     CHANGED a.sh",
            "   CANCELLED  1 step",
            "     Summary  1 run: 1 passed",
        ],
        "{text}"
    );
    assert!(text.ends_with("for edits; Ctrl-C ends it\n"), "{text}");
    // What had passed did not run again.
    assert_eq!(text.matches("b test").count(), 1, "{text}");
    project.mark().processes().iter().for_each(|process| {
        assert!(!process.command.contains("sleep"), "{process}");
    });
    running.interrupt();
    let lines = running.finish().expect_signal(2).json_lines();
    let told = lines.iter().filter_map(|line| {
        let told = match line["reason"].as_str()? {
            "step-finished" => line["status"].as_str()?,
            reason @ ("watch-changed" | "run-finished") => reason,
            _ => return None,
        };
        Some(told)
    });
    let told: Vec<&str> = told.collect();
    let outdated = ["watch-changed", "cancelled", "run-finished"];
    let expected = [
        &["passed"],
        &outdated[..],
        &outdated,
        &["passed", "run-finished"],
    ];
    assert_eq!(told, expected.concat());
}

#[test]
fn an_edit_of_what_does_not_run_ends_nothing() {
    let Some(project) = waiting() else { return };
    let meeting = project.root().join("meeting");
    let running = project
        .nixward(["test", "--all", "--watch", "-j2"])
        .env("MEETING", &meeting)
        .changing_the_worktree()
        .start();
    wait_for_a(&project);
    wait_for_count(&running, "PASS", 1);
    project.write("b.sh", "echo b is better");
    // Its evaluation is kept for the run that follows.
    let evaluations = || {
        project
            .calls("nix")
            .iter()
            .filter(|call| call.contains(&"eval".to_owned()))
            .count()
    };
    wait_until("the second evaluation", || {
        (evaluations() >= 2).then_some(())
    });
    fs_err::write(meeting.join("end"), "").unwrap();
    wait_for_count(&running, WAITING, 1);
    let text = running.stderr_so_far();
    let ends: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("Summary"))
        .collect();
    assert_eq!(ends.len(), 2, "{text}");
    assert!(
        ends[0].ends_with("2 run: 2 passed") && ends[1].ends_with("1 run: 1 passed"),
        "{text}"
    );
    assert!(text.contains("CHANGED b.sh\n"), "{text}");
    assert_eq!(evaluations(), 2);
    end(running);
}

#[test]
fn machines_hear_of_each_run() {
    let Some(project) = two_tests() else { return };
    let running = watch(&project, &["--message-format=json"]);
    after(&running, || project.write("a.sh", "exit 1"));
    running.interrupt();
    let output = running.finish().expect_signal(2);
    let lines = output.json_lines();
    let ends = lines.iter().filter(|line| line["reason"] == "run-finished");
    let failed: Vec<i64> = ends.filter_map(|line| line["failed"].as_i64()).collect();
    assert_eq!(failed, [0, 1]);
    let between = lines.iter().filter(|line| {
        let reason = line["reason"].as_str().unwrap();
        reason.starts_with("watch-")
    });
    let between: Vec<String> = between.map(ToString::to_string).collect();
    insta::assert_snapshot!(between.join("\n"), @r#"
    {"v":1,"reason":"watch-waiting"}
    {"v":1,"reason":"watch-changed","files":["a.sh"]}
    {"v":1,"reason":"watch-waiting"}
    "#);
}

#[test]
fn each_run_is_recorded_and_ends_before_the_watch_does() {
    let Some(project) = two_tests() else { return };
    let running = watch(&project, &[]);
    let runs = project.root().join("state/nixward/runs");
    // There is one workspace.
    let mut workspaces = fs_err::read_dir(&runs).unwrap();
    let runs = workspaces.next().unwrap().unwrap().path();
    let kept = || -> Vec<String> {
        let folders = fs_err::read_dir(&runs).unwrap();
        let names = folders.map(|entry| entry.unwrap().file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    };
    let [first] = kept().try_into().unwrap();
    after(&running, || project.write("a.sh", "exit 1"));
    let log = project.nixward(["log", "--runs", "--message-format=json"]);
    let document = log.start().finish_beside_others().expect_code(0).json();
    let of = |number: usize| &document["runs"][number];
    assert_eq!(of(0)["state"], "failed");
    assert_eq!(of(0)["failed"], 1);
    assert_eq!(
        (&of(1)["state"], &of(1)["passed"]),
        (&"passed".into(), &2.into())
    );
    assert_eq!(of(1)["run"], *first);
    // Among so many newer ones there is no room for the first, which this process ran.
    for number in 0..50 {
        fs_err::create_dir(runs.join(format!("9{number:012}-1"))).unwrap();
    }
    after(&running, || project.write("a.sh", "echo a is well"));
    assert!(!kept().contains(&first), "{:?}", kept());
    end(running);
}

#[test]
fn what_comes_after_an_edited_step_runs_again_after_it() {
    let manifest = "[workspace]\n[verbs]\nstart = { like = \"run\" }\n\
        [projects.b]\ntest = { after = [\"a.test\", \"db.start\"] }\n";
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(manifest)
        .file("a.sh", "echo a is well")
        .file("b.sh", "echo b is well")
        .outputs(
            r#"{ packages = {
              a = project "a" "true" { test = test (builtins.readFile ./a.sh + "\n# ${salt}"); };
              b = project "b" "true" { test = test (builtins.readFile ./b.sh + "\n# ${salt}"); };
              db = project "db" "true" { start = program "start" "echo started"; };
            }; }"#,
        )
        .build();
    let running = watch(&project, &[]);
    let text = running.stderr_so_far();
    assert!(text.contains("3 run: 3 passed"), "{text}");
    let text = after(&running, || project.write("b.sh", "echo b is better"));
    assert!(
        text.contains("2 run: 2 passed") && text.contains("db start"),
        "{text}"
    );
    let text = after(&running, || project.write("a.sh", "echo a is ill; exit 1"));
    assert!(
        text.contains("a is ill") && text.contains("NOT RUN"),
        "{text}"
    );
    let text = after(&running, || project.write("a.sh", "echo a is better"));
    assert!(
        text.contains("a test") && text.contains("b test") && text.contains(" passed"),
        "{text}"
    );
    end(running);
}

#[test]
fn what_has_no_end_is_not_watched() {
    let project = project()
        .manifest("[workspace]\n[verbs]\npush = { like = \"run\" }\n")
        .flake("{ }")
        .build();
    for args in [
        &["run", "it", "--watch"][..],
        &["push", "it", "--watch"],
        &["shell", "it", "--watch"],
        &["container", "it", "--watch"],
        &["test", "--watch", "--repeat", "2"],
        &["test", "--watch", "--dry-run"],
        &["plan", "test", "--watch"],
    ] {
        let output = project.nixward(args).run().expect_code(2);
        assert!(
            output.stderr().contains("--watch"),
            "{args:?}\n{}",
            output.stderr()
        );
    }
}

fn watch_at_terminal(project: &Project) -> Terminal {
    let terminal = project
        .nixward(["test", "--all", "--watch"])
        .changing_the_worktree()
        .on_terminal();
    terminal.wait_for("q quit");
    terminal
}

#[track_caller]
fn wait_for_summaries(terminal: &Terminal, count: usize) {
    wait_until("a summary", || {
        let written = terminal.written();
        let parts: Vec<&str> = written.split("Summary").collect();
        (parts.len() > count && parts[count].contains("q quit")).then_some(())
    });
}

#[test]
fn keys_run_all_or_what_failed_and_end_it() {
    let Some(project) = two_tests() else { return };
    project.write("b.sh", "exit 1");
    let mut terminal = watch_at_terminal(&project);
    terminal.type_text("?");
    terminal.wait_for("KEYS");
    terminal.type_text("f");
    wait_for_summaries(&terminal, 2);
    terminal.wait_for("1 run: 0 passed, 1 failed");
    terminal.type_text("\n");
    wait_for_summaries(&terminal, 3);
    terminal.type_text("q");
    let output = terminal.finish().expect_code(0);
    assert_eq!(
        output.stdout().matches("2 run: 1 passed, 1 failed").count(),
        2
    );
    // What is asked for is said above what comes of it.
    let stdout = output.stdout();
    let again: Vec<&str> = stdout.split("AGAIN").skip(1).collect();
    assert_eq!(again.len(), 2, "{stdout}");
    for (text, what) in again.iter().zip(["what did not pass", "everything"]) {
        assert!(
            text.lines().next().is_some_and(|line| line.contains(what)),
            "{text}"
        );
    }
}

#[test]
fn a_terminal_is_as_it_was_whatever_ends_the_watch() {
    let Some(project) = two_tests() else { return };
    let mut terminal = watch_at_terminal(&project);
    assert!(!terminal.has_its_modes());
    terminal.type_text("\x03");
    terminal.finish().expect_signal(2);
    let mut terminal = watch_at_terminal(&project);
    terminal.type_text("\x1c");
    terminal.finish().expect_signal(3);
    let terminal = watch_at_terminal(&project);
    terminal.running().terminate();
    terminal.finish().expect_signal(15);
    let mut terminal = watch_at_terminal(&project);
    terminal.hang_up();
    terminal.finish().expect_signal(1);
}

/// A user namespace has limits of its own; elsewhere they are the whole machine's.
const FEW_WATCHES: [&str; 6] = [
    "unshare",
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    r#"echo 1 > /proc/sys/user/max_inotify_watches && exec "$@""#,
];

#[test]
fn where_the_system_tells_no_more_the_tree_is_looked_at() {
    let script = "echo 1 > /proc/sys/user/max_inotify_watches";
    let way = ["--user", "--map-root-user", "sh", "-c", script];
    if !host_program_succeeds("unshare", &way) {
        return skipped("nobody here may make user namespaces");
    }
    let Some(project) = two_tests() else { return };
    project.install_host_program("unshare");
    let wrapper = FEW_WATCHES.iter().chain(&["sh"]);
    let running = project
        .nixward(["test", "--all", "--watch"])
        .under(wrapper)
        .changing_the_worktree()
        .start();
    wait_for_count(&running, WAITING, 1);
    let said = running.stderr_so_far();
    assert!(
        said.contains("warning: the system tells of no more edits")
            && said.contains("hint: sudo sysctl"),
        "{said}"
    );
    let text = after(&running, || project.write("a.sh", "echo a is better"));
    assert!(text.contains("1 run: 1 passed"), "{text}");
    let time = || processor_time(&running);
    let before = time();
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(time() - before < 20, "it looks all the time");
    end(running);
}

/// How long the process has run on a processor, in hundredths of a second.
fn processor_time(running: &Running) -> u64 {
    let stat = fs_err::read_to_string(format!("/proc/{}/stat", running.id())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let times = fields.split(' ').skip(11).take(2);
    times.map(|time| time.parse::<u64>().unwrap()).sum()
}

/// What is open and how many threads there are.
fn held(running: &Running) -> (usize, usize) {
    let count = |what: &str| {
        let folder = format!("/proc/{}/{what}", running.id());
        fs_err::read_dir(folder).unwrap().count()
    };
    (count("fd"), count("task"))
}

#[test]
fn nothing_is_held_from_run_to_run_and_who_waits_does_nothing() {
    let Some(project) = two_tests() else { return };
    let running = watch(&project, &[]);
    let run = |number: u32| {
        after(&running, || {
            project.write("a.sh", format!("echo a is well {number}"));
        });
    };
    run(0);
    let before = held(&running);
    (1..15).for_each(run);
    wait_until("threads of the last run to be gone", || {
        let (files, threads) = held(&running);
        (files <= before.0 && threads <= before.1).then_some(())
    });
    let time = processor_time(&running);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(processor_time(&running), time);
    end(running);
}

//! `nixward test`: test programs, side by side, in an environment of their own.

use std::{collections::BTreeSet, time::Duration};

use nixward_testing::{Finished, Project, insta};

use crate::support::{may_make_namespaces, office, real_project};

/// A workspace with one project, whose test runs this script.
fn tested(script: &str) -> Option<Project> {
    tested_with("[workspace]\n", script)
}

fn tested_with(manifest: &str, script: &str) -> Option<Project> {
    let outputs =
        format!("{{ packages.it = project \"it\" \"true\" {{ test = test ''{script}''; }}; }}");
    Some(real_project()?.manifest(manifest).outputs(&outputs).build())
}

/// The path after `log: ` in the report.
#[track_caller]
fn log(output: &Finished) -> String {
    let line = output
        .stderr()
        .lines()
        .find_map(|line| line.trim().strip_prefix("log: "));
    let path = line.unwrap_or_else(|| panic!("no log is named in\n{}", output.stderr()));
    String::from_utf8_lossy(&fs_err::read(path).unwrap()).into_owned()
}

#[test]
fn all_tests_pass() {
    let Some(office) = office() else { return };
    let output = office
        .build()
        .nixward(["test", "--all"])
        .run()
        .expect_code(0);
    let mut lines: Vec<String> = output
        .redacted_stderr()
        .lines()
        .map(str::to_owned)
        .collect();
    // Tests that run side by side end in any order.
    lines[1..3].sort();
    insta::assert_snapshot!(lines.join("\n"), @"
            PASS [DURATION] memo test
            PASS [DURATION] printer test
            PASS [DURATION] tps-report test
    ────────────
         Summary [DURATION] 3 run: 3 passed
    ");
    assert_eq!(output.stdout(), "");
}

#[test]
fn one_test_alone_shows_its_output_as_it_comes() {
    let Some(project) = tested("echo one; echo two >&2; echo three") else {
        return;
    };
    let output = project.nixward(["test", "it"]).run().expect_code(0);
    assert_eq!(output.stdout(), "one\ntwo\nthree\n");
    insta::assert_snapshot!(output.redacted_stderr(), @"
            PASS [DURATION] it test
    ────────────
         Summary [DURATION] 1 run: 1 passed
    ");
}

/// Runs all tests once: each starts as soon as it is built, so only what is built already starts in the order of names.
fn build_tests(project: &Project) {
    let first = project.nixward(["test", "--all"]).run();
    first.expect_code(1);
}

#[test]
fn a_failure_shows_its_output_and_the_others_go_on() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              bad = project "bad" "true" { test = test "echo what is wrong; echo why >&2; exit 3"; };
              fine = project "fine" "true" { test = test "echo not shown"; };
              killed = project "killed" "true" { test = test "kill -s SEGV $$"; };
            }; }"#,
        )
        .build();
    build_tests(&project);
    let output = project
        .nixward(["test", "--all", "-j1"])
        .run()
        .expect_code(1);
    assert_eq!(output.stdout(), "");
    insta::assert_snapshot!(output.redacted_stderr(), @"
            FAIL [DURATION] bad test
        what is wrong
        why
        it exited with code 3
        log: [ROOT]/state/nixward/runs/[RUN]/bad.test.0.log
            PASS [DURATION] fine test
            FAIL [DURATION] killed test
        it was ended by signal 11
        log: [ROOT]/state/nixward/runs/[RUN]/killed.test.2.log
    ────────────
         Summary [DURATION] 3 run: 1 passed, 2 failed
            FAIL [DURATION] bad test
        what is wrong
        why
        it exited with code 3
        log: [ROOT]/state/nixward/runs/[RUN]/bad.test.0.log
        again: nixward test bad
            FAIL [DURATION] killed test
        it was ended by signal 11
        log: [ROOT]/state/nixward/runs/[RUN]/killed.test.2.log
        again: nixward test killed
    ");
    assert_eq!(log(&output), "what is wrong\nwhy\n");
}

#[test]
fn without_capture_one_runs_at_a_time_and_shows_all_it_prints() {
    let Some(office) = office() else { return };
    let project = office.build();
    let output = project
        .nixward(["test", "printer", "tps-report", "--no-capture"])
        .run()
        .expect_code(0);
    let printed = output.stdout().to_owned();
    assert_eq!(printed, "printer tested \nreport tested \n");
    insta::assert_snapshot!(output.redacted_stderr(), @"
         RUNNING [         ] printer test
            PASS [DURATION] printer test
         RUNNING [         ] tps-report test
            PASS [DURATION] tps-report test
    ────────────
         Summary [DURATION] 2 run: 2 passed
    ");
    project
        .nixward(["test", "printer", "--no-capture"])
        .env("NIXWARD_JOBS", "2")
        .run()
        .expect_code(0);
}

#[test]
fn every_exit_code_but_0_is_a_failure() {
    let Some(project) = tested("exit $1") else {
        return;
    };
    for code in [1, 2, 3, 5, 70, 77, 101, 125, 255] {
        let code = code.to_string();
        project
            .nixward(["test", "it", "--", &code])
            .run()
            .expect_code(1)
            .expect_stderr(&format!("it exited with code {code}"));
    }
}

#[test]
fn the_end_of_a_long_output_is_shown_and_the_log_has_all() {
    let Some(project) = real_project() else {
        return;
    };
    let script = "i=0; while [ $i -lt 5000 ]; do i=$((i + 1)); echo line $i; done; printf \"no end of line\"; exit 1";
    let project = project
        .manifest("[workspace]\n")
        .outputs(&format!(
            "{{ packages = {{ it = project \"it\" \"true\" {{ test = test ''{script}''; }}; \
             other = project \"other\" \"true\" {{ test = test \"true\"; }}; }}; }}"
        ))
        .build();
    let output = project.nixward(["test", "--all"]).run().expect_code(1);
    let output = output
        .expect_stderr("line 5000\n")
        .expect_stderr("no end of line")
        .expect_stderr_without("line 4000\n");
    assert!(
        output.stderr().contains("lines before, in the log"),
        "{}",
        output.stderr()
    );
    let log = log(&output);
    assert_eq!(log.lines().count(), 5001);
    assert!(log.starts_with("line 1\nline 2\n"));
}

#[test]
fn what_is_no_text_or_moves_the_cursor_does_no_harm() {
    let Some(project) = tested(r#"printf "\377\376 \033[31mred\033[2J\033[H\n\rover\n"; exit 1"#)
    else {
        return;
    };
    let output = project
        .nixward(["test", "--all"])
        .run()
        .expect_code(1)
        .expect_stderr("red");
    for moving in ["\u{1b}[2J", "\u{1b}[H", "\r"] {
        assert!(!output.stderr().contains(moving), "{:?}", output.stderr());
    }
    assert!(log(&output).contains("\u{1b}[2J"));
}

#[test]
fn fail_fast_starts_nothing_more() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              a = project "a" "true" { test = test "exit 1"; };
              b = project "b" "true" { test = test "echo b ran"; };
              c = project "c" "true" { test = test "echo c ran"; };
            }; }"#,
        )
        .build();
    build_tests(&project);
    let output = project
        .nixward(["test", "--all", "--fail-fast", "-j1"])
        .run()
        .expect_code(1);
    insta::assert_snapshot!(output.redacted_stderr(), @"
            FAIL [DURATION] a test
        it exited with code 1
        log: [ROOT]/state/nixward/runs/[RUN]/a.test.0.log
    ────────────
         Summary [DURATION] 1/3 run: 0 passed, 1 failed, 2 not run
            FAIL [DURATION] a test
        log: [ROOT]/state/nixward/runs/[RUN]/a.test.0.log
        again: nixward test a
         NOT RUN [         ] b test
         NOT RUN [         ] c test
    ");
    // The last one said counts.
    project
        .nixward(["test", "--all", "--fail-fast", "--keep-going", "-j1"])
        .run()
        .expect_code(1)
        .expect_stderr("2 passed, 1 failed");
    project
        .nixward(["test", "--all", "-j1"])
        .env("NIXWARD_FAIL_FAST", "true")
        .run()
        .expect_code(1)
        .expect_stderr("2 not run");
}

#[test]
fn tests_run_side_by_side() {
    let Some(project) = real_project() else {
        return;
    };
    // Each waits for the other, in a folder that both know.
    let meet = |own: &str, other: &str| {
        format!(
            "touch \"$MEETING\"/{own}; while ! [ -e \"$MEETING\"/{other} ]; do sleep 0.02; done"
        )
    };
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"MEETING\"], timeout = \"60s\" }\n")
        .outputs(&format!(
            "{{ packages = {{ a = project \"a\" \"true\" {{ test = test ''{}''; }}; \
             b = project \"b\" \"true\" {{ test = test ''{}''; }}; }}; }}",
            meet("a", "b"),
            meet("b", "a")
        ))
        .build();
    let meeting = project.root().join("meeting");
    fs_err::create_dir(&meeting).unwrap();
    project
        .nixward(["test", "--all", "-j2"])
        .env("MEETING", &meeting)
        .run()
        .expect_code(0)
        .expect_stderr("2 passed");
}

#[test]
fn one_job_means_one_at_a_time() {
    let Some(project) = real_project() else {
        return;
    };
    let script = "mkdir \"$MEETING\"/occupied && sleep 0.1 && rm -r \"$MEETING\"/occupied";
    let test = format!("test = test ''{script}'';");
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"MEETING\"] }\n")
        .outputs(&format!(
            "{{ packages = {{ a = project \"a\" \"true\" {{ {test} }}; b = project \"b\" \"true\" {{ {test} }}; \
             c = project \"c\" \"true\" {{ {test} }}; }}; }}"
        ))
        .build();
    let meeting = project.root().join("meeting");
    fs_err::create_dir(&meeting).unwrap();
    let command = |args: &[&str]| {
        let words: Vec<&str> = ["test", "--all"].iter().chain(args).copied().collect();
        project.nixward(words).env("MEETING", &meeting)
    };
    command(&["--jobs", "1"]).run().expect_code(0);
    command(&[]).env("NIXWARD_JOBS", "1").run().expect_code(0);
}

#[test]
fn the_environment_is_fixed() {
    let Some(project) = tested("export -p") else {
        return;
    };
    let run = |value: &str| {
        let command = project.nixward(["test", "it"]);
        command
            .env("SECRET", value)
            .env("LD_PRELOAD_NOT", value)
            .env("TZ", "Asia/Tokyo")
            .run()
            .expect_code(0)
    };
    let output = run("hunter2");
    let variables: BTreeSet<&str> = output
        .stdout()
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split('=').next())
        .collect();
    // The shell adds what it knows of the folder.
    let expected = [
        "HOME", "LANG", "LC_ALL", "OLDPWD", "PATH", "PWD", "SHLVL", "TERM", "TMPDIR", "TZ", "_",
    ];
    let unexpected: Vec<_> = variables
        .iter()
        .filter(|name| !expected.contains(name))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    assert!(!output.stdout().contains("hunter2"));
    assert!(
        !output
            .stdout()
            .contains(project.programs().to_str().unwrap()),
        "{}",
        output.stdout()
    );
    output
        .expect_stdout("TZ='UTC'")
        .expect_stdout("LANG='C.UTF-8'")
        .expect_stdout("TERM='dumb'");
}

#[test]
fn variables_come_from_the_manifest_or_by_name() {
    let Some(project) = tested_with(
        r#"[workspace]
[verbs]
test = { env = { A = "workspace", B = "workspace" }, pass-env = ["PASSED", "UNSET"] }
[projects.it]
test = { env = { B = "project $HOME" } }
"#,
        r#"printf "[%s]" "$A" "$B" "$PASSED" "$NOT_PASSED" "''${UNSET-unset}""#,
    ) else {
        return;
    };
    let command = project.nixward(["test", "it"]);
    let output = command
        .env("PASSED", "pässed")
        .env("NOT_PASSED", "no")
        .env("A", "caller")
        .run()
        .expect_code(0);
    assert_eq!(
        output.stdout(),
        "[workspace][project $HOME][pässed][][unset]"
    );
}

#[test]
fn a_test_starts_in_an_empty_folder_with_a_home_of_its_own() {
    let script = "ls -A; ls -A \"$HOME\"; ls -A \"$TMPDIR\"; \
                  pwd > \"$TMPDIR\"/it; touch \"$HOME\"/it here; echo \"$HOME\"; echo \"$TMPDIR\"; pwd";
    let Some(project) = tested(script) else {
        return;
    };
    let folders =
        |output: &Finished| -> Vec<String> { output.stdout().lines().map(str::to_owned).collect() };
    let first = folders(&project.nixward(["test", "it"]).run().expect_code(0));
    let second = folders(&project.nixward(["test", "it"]).run().expect_code(0));
    for folders in [&first, &second] {
        // Had any of them held something, there would be more lines.
        assert_eq!(folders.len(), 3, "{folders:?}");
        let distinct: BTreeSet<&String> = folders.iter().collect();
        assert_eq!(distinct.len(), 3, "{folders:?}");
        let caller = project.root().join("home");
        for folder in folders {
            assert_ne!(folder, caller.to_str().unwrap());
            assert!(
                !std::path::Path::new(folder).exists(),
                "{folder} is still there"
            );
        }
    }
    assert_ne!(first, second);
    let left: Vec<_> = fs_err::read_dir(project.root().join("tmp"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn folders_that_a_test_makes_read_only_are_removed_all_the_same() {
    let Some(project) = tested("mkdir -p a/b; touch a/b/c; chmod -R a-w a; chmod 0 a/b") else {
        return;
    };
    project
        .nixward(["test", "it"])
        .run()
        .expect_code(0)
        .expect_stderr_without("cannot remove");
    let left: Vec<_> = fs_err::read_dir(project.root().join("tmp"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_test_may_ask_for_the_projects_folder() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(
            "[workspace]\nmembers = [\"packages/*\"]\n[projects.it]\ntest = { cwd = \"project\" }\n",
        )
        .file("packages/it/data.txt", "forty-two\n")
        .outputs(r#"{ packages.it = project "it" "true" { test = test "cat data.txt"; }; }"#)
        .build();
    project
        .nixward(["test", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("forty-two\n");
}

#[test]
fn a_test_cannot_write_into_the_store() {
    let script = r#"
      here=$(dirname "$0")
      echo trace > "$here/trace" && echo written beside itself
      echo trace > "$here/../trace" && echo written into its package
      chmod u+w "$0" && echo changed itself
      echo trace > /nix/store/trace-of-a-test && echo written into the store
      exit 0"#;
    let Some(project) = tested(script) else {
        return;
    };
    if !may_make_namespaces() {
        nixward_testing::skipped("this machine refuses namespaces");
        return;
    }
    let output = project.nixward(["test", "it"]).run().expect_code(0);
    for done in ["written", "changed"] {
        assert!(!output.stdout().contains(done), "{}", output.stdout());
    }
    assert!(
        output
            .stdout()
            .to_lowercase()
            .contains("read-only file system"),
        "{}",
        output.stdout()
    );
    output.expect_stderr_without("was writable");
    assert!(!std::path::Path::new("/nix/store/trace-of-a-test").exists());
}

#[test]
fn what_a_test_leaves_running_is_ended_and_named() {
    let script = "sleep 4711 & (setsid sleep 4712 > /dev/null 2>&1 &) ; \
                  (trap \"\" TERM HUP; exec sleep 4713) & sleep 0.05";
    let Some(project) = tested(script) else {
        return;
    };
    let output = project.nixward(["test", "it"]).run().expect_code(0);
    let output = output.expect_stderr("it left processes behind, which were ended: sleep (");
    let note = output
        .stderr()
        .lines()
        .find(|line| line.contains("left processes"))
        .unwrap();
    assert_eq!(note.matches("sleep (").count(), 3, "{note}");
    project.mark().assert_nothing_lives_after(Duration::ZERO);
}

#[test]
fn a_test_that_takes_too_long_is_ended() {
    let Some(project) = tested_with(
        "[workspace]\n[verbs]\ntest = { timeout = \"1h\" }\n[projects.it]\ntest = { timeout = \"300ms\" }\n",
        "echo begins; sleep 600 & sleep 600",
    ) else {
        return;
    };
    let output = project.nixward(["test", "it"]).run().expect_code(1);
    insta::assert_snapshot!(output.redacted_stderr(), @"
         TIMEOUT [DURATION] it test
        it was ended after its timeout of 0.3s
        log: [ROOT]/state/nixward/runs/[RUN]/it.test.0.log
    ────────────
         Summary [DURATION] 1 run: 0 passed, 1 failed
    ");
    assert_eq!(output.stdout(), "begins\n");
}

#[test]
fn without_a_test_the_checks_are_the_test() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office.nixward(["test", "memo"]).run().expect_code(0);
    insta::assert_snapshot!(output.redacted_stderr(), @"
            PASS [DURATION] memo test
    ────────────
         Summary [DURATION] 1 run: 1 passed
    ");
    office
        .nixward(["plan", "test", "memo"])
        .run()
        .expect_code(0)
        .expect_stdout("it has no `test`, so its checks are its test");
    let output = office
        .nixward(["plan", "test", "printer"])
        .run()
        .expect_code(0);
    assert!(!output.stdout().contains("checks."), "{}", output.stdout());
}

#[test]
fn a_failing_check_that_stands_in_for_a_test_fails() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{
              packages.it = project "it" "true" { tests.smoke = check "smoke" "echo it smokes; false"; };
              packages.other = project "other" "true" { test = test "true"; };
            }"#,
        )
        .build();
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(1)
        .expect_stderr("it test tests.smoke")
        .expect_stderr("it smokes")
        .expect_stderr("1 passed, 1 failed");
}

#[test]
fn neither_test_nor_check_is_an_error_where_named() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
              bare = project "bare" "true" { };
              it = project "it" "true" { test = test "true"; };
            }; }"#,
        )
        .build();
    project
        .nixward(["test", "bare"])
        .run()
        .expect_code(4)
        .expect_stderr("`bare` has no `test`");
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(0)
        .expect_stderr("bare test: no test")
        .expect_stderr("1 passed, 1 skipped");
}

#[test]
fn a_test_that_cannot_be_built_is_a_build_failure() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              fine = project "fine" "true" { test = test "true"; };
              unbuilt = project "unbuilt" "true" { test = test "cat ${unbuildable "library"}"; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["test", "--all"])
        .run()
        .expect_code(5)
        .expect_stderr("BUILD FAIL")
        .expect_stderr("the last words of library")
        .expect_stderr("1 passed, 1 failed");
    assert!(
        output.stderr().contains("nix log /nix/store/"),
        "{}",
        output.stderr()
    );
    assert_eq!(log(&output), "the last words of library\n");
    // A test program that is not there is no failed build.
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages.it = project "it" "true" { test = derive "nothing" "mkdir $out"; }; }"#,
        )
        .build();
    project
        .nixward(["test", "it"])
        .run()
        .expect_code(1)
        .expect_stderr("/bin/nothing");
}

#[test]
fn quiet_and_verbose() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              fine = project "fine" "true" { test = test "echo of fine"; };
              good = project "good" "true" { test = test "echo of good"; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["test", "--all", "-q"])
        .run()
        .expect_code(0);
    assert_eq!((output.stdout(), output.stderr()), ("", ""));
    let output = project
        .nixward(["--verbose", "test", "--all"])
        .run()
        .expect_code(0);
    output
        .expect_stderr("    of fine\n")
        .expect_stderr("    of good\n")
        .expect_stderr("EVALUATED");
    project.edit("outputs.nix", "echo of fine", "echo of fine; false");
    let output = project
        .nixward(["test", "--all"])
        .env("NIXWARD_QUIET", "true")
        .run()
        .expect_code(1);
    output
        .expect_stderr("of fine")
        .expect_stderr_without("PASS")
        .expect_stderr("1 passed, 1 failed");
    project
        .nixward(["test", "-q", "-v"])
        .run()
        .expect_code(2)
        .expect_stderr("cannot be used with");
}

#[test]
fn one_evaluation_for_all() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office.nixward(["test", "--all"]).run().expect_code(0);
    assert_eq!(output.evaluations(), 1, "{:?}", output.nix_calls());
    let builds = output
        .nix_calls()
        .iter()
        .filter(|call| call.iter().any(|argument| argument == "build"))
        .count();
    assert_eq!(builds, 1);
}

#[test]
fn the_oldest_logs_are_removed() {
    let Some(project) = tested("false") else {
        return;
    };
    for _ in 0..52 {
        project.nixward(["test", "it"]).run().expect_code(1);
    }
    let runs = project.root().join("state/nixward/runs");
    let workspaces: Vec<_> = fs_err::read_dir(runs)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(workspaces.len(), 1);
    assert_eq!(fs_err::read_dir(&workspaces[0]).unwrap().count(), 50);
}

#[test]
fn a_test_has_no_input_and_no_terminal() {
    let script = "read line && echo \"read $line\"; (: < /dev/tty) 2> /dev/null && echo a terminal; \
                  test -t 0 && echo input; test -t 1 && echo output; echo done";
    let Some(project) = tested(script) else {
        return;
    };
    let output = project
        .nixward(["test", "it"])
        .stdin("typed\n")
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "done\n");
    let output = project
        .nixward(["test", "it"])
        .on_terminal()
        .finish()
        .expect_code(0);
    for seen in ["read", "a terminal", "input", "output"] {
        assert!(!output.stdout().contains(seen), "{:?}", output.stdout());
    }
}

#[test]
fn a_line_without_end_is_cut_in_the_report_and_whole_in_the_log() {
    let script = "head -c 3000000 /dev/zero | tr \"\\000\" x; echo end; false";
    let Some(project) = tested(script) else {
        return;
    };
    let output = project.nixward(["test", "--all"]).run().expect_code(1);
    assert!(output.stderr().len() < 100_000, "{}", output.stderr().len());
    assert!(output.stderr().contains("xxxx"));
    assert_eq!(log(&output).len(), 3_000_004);
}

#[test]
fn many_tests() {
    let Some(project) = real_project() else {
        return;
    };
    let packages: String = (0..60)
        .map(|number| {
            format!(
                "p{number} = project \"p{number}\" \"true\" {{ test = test \"echo of {number}; exit {}\"; }};\n",
                usize::from(number % 20 == 7)
            )
        })
        .collect();
    let outputs = format!("{{ packages = {{ {packages} }}; }}");
    let project = project.manifest("[workspace]\n").outputs(&outputs).build();
    let output = project
        .nixward(["test", "--all", "-j", "8"])
        .run()
        .expect_code(1);
    assert_eq!(output.evaluations(), 1);
    let output = output.expect_stderr("60 run: 57 passed, 3 failed");
    for number in [7, 27, 47] {
        assert!(
            output.stderr().contains(&format!("    of {number}\n")),
            "{number}"
        );
    }
}

#[test]
fn two_nixwards_do_not_disturb_each_other() {
    let Some(office) = office() else {
        return;
    };
    let office = office.build();
    // Each sees to it that the other leaves nothing, so they are only looked at together.
    let first = office.nixward(["test", "--all"]).start();
    let second = office.nixward(["test", "--all"]).start();
    let third = office.nixward(["check"]).start();
    let outputs = nixward_testing::finish_all([first, second, third]);
    for output in outputs {
        output.expect_code(0);
    }
}

//! A step goes on when its own builds are there, while Nix still builds for others; and never before.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use nixward_testing::{Project, wait_until};

use crate::support::real_project;

/// A flake with these outputs, whose tests know by STAMPS where to note that they ran.
fn project(outputs: &str) -> Option<Project> {
    let project = real_project()?
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"STAMPS\"] }\n")
        .outputs(outputs)
        .build();
    Some(project)
}

/// When a file was made.
fn made(file: &Path) -> SystemTime {
    fs_err::metadata(file).unwrap().modified().unwrap()
}

/// A package whose test's build takes as long as a script.
fn slow(name: &str, script: &str) -> String {
    format!(
        r#"{name} = project "{name}" "true" {{ test = derive "{name}-${{salt}}" ''
             {script}
             mkdir -p "$out/bin"
             printf '#!/bin/sh\necho tested {name}\n' > "$out/bin/run"
             chmod +x "$out/bin/run"
           '' // {{ meta.mainProgram = "run"; }}; }};"#
    )
}

/// How many builds Nix makes side by side: with one, its log tells all; with several, the store must be asked.
fn with_builds<'a>(
    project: &'a Project,
    args: &[&str],
    jobs: &str,
) -> nixward_testing::NixwardCommand<'a> {
    project
        .nixward(args)
        .arg("--option")
        .arg("max-jobs")
        .arg(jobs)
}

fn fast(name: &str) -> String {
    format!(
        r#"{name} = project "{name}" "true" {{ test = test "touch $STAMPS/{name} # ${{salt}}"; }};"#
    )
}

/// Runs the tests of two fast ones and a slow one; gives the calls of `path-info`.
fn run_fast_and_slow(jobs: &str, before_the_slow_one: &str) -> Option<usize> {
    let script = format!("/bin/sleep 3; : > \"/tmp/${{salt}}\" # {before_the_slow_one}");
    let slow = slow("slow", &script);
    let project = project(&format!(
        "{{ packages = rec {{ {} {} {slow} }}; }}",
        fast("a"),
        fast("b")
    ))?;
    let stamps = project.root().join("tmp");
    let output = with_builds(&project, &["test", "--all"], jobs)
        .env("STAMPS", &stamps)
        .run()
        .expect_code(0)
        .expect_stderr("3 run: 3 passed");
    let end = Path::new("/tmp").join(project.salt());
    let ended = made(&end);
    fs_err::remove_file(&end).unwrap();
    for name in ["a", "b"] {
        let tested = made(&stamps.join(name));
        let before = ended.duration_since(tested).unwrap_or_default();
        assert!(
            before > Duration::from_secs(1),
            "{name} was tested {before:?} before the slow build ended"
        );
    }
    let calls = output.nix_calls().iter();
    Some(
        calls
            .filter(|call| call.contains(&"path-info".to_owned()))
            .count(),
    )
}

#[test]
fn a_fast_test_ends_before_a_slow_build() {
    run_fast_and_slow("4", "");
}

#[test]
fn where_builds_go_one_by_one_the_store_need_not_be_asked() {
    let asked = run_fast_and_slow("1", "${a.test} ${b.test}");
    assert_eq!(asked.unwrap_or_default(), 0);
}

#[test]
fn nothing_starts_on_half_a_build() {
    // Each writes its program early, and is found out later, in another way.
    let early = |name: &str, then: &str, more: &str| {
        format!(
            r#"{name} = project "{name}" "true" {{ test = derivation {{
                 name = "{name}-${{salt}}"; inherit system; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
                 outputs = [ "out" ]; {more}
                 args = [ "-c" ''
                   mkdir -p "$out/bin"
                   printf '#!/bin/sh\n: > "$STAMPS/{name}"\n' > "$out/bin/run"
                   chmod +x "$out/bin/run"
                   sleep 0.7
                   {then}
                   exit 0
                 '' ];
               }} // {{ meta.mainProgram = "run"; }}; }};"#
        )
    };
    let references = r##"disallowedReferences = [ "${program "library" "# ${salt}"}" ];"##;
    let outputs = format!(
        "{{ packages = {{ {} {} {} {} {} }}; }}",
        early("fails", "exit 3", ""),
        early(
            "refers",
            r##"echo ${program "library" "# ${salt}"} > $out/reference"##,
            references
        ),
        early("lacks", "", "").replace(r#"outputs = [ "out" ]"#, r#"outputs = [ "out" "dev" ]"#),
        early("good", "", ""),
        slow("slow", "/bin/sleep 2")
    );
    for jobs in ["1", "4"] {
        let Some(project) = project(&outputs) else {
            return;
        };
        let stamps = project.root().join("tmp");
        let output = with_builds(&project, &["test", "--all"], jobs)
            .env("STAMPS", &stamps)
            .run()
            .expect_code(5)
            .expect_stderr("5 run: 2 passed, 3 failed");
        assert!(stamps.join("good").exists(), "{}", output.stderr());
        for name in ["fails", "refers", "lacks"] {
            assert!(!stamps.join(name).exists(), "{name}: {}", output.stderr());
            let failed = output
                .stderr()
                .lines()
                .any(|line| line.contains("BUILD FAIL") && line.ends_with(&format!("{name} test")));
            assert!(failed, "{name}: {}", output.stderr());
        }
    }
}

#[test]
fn a_check_is_told_as_soon_as_it_is_built() {
    let outputs = format!(
        "{{ packages = {{ }}; checks = {{ fast = check \"fast-${{salt}}\" \"true\"; {} }}; }}",
        r#"slow = check "slow-${salt}" "/bin/sleep 2";"#
    );
    let Some(project) = project(&outputs) else {
        return;
    };
    let output = project
        .nixward(["check", "--message-format", "json"])
        .run()
        .expect_code(0);
    let lines = output.json_lines();
    let reasons: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["reason"].as_str())
        .collect();
    let first_step = reasons.iter().position(|one| *one == "step-finished");
    let last_build = reasons.iter().rposition(|one| *one == "build-finished");
    assert!(first_step.unwrap() < last_build.unwrap(), "{reasons:?}");
    let count = |reason: &str| reasons.iter().filter(|one| **one == reason).count();
    assert_eq!((count("build-finished"), count("step-finished")), (2, 2));
}

#[test]
fn what_is_printed_keeps_its_order() {
    let outputs = r##"{ packages = {
      b = project "b" "# ${salt}" { };
      a = derive "a-${salt}" "/bin/sleep 1; : > $out";
    }; }"##;
    let Some(project) = project(outputs) else {
        return;
    };
    let build = || project.nixward(["build", "a", "b"]).run().expect_code(0);
    let first = build();
    let names: Vec<&str> = first
        .stdout()
        .lines()
        .map(|path| path.split_once('-').unwrap().1)
        .collect();
    assert!(
        names.len() == 2 && names[0].starts_with("a-") && names[1] == "b",
        "{names:?}"
    );
    assert_eq!(build().stdout(), first.stdout());
}

#[test]
fn ctrl_c_ends_builds_and_steps_together() {
    let outputs = format!(
        r#"{{ packages = rec {{
          fast = project "fast" "true" {{ test = test "touch $STAMPS/fast; sleep 60 # ${{salt}}"; }};
          {}
        }}; }}"#,
        slow("slow", ": ${fast.test}; /bin/sleep 60")
    );
    let Some(project) = project(&outputs) else {
        return;
    };
    let stamps = project.root().join("tmp");
    let running = project
        .nixward(["test", "--all"])
        .env("STAMPS", &stamps)
        .start();
    wait_until("the test has started", || {
        stamps.join("fast").exists().then_some(())
    });
    running.interrupt();
    // Neither is left; every run sees to that.
    let output = running.finish().expect_signal(2);
    for line in ["CANCELLED", "NOT RUN", "1 interrupted, 1 not run"] {
        assert!(output.stderr().contains(line), "{}", output.stderr());
    }
}

#[test]
fn after_a_failure_nothing_more_starts_where_that_is_wanted() {
    let outputs = format!(
        r#"{{ packages = rec {{
          fast = project "fast" "true" {{ test = test "exit 1 # ${{salt}}"; }};
          {}
        }}; }}"#,
        slow("slow", ": ${fast.test}; /bin/sleep 1")
    );
    let Some(project) = project(&outputs) else {
        return;
    };
    project
        .nixward(["test", "--all", "--fail-fast"])
        .run()
        .expect_code(1)
        .expect_stderr("1/2 run: 0 passed, 1 failed, 1 not run");
}

#[test]
fn what_runs_one_by_one_waits_for_all_builds() {
    let outputs = r##"{ packages = rec {
      a = project "a" "echo a ran # ${salt}" { };
      b = derive "b-${salt}" "echo ${a}; /bin/sleep 0.5; exit 3" // { meta.mainProgram = "b"; };
    }; }"##;
    let Some(project) = project(outputs) else {
        return;
    };
    let output = project.nixward(["run", "a", "b"]).run().expect_code(5);
    assert_eq!(output.stdout(), "", "{}", output.stderr());
}

//! Nix missing, old, of another kind, broken, killed, hanging: mostly stand-ins, since a real one can't be made to do it.

use std::path::Path;

use nixward_testing::{
    Call, FakeProgram, Project, ProjectBuilder, RealNix, call, insta, real_nix, wait_until,
};

use crate::support::{project, real_project};

const OUTPUTS: &str = r#"{
  packages = {
    bad = project "bad" "true" { test = test "cat ${unbuildable "library"}"; };
    good = project "good" "echo good" { test = test "echo good"; };
  };
  checks.style = check "style" "true";
}"#;

const CURRENT: &str = "nix (Nix) 2.34.8";

/// A workspace for a stand-in: nobody evaluates its flake.
fn with_fake(fake: FakeProgram) -> Project {
    project()
        .manifest("[workspace]\nname = \"initech\"\n")
        .flake("{ outputs = _: { }; }")
        .fake(fake)
        .build()
}

fn real_but(fake: FakeProgram) -> Option<ProjectBuilder> {
    let nix = real_nix()?;
    Some(
        project()
            .nix_but(&nix, fake)
            .manifest("[workspace]\nname = \"initech\"\n")
            .outputs(OUTPUTS),
    )
}

/// One that evaluates well; what `build` does is for the test to say. None of the paths it is asked about are there.
fn evaluating(nix: &RealNix) -> FakeProgram {
    let none_is_there = r#"
        separator='{'
        for path; do
          case $path in /nix/store/*) printf '%s"%s":null' "$separator" "$path"; separator=, ;; esac
        done
        printf '}\n'"#;
    FakeProgram::nix(CURRENT)
        .on(call().arg("eval").real(nix))
        .on(call().arg("path-info").sh(none_is_there))
}

fn with_fake_build(nix: &RealNix, build: Call) -> Project {
    let fake = evaluating(nix).on(build);
    project()
        .nix_but(nix, fake)
        .manifest("[workspace]\nname = \"initech\"\n")
        .outputs(OUTPUTS)
        .build()
}

fn log_line(text: &str) -> String {
    format!(
        "@nix {}\n",
        serde_json::json!({"action": "msg", "level": 0, "msg": text})
    )
}

#[test]
fn no_nix_at_all() {
    let places = [
        "/nix/var/nix/profiles/default/bin/nix",
        "/run/current-system/sw/bin/nix",
        "/usr/local/bin/nix",
    ];
    if places.iter().any(|place| Path::new(place).exists()) {
        nixward_testing::skipped("Nix is installed where it is found without PATH");
        return;
    }
    let project = project()
        .manifest("[workspace]\n")
        .flake("{ outputs = _: { }; }")
        .build();
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: there is no `nix` on PATH, nor where its installers put it

    hint: install Nix: https://nixos.org/download
    hint: if it is installed, open a new shell, so that it is on PATH
    ");
    for args in [&["list"][..], &["run", "x"], &["plan", "test"], &[]] {
        project
            .nixward(args)
            .run()
            .expect_code(3)
            .expect_stderr("there is no `nix`");
    }
}

#[test]
fn a_nix_that_is_not_on_path_is_found_in_the_persons_profile() {
    let Some(nix) = real_nix() else { return };
    let project = project()
        .nix(&nix)
        .manifest("[workspace]\n")
        .outputs(OUTPUTS)
        .build();
    let profile = project.root().join("home/.nix-profile/bin");
    fs_err::create_dir_all(&profile).unwrap();
    project.remove_program("nix");
    fs_err::os::unix::fs::symlink(nix.program(), profile.join("nix")).unwrap();
    project
        .nixward(["run", "good"])
        .run()
        .expect_code(0)
        .expect_stdout_is("good\n");
}

#[test]
fn a_nix_that_is_too_old() {
    for version in ["nix (Nix) 2.8.0", "nix (Nix) 2.17.1", "nix (Nix) 1.11.16"] {
        let project = with_fake(FakeProgram::nix(version));
        let output = project.nixward(["test", "--all"]).run().expect_code(3);
        let output = output
            .expect_stderr(version)
            .expect_stderr("2.18 or newer")
            .expect_stderr("upgrade");
        assert!(
            output
                .stderr()
                .contains(project.programs().to_str().unwrap()),
            "{}",
            output.stderr()
        );
        assert_eq!(output.nix_calls().len(), 1);
    }
}

#[test]
fn a_nix_that_is_none() {
    for (said, shown) in [
        ("", "\"\""),
        ("command not found", "command not found"),
        ("nix (Nix) unknown", "unknown"),
    ] {
        let project = with_fake(FakeProgram::nix(said));
        project
            .nixward(["list"])
            .run()
            .expect_code(3)
            .expect_stderr("no Nix that nixward knows")
            .expect_stderr(shown);
    }
    let project = with_fake(FakeProgram::new("nix").on(call().stderr("bus error\n").exit(135)));
    project
        .nixward(["list"])
        .run()
        .expect_code(3)
        .expect_stderr("bus error");
}

#[test]
fn other_nixes_work() {
    let Some(nix) = real_nix() else { return };
    for version in [
        "nix (Nix) 2.18.9",
        "nix (Nix) 2.19.0",
        "nix (Nix) 2.36.0pre20260901_abc12de",
        "nix (Lix, like Nix) 2.93.3",
        "nix (Lix, like Nix) 2.94.0-pre20260101-abc\nSystem type: x86_64-linux",
        "nix (Determinate Nix 3.15.1) 2.33.0",
    ] {
        let project = project()
            .nix_but(&nix, FakeProgram::nix(version))
            .manifest("[workspace]\n")
            .outputs(OUTPUTS)
            .build();
        project.nixward(["test", "good"]).run().expect_code(0);
        project
            .nixward(["run", "good"])
            .run()
            .expect_code(0)
            .expect_stdout_is("good\n");
        let output = project.nixward(["test", "--all"]).run().expect_code(5);
        let output = output.expect_stderr("1 passed, 1 failed");
        // 2.18 knows no name for all outputs.
        let has_absolute = output
            .nix_calls()
            .iter()
            .flatten()
            .any(|argument| argument.ends_with("#."));
        assert_eq!(
            has_absolute,
            !version.contains("2.18"),
            "{version}: {:?}",
            output.nix_calls()
        );
    }
}

#[test]
fn path_info_in_the_shape_of_old_versions_and_lix() {
    let as_list = r#"
        shift; separator=[
        for path; do
          case $path in /nix/store/*) ;; *) continue ;; esac
          if [ -e "$path" ]; then valid=true; else valid=false; fi
          printf '%s{"path":"%s","valid":%s}' "$separator" "$path" "$valid"
          separator=,
        done
        printf ']\n'"#;
    for version in ["nix (Nix) 2.18.9", "nix (Lix, like Nix) 2.93.3"] {
        let fake = FakeProgram::nix(version).on(call().arg("path-info").sh(as_list));
        let Some(project) = real_but(fake) else {
            return;
        };
        let project = project.build();
        let output = project.nixward(["test", "--all"]).run().expect_code(5);
        let output = output
            .expect_stderr("PASS")
            .expect_stderr("good test")
            .expect_stderr("BUILD FAIL");
        output.expect_stderr("1 passed, 1 failed");
        assert!(
            project
                .calls("nix")
                .iter()
                .any(|call| call.contains(&"path-info".to_owned()))
        );
    }
}

#[test]
fn flakes_that_are_off_are_no_obstacle() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .env("NIX_CONFIG", "experimental-features =\nwarn-dirty = true\n")
        .manifest("[workspace]\n")
        .outputs(OUTPUTS)
        .build();
    project.nixward(["test", "good"]).run().expect_code(0);
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(5)
        .expect_stderr("1 passed, 1 failed");
    project.nixward(["check"]).run().expect_code(0);
    project.nixward(["list"]).run().expect_code(0);
}

#[test]
fn an_answer_that_is_none() {
    for answer in [
        "",
        "garbage",
        "[]",
        "{}",
        "null",
        "{\"names\":[\"it\"],\"packages\":{\"it\":",
        "\u{0}\u{1}",
    ] {
        let project = with_fake(FakeProgram::nix(CURRENT).on(call().arg("eval").stdout(answer)));
        let output = project.nixward(["test", "--all"]).run().expect_code(3);
        output.expect_stderr("cannot understand what Nix answered");
    }
}

#[test]
fn an_evaluation_that_is_killed() {
    let project = with_fake(FakeProgram::nix(CURRENT).on(call().arg("eval").killed_by("KILL")));
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    assert!(
        output.stderr().contains("signal 9") || output.stderr().contains("killed"),
        "{}",
        output.stderr()
    );
    // One that is killed once, as by a machine that is short of memory for a moment, is asked for in parts.
    let Some(project) =
        real_but(FakeProgram::new("nix").on(call().arg("eval").times(1).killed_by("KILL")))
    else {
        return;
    };
    project
        .build()
        .nixward(["test", "good"])
        .run()
        .expect_code(0);
}

#[test]
fn an_evaluation_that_crashes_with_many_words() {
    let trace: String = (0..5000)
        .map(|number| format!("       … while calling function {number}\n"))
        .collect();
    let text = format!("error:\n{trace}       error: stack overflow; max-call-depth exceeded\n");
    let project = with_fake(FakeProgram::nix(CURRENT).on(call().arg("eval").stderr(text).exit(1)));
    let output = project
        .nixward(["test", "--all"])
        .run()
        .expect_code(3)
        .expect_stderr("stack overflow");
    assert!(output.stderr().lines().count() < 20, "{}", output.stderr());
}

#[test]
fn a_daemon_that_is_gone() {
    let said = "error: cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused\n";
    let project = with_fake(FakeProgram::nix(CURRENT).on(call().arg("eval").stderr(said).exit(1)));
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(3)
        .expect_stderr("cannot connect to socket");
    let Some(nix) = real_nix() else { return };
    let fake = FakeProgram::nix(CURRENT)
        .on(call().arg("eval").real(&nix))
        .on(call().arg("build").stderr(log_line(said.trim())).exit(1))
        .on(call().arg("path-info").stderr(said).exit(1));
    let project = self::project()
        .nix_but(&nix, fake)
        .manifest("[workspace]\n")
        .outputs(OUTPUTS)
        .build();
    let output = project.nixward(["test", "good"]).run();
    assert!(
        matches!(output.exit_code(), 3 | 5),
        "{}: {}",
        output.exit_code(),
        output.stderr()
    );
    assert!(
        output.stderr().contains("cannot connect to socket"),
        "{}",
        output.stderr()
    );
}

#[test]
fn a_full_disk_while_building() {
    let said = "error: writing to file: No space left on device";
    let Some(nix) = real_nix() else { return };
    let project = with_fake_build(&nix, call().arg("build").stderr(log_line(said)).exit(1));
    let output = project.nixward(["test", "good"]).run().expect_code(5);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 5
    ----- stdout -----

    ----- stderr -----
      BUILD FAIL [DURATION] good test
        writing to file: No space left on device
    ────────────
         Summary [DURATION] 1 run: 0 passed, 1 failed
    ");
}

#[test]
fn a_build_that_is_killed_or_says_nothing() {
    let Some(nix) = real_nix() else { return };
    for build in [
        call().arg("build").killed_by("KILL"),
        call().arg("build").exit(1),
    ] {
        let output = with_fake_build(&nix, build)
            .nixward(["test", "good"])
            .run()
            .expect_code(5);
        // There must be something to go by.
        let block = output.stderr().split("BUILD FAIL").nth(1).unwrap();
        assert!(
            block.lines().nth(1).unwrap().trim().len() > 5,
            "{}",
            output.stderr()
        );
    }
}

#[test]
fn a_build_that_answers_nonsense() {
    let Some(nix) = real_nix() else { return };
    let project = with_fake_build(&nix, call().arg("build").stdout("nonsense"));
    let output = project.nixward(["test", "good"]).run().expect_code(5);
    output.expect_stderr("cannot understand what Nix answered");
}

#[test]
fn lines_that_are_no_log_do_not_disturb_a_build() {
    let noise = "@nix {\"action\":\"sta\n@nix []\n@nix {\"action\":\"start\",\"id\":1,\"type\":99999}\n\u{0}\nplain text\n\
                 @nix {\"action\":\"stop\",\"id\":77}\n@nix {\"action\":\"result\",\"id\":3,\"type\":101,\"fields\":[]}\n";
    let nix = real_nix();
    let Some(nix) = nix else { return };
    let fake = FakeProgram::new("nix").on(call().arg("build").stderr(noise).real(&nix));
    let Some(project) = real_but(fake) else {
        return;
    };
    project
        .build()
        .nixward(["test", "good"])
        .run()
        .expect_code(0)
        .expect_stdout_is("good\n");
}

#[test]
fn a_nix_that_hangs_is_ended_by_ctrl_c() {
    let Some(nix) = real_nix() else { return };
    for project in [
        with_fake(FakeProgram::new("nix").on(call().arg("--version").hang())),
        with_fake(FakeProgram::nix(CURRENT).on(call().arg("eval").hang())),
        with_fake_build(&nix, call().arg("build").hang()),
    ] {
        let running = project.nixward(["test", "--all"]).start();
        wait_until("the hanging nix", || {
            project
                .mark()
                .processes()
                .iter()
                .any(|process| process.command.contains("sleep 600"))
                .then_some(())
        });
        running.interrupt();
        running.finish().expect_signal(2);
    }
}

#[test]
fn a_nix_that_ignores_signals_is_killed_by_the_second_ctrl_c() {
    let Some(nix) = real_nix() else { return };
    let project = with_fake_build(
        &nix,
        call().arg("build").ignoring_signals().sh("/bin/sleep 600"),
    );
    let running = project.nixward(["test", "--all"]).start();
    wait_until("the stubborn nix", || {
        project
            .mark()
            .processes()
            .iter()
            .any(|process| process.command.contains("sleep 600"))
            .then_some(())
    });
    running.interrupt();
    // No word comes while the build is being ended: it is told when that is over. So the second comes blindly.
    running.interrupt();
    let begun = std::time::Instant::now();
    while !project.mark().processes().is_empty()
        && begun.elapsed() < std::time::Duration::from_secs(8)
    {
        running.try_interrupt();
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(8),
        "it was not killed"
    );
    running.finish().expect_signal(2);
}

#[test]
fn the_version_is_remembered_until_the_program_is_another() {
    let Some(nix) = real_nix() else { return };
    let project = project()
        .nix(&nix)
        .manifest("[workspace]\n")
        .outputs(OUTPUTS)
        .build();
    let asks = |output: &nixward_testing::Finished| {
        output
            .nix_calls()
            .iter()
            .filter(|call| call.contains(&"--version".to_owned()))
            .count()
    };
    let first = project.nixward(["list"]).run().expect_code(0);
    let second = project.nixward(["list"]).run().expect_code(0);
    assert_eq!((asks(&first), asks(&second)), (1, 0));
    // A cache that is no cache is none.
    let cache = project.root().join("cache/nixward/nix-versions.json");
    fs_err::write(&cache, "not json").unwrap();
    assert_eq!(asks(&project.nixward(["list"]).run().expect_code(0)), 1);
    project.remove_program("nix");
    let old = project.programs().join("nix");
    fs_err::write(&old, "#!/bin/sh\necho 'nix (Nix) 2.8.0'\n").unwrap();
    fs_err::set_permissions(&old, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    project
        .nixward(["list"])
        .run()
        .expect_code(3)
        .expect_stderr("too old");
}

#[test]
fn a_program_named_nix_that_cannot_be_executed() {
    let project = project()
        .manifest("[workspace]\n")
        .flake("{ outputs = _: { }; }")
        .build();
    let program = project.programs().join("nix");
    fs_err::write(&program, "\x7fELF, but not really").unwrap();
    fs_err::set_permissions(
        &program,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    project
        .nixward(["list"])
        .run()
        .expect_code(3)
        .expect_stderr("nix");
}

#[test]
fn what_nix_warns_of_is_said_once_and_a_dirty_tree_is_no_news() {
    let Some(nix) = real_nix() else { return };
    let fake = FakeProgram::new("nix").on(call()
        .arg("eval")
        .stderr("warning: ignoring untrusted substituter 'https://cache.example'\n")
        .real(&nix));
    let Some(project) = real_but(fake) else {
        return;
    };
    let project = project.build();
    project.write("nixward.toml", "[workspace]\n# edited\n");
    let output = project.nixward(["test", "good"]).run().expect_code(0);
    assert_eq!(
        output
            .stderr()
            .matches("ignoring untrusted substituter")
            .count(),
        1,
        "{}",
        output.stderr()
    );
    assert!(!output.stderr().contains("dirty"), "{}", output.stderr());
}

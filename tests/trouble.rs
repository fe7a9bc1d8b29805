//! Terminals, pipes, disks and homes that are not what one hopes: one clear line, and never a panic.

use crate::support::{closed_pipe, full, office, real_project};

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let Some(office) = office() else { return };
    let office = office.build();
    for args in [
        &["list"][..],
        &["plan", "test", "--all"],
        &["build", "--all"],
        &["build", "--all", "-q"],
        &["list", "--message-format", "json"],
        &["--help"],
        &["--version"],
        &[],
    ] {
        let output = office
            .nixward(args)
            .stdout_to(closed_pipe())
            .run()
            .expect_code(0);
        assert!(
            !output.stderr().contains("error"),
            "{args:?}: {}",
            output.stderr()
        );
    }
    // Tests are no data: whether they pass does not depend on who reads.
    office
        .nixward(["test", "--all"])
        .stdout_to(closed_pipe())
        .run()
        .expect_code(0);
    office
        .nixward(["test", "--all"])
        .stderr_to(closed_pipe())
        .run()
        .expect_code(0);
    office
        .nixward(["nonsense"])
        .stderr_to(closed_pipe())
        .run()
        .expect_code(4);
}

#[test]
fn a_reader_that_goes_away_in_the_middle() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office
        .nixward(["list"])
        .under(["sh", "-c", "\"$@\" | head -1", "sh"])
        .run()
        .expect_code(0);
    assert!(
        output.stdout().starts_with("PROJECT"),
        "{}",
        output.stdout()
    );
    assert_eq!(output.stdout().lines().count(), 1);
    assert_eq!(output.stderr(), "");
}

#[test]
fn an_output_that_is_full_is_one_clear_line() {
    let Some(office) = office() else { return };
    let office = office.build();
    for args in [
        &["list"][..],
        &["plan", "test", "--all"],
        &["list", "--message-format", "json"],
        &[],
    ] {
        let output = office.nixward(args).stdout_to(full()).run().expect_code(1);
        assert_eq!(
            output.stderr().matches("No space left on device").count(),
            1,
            "{args:?}: {}",
            output.stderr()
        );
        assert!(output.stderr().lines().count() <= 3, "{}", output.stderr());
    }
    // Paths that nobody gets are no success.
    for args in [
        &["build", "--all"][..],
        &["test", "--all", "--message-format", "json"],
    ] {
        let output = office.nixward(args).stdout_to(full()).run().expect_code(1);
        assert!(
            output.stderr().contains("No space left on device"),
            "{args:?}: {}",
            output.stderr()
        );
    }
    // Where even errors can't be written, the exit code has to do: nobody has seen that the tests passed.
    office
        .nixward(["test", "--all"])
        .stderr_to(full())
        .run()
        .expect_code(1);
}

#[test]
fn colours_are_for_terminals_and_those_who_ask() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(r#"{ packages = { a = project "a" "true" { test = test "exit 1"; }; b = project "b" "true" { test = test "true"; }; }; }"#)
        .build();
    let is_coloured = |args: &[&str], environment: &[(&str, &str)]| {
        let words = ["test", "--all"].iter().chain(args);
        let command = project.nixward(words);
        let command = environment
            .iter()
            .fold(command, |command, (name, value)| command.env(name, value));
        command.run().expect_code(1).stderr().contains("\u{1b}[")
    };
    assert!(!is_coloured(&[], &[]));
    assert!(is_coloured(&["--color", "always"], &[]));
    assert!(is_coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(is_coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(is_coloured(&[], &[("NIXWARD_COLOR", "always")]));
    assert!(!is_coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(!is_coloured(
        &["--color", "never"],
        &[("CLICOLOR_FORCE", "1")]
    ));
    for (environment, expected) in [
        (None, true),
        (Some(("NO_COLOR", "1")), false),
        (Some(("TERM", "dumb")), false),
    ] {
        let command = project.nixward(["test", "--all"]);
        let command = environment
            .iter()
            .fold(command, |command, (name, value)| command.env(name, value));
        let output = command.on_terminal().finish().expect_code(1);
        // Only what is coloured, not what moves the cursor.
        let coloured = output.stdout().contains("\u{1b}[31m")
            || output.stdout().contains("\u{1b}[32m")
            || output.stdout().contains("\u{1b}[1m");
        assert_eq!(coloured, expected, "{environment:?}: {:?}", output.stdout());
    }
    // Without colours the text is the same.
    let plain = project.nixward(["list"]).run().expect_code(0);
    let coloured = project
        .nixward(["list", "--color", "always"])
        .run()
        .expect_code(0);
    assert_ne!(plain.stdout(), coloured.stdout());
    let mut without = String::new();
    let mut rest = coloured.stdout();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        without.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    without.push_str(rest);
    assert_eq!(without, plain.stdout());
}

#[test]
fn a_terminal_shows_what_runs_and_then_only_the_report() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(r#"{ packages = { slow = project "slow" "true" { test = test "echo half way; sleep 0.6"; }; b = project "b" "true" { test = test "true"; }; }; }"#)
        .build();
    let terminal = project.nixward(["test", "--all"]).on_terminal();
    terminal.wait_for("slow test");
    let output = terminal.finish().expect_code(0);
    output.expect_stdout("2 passed");
    // In CI there is no such display.
    let output = project
        .nixward(["test", "--all"])
        .env("CI", "true")
        .on_terminal()
        .finish()
        .expect_code(0);
    assert!(
        !output.stdout().contains("half way"),
        "{:?}",
        output.stdout()
    );
    // Nor where the terminal can't move its cursor, or nobody wants it.
    for (args, environment) in [
        (&["test", "--all"][..], ("TERM", "dumb")),
        (&["test", "--all", "--report", "plain"], ("NO_COLOR", "1")),
    ] {
        let (name, value) = environment;
        let output = project
            .nixward(args)
            .env(name, value)
            .on_terminal()
            .finish()
            .expect_code(0)
            .expect_stdout("2 passed");
        let text = output.stdout();
        assert!(!text.contains(['\u{1b}', '\u{8}']), "{text:?}");
        assert!(!text.replace("\r\n", "").contains('\r'), "{text:?}");
    }
}

#[test]
fn a_terminal_that_is_made_narrower_meanwhile() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[projects.slow]\ntest = { pass-env = [\"GO\"] }\n")
        .outputs(
            r#"{ packages = {
              slow = project "slow" "true" { test = test ''echo "waiting for Godot"; while [ ! -e "$GO" ]; do sleep 0.05; done''; };
              b = project "b" "true" { test = test "true"; };
            }; }"#,
        )
        .build();
    let go = project.root().join("go");
    let terminal = project
        .nixward(["test", "--all"])
        .env("NO_COLOR", "1")
        .env("GO", &go)
        .on_terminal();
    // The first line that a test prints is shown, though no other comes after it.
    terminal.wait_for("s] slow test  waiting for Godot");
    // Where there is no room for it, how long it has run is left out.
    assert!(!terminal.written().contains("running slow test"));
    terminal.resize(40);
    terminal.wait_for("running slow test");
    terminal.resize(80);
    fs_err::write(&go, "").unwrap();
    terminal.finish().expect_code(0).expect_stdout("2 passed");
}

#[test]
fn a_home_that_cannot_be_written() {
    let Some(office) = office() else { return };
    let office = office.build();
    // Nobody, not even root, can make a folder there.
    let nowhere = "/dev/null/nowhere";
    let cache = office.root().join("cache");
    let command = |args: &[&str]| {
        let command = office
            .nixward(args)
            .env("HOME", nowhere)
            .env("NIX_CACHE_HOME", &cache);
        [
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
        ]
        .iter()
        .fold(command, |command, name| command.env(name, nowhere))
    };
    command(&["list"]).run().expect_code(0);
    command(&["run", "printer"])
        .run()
        .expect_code(0)
        .expect_stdout_is("printing \n");
    // The tests run; that there is no log is said.
    let output = command(&["test", "--all"]).run().expect_code(0);
    assert!(output.stderr().contains("log"), "{}", output.stderr());
    office.edit(
        "outputs.nix",
        "echo \"printer tested $*\"",
        "echo why; false",
    );
    command(&["test", "--all"])
        .run()
        .expect_code(1)
        .expect_stderr("why");
}

#[test]
fn no_home_at_all() {
    let Some(office) = office() else { return };
    let office = office.build();
    let cache = office.root().join("cache");
    let output = office
        .nixward(["test", "printer"])
        .without_env("HOME")
        .without_env("XDG_CACHE_HOME")
        .without_env("XDG_STATE_HOME")
        .without_env("XDG_CONFIG_HOME")
        .without_env("XDG_DATA_HOME")
        .env("NIX_CACHE_HOME", cache)
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "printer tested \n");
}

/// Starts nixward where a folder is a disk of that size.
fn with_disk(folder: &str, options: &str) -> Option<Vec<String>> {
    if !nixward_testing::host_program_succeeds(
        "unshare",
        &["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
    ) {
        nixward_testing::skipped("only root can make a small disk");
        return None;
    }
    let script = format!("/bin/mount -t tmpfs -o {options} tmpfs \"{folder}\" && exec \"$@\"");
    Some(
        ["/usr/bin/unshare", "--mount", "sh", "-c", &script, "sh"]
            .map(str::to_owned)
            .to_vec(),
    )
}

#[test]
fn a_disk_that_is_full_of_logs() {
    let Some(project) = real_project() else {
        return;
    };
    let Some(disk) = with_disk("$XDG_STATE_HOME", "size=64k") else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              loud = project "loud" "true" { test = test "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); echo line $i; done; exit 1"; };
              quiet = project "quiet" "true" { test = test "true"; };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["test", "--all"])
        .under(disk)
        .run()
        .expect_code(1);
    let output = output
        .expect_stderr("line 20000")
        .expect_stderr("1 passed, 1 failed");
    // Once for the log, and once for the record of the run.
    for part in [
        "the log is not whole: ",
        "warning: the run is not recorded, for `nixward log`: ",
    ] {
        let stderr = output.stderr();
        assert_eq!(stderr.matches(part).count(), 1, "{part}\n{stderr}");
    }
    assert_eq!(
        output.stderr().matches("No space left on device").count(),
        2
    );
}

#[test]
fn a_disk_with_no_room_for_a_tests_folders() {
    let Some(project) = real_project() else {
        return;
    };
    let Some(disk) = with_disk("$TMPDIR", "nr_inodes=2") else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(r#"{ packages.it = project "it" "true" { test = test "true"; }; }"#)
        .build();
    let output = project.nixward(["test", "it"]).under(disk).run();
    assert!(matches!(output.exit_code(), 1 | 5), "{}", output.stderr());
    assert!(
        output.stderr().contains("No space left on device"),
        "{}",
        output.stderr()
    );
}

#[test]
fn a_store_without_room() {
    let Some(project) = real_project() else {
        return;
    };
    let Some(disk) = with_disk("$STORE_DISK", "size=32m") else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(r#"{ packages.it = derive "large" "head -c 60000000 /dev/zero > $out"; }"#)
        .build();
    let folder = project.root().join("disk");
    fs_err::create_dir(&folder).unwrap();
    let output = project
        .nixward(["build", "it"])
        .under(disk)
        .env("STORE_DISK", &folder)
        .env("NIX_STORE_DIR", folder.join("store"))
        .env("NIX_STATE_DIR", folder.join("var/nix"))
        .env("NIX_LOG_DIR", folder.join("var/log"))
        .env(
            "NIX_CONFIG",
            format!("build-dir = {}\n", project.root().join("tmp").display()),
        )
        .run();
    assert!(
        matches!(output.exit_code(), 3 | 5),
        "{}: {}",
        output.exit_code(),
        output.stderr()
    );
    assert!(
        output.stderr().contains("No space left on device"),
        "{}",
        output.stderr()
    );
}

#[test]
fn an_input_that_cannot_be_fetched() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .flake(
            r#"{
  inputs.far.url = "tarball+http://127.0.0.1:9/far.tar";
  outputs = { self, far }: { packages = far.packages; };
}"#,
        )
        .build();
    let output = project
        .nixward(["list", "--option", "download-attempts", "1"])
        .run()
        .expect_code(3);
    output
        .expect_stderr("unable to download 'http://127.0.0.1:9/far.tar'")
        .expect_stderr("--override-input NAME REFERENCE");
}

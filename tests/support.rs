//! What the tests have in common.

use std::{fs::File, os::fd::OwnedFd, path::PathBuf};

use nixward_testing::{Output, Project, ProjectBuilder, RealNix, real_nix, wait_until};

/// The program that is tested: the one that cargo built for these tests, or another that is to be installed.
pub(crate) fn nixward() -> PathBuf {
    std::env::var_os("NIXWARD_TEST_PROGRAM")
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_nixward").into())
        .into()
}

/// An empty workspace for that program.
pub(crate) fn project() -> ProjectBuilder {
    nixward_testing::project(&nixward())
}

/// The same with the real Nix, if there is one.
pub(crate) fn real_project() -> Option<ProjectBuilder> {
    Some(project().nix(&real_nix()?))
}

/// The example workspace, if there is a Nix that builds it.
pub(crate) fn initech() -> Option<ProjectBuilder> {
    let nix: RealNix = real_nix()?;
    Some(nixward_testing::initech(&nixward(), &nix))
}

/// A small workspace whose projects can do various things:
///
/// | | run | test | check | container | lint | push-img |
/// |---|---|---|---|---|---|---|
/// | memo | x | | x | | | |
/// | printer | x | x | x | x | x | x |
/// | tps-report | x | x | | | x | |
pub(crate) fn office() -> Option<ProjectBuilder> {
    let project = real_project()?
        .manifest(
            r#"[workspace]
name = "initech"
members = ["projects/*"]

[verbs]
lint = { like = "test" }
push-img = { like = "run" }

[projects.memo]
tags = ["paper"]

[projects.printer]
tags = ["hardware", "web"]

[projects.tps-report]
tags = ["paper"]
"#,
        )
        .file("projects/memo/memo.txt", "")
        .file("projects/printer/src/printer.c", "")
        .file("projects/tps_report/report.txt", "")
        .file("projects/only-a-folder/notes.txt", "")
        .outputs(
            r#"{
  packages = {
    memo = project "memo" ''echo "memo $*"'' { meta.description = "Writes memos"; };
    printer = project "printer" ''echo "printing $*"'' {
      test = test ''echo "printer tested $*"'';
      lint = program "lint-printer" "echo linted the printer";
      push-img = program "push" ''echo "pushed $*"'';
      python = program "python" ''echo "python $*"'';
      container = archive "printer" "latest";
    };
    tps_report = project "tps-report" ''echo "reporting $*"'' {
      test = test ''echo "report tested $*"'';
      lint = program "lint-report" "echo linted the report";
    };
  };
  checks = {
    memo = check "memo" "true";
    printer-paper = check "printer-paper" "true";
    spelling = check "spelling" "true";
  };
}"#,
        );
    Some(project)
}

/// A workspace whose tests end in every way that there is; one of them prints what a CI system would take for commands.
pub(crate) fn every_ending() -> Option<Project> {
    let project = real_project()?
        .manifest(
            "[workspace]\nname = \"initech\"\n[projects.slow]\ntest = { timeout = \"100ms\" }\n",
        )
        .outputs(
            r#"{ packages = {
              broken = project "broken" "true" { test = test "cat ${unbuildable "library"}"; };
              failing = project "failing" "true" { test = test ''
                echo '::error title=forged::from a test'
                echo '  ::set-env name=FORGED::yes'
                printf 'colours \033[31mred\033[0m & <tags> ]]> \001\002\n'
                exit 3
              ''; };
              killed = project "killed" "true" { test = test "kill -s SEGV $$"; };
              nowhere = project "nowhere" "true" { test = derive "nothing" "mkdir $out"; };
              passing = project "passing" "true" { test = test "echo '##[warning]forged'"; };
              slow = project "slow" "true" { test = test "sleep 60"; };
              throwing = project "throwing" "true" { test = throw "out of paper"; };
              without = project "without" "true" { };
            }; }"#,
        )
        .build();
    Some(project)
}

/// A workspace whose evaluation never comes to an end, and never uses much memory.
pub(crate) fn endless_evaluation() -> Option<Project> {
    let project = real_project()?
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages.it = project "it" "true" {
              test = let forever = number: if number < 0 then number else forever (number + 1); in
                test "echo ${toString (forever 0)}";
            }; }"#,
        )
        .build();
    Some(project)
}

/// Waits until one has begun.
#[track_caller]
pub(crate) fn wait_for_evaluation(project: &Project) {
    wait_until("the evaluation", || {
        let is_evaluating = project
            .mark()
            .processes()
            .iter()
            .any(|process| process.command.contains(" eval "));
        is_evaluating.then_some(())
    });
}

/// The private folders of tests and builds are gone.
#[track_caller]
pub(crate) fn assert_no_folder_is_left(project: &Project) {
    let left: Vec<_> = fs_err::read_dir(project.root().join("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A pipe that nobody reads any more.
pub(crate) fn closed_pipe() -> File {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    File::from(OwnedFd::from(writer))
}

/// A file on a disk that is full.
pub(crate) fn full() -> File {
    let mut options = fs_err::OpenOptions::new();
    options
        .write(true)
        .open("/dev/full")
        .unwrap()
        .into_parts()
        .0
}

/// What each version of Nix says of the build that fails there, in the same words.
pub(crate) fn same_words_for_a_failed_build(text: &str) -> String {
    text.replace(
        "builder for '/nix/store/[HASH]-library.drv' failed",
        "[THE BUILD FAILED]",
    )
    .replace(
        "Cannot build '/nix/store/[HASH]-library.drv': builder failed",
        "[THE BUILD FAILED]",
    )
}

/// Whether a program can be given namespaces here: by root, or by a user who has namespaces of their own.
pub(crate) fn may_make_namespaces() -> bool {
    nixward_testing::host_program_succeeds("unshare", &["--mount", "true"])
        || nixward_testing::host_program_succeeds(
            "unshare",
            &["--map-root-user", "--mount", "true"],
        )
}

/// Whether something can be mounted in namespaces that are made here.
pub(crate) fn is_root() -> bool {
    nixward_testing::host_program_succeeds("test", &["-O", "/"])
}

/// How long tests go on that could go on for ever, where somebody says so.
pub(crate) fn test_steps() -> Option<u64> {
    number("NIXWARD_TEST_STEPS")
}

/// A number that somebody gives the tests.
pub(crate) fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// What a plan would do: `PROJECT VERB ATTRIBUTE` of each step that is wanted itself.
#[track_caller]
pub(crate) fn planned(output: &Output) -> Vec<String> {
    let document = output.json();
    let steps = document["steps"].as_array().expect("a plan has steps");
    steps
        .iter()
        .filter(|step| step["reason"]["kind"] != "needed-by")
        .map(|step| {
            let project = step["project"].as_str().unwrap_or("(workspace)");
            let attribute = step["attribute"].as_str().expect("a step has an attribute");
            let attribute = attribute.replace(&nixward_testing::system(), "SYSTEM");
            format!(
                "{project} {} {attribute}",
                step["verb"].as_str().expect("a step has a verb")
            )
        })
        .collect()
}

/// Plans, and gives the projects of the steps.
#[track_caller]
pub(crate) fn planned_projects(project: &Project, folder: &str, args: &[&str]) -> Vec<String> {
    let command = project.nixward(["plan", "--message-format", "json"]);
    let command = args.iter().fold(command, |command, arg| command.arg(arg));
    let output = command.in_folder(folder).run().expect_code(0);
    planned(&output)
        .iter()
        .map(|step| step.split(' ').next().unwrap_or_default().to_owned())
        .collect()
}

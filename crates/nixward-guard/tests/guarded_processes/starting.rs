//! Programs that cannot be started, and why.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::{fd::OwnedFd, unix::net::UnixStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::errno::Errno;
use nixward_guard::{Ending, SpawnError, StartFailure, StartStep, StdinSource, WaitError};

use crate::support::{Step, write_executable};

#[track_caller]
fn failure(step: &Step) -> StartFailure {
    let (output, report) = step.run();
    assert_eq!(output, "");
    match report.ending {
        Ending::CouldNotStart(failure) => failure,
        other => panic!("it started: {other:?}"),
    }
}

#[track_caller]
fn check(program: &Path, step: StartStep, path: &Path, errno: Errno) {
    let expected = StartFailure {
        step,
        path: path.to_owned(),
        errno: errno as i32,
    };
    assert_eq!(failure(&Step::program(program)), expected);
}

#[test]
fn the_program_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("missing");
    check(&missing, StartStep::Program, &missing, Errno::ENOENT);
    check(
        folder.path(),
        StartStep::Program,
        folder.path(),
        Errno::EACCES,
    );

    let file = folder.path().join("file");
    fs::write(&file, "#!/bin/sh\n").expect("written");
    check(&file, StartStep::Program, &file, Errno::EACCES);
    let below = file.join("below");
    check(&below, StartStep::Program, &below, Errno::ENOTDIR);

    let dangling = folder.path().join("dangling");
    std::os::unix::fs::symlink("nowhere", &dangling).expect("linked");
    check(&dangling, StartStep::Program, &dangling, Errno::ENOENT);

    let no_format = folder.path().join("no-format");
    write_executable(&no_format, b"neither script nor binary");
    check(&no_format, StartStep::Program, &no_format, Errno::ENOEXEC);

    let mut step = Step::program("/bin/sh");
    step.command.args = vec!["x".repeat(1_000_000).into()];
    assert_eq!(failure(&step).errno, Errno::E2BIG as i32);
}

#[test]
fn its_interpreter() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("no-such-interpreter");
    let script = folder.path().join("script");
    write_executable(
        &script,
        format!("#! {} -x\necho never\n", missing.display()).as_bytes(),
    );
    check(
        &script,
        StartStep::Interpreter { of: script.clone() },
        &missing,
        Errno::ENOENT,
    );

    let second = folder.path().join("second");
    write_executable(&second, format!("#!{}\n", script.display()).as_bytes());
    check(
        &second,
        StartStep::Interpreter { of: script.clone() },
        &missing,
        Errno::ENOENT,
    );

    let unexecutable = folder.path().join("unexecutable");
    fs::write(&unexecutable, "").expect("written");
    let third = folder.path().join("third");
    write_executable(&third, format!("#!{}\n", unexecutable.display()).as_bytes());
    check(
        &third,
        StartStep::Interpreter { of: third.clone() },
        &unexecutable,
        Errno::EACCES,
    );
}

#[test]
fn its_dynamic_loader() {
    // This very executable, with one letter of its loader's name changed.
    let mut binary = fs::read(crate::support::host()).expect("readable");
    let Some(position) = binary
        .windows(4)
        .take(4096)
        .position(|window| window == b"/ld-")
    else {
        // A static executable has none.
        return;
    };
    let begin = binary[..position]
        .iter()
        .rposition(|byte| *byte == 0)
        .expect("the name has a begin")
        + 1;
    let length = binary[begin..]
        .iter()
        .position(|byte| *byte == 0)
        .expect("the name has an end");
    binary[position + 1] = b'x';
    let loader = String::from_utf8(binary[begin..begin + length].to_vec()).expect("text");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("program");
    write_executable(&program, &binary);
    check(
        &program,
        StartStep::Interpreter {
            of: program.clone(),
        },
        Path::new(&loader),
        Errno::ENOENT,
    );
}

#[test]
fn its_working_folder_and_input() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = folder.path().join("missing");
    let mut step = Step::script("exit 0");
    step.command.cwd.clone_from(&missing);
    let expected = StartFailure {
        step: StartStep::WorkingFolder,
        path: missing.clone(),
        errno: Errno::ENOENT as i32,
    };
    assert_eq!(failure(&step), expected);
    let text = format!(
        "cannot enter the working folder {}: No such file or directory",
        missing.display()
    );
    assert_eq!(expected.to_string(), text);

    let mut step = Step::script("exit 0");
    step.command.stdin = StdinSource::File(missing.clone());
    let expected = StartFailure {
        step: StartStep::StandardInput,
        path: missing,
        errno: Errno::ENOENT as i32,
    };
    assert_eq!(failure(&step), expected);
}

#[test]
fn what_cannot_be_passed_on_is_refused() {
    let spawn = |change: &dyn Fn(&mut Step)| {
        let mut step = Step::script("exit 0");
        change(&mut step);
        step.command.spawn().expect_err("refused")
    };
    assert!(matches!(
        spawn(&|step| step.command.program = PathBuf::from("sh")),
        SpawnError::BareProgramName { .. }
    ));
    assert!(matches!(
        spawn(&|step| step.command.args.push("a\0b".into())),
        SpawnError::NulByte {
            what: "an argument",
            ..
        }
    ));
    assert!(matches!(
        spawn(&|step| step.command.env.push(("A".into(), "\0".into()))),
        SpawnError::NulByte {
            what: "the environment",
            ..
        }
    ));
    assert!(matches!(
        spawn(&|step| step.command.cwd = PathBuf::from("/\0")),
        SpawnError::NulByte { what: "a path", .. }
    ));
    for name in ["", "A=B"] {
        assert!(matches!(
            spawn(&|step| step.command.env.push((name.into(), "x".into()))),
            SpawnError::EnvironmentName { .. }
        ));
    }
    assert!(matches!(
        spawn(&|step| step.command.guard_executable = PathBuf::from("/no/such/executable")),
        SpawnError::Guard { .. }
    ));
}

#[test]
fn an_executable_that_is_no_guard_is_noticed() {
    let mut step = Step::script("exit 0");
    step.command.guard_executable = PathBuf::from("/bin/sh");
    match step.command.spawn() {
        // It may end before or after it is told what to run.
        Err(SpawnError::GuardDied { .. }) => {}
        Err(other) => panic!("{other}"),
        Ok(child) => {
            let error = child.wait().expect_err("there is no report");
            assert!(
                matches!(error, WaitError::GuardDied { started: false, .. }),
                "{error:?}"
            );
        }
    }
}

#[test]
fn the_guard_called_by_hand_does_nothing() {
    let status = Command::new(crate::support::host())
        .arg("__guard")
        .stdin(Stdio::null())
        .status()
        .expect("it starts");
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_guard_that_is_told_nonsense_says_so() {
    let (mut here, there) = UnixStream::pair().expect("a pair");
    let mut guard = Command::new(crate::support::host())
        .arg("__guard")
        .stdin(OwnedFd::from(there))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    here.write_all(b"{\"run\":{}}\n").expect("writable");
    let mut answer = String::new();
    here.read_to_string(&mut answer).expect("readable");
    assert!(
        answer.starts_with(r#"{"failed":{"message":"missing field"#),
        "{answer}"
    );
    assert_eq!(guard.wait().expect("it ends").code(), Some(1));
}

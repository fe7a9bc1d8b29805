//! What goes into a program and comes out of it.

use std::{
    ffi::OsString,
    fs::File,
    io::{Read as _, Write as _},
    os::unix::ffi::OsStringExt as _,
    path::PathBuf,
    thread,
    time::Duration,
};

use nixward_guard::{ChildOutput, Ending, OutputMode, StdinSource};
use rustix::{
    io::{FdFlags, fcntl_setfd},
    process::{Pid, getpgid, getsid},
};

use crate::support::Step;

#[test]
fn exit_codes_and_signals_pass_through() {
    for (script, ending) in [
        ("exit 0", Ending::Exited(0)),
        ("exit 7", Ending::Exited(7)),
        ("exit 127", Ending::Exited(127)),
        ("exit 255", Ending::Exited(255)),
        ("kill -KILL $$", Ending::Signaled(9)),
        ("kill -SEGV $$", Ending::Signaled(11)),
        ("kill -TERM $$", Ending::Signaled(15)),
    ] {
        let (_, report) = Step::script(script).run();
        assert_eq!(report.ending, ending, "{script}");
        assert_eq!(report.leaked, [], "{script}");
        assert_eq!(report.unprotected, None, "{script}");
    }
}

#[test]
fn merged_output_keeps_the_written_order() {
    let step = Step::script(
        "i=0; while [ $i -lt 300 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done",
    );
    let expected: String = (0..300)
        .map(|number| format!("out {number}\nerr {number}\n"))
        .collect();
    assert_eq!(step.run().0, expected);
}

#[test]
fn separate_output_is_told_apart() {
    // More than a pipe holds on each.
    let mut step = Step::script(
        "i=0; while [ $i -lt 2000 ]; do echo out out out out out out out out out out out out $i; \
         echo err err err err err err err err err err err err $i >&2; i=$((i+1)); done",
    );
    step.command.output = OutputMode::Separate;
    let mut child = step.command.spawn().expect("the guard starts");
    let Some(ChildOutput::Separate {
        mut stdout,
        mut stderr,
    }) = child.take_output()
    else {
        panic!("not separate");
    };
    assert!(child.take_output().is_none());
    let errors = thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).map(|_| text)
    });
    let mut text = String::new();
    stdout.read_to_string(&mut text).expect("readable");
    let errors = errors.join().expect("no panic").expect("readable");
    assert_eq!(child.wait().expect("reported").ending, Ending::Exited(0));
    assert_eq!(text.lines().count(), 2000);
    assert!(text.lines().all(|line| line.starts_with("out ")));
    assert_eq!(errors, text.replace("out", "err"));
}

#[test]
fn the_environment_is_exactly_the_given_one() {
    let mut step = Step::program("/usr/bin/env");
    step.command.env = vec![
        ("EMPTY".into(), OsString::new()),
        ("NAME WITH BLANKS".into(), "a = b\nc".into()),
        ("BYTES".into(), OsString::from_vec(vec![0xff, b'"', 0xfe])),
    ];
    step.command.args = vec!["-0".into()];
    let mut child = step.command.spawn().expect("the guard starts");
    let Some(ChildOutput::Merged(mut reader)) = child.take_output() else {
        panic!("not merged")
    };
    let mut output = Vec::new();
    reader.read_to_end(&mut output).expect("readable");
    let mut variables: Vec<&[u8]> = output
        .split(|byte| *byte == 0)
        .filter(|part| !part.is_empty())
        .collect();
    variables.sort_unstable();
    assert_eq!(
        variables,
        [
            b"BYTES=\xff\"\xfe".as_slice(),
            b"EMPTY=",
            b"NAME WITH BLANKS=a = b\nc"
        ]
    );
    assert_eq!(child.wait().expect("reported").ending, Ending::Exited(0));
}

#[test]
fn arguments_of_any_bytes_and_any_length_arrive() {
    let mut step = Step::script(r#"printf '%s\n' "$#" "$1" "$2" "$3"; printf %s "$4" | wc -c"#);
    let long = "x".repeat(100_000);
    step.command
        .args
        .extend(["--option", "$(x) 'y' \\", "two\nlines"].map(OsString::from));
    step.command
        .args
        .extend(std::iter::repeat_n(OsString::from(&long), 10));
    assert_eq!(
        step.run().0,
        "13\n--option\n$(x) 'y' \\\ntwo\nlines\n100000\n"
    );

    let mut step = Step::script(r#"[ "$1" = "$(printf '\377\376')" ]"#);
    step.command.args.push(OsString::from_vec(vec![0xff, 0xfe]));
    assert_eq!(step.run().1.ending, Ending::Exited(0));
}

#[test]
fn the_program_and_the_working_folder_may_have_any_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cwd = folder
        .path()
        .join(PathBuf::from(OsString::from_vec(b"a \xff\nb".to_vec())));
    std::fs::create_dir(&cwd).expect("created");
    std::os::unix::fs::symlink("/bin/sh", cwd.join("run me")).expect("linked");
    let mut step = Step::program("./run me");
    step.command.cwd.clone_from(&cwd);
    step.command.args = vec![
        "-c".into(),
        r#"[ "$(pwd -P)/" -ef . ] && [ -L "run me" ] && echo here"#.into(),
    ];
    let (output, report) = step.run();
    assert_eq!(
        (output.as_str(), report.ending),
        ("here\n", Ending::Exited(0))
    );
}

#[test]
fn standard_input_is_empty_or_a_file() {
    assert_eq!(Step::script("wc -c").run().0.trim(), "0");

    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(b"content").expect("writable");
    let mut step = Step::script("cat");
    step.command.stdin = StdinSource::File(file.path().to_owned());
    assert_eq!(step.run().0, "content");
}

#[test]
fn only_the_standard_files_are_inherited() {
    let leak = File::open("/dev/null").expect("there is /dev/null");
    fcntl_setfd(&leak, FdFlags::empty()).expect("can be made inheritable");
    // `sh` reads no folder itself; `ls` has a fourth file for the one that it lists.
    let (output, _) = Step::script("ls /proc/self/fd | wc -l").run();
    drop(leak);
    assert_eq!(output.trim(), "4");
}

#[test]
fn signals_have_their_usual_meaning_for_the_program() {
    let (output, _) = Step::script("exec cat /proc/self/status").run();
    for kind in ["SigBlk", "SigIgn", "SigCgt"] {
        let line = output
            .lines()
            .find_map(|line| line.strip_prefix(kind)?.strip_prefix(":\t"))
            .expect("a line");
        let signals = u64::from_str_radix(line, 16).expect("a number");
        // Above those with names are real-time signals, which are inherited as they are.
        assert_eq!(signals & 0x7fff_ffff, 0, "{kind} {line}");
    }
}

#[test]
fn guard_and_program_are_out_of_reach_of_the_terminal() {
    let step = Step::script("echo $$; exec sleep 1000");
    let mut running = step.start();
    let program = Pid::from_raw(running.read_line().parse().expect("a number")).expect("not zero");
    let guard = Pid::from_raw(running.guard_id().cast_signed()).expect("not zero");
    assert_eq!(getsid(Some(guard)), Ok(guard));
    assert_eq!(getsid(Some(program)), Ok(guard));
    assert_eq!(getpgid(Some(program)), Ok(program));
    // Called so that `pkill` of the executable's name does not find it.
    let name = std::fs::read_to_string(format!("/proc/{}/comm", guard.as_raw_nonzero()))
        .expect("it lives");
    assert_eq!(name, "nwguard\n");
    let arguments =
        std::fs::read(format!("/proc/{}/cmdline", guard.as_raw_nonzero())).expect("it lives");
    assert_eq!(arguments, b"nwguard\0__guard\0");
    running.terminator().kill();
    assert_eq!(running.finish().ending, Ending::Signaled(9));
    step.mark.assert_nothing_lives();
}

#[test]
fn output_that_the_program_closed_is_at_its_end() {
    let step = Step::script("echo last; exec sleep 1000 >/dev/null 2>&1");
    let mut running = step.start();
    assert_eq!(running.read_to_end(), "last\n");
    assert!(
        running
            .wait_timeout(Duration::ZERO)
            .expect("no error")
            .is_none()
    );
    running.terminator().kill();
    assert_eq!(running.finish().ending, Ending::Signaled(9));
    step.mark.assert_nothing_lives();
}

#[test]
fn output_that_a_stranger_holds_open_ends_with_the_step() {
    let step = Step::script("echo $$; read line < \"$1\"; echo bye");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fifo = folder.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).expect("made");
    let mut step = step;
    step.command.args.push(fifo.clone().into());
    let mut running = step.start();
    let program = running.read_line();
    let held = File::options()
        .write(true)
        .open(format!("/proc/{program}/fd/1"))
        .expect("the pipe can be opened");
    std::fs::write(&fifo, "go\n").expect("somebody reads");
    assert_eq!(running.read_to_end(), "bye\n");
    assert_eq!(running.finish().ending, Ending::Exited(0));
    drop(held);
}

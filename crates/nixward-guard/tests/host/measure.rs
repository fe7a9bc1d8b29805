//! Measures what a guard costs.

use std::{
    env,
    ffi::OsString,
    io::{self, Write as _},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nixward_guard::GuardedCommand;

pub(crate) fn measure(mut args: impl Iterator<Item = OsString>) -> io::Result<()> {
    let count = args.next().and_then(|arg| arg.to_str()?.parse().ok());
    let (Some(count), Some(program)) = (count, args.next().map(PathBuf::from)) else {
        return Err(io::Error::other("COUNT and PROGRAM are missing"));
    };
    let plain = || {
        let mut command = Command::new(&program);
        let status = command
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(status.to_string()))
        }
    };
    let mut guarded = GuardedCommand::new(env::current_exe()?, program.clone(), PathBuf::from("/"));
    let run = |command: &GuardedCommand| {
        command
            .spawn()
            .map_err(io::Error::other)?
            .wait()
            .map_err(io::Error::other)
            .map(drop)
    };
    let plain = median(count, plain)?;
    let unprotected = median(count, || run(&guarded))?;
    guarded.protections.read_only.push(PathBuf::from("/usr"));
    let protected = median(count, || run(&guarded))?;
    let mut stdout = io::stdout().lock();
    for (name, time) in [
        ("plain", plain),
        ("guarded", unprotected),
        ("guarded, one path read-only", protected),
    ] {
        let ratio = time.as_secs_f64() / plain.as_secs_f64();
        writeln!(
            stdout,
            "{name}: {:.2} ms each (median of {count}), {ratio:.1} times",
            time.as_secs_f64() * 1e3
        )?;
    }
    Ok(())
}

fn median(count: usize, run: impl Fn() -> io::Result<()>) -> io::Result<Duration> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let begin = Instant::now();
        run()?;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    times
        .get(count / 2)
        .copied()
        .ok_or_else(|| io::Error::other("COUNT is zero"))
}

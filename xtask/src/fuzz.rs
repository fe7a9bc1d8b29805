//! `cargo xtask fuzz`: feeds the programs of `fuzz/` with whatever libFuzzer comes up with, beginning with what lies in
//! `fuzz/seeds`.
//!
//! They are built by the stable compiler: it can count what runs, as libFuzzer needs it, though it has no option of that
//! name.

use std::{ffi::OsString, path::Path, process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::{
    Stop,
    arguments::{Arguments, unknown},
    cargo::cargo,
    process::Tool,
    progress, workspace,
};

const TARGETS: [&str; 2] = ["internal_json", "manifest"];
/// How long each is fed where nothing else is said.
const SECONDS: u64 = 60;
/// For one input; more is taken for a finding.
const MOST_SECONDS_FOR_ONE: u64 = 10;

/// What makes the compiler count what runs.
const COUNTING: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut seconds = SECONDS;
    let mut targets = Vec::new();
    while let Some(word) = arguments.take_next() {
        match word.to_str() {
            Some("--seconds") => {
                let value = arguments.value_of("--seconds")?;
                let number = value.parse().ok().filter(|seconds| *seconds > 0);
                seconds = number
                    .ok_or_else(|| Stop::usage(format!("`{value}` is no number of seconds")))?;
            }
            Some(name) if TARGETS.contains(&name) => targets.push(name.to_owned()),
            _ => return Err(unknown(&word).into()),
        }
    }
    if targets.is_empty() {
        targets = TARGETS.map(str::to_owned).to_vec();
    }
    let folder = workspace::target_folder()?.join("fuzz");
    build(&folder)?;
    for target in targets {
        feed(&folder, &target, Duration::from_secs(seconds))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// In a folder of its own: nothing else is built with these flags.
fn build(folder: &Path) -> Result<()> {
    let manifest = workspace::root().join("fuzz/Cargo.toml");
    let build = cargo()?
        .args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--manifest-path",
        ])
        .arg(manifest)
        // With a target that is named, the flags are for it alone and not for what builds it.
        .args(["--target", &host()?, "--target-dir"])
        .arg(folder)
        .env("RUSTFLAGS", COUNTING);
    build.quiet().map(|_| ())
}

/// The triple of this machine, as the compiler names it.
fn host() -> Result<String> {
    let version = Tool::new("rustc").arg("-vV").quiet()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| anyhow::anyhow!("`rustc -vV` names no host"))
}

fn feed(folder: &Path, target: &str, time: Duration) -> Result<()> {
    let program = folder.join(host()?).join("release").join(target);
    // What was found interesting before is where the next run goes on.
    let corpus = folder.join("corpus").join(target);
    let findings = folder.join("findings").join(target);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&findings)?;
    progress(format_args!("fuzz: {target} for {} s", time.as_secs()));
    let mut artifacts = OsString::from("-artifact_prefix=");
    artifacts.push(findings.join(""));
    let fuzzer = Tool::new(program)
        .arg(format!("-max_total_time={}", time.as_secs()))
        .arg(format!("-timeout={MOST_SECONDS_FOR_ONE}"))
        // What the program itself prints is of no interest, panics are.
        .args(["-close_fd_mask=1", "-verbosity=0"])
        .arg(artifacts)
        .arg(corpus)
        .arg(workspace::root().join("fuzz/seeds").join(target));
    // What it found is the last thing that it says; the rest is of interest only then.
    fuzzer.quiet().with_context(|| {
        let findings = workspace::for_people(&findings);
        format!("{target} found something; what it was given is in {findings}")
    })?;
    Ok(())
}

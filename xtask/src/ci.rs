//! `cargo xtask ci`: exactly what continuous integration runs, for running it before pushing.
//!
//! The test command tries both versions of Nix and the README's picture. The other steps with a Nix need but one: the
//! tests of the example have done with both what the demo does, nixward's own flake is there to be built once, and the
//! store is the same.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    arguments::{Arguments, unknown},
    cargo::cargo,
    codegen, demo, fuzz, itself, nix,
    process::{Tool, exit_code},
    progress,
    steps::Steps,
    tidy, workspace,
};

/// As the alias `xfmt` says it in .cargo/config.toml; an alias cannot be given `--check`.
const IMPORTS: &str = "imports_granularity=Crate,group_imports=StdExternalCrate";

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    // CI passes the command that the README tells people to type, so that it stays true.
    let mut test_command = "cargo xtask test".to_owned();
    while let Some(word) = arguments.take_next() {
        match word.to_str() {
            Some("--test-command") => test_command = arguments.value_of("--test-command")?,
            _ => return Err(unknown(&word).into()),
        }
    }

    let mut steps = Steps::default();
    steps.run("format", || {
        quietly(&cargo()?.args(["fmt", "--all", "--", "--check", "--config", IMPORTS]))
    });
    steps.run("generated files", || {
        codegen::run(Arguments::of(&["--check"]))
    });
    steps.run("house rules", || tidy::run(Arguments::of(&[])));
    steps.run("clippy", || {
        let all = [
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--features",
            "xtask/draw,xtask/generate,xtask/interrupt",
            "--",
            "-D",
            "warnings",
        ];
        shown(&cargo()?.args(all))
    });
    steps.run("documentation", || {
        shown(
            &cargo()?
                .args(["doc", "--quiet", "--workspace", "--no-deps"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    });
    steps.run(&format!("tests: {test_command}"), || {
        let typed = Tool::new("sh")
            .args(["-c", &test_command])
            .folder(workspace::root());
        shown(&typed.env("CARGO_TARGET_DIR", workspace::target_folder()?))
    });
    steps.run("fuzzers", || fuzz::run(Arguments::of(&[])));
    steps.run("demo", || demo::run(Arguments::of(&[])));
    steps.run("nixward by its own flake", || {
        itself::run(Arguments::of(&[]))
    });
    steps.run("the store is whole", store_is_whole);

    progress(format_args!("\n{}", steps.summary()));
    Ok(steps.exit_code())
}

/// Nothing that ran has changed what it must not: each store path still has the content it was made with.
fn store_is_whole() -> Result<ExitCode> {
    let environment = nix::obtain(nix::Request::default())?;
    quietly(
        &Tool::new("nix-store")
            .args(["--verify", "--check-contents"])
            .envs(environment.variables()),
    )
}

fn shown(tool: &Tool) -> Result<ExitCode> {
    Ok(exit_code(tool.shown()?))
}

fn quietly(tool: &Tool) -> Result<ExitCode> {
    tool.quiet().map(|_| ExitCode::SUCCESS)
}

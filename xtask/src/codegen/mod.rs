//! `cargo xtask codegen`: files that are committed and written by a program, so that they cannot disagree with what
//! they are made from.
//!
//! With `--check` it writes nothing and fails when one is not what it would write. To add a file, add it to
//! [`generated`].

mod clippy;

use std::process::ExitCode;

use anyhow::Result;
use fs_err as fs;

use crate::{
    Stop,
    arguments::{Arguments, unknown},
    cargo::cargo,
    progress, workspace,
};

/// A file, relative to the workspace's root, and where its text comes from.
struct Generated {
    path: &'static str,
    text: Text,
}

enum Text {
    /// It is made right here.
    Here(String),
    /// It is made from the crates' own types by the `generate` program, which is built only for this: with it,
    /// every `cargo xtask` would wait for the crates to compile.
    FromCrates,
}

fn generated() -> Vec<Generated> {
    let clippy = clippy::CRATES.iter().map(|(path, bans)| Generated {
        path,
        text: Text::Here(clippy::render(bans)),
    });
    let from_crates = FROM_CRATES.iter().map(|path| Generated {
        path,
        text: Text::FromCrates,
    });
    clippy.chain(from_crates).collect()
}

/// What the `generate` program knows how to write.
const FROM_CRATES: &[&str] = &[
    "docs/cli.md",
    "schemas/events.schema.json",
    "schemas/list.schema.json",
    "schemas/nixward.schema.json",
    "schemas/plan.schema.json",
];

/// Runs the command.
pub(crate) fn run(mut arguments: Arguments) -> Result<ExitCode> {
    let mut check = false;
    while let Some(word) = arguments.take_next() {
        match word.to_str() {
            Some("--check") => check = true,
            _ => return Err(unknown(&word).into()),
        }
    }
    let mut stale = Vec::new();
    for file in generated() {
        let place = workspace::root().join(file.path);
        let text = match file.text {
            Text::Here(text) => text,
            Text::FromCrates => generate(file.path)?,
        };
        if fs::read_to_string(&place).is_ok_and(|present| present == text) {
            continue;
        }
        stale.push(file.path);
        if !check {
            if let Some(folder) = place.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&place, text)?;
            progress(format_args!("codegen: wrote {}", file.path));
        }
    }
    if check && !stale.is_empty() {
        let message = format!(
            "not what `cargo xtask codegen` writes now, so run it and commit the result:\n  {}",
            stale.join("\n  ")
        );
        return Err(Stop { code: 1, message }.into());
    }
    Ok(ExitCode::SUCCESS)
}

/// What the `generate` program prints for a file.
fn generate(path: &str) -> Result<String> {
    let run = [
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--features",
        "generate",
        "--bin",
        "generate",
        "--",
    ];
    cargo()?.args(run).arg(path).quiet()
}

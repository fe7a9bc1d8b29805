//! Prints a generated file that is made from the crates' own types; `cargo xtask codegen` runs it and compares.
//!
//! It is a program of its own so that `cargo xtask` compiles without the crates.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it prints is what it is for"
)]

use std::process::ExitCode;

use nixward_schema::{EventLine, ListDocument, PlanDocument, json_schema};

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = match path.as_str() {
        "docs/cli.md" => Ok(command_line_reference()),
        "schemas/nixward.schema.json" => pretty(&nixward_manifest::json_schema()),
        "schemas/events.schema.json" => pretty(json_schema::<EventLine>().as_value()),
        "schemas/list.schema.json" => pretty(json_schema::<ListDocument>().as_value()),
        "schemas/plan.schema.json" => pretty(json_schema::<PlanDocument>().as_value()),
        _ => Err(format!("there is nothing to generate for `{path}`")),
    };
    match text {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// A JSON Schema.
fn pretty(schema: &serde_json::Value) -> Result<String, String> {
    let text = serde_json::to_string_pretty(schema).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

/// What each command's `--help` says.
fn command_line_reference() -> String {
    let mut root = reproducible(nixward::cli::command());
    // This gives the subcommands their full names and the flags that hold for all.
    root.build();
    let commands: Vec<clap::Command> = std::iter::once(&root)
        .chain(
            root.get_subcommands()
                .filter(|command| command.get_name() != "help"),
        )
        .cloned()
        .map(reproducible)
        .collect();
    let introduction = "\
# The command line

Written by `cargo xtask codegen` from the program itself: what `nixward --help` and `nixward COMMAND --help` say.
";
    commands
        .into_iter()
        .fold(introduction.to_owned(), |text, command| {
            text + &section(command)
        })
}

fn section(mut command: clap::Command) -> String {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    let name = command.get_bin_name().unwrap_or(command.get_name());
    format!("\n## {name}\n\n```text\n{}\n```\n", lines.join("\n"))
}

/// Neither the width of a terminal nor the values of variables may show.
fn reproducible(command: clap::Command) -> clap::Command {
    command
        .term_width(100)
        .mut_args(|argument| argument.hide_env_values(true))
}

//! Prints a generated file that is made from the crates' own types; `cargo xtask codegen` runs it and compares.
//!
//! It is a program of its own so that `cargo xtask` compiles without the crates.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it prints is what it is for"
)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = match path.as_str() {
        "schemas/nixward.schema.json" => manifest_schema(),
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

/// The JSON Schema of nixward.toml, for editors.
fn manifest_schema() -> Result<String, String> {
    let schema = nixward_manifest::json_schema();
    let text = serde_json::to_string_pretty(&schema).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

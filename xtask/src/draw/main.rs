//! Draws the README's picture of a terminal from a real run of nixward; `cargo xtask picture` starts it.
//!
//! nixward runs at a terminal of this program's own ([`terminal`]); what it writes is interpreted as a terminal would
//! ([`screen`]), compared with what the picture shows ([`settle`]), and drawn ([`svg`]), once for each colour scheme
//! ([`palette`]). It is a program of its own so that `cargo xtask` compiles without the libraries that this takes.

#![expect(
    clippy::print_stderr,
    reason = "a tool for developers that talks to a person"
)]

mod line;
mod palette;
mod screen;
mod settle;
mod svg;
mod terminal;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use self::{
    line::Line,
    palette::{PALETTES, Palette},
    screen::Screen,
};

/// What a person sees typed in the picture.
const COMMANDS: [&[&str]; 2] = [&["list"], &["test", "--all"]];

/// Wide enough for every line; the picture is as wide as its longest.
const COLUMNS: u16 = 140;

/// In what nixward notes of a test where it could not protect the store.
const NO_NAMESPACES: &str = "the Nix store was writable";

/// Where the pictures are and what they are made from.
struct Request {
    /// The folder in which the commands are typed.
    example: PathBuf,
    /// What stands in the window's title.
    title: String,
    /// The folder with the pictures.
    images: PathBuf,
    /// Only compare.
    check: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let request = request()?;
    let fresh = take(&request.example)?;
    if fresh.iter().any(|line| line.text().contains(NO_NAMESPACES)) {
        // It is the machine that differs, and not what nixward shows.
        eprintln!(
            "picture: skipped, since this machine refuses the namespaces that tests get, and nixward says so"
        );
        return Ok(ExitCode::SUCCESS);
    }
    refuse_names_of_the_machine(&fresh, &request.example)?;
    let present: Vec<Option<String>> = PALETTES
        .iter()
        .map(|palette| fs::read_to_string(file(&request.images, palette)).ok())
        .collect();
    let shown = present
        .first()
        .and_then(Option::as_deref)
        .and_then(svg::text_of)
        .unwrap_or_default();
    let settled = settle::settled(fresh.clone(), &shown);
    let pictures: Vec<String> = PALETTES
        .iter()
        .map(|palette| svg::render(&settled, &request.title, palette))
        .collect();
    let is_current = present
        .iter()
        .zip(&pictures)
        .all(|(present, picture)| present.as_ref() == Some(picture));

    if is_current {
        eprintln!("picture: it shows what nixward shows");
        return Ok(ExitCode::SUCCESS);
    }
    if request.check {
        eprintln!("error: the picture in the README is not what nixward shows now:");
        for difference in settle::differences(&shown, &fresh) {
            eprintln!("  {difference}");
        }
        eprintln!("\nhint: run `cargo xtask picture`, look at the result, and commit it");
        return Ok(ExitCode::FAILURE);
    }
    fs::create_dir_all(&request.images)?;
    for (palette, picture) in PALETTES.iter().zip(&pictures) {
        let file = file(&request.images, palette);
        fs::write(&file, picture)?;
        eprintln!("picture: wrote {}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// `draw EXAMPLE TITLE IMAGES [--check]`: typed by xtask, not by people.
fn request() -> Result<Request> {
    let mut words = std::env::args_os().skip(1);
    let mut next = || {
        words
            .next()
            .context("`cargo xtask picture` knows how to start this")
    };
    let (example, title, images) = (next()?, next()?, next()?);
    Ok(Request {
        example: example.into(),
        title: title.to_string_lossy().into_owned(),
        images: images.into(),
        check: words.next().is_some_and(|word| word == "--check"),
    })
}

fn file(images: &Path, palette: &Palette) -> PathBuf {
    images.join(format!("terminal-{}.svg", palette.name))
}

/// What a terminal shows after the commands.
fn take(example: &Path) -> Result<Vec<Line>> {
    // Building takes as long as it takes, and is not what the picture shows.
    for command in COMMANDS {
        terminal::run_unseen("nixward", command, example)?;
    }
    let mut screen = Screen::new(COLUMNS);
    for command in COMMANDS {
        screen.type_command(&format!("nixward {}", command.join(" ")));
        let output = terminal::run("nixward", command, example, COLUMNS)?;
        screen.feed(&output);
    }
    screen.lines()
}

/// A picture that tells where it was made would be another one on each machine.
fn refuse_names_of_the_machine(lines: &[Line], example: &Path) -> Result<()> {
    let home = std::env::home_dir();
    let folders = home.iter().map(PathBuf::as_path).chain([example]);
    for folder in folders.filter(|folder| folder.components().count() > 1) {
        let name = folder.to_string_lossy();
        anyhow::ensure!(
            !lines.iter().any(|line| line.text().contains(&*name)),
            "the picture would show {name}, a folder of this machine"
        );
    }
    Ok(())
}

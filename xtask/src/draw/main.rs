//! Draws the pictures in `docs/images` from real runs of nixward; `cargo xtask picture` starts it.
//!
//! nixward runs at a terminal of this program's own ([`terminal`]), in the example and in workspaces that are made up
//! ([`scenes`], [`office`]); what it writes is interpreted as a terminal would ([`screen`]), compared with what the
//! picture shows ([`settle`]), and drawn ([`svg`], [`timeline`]), once for each colour scheme ([`palette`]). It is a
//! program of its own so that `cargo xtask` compiles without the libraries that this takes.

#![expect(
    clippy::print_stderr,
    reason = "a tool for developers that talks to a person"
)]

mod line;
mod office;
mod palette;
mod scenes;
mod screen;
mod settle;
mod svg;
mod terminal;
mod timeline;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use self::{
    line::Line,
    palette::{PALETTES, Palette},
};

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
    let example = scenes::example(&request.example)?;
    if example
        .iter()
        .any(|line| line.text().contains(NO_NAMESPACES))
    {
        // It is the machine that differs, and not what nixward shows.
        eprintln!(
            "picture: skipped, since this machine refuses the namespaces that tests get, and nixward says so"
        );
        return Ok(ExitCode::SUCCESS);
    }
    let mut is_current = picture(&request, "terminal", &request.title, &example)?;
    is_current &= picture(&request, "running", "initech", &scenes::running()?)?;
    if !request.check {
        // What Nix says of a build that fails, and how long things take, is another on each machine.
        picture(&request, "failing", "initech", &scenes::failing()?)?;
        let page = scenes::page_of_times()?;
        for palette in &PALETTES {
            let picture = timeline::render(&page, palette)?;
            write(&file(&request.images, "timings", palette), &picture)?;
        }
    }
    if is_current {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("\nhint: run `cargo xtask picture`, look at the result, and commit it");
    Ok(ExitCode::FAILURE)
}

/// Draws what a terminal shows; or only says whether the picture is that.
fn picture(request: &Request, name: &str, title: &str, fresh: &[Line]) -> Result<bool> {
    refuse_names_of_the_machine(fresh, &request.example)?;
    let present: Vec<Option<String>> = PALETTES
        .iter()
        .map(|palette| fs::read_to_string(file(&request.images, name, palette)).ok())
        .collect();
    let shown = present
        .first()
        .and_then(Option::as_deref)
        .and_then(svg::text_of)
        .unwrap_or_default();
    let settled = settle::settled(fresh.to_vec(), &shown);
    let pictures: Vec<String> = PALETTES
        .iter()
        .map(|palette| svg::render(&settled, title, palette))
        .collect();
    let is_current = present
        .iter()
        .zip(&pictures)
        .all(|(present, picture)| present.as_ref() == Some(picture));
    if is_current {
        eprintln!("picture: `{name}` shows what nixward shows");
        return Ok(true);
    }
    if request.check {
        eprintln!("error: the picture `{name}` is not what nixward shows now:");
        for difference in settle::differences(&shown, fresh) {
            eprintln!("  {difference}");
        }
        return Ok(false);
    }
    for (palette, picture) in PALETTES.iter().zip(&pictures) {
        write(&file(&request.images, name, palette), picture)?;
    }
    Ok(true)
}

fn write(file: &Path, picture: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, picture)?;
    eprintln!("picture: wrote {}", file.display());
    Ok(())
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

fn file(images: &Path, name: &str, palette: &Palette) -> PathBuf {
    images.join(format!("{name}-{}.svg", palette.name))
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

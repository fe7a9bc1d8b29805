//! Interrupts nixward and what people use otherwise in every way in which people and systems do it, and writes tables
//! of what came of it; `cargo xtask interruption` starts it.
//!
//! Each run has three tests that go on until they are ended, at a terminal of this program's own or at a pipe
//! ([`side`]); it is interrupted when they are under way, and looked at when it has ended ([`attempt`]): what is left
//! of it is looked for in `/proc` by a mark ([`marked`]). nixward must do all that [`verdict`] says. It is a program of
//! its own so that `cargo xtask` compiles without the libraries that this takes.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for developers that talks to a person"
)]

mod attempt;
mod marked;
mod scenario;
mod side;
mod start;
mod table;
mod tools;
mod verdict;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use self::{
    attempt::{Attempt, Tool},
    marked::Mark,
    scenario::{Act, Kind, Place},
    table::{COMPARED, Observed},
};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Numbers the runs, and collects what is wrong.
#[derive(Debug, Default)]
struct Runs {
    count: usize,
    faults: Vec<String>,
}

fn run() -> Result<ExitCode> {
    let mut words = std::env::args_os().skip(1);
    let nixward = PathBuf::from(
        words
            .next()
            .context("usage: interrupt NIXWARD [--no-peers]")?,
    );
    let with_peers = !words.any(|word| word == "--no-peers");
    let folder = std::env::temp_dir().join(format!("nixward-interruption-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let outcome = see(&nixward, &folder, with_peers);
    fs::remove_dir_all(&folder)?;
    let faults = outcome?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    eprintln!("interruption: {} faults", faults.len());
    Ok(if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints the tables, and gives what is wrong with nixward.
fn see(nixward: &Path, folder: &Path, with_peers: bool) -> Result<Vec<String>> {
    let mut runs = Runs::default();
    let ours = runs.all_ways(&tools::nixward(nixward, folder)?)?;
    let all_ways = table::all_ways(&ours);
    let mut observed = vec![ours];
    if with_peers {
        let mut peers: Vec<Tool> = tools::make(folder)?.into_iter().collect();
        eprintln!("interruption: asking npm for turbo, moon and nx");
        match tools::from_npm(folder) {
            Ok(tools) => peers.extend(tools),
            Err(error) => eprintln!("interruption: no turbo, moon and nx here: {error:#}"),
        }
        for peer in &peers {
            observed.push(runs.compared(peer));
        }
    }
    println!("{}", table::comparison(&observed));
    println!("nixward in all ways:\n\n{all_ways}");
    Ok(runs.faults)
}

impl Runs {
    /// nixward, which must do everything right.
    fn all_ways(&mut self, tool: &Tool) -> Result<Observed> {
        let mut seen = Vec::new();
        for kind in Kind::ALL {
            for place in Place::BOTH {
                for act in Act::ALL {
                    let attempt = Attempt { place, kind, act };
                    let came_of_it = self.one(tool, attempt)?;
                    let about = format!("each test {kind}, {act}, {place}");
                    let faults = verdict::faults(attempt, &came_of_it);
                    let faults = faults.into_iter().map(|fault| format!("{about}: {fault}"));
                    self.faults.extend(faults);
                    seen.push((attempt, came_of_it));
                }
            }
        }
        Ok(Observed {
            tool: tool.name,
            seen,
        })
    }

    /// Another tool; one that does not even start keeps no other from it.
    fn compared(&mut self, tool: &Tool) -> Observed {
        let mut seen = Vec::new();
        for place in Place::BOTH {
            for (_, kind, act) in COMPARED {
                let attempt = Attempt { place, kind, act };
                match self.one(tool, attempt) {
                    Ok(came_of_it) => seen.push((attempt, came_of_it)),
                    Err(error) => eprintln!("interruption: {error:#}"),
                }
            }
        }
        Observed {
            tool: tool.name,
            seen,
        }
    }

    fn one(&mut self, tool: &Tool, attempt: Attempt) -> Result<attempt::Seen> {
        let Attempt { place, kind, act } = attempt;
        eprintln!(
            "interruption: {}, each test {kind}, {act}, {place}",
            tool.name
        );
        self.count += 1;
        attempt.make(tool, &Mark::of_run(self.count))
    }
}

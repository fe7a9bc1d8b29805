//! `nixward clean`: removes what nixward keeps and can make again. Needs no Nix.

use std::{
    io,
    path::{Path, PathBuf},
};

use fs_err as fs;
use nixward_exec::{KeptShell, Roots};
use nixward_report::{
    human::Verbosity,
    style::{Label, Styles},
};
use nixward_schema::exit_code;

use crate::{
    cli::CleanArgs,
    console_output,
    discovery::Discovered,
    environment::Environment,
    error::{CliError, ErrorKind},
    evaluation,
    place::{Looking, Place},
    settings::GlobalSettings,
};

pub(super) fn run(global: &GlobalSettings, args: CleanArgs) -> Result<u8, CliError> {
    let (environment, paths) = if args.all {
        let environment = Environment::read();
        let folder = environment.cache_folder();
        (environment, vec![folder])
    } else {
        let place =
            Place::find(global, Looking::OnlyIfNeeded).map_err(|error| match error.kind {
                ErrorKind::NoWorkspace => error.hint("`nixward clean --all` needs no workspace"),
                _ => error,
            })?;
        let paths = of_workspace(&place.environment.cache_folder(), &place.discovered);
        (place.environment, paths)
    };
    let mut removed = Removed::default();
    for path in paths {
        removed.remove(&path).map_err(|error| {
            let message = format!("cannot remove {}", path.display());
            CliError::new(ErrorKind::Step, message).cause(error.to_string())
        })?;
    }
    if global.verbosity > Verbosity::Quiet {
        let styles = console_output::stderr_styles(global.color, &environment);
        console_output::error_text(&removed.text(styles));
    }
    Ok(exit_code::SUCCESS)
}

/// What below nixward's cache folder belongs to one workspace alone: files, or folders with all that is in them.
fn of_workspace(cache_folder: &Path, discovered: &Discovered) -> Vec<PathBuf> {
    let workspace_root = &discovered.workspace.root;
    vec![
        Roots::new(cache_folder, workspace_root).folder().to_owned(),
        KeptShell::folder_of_workspace(cache_folder, workspace_root),
        evaluation::record_file(cache_folder, discovered.source_root()),
    ]
}

/// What is gone.
#[derive(Debug, Default)]
struct Removed {
    /// Links by which something in the store was held.
    roots: usize,
    files: usize,
    bytes: u64,
}

impl Removed {
    /// Removes a file, a link, or a folder with all that is in it. Where nothing is, another one was faster.
    fn remove(&mut self, path: &Path) -> io::Result<()> {
        let Some(metadata) = there(fs::symlink_metadata(path))? else {
            return Ok(());
        };
        if metadata.is_dir() {
            for entry in there(fs::read_dir(path))?.into_iter().flatten() {
                self.remove(&entry?.path())?;
            }
            there(fs::remove_dir(path))?;
        } else if there(fs::remove_file(path))?.is_some() {
            if metadata.is_symlink() {
                self.roots += 1;
            } else {
                self.files += 1;
                self.bytes += metadata.len();
            }
        }
        Ok(())
    }

    fn text(&self, styles: Styles) -> String {
        let Self {
            roots,
            files,
            bytes,
        } = self;
        let word = styles.paint(Label::Good, &format!("{:>12}", "Removed"));
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let total = size(*bytes);
        format!(
            "{word} {files} file{}, {total} total; {roots} root{} of the garbage collector\n",
            plural(*files),
            plural(*roots),
        )
    }
}

fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// `0B`, `2.5KiB`, `13.0MiB`, as cargo writes it.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    UNITS.iter().find(|(unit, _)| bytes >= *unit).map_or_else(
        || format!("{bytes}B"),
        |(unit, name)| format!("{}.{}{name}", bytes / unit, bytes % unit * 10 / unit),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_removed_is_told_in_words() {
        let styles = Styles { enabled: false };
        assert_eq!(
            Removed::default().text(styles),
            "     Removed 0 files, 0B total; 0 roots of the garbage collector\n"
        );
        let removed = Removed {
            roots: 1,
            files: 1,
            bytes: 1700,
        };
        assert_eq!(
            removed.text(styles),
            "     Removed 1 file, 1.6KiB total; 1 root of the garbage collector\n"
        );
        assert_eq!(size((5 << 20) + (1 << 19)), "5.5MiB");
    }
}

//! Runs a test as tests are run: in private folders, with a fixed environment, the store protected.

use std::{
    io,
    path::{Path, PathBuf},
};

use fs_err as fs;
use nixward_core::{outcome::StepStatus, plan::ProgramAction, store_path::store_folder};
use nixward_guard::Protections;
use nixward_manifest::WorkingDirectory;

use crate::{
    limits::Limits,
    output_log::OutputLog,
    program_step::{ProgramEnd, ProgramStep},
    test_environment::test_environment,
};

/// Runs a test program to its end, once.
pub(crate) fn run(
    step: &ProgramStep<'_>,
    program: &Path,
    action: &ProgramAction,
    log: &mut OutputLog,
) -> ProgramEnd {
    let context = step.context;
    let private = match PrivateFolders::new(&context.temporary_folder) {
        Ok(private) => private,
        Err(error) => {
            let why = format!("cannot make its private folder: {error}");
            return ProgramEnd::of(StepStatus::CouldNotStart { why });
        }
    };
    let cwd = match action.settings.cwd {
        Some(WorkingDirectory::Project) => context
            .workspace_root
            .join(action.folder.as_deref().unwrap_or_default()),
        // A copy of the project's folder is not made yet; the manifest's check says so.
        Some(WorkingDirectory::Temp | WorkingDirectory::Copy) | None => private.work.clone(),
    };
    let mut command = context.launcher.command(program.to_owned(), cwd);
    command.args.clone_from(&action.args);
    command.env = test_environment(
        &action.settings,
        &context.caller_environment,
        &private.home,
        &private.temporary,
    );
    command.protections = Protections {
        read_only: store_folder(program)
            .map(Path::to_owned)
            .into_iter()
            .collect(),
    };
    if let Some(grace) = action.settings.grace {
        command.graces.after_signal = grace;
    }
    let limits = Limits {
        timeout: action.settings.timeout,
        slow_after: action.settings.slow_after,
    };
    let mut end = step.run(&command, limits, log);
    if let Err(error) = private.remove() {
        let note = format!("cannot remove its private folder: {error}");
        end.notes.push(note);
    }
    end
}

/// The folders that only one test sees.
struct PrivateFolders {
    root: tempfile::TempDir,
    home: PathBuf,
    temporary: PathBuf,
    work: PathBuf,
}

impl PrivateFolders {
    fn new(base: &Path) -> io::Result<Self> {
        let root = tempfile::Builder::new()
            .prefix("nixward-")
            .tempdir_in(base)?;
        let [home, temporary, work] = ["home", "tmp", "work"].map(|name| root.path().join(name));
        for folder in [&home, &temporary, &work] {
            fs::create_dir(folder)?;
        }
        Ok(Self {
            root,
            home,
            temporary,
            work,
        })
    }

    fn remove(self) -> io::Result<()> {
        self.root.close()
    }
}

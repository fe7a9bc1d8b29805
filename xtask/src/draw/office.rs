//! Made-up workspaces for what the example does not show: it has nothing that fails or takes long. They are built by
//! the machine's own shell, and know nothing of the person's home.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::terminal::{self, Call};

/// What the flakes of nixward's own tests are written with.
const FIXTURE: &str = include_str!("../../../crates/nixward-testing/src/flake_fixture/fixture.nix");

const FLAKE: &str = r#"{
  outputs = { self }:
    let system = "@system@"; fixture = import ./fixture.nix { inherit system self; salt = "@folder@"; }; in
    { packages.${system} = with fixture; import ./packages.nix fixture; };
}
"#;

const NIX_SETTINGS: &str =
    "experimental-features = nix-command flakes\nsubstituters =\nflake-registry =\n";

/// What stands in a picture in place of the folder that the workspace is in.
const HOME_IN_PICTURES: &str = "/home/peter";
/// The same of a run.
const RUN_IN_PICTURES: &str = "20261127T090000.000Z-4711";

/// A workspace with a home around it, which are removed at the end.
pub(crate) struct Office {
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl Office {
    /// With these packages, written with the fixture; `@meeting@` is the file of a [`Office::begin_meeting`].
    pub(crate) fn make(name: &str, packages: &str) -> Result<Self> {
        let folder = format!("nixward-picture-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        let mut variables = vec![("NIX_CONFIG", NIX_SETTINGS.to_owned())];
        for (variable, part) in [
            ("HOME", ""),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
        ] {
            variables.push((variable, folder.join(part).display().to_string()));
        }
        let office = Self { folder, variables };
        let workspace = office.workspace();
        fs::create_dir_all(&workspace)?;
        let system = format!("{}-linux", std::env::consts::ARCH);
        let flake = FLAKE
            .replace("@system@", &system)
            .replace("@folder@", &office.folder.to_string_lossy());
        let packages = packages.replace("@meeting@", &office.meeting().to_string_lossy());
        for (file, text) in [
            ("flake.nix", flake.as_str()),
            ("fixture.nix", FIXTURE),
            ("packages.nix", &packages),
            ("nixward.toml", "[workspace]\nname = \"initech\"\n"),
        ] {
            fs::write(workspace.join(file), text)?;
        }
        for words in [&["init", "--quiet"][..], &["add", "--all"]] {
            terminal::run_unseen(&office.call("git", words))?;
        }
        Ok(office)
    }

    fn workspace(&self) -> PathBuf {
        self.folder.join("initech")
    }

    /// A program in the workspace.
    pub(crate) fn call<'a>(&'a self, program: &'a str, args: &'a [&'a str]) -> Call<'a> {
        Call {
            program,
            args,
            folder: self.workspace(),
            variables: &self.variables,
            code: 0,
        }
    }

    /// What tests wait for.
    fn meeting(&self) -> PathBuf {
        self.folder.join("meeting")
    }

    pub(crate) fn begin_meeting(&self) -> Result<()> {
        Ok(fs::write(self.meeting(), "")?)
    }

    /// A file beside the workspace.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What was written, with names of this machine and of this run made those of a person's.
    pub(crate) fn at_home(&self, output: &[u8]) -> Result<Vec<u8>> {
        let text = String::from_utf8(output.to_vec()).context("nixward wrote no text")?;
        let mut text = text.replace(&*self.folder.to_string_lossy(), HOME_IN_PICTURES);
        for runs in entries(&self.folder.join(".local/state/nixward/runs"))? {
            let workspace = name_of(&runs);
            for run in entries(&runs)? {
                text = text.replace(&name_of(&run), RUN_IN_PICTURES);
            }
            text = text.replace(&workspace, "initech-5ca1ab1e");
        }
        Ok(text.into_bytes())
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        // What remains lies in the folder for temporary files, and there is nobody left to tell.
        let _remains = fs::remove_dir_all(&self.folder);
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    Ok(entries.collect::<std::io::Result<_>>()?)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

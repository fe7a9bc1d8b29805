//! Generated workspaces: git repositories with a flake of many small projects that needs no package set from
//! elsewhere.

use std::{
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;
use fs_err as fs;

use super::harness::Harness;
use crate::process::Tool;

const FLAKE: &str = include_str!("generated/flake.nix");
const FIXTURE: &str = include_str!("generated/fixture.nix");
const PACKAGE_SET: &str = include_str!("generated/package-set.nix");
const LOCK: &str = "{ \"nodes\": { \"root\": {} }, \"root\": \"root\", \"version\": 7 }\n";
const MANIFEST: &str = "[workspace]\nname = \"generated\"\nmembers = [\"projects/*\"]\n";

/// What of a project is no notes: its default.nix, its program and its test.
const OTHER_FILES: usize = 3;

/// Whose evaluation takes about a second where this was written: files, overlays over all of them, and what is done
/// for each.
const PACKAGES: usize = 2000;
const OVERLAYS: usize = 60;
const FLAGS: usize = 900;

/// What a workspace consists of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// So many projects of eight files.
    Projects(usize),
    /// 100 projects of 500 files.
    ManyFiles,
    /// 100 projects, and a package set that each of them evaluates.
    LargePackageSet,
}

impl Shape {
    pub(super) fn projects(self) -> usize {
        match self {
            Self::Projects(count) => count,
            Self::ManyFiles | Self::LargePackageSet => 100,
        }
    }

    fn files_of_a_project(self) -> usize {
        match self {
            Self::Projects(_) | Self::LargePackageSet => 8,
            Self::ManyFiles => 500,
        }
    }

    /// For a folder.
    pub(super) fn name(self) -> String {
        match self {
            Self::Projects(count) => format!("projects-{count}"),
            Self::ManyFiles => "many-files".to_owned(),
            Self::LargePackageSet => "large-package-set".to_owned(),
        }
    }

    pub(super) fn for_people(self) -> String {
        match self {
            Self::Projects(1000) => "1,000 projects".to_owned(),
            Self::Projects(count) => format!("{count} projects"),
            Self::ManyFiles => "50,000 files".to_owned(),
            Self::LargePackageSet => "large package set".to_owned(),
        }
    }
}

/// A workspace on disk.
#[derive(Clone, Debug)]
pub(super) struct Workspace {
    folder: PathBuf,
    shape: Shape,
    git: Tool,
}

impl Workspace {
    /// Generates it, or where it has been generated before, takes every change back.
    pub(super) fn in_folder(harness: &Harness, folder: PathBuf, shape: Shape) -> Result<Self> {
        let identity = [
            "user.name=bench",
            "user.email=bench@example.com",
            "gc.auto=0",
        ];
        let git = identity.iter().fold(harness.tool("git")?, |git, setting| {
            git.args(["-c", setting])
        });
        let this = Self {
            git: git.folder(&folder),
            folder,
            shape,
        };
        if this.folder.exists() {
            this.git(&["reset", "--quiet", "--hard"])?;
            this.git(&["clean", "--quiet", "-fdx"])?;
        } else {
            this.generate()?;
        }
        Ok(this)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// The names of its projects.
    pub(super) fn projects(&self) -> Vec<String> {
        (1..=self.shape.projects()).map(project_name).collect()
    }

    /// One in the middle.
    pub(super) fn some_project(&self) -> String {
        project_name(self.shape.projects() / 2)
    }

    /// Changes tracked files that no derivation reads, and leaves one that git does not know, as in the middle of a
    /// day's work.
    pub(super) fn make_dirty(&self) -> Result<()> {
        for project in self.projects().iter().take(10) {
            fs::write(
                self.project_folder(project).join("notes-2.md"),
                format!("{}\n", new_text()),
            )?;
        }
        fs::write(self.folder.join("scratch"), new_text())?;
        Ok(())
    }

    /// Changes the test of a project; nobody's store has the new one.
    pub(super) fn edit_test(&self, project: &str) -> Result<()> {
        self.write_test(project, &test(&new_text()))
    }

    /// Gives a project another test.
    pub(super) fn write_test(&self, project: &str, script: &str) -> Result<()> {
        let file = self.project_folder(project).join("run-tests.sh");
        Ok(fs::write(file, script)?)
    }

    /// Makes every derivation one that nobody's store has.
    pub(super) fn salt(&self) -> Result<()> {
        Ok(fs::write(self.folder.join("salt"), new_text())?)
    }

    fn project_folder(&self, project: &str) -> PathBuf {
        self.folder.join("projects").join(project)
    }

    fn generate(&self) -> Result<()> {
        fs::create_dir_all(&self.folder)?;
        let system = format!("{}-{}", std::env::consts::ARCH, os());
        for (name, text) in [
            ("flake.nix", FLAKE.replace("@system@", &system).as_str()),
            ("fixture.nix", FIXTURE),
            ("flake.lock", LOCK),
            ("nixward.toml", MANIFEST),
            ("salt", "none"),
        ] {
            fs::write(self.folder.join(name), text)?;
        }
        for project in self.projects() {
            self.generate_project(&project)?;
        }
        if self.shape == Shape::LargePackageSet {
            self.generate_package_set()?;
        }
        self.git(&["init", "--quiet", "--initial-branch=main"])?;
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message=Generated"])
    }

    fn generate_project(&self, project: &str) -> Result<()> {
        let folder = self.project_folder(project);
        fs::create_dir_all(&folder)?;
        let package = format!(
            "{{ project }}:\nproject \"{project}\" {{ main = ./main.sh; test = ./run-tests.sh; }}\n"
        );
        fs::write(folder.join("default.nix"), package)?;
        fs::write(folder.join("main.sh"), "#!/bin/sh\nexit 0\n")?;
        fs::write(folder.join("run-tests.sh"), test(project))?;
        for number in 1..=self.shape.files_of_a_project() - OTHER_FILES {
            let text = format!("Note {number} of {project}.\n");
            fs::write(folder.join(format!("notes-{number}.md")), text)?;
        }
        Ok(())
    }

    fn generate_package_set(&self) -> Result<()> {
        let folder = self.folder.join("package-set");
        fs::create_dir_all(folder.join("packages"))?;
        let set = PACKAGE_SET
            .replace("@overlays@", &OVERLAYS.to_string())
            .replace("@flags@", &FLAGS.to_string());
        fs::write(folder.join("default.nix"), set)?;
        for number in 0..PACKAGES {
            // Three of those before it, of which one is far away.
            let inputs: Vec<String> = [1, 2, 97]
                .iter()
                .filter_map(|distance| number.checked_sub(*distance))
                .map(|input| format!("a{input}"))
                .collect();
            let arguments: String = inputs.iter().map(|input| format!(", {input}")).collect();
            let text = format!(
                "{{ make{arguments} }}:\nmake {{\n  name = \"a{number}\";\n  version = \"1.{number}\";\n  \
                 inputs = [ {} ];\n}}\n",
                inputs.join(" ")
            );
            fs::create_dir(folder.join(format!("packages/a{number}")))?;
            fs::write(folder.join(format!("packages/a{number}/default.nix")), text)?;
        }
        Ok(())
    }

    fn git(&self, words: &[&str]) -> Result<()> {
        self.git.clone().args(words).quiet().map(drop)
    }
}

fn project_name(number: usize) -> String {
    format!("p{number:04}")
}

/// The program of a test; the comment makes it another one.
fn test(comment: &str) -> String {
    format!("#!/bin/sh\n# {comment}\nexit 0\n")
}

/// Something that was never written before.
fn new_text() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    format!(
        "{} {}",
        std::process::id(),
        now.unwrap_or_default().as_nanos()
    )
}

/// As Nix calls it.
fn os() -> &'static str {
    if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    }
}

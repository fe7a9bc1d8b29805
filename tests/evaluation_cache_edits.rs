//! What people do to a source tree, at random: the edits of the property tests in `evaluation_cache_property`.

use std::{
    fs::{FileTimes, Permissions},
    io,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use fs_err as fs;

/// Numbers that are the same for the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.next() % all.len() as u64).unwrap()]
    }
}

/// Few, so that edits meet each other.
const FILES: [&str; 10] = [
    "a/one",
    "a/two",
    "b/one",
    "b/c/deep",
    "p/x/file",
    "p/y/file",
    "top",
    "lines.txt",
    "dep/file",
    "flake.nix",
];
/// Without the flake, which alone would spoil everything else.
const OTHERS: [&str; 9] = [
    "a/one",
    "a/two",
    "b/one",
    "b/c/deep",
    "p/x/file",
    "p/y/file",
    "top",
    "lines.txt",
    "dep/file",
];
const FOLDERS: [&str; 5] = ["a", "b", "b/c", "p", "p/x"];
/// Of few sizes, so that time stamps and content are all that tells them apart.
const TEXTS: [&str; 8] = ["1", "2", "3", "1\n", "2\n", "1\r\n", "throw", ""];
const ATTRIBUTES: [&str; 6] = [
    "",
    "* text=auto\n",
    "*.txt text eol=crlf\n",
    "*.txt eol=lf\n",
    "* -text\n",
    "a/* ident\n",
];
const SETTINGS: [(&str, &str); 12] = [
    ("core.fileMode", "false"),
    ("core.fileMode", "true"),
    ("core.symlinks", "false"),
    ("core.symlinks", "true"),
    ("core.autocrlf", "true"),
    ("core.autocrlf", "input"),
    ("core.autocrlf", "false"),
    ("core.trustctime", "false"),
    ("core.trustctime", "true"),
    ("core.ignoreCase", "true"),
    ("index.version", "4"),
    ("index.skipHash", "true"),
];
/// What git does to the whole tree.
const COMMANDS: [&str; 28] = [
    "add --all",
    "commit --all --message x",
    "commit --message x",
    "commit --allow-empty --message empty",
    "commit --amend --all --message again",
    "commit --amend --allow-empty --message again",
    "checkout --force main",
    "checkout --force -B other",
    "checkout --force other",
    "checkout --detach",
    "checkout --force HEAD~1",
    "checkout --force -- .",
    "reset --soft HEAD~1",
    "reset --mixed HEAD~1",
    "reset --hard HEAD~1",
    "reset --mixed",
    "stash",
    "stash --include-untracked",
    "stash pop",
    "merge other",
    "merge --abort",
    "cherry-pick other",
    "sparse-checkout set --cone a dep",
    "sparse-checkout set --cone b p",
    "sparse-checkout disable",
    "gc --quiet --prune=now",
    "pack-refs --all",
    "switch --orphan lone",
];
/// What git does without changing anything that Nix sees.
const HOUSEKEEPING: [&str; 5] = [
    "status",
    "update-index -q --refresh",
    "branch --force elsewhere",
    "tag --force marked",
    "reflog expire --all",
];
const TO_FILES: [&str; 9] = [
    "add",
    "add --intent-to-add",
    "rm --cached --force --quiet",
    "rm --force --quiet",
    "update-index --assume-unchanged",
    "update-index --no-assume-unchanged",
    "update-index --skip-worktree",
    "update-index --no-skip-worktree",
    "checkout --",
];
const IN_MODULE: [&str; 6] = [
    "add --all",
    "commit --all --message inside",
    "commit --allow-empty --message inside",
    "checkout --force HEAD~1",
    "checkout --force main",
    "rm --cached --force --quiet inside/one",
];
const OF_MODULE: [&str; 4] = [
    "submodule update --init --force",
    "submodule deinit --force module",
    "add module",
    "rm --cached --force --quiet module",
];

/// Whether the flake has an input, and its lock: without a right one nothing is kept.
const FLAKES: [(bool, Lock); 11] = [
    (false, Lock::None),
    (false, Lock::None),
    (false, Lock::None),
    (true, Lock::Right),
    (true, Lock::Right),
    (true, Lock::Right),
    (true, Lock::OtherwiseWritten),
    (true, Lock::OtherwiseWritten),
    (true, Lock::Keep),
    (true, Lock::None),
    (false, Lock::Right),
];

/// One thing that is done. What does not work where it is done changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Edit {
    Write(&'static str, &'static str),
    /// The time of the last change is put back.
    WriteKeepingTime(&'static str, &'static str),
    /// Each is looked at, as fast as it goes.
    WriteAtOnce(&'static str, &'static str, &'static str),
    Touch(&'static str),
    Mode(&'static str, u32),
    Rename(&'static str, &'static str),
    GitMove(&'static str, &'static str),
    Remove(&'static str),
    Untracked(&'static str, &'static str),
    Ignore(&'static str),
    Link(&'static str, &'static str),
    /// A folder becomes a link to a copy of itself.
    FolderToLink(&'static str),
    FileToFolder(&'static str),
    Repository(&'static str),
    NoRepository(&'static str),
    Git(&'static str),
    GitFile(&'static str, &'static str),
    GitQuiet(&'static str),
    Setting(&'static str, &'static str),
    /// In the tree, or in the repository.
    Attributes(&'static str, &'static str),
    /// With an input, and which lock.
    Flake {
        with_input: bool,
        lock: Lock,
    },
    InModule(&'static str),
    OfModule(&'static str),
    ModuleBecomesFile(&'static str),
    ModuleBecomesFolder,
    /// Another text and back again: the second must be known.
    ThereAndBack(&'static str),
    BranchAndBack,
    Go(usize),
    CloneFollows,
    Again,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Lock {
    Keep,
    None,
    Right,
    OtherwiseWritten,
}

/// What kind of tree is edited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    Repository,
    /// The workspace is a folder of the repository.
    SubFolder,
    /// The repository has a submodule that Nix does not see.
    Submodule,
    /// The flake asks for its submodules.
    SubmoduleSeen,
    /// A folder that git knows nothing of.
    Folder,
}

impl Shape {
    fn has_git(self) -> bool {
        self != Self::Folder
    }

    pub(crate) fn has_submodule(self) -> bool {
        matches!(self, Self::Submodule | Self::SubmoduleSeen)
    }
}

impl Edit {
    pub(crate) fn random(random: &mut Random, shape: Shape) -> Self {
        let kinds = match shape {
            Shape::Folder => 17,
            Shape::Repository | Shape::SubFolder => 36,
            Shape::Submodule | Shape::SubmoduleSeen => 46,
        };
        match random.next() % kinds {
            0 | 1 => Self::Write(random.pick(&OTHERS), random.pick(&TEXTS)),
            2 | 3 => Self::WriteKeepingTime(random.pick(&OTHERS), random.pick(&TEXTS[..3])),
            4 => {
                let (first, second) = (random.pick(&TEXTS[..3]), random.pick(&TEXTS[..3]));
                Self::WriteAtOnce(random.pick(&OTHERS), first, second)
            }
            5 => Self::Touch(random.pick(&FILES)),
            6 => Self::Mode(
                random.pick(&FILES),
                random.pick(&[0o755, 0o644, 0o600, 0o744, 0o655]),
            ),
            7 => Self::Rename(random.pick(&OTHERS), random.pick(&OTHERS)),
            8 => Self::Remove(random.pick(&OTHERS)),
            9 => Self::Untracked(
                random.pick(&["new", "a/new", "p/z/file", "new/er"]),
                random.pick(&TEXTS),
            ),
            10 => Self::Ignore(random.pick(&["", "new\n", "*\n", "a/\n"])),
            11 => Self::Link(
                random.pick(&OTHERS),
                random.pick(&["one", "a/two", "../top", "none"]),
            ),
            12 => Self::FolderToLink(random.pick(&FOLDERS)),
            13 => Self::FileToFolder(random.pick(&OTHERS)),
            14 => {
                let (with_input, lock) = random.pick(&FLAKES);
                Self::Flake { with_input, lock }
            }
            15 => Self::ThereAndBack(random.pick(&OTHERS)),
            16 => Self::Again,
            17..=22 => Self::Git(random.pick(&COMMANDS)),
            23..=26 => Self::GitFile(random.pick(&TO_FILES), random.pick(&FILES)),
            27 => Self::GitQuiet(random.pick(&HOUSEKEEPING)),
            28 => {
                let (name, value) = random.pick(&SETTINGS);
                Self::Setting(name, value)
            }
            29 => Self::Attributes(
                random.pick(&[".gitattributes", "a/.gitattributes", ".git/info/attributes"]),
                random.pick(&ATTRIBUTES),
            ),
            30 => Self::GitMove(random.pick(&OTHERS), random.pick(&OTHERS)),
            31 => Self::Repository(random.pick(&FOLDERS)),
            32 => Self::NoRepository(random.pick(&FOLDERS)),
            33 => Self::Go(random.pick(&[0, 0, 1, 2])),
            34 => Self::CloneFollows,
            35 => Self::BranchAndBack,
            36..=38 => Self::InModule(random.pick(&IN_MODULE)),
            39 | 40 => Self::OfModule(random.pick(&OF_MODULE)),
            41..=43 => Self::Write(
                random.pick(&["module/inside/one", "module/inside/two", "module/new"]),
                random.pick(&TEXTS[..5]),
            ),
            44 => Self::ModuleBecomesFile(random.pick(&TEXTS)),
            _ => Self::ModuleBecomesFolder,
        }
    }

    /// Whether Nix sees the same before and after, where git converts nothing.
    pub(crate) fn is_invisible(self, shape: Shape) -> bool {
        shape.has_git() && matches!(self, Self::Touch(_) | Self::GitQuiet(_) | Self::Again)
    }

    /// Whether from here on git may take a touched file for another one.
    pub(crate) fn makes_git_fussy(self) -> bool {
        match self {
            Self::Attributes(_, text) => !text.is_empty(),
            Self::Setting(..) => true,
            _ => false,
        }
    }
}

/// A tree that is edited: `root` is where paths begin.
pub(crate) struct Tree<'a> {
    pub(crate) root: &'a Path,
    /// Where `flake.nix` is.
    pub(crate) flake_folder: &'a Path,
    /// Runs git, and says whether that worked.
    pub(crate) git: &'a dyn Fn(&Path, &[&str]) -> bool,
    pub(crate) flake: &'a dyn Fn(bool) -> String,
}

impl Tree<'_> {
    fn path(&self, file: &str) -> PathBuf {
        if file == "flake.nix" || file.starts_with("dep/") {
            return self.flake_folder.join(file);
        }
        self.root.join(file)
    }

    fn git(&self, words: &str, file: Option<&str>) -> bool {
        let path = file.map(|file| self.path(file));
        let mut args: Vec<&str> = words.split(' ').collect();
        args.extend(path.as_ref().map(|path| path.to_str().unwrap()));
        (self.git)(self.root, &args)
    }

    /// Does what is but one step; what has several is up to the caller.
    pub(crate) fn apply(&self, edit: Edit) {
        let _some_edits_fit_only_some_trees: io::Result<()> = self.try_apply(edit);
    }

    fn try_apply(&self, edit: Edit) -> io::Result<()> {
        match edit {
            Edit::Write(file, text) | Edit::Untracked(file, text) => self.write(file, text)?,
            Edit::WriteKeepingTime(file, text) => {
                let path = self.path(file);
                let before = fs::metadata(&path)?;
                self.write(file, text)?;
                let times = FileTimes::new()
                    .set_modified(before.modified()?)
                    .set_accessed(before.accessed()?);
                fs::OpenOptions::new()
                    .append(true)
                    .open(&path)?
                    .file()
                    .set_times(times)?;
            }
            Edit::Touch(file) => {
                let open = fs::OpenOptions::new().append(true).open(self.path(file))?;
                open.set_modified(std::time::SystemTime::now())?;
            }
            Edit::Mode(file, mode) => {
                fs::set_permissions(self.path(file), Permissions::from_mode(mode))?;
            }
            Edit::Rename(from, to) => fs::rename(self.path(from), self.path(to))?,
            Edit::GitMove(from, to) => {
                let to = self.path(to);
                let from = self.path(from);
                let paths = [
                    "mv",
                    "--force",
                    from.to_str().unwrap(),
                    to.to_str().unwrap(),
                ];
                (self.git)(self.root, &paths);
            }
            Edit::Remove(file) => fs::remove_file(self.path(file))?,
            Edit::Ignore(text) => fs::write(self.root.join(".gitignore"), text)?,
            Edit::Link(file, target) => {
                let path = self.path(file);
                if path.symlink_metadata().is_ok() {
                    fs::remove_file(&path)?;
                }
                symlink(target, path)?;
            }
            Edit::FolderToLink(folder) => {
                let path = self.path(folder);
                if path.symlink_metadata()?.is_dir() {
                    let copy = self.root.join(format!("{}.copy", folder.replace('/', "-")));
                    fs::rename(&path, &copy)?;
                    symlink(copy, path)?;
                }
            }
            Edit::FileToFolder(file) => {
                let path = self.path(file);
                fs::remove_file(&path)?;
                fs::create_dir(&path)?;
                fs::write(path.join("within"), "1")?;
            }
            Edit::Repository(folder) => {
                self.git("init --quiet", Some(folder));
            }
            Edit::NoRepository(folder) => fs::remove_dir_all(self.path(folder).join(".git"))?,
            Edit::Git(words) | Edit::GitQuiet(words) => {
                self.git(words, None);
            }
            Edit::GitFile(words, file) => {
                self.git(words, Some(file));
            }
            Edit::Setting(name, value) => {
                self.git(&format!("config {name} {value}"), None);
            }
            Edit::Attributes(file, text) => self.write(file, text)?,
            Edit::Flake { with_input, lock } => self.write_flake(with_input, lock)?,
            Edit::InModule(words) => {
                let module = self.root.join("module");
                // Else git would take the repository around it.
                if module.join(".git").exists() {
                    (self.git)(&module, &words.split(' ').collect::<Vec<_>>());
                }
            }
            Edit::OfModule(words) => {
                self.git(words, None);
            }
            Edit::ModuleBecomesFile(text) => {
                self.remove_module();
                fs::write(self.root.join("module"), text)?;
            }
            Edit::ModuleBecomesFolder => {
                self.remove_module();
                self.write("module/plain", "1")?;
            }
            Edit::WriteAtOnce(..)
            | Edit::ThereAndBack(_)
            | Edit::BranchAndBack
            | Edit::Go(_)
            | Edit::CloneFollows
            | Edit::Again => {}
        }
        Ok(())
    }

    /// Makes it a flake again that Nix can read.
    pub(crate) fn rescue(&self, shape: Shape) {
        let _it_may_be_there = fs::create_dir_all(self.flake_folder);
        for file in ["flake.nix", "flake.lock"] {
            let _it_may_be_missing = fs::remove_file(self.flake_folder.join(file));
        }
        self.apply(Edit::Flake {
            with_input: false,
            lock: Lock::None,
        });
        self.git("add --force", Some("flake.nix"));
        if shape.has_submodule() {
            self.remove_module();
            self.git("submodule update --init --force", None);
        }
    }

    fn remove_module(&self) {
        let module = self.root.join("module");
        let _it_may_be_a_file = fs::remove_dir_all(&module);
        let _it_may_be_a_folder = fs::remove_file(&module);
    }

    fn write_flake(&self, with_input: bool, lock: Lock) -> io::Result<()> {
        fs::write(
            self.flake_folder.join("flake.nix"),
            (self.flake)(with_input),
        )?;
        let file = self.flake_folder.join("flake.lock");
        let text = match lock {
            Lock::Keep => return Ok(()),
            Lock::None => return fs::remove_file(file),
            Lock::Right => LOCK.to_owned(),
            Lock::OtherwiseWritten => LOCK.replace(' ', ""),
        };
        fs::write(file, text)
    }

    pub(crate) fn read(&self, file: &str) -> Option<Vec<u8>> {
        let path = self.path(file);
        let is_file = path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_file());
        is_file.then(|| fs::read(path).unwrap())
    }

    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) -> io::Result<()> {
        let path = self.path(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)
    }
}

/// The lock of a flake whose only input is a folder of its own.
const LOCK: &str = r#"{
  "nodes": {
    "dep": {
      "flake": false,
      "locked": { "path": "./dep", "type": "path" },
      "original": { "path": "./dep", "type": "path" },
      "parent": []
    },
    "root": { "inputs": { "dep": "dep" } }
  },
  "root": "root",
  "version": 7
}
"#;

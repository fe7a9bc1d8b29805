//! A Nix of our own under `target/nix/<suite>`, unpacked from Debian's packages.
//!
//! The packages are made for another release of Debian than the machine's, so `nix` gets the dynamic loader and the
//! libraries that come with it written into its ELF header; nothing else on the machine sees them. The folder is
//! made under another name and renamed when it works, so an interruption leaves nothing that looks finished. A stamp
//! says what it was made from and where; a moved checkout is made anew, since ELF headers hold absolute paths.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::{
    Request,
    apt::PrivateApt,
    debian::{self, Origin},
    environment::{Environment, HostpkgsFit},
    installers,
    version::{OLDEST_FOR_HOSTPKGS, Version},
};
use crate::{Stop, process::Tool, progress, workspace};

/// To be counted up when what is made changes, so that older ones are replaced.
const SCHEMA: u32 = 1;

/// How long the default binary cache may take to answer before it counts as out of reach.
const CACHE_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// The names that a Nix goes by; each is `nix` itself.
const OLD_NAMES: [&str; 11] = [
    "nix-build",
    "nix-channel",
    "nix-collect-garbage",
    "nix-copy-closure",
    "nix-daemon",
    "nix-env",
    "nix-hash",
    "nix-instantiate",
    "nix-prefetch-url",
    "nix-shell",
    "nix-store",
];

/// The one that is there, or a new one.
pub(super) fn obtain(request: Request) -> Result<Environment> {
    let all = folder_of_all()?;
    // What was asked for last time without a suite may be either of these; asking apt takes longer than looking.
    let likely = match request.suite {
        Some(suite) => vec![Origin::Suite(suite)],
        None => vec![Origin::Machine, Origin::Suite(debian::Suite::Trixie)],
    };
    let finished = || {
        likely
            .iter()
            .find_map(|origin| read_finished(&all, *origin))
    };
    if !request.force
        && let Some(environment) = finished()
    {
        return Ok(environment);
    }

    refuse_where_it_cannot_work()?;
    fs::create_dir_all(&all)?;
    let _lock = lock(&all)?;
    if !request.force
        && let Some(environment) = finished()
    {
        return Ok(environment);
    }
    let origin = Origin::choose(request.suite);
    make(&all, origin).map_err(|error| {
        // An end that says what to do instead stays as it is.
        if error.is::<Stop>() {
            return error;
        }
        error.context(Stop::no_nix(format!(
            "no Nix could be made from Debian's packages ({origin})"
        )))
    })
}

/// The one of a suite, if it has been made.
pub(super) fn made(suite: debian::Suite) -> Result<Option<Environment>> {
    Ok(read_finished(&folder_of_all()?, Origin::Suite(suite)))
}

/// Whether this program is of a Nix that was made here.
pub(super) fn is_ours(program: &Path) -> Result<bool> {
    Ok(program.starts_with(folder_of_all()?))
}

/// Whether files can be made in a folder, which is made if it is missing.
pub(super) fn can_write_to(folder: &Path) -> bool {
    let trial = folder.join(format!(".nixward-xtask-{}", std::process::id()));
    fs::create_dir_all(folder)
        .and_then(|()| fs::create_dir(&trial))
        .and_then(|()| fs::remove_dir(&trial))
        .is_ok()
}

fn folder_of_all() -> Result<PathBuf> {
    Ok(workspace::target_folder()?.join("nix"))
}

fn refuse_where_it_cannot_work() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Err(installers::suggest("that is done from Debian's packages, on Linux").into());
    }
    let missing = debian::missing_tools();
    if !missing.is_empty() {
        let why = format!(
            "that is done from Debian's packages, and there is no {}",
            missing.join(", no ")
        );
        return Err(installers::suggest(&why).into());
    }
    if !can_write_to(Path::new("/nix/store")) {
        return Err(
            installers::suggest("/nix/store cannot be made or written to (root can)").into(),
        );
    }
    Ok(())
}

/// Held until it is dropped: two at once would unpack into the same place.
fn lock(all: &Path) -> Result<std::fs::File> {
    let file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(all.join("lock"))?
        .into_file();
    if file.try_lock().is_err() {
        progress("nix: waiting for another `cargo xtask` that is making it");
        file.lock().context("target/nix/lock could not be locked")?;
    }
    Ok(file)
}

/// What was made before, if it was finished, here, and by this version of xtask.
fn read_finished(all: &Path, origin: Origin) -> Option<Environment> {
    let prefix = &all.join(origin.to_string());
    let text = fs::read_to_string(prefix.join("stamp")).ok()?;
    let version = text.strip_prefix(&stamp(prefix, ""))?.trim_end().to_owned();
    let whole = prefix.join("bin/nix").exists() && prefix.join("etc/nix.conf").exists();
    (whole && can_write_to(Path::new("/nix/store"))).then(|| environment(prefix, origin, version))
}

/// The version comes last, so that all before it can be compared.
fn stamp(prefix: &Path, version: &str) -> String {
    format!("schema {SCHEMA}\nmade for {}\n{version}", prefix.display())
}

fn environment(prefix: &Path, origin: Origin, version: String) -> Environment {
    let hostpkgs = if origin.is_supported() {
        HostpkgsFit::Fits
    } else {
        HostpkgsFit::Unfit("is older than nixward supports".into())
    };
    Environment {
        version,
        programs: prefix.join("bin"),
        configuration: Some(prefix.join("etc")),
        hostpkgs,
    }
}

fn make(all: &Path, origin: Origin) -> Result<Environment> {
    let started = Instant::now();
    let prefix = all.join(origin.to_string());
    if prefix.to_string_lossy().contains(':') {
        // It is what separates folders in PATH and in the list of a program's libraries.
        anyhow::bail!("{} has a colon in its name", prefix.display());
    }
    remove_leftovers(all);
    let partial = Partial::create(all.join(format!("{origin}.partial-{}", std::process::id())))?;
    let partial = &partial.folder;

    let line = match origin {
        Origin::Machine => None,
        Origin::Suite(suite) => Some(debian::source_line(suite)?.ok_or_else(|| {
            installers::suggest(
                "this machine's apt knows no mirror of Debian's, and no nix-bin that is new enough",
            )
        })?),
    };
    progress(format_args!("nix: fetching Debian's packages ({origin})"));
    let apt = PrivateApt::new(partial.join("apt"), line.as_deref())?;
    let closure = apt.closure(&["nix-bin", "patchelf"])?;
    let needed: Vec<String> = closure
        .into_iter()
        .filter(|package| is_needed(package))
        .collect();
    let files = apt.download(&needed)?;
    progress(format_args!("nix: unpacking {} packages", files.len()));
    unpack(&files, &partial.join("root"))?;
    fs::remove_dir_all(partial.join("apt"))?;

    let libraries = Libraries::find(&partial.join("root"))?;
    install_programs(partial, &libraries, &prefix)?;
    let unfinished = Unfinished {
        folder: partial,
        libraries: &libraries,
        origin,
    };
    let version = unfinished.try_out()?;
    unfinished.configure()?;
    fs::write(partial.join("stamp"), stamp(&prefix, &version))?;

    if prefix.exists() {
        fs::remove_dir_all(&prefix)?;
    }
    fs::rename(partial, &prefix)?;
    let environment = environment(&prefix, origin, version);
    let trial: &[&str] = if origin.is_supported() {
        &[
            "eval",
            "--raw",
            "--expr",
            "builtins.toFile \"nixward-xtask\" \"Written to see that the store works.\"",
        ]
    } else {
        // Nothing else is ever asked of it: the store that the others share is none of its business.
        &["--version"]
    };
    let tried = Tool::new(environment.program("nix"))
        .envs(environment.variables())
        .args(trial)
        .quiet();
    if let Err(error) = tried {
        fs::remove_file(prefix.join("stamp"))?;
        return Err(error.context("the Nix from Debian's packages does not work here"));
    }
    progress(format_args!(
        "nix: ready after {:.1} s",
        started.elapsed().as_secs_f32()
    ));
    Ok(environment)
}

/// A folder that goes away with an error; by the end of a good run it has another name.
struct Partial {
    folder: PathBuf,
}

impl Partial {
    fn create(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _renamed_already = fs::remove_dir_all(&self.folder);
    }
}

/// Removes what runs that were killed left behind. A child of theirs may still be writing there, which makes removing
/// fail and is no reason to stop: the next run tries again.
fn remove_leftovers(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let path = entry.path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().contains(".partial-"))
        {
            let _still_in_use = fs::remove_dir_all(&path);
        }
    }
}

/// `nix` needs its libraries only: what perl, debconf and the user database are there for is a Nix that belongs to
/// the system.
fn is_needed(package: &str) -> bool {
    const NOT: [&str; 7] = [
        "perl",
        "libpam",
        "debconf",
        "libsemanage",
        "libaudit",
        "-common",
        "gconv-modules-extra",
    ];
    let library = package.starts_with("lib") || package.starts_with("zlib");
    let not = NOT.iter().any(|part| package.contains(part));
    package == "nix-bin" || package == "patchelf" || (library && !not)
}

/// Unpacks all of them into one tree, on all cores.
fn unpack(files: &[PathBuf], root: &Path) -> Result<()> {
    let workers = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(4);
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || -> Result<()> {
                    for file in files.iter().skip(worker).step_by(workers) {
                        Tool::new("dpkg-deb")
                            .arg("--extract")
                            .arg(file)
                            .arg(root)
                            .quiet()?;
                    }
                    Ok(())
                })
            })
            .collect();
        started
            .into_iter()
            .try_for_each(|worker| worker.join().expect("unpacking does not panic"))
    })?;
    move_into(&root.join("lib"), &root.join("usr/lib"))
}

/// Moves what one folder holds into another, down to the files. Packages up to bookworm have some of their libraries
/// in /lib, which on the machine itself is /usr/lib.
fn move_into(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if target.is_dir() && entry.file_type()?.is_dir() {
            move_into(&entry.path(), &target)?;
        } else {
            fs::rename(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Where bookworm's package has Nix's own libraries; later ones have them with all others.
const LIBRARIES_OF_NIX: &str = "usr/lib/nix";

/// Where the unpacked loader and libraries are, relative to the unpacked tree.
struct Libraries {
    root: PathBuf,
    /// `usr/lib/x86_64-linux-gnu`
    folder: PathBuf,
    /// The loader's file name in that folder.
    loader: String,
}

impl Libraries {
    /// The loader lies in the folder of the machine's architecture, whatever that is called.
    fn find(root: &Path) -> Result<Self> {
        for entry in fs::read_dir(root.join("usr/lib"))? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(entry.path())? {
                let name = file?.file_name().to_string_lossy().into_owned();
                if (name.starts_with("ld-linux") || name.starts_with("ld64.so"))
                    && name.contains(".so.")
                {
                    let folder = Path::new("usr/lib").join(entry.file_name());
                    return Ok(Self {
                        root: root.to_path_buf(),
                        folder,
                        loader: name,
                    });
                }
            }
        }
        anyhow::bail!(
            "Debian's libc6 brought no dynamic loader to {}",
            root.display()
        )
    }

    /// A program of the unpacked tree, run by its own loader with its own libraries, wherever the tree is.
    fn tool(&self, program: &Path) -> Tool {
        Tool::new(self.root.join(&self.folder).join(&self.loader))
            .arg("--library-path")
            .arg(self.search_path(&self.root))
            .arg(program)
    }

    /// The folders with libraries where the tree is at `root`, as loaders take them.
    fn search_path(&self, root: &Path) -> OsString {
        let mut path = root.join(&self.folder).into_os_string();
        if self.root.join(LIBRARIES_OF_NIX).exists() {
            path.push(":");
            path.push(root.join(LIBRARIES_OF_NIX));
        }
        path
    }
}

/// `bin/nix`, made for the place where it will be, and its other names.
fn install_programs(partial: &Path, libraries: &Libraries, prefix: &Path) -> Result<()> {
    let programs = partial.join("bin");
    fs::create_dir_all(&programs)?;
    let nix = programs.join("nix");
    fs::rename(partial.join("root/usr/bin/nix"), &nix)?;
    let final_root = prefix.join("root");
    let loader = final_root.join(&libraries.folder).join(&libraries.loader);
    let patchelf = || {
        libraries
            .tool(&partial.join("root/usr/bin/patchelf"))
            // RPATH, unlike RUNPATH, serves the libraries' own libraries too.
            .args(["--force-rpath", "--set-rpath"])
            .arg(libraries.search_path(&final_root))
    };
    patchelf()
        .arg("--set-interpreter")
        .arg(loader)
        .arg(&nix)
        .quiet()?;
    // Bookworm's have a RUNPATH, for which the program's RPATH is not looked at.
    for library in files_in(&partial.join("root").join(LIBRARIES_OF_NIX))? {
        patchelf().arg(library).quiet()?;
    }
    for name in OLD_NAMES {
        std::os::unix::fs::symlink("nix", programs.join(name))
            .with_context(|| format!("{name} could not be linked to nix"))?;
    }
    Ok(())
}

/// The plain files that a folder holds; none where it is not there.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// A Nix that is not at its final place yet.
struct Unfinished<'a> {
    folder: &'a Path,
    libraries: &'a Libraries,
    origin: Origin,
}

impl Unfinished<'_> {
    /// Its version, if it starts and is as new as it should be.
    fn try_out(&self) -> Result<String> {
        let answer = self.nix().arg("--version").quiet()?;
        let line = answer.lines().next().unwrap_or_default();
        match Version::find(line) {
            Some(version) if version >= OLDEST_FOR_HOSTPKGS => Ok(line.to_owned()),
            Some(_) if !self.origin.is_supported() => Ok(line.to_owned()),
            _ => anyhow::bail!(
                "Debian's package is {line}, but {OLDEST_FOR_HOSTPKGS} or newer is needed"
            ),
        }
    }

    /// Writes its nix.conf.
    fn configure(&self) -> Result<()> {
        fs::create_dir_all(self.folder.join("etc"))?;
        let file = self.folder.join("etc/nix.conf");
        fs::write(&file, CONFIGURATION)?;
        if self.origin.is_supported() && !self.default_cache_answers()? {
            // Each first build would wait for several retries of it.
            let offline = "# The default binary cache did not answer when this was written; --force asks it again.\n";
            fs::write(&file, format!("{CONFIGURATION}{offline}substituters =\n"))?;
            progress("nix: no binary cache is in reach, so none is set");
        }
        Ok(())
    }

    /// Asked by this Nix itself, which knows the cache's address and the machine's proxies.
    fn default_cache_answers(&self) -> Result<bool> {
        let caches = self
            .nix()
            .args(["config", "show", "substituters"])
            .quiet()?;
        let Some(first) = caches.split_whitespace().next() else {
            return Ok(false);
        };
        // Nix remembers for days that a cache answered, so it is given an empty memory.
        let memory = self.folder.join("asked-caches");
        let answers = self
            .nix()
            .env("NIX_CACHE_HOME", &memory)
            .args(["store", "info", "--store", first])
            .args([
                "--option",
                "download-attempts",
                "1",
                "--option",
                "connect-timeout",
                "2",
            ])
            .succeeds_within(CACHE_ANSWERS_WITHIN);
        if memory.exists() {
            fs::remove_dir_all(memory)?;
        }
        Ok(answers)
    }

    fn nix(&self) -> Tool {
        self.libraries
            .tool(&self.folder.join("bin/nix"))
            .env("NIX_CONF_DIR", self.folder.join("etc"))
            .env("NIX_USER_CONF_FILES", "")
    }
}

const CONFIGURATION: &str = "\
# Written by `cargo xtask nix`, for the Nix beside it only.
experimental-features = nix-command flakes

# One user, no daemon, no sandbox: nix/hostpkgs builds with the machine's own compilers.
store = local
build-users-group =
sandbox = false

max-jobs = auto
flake-registry =
warn-dirty = false

";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_needed_and_what_runs_a_system_is_not() {
        for package in [
            "nix-bin",
            "patchelf",
            "libc6",
            "zlib1g",
            "libboost-context1.83.0",
            "libcurl3t64-gnutls",
        ] {
            assert!(is_needed(package), "{package}");
        }
        for package in [
            "perl",
            "libperl5.40",
            "libdbi-perl",
            "passwd",
            "debconf",
            "libpam0g",
            "readline-common",
        ] {
            assert!(!is_needed(package), "{package}");
        }
    }

    #[test]
    fn two_trees_become_one() {
        let folder =
            std::env::temp_dir().join(format!("nixward-xtask-merge-{}", std::process::id()));
        let (from, to) = (folder.join("lib"), folder.join("usr/lib"));
        let triplet = Path::new("x86_64-linux-gnu");
        for (tree, file) in [(&from, "libc.so.6"), (&to, "libz.so.1")] {
            fs::create_dir_all(tree.join(triplet)).unwrap();
            fs::write(tree.join(triplet).join(file), file).unwrap();
        }
        fs::write(from.join("loader"), "").unwrap();
        move_into(&from, &to).unwrap();
        move_into(&folder.join("not-there"), &to).unwrap();
        let names = |folder: &Path| {
            let mut names: Vec<_> = files_in(folder).unwrap();
            names.sort();
            names
        };
        let expected = ["libc.so.6", "libz.so.1"].map(|name| to.join(triplet).join(name));
        assert_eq!(names(&to.join(triplet)), expected);
        assert_eq!(names(&to), [to.join("loader")]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_stamp_is_believed_only_where_it_was_made() {
        let here = stamp(Path::new("/checkout/target/nix/trixie"), "nix (Nix) 2.26.3");
        assert!(here.starts_with(&stamp(Path::new("/checkout/target/nix/trixie"), "")));
        assert!(!here.starts_with(&stamp(Path::new("/moved/target/nix/trixie"), "")));
        assert!(!here.starts_with(&stamp(Path::new("/checkout/target/nix/sid"), "")));
    }
}

//! Whatever is done to a source tree: what nixward answers from its cache is what a fresh evaluation answers.
//!
//! Random sequences of edits of real source trees, each step followed by nixward with its cache and by a bare
//! `nix eval`, whose answers must be equal: the same packages with the same derivations, into which the flake puts all
//! that flakes can see. By hand:
//!
//! - `NIXWARD_TEST_STEPS=1000` takes as many steps with each kind of tree;
//! - `NIXWARD_TEST_SEED=7` begins with the sequence that a failure has named.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use fs_err as fs;
use nixward_testing::{Project, RealNix, real_nix, system};
use serde_json::Value;

use crate::{
    evaluation_cache_edits::{Edit, Random, Shape, Tree},
    support::{nixward, number, project, test_steps},
};

/// Edits of one tree; then comes a new one, so that what went wrong has a short history.
const SEQUENCE: usize = 40;
/// How long to look for a shorter history of what went wrong.
const SHRINKING: Duration = Duration::from_secs(120);

const FLAKE: &str = r#"{
@inputs@
  outputs = inputs@{ self, ... }:
    let
      inherit (builtins) mapAttrs pathExists readDir readFile toJSON;
      make = name: attributes: derivation (attributes // {
        inherit name;
        system = "@system@";
        builder = "/bin/sh";
        salt = "@salt@";
      });
      see = path: mapAttrs (name: type:
        if type == "directory" then see (path + "/${name}")
        else if type == "regular" then readFile (path + "/${name}")
        else type) (readDir path);
      root = self.sourceInfo.outPath;
      one = root + "/a/one";
      folder = root + "/p";
      isFolder = (readDir root).p or "" == "directory";
    in
    {
      packages."@system@" = {
        tree = make "tree" { tree = toJSON (see root); };
        source = make "source" { src = self; inherit (self) narHash; };
        history = make "history" {
          rev = self.rev or self.dirtyRev or "none";
          short = self.shortRev or self.dirtyShortRev or "none";
          modified = self.lastModified or 0;
          count = self.revCount or "none";
          submodules = self.submodules or "none";
        };
        one = make "one" {
          text = if !pathExists one then "none" else if readDir root ? a && readFile one == "throw" then throw "thrown" else readFile one;
        };
        input = make "input" { dep = if inputs ? dep then toJSON (see inputs.dep.outPath) else "none"; };
        place = make "place" { place = (builtins.unsafeGetAttrPos "x" { x = 1; }).file; };
      } // (if isFolder then mapAttrs (name: type: make name { inherit type; }) (readDir folder) else { });
    };
}
"#;

/// A package and its derivation, or that it throws.
type Packages = BTreeMap<String, Option<String>>;

/// How the cache served.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Served {
    Hit,
    Miss,
    Off,
    /// There is no answer.
    Failed,
}

/// How often it served how.
#[derive(Default)]
struct Counts {
    steps: usize,
    hits: usize,
    misses: usize,
    offs: usize,
    failures: usize,
}

struct World {
    shape: Shape,
    project: Project,
    nix: RealNix,
    /// The repository, a clone of it and a second working tree.
    places: Vec<PathBuf>,
    here: usize,
    commits: std::cell::Cell<u64>,
    /// How the cache served at each place the last time, if nothing that is visible has been done since.
    last: [Option<Served>; 3],
    served: Option<Served>,
    is_fussy: bool,
    counts: Counts,
}

impl World {
    fn new(shape: Shape, nix: &RealNix) -> Self {
        let mut builder = project().nix(nix).name("office");
        if matches!(shape, Shape::Folder) {
            builder = builder.without_git();
        }
        let project = builder.build();
        // Remembering every call costs more with each.
        project.remove_program("nix");
        let link = project.programs().join("nix");
        fs_err::os::unix::fs::symlink(nix.program(), link).unwrap();
        let mut world = Self {
            shape,
            nix: nix.clone(),
            places: vec![project.repository()],
            project,
            here: 0,
            commits: 0.into(),
            last: [None; 3],
            served: None,
            is_fussy: false,
            counts: Counts::default(),
        };
        world.fill();
        world
    }

    fn fill(&mut self) {
        let tree_files = [
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
        let root = self.places[0].clone();
        self.with_tree(|tree| {
            for file in tree_files {
                tree.write(file, "1").unwrap();
            }
            // git is told to convert it only later.
            tree.write("lines.txt", "1\r\n").unwrap();
            tree.write("flake.nix", (tree.flake)(false)).unwrap();
        });
        if self.shape == Shape::Folder {
            return;
        }
        let work = root.parent().unwrap().to_owned();
        if self.shape.has_submodule() {
            let module = work.join("module-origin");
            fs::create_dir_all(module.join("inside")).unwrap();
            for file in ["inside/one", "inside/two"] {
                fs::write(module.join(file), "1").unwrap();
            }
            self.must_git(&module, &["init", "--quiet", "--initial-branch=main"]);
            for message in ["first", "second"] {
                fs::write(module.join("inside/two"), message).unwrap();
                self.must_git(&module, &["add", "--all"]);
                self.must_git(&module, &["commit", "--quiet", "--message", message]);
            }
            let url = module.to_str().unwrap().to_owned();
            self.must_git(&root, &["submodule", "--quiet", "add", &url, "module"]);
        }
        self.must_git(&root, &["add", "--all"]);
        self.must_git(&root, &["commit", "--quiet", "--message", "x"]);
        self.must_git(&root, &["branch", "other"]);
        let (clone, linked) = (work.join("clone"), work.join("linked"));
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        self.must_git(
            &work,
            &[
                "clone",
                "--quiet",
                "--recurse-submodules",
                &text(&root),
                "clone",
            ],
        );
        self.must_git(
            &root,
            &["worktree", "add", "--quiet", "--detach", &text(&linked)],
        );
        if self.shape.has_submodule() {
            self.must_git(&linked, &["submodule", "--quiet", "update", "--init"]);
        }
        self.places.extend([clone, linked]);
    }

    fn flake(&self, with_input: bool) -> String {
        let mut inputs = String::new();
        if self.shape == Shape::SubmoduleSeen {
            inputs.push_str("  inputs.self.submodules = true;\n");
        }
        if with_input {
            inputs.push_str("  inputs.dep = { url = \"path:./dep\"; flake = false; };\n");
        }
        FLAKE
            .replace("@inputs@\n", &inputs)
            .replace("@system@", &system())
            .replace("@salt@", self.project.salt())
    }

    fn flake_folder(&self) -> PathBuf {
        let root = &self.places[self.here];
        match self.shape {
            Shape::SubFolder => root.join("sub"),
            _ => root.clone(),
        }
    }

    fn with_tree<T>(&self, act: impl FnOnce(&Tree<'_>) -> T) -> T {
        act(&Tree {
            root: &self.places[self.here],
            flake_folder: &self.flake_folder(),
            git: &|folder, args| self.git(folder, args).0,
            flake: &|with_input| self.flake(with_input),
        })
    }

    /// Whether it worked, and what it said. Each commit has another time.
    fn git(&self, folder: &Path, args: &[&str]) -> (bool, String) {
        self.commits.set(self.commits.get() + 1);
        let date = format!("{} +0000", 919_425_600 + self.commits.get());
        let output = self
            .project
            .host_command(&self.project.programs().join("git"))
            .args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0"])
            .args([
                "-c",
                "user.name=Peter",
                "-c",
                "user.email=peter@initech.example",
            ])
            .args(args)
            .current_dir(folder)
            // It has scripts that need more than nixward does.
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .env("GIT_EDITOR", "true")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    }

    fn must_git(&self, folder: &Path, args: &[&str]) {
        let (worked, said) = self.git(folder, args);
        assert!(worked, "git {args:?}: {said}");
    }

    /// Takes one step, and says what was wrong with it.
    fn step(&mut self, edit: Edit) -> Result<(), String> {
        self.is_fussy |= edit.makes_git_fussy();
        if !edit.is_invisible(self.shape) || self.is_fussy {
            self.last = [None; 3];
        }
        match edit {
            Edit::WriteAtOnce(file, first, second) => {
                self.with_tree(|tree| tree.apply(Edit::Write(file, first)));
                self.check()?;
                self.with_tree(|tree| tree.apply(Edit::Write(file, second)));
                self.last = [None; 3];
            }
            Edit::ThereAndBack(file) => return self.there_and_back(file),
            Edit::BranchAndBack => return self.branch_and_back(),
            Edit::Go(place) => self.here = place.min(self.places.len() - 1),
            Edit::CloneFollows => {
                let (clone, main) = (&self.places[1], self.places[0].to_str().unwrap());
                let _some_have_no_head = self.git(clone, &["fetch", "--quiet", main, "HEAD"]);
                let _some_have_no_head = self.git(clone, &["reset", "--hard", "FETCH_HEAD"]);
            }
            edit => self.with_tree(|tree| tree.apply(edit)),
        }
        let before = self.last[self.here];
        let before_this = self.served;
        let served = self.check()?;
        if served == Served::Failed || (served, before_this) == (Served::Off, Some(Served::Off)) {
            // Else there would be nothing to see any more.
            self.with_tree(|tree| tree.rescue(self.shape));
            return self.check().map(drop);
        }
        if matches!(before, Some(Served::Hit | Served::Miss)) && served != Served::Hit {
            return Err(format!(
                "nothing was changed, yet after {before:?} came {served:?}"
            ));
        }
        Ok(())
    }

    fn there_and_back(&mut self, file: &str) -> Result<(), String> {
        let Some(text) = self.with_tree(|tree| tree.read(file)) else {
            return self.check().map(drop);
        };
        let first = self.check()?;
        self.with_tree(|tree| tree.write(file, "elsewhere"))
            .map_err(|error| error.to_string())?;
        self.check()?;
        self.with_tree(|tree| tree.write(file, &text))
            .map_err(|error| error.to_string())?;
        self.must_be_known(first)
    }

    fn branch_and_back(&mut self) -> Result<(), String> {
        let root = self.places[self.here].clone();
        // Nothing that a change of branches would lose, and nothing that it would take along.
        let is_clean = self.git(&root, &["diff", "--quiet", "HEAD"]).0;
        if !is_clean || !self.git(&root, &["checkout", "--quiet", "-B", "here"]).0 {
            return self.check().map(drop);
        }
        let first = self.check()?;
        self.git(&root, &["checkout", "--quiet", "-B", "there"]);
        self.git(
            &root,
            &["commit", "--quiet", "--allow-empty", "--message", "there"],
        );
        self.check()?;
        self.git(&root, &["checkout", "--quiet", "here"]);
        self.must_be_known(first)
    }

    fn must_be_known(&mut self, first: Served) -> Result<(), String> {
        let served = self.check()?;
        let may_differ = self.shape == Shape::Folder || self.is_fussy;
        if !may_differ && matches!(first, Served::Hit | Served::Miss) && served != Served::Hit {
            return Err(format!(
                "back where it had been {first:?}, it was {served:?}"
            ));
        }
        Ok(())
    }

    /// Compares nixward with Nix.
    fn check(&mut self) -> Result<Served, String> {
        self.counts.steps += 1;
        let (served, ours, said) = self.nixward();
        let (theirs, nix_said) = self.fresh();
        match served {
            Served::Hit => self.counts.hits += 1,
            Served::Miss => self.counts.misses += 1,
            Served::Off => self.counts.offs += 1,
            Served::Failed => self.counts.failures += 1,
        }
        self.last[self.here] = Some(served);
        self.served = Some(served);
        if ours == theirs {
            return Ok(served);
        }
        let differing = |packages: &Option<Packages>, others: &Option<Packages>| match packages {
            None => "no answer".to_owned(),
            Some(packages) => {
                let others = others.as_ref();
                let differ = packages.iter().filter(|(name, answer)| {
                    others.and_then(|others| others.get(*name)) != Some(*answer)
                });
                format!("{:#?}", differ.collect::<Vec<_>>())
            }
        };
        Err(format!(
            "nixward ({served:?}) says {}\n{said}\nNix says {}\n{nix_said}",
            differing(&ours, &theirs),
            differing(&theirs, &ours)
        ))
    }

    fn nixward(&self) -> (Served, Option<Packages>, String) {
        let folder = self.flake_folder();
        let output = self
            .project
            .host_command(&nixward())
            .args(["plan", "build", "--all", "--message-format", "json"])
            .current_dir(if folder.is_dir() {
                &folder
            } else {
                &self.places[self.here]
            })
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked at"), "{said}");
        let Ok(document) = serde_json::from_slice::<Value>(&output.stdout) else {
            return (Served::Failed, None, said);
        };
        let served = match document["evaluation"]["cache"].as_str().unwrap() {
            "hit" => Served::Hit,
            "miss" => Served::Miss,
            "off" => Served::Off,
            other => panic!("a new word: {other}"),
        };
        let package = |step: &Value| {
            let attribute = step["attribute"].as_str().unwrap();
            let name = attribute.rsplit('.').next().unwrap().to_owned();
            (name, step["drvPath"].as_str().map(str::to_owned))
        };
        let steps = document["steps"].as_array().unwrap();
        let failed = document["failed"].as_array().unwrap();
        let packages = steps.iter().chain(failed).map(package).collect();
        let why = document["evaluation"]["why"].as_str().unwrap_or_default();
        (served, Some(packages), format!("{why}\n{said}"))
    }

    /// What Nix says, asked without nixward.
    fn fresh(&self) -> (Option<Packages>, String) {
        let root = self.places[self.here].display();
        let flake = match self.shape {
            Shape::Folder => format!("path:{root}#."),
            Shape::SubFolder => format!("git+file://{root}?dir=sub#."),
            _ => format!("git+file://{root}#."),
        };
        let ask = |function: &str| {
            let question = format!("flake: {function} flake.packages.\"{}\"", system());
            let output = self
                .project
                .host_command(self.nix.program())
                .args([
                    "--extra-experimental-features",
                    "nix-command flakes",
                    "eval",
                    "--json",
                ])
                .args(["--no-write-lock-file", &flake, "--apply", &question])
                .output()
                .unwrap();
            if output.status.success() {
                Ok(output.stdout)
            } else {
                Err(String::from_utf8_lossy(&output.stderr).into_owned())
            }
        };
        let all = "builtins.mapAttrs (name: package: let tried = builtins.tryEval package.drvPath; in \
                   if tried.success then tried.value else null)";
        match ask(all) {
            Ok(packages) => (serde_json::from_slice(&packages).unwrap(), String::new()),
            // One of them may be what breaks it for all.
            Err(said) => match ask("builtins.attrNames") {
                Err(_) => (None, said),
                Ok(names) => {
                    let names: Vec<String> = serde_json::from_slice(&names).unwrap();
                    let one = |name: String| {
                        let answer = ask(&format!("(packages: packages.\"{name}\".drvPath)"));
                        let answer = answer
                            .ok()
                            .map(|path| serde_json::from_slice(&path).unwrap());
                        (name, answer)
                    };
                    (Some(names.into_iter().map(one).collect()), said)
                }
            },
        }
    }
}

/// Takes all steps in a new world; says at which one it went wrong, and how.
fn take(shape: Shape, nix: &RealNix, edits: &[Edit]) -> Result<Counts, (usize, String)> {
    let mut world = World::new(shape, nix);
    world.check().map_err(|wrong| (0, wrong))?;
    for (number, edit) in edits.iter().enumerate() {
        world.step(*edit).map_err(|wrong| (number + 1, wrong))?;
    }
    Ok(world.counts)
}

/// Fewer edits that go wrong as well.
fn shrunk(
    shape: Shape,
    nix: &RealNix,
    mut edits: Vec<Edit>,
    mut wrong: String,
) -> (Vec<Edit>, String) {
    let began = Instant::now();
    let mut length = edits.len() / 2;
    while length > 0 && began.elapsed() < SHRINKING {
        let mut at = 0;
        while at < edits.len() && began.elapsed() < SHRINKING {
            let mut fewer = edits.clone();
            fewer.drain(at..(at + length).min(edits.len()));
            match take(shape, nix, &fewer) {
                Err((taken, now)) => {
                    fewer.truncate(taken);
                    (edits, wrong) = (fewer, now);
                }
                Ok(_) => at += length,
            }
        }
        length /= 2;
    }
    (edits, wrong)
}

#[expect(
    clippy::print_stderr,
    reason = "the figures of a long run are what it is for"
)]
fn always_the_same(shape: Shape, usual_steps: usize) {
    let Some(nix) = real_nix() else { return };
    let steps = test_steps().map_or(usual_steps, |steps| steps.try_into().unwrap());
    let fresh = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let fresh = u64::from(fresh.subsec_nanos()) * 1_000;
    let mut total = Counts::default();
    let mut sequences = 0;
    while total.steps < steps {
        let seed = match (sequences, number("NIXWARD_TEST_SEED")) {
            (0, Some(seed)) => seed,
            (0, None) => 1,
            _ => fresh + sequences,
        };
        sequences += 1;
        let mut random = Random::new(seed);
        let edits: Vec<Edit> = (0..SEQUENCE)
            .map(|_| Edit::random(&mut random, shape))
            .collect();
        match take(shape, &nix, &edits) {
            Ok(counts) => total.add(&counts),
            Err((taken, wrong)) => {
                let (few, wrong_again) =
                    shrunk(shape, &nix, edits[..taken].to_vec(), wrong.clone());
                panic!(
                    "{shape:?}, NIXWARD_TEST_SEED={seed}, after {taken} edits:\n{wrong}\n\n\
                     the fewest edits that were found to do it:\n{few:#?}\n{wrong_again}"
                );
            }
        }
    }
    let Counts {
        steps,
        hits,
        misses,
        offs,
        failures,
    } = total;
    eprintln!(
        "{shape:?}: {steps} steps from seed {fresh}: {hits} hits, {misses} misses, {offs} without the cache, \
         {failures} without an answer"
    );
    // Else nothing was tested.
    assert!(
        hits * 20 > steps && misses * 10 > steps,
        "{hits} hits and {misses} misses of {steps}"
    );
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.hits += other.hits;
        self.misses += other.misses;
        self.offs += other.offs;
        self.failures += other.failures;
    }
}

#[test]
fn of_a_repository() {
    always_the_same(Shape::Repository, 100);
}

#[test]
fn of_a_folder_of_a_repository() {
    always_the_same(Shape::SubFolder, 40);
}

#[test]
fn of_a_repository_with_a_submodule() {
    always_the_same(Shape::Submodule, 40);
}

#[test]
fn of_a_repository_with_a_submodule_that_is_asked_for() {
    // Older ones do not know the word.
    if real_nix().is_some_and(|nix| nix.is_at_least(2, 27)) {
        always_the_same(Shape::SubmoduleSeen, 40);
    }
}

#[test]
fn of_a_plain_folder() {
    always_the_same(Shape::Folder, 40);
}

//! What a flake answered is kept: without Nix the next time, and right whatever happened to what was kept.

use std::{
    collections::BTreeMap,
    fs::FileTimes,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, SystemTime},
};

use nixward_testing::{NixwardCommand, Output, Project, ProjectBuilder, real_nix};

use crate::support::{is_root, may_make_namespaces, office, real_project, test_steps};

/// The derivations have what is read as their names, so that they tell what was seen.
const OUTPUTS: &str = r#"{ packages = {
  memo = project "memo-${builtins.readFile ./memo.txt}" "true # ${salt}" { };
  revision = project "revision-${self.rev or self.dirtyRev}" "true # ${salt}" { };
}; }"#;

fn memo() -> Option<ProjectBuilder> {
    let project = real_project()?.outputs(OUTPUTS);
    Some(project.file("memo.txt", "0"))
}

fn plan(project: &Project) -> NixwardCommand<'_> {
    project.nixward(["plan", "build", "--all", "--message-format", "json"])
}

/// What was answered, and how the cache served.
#[derive(Clone, Debug, PartialEq)]
struct Answer {
    cache: String,
    names: BTreeMap<String, String>,
}

impl Answer {
    #[track_caller]
    fn of(output: &Output) -> Self {
        let output = output.clone().expect_code(0);
        let document = output.json();
        let name = |step: &serde_json::Value| {
            let derivation = step["drvPath"].as_str().unwrap();
            let (_, name) = derivation.split_once('-').unwrap();
            let project = step["project"].as_str().unwrap();
            (project.to_owned(), name.to_owned())
        };
        let steps = document["steps"].as_array().unwrap();
        Self {
            cache: document["evaluation"]["cache"].as_str().unwrap().to_owned(),
            names: steps.iter().map(name).collect(),
        }
    }

    fn memo(&self) -> &str {
        let name = self.names["memo"].strip_prefix("memo-").unwrap();
        name.strip_suffix(".drv").unwrap()
    }
}

#[track_caller]
fn answer(project: &Project) -> Answer {
    Answer::of(&plan(project).run())
}

#[track_caller]
fn fresh(project: &Project) -> Answer {
    Answer::of(&plan(project).arg("--no-eval-cache").run())
}

/// The files below the cache folder that make up the cache of evaluations.
fn kept_files(project: &Project) -> Vec<PathBuf> {
    let cache = project.root().join("cache/nixward");
    let mut files = vec![cache.join("nix-versions.json")];
    for folder in ["evaluations", "sources"] {
        let entries = fs_err::read_dir(cache.join(folder)).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap();
    name.as_encoded_bytes().starts_with(b".")
}

#[test]
fn what_is_known_needs_no_nix() {
    let Some(project) = office() else { return };
    let project = project.build();
    let commands: [&[&str]; 4] = [
        &["plan", "test", "--all"],
        &["plan", "check", "--all"],
        &["list"],
        &[],
    ];
    for command in commands {
        project.nixward(command).run().expect_code(0);
        let again = project.nixward(command).run().expect_code(0);
        assert_eq!(again.nix_calls(), Vec::<Vec<String>>::new(), "{command:?}");
    }
}

#[test]
fn what_is_known_and_built_needs_no_nix() {
    let Some(project) = office() else { return };
    let project = project.build();
    let commands: [&[&str]; 4] = [
        &["test", "--all"],
        &["build", "--all"],
        &["run", "printer"],
        &["push-img", "printer"],
    ];
    let cold = project.nixward(["plan", "test", "--all"]).run();
    assert_eq!(cold.expect_code(0).evaluations(), 1);
    for command in commands {
        let first = project.nixward(command).run().expect_code(0);
        let again = project.nixward(command).run().expect_code(0);
        assert_eq!(again.nix_calls(), Vec::<Vec<String>>::new(), "{command:?}");
        assert_eq!(again.stdout(), first.stdout());
    }
}

#[test]
fn a_shell_that_is_known_needs_no_nix() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{
  packages.web = project "web" "true # ${salt}" { };
  devShells.web = shell "web" { GREETING = salt; };
}"#,
        )
        .build();
    let enter = || {
        let command = ["shell", "web", "--", "sh", "-c", "echo $GREETING"];
        let output = project.nixward(command).run().expect_code(0);
        output.expect_stdout_is(&format!("{}\n", project.salt()))
    };
    assert_ne!(enter().nix_calls().len(), 0);
    assert_eq!(enter().nix_calls(), Vec::<Vec<String>>::new());
}

#[test]
fn a_kept_shell_is_that_of_the_folder_it_is_opened_in() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{
  packages.web = project "web" "true # ${salt}" { };
  devShells.web = shell "web" { GREETING = salt; };
}"#,
        )
        .file("one/file", "")
        .file("two/file", "")
        .build();
    let out = |folder: &str, flags: &[&str]| {
        let mut words = vec!["shell", "web"];
        words.extend_from_slice(flags);
        words.extend(["--", "sh", "-c", "echo $out"]);
        let command = project.nixward(words);
        let output = command.in_folder(project.path(folder)).run().expect_code(0);
        (output.stdout().to_owned(), output.nix_calls().len())
    };
    let (one, two) = (out("one", &[]), out("two", &[]));
    assert!(one.0.contains("/one/outputs/"), "{one:?}");
    assert!(two.0.contains("/two/outputs/"), "{two:?}");
    assert_eq!(out("one", &[]), (one.0.clone(), 0));
    let (asked, calls) = out("one", &["--no-eval-cache"]);
    assert_eq!(asked, one.0);
    assert!(calls > 1, "{calls}");
}

#[test]
fn clones_and_worktrees_know_what_each_other_asked() {
    let Some(project) = memo() else { return };
    let project = project.build();
    let first = answer(&project);
    assert_eq!(first.cache, "miss");
    let linked = project.linked_worktree("linked");
    let clone = project.root().join("work/clone");
    project.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    for place in [linked, clone] {
        let there = plan(&project).in_folder(&place).run();
        assert_eq!(there.nix_calls(), Vec::<Vec<String>>::new());
        let there = Answer::of(&there);
        assert_eq!((there.cache.as_str(), &there.names), ("hit", &first.names));
    }
}

#[test]
fn where_more_decides_nothing_is_kept() {
    let Some(project) = memo() else { return };
    let project = project.build();
    for (flags, why) in [
        (&["--impure"][..], "with --impure it may read anything"),
        (&["--no-eval-cache"], "--no-eval-cache was given"),
    ] {
        for _ in 0..2 {
            let all = |words: &[&str]| {
                let command = project.nixward(words);
                flags
                    .iter()
                    .fold(command, |command, flag| command.arg(flag))
            };
            let json = all(&["plan", "build", "memo", "--message-format", "json"]);
            let document = json.run().expect_code(0).json();
            assert_eq!(document["evaluation"]["cache"], "off");
            assert_eq!(document["evaluation"]["why"], why);
            let text = all(&["plan", "build", "memo"]).run().expect_code(0);
            assert!(text.stdout().contains(why), "{}", text.stdout());
            let run = all(&["-v", "run", "memo"]).run().expect_code(0);
            assert!(run.stderr().contains(why), "{}", run.stderr());
        }
    }
    assert_eq!(answer(&project).cache, "miss");
}

#[test]
fn what_the_flake_breaks_is_kept_and_what_a_build_broke_is_asked_again() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages = {
  memo = project "memo" "true # ${salt}" { };
  thrown = throw "out of paper";
  aborted = abort "PC LOAD LETTER";
  broken = import (unbuildable "paper");
}; }"#,
        )
        .build();
    let whole = plan(&project).run().expect_code(3).json();
    let again = plan(&project).run().expect_code(3);
    assert_eq!(again.json()["failed"], whole["failed"]);
    assert_eq!(again.json()["steps"], whole["steps"]);
    assert_eq!(again.evaluations(), 1, "{:?}", again.nix_calls());
    project.edit(
        "outputs.nix",
        r#"broken = import (unbuildable "paper");"#,
        "",
    );
    plan(&project).run().expect_code(3);
    let settled = plan(&project).run().expect_code(3);
    assert_eq!(settled.evaluations(), 0);
    for why in ["out of paper", "PC LOAD LETTER"] {
        assert!(settled.stdout().contains(why), "{}", settled.stdout());
    }
    // A clone has the same content; but messages are about files of this place.
    let clone = project.root().join("clone");
    project.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    let there = plan(&project).in_folder(&clone).run().expect_code(3);
    assert!(there.evaluations() > 0);
}

#[test]
fn settings_that_make_it_impure_turn_it_off() {
    let Some(project) = real_project() else {
        return;
    };
    let outputs =
        r#"{ packages.memo = project "memo-${builtins.getEnv "WORD"}" "true # ${salt}" { }; }"#;
    let project = project.outputs(outputs).build();
    let with = |word: &str| {
        let command = ["--option", "pure-eval", "false"]
            .iter()
            .fold(plan(&project), |command, word| command.arg(word));
        let document = command.env("WORD", word).run().expect_code(0).json();
        assert_eq!(document["evaluation"]["cache"], "off");
        document["steps"][0]["drvPath"].as_str().unwrap().to_owned()
    };
    assert_ne!(with("a"), with("b"));
    let settings = project.root().join("more.conf");
    let config = format!("include {}", settings.display());
    let with = |text: &str| {
        fs_err::write(&settings, text).unwrap();
        Answer::of(&plan(&project).env("NIX_CONFIG", &config).run()).cache
    };
    assert_eq!(with("cores = 1"), "miss");
    assert_eq!(with("cores = 1"), "hit");
    assert_eq!(with("cores = 2"), "miss");
    assert_eq!(with("plugin-files ="), "off");
}

#[test]
fn an_app_is_as_warm_as_a_package_and_there_after_a_collection() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{
  packages.it = project "it" "true # ${salt}" { };
  packages.that = project "that" "true # ${salt}" { };
  apps.it = { type = "app"; program = "${program "tool" "echo the tool # ${salt}"}/bin/tool"; };
  apps.that = { type = "app"; program = "${./that.sh}"; };
}"#,
        )
        .file(
            "that.sh",
            format!("#!/bin/sh\necho that # {}\n", std::process::id()),
        )
        .build();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs_err::set_permissions(project.path("that.sh"), mode).unwrap();
    for (name, says) in [("it", "the tool\n"), ("that", "that\n")] {
        let run = || project.nixward(["run", name]).run().expect_code(0);
        run().expect_stdout_is(says);
        let again = run().expect_stdout_is(says);
        assert_eq!(again.nix_calls(), Vec::<Vec<String>>::new(), "{name}");
    }
    let planned = project
        .nixward(["plan", "run", "that"])
        .run()
        .expect_code(0);
    let script = planned.stdout().lines().last().unwrap().trim().to_owned();
    let nix = real_nix().unwrap();
    let deleted = project
        .host_command(&nix.program().with_file_name("nix-store"))
        .args(["--delete", &script])
        .output()
        .unwrap();
    assert!(deleted.status.success(), "{deleted:?}");
    let run = project.nixward(["run", "that"]).run().expect_code(0);
    run.expect_stdout_is("that\n");
}

#[test]
fn what_is_damaged_is_asked_for_again() {
    let Some(project) = memo() else { return };
    let project = project.build();
    let right = answer(&project).names;
    for file in kept_files(&project) {
        let whole = fs_err::read(&file).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let mut other_format = whole.clone();
        other_format[8] ^= 1;
        let mut longer = whole.clone();
        longer.extend_from_slice(b"more");
        let damages = [
            Vec::new(),
            whole[..1].to_vec(),
            whole[..whole.len() / 2].to_vec(),
            whole[..whole.len() - 1].to_vec(),
            vec![0; whole.len()],
            flipped,
            other_format,
            longer,
            b"something else".to_vec(),
        ];
        for damaged in damages {
            fs_err::write(&file, damaged).unwrap();
            assert_eq!(answer(&project).names, right, "{}", file.display());
            assert_eq!(answer(&project).cache, "hit", "{}", file.display());
        }
        // What is not even a file stays what it is.
        fs_err::remove_file(&file).unwrap();
        fs_err::create_dir(&file).unwrap();
        assert_eq!(answer(&project).names, right, "{}", file.display());
        fs_err::remove_dir(&file).unwrap();
        fs_err::os::unix::fs::symlink("/nowhere/at/all", &file).unwrap();
        assert_eq!(answer(&project).names, right, "{}", file.display());
        assert_eq!(answer(&project).cache, "hit", "{}", file.display());
    }
}

#[test]
fn an_answer_under_another_name_is_none() {
    let Some(project) = memo() else { return };
    let project = project.build();
    answer(&project);
    project.write("memo.txt", "1");
    answer(&project);
    let folder = project.root().join("cache/nixward/evaluations");
    let entries = fs_err::read_dir(folder).unwrap();
    let files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let texts: Vec<Vec<u8>> = files
        .iter()
        .map(|file| fs_err::read(file).unwrap())
        .collect();
    assert_eq!(files.len(), 2);
    fs_err::write(&files[0], &texts[1]).unwrap();
    fs_err::write(&files[1], &texts[0]).unwrap();
    assert_eq!(answer(&project).memo(), "1");
    project.write("memo.txt", "0");
    assert_eq!(answer(&project).memo(), "0");
}

#[test]
fn a_touch_counts_where_git_would_convert_what_it_reads() {
    let Some(project) = memo() else { return };
    let project = project.file("lines.txt", "1\r\n").build();
    let touch = |age: Duration| {
        let open = fs_err::OpenOptions::new()
            .append(true)
            .open(project.path("lines.txt"))
            .unwrap();
        open.file().set_modified(SystemTime::now() - age).unwrap();
    };
    // Older than the index, so that git believes its notes.
    touch(Duration::from_hours(2));
    project.git(&["update-index", "--refresh"]);
    project.write(".git/info/attributes", "*.txt text eol=crlf\n");
    let before = answer(&project).names;
    assert_eq!(before, fresh(&project).names);
    touch(Duration::from_hours(1));
    let after = answer(&project).names;
    assert_eq!(after, fresh(&project).names);
    assert_ne!(after, before);
}

#[test]
fn without_a_place_to_keep_anything_all_is_asked_each_time() {
    let Some(project) = memo() else { return };
    let project = project.build();
    // A file is no folder, not even for root.
    fs_err::write(project.root().join("cache/nixward"), "").unwrap();
    for _ in 0..2 {
        let answer = answer(&project);
        assert_eq!((answer.cache.as_str(), answer.memo()), ("miss", "0"));
    }
}

#[test]
fn without_a_home_it_is_right() {
    let Some(project) = memo() else { return };
    let project = project.build();
    let homeless = || {
        let command = plan(&project).without_env("HOME");
        Answer::of(&command.without_env("XDG_CACHE_HOME").run())
    };
    homeless();
    let again = homeless();
    // Nix finds its settings in a home that it asks the system for.
    assert_eq!((again.cache.as_str(), again.memo()), ("off", "0"));
}

/// Carries out a script, in which `$cache` is nixward's folder and `"$@"` is nixward, with mounts of its own.
fn with_mounts<'a>(command: NixwardCommand<'a>, cache: &Path, script: &str) -> NixwardCommand<'a> {
    let script = format!("set -e; cache={}; {script}", cache.display());
    command.under(["unshare", "--mount", "sh", "-c", &script, "sh"])
}

fn project_with_mounts() -> Option<(Project, PathBuf)> {
    let project = memo()?.build();
    if !may_make_namespaces() || !is_root() {
        nixward_testing::skipped("only root can mount something here");
        return None;
    }
    project.install_host_program("unshare");
    project.install_host_program("mount");
    let cache = project.root().join("cache/nixward");
    fs_err::create_dir_all(&cache).unwrap();
    Some((project, cache))
}

#[test]
fn on_a_full_disk_it_is_right() {
    let Some((project, cache)) = project_with_mounts() else {
        return;
    };
    let full = "mount -t tmpfs -o size=4k none $cache; \
                cat /dev/zero >$cache/fill 2>/dev/null || true; \"$@\" >/dev/null; exec \"$@\"";
    let second = with_mounts(plan(&project), &cache, full).run();
    assert_eq!(Answer::of(&second).memo(), "0");
    let tests = project.nixward(["build", "--all"]);
    with_mounts(tests, &cache, full).run().expect_code(0);
    assert_eq!(answer(&project).memo(), "0");
    assert_eq!(answer(&project).cache, "hit");
}

#[test]
fn what_became_read_only_is_still_used() {
    let Some((project, cache)) = project_with_mounts() else {
        return;
    };
    answer(&project);
    let read_only = "mount --bind $cache $cache; mount -o remount,bind,ro $cache; exec \"$@\"";
    let seen = || Answer::of(&with_mounts(plan(&project), &cache, read_only).run());
    assert_eq!((seen().cache.as_str(), seen().memo()), ("hit", "0"));
    project.write("memo.txt", "1");
    assert_eq!((seen().cache.as_str(), seen().memo()), ("miss", "1"));
    let build = project.nixward(["build", "--all"]);
    with_mounts(build, &cache, read_only).run().expect_code(0);
}

#[test]
fn killed_at_any_moment_it_leaves_nothing_wrong() {
    let Some(project) = memo() else { return };
    let project = project.build();
    for round in 0..test_steps().unwrap_or(12) {
        let text = (round % 3).to_string();
        project.write("memo.txt", &text);
        if round % 2 == 0 {
            project.write("another.txt", round.to_string());
            project.git(&["add", "another.txt"]);
        }
        let command = match round % 5 {
            0 => project.nixward(["build", "--all"]),
            _ => plan(&project),
        };
        let running = command.start();
        // Whichever moment that is: what follows holds for all of them.
        thread::sleep(Duration::from_millis(round * 37 % 300));
        running.kill();
        let _killed_or_done = running.finish();
        assert_eq!(answer(&project).memo(), text);
    }
    project.nixward(["build", "--all"]).run().expect_code(0);
    // What a killed one had not finished goes when it is old.
    let old = SystemTime::now() - Duration::from_hours(2);
    for folder in ["evaluations", "sources"] {
        let folder = project.root().join("cache/nixward").join(folder);
        let left_behind = folder.join(".tmpAbCdEf");
        fs_err::write(&left_behind, "half of").unwrap();
        for file in kept_files(&project)
            .into_iter()
            .filter(|file| is_temporary(file))
        {
            let file = fs_err::OpenOptions::new().append(true).open(file).unwrap();
            file.file()
                .set_times(FileTimes::new().set_modified(old))
                .unwrap();
        }
    }
    project.write("memo.txt", "at-last");
    assert_eq!(answer(&project).cache, "miss");
    let left: Vec<PathBuf> = kept_files(&project);
    let left: Vec<&PathBuf> = left.iter().filter(|file| is_temporary(file)).collect();
    assert_eq!(left, Vec::<&PathBuf>::new());
}

/// Runs one to its end while others run and the tree changes.
fn finish_beside(command: NixwardCommand<'_>) -> Output {
    command
        .changing_the_worktree()
        .start()
        .finish_beside_others()
}

/// Several nixwards that plan while `edit` is called with one number after the other; each must say what was so at some
/// time while it ran.
fn while_edited(project: &Project, edits: usize, edit: impl Fn(usize)) {
    let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let earliest = done.load(Ordering::SeqCst);
                    let output = finish_beside(plan(project));
                    let latest = begun.load(Ordering::SeqCst);
                    let seen: usize = Answer::of(&output).memo().parse().unwrap();
                    assert!(
                        (earliest..=latest).contains(&seen),
                        "{earliest} {seen} {latest}"
                    );
                }
            });
        }
        for number in 1..=edits {
            begun.store(number, Ordering::SeqCst);
            edit(number);
            done.store(number, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(20 + 61 * (number as u64 % 4)));
        }
        is_over.store(true, Ordering::SeqCst);
    });
}

/// In one step, so that nobody sees half of it.
fn replace(project: &Project, text: &str) {
    project.write("../memo.new", text);
    fs_err::rename(project.path("../memo.new"), project.path("memo.txt")).unwrap();
}

#[test]
fn while_files_change_each_says_what_was_so() {
    let Some(project) = memo() else { return };
    let project = project.build();
    while_edited(&project, 20, |number| {
        replace(&project, &number.to_string());
    });
    assert_eq!(answer(&project).memo(), "20");
}

#[test]
fn what_changed_and_changed_back_meanwhile_is_not_kept() {
    let Some(project) = memo() else { return };
    let project = project.build();
    let first = project.git(&["rev-parse", "HEAD"]).trim().to_owned();
    project.git(&["commit", "--quiet", "--allow-empty", "--message", "second"]);
    let second = project.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let set = |memo: &str, revision: &str| {
        replace(&project, memo);
        project.git(&["update-ref", "refs/heads/main", revision]);
    };
    // Nix notes the content that it read under the content that it saw before, and believes that later: each has a
    // cache of its own.
    let caches = AtomicUsize::new(0);
    let plan = || {
        let cache = format!("caches-of-nix/{}", caches.fetch_add(1, Ordering::SeqCst));
        plan(&project).env("NIX_CACHE_HOME", project.root().join(cache))
    };
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let _any_of_them = Answer::of(&finish_beside(plan()));
                }
            });
        }
        for number in 0..40_u64 {
            let revision = if number % 2 == 0 { &second } else { &first };
            let memo = if number % 3 == 0 { "1" } else { "2" };
            set(memo, revision);
            thread::sleep(Duration::from_millis(7 + number * 31 % 60));
        }
        is_over.store(true, Ordering::SeqCst);
    });
    for memo in ["1", "2"] {
        for revision in [&first, &second] {
            set(memo, revision);
            let kept = Answer::of(&plan().run());
            assert_eq!(
                kept.names,
                Answer::of(&plan().arg("--no-eval-cache").run()).names,
                "{memo} {revision} {}",
                kept.cache
            );
            assert_eq!(kept.memo(), memo);
        }
    }
}

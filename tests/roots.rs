//! What was built is held against the garbage collector and not asked for again; whatever happened to it meanwhile.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use nixward_testing::{
    Finished, Output, Project, RealNix, finish_all, host_program_succeeds, real_nix, skipped,
};

use crate::support::real_project;

const OUTPUTS: &str = r#"{ packages = {
  memo = project "memo" "echo memo # ${salt}" { test = test "echo tested memo # ${salt}"; };
  stapler = project "stapler" "echo stapler # ${salt}" { test = test "echo tested stapler # ${salt}"; };
}; }"#;

fn office() -> Option<(RealNix, Project)> {
    let project = real_project()?.outputs(OUTPUTS).build();
    Some((real_nix()?, project))
}

fn test_all(project: &Project) -> Finished {
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(0)
        .expect_stderr("2 run: 2 passed")
}

/// The calls of Nix that are about outputs.
fn calls_for_outputs(output: &Output) -> Vec<&Vec<String>> {
    let is_about_outputs = |call: &&Vec<String>| {
        call.iter()
            .any(|argument| argument == "build" || argument == "path-info")
    };
    output.nix_calls().iter().filter(is_about_outputs).collect()
}

#[track_caller]
fn assert_nothing_was_asked(output: &Output) {
    assert_eq!(calls_for_outputs(output), Vec::<&Vec<String>>::new());
}

/// The names of the derivations that the only build of a run was asked for. While it is at it, the store may be asked
/// about what is there.
#[track_caller]
fn asked_for(output: &Output) -> Vec<&str> {
    let calls: Vec<_> = calls_for_outputs(output)
        .into_iter()
        .filter(|call| call.contains(&"build".to_owned()))
        .collect();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let installables = calls[0]
        .iter()
        .filter_map(|argument| argument.strip_suffix(".drv^out"));
    let mut names: Vec<&str> = installables
        .map(|path| path.split_once('-').unwrap().1)
        .collect();
    names.sort_unstable();
    names
}

/// Where the roots of the only workspace are, below a cache folder.
fn roots(project: &Project) -> PathBuf {
    let roots = project.root().join("cache/nixward/roots");
    let workspaces: Vec<PathBuf> = entries(&roots);
    assert_eq!(workspaces.len(), 1, "{workspaces:?}");
    workspaces[0].clone()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

/// The links of all batches.
fn links(project: &Project) -> Vec<PathBuf> {
    let mut links: Vec<PathBuf> = entries(&roots(project))
        .iter()
        .filter(|entry| entry.is_dir())
        .flat_map(|batch| entries(batch))
        .collect();
    links.sort();
    links
}

fn nix_store(nix: &RealNix, project: &Project, args: &[&str]) -> String {
    let program = nix.program().with_file_name("nix-store");
    let output = project.host_command(&program).args(args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_was_built_is_not_asked_for_again() {
    let Some((_, project)) = office() else { return };
    // One build; whether its parts are there is asked as often as it takes.
    let first = test_all(&project);
    let builds = calls_for_outputs(&first);
    let builds = builds
        .iter()
        .filter(|call| call.iter().any(|argument| argument == "build"));
    assert_eq!(builds.count(), 1);
    assert_nothing_was_asked(&test_all(&project));
    // A part of it neither, and by another verb.
    let one = project.nixward(["test", "memo"]).run().expect_code(0);
    assert_nothing_was_asked(&one);
    let run = || project.nixward(["run", "memo"]).run().expect_code(0);
    assert_eq!(asked_for(&run()), ["memo"]);
    let run = run().expect_stdout_is("memo\n");
    assert_nothing_was_asked(&run);
    let built = project.nixward(["build", "--all"]).run().expect_code(0);
    assert_eq!(asked_for(&built), ["stapler"]);
    assert_eq!(built.stdout().lines().count(), 2);
    let again = project.nixward(["build", "--all"]).run().expect_code(0);
    assert_nothing_was_asked(&again);
    assert_eq!(again.stdout(), built.stdout());
}

#[test]
fn only_what_changed_is_asked_for() {
    let Some((_, project)) = office() else { return };
    test_all(&project);
    project.edit("outputs.nix", "echo tested memo", "echo tested a memo");
    assert_eq!(asked_for(&test_all(&project)), ["run-tests"]);
}

#[test]
fn nix_knows_the_roots() {
    let Some((nix, project)) = office() else {
        return;
    };
    let built = project.nixward(["build", "memo"]).run().expect_code(0);
    let path = built.stdout().trim();
    let link = links(&project).remove(0);
    assert_eq!(fs_err::read_link(&link).unwrap(), Path::new(path));
    let roots = nix_store(&nix, &project, &["--query", "--roots", path]);
    assert!(roots.contains(link.to_str().unwrap()), "{roots}");
    // Without the link it is nobody's any more.
    fs_err::remove_file(&link).unwrap();
    assert_eq!(nix_store(&nix, &project, &["--query", "--roots", path]), "");
}

#[test]
fn what_was_deleted_is_built_again() {
    let Some((nix, project)) = office() else {
        return;
    };
    let built = project.nixward(["build", "--all"]).run().expect_code(0);
    let path = built.stdout().lines().next().unwrap();
    nix.run(&["store", "delete", "--ignore-liveness", path]);
    assert!(!Path::new(path).exists());
    let again = project.nixward(["build", "--all"]).run().expect_code(0);
    assert_eq!(asked_for(&again), ["memo"]);
    assert_eq!(again.stdout(), built.stdout());
    assert!(Path::new(path).exists());
    let again = project.nixward(["build", "--all"]).run().expect_code(0);
    assert_nothing_was_asked(&again);
}

#[test]
fn what_somebody_else_made_again_is_asked_for() {
    let Some((nix, project)) = office() else {
        return;
    };
    let built = project.nixward(["build", "memo"]).run().expect_code(0);
    let path = built.stdout().trim();
    nix.run(&["store", "delete", "--ignore-liveness", path]);
    // Half of a build, as it looks while it is being built.
    fs_err::create_dir_all(Path::new(path).join("bin")).unwrap();
    let run = project.nixward(["run", "memo"]).run().expect_code(0);
    assert_eq!(asked_for(&run), ["memo"]);
    assert_eq!(run.stdout(), "memo\n");
}

#[test]
fn what_is_no_longer_held_is_asked_for() {
    let Some((_, project)) = office() else { return };
    test_all(&project);
    let all = links(&project);
    assert_eq!(all.len(), 2);
    fs_err::remove_file(&all[0]).unwrap();
    // The other one has its link still.
    assert_eq!(asked_for(&test_all(&project)), ["run-tests"]);
    assert_nothing_was_asked(&test_all(&project));
    // One that points elsewhere holds something else.
    let link = links(&project).remove(0);
    fs_err::remove_file(&link).unwrap();
    fs_err::os::unix::fs::symlink("/nix/store", &link).unwrap();
    assert_eq!(asked_for(&test_all(&project)), ["run-tests"]);
    assert_nothing_was_asked(&test_all(&project));
}

#[test]
fn a_ledger_that_is_cut_or_foreign_is_none() {
    let Some((_, project)) = office() else { return };
    test_all(&project);
    let ledger = roots(&project).join("ledger");
    let whole = fs_err::read(&ledger).unwrap();
    let foreign = b"nixward\0 and something else".to_vec();
    let damages = [whole[..whole.len() / 2].to_vec(), Vec::new(), foreign];
    for damaged in damages {
        fs_err::write(&ledger, damaged).unwrap();
        assert_eq!(asked_for(&test_all(&project)).len(), 2);
        assert_nothing_was_asked(&test_all(&project));
    }
}

#[test]
fn without_a_place_to_keep_anything_all_is_built_each_time() {
    let Some((_, project)) = office() else { return };
    // A file is no folder, not even for root.
    let folder = project.root().join("cache/nixward");
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("roots"), "").unwrap();
    for _ in 0..2 {
        assert_eq!(asked_for(&test_all(&project)).len(), 2);
    }
}

#[test]
fn a_cache_that_became_read_only_is_still_used() {
    let Some((_, project)) = office() else { return };
    test_all(&project);
    let folder = roots(&project);
    let set = |mode| {
        fs_err::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o555);
    let output = test_all(&project);
    set(0o755);
    assert_nothing_was_asked(&output);
}

#[test]
fn several_at_once_are_all_right() {
    let Some((_, project)) = office() else { return };
    let start = |command: &[&str]| project.nixward(command).start();
    let running = vec![
        start(&["test", "--all"]),
        start(&["build", "--all"]),
        start(&["test", "memo"]),
        start(&["build", "stapler"]),
    ];
    for output in finish_all(running) {
        assert_eq!(output.exit_code(), 0, "{}", output.stderr());
    }
    // What the ledger lost may cost a process once, and nothing more.
    for _ in 0..2 {
        test_all(&project);
        project.nixward(["build", "--all"]).run().expect_code(0);
    }
    assert_nothing_was_asked(&test_all(&project));
}

#[test]
fn a_failure_lets_the_next_run_build_only_what_failed() {
    let Some(project) = real_project() else {
        return;
    };
    let numbers: String = (0..9)
        .map(|number| {
            format!("good{number} = project \"good{number}\" \"true # ${{salt}}\" {{ }};\n")
        })
        .collect();
    let project = project
        .outputs(&format!(
            "{{ packages = {{ {numbers} bad = unbuildable \"bad-${{salt}}\"; }}; }}"
        ))
        .build();
    project
        .nixward(["build", "--all"])
        .run()
        .expect_code(5)
        .expect_stderr("9 passed, 1 failed");
    let again = project
        .nixward(["build", "--all"])
        .run()
        .expect_code(5)
        .expect_stderr("9 passed, 1 failed");
    let builds: Vec<_> = calls_for_outputs(&again)
        .into_iter()
        .filter(|call| call.contains(&"build".to_owned()))
        .collect();
    assert_eq!(builds.len(), 1, "{builds:?}");
    let installables = builds[0].iter().filter(|word| word.contains(".drv^"));
    assert_eq!(installables.count(), 1, "{builds:?}");
}

#[test]
fn every_output_that_is_wanted_is_held() {
    let Some(project) = real_project() else {
        return;
    };
    let several = r#"derivation {
        name = "several-${salt}"; inherit system; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
        outputs = [ "out" "dev" "doc" ];
        args = [ "-c" "for o in $out $dev $doc; do mkdir $o; done; exit 0" ];
    } // { meta.outputsToInstall = [ "out" "doc" ]; }"#;
    let project = project
        .outputs(&format!("{{ packages.several = {several}; }}"))
        .build();
    let build = || project.nixward(["build", "several"]).run().expect_code(0);
    let built = build();
    assert_eq!(links(&project).len(), 2);
    let again = build();
    assert_nothing_was_asked(&again);
    assert_eq!(again.stdout(), built.stdout());
    // One of them is not enough.
    let doc = links(&project)
        .into_iter()
        .find(|link| link.ends_with("r-doc"));
    fs_err::remove_file(doc.unwrap()).unwrap();
    assert_eq!(calls_for_outputs(&build()).len(), 1);
    assert_nothing_was_asked(&build());
}

#[test]
fn what_a_content_address_hides_is_asked_for_each_time() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages.it = derivation {
              name = "addressed"; inherit system; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
              __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256";
              outputs = [ "out" ]; args = [ "-c" "echo ${salt} > $out; exit 0" ];
            }; }"#,
        )
        .build();
    let features = ["--option", "extra-experimental-features", "ca-derivations"];
    let build = || {
        let words = ["build", "it"].into_iter().chain(features);
        project.nixward(words).run().expect_code(0)
    };
    let built = build();
    let again = build();
    assert_eq!(asked_for(&again), ["addressed"]);
    assert_eq!(again.stdout(), built.stdout());
    // It is held all the same, once.
    assert_eq!(links(&project).len(), 1);
}

/// A wrapper that gives a program mounts of its own, made by a command that gets `argument` as `$1`; nothing where
/// nobody here may do that.
fn with_mounts(mount: &str, argument: &Path) -> Option<Vec<String>> {
    let ways: [&[&str]; 2] = [&["--mount"], &["--map-root-user", "--mount"]];
    let succeeds =
        |way: &&&[&str]| host_program_succeeds("unshare", &[way, &["true"][..]].concat());
    let Some(way) = ways.iter().find(succeeds) else {
        skipped("nobody here may make mounts");
        return None;
    };
    let script = format!("{mount} && shift && exec \"$@\"");
    let rest = ["/bin/sh", "-c", &script, "sh", argument.to_str().unwrap()];
    let words = ["/usr/bin/unshare"].into_iter().chain(way.iter().copied());
    Some(words.chain(rest).map(str::to_owned).collect())
}

#[test]
fn what_is_held_survives_a_garbage_collection() {
    let Some((nix, project)) = office() else {
        return;
    };
    // A store of its own, so that nobody else's is collected.
    let store = project.root().join("nix");
    fs_err::create_dir(&store).unwrap();
    let mount = "/usr/bin/mount --bind \"$1\" /nix";
    let Some(wrapper) = with_mounts(mount, &store) else {
        return;
    };
    let build = || {
        let command = project.nixward(["build", "--all"]);
        command.under(&wrapper).run().expect_code(0)
    };
    let collect = || {
        let mut command = project.host_command(Path::new(&wrapper[0]));
        command.args(&wrapper[1..]);
        command.arg(nix.program().with_file_name("nix-store"));
        let output = command.arg("--gc").output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let built = build();
    let in_store = |path: &str| project.root().join(path.strip_prefix('/').unwrap());
    let paths: Vec<PathBuf> = built.stdout().lines().map(in_store).collect();
    assert!(paths.iter().all(|path| path.exists()), "{paths:?}");
    collect();
    assert!(paths.iter().all(|path| path.exists()), "{paths:?}");
    assert_nothing_was_asked(&build());
    // What is not held goes, and so does what would build it; and comes back.
    let link = |path: &Path| path.ends_with("r");
    let one = links(&project).into_iter().find(|path| link(path)).unwrap();
    let gone = in_store(fs_err::read_link(&one).unwrap().to_str().unwrap());
    fs_err::remove_file(&one).unwrap();
    collect();
    assert!(!gone.exists());
    let again = build();
    assert_eq!(asked_for(&again).len(), 1);
    assert_eq!(again.stdout(), built.stdout());
    assert!(gone.exists());
    assert_nothing_was_asked(&build());
}

#[test]
fn a_full_disk_costs_processes_and_nothing_else() {
    let Some((_, project)) = office() else { return };
    let roots = project.root().join("cache/nixward/roots");
    fs_err::create_dir_all(&roots).unwrap();
    // There is room for the folder of the workspace and for that of a batch, and for no link.
    let mount = "/usr/bin/mount -t tmpfs -o nr_inodes=3 tmpfs \"$1\"";
    let Some(wrapper) = with_mounts(mount, &roots) else {
        return;
    };
    for _ in 0..2 {
        project
            .nixward(["test", "--all"])
            .under(&wrapper)
            .run()
            .expect_code(0)
            .expect_stderr("2 run: 2 passed");
    }
}

#[test]
fn a_kill_at_any_moment_leaves_nothing_wrong() {
    let Some((_, project)) = office() else { return };
    for round in 0..12 {
        let text = format!("echo tested {round} and");
        let before = fs_err::read_to_string(project.path("outputs.nix")).unwrap();
        project.write("outputs.nix", before.replacen("echo tested", &text, 2));
        let running = project.nixward(["test", "--all"]).start();
        std::thread::sleep(Duration::from_millis(25 * round));
        running.kill();
        let _it_may_have_ended_before: Output = running.finish();
        if round % 3 == 2 {
            test_all(&project);
            assert_nothing_was_asked(&test_all(&project));
        }
    }
}

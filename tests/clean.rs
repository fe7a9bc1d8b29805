//! `nixward clean`: what is kept goes, and what is not nixward's stays.

use std::path::Path;

use nixward_testing::real_nix;

use crate::support::{project, real_project};

const OUTPUTS: &str = r#"{ packages.memo = project "memo" "echo memo # ${salt}" { test = test "true # ${salt}"; }; }"#;

#[test]
fn the_roots_of_this_workspace_go() {
    let (Some(office), Some(branch), Some(nix)) = (real_project(), real_project(), real_nix())
    else {
        return;
    };
    let branch = branch.outputs(OUTPUTS).build();
    let office = office
        .outputs(OUTPUTS)
        .env(
            "XDG_CACHE_HOME",
            branch.root().join("cache").to_str().unwrap(),
        )
        .build();
    let path = |project: &nixward_testing::Project| {
        let built = project.nixward(["build", "memo"]).run().expect_code(0);
        built.stdout().trim().to_owned()
    };
    let (ours, theirs) = (path(&office), path(&branch));
    let is_held = |path: &str| {
        let program = nix.program().with_file_name("nix-store");
        let mut command = office.host_command(&program);
        let output = command.args(["--query", "--roots", path]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        !output.stdout.is_empty()
    };
    assert!(is_held(&ours) && is_held(&theirs));
    office
        .nixward(["clean"])
        .run()
        .expect_code(0)
        .expect_stdout_is("")
        .expect_stderr("     Removed 2 files, ")
        .expect_stderr(" total; 1 root of the garbage collector\n");
    assert!(!is_held(&ours) && is_held(&theirs));
    // The next run is right.
    assert_eq!(path(&office), ours);
    office.nixward(["clean", "-q"]).run().expect_code(0);
    let nothing = office.nixward(["clean"]).run().expect_code(0);
    assert_eq!(
        nothing.stderr(),
        "     Removed 0 files, 0B total; 0 roots of the garbage collector\n"
    );
}

#[test]
fn everything_goes_and_nothing_else() {
    let project = project().manifest("[workspace]\n").build();
    let cache = project.root().join("cache");
    project.write("../../cache/nixward/records/one", "12");
    project.write("../../cache/nixward/nix-versions.json", "{}");
    project.write("../../cache/other/file", "");
    project.write("../../kept/file", "");
    // What a link points to is not nixward's.
    let link = cache.join("nixward/records/link");
    fs_err::os::unix::fs::symlink(project.root().join("kept"), link).unwrap();
    let clean = |args: &[&str], folder: &Path| {
        let command = project.nixward(["clean"]).in_folder(folder);
        args.iter().fold(command, |command, arg| command.arg(arg))
    };
    // Outside of a workspace there is nothing but everything.
    clean(&[], project.root())
        .run()
        .expect_code(2)
        .expect_stderr("nixward clean --all");
    assert!(cache.join("nixward/records/one").exists());
    clean(&["--all"], project.root())
        .run()
        .expect_code(0)
        .expect_stderr("Removed 2 files, 4B total; 1 root ");
    assert!(!cache.join("nixward").exists());
    assert!(cache.join("other/file").exists());
    assert!(project.root().join("kept/file").exists());
    clean(&["--all"], project.root())
        .run()
        .expect_code(0)
        .expect_stderr("Removed 0 files");
}

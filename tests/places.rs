//! Where a workspace can be: folders of repositories, linked worktrees, no repository, names that look like syntax.

use nixward_testing::{Project, insta};

use crate::support::{project, real_project};

const OUTPUTS: &str =
    r#"{ packages.it = project "it" "echo here" { test = test "echo tested"; }; }"#;
const MANIFEST: &str = "[workspace]\nname = \"initech\"\nmembers = [\"projects/*\"]\n";

fn works(project: &Project) {
    project
        .nixward(["run", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("here\n");
    project
        .nixward(["test", "--all"])
        .run()
        .expect_code(0)
        .expect_stderr("1 passed");
    project
        .nixward(["test"])
        .in_folder("projects/it")
        .run()
        .expect_code(0)
        .expect_stdout_is("tested\n");
    project
        .nixward(["list"])
        .run()
        .expect_code(0)
        .expect_stdout("projects/it");
}

#[test]
fn names_that_a_url_or_a_shell_would_interpret() {
    for name in [
        "two words",
        "a#b?c",
        "50%",
        "%20",
        "ünïcödé→",
        "a&b=c",
        "[brackets]",
        "{braces}",
        "quo'te\"s",
        "back\\slash",
        "$(touch x)",
        "plus+",
        "semi;colon",
        "at@sign",
        "-dash",
        "--option",
        "tilde~",
        "co:lon",
        "ca^ret",
        "pi|pe",
        "st*r",
    ] {
        let Some(project) = real_project() else {
            return;
        };
        let project = project
            .name(name)
            .manifest(MANIFEST)
            .file("projects/it/x", "")
            .outputs(OUTPUTS)
            .build();
        project
            .nixward(["test", "--all"])
            .run()
            .expect_code(0)
            .expect_stderr("1 passed");
        project
            .nixward(["run", "it"])
            .in_folder("projects")
            .run()
            .expect_code(0)
            .expect_stdout_is("here\n");
    }
}

#[test]
fn a_folder_of_a_repository() {
    for folder in ["sub", "a/b c/d#e"] {
        let Some(project) = real_project() else {
            return;
        };
        let project = project
            .in_folder(folder)
            .manifest(MANIFEST)
            .file("projects/it/x", "")
            .outputs(OUTPUTS)
            .build();
        works(&project);
    }
}

#[test]
fn a_flake_beside_the_manifest_or_elsewhere() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    project.git(&["mv", "flake.nix", "outputs.nix", "fixture.nix", "projects"]);
    fs_err::create_dir(project.path("nix")).unwrap();
    for file in ["flake.nix", "outputs.nix", "fixture.nix"] {
        project.git(&["mv", &format!("projects/{file}"), &format!("nix/{file}")]);
    }
    project
        .nixward(["list"])
        .run()
        .expect_code(2)
        .expect_stderr("there is no flake.nix in")
        .expect_stderr("[workspace] flake = \"FOLDER\"");
    project.edit(
        "nixward.toml",
        "[workspace]",
        "[workspace]\nflake = \"nix\"",
    );
    works(&project);
}

#[test]
fn a_linked_worktree() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    let worktree = project.linked_worktree("another tree");
    let folder = worktree.to_str().unwrap();
    project
        .nixward(["-C", folder, "run", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("here\n");
    project
        .nixward(["test", "--all"])
        .in_folder(folder)
        .run()
        .expect_code(0);
    // What is edited there is what counts there.
    let outputs = worktree.join("outputs.nix");
    let text = fs_err::read_to_string(&outputs)
        .unwrap()
        .replace("echo here", "echo there");
    fs_err::write(outputs, text).unwrap();
    project
        .nixward(["run", "it", "--directory", folder])
        .run()
        .expect_code(0)
        .expect_stdout_is("there\n");
    project
        .nixward(["run", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("here\n");
}

#[test]
fn no_repository_at_all() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .without_git()
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    works(&project);
    let document = project
        .nixward(["list", "--message-format", "json"])
        .run()
        .expect_code(0)
        .json();
    assert!(
        document["workspace"]["flake"]
            .as_str()
            .unwrap()
            .starts_with("path:/"),
        "{document:#}"
    );
}

#[test]
fn a_shallow_clone() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    project.git(&["commit", "--quiet", "--allow-empty", "--message", "Another"]);
    let clone = project.root().join("work/clone");
    let url = format!("file://{}", project.workspace().display());
    project.git(&[
        "clone",
        "--quiet",
        "--depth",
        "1",
        &url,
        clone.to_str().unwrap(),
    ]);
    let output = project
        .nixward(["-C", clone.to_str().unwrap(), "run", "it"])
        .run()
        .expect_code(0);
    assert_eq!(output.stdout(), "here\n");
}

#[test]
fn a_submodule_elsewhere_in_the_repository_does_no_harm() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    let library = project.root().join("work/library");
    fs_err::create_dir(&library).unwrap();
    let library = library.to_str().unwrap();
    project.git(&["init", "--quiet", library]);
    project.git(&[
        "-C",
        library,
        "commit",
        "--quiet",
        "--allow-empty",
        "--message",
        "Begin",
    ]);
    project.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        library,
        "library",
    ]);
    project.git(&["commit", "--quiet", "--message", "Use the library"]);
    works(&project);
}

#[test]
fn an_edited_tree_is_what_counts() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    project.edit("outputs.nix", "echo here", "echo edited");
    project
        .nixward(["run", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("edited\n");
}

#[test]
fn a_repository_without_a_commit() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .without_git()
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    project.git(&["init", "--quiet", "."]);
    let output = project.nixward(["run", "it"]).run().expect_code(3);
    output
        .expect_stderr("flake.nix is not tracked by git")
        .expect_stderr("git add -N");
    project.git(&["add", "--intent-to-add", "."]);
    project
        .nixward(["run", "it"])
        .run()
        .expect_code(0)
        .expect_stdout_is("here\n");
}

#[test]
fn a_flake_that_git_does_not_know_is_named_with_what_to_type() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .file("README.md", "")
        .untracked_file("flake.nix", "{ outputs = { self }: { }; }")
        .untracked_file("nixward.toml", "[workspace]\n")
        .untracked_file("projects/my own/default.nix", "{ }")
        .build();
    let output = project.nixward(["list"]).run().expect_code(3);
    insta::assert_snapshot!(output.snapshot(), @"
    exit code: 3
    ----- stdout -----

    ----- stderr -----
    error: [WORKSPACE]/flake.nix is not tracked by git, so Nix does not see it

    hint: Nix sees only what git tracks, and these files are not tracked:
          git add -N flake.nix nixward.toml 'projects/my own/default.nix'
    ");
    // The command can be pasted.
    let command = output
        .stderr()
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("git add"))
        .unwrap();
    let status = project
        .host_command(std::path::Path::new("/bin/sh"))
        .args(["-c", command])
        .status()
        .unwrap();
    assert!(status.success());
    project.nixward(["list"]).run().expect_code(0);
}

#[test]
fn a_file_of_a_project_that_git_does_not_know() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\nmembers = [\"projects/*\"]\n")
        .file("projects/old/default.nix", "fixture: fixture.project \"old\" \"true\" { test = fixture.test \"true\"; }")
        .outputs(r#"{ packages = { old = import ./projects/old/default.nix fixture; new = import ./projects/new/default.nix fixture; }; }"#)
        .untracked_file("projects/new/default.nix", "fixture: fixture.project \"new\" \"true\" { test = fixture.test \"true\"; }")
        .untracked_file("projects/new/source.c", "")
        .build();
    let output = project.nixward(["test", "--all"]).run().expect_code(3);
    let output = output
        .expect_stderr("git add -N")
        .expect_stderr("projects/new/default.nix");
    output
        .expect_stderr("old test")
        .expect_stderr("1 passed, 1 failed");
    project
        .nixward(["test", "new"])
        .in_folder("projects/old")
        .run()
        .expect_code(3)
        .expect_stderr("git add -N ../new/default.nix");
    // The command is for the folder that the person is in, not for the one that nixward is told to start in.
    project
        .nixward(["-C", "projects/old", "test", "new"])
        .run()
        .expect_code(3)
        .expect_stderr("git add -N projects/new/default.nix");
}

#[test]
fn a_new_folder_whose_project_is_found_by_a_flake_that_looks_for_folders() {
    let Some(project) = real_project() else {
        return;
    };
    // As Snowfall does: what git does not know is not even missed.
    let project = project
        .manifest("[workspace]\nmembers = [\"projects/*\"]\n")
        .file("projects/old/default.nix", "fixture: fixture.project \"old\" \"true\" { }")
        .outputs("{ packages = builtins.mapAttrs (name: _: import (./projects + \"/${name}/default.nix\") fixture) (builtins.readDir ./projects); }")
        .untracked_file("projects/new/default.nix", "fixture: fixture.project \"new\" \"true\" { }")
        .build();
    let output = project.nixward(["run", "new"]).run().expect_code(4);
    output
        .expect_stderr("no project `new`")
        .expect_stderr("git add -N projects/new/default.nix");
    project
        .nixward(["list"])
        .run()
        .expect_code(0)
        .expect_stdout("projects/new");
}

#[test]
fn neither_manifest_nor_flake() {
    let project = project().file("README.md", "").build();
    for args in [&["list"][..], &["test", "--all"], &["run", "x"], &[]] {
        let output = project.nixward(args).run().expect_code(2);
        output
            .expect_stderr("there is no nixward.toml and no flake.nix in")
            .expect_stderr("-C DIR");
    }
    // What needs no workspace works.
    project
        .nixward(["--help"])
        .run()
        .expect_code(0)
        .expect_stdout("List the projects");
    project
        .nixward(["--version"])
        .run()
        .expect_code(0)
        .expect_stdout("nixward 0.");
    project
        .nixward(["help", "test"])
        .run()
        .expect_code(0)
        .expect_stdout("--fail-fast");
    project
        .nixward(["tset"])
        .run()
        .expect_code(4)
        .expect_stderr("did you mean `test`?");
}

#[test]
fn a_folder_that_is_not_there() {
    let project = project().file("README.md", "").build();
    project
        .nixward(["-C", "nowhere", "list"])
        .run()
        .expect_code(2)
        .expect_stderr("cannot start in the folder nowhere\n")
        .expect_stderr("there is no such folder\n");
    project
        .nixward(["-C", "README.md", "list"])
        .run()
        .expect_code(2)
        .expect_stderr("README.md");
}

#[test]
fn a_manifest_above_a_flake_wins() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\nmembers = [\"projects/*\"]\n")
        .file(
            "projects/it/flake.nix",
            "{ outputs = { self }: throw \"not this one\"; }",
        )
        .outputs(OUTPUTS)
        .build();
    project
        .nixward(["test"])
        .in_folder("projects/it")
        .run()
        .expect_code(0)
        .expect_stdout_is("tested\n");
}

#[test]
fn a_folder_whose_name_is_another_than_its_packages() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(
            "[workspace]\nmembers = [\"projects/*\"]\n[projects.declared]\npath = \"projects/c\"\nattr = \"third\"\n",
        )
        .file("projects/a/x", "")
        .file("projects/b/x", "")
        .file("projects/c/x", "")
        .outputs(
            r#"{ packages = {
              first = project "first" "echo first" { meta.position = "${self}/projects/a/default.nix:3"; };
              second = project "second" "echo second" { meta.snowfall.path = self + "/projects/b"; };
              third = project "third" "echo third" { };
            }; }"#,
        )
        .build();
    for (folder, said) in [("a", "first\n"), ("b", "second\n"), ("c", "third\n")] {
        let output = project
            .nixward(["run"])
            .in_folder(format!("projects/{folder}"))
            .run()
            .expect_code(0);
        assert_eq!(output.stdout(), said);
    }
    project
        .nixward(["run", "declared"])
        .run()
        .expect_code(0)
        .expect_stdout_is("third\n");
}

#[test]
fn a_foreign_repository_is_not_trusted_silently() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    if !nixward_testing::host_program_succeeds(
        "chown",
        &["--recursive", "65534", project.path("").to_str().unwrap()],
    ) {
        nixward_testing::skipped("only root can give files away");
        return;
    }
    let output = project.nixward(["list"]).run();
    assert!(matches!(output.exit_code(), 2 | 3), "{}", output.stderr());
    assert!(
        output.stderr().contains("safe.directory"),
        "{}",
        output.stderr()
    );
}

#[test]
fn a_link_to_a_workspace() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest(MANIFEST)
        .file("projects/it/x", "")
        .outputs(OUTPUTS)
        .build();
    let link = project.root().join("work/link");
    fs_err::os::unix::fs::symlink(project.workspace(), &link).unwrap();
    let link = link.to_str().unwrap();
    project
        .nixward(["test", "--all"])
        .in_folder(link)
        .run()
        .expect_code(0);
    let below = format!("{link}/projects/it");
    project
        .nixward(["-C", &below, "test"])
        .run()
        .expect_code(0)
        .expect_stdout_is("tested\n");
    project
        .nixward(["test", &below])
        .run()
        .expect_code(0)
        .expect_stdout_is("tested\n");
}

#[test]
fn what_git_ignores_is_not_among_the_files_to_add() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .file(".gitignore", "*.log\nresult\n")
        .outputs(r#"{ packages.it = import ./missing.nix; }"#)
        .untracked_file("missing.nix", "{ }")
        .untracked_file("noise.log", "")
        .untracked_file("result/x", "")
        .build();
    let output = project.nixward(["build", "it"]).run().expect_code(3);
    let output = output.expect_stderr("git add -N missing.nix\n");
    assert!(
        !output.stderr().contains("noise.log") && !output.stderr().contains("result"),
        "{}",
        output.stderr()
    );
}

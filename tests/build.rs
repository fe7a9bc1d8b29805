//! `nixward build`: builds, and says where.

use std::path::Path;

use crate::support::{office, real_project};

#[test]
fn paths_are_data() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office
        .nixward(["build", "printer", "memo"])
        .run()
        .expect_code(0);
    let paths: Vec<&str> = output.stdout().lines().collect();
    assert_eq!(paths.len(), 2);
    assert!(
        paths[0].starts_with("/nix/store/") && paths[0].ends_with("-printer"),
        "{paths:?}"
    );
    assert!(paths[1].ends_with("-memo"), "{paths:?}");
    assert!(
        paths
            .iter()
            .all(|path| Path::new(path).join("bin").is_dir())
    );
    let output = output
        .expect_stderr("BUILT")
        .expect_stderr("printer build")
        .expect_stderr("2 run: 2 passed");
    // What is built is there the next time, and the same.
    let again = office
        .nixward(["build", "printer", "memo"])
        .run()
        .expect_code(0);
    assert_eq!(again.stdout(), output.stdout());
    // Nothing is written into the workspace; every run sees to that.
    assert!(!office.path("result").exists());
}

#[test]
fn quiet_says_nothing_but_the_paths() {
    let Some(office) = office() else { return };
    let output = office
        .build()
        .nixward(["build", "--all", "-q"])
        .run()
        .expect_code(0);
    assert_eq!(output.stderr(), "");
    assert_eq!(output.stdout().lines().count(), 3);
}

#[test]
fn an_attribute_of_a_project_is_built_by_its_name() {
    let Some(office) = office() else { return };
    let output = office
        .build()
        .nixward(["build", "printer.container"])
        .run()
        .expect_code(0);
    let path = output.stdout().trim();
    assert!(path.ends_with("-printer.tar"), "{path}");
    assert_eq!(
        fs_err::read_to_string(path).unwrap(),
        "an image of printer\n"
    );
}

#[test]
fn a_failure_shows_the_log_and_the_others_are_built() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(
            r#"{ packages = {
              above = project "above" "cat ${unbuildable "library-${salt}"}" { };
              broken = unbuildable "broken-${salt}";
              fine = project "fine" "true # ${salt}" { };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["build", "--all"])
        .run()
        .expect_code(5)
        .expect_stderr(&format!("the last words of broken-{}", project.salt()))
        .expect_stderr(&format!("the last words of library-{}", project.salt()))
        .expect_stderr("above build")
        .expect_stderr("1 passed, 2 failed");
    assert!(
        output.stdout().trim().ends_with("-fine"),
        "{}",
        output.stdout()
    );
    // Each failed project names the derivation that is at fault, with how to see more.
    let hints: Vec<&str> = output
        .stderr()
        .lines()
        .filter(|line| line.contains("nix log /nix/store/"))
        .collect();
    assert_eq!(hints.len(), 2, "{}", output.stderr());
    assert!(
        hints.iter().any(|line| line.contains("-library-")),
        "{hints:?}"
    );
    assert!(
        hints.iter().any(|line| line.contains("-broken-")),
        "{hints:?}"
    );
    let logs: Vec<&str> = output
        .stderr()
        .lines()
        .filter_map(|line| line.trim().strip_prefix("log: "))
        .collect();
    assert!(
        logs.iter().all(|log| fs_err::read_to_string(log)
            .unwrap()
            .contains("the last words")),
        "{logs:?}"
    );
}

#[test]
fn what_is_no_derivation_cannot_be_built() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(r#"{ packages.text = "just text"; }"#)
        .build();
    project
        .nixward(["build", "text"])
        .run()
        .expect_code(3)
        .expect_stderr("text");
}

#[test]
fn the_outputs_are_those_that_nix_build_would_make() {
    let Some(project) = real_project() else {
        return;
    };
    let several = r#"derivation {
        name = "several"; inherit system; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
        outputs = [ "out" "dev" "doc" ];
        args = [ "-c" "for o in $out $dev $doc; do mkdir $o; done; exit 0" ];
    }"#;
    let outputs = format!(
        "{{ packages = {{ several = {several} // {{ meta.outputsToInstall = [ \"out\" \"doc\" ]; }}; dev = ({several}).dev; }}; }}"
    );
    let project = project.outputs(&outputs).build();
    let output = project.nixward(["build", "several"]).run().expect_code(0);
    let mut names: Vec<&str> = output
        .stdout()
        .lines()
        .map(|path| path.split_once('-').unwrap().1)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["several", "several-doc"]);
    let output = project.nixward(["build", "dev"]).run().expect_code(0);
    assert!(
        output.stdout().ends_with("-several-dev\n"),
        "{}",
        output.stdout()
    );
}

#[test]
fn content_addressed_derivations_have_no_path_before() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages.it = derivation {
              name = "addressed"; inherit system; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
              __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256";
              outputs = [ "out" ];
              args = [ "-c" "echo ${salt}; mkdir -p $out/bin; printf '#!/bin/sh\necho addressed by content\n' > $out/bin/it; chmod +x $out/bin/it; exit 0" ];
            } // { meta.mainProgram = "it"; }; }"#,
        )
        .build();
    let features = ["--option", "extra-experimental-features", "ca-derivations"];
    let command = |verb: &str| {
        let words = [verb, "it"].into_iter().chain(features);
        project.nixward(words)
    };
    let output = command("build").run().expect_code(0);
    assert!(
        output.stdout().ends_with("-addressed\n"),
        "{}",
        output.stdout()
    );
    assert_eq!(
        command("run").run().expect_code(0).stdout(),
        "addressed by content\n"
    );
}

#[test]
fn a_fixed_output_that_is_another_says_both_hashes() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(
            r#"{ packages.it = derivation {
              name = "fixed"; inherit system; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
              outputHashMode = "flat"; outputHashAlgo = "sha256";
              outputHash = "0000000000000000000000000000000000000000000000000000000000000000";
              args = [ "-c" "echo ${salt} > $out; exit 0" ];
            }; }"#,
        )
        .build();
    project
        .nixward(["build", "it"])
        .run()
        .expect_code(5)
        .expect_stderr("hash mismatch")
        .expect_stderr("specified:")
        .expect_stderr("got:");
}

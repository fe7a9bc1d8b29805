//! `nixward container`: images, with stand-ins for the engines. See `container_engine` for a real one.

use nixward_testing::{FakeProgram, Finished, Project, ProjectBuilder, call};

use crate::support::real_project;

const OUTPUTS: &str = r#"{ packages = {
  archived = project "archived" "true" { container = archive "archived" "1.0"; };
  plain = project "plain" "true" { };
  streamed = project "streamed" "true" { container = stream "streamed" "latest"; };
  unusual = project "unusual" "true" { container = program "no-image" "true"; };
}; }"#;

fn images() -> Option<ProjectBuilder> {
    Some(real_project()?.manifest("[workspace]\n").outputs(OUTPUTS))
}

/// A docker that answers, and keeps what it is given to load.
fn docker() -> FakeProgram {
    engine("docker", "{{.Server.Version}}", "")
}

fn engine(name: &str, version: &str, prefix: &str) -> FakeProgram {
    // Several may be loaded at once: each reads what it was given, and the last one is kept.
    let loaded = format!(
        r#"for last; do :; done
        name=$(/usr/bin/cut -d' ' -f4 "$last")
        tag=latest
        [ "$name" != archived ] || tag=1.0
        /bin/cp "$last" "$rule/loaded.$$"
        /bin/mv "$rule/loaded.$$" "$rule/loaded"
        echo "Loaded image: {prefix}$name:$tag""#
    );
    FakeProgram::new(name)
        .on(call().arg("version").arg(version).stdout("27.0\n"))
        .on(call().arg("load").arg("-i").sh(&loaded))
        .on(call().arg("inspect").stdout("{\"8080/tcp\":{}}\n"))
        .on(call().arg("run").sh(r#"printf '[%s]' "$@"; exit 7"#))
}

fn loads(project: &Project, engine: &str) -> usize {
    project
        .calls(engine)
        .iter()
        .filter(|call| call[0] == "load")
        .count()
}

fn loaded(project: &Project, engine: &str) -> String {
    let file = project
        .programs()
        .join("../fakes")
        .join(engine)
        .join("rules/001/loaded");
    fs_err::read_to_string(file).unwrap()
}

#[track_caller]
fn paths(output: &Finished) -> Vec<String> {
    let paths: Vec<String> = output.stdout().lines().map(str::to_owned).collect();
    assert!(
        paths.iter().all(|path| std::path::Path::new(path).exists()),
        "{paths:?}"
    );
    paths
}

#[test]
fn an_archive_is_loaded_and_what_to_type_is_said() {
    let Some(project) = images() else { return };
    let project = project.fake(docker()).build();
    project
        .nixward(["container", "archived"])
        .run()
        .expect_code(0)
        .expect_stderr("LOADED")
        .expect_stderr("archived:1.0")
        .expect_stderr("docker run -it --rm -p 8080:8080 archived:1.0");
    assert_eq!(loaded(&project, "docker"), "an image of archived\n");
}

#[test]
fn a_stream_is_run_and_what_it_writes_is_loaded() {
    let Some(project) = images() else { return };
    let project = project.fake(docker()).build();
    project
        .nixward(["container", "streamed"])
        .run()
        .expect_code(0)
        .expect_stderr("LOADED")
        .expect_stderr("streamed:latest");
    assert_eq!(loaded(&project, "docker"), "a stream of streamed\n");
    let left: Vec<_> = fs_err::read_dir(project.root().join("tmp"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_no_image_is_said_to_be_none() {
    let Some(project) = images() else { return };
    let project = project.fake(docker()).build();
    project
        .nixward(["container", "unusual"])
        .run()
        .expect_code(4)
        .expect_stderr("`unusual` is no image")
        .expect_stderr("dockerTools");
    assert_eq!(loads(&project, "docker"), 0);
}

#[test]
fn without_an_engine_it_is_said_where_the_image_is() {
    let Some(project) = images() else { return };
    let project = project.build();
    for name in ["archived", "streamed"] {
        let output = project
            .nixward(["container", name])
            .run()
            .expect_code(1)
            .expect_stderr("neither docker nor podman")
            .expect_stderr("/nix/store/")
            .expect_stderr("--no-load");
        let path = output
            .stderr()
            .split_whitespace()
            .find(|word| word.starts_with("/nix/store/"))
            .unwrap();
        assert!(std::path::Path::new(path).exists(), "{path}");
    }
    project
        .nixward(["container", "archived", "--engine", "podman"])
        .run()
        .expect_code(1)
        .expect_stderr("podman is not on PATH");
}

#[test]
fn no_load_needs_no_engine_and_prints_the_path() {
    let Some(project) = images() else { return };
    let project = project.build();
    let output = project
        .nixward(["container", "archived", "--no-load"])
        .run()
        .expect_code(0);
    assert!(paths(&output)[0].ends_with("-archived.tar"));
    let output = project
        .nixward(["container", "archived", "streamed", "--no-load", "-q"])
        .run()
        .expect_code(0);
    assert_eq!(paths(&output).len(), 2);
    assert_eq!(output.stderr(), "");
}

#[test]
fn an_engine_is_not_even_asked_where_nothing_is_loaded() {
    let Some(project) = images() else { return };
    let project = project.fake(docker()).build();
    project
        .nixward(["container", "archived", "--no-load"])
        .run()
        .expect_code(0);
    assert_eq!(project.calls("docker").len(), 0);
}

#[test]
fn several_are_loaded_only_where_asked_for() {
    let Some(project) = images() else { return };
    let project = project.fake(docker()).build();
    let output = project
        .nixward(["container", "archived", "streamed"])
        .run()
        .expect_code(0);
    assert_eq!(paths(&output).len(), 2);
    assert_eq!(loads(&project, "docker"), 0);
    let output = project
        .nixward(["container", "archived", "streamed", "--load"])
        .run()
        .expect_code(0);
    output
        .expect_stderr("archived:1.0")
        .expect_stderr("streamed:latest");
    assert_eq!(loads(&project, "docker"), 2);
}

#[test]
fn a_daemon_that_is_gone_is_one_clear_line() {
    let Some(project) = images() else { return };
    let dead = FakeProgram::new("docker").on(call()
        .arg("version")
        .stderr("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n")
        .exit(1));
    let project = project.fake(dead).build();
    let output = project
        .nixward(["container", "archived"])
        .run()
        .expect_code(1)
        .expect_stderr("docker does not answer: Cannot connect to the Docker daemon")
        .expect_stderr("/nix/store/");
    assert_eq!(
        output.stderr().matches("Cannot connect").count(),
        1,
        "{}",
        output.stderr()
    );
    // Where another engine answers, that one is used.
    project.install(&engine("podman", "{{.Client.Version}}", "localhost/"));
    project
        .nixward(["container", "archived"])
        .run()
        .expect_code(0)
        .expect_stderr("localhost/archived:1.0")
        .expect_stderr("podman run");
}

#[test]
fn an_engine_may_be_chosen() {
    let Some(project) = images() else { return };
    let project = project
        .fake(docker())
        .fake(engine("podman", "{{.Client.Version}}", "localhost/"))
        .build();
    project
        .nixward(["container", "archived", "--engine", "podman"])
        .run()
        .expect_code(0);
    assert_eq!(
        (loads(&project, "docker"), loads(&project, "podman")),
        (0, 1)
    );
    project
        .nixward(["container", "archived"])
        .env("NIXWARD_ENGINE", "podman")
        .run()
        .expect_code(0);
    assert_eq!(
        (loads(&project, "docker"), loads(&project, "podman")),
        (0, 2)
    );
    project
        .nixward(["container", "archived"])
        .run()
        .expect_code(0);
    assert_eq!(
        (loads(&project, "docker"), loads(&project, "podman")),
        (1, 2)
    );
}

#[test]
fn an_image_that_the_engine_refuses() {
    let Some(project) = images() else { return };
    let full = FakeProgram::new("docker")
        .on(call().arg("version").stdout("27.0\n"))
        .on(call()
            .arg("load")
            .stderr("write /layer.tar: no space left on device\n")
            .exit(1));
    let project = project.fake(full).build();
    project
        .nixward(["container", "archived"])
        .run()
        .expect_code(1)
        .expect_stderr("docker refuses the image: write /layer.tar: no space left on device");
}

#[test]
fn a_stream_that_fails_loads_nothing() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .fake(docker())
        .outputs(
            r#"{ packages.it = project "it" "true" { container = derive "stream" ''
                printf '#!/bin/sh\necho half of it\necho "no more tapes" >&2\nexit 4\n' > "$out"
                chmod +x "$out"
              '' // { imageName = "it"; imageTag = "latest"; isExe = true; }; }; }"#,
        )
        .build();
    project
        .nixward(["container", "it"])
        .run()
        .expect_code(1)
        .expect_stderr("no more tapes");
    assert_eq!(loads(&project, "docker"), 0);
}

#[test]
fn run_becomes_the_engines_client() {
    let Some(project) = images() else { return };
    let project = project
        .fake(docker())
        .manifest(
            "[workspace]\n[projects.archived]\n\
             container = { publish = [\"127.0.0.1:9000:80\"], env = { A = \"b c\" }, args = [\"--flag\"] }\n",
        )
        .build();
    let output = project
        .nixward(["container", "archived", "--run", "--", "$(x)", ""])
        .run()
        .expect_code(7);
    assert_eq!(
        output.stdout(),
        "[run][--rm][-p][127.0.0.1:9000:80][-e][A=b c][archived:1.0][--flag][$(x)][]"
    );
}

#[test]
fn ports_that_the_image_exposes_are_published_where_nothing_else_is_said() {
    let Some(project) = images() else { return };
    let project = project.fake(docker()).build();
    let output = project
        .nixward(["container", "archived", "--run"])
        .run()
        .expect_code(7);
    assert_eq!(output.stdout(), "[run][--rm][-p][8080:8080][archived:1.0]");
}

#[test]
fn podman_names_what_it_loaded_otherwise() {
    let Some(project) = images() else { return };
    let project = project
        .fake(engine("podman", "{{.Client.Version}}", "localhost/"))
        .build();
    let output = project
        .nixward(["container", "archived", "--run"])
        .run()
        .expect_code(7);
    assert_eq!(
        output.stdout(),
        "[run][--rm][-p][8080:8080][localhost/archived:1.0]"
    );
}

#[test]
fn run_is_for_one_project() {
    let Some(project) = images() else { return };
    let project = project.fake(docker()).build();
    project
        .nixward(["container", "--all", "--run"])
        .run()
        .expect_code(2);
    project
        .nixward(["container", "archived", "streamed", "--run"])
        .run()
        .expect_code(2)
        .expect_stderr("one");
}

#[test]
fn an_image_that_cannot_be_built() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .fake(docker())
        .outputs(
            r#"{ packages.it = project "it" "true" {
                container = unbuildable "image" // { imageName = "it"; imageTag = "latest"; };
            }; }"#,
        )
        .build();
    project
        .nixward(["container", "it"])
        .run()
        .expect_code(5)
        .expect_stderr("the last words of image");
    assert_eq!(project.calls("docker").len(), 0);
}

#[test]
fn ctrl_c_ends_the_loading() {
    let Some(project) = images() else { return };
    let slow = FakeProgram::new("docker")
        .on(call().arg("version").stdout("27.0\n"))
        .on(call().arg("load").hang());
    let project = project.fake(slow).build();
    let running = project.nixward(["container", "archived"]).start();
    nixward_testing::wait_until("docker load", || {
        (loads(&project, "docker") == 1).then_some(())
    });
    running.interrupt();
    running.finish().expect_signal(2);
}

#[test]
fn an_image_of_nix2container_is_loaded_by_its_own_program() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .fake(docker())
        .outputs(
            r#"{ packages.it = project "it" "true" {
                container = derive "image.json" "echo '{}' > $out"
                  // { imageName = "it"; imageTag = "latest"; copyToDockerDaemon = program "copy-to-docker-daemon" "true"; };
            }; }"#,
        )
        .build();
    project
        .nixward(["container", "it"])
        .run()
        .expect_code(1)
        .expect_stderr("copyToDockerDaemon");
}

//! `nixward container` with a real Docker, which the test starts for itself.

use nixward_testing::{DockerDaemon, Project, docker_daemon, port, wait_until};

use crate::support::initech;

/// Each language's service, and the port that its image publishes.
const SERVICES: [(&str, u16); 3] = [
    ("flair", 8081),
    ("jump-to-conclusions", 8082),
    ("pc-load-letter", 8080),
];

#[test]
fn the_images_run_and_answer() {
    let Some(project) = initech() else { return };
    let project = project.build();
    project.install_host_program("docker");
    // Building takes the longest, and needs no engine.
    let names = SERVICES.map(|(name, _)| name);
    project
        .nixward([&["container", "stapler", "--no-load"], &names[..]].concat())
        .run()
        .expect_code(0);
    let python = project
        .nixward(["build", "pc-load-letter.python"])
        .run()
        .expect_code(0)
        .stdout()
        .trim()
        .to_owned();
    let Some(daemon) = docker_daemon() else {
        return;
    };
    let command = |args: &[&str]| project.nixward(args).env("DOCKER_HOST", daemon.host());

    // One of them is a script that streams its image, the others are archives.
    for (name, port) in SERVICES {
        let how = format!("docker run -it --rm -p {port}:{port} {name}:latest");
        command(&["container", name])
            .run()
            .expect_code(0)
            .expect_stderr("LOADED")
            .expect_stderr(&how);
    }
    for (name, port) in SERVICES {
        answers_until_ctrl_c(&project, &daemon, name, port, |container| {
            if name == "pc-load-letter" {
                assert_answers_inside(&daemon, container, &python);
            }
        });
    }

    // A program that ends has its code passed on.
    let output = command(&["container", "stapler", "--run", "--", "--no-such-option"]).run();
    assert_ne!(output.exit_code(), 0);
    assert_ne!(output.exit_code(), 125, "{}", output.stderr());

    daemon.stop();
    let output = command(&["container", "stapler"]).run().expect_code(1);
    output
        .expect_stderr("docker does not answer")
        .expect_stderr("/nix/store/");
}

/// Runs an image, and ends it as a person does once it has answered.
fn answers_until_ctrl_c(
    project: &Project,
    daemon: &DockerDaemon,
    name: &str,
    port_number: u16,
    meanwhile: impl FnOnce(&str),
) {
    let port = port(port_number);
    let running = project
        .nixward(["container", name, "--run"])
        .env("DOCKER_HOST", daemon.host())
        .start();
    let ancestor = format!("ancestor={name}:latest");
    let container = wait_until("the container", || {
        let id = daemon.docker(&["ps", "--quiet", "--filter", &ancestor])?;
        (!id.trim().is_empty()).then(|| id.trim().to_owned())
    });
    let answer = port.wait_for("/healthz");
    assert!(answer.contains("\"status\":\"ok\""), "{name}: {answer}");
    meanwhile(&container);
    running.interrupt();
    let output = running.finish();
    assert!(
        !output.stderr().contains("Traceback"),
        "{}",
        output.stderr()
    );
    // `--rm` is Docker's part.
    wait_until("the container to be gone", || {
        let left = daemon.docker(&["ps", "--all", "--quiet"])?;
        left.trim().is_empty().then_some(())
    });
}

/// Asks the server with the interpreter that is in its own image, in its own network.
#[track_caller]
fn assert_answers_inside(daemon: &DockerDaemon, container: &str, python: &str) {
    let code = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8080/healthz').read().decode())";
    let answer = daemon.docker(&[
        "exec",
        container,
        &format!("{python}/bin/python"),
        "-c",
        code,
    ]);
    let answer = answer.expect("the image's interpreter can be started inside");
    assert!(answer.contains("\"status\":\"ok\""), "{answer}");
}

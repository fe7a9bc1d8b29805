//! `nixward container` with a real Docker, which the test starts for itself.

use nixward_testing::{DockerDaemon, docker_daemon, port, wait_until};

use crate::support::initech;

#[test]
fn the_image_runs_and_answers() {
    let Some(project) = initech() else { return };
    let project = project.build();
    project.install_host_program("docker");
    // Building takes the longest, and needs no engine.
    project
        .nixward(["container", "pc-load-letter", "stapler", "--no-load"])
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

    command(&["container", "pc-load-letter"])
        .run()
        .expect_code(0)
        .expect_stderr("LOADED")
        .expect_stderr("docker run -it --rm -p 8080:8080 pc-load-letter:latest");

    let port = port(8080);
    let running = command(&["container", "pc-load-letter", "--run"]).start();
    let container = wait_until("the container", || {
        let id = daemon.docker(&[
            "ps",
            "--quiet",
            "--filter",
            "ancestor=pc-load-letter:latest",
        ])?;
        (!id.trim().is_empty()).then(|| id.trim().to_owned())
    });
    let answer = port.wait_for("/healthz");
    assert!(answer.contains("\"status\":\"ok\""), "{answer}");
    assert_answers_inside(&daemon, &container, &python);
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

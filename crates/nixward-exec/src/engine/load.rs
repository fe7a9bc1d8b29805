//! Brings an image into an engine, and says how to run it.

use std::{ffi::OsString, fs::File, io, path::Path};

use fs_err as fs;
use nixward_core::{evaluation::ImageKind, outcome::StepStatus, plan::ContainerAction};
use nixward_guard::{ChildOutput, Ending, OutputMode};
use nixward_nix::invocation::{Invocation, shell_quoted};

use super::detect::{Engine, EngineKind, find};
use crate::{context::ExecutionContext, engine::EngineError, error_chain::with_sources};

/// How an image could not be loaded.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Run(#[from] nixward_nix::runner::RunError),
    #[error("cannot write the image")]
    Write(#[source] io::Error),
    #[error("the program that writes the image failed: {0}")]
    Stream(String),
    #[error("{engine} refuses the image: {said}")]
    Refused { engine: String, said: String },
    #[error("images of nix2container are loaded by their own programs; run `{command}`")]
    Nix2Container { command: String },
}

/// Loads a built image; the engine is asked for only here, so that an image can be built without one.
pub(crate) fn load_image(
    context: &ExecutionContext,
    action: &ContainerAction,
    path: &str,
    attribute: &str,
) -> StepStatus {
    match try_load(context, action, path, attribute) {
        Ok(status) => status,
        Err(error) => StepStatus::CouldNotStart {
            why: format!(
                "{}
the image is at {path}
{}",
                with_sources(&error),
                remedy(&error)
            ),
        },
    }
}

/// What to do about it.
fn remedy(error: &LoadError) -> &'static str {
    match error {
        LoadError::Engine(EngineError::NoneInstalled | EngineError::NotInstalled { .. }) => {
            "hint: install docker or podman; or only build the image: --no-load"
        }
        LoadError::Engine(EngineError::NotRunning {
            permission: true, ..
        }) => {
            "hint: let your user use the engine (for docker: the group `docker`); or only build the image: --no-load"
        }
        LoadError::Engine(EngineError::NotRunning { .. }) => {
            "hint: start the engine (for docker: systemctl start docker); or only build the image: --no-load"
        }
        LoadError::Nix2Container { .. }
        | LoadError::Engine(EngineError::Run(_))
        | LoadError::Run(_)
        | LoadError::Write(_)
        | LoadError::Stream(_)
        | LoadError::Refused { .. } => "hint: to only build the image: --no-load",
    }
}

fn try_load(
    context: &ExecutionContext,
    action: &ContainerAction,
    path: &str,
    attribute: &str,
) -> Result<StepStatus, LoadError> {
    let engine = find(&context.engine, &context.runner)?;
    let said = match action.image.kind {
        ImageKind::Archive => load_file(context, &engine, Path::new(path))?,
        ImageKind::Stream => {
            let folder = tempfile::Builder::new()
                .prefix("nixward-image-")
                .tempdir_in(&context.temporary_folder)
                .map_err(LoadError::Write)?;
            let archive = folder.path().join("image.tar");
            write_stream(context, Path::new(path), &archive)?;
            load_file(context, &engine, &archive)?
        }
        ImageKind::Nix2Container => {
            let command =
                shell_quoted(&["nix", "run", &format!(".#{attribute}.copyToDockerDaemon")]);
            return Err(LoadError::Nix2Container { command });
        }
    };
    let reference = loaded_reference(&said).unwrap_or_else(|| declared_reference(action));
    let published = published_ports(context, &engine, action, &reference)?;
    let mut command = ["run", "-it", "--rm"].map(OsString::from).to_vec();
    command.extend(run_arguments(action, &published, &reference));
    let command = Invocation::new(engine.kind.program()).args(command);
    Ok(StepStatus::Loaded {
        reference,
        hint: Some(command.to_string()),
    })
}

/// How an engine's client loads an archive; also what a plan shows.
pub fn load_invocation(program: &Path, archive: &Path) -> Invocation {
    Invocation::new(program).args(["load", "-i"]).arg(archive)
}

fn load_file(
    context: &ExecutionContext,
    engine: &Engine,
    archive: &Path,
) -> Result<String, LoadError> {
    let finished = context
        .runner
        .run(&load_invocation(&engine.program, archive))?;
    if finished.succeeded() {
        Ok(finished.stdout)
    } else {
        let said = finished.stderr.trim().to_owned();
        Err(LoadError::Refused {
            engine: engine.kind.to_string(),
            said,
        })
    }
}

/// Has the image's program write the archive.
fn write_stream(
    context: &ExecutionContext,
    program: &Path,
    archive: &Path,
) -> Result<(), LoadError> {
    let stream = |error: &dyn std::error::Error| LoadError::Stream(with_sources(error));
    let folder = archive.parent().unwrap_or(archive);
    let mut command = context
        .launcher
        .command(program.to_owned(), folder.to_owned());
    command.env.clone_from(&context.caller_environment);
    command.output = OutputMode::Separate;
    let mut child = context
        .launcher
        .spawn(&command)
        .map_err(|error| stream(&error))?;
    let mut said = String::new();
    if let Some(ChildOutput::Separate {
        mut stdout,
        mut stderr,
    }) = child.take_output()
    {
        let mut file: File = fs::File::create(archive)
            .map_err(LoadError::Write)?
            .into_parts()
            .0;
        let copied = std::thread::scope(|scope| {
            let reader = scope.spawn(|| io::Read::read_to_string(&mut stderr, &mut said));
            let copied = io::copy(&mut stdout, &mut file);
            // What the program says matters only where it fails.
            let _said = reader.join();
            copied
        });
        copied.map_err(LoadError::Write)?;
    }
    let report = child.wait().map_err(|error| stream(&error))?;
    match report.ending {
        Ending::Exited(0) => Ok(()),
        Ending::CouldNotStart(failure) => Err(LoadError::Stream(failure.to_string())),
        Ending::Exited(_) | Ending::Signaled(_) | Ending::StillRunning => Err(LoadError::Stream(
            said.lines().last().unwrap_or("it said nothing").to_owned(),
        )),
    }
}

/// What `docker load` and `podman load` say: "Loaded image: name:tag", "Loaded image(s): localhost/name:tag".
fn loaded_reference(said: &str) -> Option<String> {
    let line = said.lines().find(|line| line.starts_with("Loaded image"))?;
    let (_, reference) = line.split_once(": ")?;
    // What an archive says of itself may be anything; what looks like an option is not repeated to an engine.
    Some(reference.trim().to_owned()).filter(|reference| !reference.starts_with('-'))
}

fn declared_reference(action: &ContainerAction) -> String {
    let tag = action.image.tag.as_deref().unwrap_or("latest");
    format!("{}:{tag}", action.image.name)
}

/// The name that the engine gives to a loaded image: Podman puts those without a registry under `localhost/`.
fn reference_in(engine: EngineKind, declared: &str) -> String {
    let host = declared.split_once('/').map(|(host, _)| host);
    let has_registry = host.is_some_and(|host| host == "localhost" || host.contains(['.', ':']));
    if engine == EngineKind::Podman && !has_registry {
        format!("localhost/{declared}")
    } else {
        declared.to_owned()
    }
}

/// The manifest's ports, else those that the image says it answers on.
fn published_ports(
    context: &ExecutionContext,
    engine: &Engine,
    action: &ContainerAction,
    reference: &str,
) -> Result<Vec<String>, EngineError> {
    if let Some(ports) = &action.settings.publish {
        return Ok(ports.iter().map(ToString::to_string).collect());
    }
    let inspect = Invocation::new(&engine.program).args([
        "image",
        "inspect",
        "--format",
        "{{json .Config.ExposedPorts}}",
        reference,
    ]);
    let finished = context.runner.run(&inspect)?;
    Ok(exposed_ports(&finished.stdout))
}

fn exposed_ports(json: &str) -> Vec<String> {
    let ports: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let names = ports.as_object().into_iter().flat_map(|ports| ports.keys());
    names
        .map(|port| match port.strip_suffix("/tcp") {
            Some(number) => format!("{number}:{number}"),
            None => format!("{}:{port}", port.split('/').next().unwrap_or(port)),
        })
        .collect()
}

/// The arguments of the engine's client that run a loaded image in the foreground.
pub fn run_command(
    context: &ExecutionContext,
    engine: &Engine,
    action: &ContainerAction,
    on_a_terminal: bool,
) -> Result<Vec<OsString>, EngineError> {
    let reference = reference_in(engine.kind, &declared_reference(action));
    let published = published_ports(context, engine, action, &reference)?;
    let mut command: Vec<OsString> = vec!["run".into(), "--rm".into()];
    if on_a_terminal {
        command.extend(["-i".into(), "-t".into()]);
    }
    command.extend(run_arguments(action, &published, &reference));
    Ok(command)
}

/// The arguments of `run` after its own options: ports, environment, the image, its arguments.
fn run_arguments(action: &ContainerAction, published: &[String], reference: &str) -> Vec<OsString> {
    let ports = published.iter().flat_map(|port| ["-p".into(), port.into()]);
    let environment = action
        .settings
        .env
        .iter()
        .flat_map(|(name, value)| ["-e".into(), format!("{name}={value}").into()]);
    let image = std::iter::once(reference.into()).chain(action.args.iter().cloned());
    ports.chain(environment).chain(image).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_say_of_a_loaded_image() {
        assert_eq!(
            loaded_reference("abc: Loading layer\nLoaded image: a/b:latest\n"),
            Some("a/b:latest".to_owned())
        );
        assert_eq!(
            loaded_reference("Loaded image(s): localhost/x:1"),
            Some("localhost/x:1".to_owned())
        );
        assert_eq!(loaded_reference("nothing"), None);
    }

    #[test]
    fn podman_puts_images_without_a_registry_under_localhost() {
        assert_eq!(reference_in(EngineKind::Podman, "a/b:1"), "localhost/a/b:1");
        assert_eq!(
            reference_in(EngineKind::Podman, "r.example.com/a:1"),
            "r.example.com/a:1"
        );
        assert_eq!(reference_in(EngineKind::Docker, "a:1"), "a:1");
    }

    #[test]
    fn exposed_ports_are_published_as_they_are() {
        assert_eq!(
            exposed_ports(r#"{"8080/tcp":{},"53/udp":{}}"#),
            ["8080:8080", "53:53/udp"]
        );
        assert_eq!(exposed_ports("null\n"), Vec::<String>::new());
    }
}

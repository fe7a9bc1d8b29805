//! A Docker of a test's own: its data, socket and network rules are in the test's folder, or gone with it.

use std::{
    cell::RefCell,
    fs::File,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use tempfile::TempDir;

use crate::{environment::find, processes::wait_for_end, skip::skipped};

/// A running `dockerd`, ended by its process id when this is dropped.
pub struct DockerDaemon {
    process: RefCell<Option<Child>>,
    socket: PathBuf,
    log: PathBuf,
    /// Everything that it keeps; removed after it has ended.
    folder: TempDir,
}

/// How long it may take to be ready.
const STARTING: Duration = Duration::from_secs(60);
/// How long it may take to end its containers and itself.
const STOPPING: Duration = Duration::from_secs(40);

/// Starts one; nothing (and a line that says so) where that can't be.
pub fn docker_daemon() -> Option<DockerDaemon> {
    if !rustix::process::geteuid().is_root() {
        skipped("only root can start dockerd");
        return None;
    }
    let program = ["dockerd", "docker"].map(find);
    let [Some(program), Some(_)] = program else {
        skipped("dockerd or docker is not installed (Debian: docker.io)");
        return None;
    };
    // Not in the test's own folder: what nixward starts is told from it by that.
    let folder = tempfile::Builder::new().prefix("nixward-docker-").tempdir();
    let folder = folder.expect("can make a temporary folder");
    let path = folder.path().to_owned();
    let below = |name: &str| path.join(name);
    let daemon = DockerDaemon {
        process: RefCell::new(None),
        socket: below("docker.sock"),
        log: below("log"),
        folder,
    };
    // The machine's own configuration is not for this one.
    let configuration = below("daemon.json");
    fs_err::write(&configuration, "{}").expect("can write a file");
    let log = File::create(&daemon.log).expect("can make a log");
    let child = Command::new(program)
        .arg("--data-root")
        .arg(below("data"))
        .arg("--exec-root")
        .arg(below("exec"))
        .arg("--pidfile")
        .arg(below("pid"))
        .arg("--config-file")
        .arg(&configuration)
        .arg("--host")
        .arg(daemon.host())
        // It must not change how the machine names groups, nor need one that is not there.
        .args(["--group", "root"])
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("can be duplicated"))
        .stderr(log)
        .spawn()
        .expect("dockerd can be started");
    daemon.process.replace(Some(child));
    let begun = Instant::now();
    while daemon.docker(&["version"]).is_none() {
        let has_ended = daemon
            .process
            .borrow_mut()
            .as_mut()
            .is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
        if has_ended || begun.elapsed() > STARTING {
            let log = fs_err::read_to_string(&daemon.log).unwrap_or_default();
            // As in a container whose root may not do everything.
            assert!(
                log.contains("ermission denied") || log.contains("not permitted"),
                "dockerd does not start:\n{log}"
            );
            skipped("this machine does not let root start dockerd");
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(daemon)
}

impl DockerDaemon {
    /// Where it keeps everything.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// What `DOCKER_HOST` must be.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Runs Docker's client; gives what it printed, if it succeeds.
    pub fn docker(&self, args: &[&str]) -> Option<String> {
        let output = Command::new(find("docker")?)
            .args(args)
            .env("DOCKER_HOST", self.host())
            .stdin(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Ends it, and with it its containers.
    pub fn stop(&self) {
        let Some(mut child) = self.process.take() else {
            return;
        };
        let pid = Pid::from_child(&child);
        let pidfd = pidfd_open(pid, PidfdFlags::empty());
        let _it_may_have_ended = kill_process(pid, Signal::TERM);
        let ended = pidfd.is_ok_and(|pidfd| wait_for_end(&pidfd, Instant::now() + STOPPING));
        if !ended {
            let _it_may_have_ended = child.kill();
        }
        let _it_may_have_ended = child.wait();
    }
}

impl Drop for DockerDaemon {
    fn drop(&mut self) {
        self.stop();
    }
}

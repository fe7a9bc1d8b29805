//! A daemon of Nix's that is a test's own: nobody else builds through it, so it may be killed.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{
    processes::{Mark, wait_until},
    real_nix::RealNix,
    skip::skipped,
};

/// The folder that its processes know, and its clients do not.
const PRIVATE: &str = "private";

/// One that runs, for the store that the real Nix has.
pub struct NixDaemon {
    folder: TempDir,
    child: Child,
}

/// Starts it; nothing (and a line that says so) where the store is not ours to write to.
pub fn nix_daemon(nix: &RealNix) -> Option<NixDaemon> {
    let program = nix.program().with_file_name("nix-daemon");
    if !rustix::process::geteuid().is_root() || !program.exists() {
        skipped("only root can start a daemon of Nix's for a store of root's");
        return None;
    }
    let folder = tempfile::tempdir().expect("can make a temporary folder");
    let private = folder.path().join(PRIVATE);
    fs_err::create_dir(&private).expect("can make a folder");
    let variables = nix.environment().iter().map(|(name, value)| (name, value));
    let child = Command::new(program)
        .env_clear()
        .envs(variables)
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", &private)
        .env("TMPDIR", &private)
        .env("NIX_DAEMON_SOCKET_PATH", folder.path().join("socket"))
        .current_dir(&private)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a daemon can be started");
    let this = NixDaemon { folder, child };
    wait_until("the daemon", || {
        this.folder.path().join("socket").exists().then_some(())
    });
    Some(this)
}

impl NixDaemon {
    /// What Nix must be told to build through it: a line of its configuration.
    pub fn setting(&self) -> String {
        format!("store = unix://{}\n", self.socket())
    }

    /// Where it listens.
    pub fn socket(&self) -> String {
        let socket = self.folder.path().join("socket");
        socket.to_string_lossy().into_owned()
    }

    /// Ends it at once, with what it does for its clients and what it builds.
    pub fn kill(&mut self) {
        let mark = self.mark();
        for process in mark.processes() {
            if let Some(pid) = Pid::from_raw(process.id) {
                let _it_may_have_ended = kill_process(pid, Signal::KILL);
            }
        }
        let _it_may_have_been_waited_for = self.child.wait();
        mark.assert_nothing_lives_after(Duration::from_secs(10));
    }

    fn mark(&self) -> Mark {
        Mark::new(&self.folder.path().join(PRIVATE).to_string_lossy())
    }
}

impl Drop for NixDaemon {
    fn drop(&mut self) {
        self.kill();
    }
}

//! The namespaces of a program.
//!
//! The guard enters them itself, and the program inherits them: only a process with a single thread can enter a user
//! namespace, which the guard is, and it keeps its subreaper, its pidfd and its own `/proc`. Where the caller has the
//! capability to mount, a mount namespace is enough, and to be refused one changes nothing. Everyone else needs a
//! user namespace for it, in which the person keeps their user and group id. A system may let a process into one and
//! then refuse the rest (as some distributions' AppArmor rules do), and nobody gets out of it again; so before the
//! first such program a guard of its own tries it, once for all programs of this process.
//!
//! Further namespaces belong here too: a pid namespace is entered by the *next* child only, so it is unshared after
//! the mounts, and its `/proc` mounted by the guard's first child.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Mutex, PoisonError},
};

use nix::sched::{CloneFlags, unshare};
use rustix::{
    mount::{MountFlags, MountPropagationFlags, mount_bind_recursive, mount_change, mount_remount},
    process::{getegid, geteuid},
    thread::CapabilitySet,
};

use super::mount_table::mounts_within;
use crate::{
    guard_process::GuardProcess,
    protections::Protections,
    report::{StartFailure, StartStep},
    wire::{self, Confinement, LineBuffer, Notice, Request},
};

/// What probing guards found, for each set of protections: why they are refused, if they are.
static PROBED: Mutex<Vec<(Protections, Option<String>)>> = Mutex::new(Vec::new());

/// Chooses the way to the protections that this process's guards can go, and why there is none.
pub(crate) fn plan_confinement(
    guard: &Path,
    protections: &Protections,
) -> (Confinement, Option<String>) {
    if protections.is_empty() {
        return (Confinement::None, None);
    }
    let may_mount = rustix::thread::capabilities(None)
        .is_ok_and(|capabilities| capabilities.effective.contains(CapabilitySet::SYS_ADMIN));
    if may_mount {
        return (Confinement::MountNamespace(protections.clone()), None);
    }
    // Held while it is tried, so that many threads starting at once try it once.
    let mut probed = PROBED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = probed
        .iter()
        .find(|(known, _)| known == protections)
        .map(|(_, refused)| refused.clone());
    let refused = known.unwrap_or_else(|| {
        let refused = probe(guard, protections)
            .unwrap_or_else(|error| Some(format!("cannot be tried: {error}")));
        probed.push((protections.clone(), refused.clone()));
        refused
    });
    match refused {
        None => (Confinement::UserNamespace(protections.clone()), None),
        refused => (Confinement::None, refused),
    }
}

fn probe(guard: &Path, protections: &Protections) -> io::Result<Option<String>> {
    let GuardProcess {
        mut process,
        socket,
    } = GuardProcess::start(guard, Stdio::null(), Stdio::null())?;
    let answer = (|| {
        wire::send(
            &socket,
            &Request::Probe(Confinement::UserNamespace(protections.clone())),
        )?;
        let mut lines = LineBuffer::default();
        loop {
            if let Some(line) = lines.next_line() {
                return match serde_json::from_slice(&line)? {
                    Notice::Probed { refused } => Ok(refused),
                    Notice::Failed { message } => Err(io::Error::other(message)),
                    Notice::Started { .. } | Notice::Finished(_) => {
                        Err(io::ErrorKind::InvalidData.into())
                    }
                };
            }
            if !lines.fill(&socket)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    })();
    drop(socket);
    process.wait()?;
    answer
}

/// Enters the namespaces, in the guard. Returns why the program will run without the protections, if so; an error if
/// it cannot run at all any more.
pub(crate) fn confine(confinement: &Confinement) -> Result<Option<String>, StartFailure> {
    match confinement {
        Confinement::None => Ok(None),
        Confinement::MountNamespace(protections) => {
            if let Err(errno) = unshare(CloneFlags::CLONE_NEWNS) {
                return Ok(Some(format!(
                    "a mount namespace is refused: {}",
                    errno.desc()
                )));
            }
            Ok(protect(protections).err())
        }
        Confinement::UserNamespace(protections) => {
            let (user, group) = (geteuid(), getegid());
            if let Err(errno) = unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS) {
                return Ok(Some(format!(
                    "a user namespace is refused: {}",
                    errno.desc()
                )));
            }
            // Without this, who is not root may not map a group.
            write_map("/proc/self/setgroups", "deny")?;
            write_map("/proc/self/uid_map", &format!("{user} {user} 1"))?;
            write_map("/proc/self/gid_map", &format!("{group} {group} 1"))?;
            Ok(protect(protections).err())
        }
    }
}

fn write_map(path: &str, content: &str) -> Result<(), StartFailure> {
    fs::write(path, content).map_err(|error| StartFailure {
        step: StartStep::Namespace,
        path: PathBuf::from(path),
        errno: error.raw_os_error().unwrap_or_default(),
    })
}

/// Sets the mounts up, in a mount namespace of our own; or says why not.
fn protect(protections: &Protections) -> Result<(), String> {
    let Protections { read_only } = protections;
    // First of all: else what follows would happen to the whole machine.
    mount_change(
        "/",
        MountPropagationFlags::PRIVATE | MountPropagationFlags::REC,
    )
    .map_err(|errno| format!("mounts cannot be made private: {}", io_text(errno.into())))?;
    for path in read_only {
        make_read_only(path).map_err(|error| {
            format!(
                "{} cannot be made read-only: {}",
                path.display(),
                io_text(error)
            )
        })?;
    }
    Ok(())
}

fn make_read_only(path: &Path) -> io::Result<()> {
    // The mount table knows real paths only.
    let path = fs::canonicalize(path)?;
    mount_bind_recursive(&path, &path)?;
    let table = fs::read("/proc/self/mountinfo")?;
    for mount in mounts_within(&table, &path) {
        mount_remount(
            &mount.point,
            mount.flags | MountFlags::BIND | MountFlags::RDONLY,
            c"",
        )?;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "a function for map_err")]
fn io_text(error: io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => nix::errno::Errno::from_raw(number).desc().to_owned(),
        None => error.to_string(),
    }
}

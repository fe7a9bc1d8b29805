//! What differs between systems, behind one set of names.
//!
//! Linux finds every descendant and has namespaces. Elsewhere a step is its program's process group, and the parent
//! is watched by the socket alone. Unit tests on Linux compile and run the other one too.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(not(target_os = "linux"), test))]
#[cfg_attr(
    target_os = "linux",
    expect(dead_code, reason = "compiled for its own tests only")
)]
mod portable;

#[cfg(target_os = "linux")]
pub(crate) use linux::{
    Family, ParentWatch, StartTurn, adopt_orphans, close_inherited_files, confine, end_orphans,
    kill_all_descendants, plan_confinement, set_process_name,
};
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::{
    Family, ParentWatch, StartTurn, adopt_orphans, close_inherited_files, confine, end_orphans,
    kill_all_descendants, plan_confinement, set_process_name,
};

use crate::report::Ending;

/// What was found out about children.
#[derive(Debug, Default)]
pub(crate) struct Reaped {
    /// How the program ended, if it did since the last time.
    pub(crate) program_ended: Option<Ending>,
    /// Whether the program has ended and no other process of the step is there.
    pub(crate) nothing_left: bool,
}

fn ending_of(status: rustix::process::WaitStatus) -> Ending {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, Some(signal)) => Ending::Signaled(signal),
        // Stops are not asked for, so there is nothing else.
        (None, None) => Ending::StillRunning,
    }
}

fn pid_of(id: u32) -> Option<rustix::process::Pid> {
    i32::try_from(id)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
}

//! How one nixward starts its children: each under a guard, and each known to whoever cancels the run.

use std::path::PathBuf;

use crate::{
    child::GuardedChild,
    command::{GuardedCommand, SpawnError},
    registry::ChildRegistry,
    run_clock::RunClock,
};

/// Makes commands and starts them; can be cloned and shared between threads.
///
/// Whoever starts children through it cannot forget to register them, so none is left that a cancelled run would have to
/// wait for.
#[derive(Clone, Debug)]
pub struct Launcher {
    guard_executable: PathBuf,
    children: ChildRegistry,
}

impl Launcher {
    /// Starts guards with this executable, which is nixward's own, and registers children here.
    pub fn new(guard_executable: PathBuf, children: ChildRegistry) -> Self {
        Self {
            guard_executable,
            children,
        }
    }

    /// A command for [`Self::spawn`], with the defaults of [`GuardedCommand::new`].
    pub fn command(&self, program: PathBuf, cwd: PathBuf) -> GuardedCommand {
        GuardedCommand::new(self.guard_executable.clone(), program, cwd)
    }

    /// Starts a command, and has its child registered for as long as there is one.
    pub fn spawn(&self, command: &GuardedCommand) -> Result<GuardedChild, SpawnError> {
        let mut child = command.spawn()?;
        let registration = self
            .children
            .register(child.terminator(), command.graces.after_signal);
        child.keep(registration, self.children.clock().clone());
        Ok(child)
    }

    /// What measures the time that children have had.
    pub fn clock(&self) -> &RunClock {
        self.children.clock()
    }

    /// Whether the run was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.children.is_cancelled()
    }
}

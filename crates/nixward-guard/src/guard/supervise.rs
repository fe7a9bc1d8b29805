//! Watches over a running program: waits for children, orders, the parent, signals and deadlines at once, and carries
//! out what the escalation says.

use std::{
    io,
    os::{
        fd::{AsFd as _, BorrowedFd},
        unix::net::UnixStream,
    },
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::Pid,
};

use super::{
    escalation::{Action, Escalation, Event},
    signals::Signals,
};
use crate::{
    graces::{FirstSignal, TerminationSignal},
    os::{Family, ParentWatch},
    report::{Ending, GuardReport, ProcessLeft},
    wire::{LineBuffer, Order, ProgramSpec},
};

/// Where events come from.
pub(super) struct Channels<'a> {
    /// `None` once the other end is closed.
    pub(super) socket: Option<&'a UnixStream>,
    pub(super) lines: LineBuffer,
    pub(super) signals: Signals,
    /// `None` once it is gone.
    pub(super) parent: Option<ParentWatch>,
}

/// The supervision of one program.
pub(super) struct Supervisor<'a> {
    channels: Channels<'a>,
    first_signal: FirstSignal,
    family: Family,
    escalation: Escalation,
    begin: Instant,
    ending: Option<Ending>,
    leaked: Vec<ProcessLeft>,
    nothing_left: bool,
    /// Whether the step was told to stop, and not to go on yet.
    stopped: bool,
}

impl<'a> Supervisor<'a> {
    /// For this program, which was started as the spec says.
    pub(super) fn new(channels: Channels<'a>, program: Pid, spec: &ProgramSpec) -> Self {
        Self {
            channels,
            first_signal: spec.first_signal,
            family: Family::of(program),
            escalation: Escalation::new(spec.graces),
            begin: Instant::now(),
            ending: None,
            leaked: Vec::new(),
            nothing_left: false,
            stopped: false,
        }
    }

    /// Until nothing is left.
    pub(super) fn run(mut self) -> io::Result<GuardReport> {
        loop {
            // Before children are looked for: a wake-up that is forgotten after that could be the one for a child
            // which ended in between.
            let signals = self.channels.signals.take();
            let mut events = self.children();
            events.append(&mut self.orders());
            events.extend(signals.into_iter().map(Event::Terminate));
            events.push(Event::TimePassed);
            for event in events {
                for action in self.escalation.on(self.begin.elapsed(), event) {
                    if self.act(action) {
                        return Ok(self.report());
                    }
                }
            }
            self.wait()?;
        }
    }

    /// Carries it out; `true` if that was the last.
    fn act(&mut self, action: Action) -> bool {
        match action {
            Action::SignalProgram(signal) => {
                // The program may wait for one of its children.
                self.go_on();
                self.family.signal_program(self.first_signal, signal);
            }
            Action::NoteLeaked => self.leaked = self.family.list(),
            Action::TerminateAll => self.family.terminate_all(),
            Action::KillAll => self.family.kill_all(),
            Action::Finish => return true,
        }
        false
    }

    fn report(self) -> GuardReport {
        GuardReport {
            ending: self.ending.unwrap_or(Ending::StillRunning),
            was_told_to_end: self.escalation.was_told_to_end(),
            leaked: self.leaked,
            // Not asked for where it is known: it takes a look at every process of the machine.
            survivors: if self.nothing_left {
                Vec::new()
            } else {
                self.family.list()
            },
            unprotected: None,
        }
    }

    /// A step that is ending is left to end.
    fn stop(&mut self) {
        if self.escalation.is_running() {
            self.stopped = true;
            self.family.stop_all();
        }
    }

    fn go_on(&mut self) {
        if std::mem::take(&mut self.stopped) {
            self.family.go_on_all();
        }
    }

    fn children(&mut self) -> Vec<Event> {
        let reaped = self.family.reap();
        let mut events = Vec::new();
        if let Some(ending) = reaped.program_ended {
            self.ending = Some(ending);
            events.push(Event::ProgramEnded);
        }
        if reaped.nothing_left {
            self.nothing_left = true;
            events.push(Event::NothingLeft);
        }
        events
    }

    fn orders(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(line) = self.channels.lines.next_line() {
            // There is no older or newer other end, so what cannot be read is not said by nixward.
            match serde_json::from_slice(&line) {
                Ok(Order::Terminate(signal)) => events.push(Event::Terminate(signal)),
                Ok(Order::Kill) => events.push(Event::Kill),
                Ok(Order::Stop) => self.stop(),
                Ok(Order::GoOn) => self.go_on(),
                Err(_) => {}
            }
        }
        if self.channels.socket.is_none() || self.channels.parent.is_none() {
            // Only the first time does it change anything: a deadline that has been shortened comes no nearer.
            events.push(Event::Abandoned);
        }
        events
    }

    /// Waits until something may have happened, and takes in what arrived on the socket.
    fn wait(&mut self) -> io::Result<()> {
        let timeout = self.timeout();
        let timespec = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let parent = self.channels.parent.as_ref().and_then(ParentWatch::file);
        let files: [Option<BorrowedFd<'_>>; 3] = [
            Some(self.channels.signals.as_fd()),
            self.channels.socket.map(|socket| socket.as_fd()),
            parent,
        ];
        let mut polled: Vec<PollFd<'_>> = files
            .iter()
            .flatten()
            .map(|file| PollFd::from_borrowed_fd(*file, PollFlags::IN))
            .collect();
        match poll(&mut polled, timespec.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = polled.iter().map(|file| !file.revents().is_empty());
        let [_, socket_ready, parent_ready] =
            files.map(|file| file.is_some() && ready.next().unwrap_or_default());
        if let Some(socket) = self.channels.socket.filter(|_| socket_ready)
            && !self.channels.lines.fill(socket).unwrap_or(false)
        {
            self.channels.socket = None;
        }
        if parent_ready {
            self.channels.parent = None;
        }
        Ok(())
    }

    fn timeout(&self) -> Option<Duration> {
        let deadline = self
            .escalation
            .deadline()
            .map(|deadline| deadline.saturating_sub(self.begin.elapsed()));
        match (deadline, self.ending.as_ref().and(Family::LOOK_AGAIN)) {
            (Some(deadline), Some(look_again)) => Some(deadline.min(look_again)),
            (deadline, look_again) => deadline.or(look_again),
        }
    }
}

/// The signal of the system.
impl From<TerminationSignal> for rustix::process::Signal {
    fn from(signal: TerminationSignal) -> Self {
        match signal {
            TerminationSignal::Interrupt => Self::INT,
            TerminationSignal::Terminate => Self::TERM,
        }
    }
}

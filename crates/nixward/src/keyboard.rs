//! Keys at the terminal while steps run, read one by one and not shown.
//!
//! The terminal is changed only where nobody else can want what is typed: nixward is in the foreground, all its streams
//! are that terminal's (`| less` reads keys itself), and the terminal is as shells leave it to programs, so no other
//! program reads keys already. It is as it was before whenever nixward is stopped, in the background or ended. What
//! nobody has read by then stays for whoever reads next.

use std::{
    io::{self, Read as _, Write as _},
    mem,
    os::fd::AsFd as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use nixward_exec::{SignalWatch, TerminalUser};
use nixward_guard::job;
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr},
};

use crate::console_output;

/// The first of what keys without a letter send.
const ESCAPE: u8 = 0x1b;

/// Keys are read until it is dropped.
pub(crate) struct Keyboard {
    keys: Arc<Keys>,
    signals: SignalWatch,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Keys {
    state: Mutex<State>,
    /// Written to when the state has changed, so that who waits for a key looks.
    wake: io::PipeWriter,
}

#[derive(Debug)]
enum State {
    /// The terminal is as it was before.
    Left,
    /// Keys come one by one; what the terminal was like before.
    Ours(Box<Termios>),
    Ended,
}

impl Keyboard {
    /// Tells of each key; nothing where the keyboard is not nixward's alone.
    pub(crate) fn start(
        signals: &SignalWatch,
        on_key: impl FnMut(u8) + Send + 'static,
    ) -> Option<Self> {
        if !console_output::is_all_terminal() {
            return None;
        }
        let (woken, wake) = io::pipe().ok()?;
        let keys = Arc::new(Keys {
            state: Mutex::new(State::Left),
            wake,
        });
        // One that is in the background now may come to the foreground.
        if !keys.take() && job::is_in_foreground(io::stdin()) {
            return None;
        }
        signals.set_terminal_user(Some(Arc::clone(&keys) as Arc<dyn TerminalUser>));
        let reading = Arc::clone(&keys);
        let thread = thread::spawn(move || reading.read(woken, on_key));
        Some(Self {
            keys,
            signals: signals.clone(),
            thread: Some(thread),
        })
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.signals.set_terminal_user(None);
        self.keys.give_back(State::Ended);
        if let Some(thread) = self.thread.take() {
            let _a_panic_was_shown_already = thread.join().is_ok();
        }
    }
}

impl TerminalUser for Keys {
    fn leave(&self) {
        self.give_back(State::Left);
    }

    fn come_back(&self) {
        let _what_is_not_to_be_had_is_left_alone: bool = self.take();
    }
}

impl Keys {
    /// Takes the keyboard if it is there to be taken; whether it is nixward's now.
    fn take(&self) -> bool {
        let mut state = self.lock();
        if matches!(*state, State::Ended) {
            return false;
        }
        // A shell may have changed it back without a word, where nixward was stopped by SIGSTOP.
        let lines = LocalModes::ICANON | LocalModes::ECHO;
        let Some(before) = tcgetattr(io::stdin()).ok().filter(|modes| {
            job::is_in_foreground(io::stdin()) && modes.local_modes.contains(lines)
        }) else {
            return matches!(*state, State::Ours(_));
        };
        let mut modes = before.clone();
        modes.local_modes.remove(lines);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        if tcsetattr(io::stdin(), OptionalActions::Now, &modes).is_err() {
            return false;
        }
        *state = State::Ours(Box::new(before));
        drop(state);
        self.wake();
        true
    }

    fn give_back(&self, next: State) {
        let mut state = self.lock();
        if let State::Ours(before) = mem::replace(&mut *state, next)
            // In the background the terminal is another program's, as that one likes it.
            && job::is_in_foreground(io::stdin())
        {
            // A terminal that is gone is like nothing any more.
            let _restored = tcsetattr(io::stdin(), OptionalActions::Now, &before);
        }
        drop(state);
        self.wake();
    }

    fn wake(&self) {
        // Who has ended looks no more.
        let _woken: io::Result<usize> = (&self.wake).write(&[0]);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads keys while they are nixward's, until its end.
    fn read(&self, mut woken: io::PipeReader, mut on_key: impl FnMut(u8)) {
        loop {
            let is_ours = match *self.lock() {
                State::Ended => return,
                State::Ours(_) => true,
                State::Left => false,
            };
            let stdin = io::stdin();
            let (is_woken, is_typed) = {
                let mut both = [
                    PollFd::new(&woken, PollFlags::IN),
                    PollFd::new(&stdin, PollFlags::IN),
                ];
                let count = if is_ours { 2 } else { 1 };
                match poll(&mut both[..count], None) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(_) => return,
                }
                (!both[0].revents().is_empty(), !both[1].revents().is_empty())
            };
            if is_woken {
                let _at_least_one = woken.read(&mut [0; 64]).is_ok();
            } else if is_typed {
                let mut typed = [0; 64];
                match self.typed(&mut typed) {
                    Some(0) => {}
                    Some(count) => keys(&typed[..count]).for_each(&mut on_key),
                    // The terminal is gone.
                    None => return,
                }
            }
        }
    }

    /// What was typed, if it is still typed for nixward.
    fn typed(&self, buffer: &mut [u8]) -> Option<usize> {
        // Nobody gives it back meanwhile: there is something to read, so that this takes no time.
        let mut state = self.lock();
        if !matches!(*state, State::Ours(_)) {
            return Some(0);
        }
        if !job::is_in_foreground(io::stdin()) {
            // It was put there without a word. It comes back with a signal.
            *state = State::Left;
            return Some(0);
        }
        match rustix::io::read(io::stdin().as_fd(), buffer) {
            Ok(0) => None,
            Ok(count) => Some(count),
            Err(Errno::INTR | Errno::AGAIN) => Some(0),
            Err(_) => None,
        }
    }
}

/// The keys among what was typed at once: an arrow sends letters, too.
fn keys(typed: &[u8]) -> impl Iterator<Item = u8> {
    let is_a_sequence = typed.first() == Some(&ESCAPE);
    let shown = if is_a_sequence { &[] } else { typed };
    shown.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_is_no_letter() {
        assert_eq!(keys(b"t\n").collect::<Vec<_>>(), b"t\n");
        assert_eq!(keys(b"\x1bOq").count(), 0);
    }
}

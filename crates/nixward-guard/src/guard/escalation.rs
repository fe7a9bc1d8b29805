//! What is done to the processes of a step, and when: a table of states and events, without processes or a clock.
//!
//! | state | signal asked | kill asked | parent gone | program ended | time passed |
//! |---|---|---|---|---|---|
//! | `Running` | first signal → `Asked` | kill all → `Killing` | `SIGTERM` → `Asked`, shorter | → `Lingering` | – |
//! | `Asked` | signal again | kill all → `Killing` | deadline shorter | → `Lingering` | terminate all → `Ending` |
//! | `Lingering` | terminate all → `Ending` | kill all → `Killing` | terminate all → `Ending` | – | note leaks, terminate all → `Ending` |
//! | `Ending` | – | kill all → `Killing` | – | – | kill all → `Killing` |
//! | `Killing` | – | – | – | – | kill all again; finish at last |
//!
//! Nothing left (the program ended, and no descendant is there) finishes from every state.

use std::time::Duration;

use crate::graces::{Graces, TerminationSignal};

/// After the first `SIGKILL` processes that were just being forked can be there: look again after this, then after
/// twice as long, and so on.
const FIRST_SECOND_LOOK: Duration = Duration::from_millis(10);

/// How long processes are tried to be killed before they are reported as survivors.
pub(crate) const KILLING_LASTS: Duration = Duration::from_secs(5);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Somebody wants the step to end.
    Terminate(TerminationSignal),
    /// Somebody wants it to end now.
    Kill,
    /// Nobody is there any more to want the step.
    Abandoned,
    /// The program has ended.
    ProgramEnded,
    /// The program has ended and has no descendants.
    NothingLeft,
    /// The deadline may have passed.
    TimePassed,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Send this to the program, or its process group.
    SignalProgram(TerminationSignal),
    /// Note the processes that are there: the program left them behind.
    NoteLeaked,
    /// Send `SIGTERM` to every process.
    TerminateAll,
    /// Send `SIGKILL` to every process.
    KillAll,
    /// Report. Processes that are still there cannot be ended.
    Finish,
}

/// The state of the ending of one step. Times count from any fixed moment.
#[derive(Clone, Debug)]
pub(crate) struct Escalation {
    graces: Graces,
    state: State,
    /// Whether the step was asked to end before the program ended: what is left then was not leaked.
    asked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Asked {
        until: Duration,
    },
    Lingering {
        until: Duration,
    },
    Ending {
        until: Duration,
    },
    Killing {
        look_again: Duration,
        pause: Duration,
        give_up: Duration,
    },
    Finished,
}

impl Escalation {
    pub(crate) fn new(graces: Graces) -> Self {
        Self {
            graces,
            state: State::Running,
            asked: false,
        }
    }

    /// Whether nobody wants the step to end yet, and its program has not.
    pub(crate) fn is_running(&self) -> bool {
        self.state == State::Running
    }

    /// Whether the step was told to end before its program ended.
    pub(crate) fn was_told_to_end(&self) -> bool {
        self.asked
    }

    /// When [`Event::TimePassed`] is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Running | State::Finished => None,
            State::Asked { until } | State::Lingering { until } | State::Ending { until } => {
                Some(until)
            }
            State::Killing { look_again, .. } => Some(look_again),
        }
    }

    /// Takes an event in, and says what to do about it, in this order.
    pub(crate) fn on(&mut self, now: Duration, event: Event) -> Vec<Action> {
        match event {
            Event::Terminate(signal) => self.terminate(now, signal),
            Event::Kill => self.kill(now),
            Event::Abandoned => self.abandoned(now),
            Event::ProgramEnded => self.program_ended(now),
            Event::NothingLeft => self.finish(),
            Event::TimePassed if self.deadline().is_some_and(|deadline| deadline <= now) => {
                self.time_passed(now)
            }
            Event::TimePassed => Vec::new(),
        }
    }

    fn terminate(&mut self, now: Duration, signal: TerminationSignal) -> Vec<Action> {
        match self.state {
            State::Running => {
                self.asked = true;
                self.state = State::Asked {
                    until: now.saturating_add(self.graces.after_signal),
                };
                vec![Action::SignalProgram(signal)]
            }
            State::Asked { .. } => vec![Action::SignalProgram(signal)],
            State::Lingering { .. } => self.end_all(now),
            State::Ending { .. } | State::Killing { .. } | State::Finished => Vec::new(),
        }
    }

    fn abandoned(&mut self, now: Duration) -> Vec<Action> {
        let until_abandoned = now.saturating_add(self.graces.when_abandoned);
        match self.state {
            State::Running => {
                self.asked = true;
                self.state = State::Asked {
                    until: until_abandoned,
                };
                vec![Action::SignalProgram(TerminationSignal::Terminate)]
            }
            State::Asked { until } => {
                self.state = State::Asked {
                    until: until.min(until_abandoned),
                };
                Vec::new()
            }
            State::Lingering { .. } => self.end_all(now),
            State::Ending { .. } | State::Killing { .. } | State::Finished => Vec::new(),
        }
    }

    fn program_ended(&mut self, now: Duration) -> Vec<Action> {
        if let State::Running | State::Asked { .. } = self.state {
            self.state = State::Lingering {
                until: now.saturating_add(self.graces.after_exit),
            };
        }
        Vec::new()
    }

    fn time_passed(&mut self, now: Duration) -> Vec<Action> {
        match self.state {
            State::Running | State::Finished => Vec::new(),
            State::Asked { .. } => self.end_all(now),
            State::Lingering { .. } if self.asked => self.end_all(now),
            State::Lingering { .. } => {
                let mut actions = vec![Action::NoteLeaked];
                actions.append(&mut self.end_all(now));
                actions
            }
            State::Ending { .. } => self.kill(now),
            State::Killing { give_up, .. } if give_up <= now => self.finish(),
            State::Killing { pause, give_up, .. } => {
                let look_again = now.saturating_add(pause).min(give_up);
                self.state = State::Killing {
                    look_again,
                    pause: pause.saturating_mul(2),
                    give_up,
                };
                vec![Action::KillAll]
            }
        }
    }

    fn end_all(&mut self, now: Duration) -> Vec<Action> {
        self.state = State::Ending {
            until: now.saturating_add(self.graces.before_kill),
        };
        vec![Action::TerminateAll]
    }

    fn kill(&mut self, now: Duration) -> Vec<Action> {
        self.asked |= self.state == State::Running;
        match self.state {
            State::Killing { .. } | State::Finished => Vec::new(),
            State::Running
            | State::Asked { .. }
            | State::Lingering { .. }
            | State::Ending { .. } => {
                self.state = State::Killing {
                    look_again: now.saturating_add(FIRST_SECOND_LOOK),
                    pause: FIRST_SECOND_LOOK.saturating_mul(2),
                    give_up: now.saturating_add(KILLING_LASTS),
                };
                vec![Action::KillAll]
            }
        }
    }

    fn finish(&mut self) -> Vec<Action> {
        if self.state == State::Finished {
            return Vec::new();
        }
        self.state = State::Finished;
        vec![Action::Finish]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Action, Duration, Escalation, Event, Graces, KILLING_LASTS, TerminationSignal};

    const GRACES: Graces = Graces {
        after_signal: Duration::from_secs(10),
        after_exit: Duration::from_millis(100),
        before_kill: Duration::from_millis(500),
        when_abandoned: Duration::from_secs(1),
    };
    const INTERRUPT: TerminationSignal = TerminationSignal::Interrupt;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// Feeds events at times in milliseconds; each with the actions that it is to cause.
    #[track_caller]
    fn check(story: &[(u64, Event, &[Action])]) {
        let mut escalation = Escalation::new(GRACES);
        for (time, event, actions) in story {
            assert_eq!(
                &escalation.on(at(*time), *event),
                actions,
                "{event:?} at {time}"
            );
        }
        assert_eq!(escalation.deadline(), None, "it is not over");
    }

    #[test]
    fn a_program_that_leaves_nothing() {
        check(&[
            (5, Event::ProgramEnded, &[]),
            (5, Event::NothingLeft, &[Action::Finish]),
        ]);
    }

    #[test]
    fn who_ended_first_is_known() {
        let told = |events: &[Event]| {
            let mut escalation = Escalation::new(GRACES);
            for event in events {
                escalation.on(at(1000), *event);
            }
            escalation.was_told_to_end()
        };
        let terminate = Event::Terminate(INTERRUPT);
        assert!(!told(&[Event::ProgramEnded, Event::NothingLeft]));
        // What it left is still there.
        assert!(!told(&[Event::ProgramEnded, terminate, Event::Kill]));
        for event in [terminate, Event::Kill, Event::Abandoned] {
            assert!(
                told(&[event, Event::ProgramEnded, Event::NothingLeft]),
                "{event:?}"
            );
        }
    }

    #[test]
    fn a_program_that_leaves_something() {
        check(&[
            (0, Event::TimePassed, &[]),
            (1000, Event::ProgramEnded, &[]),
            (1099, Event::TimePassed, &[]),
            (
                1100,
                Event::TimePassed,
                &[Action::NoteLeaked, Action::TerminateAll],
            ),
            (1599, Event::TimePassed, &[]),
            (1600, Event::TimePassed, &[Action::KillAll]),
            (1609, Event::TimePassed, &[]),
            (1610, Event::TimePassed, &[Action::KillAll]),
            (1620, Event::TimePassed, &[]),
            (1630, Event::TimePassed, &[Action::KillAll]),
            (1631, Event::NothingLeft, &[Action::Finish]),
            (1632, Event::NothingLeft, &[]),
        ]);
    }

    #[test]
    fn a_program_that_obeys() {
        check(&[
            (
                1000,
                Event::Terminate(INTERRUPT),
                &[Action::SignalProgram(INTERRUPT)],
            ),
            (5000, Event::ProgramEnded, &[]),
            (5000, Event::NothingLeft, &[Action::Finish]),
        ]);
    }

    #[test]
    fn a_program_that_does_not_obey() {
        check(&[
            (
                1000,
                Event::Terminate(INTERRUPT),
                &[Action::SignalProgram(INTERRUPT)],
            ),
            // The signal goes out again, and the deadline stays.
            (
                9000,
                Event::Terminate(INTERRUPT),
                &[Action::SignalProgram(INTERRUPT)],
            ),
            (11_000, Event::TimePassed, &[Action::TerminateAll]),
            (11_001, Event::ProgramEnded, &[]),
            (11_500, Event::TimePassed, &[Action::KillAll]),
            (11_501, Event::NothingLeft, &[Action::Finish]),
        ]);
    }

    #[test]
    fn what_a_program_that_was_asked_leaves_is_not_leaked() {
        check(&[
            (
                1000,
                Event::Terminate(INTERRUPT),
                &[Action::SignalProgram(INTERRUPT)],
            ),
            (1010, Event::ProgramEnded, &[]),
            (1110, Event::TimePassed, &[Action::TerminateAll]),
            (1111, Event::NothingLeft, &[Action::Finish]),
        ]);
    }

    #[test]
    fn an_abandoned_program_is_given_less() {
        let terminate = Action::SignalProgram(TerminationSignal::Terminate);
        check(&[
            (1000, Event::Abandoned, &[terminate]),
            (1500, Event::Abandoned, &[]),
            (2000, Event::TimePassed, &[Action::TerminateAll]),
            (2500, Event::TimePassed, &[Action::KillAll]),
            (2501, Event::NothingLeft, &[Action::Finish]),
        ]);
        check(&[
            (
                1000,
                Event::Terminate(INTERRUPT),
                &[Action::SignalProgram(INTERRUPT)],
            ),
            (3000, Event::Abandoned, &[]),
            (4000, Event::TimePassed, &[Action::TerminateAll]),
            (4001, Event::NothingLeft, &[Action::Finish]),
        ]);
    }

    #[test]
    fn who_waits_no_longer_for_what_is_left_need_not() {
        for event in [Event::Abandoned, Event::Terminate(INTERRUPT)] {
            check(&[
                (1000, Event::ProgramEnded, &[]),
                (1010, event, &[Action::TerminateAll]),
                (1011, event, &[]),
                (1012, Event::NothingLeft, &[Action::Finish]),
            ]);
        }
    }

    #[test]
    fn what_cannot_be_killed_is_given_up() {
        let mut escalation = Escalation::new(GRACES);
        assert_eq!(escalation.on(at(0), Event::Kill), [Action::KillAll]);
        assert_eq!(escalation.on(at(1), Event::Kill), []);
        let mut looks = 0;
        loop {
            let now = escalation.deadline().expect("it goes on");
            assert!(now <= KILLING_LASTS);
            match escalation.on(now, Event::TimePassed).as_slice() {
                [Action::KillAll] => looks += 1,
                [Action::Finish] => break assert_eq!(now, KILLING_LASTS),
                other => panic!("{other:?}"),
            }
        }
        assert!((5..20).contains(&looks), "{looks}");
    }

    /// A time, the event from outside (or else a deadline), and what was done.
    type Moment = (Duration, Option<Event>, Vec<Action>);

    fn graces() -> impl Strategy<Value = Graces> {
        (0..20_000_u64, 0..2000_u64, 0..2000_u64, 0..2000_u64).prop_map(
            |(signal, exit, kill, abandoned)| Graces {
                after_signal: at(signal),
                after_exit: at(exit),
                before_kill: at(kill),
                when_abandoned: at(abandoned),
            },
        )
    }

    /// Events from outside, each so long after the one before.
    fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
        let event = prop_oneof![
            4 => Just(Event::Terminate(INTERRUPT)),
            4 => Just(Event::Terminate(TerminationSignal::Terminate)),
            1 => Just(Event::Kill),
            2 => Just(Event::Abandoned),
            2 => Just(Event::ProgramEnded),
            1 => Just(Event::TimePassed),
        ];
        prop::collection::vec((0..5000_u64, event), 0..12)
    }

    /// Plays the events against processes that never end by themselves, with each deadline kept, and returns all
    /// that happened and was done.
    fn play(
        graces: Graces,
        events: &[(u64, Event)],
    ) -> Vec<(Duration, Option<Event>, Vec<Action>)> {
        let mut escalation = Escalation::new(graces);
        let mut history = Vec::new();
        let mut now = Duration::ZERO;
        let keep_deadlines = |escalation: &mut Escalation,
                              history: &mut Vec<_>,
                              until: Duration| {
            while let Some(deadline) = escalation.deadline().filter(|deadline| *deadline <= until) {
                history.push((deadline, None, escalation.on(deadline, Event::TimePassed)));
                assert!(history.len() < 1000, "it never ends");
            }
        };
        for (pause, event) in events {
            now += at(*pause);
            keep_deadlines(&mut escalation, &mut history, now);
            history.push((now, Some(*event), escalation.on(now, *event)));
        }
        keep_deadlines(&mut escalation, &mut history, Duration::MAX);
        history
    }

    proptest! {
        #[test]
        fn the_end_always_comes_and_in_time(graces in graces(), events in events()) {
            let history = play(graces, &events);
            let first = history.iter().find(|(_, event, _)| event.is_some_and(|event| event != Event::TimePassed));
            let Some((begin, ..)) = first else {
                prop_assert!(history.iter().all(|(_, _, actions)| actions.is_empty()));
                return Ok(());
            };
            let when = |wanted: Action| {
                history.iter().find(|(_, _, actions)| actions.contains(&wanted)).map(|(time, ..)| *time)
            };
            let killed = when(Action::KillAll).expect("it is killed");
            let finished = when(Action::Finish).expect("it finishes");
            // The longest way there: asked, ended at the last moment, lingered.
            let longest = graces.after_signal.max(graces.when_abandoned) + graces.after_exit + graces.before_kill;
            prop_assert!(killed <= *begin + longest, "{history:?}");
            prop_assert_eq!(finished, killed + KILLING_LASTS);
            let after: Vec<_> = history.iter().skip_while(|(_, _, actions)| !actions.contains(&Action::Finish)).collect();
            prop_assert!(after.iter().skip(1).all(|(_, _, actions)| actions.is_empty()), "{history:?}");
        }

        #[test]
        fn nothing_is_killed_before_its_grace(graces in graces(), events in events()) {
            let history = play(graces, &events);
            let time_of = |wanted: &dyn Fn(&Moment) -> bool| {
                history.iter().find(|moment| wanted(moment)).map(|(time, ..)| *time)
            };
            let killed = time_of(&|(_, _, actions)| actions.contains(&Action::KillAll));
            let terminated = time_of(&|(_, _, actions)| actions.contains(&Action::TerminateAll));
            let signalled = time_of(&|(_, _, actions)| matches!(actions.as_slice(), [Action::SignalProgram(_)]));
            let ordered = time_of(&|(_, event, _)| *event == Some(Event::Kill));
            let ended = time_of(&|(_, event, _)| *event == Some(Event::ProgramEnded));
            let abandoned = time_of(&|(_, event, _)| *event == Some(Event::Abandoned));
            if let Some(killed) = killed.filter(|killed| ordered.is_none_or(|ordered| *killed < ordered)) {
                let terminated = terminated.expect("first they are asked");
                prop_assert_eq!(killed, terminated + graces.before_kill);
            }
            if let Some(terminated) = terminated {
                let by_signal = signalled.map(|signalled| signalled + graces.after_signal);
                let by_abandonment = abandoned.map(|abandoned| abandoned + graces.when_abandoned);
                let earliest = [by_signal, by_abandonment, ended].into_iter().flatten().min();
                prop_assert!(earliest.is_some_and(|earliest| earliest <= terminated), "{history:?}");
            }
        }

        #[test]
        fn leaks_are_of_programs_that_ended_by_themselves(graces in graces(), events in events()) {
            let history = play(graces, &events);
            let noted = history.iter().position(|(_, _, actions)| actions.contains(&Action::NoteLeaked));
            if let Some(noted) = noted {
                let before: Vec<Event> = history[..noted].iter().filter_map(|(_, event, _)| *event).collect();
                let outside = before.iter().find(|event| **event != Event::TimePassed);
                prop_assert_eq!(outside, Some(&Event::ProgramEnded));
                let times = history.iter().filter(|(_, _, actions)| actions.contains(&Action::NoteLeaked)).count();
                prop_assert_eq!(times, 1);
            }
        }
    }
}

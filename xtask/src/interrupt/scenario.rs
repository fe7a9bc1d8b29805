//! What the tests do that are interrupted, and how they are interrupted.

use std::fmt;

/// The variable by which the script knows what to do. It, and the next one, reach every test.
pub(crate) const KIND: &str = "INTERRUPTION_KIND";

/// The variable whose value marks every process of one run.
pub(crate) const MARK: &str = "INTERRUPTION_MARK";

/// The tests that go on until they are ended.
pub(crate) const ENDLESS: [&str; 3] = ["first", "second", "third"];

/// The test that has ended before.
pub(crate) const DONE: &str = "quick";

/// The program of the endless tests. What is in its environment is in that of all that it starts.
pub(crate) const SCRIPT: &str = r#"#!/bin/sh
case "$INTERRUPTION_KIND" in
  sleeps) sleep 600 ;;
  leaves) sleep 600 & sleep 600 ;;
  ignores) trap "" INT TERM HUP; sleep 600 ;;
  forks) setsid sh -c "(sleep 600 &)"; sleep 600 ;;
  closes) exec <&- >&- 2>&-; sleep 600 ;;
  floods) sleep 600 & while :; do echo "and again, and again, and again"; done ;;
esac
"#;

/// What an endless test does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Sleeps,
    LeavesABackgroundChild,
    IgnoresSignals,
    ForksADaemon,
    ClosesItsOutput,
    Floods,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Sleeps,
        Self::LeavesABackgroundChild,
        Self::IgnoresSignals,
        Self::ForksADaemon,
        Self::ClosesItsOutput,
        Self::Floods,
    ];

    /// As the script knows it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Sleeps => "sleeps",
            Self::LeavesABackgroundChild => "leaves",
            Self::IgnoresSignals => "ignores",
            Self::ForksADaemon => "forks",
            Self::ClosesItsOutput => "closes",
            Self::Floods => "floods",
        }
    }

    /// How many `sleep` each of its tests has when it is as it will stay.
    pub(crate) fn sleeps(self) -> usize {
        match self {
            Self::LeavesABackgroundChild | Self::ForksADaemon => 2,
            Self::Sleeps | Self::IgnoresSignals | Self::ClosesItsOutput | Self::Floods => 1,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sleeps => "sleeps",
            Self::LeavesABackgroundChild => "has a background child",
            Self::IgnoresSignals => "ignores INT, TERM and HUP",
            Self::ForksADaemon => "forks a daemon (setsid, twice)",
            Self::ClosesItsOutput => "closes its output",
            Self::Floods => "floods its output",
        })
    }
}

/// How a run is interrupted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Act {
    /// At a terminal the key; elsewhere `SIGINT` to the tool alone.
    CtrlC,
    CtrlCTwice,
    Terminate,
    /// At a terminal it is closed; elsewhere `SIGHUP` to the tool alone.
    HangUp,
    Kill,
}

impl Act {
    pub(crate) const ALL: [Self; 5] = [
        Self::CtrlC,
        Self::CtrlCTwice,
        Self::Terminate,
        Self::HangUp,
        Self::Kill,
    ];

    /// The exit code that a shell sees when the tool ends as it should.
    pub(crate) fn expected_code(self) -> i32 {
        128 + match self {
            Self::HangUp => 1,
            Self::CtrlC | Self::CtrlCTwice => 2,
            Self::Kill => 9,
            Self::Terminate => 15,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CtrlC => "Ctrl-C",
            Self::CtrlCTwice => "Ctrl-C twice",
            Self::Terminate => "SIGTERM",
            Self::HangUp => "terminal closed, SIGHUP",
            Self::Kill => "kill -9",
        })
    }
}

/// What the tool is started at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// A terminal of its own, in the foreground.
    Terminal,
    /// A pipe.
    Pipe,
}

impl Place {
    pub(crate) const BOTH: [Self; 2] = [Self::Terminal, Self::Pipe];
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Terminal => "terminal",
            Self::Pipe => "no terminal",
        })
    }
}

//! What is said between the runs of a workspace that is watched, and to a run that ends for the next one, a line each.

use nixward_core::event::{Again, EventKind};

use super::HumanSettings;
use crate::style::{Label, harmless};

/// How many files are named.
const MOST_NAMED: usize = 3;

/// One line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WatchLine {
    /// What is waited for.
    Waiting { workspace: String, awaited: Awaited },
    /// These files were edited, and what they change runs again.
    Changed { files: Vec<String> },
    /// Whatever the edit was, all that it leaves to run has passed.
    NothingToRun,
    /// These files were edited, and Nix sees nothing of it.
    NotSeen {
        files: Vec<String>,
        /// One of them that Nix would see, were it tracked.
        untracked: Option<String>,
    },
    /// This is to run again.
    Again(Again),
    /// What the keys do.
    Keys,
}

/// Whether keys do something besides edits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Awaited {
    Edits,
    EditsAndKeys,
}

impl WatchLine {
    /// What a run that ends for it, and machines, are told of it.
    pub fn event(&self) -> Option<EventKind> {
        match self {
            Self::Waiting { .. } | Self::NothingToRun => Some(EventKind::WatchWaiting),
            Self::Changed { files } => Some(EventKind::WatchChanged {
                files: files.clone(),
            }),
            Self::Again(what) => Some(EventKind::WatchAgain { what: *what }),
            Self::NotSeen { .. } | Self::Keys => None,
        }
    }

    pub fn text(&self, settings: HumanSettings) -> String {
        let (word, label, text) = match self {
            Self::Waiting { workspace, awaited } => {
                let keys = match awaited {
                    Awaited::Edits => " for edits; Ctrl-C ends it",
                    Awaited::EditsAndKeys => ": Enter all, f failed, q quit, ? help",
                };
                ("WATCHING", Label::Quiet, harmless(workspace) + keys)
            }
            Self::Changed { files } => ("CHANGED", Label::Heading, named(files)),
            Self::NothingToRun => {
                let text = "all that runs is as it was when it passed".to_owned();
                ("NO CHANGE", Label::Quiet, text)
            }
            Self::NotSeen { files, untracked } => {
                let why = untracked.as_ref().map_or_else(
                    || "nothing that Nix can see has changed".to_owned(),
                    |file| format!("Nix does not see it before: git add -N {}", harmless(file)),
                );
                (
                    "NO CHANGE",
                    Label::Quiet,
                    format!("{}: {why}", named(files)),
                )
            }
            Self::Again(what) => {
                let what = match what {
                    Again::Everything => "everything",
                    Again::Failed => "what did not pass",
                };
                ("AGAIN", Label::Heading, what.to_owned())
            }
            Self::Keys => {
                let keys = [
                    "Enter, r   run everything again",
                    "f          run what did not pass",
                    "Enter, t   while something runs: show what",
                    "q, Ctrl-C  end",
                ];
                ("KEYS", Label::Quiet, keys.join("\n             "))
            }
        };
        let word = settings.styles.paint(label, &format!("{word:>12}"));
        format!("{word} {text}\n")
    }
}

fn named(files: &[String]) -> String {
    let shown: Vec<String> = files
        .iter()
        .take(MOST_NAMED)
        .map(|file| harmless(file))
        .collect();
    let shown = shown.join(", ");
    match files.len().saturating_sub(MOST_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{human::Verbosity, style::Styles};

    fn text(line: &WatchLine) -> String {
        line.text(HumanSettings {
            verbosity: Verbosity::Normal,
            styles: Styles { enabled: false },
            output_is_streamed: false,
            output_is_terminal: false,
        })
    }

    #[test]
    fn few_files_are_named_and_many_counted() {
        let files = |count: usize| (0..count).map(|number| format!("{number}.nix")).collect();
        let changed = |count| {
            text(&WatchLine::Changed {
                files: files(count),
            })
        };
        assert_eq!(changed(1), "     CHANGED 0.nix\n");
        assert_eq!(changed(3), "     CHANGED 0.nix, 1.nix, 2.nix\n");
        assert_eq!(changed(12), "     CHANGED 0.nix, 1.nix, 2.nix and 9 more\n");
    }

    #[test]
    fn a_file_that_git_does_not_know_is_named_with_the_remedy() {
        let line = |untracked: Option<&str>| {
            text(&WatchLine::NotSeen {
                files: vec!["a.txt".to_owned()],
                untracked: untracked.map(str::to_owned),
            })
        };
        assert_eq!(
            line(Some("a.txt")),
            "   NO CHANGE a.txt: Nix does not see it before: git add -N a.txt\n"
        );
        assert_eq!(
            line(None),
            "   NO CHANGE a.txt: nothing that Nix can see has changed\n"
        );
    }
}

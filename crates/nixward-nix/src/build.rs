//! Follows a `nix build` by its log: what is being built, what was said, what failed and why.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;

use crate::{
    build_count::{BuildCount, Counted},
    internal_json::{self, Line},
};

/// How many of a build's last lines are kept.
const KEPT_LINES: usize = 1000;

/// A longer line is cut in memory.
const KEPT_LINE_BYTES: usize = 4096;

/// How many bytes a fetch goes on before it is told.
const TOLD_EVERY: u64 = 128 << 10;

/// What happened in a build, for whoever shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum BuildProgress {
    Started {
        drv_path: String,
    },
    Phase {
        drv_path: String,
        phase: String,
    },
    Line {
        drv_path: String,
        line: String,
    },
    Stopped {
        drv_path: String,
    },
    /// Nix has registered its outputs, beyond doubt.
    Built {
        drv_path: String,
    },
    /// One more is built than before. Which one, `Built` may say next; else the store knows.
    MoreIsBuilt,
    FetchStarted {
        path: String,
    },
    /// How many bytes of its contents are there.
    FetchAdvanced {
        path: String,
        done: u64,
    },
    FetchStopped {
        path: String,
    },
    /// How many bytes are to be fetched in all.
    FetchExpected {
        bytes: u64,
    },
}

/// A derivation that failed by itself, not through one that it needs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildFailure {
    pub drv_path: String,
    /// What Nix says of it.
    pub message: String,
    /// The last lines of its log.
    pub log: Vec<String>,
}

/// What `nix build --json` prints: the outputs' paths by derivation, each derivation's joined.
pub fn built_outputs(
    json: &str,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct BuiltDerivation {
        drv_path: String,
        outputs: BTreeMap<String, String>,
    }
    let built: Vec<BuiltDerivation> = serde_json::from_str(json)?;
    let mut by_derivation: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for derivation in built {
        by_derivation
            .entry(derivation.drv_path)
            .or_default()
            .extend(derivation.outputs);
    }
    Ok(by_derivation)
}

/// Reads the log line by line.
#[derive(Debug, Default)]
pub struct BuildMonitor {
    running: BTreeMap<u64, Activity>,
    count: BuildCount,
    logs: BTreeMap<String, VecDeque<String>>,
    failures: BTreeMap<String, String>,
    other_errors: Vec<String>,
    plain: VecDeque<String>,
}

#[derive(Clone, Debug)]
enum Activity {
    Build(String),
    Fetch(Fetch),
}

/// A path that is being fetched. Nix has two activities for it: that it is substituted, and that it is copied.
#[derive(Clone, Debug)]
struct Fetch {
    path: String,
    told: u64,
}

impl Fetch {
    /// Nix says so every few kilobytes.
    fn advanced(&mut self, done: u64) -> Option<BuildProgress> {
        if done < self.told.saturating_add(TOLD_EVERY) {
            return None;
        }
        self.told = done;
        Some(BuildProgress::FetchAdvanced {
            path: self.path.clone(),
            done,
        })
    }
}

impl BuildMonitor {
    /// Takes one line, and says what it means.
    pub fn line(&mut self, line: &str) -> Vec<BuildProgress> {
        match internal_json::parse(line) {
            Line::Stopped { id } => self.stopped(id),
            // No Nix does that; yet what was there before would never end.
            Line::BuildStarted { id, .. } | Line::FetchStarted { id, .. }
                if self.running.contains_key(&id) =>
            {
                let mut progress = self.stopped(id);
                progress.extend(self.line(line));
                progress
            }
            Line::Progress {
                id,
                done,
                expected: _,
                running,
                failed,
            } => match self.running.get_mut(&id) {
                Some(Activity::Fetch(fetch)) => fetch.advanced(done).into_iter().collect(),
                _ => counted(self.count.count(id, done, running, failed)),
            },
            line => self.one(line).into_iter().collect(),
        }
    }

    fn one(&mut self, line: Line) -> Option<BuildProgress> {
        match line {
            Line::BuildStarted { id, drv_path } => {
                self.running.insert(id, Activity::Build(drv_path.clone()));
                self.count.build_started(id, drv_path.clone());
                Some(BuildProgress::Started { drv_path })
            }
            Line::FetchStarted { id, path } => {
                let is_known = self.is_fetched(&path);
                let fetch = Fetch {
                    path: path.clone(),
                    told: 0,
                };
                self.running.insert(id, Activity::Fetch(fetch));
                (!is_known).then_some(BuildProgress::FetchStarted { path })
            }
            Line::FetchExpected { bytes } => Some(BuildProgress::FetchExpected { bytes }),
            Line::CountStarted { id } => {
                self.count.counter_started(id);
                None
            }
            Line::BuildLog { id, line } => {
                let drv_path = self.drv_path(id)?;
                keep(self.logs.entry(drv_path.clone()).or_default(), line.clone());
                Some(BuildProgress::Line { drv_path, line })
            }
            Line::Phase { id, phase } => Some(BuildProgress::Phase {
                drv_path: self.drv_path(id)?,
                phase,
            }),
            Line::Message { level: 0, text } => {
                self.error(text);
                None
            }
            Line::Plain(text) => {
                keep(&mut self.plain, text);
                None
            }
            Line::Message { .. } | Line::Stopped { .. } | Line::Progress { .. } | Line::Ignored => {
                None
            }
        }
    }

    fn stopped(&mut self, id: u64) -> Vec<BuildProgress> {
        match self.running.remove(&id) {
            Some(Activity::Build(drv_path)) => {
                // That it ended may be known already.
                let Some(is_built) = self.count.build_stopped(id) else {
                    return Vec::new();
                };
                let built = is_built.then(|| BuildProgress::Built {
                    drv_path: drv_path.clone(),
                });
                [BuildProgress::Stopped { drv_path }]
                    .into_iter()
                    .chain(built)
                    .collect()
            }
            Some(Activity::Fetch(fetch)) if !self.is_fetched(&fetch.path) => {
                vec![BuildProgress::FetchStopped { path: fetch.path }]
            }
            Some(Activity::Fetch(_)) => Vec::new(),
            None => Vec::new(),
        }
    }

    fn is_fetched(&self, wanted: &str) -> bool {
        let mut running = self.running.values();
        running.any(|activity| matches!(activity, Activity::Fetch(fetch) if fetch.path == wanted))
    }

    fn drv_path(&self, id: u64) -> Option<String> {
        match self.running.get(&id)? {
            Activity::Build(drv_path) => Some(drv_path.clone()),
            Activity::Fetch(_) => None,
        }
    }

    fn error(&mut self, text: String) {
        if text.starts_with("trace: ") {
            // What `builtins.trace` says comes as an error does.
            return;
        }
        match derivation_in(&text) {
            Some(drv_path) if !is_about_dependencies(&text) => {
                self.failures.entry(drv_path).or_insert(text);
            }
            Some(_) => {}
            None => self
                .other_errors
                .push(text.trim_start_matches("error:").trim().to_owned()),
        }
    }

    /// The derivations that failed by themselves.
    pub fn failures(&self) -> Vec<BuildFailure> {
        let failure = |(drv_path, message): (&String, &String)| BuildFailure {
            drv_path: drv_path.clone(),
            message: without_log(message),
            log: self
                .logs
                .get(drv_path)
                .map(|lines| lines.iter().cloned().collect())
                .unwrap_or_default(),
        };
        self.failures.iter().map(failure).collect()
    }

    /// What Nix said that is about no derivation, such as a full disk or a daemon that is gone.
    pub fn other_errors(&self) -> Vec<String> {
        let plain = self
            .plain
            .iter()
            .filter(|line| line.contains("error"))
            .cloned();
        self.other_errors.iter().cloned().chain(plain).collect()
    }
}

fn counted(counted: Counted) -> Vec<BuildProgress> {
    let Counted {
        built,
        ended,
        is_more,
    } = counted;
    let stopped = ended
        .into_iter()
        .map(|drv_path| BuildProgress::Stopped { drv_path });
    let built = built
        .into_iter()
        .map(|drv_path| BuildProgress::Built { drv_path });
    let more = is_more.then_some(BuildProgress::MoreIsBuilt);
    more.into_iter().chain(stopped).chain(built).collect()
}

fn keep(lines: &mut VecDeque<String>, mut line: String) {
    if lines.len() == KEPT_LINES {
        lines.pop_front();
    }
    if line.len() > KEPT_LINE_BYTES {
        line = line[..line.floor_char_boundary(KEPT_LINE_BYTES)].to_owned();
    }
    lines.push_back(line);
}

/// The first derivation that a message names in quotes.
fn derivation_in(text: &str) -> Option<String> {
    text.split('\'')
        .find(|part| part.starts_with('/') && part.ends_with(".drv"))
        .map(str::to_owned)
}

/// Whether a message only says that something below failed: "2 dependencies of derivation '…' failed to build" up to
/// 2.30, "Cannot build '…'. Reason: 1 dependency failed." later.
fn is_about_dependencies(text: &str) -> bool {
    text.lines().take(3).any(|line| {
        let mut words = line
            .split_whitespace()
            .skip_while(|word| word.parse::<u32>().is_err())
            .skip(1);
        words
            .next()
            .is_some_and(|word| word.starts_with("dependenc"))
    })
}

/// The message without the log lines that Nix repeats in it; they are kept apart.
fn without_log(message: &str) -> String {
    const ENDS: [&str; 3] = ["last ", "for full logs", "output paths:"];
    let lines = message.lines().take_while(|line| {
        let line = line.trim().to_lowercase();
        !ENDS.iter().any(|end| line.starts_with(end))
    });
    // What follows the first line is indented under it.
    let text: Vec<&str> = lines
        .map(|line| line.strip_prefix("       ").unwrap_or(line))
        .collect();
    let text = text.join("\n");
    text.trim()
        .trim_start_matches("error:")
        .trim()
        .trim_end_matches([';', ':'])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        format!(
            "@nix {}",
            serde_json::json!({"action": "msg", "level": 0, "msg": text})
        )
    }

    fn failing(messages: &[&str]) -> Vec<(String, String)> {
        let mut monitor = BuildMonitor::default();
        for text in messages {
            monitor.line(&message(text));
        }
        monitor
            .failures()
            .into_iter()
            .map(|failure| (failure.drv_path, failure.message))
            .collect()
    }

    #[test]
    fn the_cause_is_told_from_what_needs_it_in_2_26() {
        let failures = failing(&[
            "error: builder for '/nix/store/dep.drv' failed with exit code 1;\n       last 2 log lines:\n       > a\n       \
             > b\n       For full logs, run 'nix log /nix/store/dep.drv'.",
            "error: 1 dependencies of derivation '/nix/store/top.drv' failed to build",
        ]);
        let message = "builder for '/nix/store/dep.drv' failed with exit code 1".to_owned();
        assert_eq!(failures, [("/nix/store/dep.drv".to_owned(), message)]);
    }

    #[test]
    fn the_cause_is_told_from_what_needs_it_in_2_34() {
        let failures = failing(&[
            "error: Cannot build '/nix/store/dep.drv'.\n       Reason: builder failed with exit code 1.\n       Output \
             paths:\n         /nix/store/dep\n       Last 1 log lines:\n       > a",
            "error: Cannot build '/nix/store/top.drv'.\n       Reason: 1 dependency failed.\n       Output paths:\n         /nix/store/top",
        ]);
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0].0, "/nix/store/dep.drv");
        assert!(
            failures[0].1.contains("builder failed with exit code 1"),
            "{}",
            failures[0].1
        );
    }

    #[test]
    fn an_activity_in_the_place_of_another_ends_that_one() {
        let start = |path: &str| {
            let fields = serde_json::json!([path, "file:///cache"]);
            let line =
                serde_json::json!({"action": "start", "id": 1, "type": 108, "fields": fields});
            format!("@nix {line}")
        };
        let mut monitor = BuildMonitor::default();
        monitor.line(&start("/nix/store/a"));
        let (stopped, started) = ("/nix/store/a".to_owned(), "/nix/store/b".to_owned());
        assert_eq!(
            monitor.line(&start("/nix/store/b")),
            [
                BuildProgress::FetchStopped { path: stopped },
                BuildProgress::FetchStarted { path: started },
            ]
        );
    }

    #[test]
    fn a_hash_mismatch_is_a_failure_of_its_own() {
        let text = "error: hash mismatch in fixed-output derivation '/nix/store/src.drv':\n         specified: a\n            got:    b";
        let failures = failing(&[text]);
        assert_eq!(failures[0].0, "/nix/store/src.drv");
        assert!(failures[0].1.contains("got:    b"));
    }

    #[test]
    fn logs_are_kept_with_their_derivation() {
        let mut monitor = BuildMonitor::default();
        let start =
            r#"@nix {"action":"start","fields":["/nix/store/dep.drv","",1,1],"id":1,"type":105}"#;
        assert_eq!(
            monitor.line(start),
            [BuildProgress::Started {
                drv_path: "/nix/store/dep.drv".to_owned()
            }]
        );
        monitor.line(r#"@nix {"action":"result","fields":["one"],"id":1,"type":101}"#);
        let stopped = monitor.line(r#"@nix {"action":"stop","id":1}"#);
        assert_eq!(
            stopped,
            [BuildProgress::Stopped {
                drv_path: "/nix/store/dep.drv".to_owned()
            }]
        );
        monitor.line(&message(
            "error: builder for '/nix/store/dep.drv' failed with exit code 3",
        ));
        assert_eq!(monitor.failures()[0].log, ["one"]);
    }

    #[test]
    fn errors_about_no_derivation() {
        let mut monitor = BuildMonitor::default();
        monitor.line(&message("error: writing to file: No space left on device"));
        assert_eq!(
            monitor.other_errors(),
            ["writing to file: No space left on device"]
        );
    }
}

//! `nixward log`: what ran before. Needs no Nix, no flake and no repository: all of it is in nixward's state folder.

use std::{
    io::{self, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use fs_err as fs;
use nixward_core::{
    event::{Event, EventKind},
    names::fold,
    plan::StepLabel,
};
use nixward_exec::{KeptRun, KeptRuns};
use nixward_nix::invocation::shell_quoted;
use nixward_report::{
    human::{HumanReporter, HumanSettings, Verbosity},
    past::{self, Past},
    reporter::{Reporter as _, Reporters},
    rerun::Rerun,
    style::Styles,
};
use nixward_schema::{
    LineStatus, RecordHead, RecordShown, RunDocument, RunState, RunStep, RunsDocument, exit_code,
};
use serde::Serialize;

use super::log_search::{self, Found, Wanted, is_failure};
use crate::{
    cli::{LogArgs, MessageFormat},
    console_output, discovery,
    environment::Environment,
    error::{CliError, ErrorKind},
    past::{History, PastRun},
    place::starting_folder,
    reporters::{self, Reporting, Scene},
    settings::{GlobalSettings, ReportSettings},
};

/// What is known of where it was called.
struct LogCommand<'a> {
    global: &'a GlobalSettings,
    environment: Environment,
    cwd: PathBuf,
}

pub(super) fn run(global: &GlobalSettings, args: &LogArgs) -> Result<u8, CliError> {
    let environment = Environment::read();
    let cwd = starting_folder(global)?;
    let (root, _) = discovery::find_root(&cwd)?;
    let command = LogCommand {
        global,
        environment,
        cwd,
    };
    let kept = KeptRuns::new(&command.environment.state_folder(), &root);
    let history = History::read(&kept).map_err(|error| cannot_read(&error))?;
    if history.runs.is_empty() {
        let message = "no run of this workspace is kept";
        return Err(CliError::new(ErrorKind::NothingMatched, message)
            .hint(format!("runs are kept in {}", kept.folder().display()))
            .hint(
                "`nixward test` and its like make one; `run` and `shell` of one project do not",
            ));
    }
    let LogArgs {
        project,
        verb,
        id,
        failed,
        runs,
        replay,
        stats,
        report,
    } = args;
    let wanted = Wanted {
        project: project.as_deref(),
        verb: verb.as_deref(),
        only_failed: *failed,
    };
    if *runs {
        return command.runs(history.runs, *failed);
    }
    if *stats {
        return command.stats(history.runs, wanted);
    }
    let runs = match id {
        Some(id) => vec![log_search::by_id(history.runs, id)?],
        None => history.runs,
    };
    if project.is_some() {
        let found = log_search::steps(&runs, wanted, id.is_some())?;
        return command.output(&found, wanted);
    }
    let mut run = log_search::run(runs, *failed)?;
    if *replay {
        return command.replay(&run, ReportSettings::resolve(report));
    }
    run.document.steps.retain(|step| wanted.takes(step));
    command.one_run(&run)
}

fn cannot_read(error: &io::Error) -> CliError {
    CliError::new(ErrorKind::Step, "cannot read what was recorded").cause(error.to_string())
}

impl LogCommand<'_> {
    fn stdout_styles(&self) -> Styles {
        console_output::stdout_styles(self.global.color, &self.environment)
    }

    fn stderr_styles(&self) -> Styles {
        console_output::stderr_styles(self.global.color, &self.environment)
    }

    fn past(&self, styles: Styles) -> Past {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_millis();
        Past {
            styles,
            now: u64::try_from(now).unwrap_or(u64::MAX),
        }
    }

    /// Prints a document, or what people read.
    fn print(
        &self,
        document: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<u8, CliError> {
        let text = match self.global.message_format {
            MessageFormat::Json => {
                let json = serde_json::to_string_pretty(document);
                json.map_err(|error| CliError::from_source(ErrorKind::Internal, &error))? + "\n"
            }
            MessageFormat::Human => text(),
        };
        console_output::data(&text)?;
        Ok(exit_code::SUCCESS)
    }

    fn runs(&self, runs: Vec<PastRun>, only_failed: bool) -> Result<u8, CliError> {
        let headers = runs.into_iter().map(|run| run.document.run);
        let document = RunsDocument {
            v: RunsDocument::VERSION,
            runs: headers
                .filter(|header| !only_failed || is_failure(header.state))
                .collect(),
        };
        let past = self.past(self.stdout_styles());
        self.print(&document, || past::runs(past, &document.runs))
    }

    fn one_run(&self, run: &PastRun) -> Result<u8, CliError> {
        let past = self.past(self.stdout_styles());
        self.print(&run.document, || past::run(past, &run.document))
    }

    fn stats(&self, newest_first: Vec<PastRun>, wanted: Wanted<'_>) -> Result<u8, CliError> {
        if wanted.project.is_some() {
            log_search::steps(&newest_first, wanted, false)?;
        }
        let mut runs: Vec<RunDocument> = newest_first.into_iter().map(|run| run.document).collect();
        runs.reverse();
        for run in &mut runs {
            run.steps.retain(|step| wanted.takes(step));
        }
        let document = past::stats(&runs);
        self.print(&document, || {
            past::stats_text(self.stdout_styles(), &document)
        })
    }

    /// The whole output of steps on standard output, and how they ended on standard error.
    fn output(&self, found: &Found<'_>, wanted: Wanted<'_>) -> Result<u8, CliError> {
        let Found {
            run,
            steps,
            newer,
            ran_before,
        } = found;
        if self.global.message_format == MessageFormat::Json {
            let document = RunDocument {
                steps: steps.iter().copied().cloned().collect(),
                ..run.document.clone()
            };
            return self.print(&document, String::new);
        }
        self.ended_steps(run, steps)?;
        let past = self.past(self.stderr_styles());
        let header = &run.document.run;
        for step in steps.iter().filter(|step| has_no_end(step)) {
            if let Some(log) = &step.log {
                if steps.len() > 1 {
                    separate(&past::step_name(step))?;
                }
                print_file(&run.kept.folder.join(log))?;
            }
            if step.status != LineStatus::Running || self.is_talkative() {
                console_output::error_text(&past::step(past, header, step));
            }
        }
        if let Some(id) = ran_before {
            let words = ["nixward", "log"].into_iter().chain(wanted.words());
            let words: Vec<&str> = words.chain(["--id", id]).collect();
            let command = shell_quoted(&words);
            console_output::error_text(&format!("    its last output: {command}\n"));
        }
        if self.is_talkative() {
            console_output::error_text(&past::origin(past, header, *newer));
        }
        Ok(exit_code::SUCCESS)
    }

    fn is_talkative(&self) -> bool {
        self.global.verbosity != Verbosity::Quiet
    }

    /// Those of the steps that ended, as they were told then.
    fn ended_steps(&self, run: &PastRun, steps: &[&RunStep]) -> Result<(), CliError> {
        let settings = HumanSettings {
            verbosity: self.global.verbosity,
            styles: self.stderr_styles(),
            output_is_streamed: true,
            output_is_terminal: false,
        };
        let mut reporter = HumanReporter::new(settings, io::stderr(), io::sink(), None);
        let mut record = run.record().map_err(|error| cannot_read(&error))?;
        while let Some(mut event) = record.next().map_err(|error| cannot_read(&error))? {
            let EventKind::StepFinished { label, outcome } = &mut event.kind else {
                continue;
            };
            if !steps
                .iter()
                .any(|step| is_step(step, label) && !has_no_end(step))
            {
                continue;
            }
            if steps.len() > 1 {
                separate(&label.to_string())?;
            }
            if let Some(name) = outcome.log.as_deref().and_then(Path::file_name) {
                print_file(&run.kept.folder.join(name))?;
                // It was shown, where it is a build's, too.
                outcome.output.clear();
                outcome.output_lines_before = 0;
            }
            // Nobody reads: that is no trouble.
            let _told: io::Result<()> = reporter.on_event(&event);
        }
        Ok(())
    }

    /// Tells the run once more to those who heard it then.
    fn replay(&self, run: &PastRun, report: ReportSettings) -> Result<u8, CliError> {
        let mut record = run.record().map_err(|error| cannot_read(&error))?;
        let head = record.head.clone();
        let reporting = match head.shown {
            RecordShown::OnFailure => Reporting::Steps,
            RecordShown::AtTheEnd => Reporting::OneStep,
            RecordShown::StreamedTests => Reporting::StreamedTests,
            RecordShown::Streamed => Reporting::Streamed,
        };
        let heard = reporters::for_run(&self.scene(&head, report), reporting);
        let mut reporters = Reporters::new(heard.reporters);
        while let Some(event) = record.next().map_err(|error| cannot_read(&error))? {
            match &event.kind {
                EventKind::StepOutput { label, bytes: _ } => {
                    tell_output(&mut reporters, &run.kept, label, event.elapsed);
                }
                _ => reporters.tell(&event),
            }
        }
        if let Some(message) = what_is_missing(run.document.run.state) {
            reporters.error(message);
            console_output::error_text(&format!("warning: {message}\n"));
        }
        match reporters.first_error() {
            Some(error) => {
                let message = "not everything could be written";
                Err(CliError::new(ErrorKind::Step, message).cause(error.to_string()))
            }
            None => Ok(exit_code::SUCCESS),
        }
    }

    fn scene<'a>(&'a self, head: &'a RecordHead, report: ReportSettings) -> Scene<'a> {
        Scene {
            global: self.global,
            environment: &self.environment,
            cwd: &self.cwd,
            workspace: &head.workspace,
            report,
            rerun: Rerun {
                before: head.again_before.clone(),
                after: head.again_after.clone(),
            },
            started: UNIX_EPOCH + Duration::from_millis(head.started),
            clock: None,
        }
    }
}

fn what_is_missing(state: RunState) -> Option<&'static str> {
    match state {
        RunState::Running => Some("the run still goes on"),
        RunState::BrokenOff => {
            Some("the run was broken off: nixward was killed, or could not go on")
        }
        RunState::Passed | RunState::Failed | RunState::Cancelled => None,
    }
}

/// Whether no end of it was told but that it was not run: the record has no outcome to show.
fn has_no_end(step: &RunStep) -> bool {
    matches!(
        step.status,
        LineStatus::NotRun | LineStatus::Running | LineStatus::Unfinished
    )
}

/// What stands above the output of one of several steps.
fn separate(name: &str) -> Result<(), CliError> {
    console_output::data(&format!("──── nixward: {name} ────\n"))
}

fn is_step(step: &RunStep, label: &StepLabel) -> bool {
    step.project == label.project && step.verb == label.verb && step.detail == label.detail
}

/// What a step showed as it came, in pieces, so that no memory is needed for all of it.
fn tell_output(
    reporters: &mut Reporters<'_>,
    run: &KeptRun,
    label: &Arc<StepLabel>,
    elapsed: Duration,
) {
    let Ok(file) = fs::File::open(run.log(label)) else {
        return;
    };
    let mut file = BufReader::new(file);
    let mut piece = vec![0; 64 << 10];
    while let Ok(count) = file.read(&mut piece)
        && count > 0
    {
        reporters.tell(&Event {
            elapsed,
            kind: EventKind::StepOutput {
                label: Arc::clone(label),
                bytes: piece[..count].to_vec(),
            },
        });
    }
}

/// Copies a file to standard output, whatever is in it. A reader that has read enough is no failure.
fn print_file(path: &Path) -> Result<(), CliError> {
    let copy = || -> io::Result<()> {
        let mut file = fs::File::open(path)?;
        let mut stdout = io::stdout().lock();
        io::copy(&mut file, &mut stdout)?;
        stdout.flush()
    };
    match copy() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(cannot_read(&error)),
        _ => Ok(()),
    }
}

/// Names are the same where they fold to the same.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

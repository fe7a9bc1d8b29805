//! Who hears of a run: the report for people, and the lines and files for machines.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher as _,
    io::{self, Write},
    path::PathBuf,
    sync::Arc,
    time::SystemTime,
};

use nixward_report::{
    data::DataReporter,
    github::{Github, Guarded},
    gitlab::Gitlab,
    heartbeat::Heartbeat,
    human::{HumanReporter, HumanSettings, LiveDisplay, Verbosity},
    job_summary::JobSummaryReporter,
    json_lines::JsonLinesReporter,
    junit::{JunitReporter, JunitSettings},
    log_groups::{LogGroups, Shown},
    reporter::Reporter,
    rerun::Rerun,
    summary::SummaryReporter,
};

use crate::{
    cli::{MessageFormat, ReportStyle},
    console_output,
    environment::Environment,
    junit_file::{self, JunitFile},
    rerun::rerun,
    session::Session,
    settings::VerbSettings,
    step_summary,
};

/// What a report is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reporting {
    Steps,
    /// One step that was asked for by name, whose output is shown at its end.
    OneStep,
    /// Output of tests is shown as it comes.
    StreamedTests,
    /// Output of programs, which is data, goes where they would write it.
    Streamed,
}

impl Reporting {
    fn is_streamed(self) -> bool {
        matches!(self, Self::StreamedTests | Self::Streamed)
    }
}

/// Those who hear of a run, and what they are like.
pub(crate) struct Heard {
    pub(crate) reporters: Vec<Listener>,
    /// Whether one of them minds how much time has passed.
    pub(crate) minds_time: bool,
    /// Whether the output of a single test is shown as it comes.
    pub(crate) streams_tests: bool,
}

type Listener = Box<dyn Reporter + Send>;

/// What the report on standard error looks like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Look {
    Live,
    Plain,
    Github,
    Gitlab,
    Summary,
    None,
}

impl Look {
    fn of(environment: &Environment, style: ReportStyle, is_terminal: bool) -> Self {
        let is = |name: &str| environment.get(name).is_some_and(|value| value == "true");
        match style {
            ReportStyle::Plain => Self::Plain,
            ReportStyle::Github => Self::Github,
            ReportStyle::Gitlab => Self::Gitlab,
            ReportStyle::Summary => Self::Summary,
            ReportStyle::None => Self::None,
            ReportStyle::Auto if is("GITHUB_ACTIONS") => Self::Github,
            ReportStyle::Auto if is("GITLAB_CI") => Self::Gitlab,
            ReportStyle::Auto if is_terminal && !environment.is_plain() => Self::Live,
            ReportStyle::Auto => Self::Plain,
        }
    }

    /// Whether lines come one by one, which people watch.
    fn is_told_in_lines(self) -> bool {
        matches!(self, Self::Plain | Self::Github | Self::Gitlab)
    }
}

/// The reporters for the way to a document, which alone is on standard output.
pub(crate) fn for_document(session: &Session) -> Heard {
    let is_live = console_output::stderr_is_terminal() && !session.environment.is_plain();
    let settings = human_settings(session, Reporting::Steps);
    let mut reporters = vec![if is_live {
        live(session, settings, None)
    } else {
        human(session, settings, None, io::stderr(), None)
    }];
    if !is_live {
        reporters.extend(heartbeat(settings, io::stderr()));
    }
    Heard {
        reporters,
        minds_time: !is_live,
        streams_tests: false,
    }
}

/// The reporters for a run. The output of a step that is streamed goes to standard output.
pub(crate) fn for_run(session: &Session, settings: &VerbSettings, reporting: Reporting) -> Heard {
    let look = Look::of(
        &session.environment,
        settings.report.style,
        console_output::stderr_is_terminal(),
    );
    let mut reporters = on_stderr(session, settings, look, reporting);
    if look.is_told_in_lines() {
        let settings = human_settings(session, reporting);
        reporters.extend(match look {
            Look::Github => heartbeat(settings, Guarded::new(&Github::new(token()), io::stderr())),
            _ => heartbeat(settings, io::stderr()),
        });
    }
    if session.settings.message_format == MessageFormat::Json {
        reporters.push(Box::new(JsonLinesReporter::new(io::stdout())));
    }
    reporters.extend(junit(session, settings, reporting));
    if look == Look::Github {
        reporters.extend(job_summary(&session.environment));
    }
    Heard {
        reporters,
        minds_time: look.is_told_in_lines(),
        streams_tests: matches!(look, Look::Live | Look::Plain),
    }
}

fn on_stderr(
    session: &Session,
    settings: &VerbSettings,
    look: Look,
    reporting: Reporting,
) -> Vec<Listener> {
    let human_settings = human_settings(session, reporting);
    let again = || Some(rerun(&session.settings, settings));
    let shown = match (reporting, human_settings.verbosity) {
        (Reporting::Streamed, _) => Shown::Builds,
        (Reporting::StreamedTests, _) => Shown::Streams,
        (Reporting::Steps, Verbosity::Quiet | Verbosity::Normal) => Shown::Failures,
        (Reporting::OneStep, _) | (Reporting::Steps, Verbosity::Verbose) => Shown::Everything,
    };
    match look {
        Look::Live => vec![live(session, human_settings, again())],
        Look::Plain => vec![human(session, human_settings, again(), io::stderr(), None)],
        Look::Github => {
            let github = Github::new(token());
            let guarded = Guarded::new(&github, io::stderr());
            let plain = human(session, human_settings, again(), guarded, None);
            vec![Box::new(LogGroups::new(github, shown, io::stderr(), plain))]
        }
        Look::Gitlab => {
            let gitlab = Gitlab::new(SystemTime::now() - session.start.elapsed());
            let plain = human(session, human_settings, again(), io::stderr(), None);
            vec![Box::new(LogGroups::new(gitlab, shown, io::stderr(), plain))]
        }
        Look::Summary => vec![
            Box::new(DataReporter::new(data_stream(session))),
            Box::new(SummaryReporter::new(
                rerun(&session.settings, settings),
                io::stderr(),
            )),
        ],
        Look::None => vec![Box::new(DataReporter::new(data_stream(session)))],
    }
}

fn live(session: &Session, settings: HumanSettings, rerun: Option<Rerun>) -> Listener {
    let start = session.start;
    let clock = Arc::new(move || start.elapsed());
    let (live, lines) = LiveDisplay::on_standard_error(session.stderr_styles(), clock);
    human(session, settings, rerun, lines, Some(live))
}

fn human_settings(session: &Session, reporting: Reporting) -> HumanSettings {
    HumanSettings {
        verbosity: session.settings.verbosity,
        styles: session.stderr_styles(),
        output_is_streamed: reporting.is_streamed(),
    }
}

fn human(
    session: &Session,
    settings: HumanSettings,
    rerun: Option<Rerun>,
    lines: impl Write + Send + 'static,
    live: Option<LiveDisplay>,
) -> Listener {
    let data = data_stream(session);
    let human = HumanReporter::new(settings, lines, data, live);
    Box::new(match rerun {
        Some(rerun) => human.with_rerun(rerun),
        None => human,
    })
}

/// Where data goes. What a step prints would be between the lines that machines read.
fn data_stream(session: &Session) -> Box<dyn Write + Send> {
    match session.settings.message_format {
        MessageFormat::Json => Box::new(io::stderr()),
        MessageFormat::Human => Box::new(io::stdout()),
    }
}

fn heartbeat(settings: HumanSettings, lines: impl Write + Send + 'static) -> Option<Listener> {
    let heartbeat = || Heartbeat::new(lines, settings.styles, settings.verbosity);
    (settings.verbosity != Verbosity::Quiet).then(|| Box::new(heartbeat()) as Listener)
}

fn job_summary(environment: &Environment) -> Option<Listener> {
    let file = PathBuf::from(environment.get("GITHUB_STEP_SUMMARY")?);
    Some(Box::new(JobSummaryReporter::new(move |text: &str| {
        step_summary::append(&file, text);
        Ok(())
    })))
}

/// A word that nobody guesses: the system gives each of these states its own random keys.
pub(crate) fn token() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("nixward-{:016x}{:016x}", random(), random())
}

fn junit(session: &Session, settings: &VerbSettings, reporting: Reporting) -> Option<Listener> {
    let path = session.cwd.join(settings.report.junit.as_ref()?);
    let mut file = JunitFile::prepare(path, |path, error| {
        // All runs begin with steps; what they turn out to be comes later.
        if reporting == Reporting::Steps {
            junit_file::warn(path, error);
        }
    });
    let about = JunitSettings {
        workspace: session.discovered.workspace.name.clone(),
        started: SystemTime::now(),
    };
    Some(Box::new(JunitReporter::new(
        about,
        move |document: &[u8]| {
            file.save(document);
            Ok(())
        },
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &[(&str, &str)], style: ReportStyle, is_terminal: bool) -> Look {
        let variables = variables.iter();
        let environment = Environment {
            variables: variables
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        };
        Look::of(&environment, style, is_terminal)
    }

    #[test]
    fn the_place_decides_where_nobody_else_does() {
        let auto = |variables: &[(&str, &str)], is_terminal| {
            look(variables, ReportStyle::Auto, is_terminal)
        };
        assert_eq!(auto(&[], true), Look::Live);
        assert_eq!(auto(&[], false), Look::Plain);
        assert_eq!(auto(&[("CI", "1")], true), Look::Plain);
        assert_eq!(auto(&[("TERM", "dumb")], true), Look::Plain);
        assert_eq!(auto(&[("GITHUB_ACTIONS", "true")], false), Look::Github);
        assert_eq!(auto(&[("GITHUB_ACTIONS", "false")], false), Look::Plain);
        assert_eq!(
            auto(&[("GITLAB_CI", "true"), ("CI", "true")], false),
            Look::Gitlab
        );
        let there = [("GITHUB_ACTIONS", "true")];
        assert_eq!(look(&there, ReportStyle::Plain, true), Look::Plain);
        assert_eq!(look(&there, ReportStyle::Summary, true), Look::Summary);
        assert_eq!(look(&[], ReportStyle::Gitlab, true), Look::Gitlab);
    }

    #[test]
    fn no_two_tokens_are_the_same() {
        assert_ne!(token(), token());
        assert_eq!(token().len(), "nixward-".len() + 32);
    }
}

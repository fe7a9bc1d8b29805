//! Who hears of a run: the report for people, and the lines and files for machines.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher as _,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime},
};

use nixward_report::{
    data::DataReporter,
    github::{Github, Guarded},
    gitlab::Gitlab,
    heartbeat::Heartbeat,
    human::{HumanReporter, HumanSettings, LiveDisplay, Notices, Verbosity},
    job_summary::JobSummaryReporter,
    json_lines::JsonLinesReporter,
    junit::{JunitReporter, JunitSettings},
    log_groups::{LogGroups, Shown},
    reporter::Reporter,
    rerun::Rerun,
    style::Styles,
    summary::SummaryReporter,
};

use crate::{
    cli::{MessageFormat, ReportStyle},
    console_output,
    environment::Environment,
    junit_file::{self, JunitFile},
    settings::{GlobalSettings, ReportSettings},
    step_summary,
};

/// What a report is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reporting {
    /// Output is shown where steps failed, and what is told as it comes is.
    Steps,
    /// One step that was asked for by name, whose output is shown at its end, with that of all that it comes after.
    OneStep,
    /// Output of all tests is shown as it comes.
    StreamedTests,
    /// Output of programs, which is data, goes where they would write it.
    Streamed,
}

impl Reporting {
    fn is_streamed(self) -> bool {
        matches!(self, Self::StreamedTests | Self::Streamed)
    }
}

/// What reporters need to know: of a run that goes on, or of one that is shown once more.
pub(crate) struct Scene<'a> {
    pub(crate) global: &'a GlobalSettings,
    pub(crate) environment: &'a Environment,
    pub(crate) cwd: &'a Path,
    /// The workspace's name.
    pub(crate) workspace: &'a str,
    pub(crate) report: ReportSettings,
    /// How one step of it is run again.
    pub(crate) rerun: Rerun,
    pub(crate) started: SystemTime,
    /// What the live display's clock is read from; absent where the run is over.
    pub(crate) clock: Option<Instant>,
}

impl Scene<'_> {
    fn stderr_styles(&self) -> Styles {
        console_output::stderr_styles(self.global.color, self.environment)
    }

    /// Whether somebody can watch what runs.
    fn is_watched(&self) -> bool {
        self.clock.is_some() && console_output::stderr_is_terminal()
    }
}

/// Those who hear of a run, and what they are like.
pub(crate) struct Heard {
    pub(crate) reporters: Vec<Listener>,
    /// Whether one of them minds how much time has passed.
    pub(crate) minds_time: bool,
    /// Whether the output of a single test is shown as it comes.
    pub(crate) streams_tests: bool,
    /// Whether what runs now is shown.
    pub(crate) is_live: bool,
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
pub(crate) fn for_document(scene: &Scene<'_>) -> Heard {
    let is_live = scene.is_watched() && !scene.environment.is_plain();
    let settings = human_settings(scene, Reporting::Steps);
    let mut reporters = vec![if is_live {
        live(scene, settings, None)
    } else {
        human(scene, settings, None, io::stderr(), None)
    }];
    if !is_live {
        reporters.extend(heartbeat(settings, io::stderr()));
    }
    Heard {
        reporters,
        minds_time: !is_live,
        streams_tests: false,
        is_live,
    }
}

/// The reporters for the time between two runs of a workspace that is watched: nothing is drawn.
pub(crate) fn for_waiting(global: &GlobalSettings, environment: &Environment) -> Heard {
    let mut reporters: Vec<Listener> = vec![notices(between_runs(global, environment))];
    if global.message_format == MessageFormat::Json {
        reporters.push(Box::new(JsonLinesReporter::new(io::stdout())));
    }
    Heard {
        reporters,
        minds_time: false,
        streams_tests: false,
        is_live: false,
    }
}

/// What lines between two runs look like.
pub(crate) fn between_runs(global: &GlobalSettings, environment: &Environment) -> HumanSettings {
    HumanSettings {
        verbosity: global.verbosity,
        styles: console_output::stderr_styles(global.color, environment),
        output_is_streamed: false,
        output_is_terminal: false,
    }
}

/// The reporters for a run. The output of a step that is streamed goes to standard output.
pub(crate) fn for_run(scene: &Scene<'_>, reporting: Reporting) -> Heard {
    let look = Look::of(scene.environment, scene.report.style, scene.is_watched());
    let mut reporters = on_stderr(scene, look, reporting);
    if look.is_told_in_lines() && scene.clock.is_some() {
        let settings = human_settings(scene, reporting);
        reporters.extend(match look {
            Look::Github => heartbeat(settings, Guarded::new(&Github::new(token()), io::stderr())),
            _ => heartbeat(settings, io::stderr()),
        });
    }
    if scene.global.message_format == MessageFormat::Json {
        reporters.push(Box::new(JsonLinesReporter::new(io::stdout())));
    }
    reporters.extend(junit(scene, reporting));
    if look == Look::Github {
        reporters.extend(job_summary(scene.environment));
    }
    Heard {
        reporters,
        minds_time: look.is_told_in_lines(),
        streams_tests: matches!(look, Look::Live | Look::Plain),
        is_live: look == Look::Live,
    }
}

fn on_stderr(scene: &Scene<'_>, look: Look, reporting: Reporting) -> Vec<Listener> {
    let human_settings = human_settings(scene, reporting);
    let again = || Some(scene.rerun.clone());
    let shown = match (reporting, human_settings.verbosity) {
        (Reporting::Streamed, _) => Shown::Builds,
        (Reporting::StreamedTests, _)
        | (Reporting::Steps, Verbosity::Quiet | Verbosity::Normal) => Shown::Failures,
        (Reporting::OneStep, _) | (Reporting::Steps, Verbosity::Verbose) => Shown::Everything,
    };
    match look {
        Look::Live => vec![live(scene, human_settings, again())],
        Look::Plain => vec![human(scene, human_settings, again(), io::stderr(), None)],
        Look::Github => {
            let github = Github::new(token());
            let guarded = Guarded::new(&github, io::stderr());
            let plain = human(scene, human_settings, again(), guarded, None);
            vec![Box::new(LogGroups::new(github, shown, io::stderr(), plain))]
        }
        Look::Gitlab => {
            let gitlab = Gitlab::new(scene.started);
            let plain = human(scene, human_settings, again(), io::stderr(), None);
            vec![Box::new(LogGroups::new(gitlab, shown, io::stderr(), plain))]
        }
        Look::Summary => vec![
            Box::new(DataReporter::new(data_stream(scene))),
            notices(human_settings),
            Box::new(SummaryReporter::new(scene.rerun.clone(), io::stderr())),
        ],
        Look::None => vec![
            Box::new(DataReporter::new(data_stream(scene))),
            notices(human_settings),
        ],
    }
}

fn notices(settings: HumanSettings) -> Listener {
    Box::new(Notices::new(settings, io::stderr()))
}

fn live(scene: &Scene<'_>, settings: HumanSettings, rerun: Option<Rerun>) -> Listener {
    let Some(start) = scene.clock else {
        return human(scene, settings, rerun, io::stderr(), None);
    };
    let clock = Arc::new(move || start.elapsed());
    let (live, lines) =
        LiveDisplay::on_standard_error(scene.stderr_styles(), clock, scene.environment.reflow());
    human(scene, settings, rerun, lines, Some(live))
}

fn human_settings(scene: &Scene<'_>, reporting: Reporting) -> HumanSettings {
    HumanSettings {
        verbosity: scene.global.verbosity,
        styles: scene.stderr_styles(),
        output_is_streamed: reporting.is_streamed(),
        output_is_terminal: console_output::stdout_is_terminal(),
    }
}

fn human(
    scene: &Scene<'_>,
    settings: HumanSettings,
    rerun: Option<Rerun>,
    lines: impl Write + Send + 'static,
    live: Option<LiveDisplay>,
) -> Listener {
    let data = data_stream(scene);
    let human = HumanReporter::new(settings, lines, data, live);
    Box::new(match rerun {
        Some(rerun) => human.with_rerun(rerun),
        None => human,
    })
}

/// Where data goes. What a step prints would be between the lines that machines read.
fn data_stream(scene: &Scene<'_>) -> Box<dyn Write + Send> {
    match scene.global.message_format {
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

fn junit(scene: &Scene<'_>, reporting: Reporting) -> Option<Listener> {
    let path = scene.cwd.join(scene.report.junit.as_ref()?);
    let is_over = scene.clock.is_none();
    let mut file = JunitFile::prepare(path, |path, error| {
        // All runs begin with steps; what they turn out to be comes later. Of one that is over it is known at once.
        if reporting == Reporting::Steps || is_over {
            junit_file::warn(path, error);
        }
    });
    let about = JunitSettings {
        workspace: scene.workspace.to_owned(),
        started: scene.started,
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

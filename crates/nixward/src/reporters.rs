//! Who hears of a run: the report for people, and the lines for machines.

use std::sync::Arc;

use nixward_report::{
    human::{HumanReporter, HumanSettings, LiveDisplay},
    json_lines::JsonLinesReporter,
    reporter::{Reporter, Reporters},
};

use crate::{cli::MessageFormat, console_output, session::Session};

/// What a report is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reporting {
    /// The way to a document, which is printed in the end.
    Document,
    Steps,
    /// Steps whose output is shown as it comes: one, or one after the other.
    Streamed,
}

/// The reporters for a run. The output of a step that is streamed goes to standard output.
pub(crate) fn reporters(session: &Session, reporting: Reporting) -> Reporters<'static> {
    let settings = HumanSettings {
        verbosity: session.settings.verbosity,
        styles: session.stderr_styles(),
        output_is_streamed: reporting == Reporting::Streamed,
    };
    let is_json = session.settings.message_format == MessageFormat::Json;
    let is_live = console_output::stderr_is_terminal() && !session.environment.is_plain();
    let start = session.start;
    let clock = Arc::new(move || start.elapsed());
    let live = is_live.then(|| LiveDisplay::on_standard_error(session.stderr_styles(), clock));
    let human: Box<dyn Reporter> = if is_json {
        // What a step prints would be between the lines that machines read.
        Box::new(HumanReporter::new(
            settings,
            std::io::stderr(),
            std::io::stderr(),
            live,
        ))
    } else {
        Box::new(HumanReporter::new(
            settings,
            std::io::stderr(),
            std::io::stdout(),
            live,
        ))
    };
    // A document is the only thing on standard output.
    let json = (is_json && reporting != Reporting::Document)
        .then(|| Box::new(JsonLinesReporter::new(std::io::stdout())) as Box<dyn Reporter>);
    Reporters::new(std::iter::once(human).chain(json).collect())
}

//! `nixward` alone: where you are, what is here, and the commands to start with.

use nixward_core::{selection::projects_containing, verb::Verb};
use nixward_report::style::{Label, Styles};
use nixward_schema::exit_code;

use super::list::{ask, can};
use crate::{
    cli, console_output,
    error::CliError,
    session::Session,
    settings::{GlobalSettings, nix_flags},
};

/// The commands to start with.
const COMMANDS: [(&str, &str); 6] = [
    ("nixward list", "the projects and what each can do"),
    ("nixward test --all", "run all tests, side by side"),
    ("nixward run PROJECT", "run a project's program"),
    ("nixward shell PROJECT", "open a shell with its tools"),
    ("nixward container PROJECT", "build its image and load it"),
    (
        "nixward plan test --all",
        "show what would be done, and why",
    ),
];

pub(super) fn run(global: &GlobalSettings) -> Result<u8, CliError> {
    let flags = nix_flags(&cli::nix_args_from_variables()?);
    let session = Session::open(global, flags)?;
    let (evaluation, projects) = ask(&session)?;
    let styles = session.stdout_styles();
    let workspace = &session.discovered.workspace;
    let mut text = format!(
        "{} {} ({} project{}) in {}\n",
        styles.paint(Label::Heading, "Workspace"),
        styles.paint(Label::Name, &workspace.name),
        projects.projects.len(),
        if projects.projects.len() == 1 {
            ""
        } else {
            "s"
        },
        workspace.root.display()
    );
    let here = projects_containing(&projects, &session.discovered.current_folder);
    if let [project] = here.as_slice() {
        let verbs = Verb::all(&workspace.manifest);
        let names: Vec<&str> = verbs
            .iter()
            .filter(|verb| can(&evaluation, verb, project).is_some())
            .map(|verb| verb.name.as_str())
            .collect();
        text.extend([format!(
            "{} {}, which can {}\n",
            styles.paint(Label::Heading, "This folder is project"),
            styles.paint(Label::Name, &project.name),
            names.join(", ")
        )]);
    } else if !projects.projects.is_empty() {
        let names: Vec<&str> = projects
            .projects
            .iter()
            .map(|project| project.name.as_str())
            .take(12)
            .collect();
        let more = projects.projects.len() - names.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        text.extend([format!(
            "{} {}{more}\n",
            styles.paint(Label::Heading, "Projects:"),
            names.join(", ")
        )]);
    }
    text.push_str(&commands(styles));
    console_output::data(&text)?;
    Ok(exit_code::SUCCESS)
}

fn commands(styles: Styles) -> String {
    let width = COMMANDS
        .iter()
        .map(|(command, _)| command.len())
        .max()
        .unwrap_or_default();
    let lines = COMMANDS.iter().map(|(command, purpose)| {
        let padding = " ".repeat(width - command.len());
        format!(
            "  {}{padding}  {purpose}\n",
            styles.paint(Label::Name, command)
        )
    });
    format!("\n{}\nMore: nixward --help\n", lines.collect::<String>())
}

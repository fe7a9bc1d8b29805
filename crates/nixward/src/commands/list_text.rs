//! The list of projects as text.

use nixward_report::style::{Label, Styles, width};
use nixward_schema::{ListDocument, ListedProject};

/// How many names of checks are listed unless more is asked for.
const SHOWN_CHECKS: usize = 8;

pub(super) fn human(
    styles: Styles,
    verbose: bool,
    columns: Option<usize>,
    document: &ListDocument,
) -> String {
    let mut text = projects(styles, verbose, columns, &document.projects);
    text.push_str(&checks(verbose, &document.checks));
    for project in &document.without_package {
        let word = styles.paint(Label::Bad, "has no package");
        text.extend([format!(
            "\n{} {word}: there is no packages.{}.{}\n",
            project.name, document.workspace.system, project.attr
        )]);
    }
    for folder in &document.ignored {
        text.extend([format!(
            "\nignored: {folder} (no package of the flake belongs to it; is it known to git?)\n"
        )]);
    }
    for failed in &document.failed {
        let word = styles.paint(Label::Bad, "does not evaluate");
        let message = failed.message.replace('\n', "\n    ");
        text.extend([format!("\n{} {word}:\n    {message}\n", failed.attribute)]);
    }
    text
}

const HEADINGS: [&str; 5] = ["PROJECT", "VERBS", "TAGS", "FOLDER", "DESCRIPTION"];

fn projects(
    styles: Styles,
    verbose: bool,
    columns: Option<usize>,
    projects: &[ListedProject],
) -> String {
    if projects.is_empty() {
        return "This workspace has no projects.\n".to_owned();
    }
    let rows: Vec<[String; 5]> = projects
        .iter()
        .map(|project| row(project, verbose))
        .collect();
    let table = table(styles, &rows);
    let widest = table.lines().map(width).max().unwrap_or_default();
    match columns {
        Some(columns) if widest > columns => paragraphs(styles, &rows),
        _ => table,
    }
}

fn table(styles: Styles, rows: &[[String; 5]]) -> String {
    let headings = HEADINGS.map(str::to_owned);
    // A column without anything in it is left out.
    let columns: Vec<usize> = (0..headings.len())
        .filter(|column| rows.iter().any(|row| !row[*column].is_empty()))
        .collect();
    let widest = |column: usize| {
        let cells = rows
            .iter()
            .chain([&headings])
            .map(|row| width(&row[column]));
        cells.max().unwrap_or_default()
    };
    let line = |row: &[String; 5], label: fn(usize) -> Option<Label>| {
        let cells = columns.iter().map(|column| {
            let cell = &row[*column];
            let padding = " ".repeat(widest(*column) - width(cell));
            let painted =
                label(*column).map_or_else(|| cell.clone(), |label| styles.paint(label, cell));
            painted + &padding
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&headings, |_| Some(Label::Heading));
    for row in rows {
        text.push_str(&line(row, |column| (column == 0).then_some(Label::Name)));
    }
    text
}

/// For terminals that are too narrow for the table: each project on lines of its own.
fn paragraphs(styles: Styles, rows: &[[String; 5]]) -> String {
    let mut text = String::new();
    for row in rows {
        text.extend([styles.paint(Label::Name, &row[0]), "\n".to_owned()]);
        for (heading, cell) in HEADINGS.iter().zip(row).skip(1) {
            if !cell.is_empty() {
                text.extend([format!("  {}: {cell}\n", heading.to_lowercase())]);
            }
        }
    }
    text
}

fn row(project: &ListedProject, verbose: bool) -> [String; 5] {
    let description = project.description.clone().filter(|_| verbose);
    [
        project.name.clone(),
        project.verbs.join(" "),
        project.tags.join(" "),
        project.path.clone().unwrap_or_default(),
        description.unwrap_or_default(),
    ]
}

fn checks(verbose: bool, checks: &[String]) -> String {
    match checks.len() {
        0 => String::new(),
        many if many > SHOWN_CHECKS && !verbose => {
            format!("\nChecks of the workspace: {many} (their names: nixward list -v)\n")
        }
        _ => format!("\nChecks of the workspace: {}\n", checks.join(", ")),
    }
}

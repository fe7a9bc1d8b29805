//! The values of options that take one of a few words.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum MessageFormat {
    #[default]
    Human,
    Json,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum EngineName {
    Docker,
    Podman,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum ReportStyle {
    /// As GitHub or GitLab shows it, where it runs there; else live at a terminal, and plain elsewhere
    #[default]
    Auto,
    /// Lines for people
    Plain,
    /// Plain, with log groups, annotations and a summary of the job
    Github,
    /// Plain, with sections
    Gitlab,
    /// Counts and a line for each failure, for programs
    Summary,
    /// Nothing but errors
    None,
}

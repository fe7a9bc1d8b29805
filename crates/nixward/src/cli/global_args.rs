//! Options of every command.

use std::path::PathBuf;

use clap::{ArgAction, Args, builder::FalseyValueParser};

use super::value_enums::{ColorChoice, MessageFormat};

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Start in this folder
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,

    /// Say only what failed
    #[arg(
        short,
        long,
        global = true,
        env = "NIXWARD_QUIET", value_parser = FalseyValueParser::new(),
        hide_env_values = true,
        conflicts_with = "verbose"
    )]
    pub quiet: bool,

    /// Say more: builds with their logs, the output of steps that pass
    #[arg(short, long, global = true, action = ArgAction::Count, env = "NIXWARD_VERBOSE", hide_env_values = true)]
    pub verbose: u8,

    /// When to use colours; on its own, where there is a terminal and NO_COLOR does not forbid it
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        env = "NIXWARD_COLOR",
        hide_env_values = true
    )]
    pub color: ColorChoice,

    /// Text for people, or JSON on standard output: a document, or one object a line while steps run
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        env = "NIXWARD_MESSAGE_FORMAT",
        hide_env_values = true
    )]
    pub message_format: MessageFormat,
}

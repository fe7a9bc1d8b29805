//! Options of every command.

use std::path::PathBuf;

use clap::{ArgAction, Args};

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
        env = "NIXWARD_QUIET",
        conflicts_with = "verbose"
    )]
    pub quiet: bool,

    /// Say more: builds with their logs, the output of steps that pass, what Nix is asked
    #[arg(short, long, global = true, action = ArgAction::Count, env = "NIXWARD_VERBOSE")]
    pub verbose: u8,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        env = "NIXWARD_COLOR"
    )]
    pub color: ColorChoice,

    /// What to write: text for people, or JSON on standard output
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        env = "NIXWARD_MESSAGE_FORMAT"
    )]
    pub message_format: MessageFormat,
}

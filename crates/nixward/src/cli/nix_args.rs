//! Nix's own flags, passed through.

use clap::{Args, builder::FalseyValueParser};

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Nix options")]
pub struct NixArgs {
    /// Use another flake for an input
    #[arg(long, num_args = 2, value_names = ["INPUT", "FLAKE"], action = clap::ArgAction::Append)]
    pub override_input: Vec<String>,

    /// The system to evaluate for, such as aarch64-linux
    #[arg(
        long,
        value_name = "SYSTEM",
        env = "NIXWARD_SYSTEM",
        hide_env_values = true
    )]
    pub system: Option<String>,

    /// Accept the settings that the flake brings
    #[arg(long, env = "NIXWARD_ACCEPT_FLAKE_CONFIG", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub accept_flake_config: bool,

    /// Allow the evaluation to read what is not in the flake
    #[arg(long, env = "NIXWARD_IMPURE", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub impure: bool,

    /// Show where in the Nix code an error comes from
    #[arg(long, env = "NIXWARD_SHOW_TRACE", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub show_trace: bool,

    /// Ask Nix even where the answer is kept from before, and keep nothing
    #[arg(long, env = "NIXWARD_NO_EVAL_CACHE", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub no_eval_cache: bool,

    /// Set a setting of Nix
    #[arg(long, num_args = 2, value_names = ["NAME", "VALUE"], action = clap::ArgAction::Append)]
    pub option: Vec<String>,
}

impl NixArgs {
    /// The values of an option that takes two at a time.
    pub fn pairs(values: &[String]) -> Vec<(String, String)> {
        values
            .chunks_exact(2)
            .map(|pair| (pair[0].clone(), pair[1].clone()))
            .collect()
    }
}

//! The arguments of verbs like `test`.

use clap::Args;
use nixward_manifest::MOST_RETRIES;

use super::verb_args::VerbArgs;

#[derive(Args, Clone, Debug)]
pub struct TestVerbArgs {
    #[command(flatten)]
    pub verb: VerbArgs,

    #[command(flatten)]
    pub test: TestArgs,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Test options")]
pub struct TestArgs {
    /// How often a test that fails is tried again (default: what the manifest says)
    #[arg(long, value_name = "N", env = "NIXWARD_RETRIES", hide_env_values = true, value_parser = clap::value_parser!(u8).range(..=i64::from(MOST_RETRIES)))]
    pub retries: Option<u8>,

    /// Run each test this many times over, or up to its first failure
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: Option<u32>,
}

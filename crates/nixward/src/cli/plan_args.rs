//! The arguments of `plan` and `list`.

use clap::Args;

use super::{
    nix_args::NixArgs, selection_args::SelectionArgs, test_args::TestArgs, verb_args::VerbArgs,
};

#[derive(Args, Clone, Debug)]
pub struct PlanArgs {
    /// The verb: run, test, check, build, container, shell, or one of the workspace's own
    #[arg(value_name = "VERB")]
    pub verb: String,

    #[command(flatten)]
    pub arguments: VerbArgs,

    #[command(flatten)]
    pub test: TestArgs,
}

#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    #[command(flatten)]
    pub nix: NixArgs,
}

//! The arguments of `clean`.

use clap::Args;

#[derive(Args, Clone, Copy, Debug)]
pub struct CleanArgs {
    /// Remove everything in nixward's cache folder, of every workspace
    #[arg(long)]
    pub all: bool,
}

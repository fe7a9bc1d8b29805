//! Which projects are meant.

use std::ffi::OsString;

use clap::Args;

#[derive(Args, Clone, Debug, Default)]
pub struct SelectionArgs {
    /// Projects: names (`-` and `_` are the same), NAME.ATTRIBUTE, folders, or `.#NAME`
    #[arg(value_name = "PROJECT")]
    pub projects: Vec<OsString>,

    /// All projects of the workspace
    #[arg(
        short,
        long,
        visible_alias = "workspace",
        help_heading = "Selection options"
    )]
    pub all: bool,

    /// Projects whose name or folder matches a glob
    #[arg(
        short,
        long = "project",
        value_name = "GLOB",
        help_heading = "Selection options"
    )]
    pub patterns: Vec<String>,

    /// Projects with a tag
    #[arg(long, value_name = "TAG", help_heading = "Selection options")]
    pub tag: Vec<String>,

    /// Leave out projects whose name or folder matches a glob
    #[arg(long, value_name = "GLOB", help_heading = "Selection options")]
    pub exclude: Vec<String>,
}

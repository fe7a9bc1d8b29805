//! What a workspace that is watched needs: what was edited, whether Nix sees it, and what had passed.

mod changes;
mod passed;
mod tree;

pub(crate) use changes::Changes;
pub(crate) use passed::Passed;
pub(crate) use tree::{Standing, TreeState, WatchedTree};

//! What Nix has built for a workspace is held and remembered, so that the next run need not ask.
//!
//! `nix build --out-link` makes links in a folder of ours, a *batch*, which are roots of Nix's garbage collector. The
//! *ledger* says which store path is held by which batch. A path is there without asking Nix only where it is in the
//! ledger, its link is still there, and it is the same file as then: that a path exists says nothing by itself, since
//! builders write into the store before Nix says that what they wrote is valid.
//!
//! All of it may be gone at any time, and nothing of it can be written on some machines: then Nix is asked.

mod batch;
mod holder;
mod ledger;
mod stamp;

pub use batch::Batch;
pub use holder::{Held, Roots};

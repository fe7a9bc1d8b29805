//! What nixward must know of the source tree that a workspace is in, as plain data: its git repository, and a
//! fingerprint of everything in it that Nix can see.
//!
//! It reads and never writes: neither the working tree, nor the index, nor refs. It knows nothing of Nix's answers or of
//! projects.

mod error;
mod repository;
pub mod source;

pub use error::GitError;
pub use repository::{GitRepository, discover};

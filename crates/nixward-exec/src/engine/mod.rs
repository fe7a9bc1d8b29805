//! Container engines: which one there is, and how it is called.

mod detect;
mod load;

pub use detect::{Engine, EngineChoice, EngineError, EngineKind, find, likely};
pub(crate) use load::load_image;
pub use load::{load_invocation, run_command};

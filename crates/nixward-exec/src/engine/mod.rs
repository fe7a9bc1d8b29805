//! Container engines: which one there is, and how it is called.

mod detect;
mod load;

pub use detect::{Engine, EngineChoice, EngineError, EngineKind, find};
pub(crate) use load::load_image;
pub use load::run_command;

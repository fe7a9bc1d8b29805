//! The settings of verbs: their values, and which behaviour takes which.

mod published_port;
mod result_cache;
mod sandbox;
mod setting;
mod step_name;
mod verb_settings;
mod working_directory;

pub use published_port::{InvalidPublishedPort, Protocol, PublishedPort};
pub use result_cache::ResultCache;
pub use sandbox::Sandbox;
pub use setting::Setting;
pub use step_name::{InvalidStepName, StepName};
pub use verb_settings::VerbSettings;
pub use working_directory::WorkingDirectory;

//! The manifest, `nixward.toml`: what a workspace and its projects are.
//!
//! **Purpose.** Text in, a [`Manifest`] and everything that is wrong with it out.
//!
//! **Invariant:** [`parse`] and [`parse_member`] never fail. They return what they understood and a list of
//! [`Diagnostic`]s, each with its place in the text, in the order of the text. No files, no clock, no environment:
//! the same text always gives the same answer.
//!
//! **What it must not know.** Where the text comes from, which folders and attributes there are, and how a diagnostic
//! is shown.
//!
//! ```
//! use std::time::Duration;
//!
//! let (manifest, diagnostics) = nixward_manifest::parse(
//!     r#"
//!     [workspace]
//!     name = "initech"
//!     members = ["packages/projects/*"]
//!
//!     [verbs]
//!     test = { timeout = "10m" }
//!     lint = { like = "test" }
//!
//!     [projects.pc-load-letter]
//!     test = { args = ["-q"] }
//!     "#,
//! );
//! assert!(diagnostics.is_empty());
//!
//! let project = &manifest.projects["pc-load-letter"];
//! let settings = manifest.verb_settings("test", Some(project));
//! assert_eq!(settings.timeout, Some(Duration::from_secs(600)));
//! assert_eq!(settings.args, Some(vec!["-q".to_owned()]));
//! assert_eq!(manifest.behaviour("lint"), Some(nixward_manifest::BuiltinVerb::Test));
//! ```
//!
//! Errors don't stop it:
//!
//! ```
//! let text = "[workspace]\nname = \"initech\"\nmembrs = 3\nflake = true\n";
//! let (manifest, diagnostics) = nixward_manifest::parse(text);
//! assert_eq!(manifest.workspace.name.as_deref(), Some("initech"));
//! assert_eq!(diagnostics[0].message, "unknown key `membrs` in [workspace]");
//! assert_eq!(diagnostics[0].help.as_deref(), Some("a similar key exists: `members`"));
//! assert_eq!(&text[diagnostics[1].span.clone()], "true");
//! ```

mod attribute_path;
mod builtin_verb;
mod decode;
mod diagnostic;
mod grammar;
mod hook_declaration;
mod keyword;
mod locate;
mod manifest;
mod not_yet_in_effect;
mod project_declaration;
mod schema;
mod settings;
mod suggestion;
mod syntax;
mod verb_declaration;
mod wording;
mod workspace;

pub use attribute_path::{AttributePath, InvalidAttributePath};
pub use builtin_verb::BuiltinVerb;
pub use decode::{is_member, parse, parse_member};
pub use diagnostic::{Diagnostic, DiagnosticKind, RelatedPlace, Severity};
pub use grammar::MOST_RETRIES;
pub use hook_declaration::{HookDeclaration, HookName};
pub use keyword::UnknownKeyword;
pub use locate::{Location, locate};
pub use manifest::Manifest;
pub use not_yet_in_effect::{NOT_YET_IN_EFFECT, NotYet};
pub use project_declaration::ProjectDeclaration;
pub use schema::{SCHEMA_CANNOT_SAY, json_schema};
pub use settings::{
    InvalidPublishedPort, InvalidStepName, Protocol, PublishedPort, ResultCache, Sandbox, Setting,
    StepName, VerbSettings, WorkingDirectory,
};
pub use verb_declaration::{ProjectVerb, RESERVED_VERB_NAMES, VerbDeclaration};
pub use workspace::Workspace;

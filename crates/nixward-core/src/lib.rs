//! What nixward decides, as plain data: which projects there are, which of them are meant, what must be done
//! for a verb, and what is told while it is done.
//!
//! Responsibility: the types of every stage (evaluation, projects, selection, plan, events) and the pure functions
//! between them. It must not know of files, processes, clocks, terminals or the environment.

pub mod attribute;
pub mod evaluation;
pub mod event;
pub mod expectation;
pub mod history;
pub mod meaning;
pub mod names;
pub mod outcome;
pub mod plan;
pub mod planner;
pub mod prerequisites;
pub mod project;
pub mod query;
pub mod running;
pub mod selection;
pub mod selection_request;
pub mod store_path;
pub mod verb;
pub mod workspace;

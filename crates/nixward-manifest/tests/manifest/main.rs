//! What the parser says, text by text.

mod check;
mod design;
mod documents;
mod hooks;
mod member;
mod projects;
mod robustness;
mod schema;
mod settings;
mod syntax;
mod verbs;
mod workspace;

//! How events look, to people and to machines.

mod events;
mod human;
mod json_lines;
mod live;

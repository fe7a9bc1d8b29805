//! How events look, to people and to machines.

mod ci;
mod events;
mod heartbeat;
mod human;
mod json_lines;
mod junit;
mod live;
mod page;
mod record;
mod summary;

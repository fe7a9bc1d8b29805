//! `--timings`: what a run did when, as a page of HTML that needs nothing else.

mod critical_path;
mod page;
mod recording;

pub use recording::Recording;

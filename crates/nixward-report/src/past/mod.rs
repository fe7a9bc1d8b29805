//! Runs that are over: what each came to, what several say of a step, and both as text.

mod digest;
mod stats;
mod text;

pub use digest::{OpenEnd, RunDigest};
pub use stats::stats;
pub use text::{Past, origin, run, runs, stats_text, step, step_name};

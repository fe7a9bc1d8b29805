//! How many pieces of flair does everybody wear?
//!
//! [`wardrobe`] knows the rules and nothing of HTTP; [`server`] is about HTTP and
//! leaves the rules to it; [`options`] reads the command line.

pub mod options;
pub mod server;
pub mod wardrobe;

//! What nixward keeps between runs so as not to ask again.
//!
//! Responsibility: a file that is read back is whole and was written by this format, or it reads as nothing: after a
//! crash, on a full disk, beside another nixward, and whatever else happened to it. It must not know what is right to
//! keep: that is decided where the keys are made.

pub mod checked_text;
pub mod kept_folder;
pub mod whole_file;

//! The workspace-level tests.

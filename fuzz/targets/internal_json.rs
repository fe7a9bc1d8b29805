//! Whatever `nix` writes while it builds, nixward follows it without a panic, and what it tells makes sense.

#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use nixward_nix::build::{BuildMonitor, BuildProgress};

fuzz_target!(|log: &[u8]| {
    let log = String::from_utf8_lossy(log);
    let mut monitor = BuildMonitor::default();
    let mut fetched = BTreeSet::new();
    for line in log.split('\n') {
        for progress in monitor.line(line) {
            match progress {
                BuildProgress::FetchStarted { path } => {
                    assert!(fetched.insert(path), "a path is told twice");
                }
                BuildProgress::FetchStopped { path } => {
                    assert!(fetched.remove(&path), "what stops has begun");
                }
                BuildProgress::FetchAdvanced { path, .. } => {
                    assert!(fetched.contains(&path), "what goes on has begun");
                }
                BuildProgress::Started { .. }
                | BuildProgress::Phase { .. }
                | BuildProgress::Line { .. }
                | BuildProgress::Stopped { .. }
                | BuildProgress::Built { .. }
                | BuildProgress::MoreIsBuilt
                | BuildProgress::FetchExpected { .. } => {}
            }
        }
    }
    for failure in monitor.failures() {
        assert!(!failure.drv_path.is_empty());
    }
    let _said: Vec<String> = monitor.other_errors();
});

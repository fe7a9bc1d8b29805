//! Tests that the machine does not allow.

/// Says that a test was not run, and why. It passes then: cargo knows nothing between passed and failed.
#[expect(
    clippy::print_stderr,
    reason = "the only way to tell a person who runs the tests"
)]
pub fn skipped(why: &str) {
    let test = std::thread::current();
    eprintln!("skipped: {}: {why}", test.name().unwrap_or("a test"));
}

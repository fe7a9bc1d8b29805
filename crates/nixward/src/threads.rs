//! The threads that look at many files side by side.

use std::thread;

/// More of them only wait for each other: what they do is done by the kernel.
const MOST: usize = 16;

/// Makes this thread one of them, which does its share where it would wait. Without this all of them would have to be
/// woken up first, which takes longer than most of what they do.
pub(crate) fn start() {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    // One besides this one, which has other things to do.
    let _they_were_started_before = rayon::ThreadPoolBuilder::new()
        .num_threads(processors.clamp(2, MOST))
        .use_current_thread()
        // The message was printed; whoever waits for what did not come does it again.
        .panic_handler(|_| {})
        .build_global();
}

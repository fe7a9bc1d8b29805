//! Prints one message; `--panic` shows what a panic says of the source's place.

use futures_util::future::{FutureExt as _, ready};

fn main() {
    let tray = ready(2_u32).now_or_never();
    let tray = tray.filter(|_| !std::env::args().any(|argument| argument == "--panic"));
    println!(
        "{}",
        paper_jam::message(&paper_jam::Jam::Tray(tray.expect("a tray")))
    );
}

//! The program: options, the server, and its end on SIGINT or SIGTERM.

use std::{env, io, process::ExitCode};

use flair::{
    options::{self, Options, Request},
    server::Server,
    wardrobe::Wardrobe,
};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

const EXIT_FAILED: u8 = 1;
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let variable = |name: &str| env::var(name).ok();
    match options::parse(env::args().skip(1), variable) {
        Ok(Request::Help) => {
            print!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Ok(Request::Version) => {
            println!("flair {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Ok(Request::Serve(options)) => match serve(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("flair: {}:{}: {error}", options.address, options.port);
                ExitCode::from(EXIT_FAILED)
            }
        },
        Err(error) => {
            eprintln!("flair: {error}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn serve(options: &Options) -> io::Result<()> {
    // Before the first request can come, so that no signal is missed.
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let server = Server::bind((options.address, options.port), Wardrobe::of_the_staff())?;
    println!("flair listens on http://{}", server.address());

    let handle = signals.handle();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            if signals.forever().next().is_some() {
                server.stop();
            }
        });
        server.run();
        handle.close();
    });
    println!("flair ends");
    Ok(())
}

//! The program itself, asked over HTTP on a port that the system chooses.

use std::{
    ffi::OsString,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// `FLAIR_PROGRAM`, where these tests run apart from their build, else Cargo's.
fn program() -> Command {
    let path = std::env::var_os("FLAIR_PROGRAM")
        .unwrap_or_else(|| OsString::from(env!("CARGO_BIN_EXE_flair")));
    let mut command = Command::new(path);
    command.env_remove("FLAIR_ADDRESS").env_remove("FLAIR_PORT");
    command
}

/// The running program; it does not outlive its test.
struct Flair {
    child: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

impl Flair {
    fn start() -> Self {
        let mut child = program()
            .env("FLAIR_PORT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let mut line = String::new();
        output
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line
            .trim_end()
            .strip_prefix("flair listens on http://")
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        Self {
            child,
            output,
            address,
        }
    }

    /// The status and the JSON of the answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).expect("it accepts");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: flair\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("it answers in full");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains("Content-Type: application/json"), "{head}");
        let status = head
            .split(' ')
            .nth(1)
            .expect("a status")
            .parse()
            .expect("a number");
        (status, serde_json::from_str(body).expect("JSON"))
    }

    /// How it ended, and what it said at last.
    fn end(mut self, signal: Signal) -> (ExitStatus, String) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is running");
        let status = self.child.wait().expect("it ends");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("text");
        (status, rest)
    }
}

impl Drop for Flair {
    fn drop(&mut self) {
        // Both fail where it has ended already, which is as well.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

#[test]
fn it_is_healthy() {
    assert_eq!(
        Flair::start().ask("GET", "/healthz", ""),
        (200, json!({ "status": "ok" }))
    );
}

#[test]
fn joanna_puts_on_more_flair() {
    let flair = Flair::start();
    let joanna = |pieces, bare_minimum| json!({ "name": "joanna", "pieces": pieces, "bare_minimum": bare_minimum });
    assert_eq!(
        flair.ask("GET", "/employees/joanna", ""),
        (200, joanna(15, true))
    );
    assert_eq!(
        flair.ask("PUT", "/employees/joanna", r#"{"pieces": 16}"#),
        (200, joanna(16, false))
    );
    assert_eq!(
        flair.ask("GET", "/employees/joanna", ""),
        (200, joanna(16, false))
    );
    assert_eq!(
        flair.ask("GET", "/summary", "").1["bare_minimum"],
        json!([])
    );
}

#[test]
fn too_little_is_refused_with_the_reason() {
    let (status, body) = Flair::start().ask("PUT", "/employees/joanna", r#"{"pieces": 3}"#);
    assert_eq!(status, 422);
    assert_eq!(
        body["error"],
        "3 pieces of flair are too few: 15 is the minimum"
    );
}

#[test]
fn a_long_body_is_refused() {
    let (status, _) = Flair::start().ask("PUT", "/employees/joanna", &" ".repeat(5000));
    assert_eq!(status, 413);
}

#[test]
fn somebody_who_says_nothing_keeps_nobody_waiting() {
    let flair = Flair::start();
    let mut slow = TcpStream::connect(&flair.address).expect("it accepts");
    write!(
        slow,
        "PUT /employees/stan HTTP/1.1\r\nHost: flair\r\nContent-Length: 9\r\n\r\n"
    )
    .expect("it reads");
    assert_eq!(flair.ask("GET", "/healthz", "").0, 200);
}

#[test]
fn it_ends_well_when_it_is_told_to() {
    for signal in [Signal::TERM, Signal::INT] {
        let (status, rest) = Flair::start().end(signal);
        assert_eq!(status.code(), Some(0), "{signal:?}");
        assert_eq!(rest, "flair ends\n");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let flair = Flair::start();
    let port = flair.address.rsplit(':').next().expect("a port");
    let output = program()
        .args(["--port", port])
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Address already in use"));
}

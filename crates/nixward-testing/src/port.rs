//! Ports of the machine that programs under test listen at, and what they answer there.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    time::Duration,
};

use rustix::fs::{FlockOperation, flock};

use crate::processes::wait_until;

/// How long a server may take for one answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(10);

/// A port that only one test at a time can have. It is free for others when this is dropped.
#[must_use]
pub struct Port {
    number: u16,
    _lock: File,
}

/// Waits for a port: for other tests, and for whatever else listens there.
pub fn port(number: u16) -> Port {
    let path = std::env::temp_dir().join(format!("nixward-tests-port-{number}.lock"));
    let file = File::create(path).expect("can make a lock file");
    flock(&file, FlockOperation::LockExclusive).expect("can wait for a lock");
    wait_until(&format!("port {number} to be free"), || {
        TcpListener::bind(("0.0.0.0", number)).ok()
    });
    Port {
        number,
        _lock: file,
    }
}

impl Port {
    /// What a server there answers to a request for a path; nothing where none listens, or it speaks no HTTP.
    pub fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.number)).ok()?;
        stream.set_read_timeout(Some(LONGEST_ANSWER)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.starts_with("HTTP/1.").then_some(answer)
    }

    /// The same, waiting for the server to be up.
    pub fn wait_for(&self, path: &str) -> String {
        wait_until(&format!("port {} to answer", self.number), || {
            self.get(path)
        })
    }
}

//! Lines over the socket.

use std::{
    io::{self, Read as _},
    os::unix::net::UnixStream,
};

use serde::Serialize;

/// Writes one message.
///
/// A peer that is gone is an error, never a `SIGPIPE`, whatever the process has made of that signal.
pub(crate) fn send(socket: &UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    send_all(socket, &line)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn send_all(socket: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    use rustix::net::SendFlags;
    while !bytes.is_empty() {
        match rustix::net::send(socket, bytes, SendFlags::NOSIGNAL) {
            Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn send_all(mut socket: &UnixStream, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    socket.write_all(bytes)
}

/// Cuts what arrives on the socket into lines.
#[derive(Debug, Default)]
pub(crate) struct LineBuffer {
    bytes: Vec<u8>,
    /// Up to here there is no line end.
    searched: usize,
}

impl LineBuffer {
    /// Reads once, waiting where nothing is there; `false` at the end.
    pub(crate) fn fill(&mut self, mut socket: &UnixStream) -> io::Result<bool> {
        let mut chunk = [0; 16 * 1024];
        loop {
            match socket.read(&mut chunk) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.bytes
                        .extend_from_slice(chunk.get(..count).unwrap_or_default());
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A peer that was killed with unread data in its end.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// The next whole line, without its end.
    pub(crate) fn next_line(&mut self) -> Option<Vec<u8>> {
        let unsearched = self.bytes.get(self.searched..).unwrap_or_default();
        let Some(position) = unsearched.iter().position(|byte| *byte == b'\n') else {
            self.searched = self.bytes.len();
            return None;
        };
        let rest = self.bytes.split_off(self.searched + position + 1);
        let mut line = std::mem::replace(&mut self.bytes, rest);
        line.pop();
        self.searched = 0;
        Some(line)
    }
}

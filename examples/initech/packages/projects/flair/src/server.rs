//! HTTP: from requests to the wardrobe and back to JSON.

use std::{
    io::{self, Read as _},
    net::{SocketAddr, ToSocketAddrs},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiny_http::{Header, Method, Request, Response};

use crate::wardrobe::{Refusal, Wardrobe};

/// Somebody who sends slowly keeps one of them, not everybody, waiting.
const WORKERS: usize = 4;
const LONGEST_BODY: u64 = 4096;

/// What one may `PUT`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    pieces: u32,
}

/// A status and what is said with it.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn ok(value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(body) => Self { status: 200, body },
            Err(error) => Self::error(500, error.to_string()),
        }
    }

    fn error(status: u16, reason: impl Into<String>) -> Self {
        Self {
            status,
            body: json!({ "error": reason.into() }),
        }
    }
}

/// A wardrobe that can be asked over HTTP.
pub struct Server {
    http: tiny_http::Server,
    address: SocketAddr,
    wardrobe: Mutex<Wardrobe>,
}

impl Server {
    /// Listens from now on; requests are answered by [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// Where the address or the port cannot be had.
    pub fn bind(address: impl ToSocketAddrs, wardrobe: Wardrobe) -> io::Result<Self> {
        let http = tiny_http::Server::http(address).map_err(|error| match error.downcast() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        })?;
        let address = http
            .server_addr()
            .to_ip()
            .ok_or_else(|| io::Error::other("the socket has no internet address"))?;
        Ok(Self {
            http,
            address,
            wardrobe: Mutex::new(wardrobe),
        })
    }

    /// Where it listens, with the port that the system chose for port 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until [`stop`](Self::stop).
    pub fn run(&self) {
        thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| {
                    for request in self.http.incoming_requests() {
                        self.serve(request);
                    }
                });
            }
        });
    }

    /// Requests that are being answered are answered still.
    pub fn stop(&self) {
        for _ in 0..WORKERS {
            self.http.unblock();
        }
    }

    fn serve(&self, mut request: Request) {
        let method = request.method().clone();
        let url = request.url().to_owned();
        let answer = match read_body(&mut request) {
            Ok(body) => self.answer(&method, &url, &body),
            Err(answer) => answer,
        };
        let mut response =
            Response::from_string(format!("{}\n", answer.body)).with_status_code(answer.status);
        if let Ok(header) = Header::from_bytes("Content-Type", "application/json") {
            response.add_header(header);
        }
        if let Err(error) = request.respond(response) {
            // They have gone; nobody is left to be told.
            eprintln!("flair: {method} {url}: {error}");
        }
    }

    fn answer(&self, method: &Method, url: &str, body: &[u8]) -> Answer {
        let path = url.split_once('?').map_or(url, |(path, _query)| path);
        match (path, path.strip_prefix("/employees/")) {
            ("/healthz", _) => reading(method, || Answer::ok(json!({ "status": "ok" }))),
            ("/employees", _) => reading(method, || {
                Answer::ok(self.wardrobe().employees().collect::<Vec<_>>())
            }),
            ("/summary", _) => reading(method, || Answer::ok(self.wardrobe().summary())),
            (_, Some(name)) if *method == Method::Put => self.wear(name, body),
            (_, Some(name)) => reading(method, || match self.wardrobe().employee(name) {
                Some(employee) => Answer::ok(employee),
                None => Answer::error(404, format!("nobody here is called '{name}'")),
            }),
            _ => Answer::error(404, format!("there is nothing at '{path}'")),
        }
    }

    fn wear(&self, name: &str, body: &[u8]) -> Answer {
        let change: Change = match serde_json::from_slice(body) {
            Ok(change) => change,
            Err(error) => return Answer::error(400, error.to_string()),
        };
        match self.wardrobe().wear(name, change.pieces) {
            Ok(employee) => Answer::ok(employee),
            Err(refusal @ Refusal::TooFew { .. }) => Answer::error(422, refusal.to_string()),
            Err(refusal @ Refusal::BadName) => Answer::error(400, refusal.to_string()),
        }
    }

    fn wardrobe(&self) -> MutexGuard<'_, Wardrobe> {
        // A change is one insertion: there is no half of one to be afraid of.
        self.wardrobe.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reading(method: &Method, answer: impl FnOnce() -> Answer) -> Answer {
    if matches!(method, Method::Get | Method::Head) {
        answer()
    } else {
        Answer::error(405, format!("{method} is not for this"))
    }
}

fn read_body(request: &mut Request) -> Result<Vec<u8>, Answer> {
    let mut body = Vec::new();
    match request
        .as_reader()
        .take(LONGEST_BODY + 1)
        .read_to_end(&mut body)
    {
        Ok(length) if length as u64 > LONGEST_BODY => Err(Answer::error(
            413,
            format!("{LONGEST_BODY} bytes are enough for everybody"),
        )),
        Ok(_) => Ok(body),
        Err(error) => Err(Answer::error(400, error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: &Method, url: &str, body: &str) -> Answer {
        let server = Server::bind("127.0.0.1:0", Wardrobe::of_the_staff()).expect("a free port");
        server.answer(method, url, body.as_bytes())
    }

    #[test]
    fn employees_come_in_the_order_of_their_names() {
        let answer = ask(&Method::Get, "/employees", "");
        let names: Vec<_> = answer
            .body
            .as_array()
            .expect("a list")
            .iter()
            .map(|e| &e["name"])
            .collect();
        assert_eq!(names, ["brian", "joanna", "stan"]);
    }

    #[test]
    fn a_query_changes_nothing() {
        assert_eq!(
            ask(&Method::Get, "/healthz?verbose=1", ""),
            ask(&Method::Get, "/healthz", "")
        );
    }

    #[test]
    fn every_refusal_has_its_status() {
        let status = |method, url, body| ask(&method, url, body).status;
        assert_eq!(status(Method::Get, "/", ""), 404);
        assert_eq!(status(Method::Get, "/employees/lumbergh", ""), 404);
        assert_eq!(status(Method::Delete, "/employees/joanna", ""), 405);
        assert_eq!(status(Method::Post, "/summary", ""), 405);
        assert_eq!(status(Method::Put, "/employees/joanna", ""), 400);
        assert_eq!(
            status(Method::Put, "/employees/joanna", r#"{"pieces": -1}"#),
            400
        );
        assert_eq!(
            status(
                Method::Put,
                "/employees/joanna",
                r#"{"pieces": 15, "hat": 1}"#
            ),
            400
        );
        assert_eq!(
            status(Method::Put, "/employees/JOANNA", r#"{"pieces": 15}"#),
            400
        );
        assert_eq!(
            status(Method::Put, "/employees/joanna", r#"{"pieces": 14}"#),
            422
        );
    }
}

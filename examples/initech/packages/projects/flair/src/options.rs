//! The command line and the environment.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

pub const HELP: &str = "\
Counts the pieces of flair that everybody wears, over HTTP.

Usage: flair [OPTIONS]

Options:
  --address ADDRESS  listen on this address [env: FLAIR_ADDRESS] [default: 127.0.0.1]
  --port PORT        listen on this port, 0 for any that is free [env: FLAIR_PORT] [default: 8081]
  --help             print this
  --version          print the version

  GET /healthz          whether it works
  GET /employees        everybody
  GET /employees/NAME   one of them
  PUT /employees/NAME   {\"pieces\": 37}
  GET /summary          all together
";

/// Where to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub address: IpAddr,
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8081,
        }
    }
}

/// What the person wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    Serve(Options),
    Help,
    Version,
}

#[derive(Debug, PartialEq, Eq)]
pub enum UsageError {
    Unknown(String),
    NoValue(String),
    BadValue { of: String, value: String },
}

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(argument) => {
                write!(formatter, "'{argument}' is no option; --help names them")
            }
            Self::NoValue(option) => write!(formatter, "{option} wants a value"),
            Self::BadValue { of, value } => write!(formatter, "'{value}' is no value for {of}"),
        }
    }
}

impl std::error::Error for UsageError {}

/// Options win over the environment, which wins over the defaults.
///
/// # Errors
///
/// On the first argument or variable that makes no sense.
pub fn parse(
    arguments: impl IntoIterator<Item = String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Request, UsageError> {
    let mut options = Options::default();
    if let Some(value) = variable("FLAIR_ADDRESS") {
        options.address = read("FLAIR_ADDRESS", &value)?;
    }
    if let Some(value) = variable("FLAIR_PORT") {
        options.port = read("FLAIR_PORT", &value)?;
    }
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let (option, attached) = match argument.split_once('=') {
            Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || {
            attached
                .clone()
                .or_else(|| arguments.next())
                .ok_or(UsageError::NoValue(option.clone()))
        };
        match option.as_str() {
            "--address" => options.address = read(&option, &value()?)?,
            "--port" => options.port = read(&option, &value()?)?,
            "--help" | "-h" => return Ok(Request::Help),
            "--version" | "-V" => return Ok(Request::Version),
            _ => return Err(UsageError::Unknown(option)),
        }
    }
    Ok(Request::Serve(options))
}

fn read<T: FromStr>(of: &str, value: &str) -> Result<T, UsageError> {
    value.parse().map_err(|_| UsageError::BadValue {
        of: of.to_owned(),
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Request, UsageError> {
        parse(
            arguments.iter().map(|&argument| argument.to_owned()),
            |wanted| {
                let found = variables.iter().find(|(name, _)| *name == wanted)?;
                Some(found.1.to_owned())
            },
        )
    }

    #[test]
    fn port_8081_of_this_machine_by_default() {
        let Ok(Request::Serve(options)) = parsed(&[], &[]) else {
            panic!("it serves")
        };
        assert_eq!(options.port, 8081);
        assert!(options.address.is_loopback());
    }

    #[test]
    fn options_win_over_the_environment() {
        let variables = [("FLAIR_ADDRESS", "0.0.0.0"), ("FLAIR_PORT", "1")];
        let Ok(Request::Serve(options)) = parsed(&["--port", "2"], &variables) else {
            panic!("it serves")
        };
        assert_eq!((options.port, options.address.is_unspecified()), (2, true));
        assert_eq!(
            parsed(&["--port=2"], &variables),
            parsed(&["--port", "2"], &variables)
        );
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let message =
            |result: Result<_, UsageError>| result.expect_err("it is refused").to_string();
        assert_eq!(
            message(parsed(&["--prot", "1"], &[])),
            "'--prot' is no option; --help names them"
        );
        assert_eq!(message(parsed(&["--port"], &[])), "--port wants a value");
        assert_eq!(
            message(parsed(&["--port", "99999"], &[])),
            "'99999' is no value for --port"
        );
        assert_eq!(
            message(parsed(&[], &[("FLAIR_PORT", "")])),
            "'' is no value for FLAIR_PORT"
        );
    }
}

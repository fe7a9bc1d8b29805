//! The entries of `publish`.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use crate::keyword::keywords;

keywords! {
    /// The protocol of a published port.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub enum Protocol {
        /// The default.
        Tcp = "tcp",
        Udp = "udp",
    }
}

/// A port of a container that the host answers on: `8080:80`, `127.0.0.1:8080:80`, `[::1]:8080:80/udp`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PublishedPort {
    /// The host's address, all of them where none is given.
    pub address: Option<IpAddr>,
    pub host: u16,
    pub container: u16,
    pub protocol: Protocol,
}

/// Why a text is no published port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InvalidPublishedPort {
    /// It has another shape.
    Form,
    /// What stands in brackets has the characters of an IPv6 address, but is none.
    Address,
}

impl fmt::Display for InvalidPublishedPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Form => {
                "expected HOST:CONTAINER or IP:HOST:CONTAINER, with /udp or /tcp or without"
            }
            Self::Address => "expected an IPv6 address in the brackets",
        })
    }
}

impl std::error::Error for InvalidPublishedPort {}

impl FromStr for PublishedPort {
    type Err = InvalidPublishedPort;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (ports, protocol) = match text.split_once('/') {
            Some((ports, protocol)) => (
                ports,
                protocol.parse().map_err(|_| InvalidPublishedPort::Form)?,
            ),
            None => (text, Protocol::Tcp),
        };
        let (rest, container) = ports.rsplit_once(':').ok_or(InvalidPublishedPort::Form)?;
        let (address, host) = match rest.rsplit_once(':') {
            Some((address, host)) => (Some(address), host),
            None => (None, rest),
        };
        // The ports first: an address is only worth a word of its own where the rest is right.
        let (host, container) = (port(host)?, port(container)?);
        let address = address.map(parse_address).transpose()?;
        Ok(Self {
            address,
            host,
            container,
            protocol,
        })
    }
}

impl fmt::Display for PublishedPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(IpAddr::V4(address)) => write!(formatter, "{address}:")?,
            Some(IpAddr::V6(address)) => write!(formatter, "[{address}]:")?,
            None => {}
        }
        write!(formatter, "{}:{}", self.host, self.container)?;
        match self.protocol {
            Protocol::Tcp => Ok(()),
            Protocol::Udp => formatter.write_str("/udp"),
        }
    }
}

fn port(text: &str) -> Result<u16, InvalidPublishedPort> {
    // `u16::from_str` also takes `+80` and `080`.
    if text.starts_with(|first: char| ('1'..='9').contains(&first)) {
        text.parse().map_err(|_| InvalidPublishedPort::Form)
    } else {
        Err(InvalidPublishedPort::Form)
    }
}

fn parse_address(text: &str) -> Result<IpAddr, InvalidPublishedPort> {
    let Some(bracketed) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    else {
        return text
            .parse::<Ipv4Addr>()
            .map(IpAddr::V4)
            .map_err(|_| InvalidPublishedPort::Form);
    };
    if bracketed.is_empty()
        || !bracketed
            .chars()
            .all(|character| character.is_ascii_hexdigit() || matches!(character, ':' | '.'))
    {
        return Err(InvalidPublishedPort::Form);
    }
    bracketed
        .parse::<Ipv6Addr>()
        .map(IpAddr::V6)
        .map_err(|_| InvalidPublishedPort::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, InvalidPublishedPort>) {
        let parsed: Result<PublishedPort, _> = text.parse();
        assert_eq!(
            parsed.map(|port| port.to_string()),
            expected.map(str::to_owned),
            "{text}"
        );
    }

    #[test]
    fn ports_addresses_and_protocols() {
        check("8080:80", Ok("8080:80"));
        check("8080:80/tcp", Ok("8080:80"));
        check("53:53/udp", Ok("53:53/udp"));
        check("127.0.0.1:65535:1", Ok("127.0.0.1:65535:1"));
        check("[::1]:8080:80", Ok("[::1]:8080:80"));
        check(
            "[::ffff:1.2.3.4]:8080:80/udp",
            Ok("[::ffff:1.2.3.4]:8080:80/udp"),
        );
    }

    #[test]
    fn what_is_no_port() {
        for text in [
            "",
            "8080",
            ":",
            "8080:",
            ":80",
            "0:80",
            "080:80",
            "+80:80",
            "65536:1",
            "1:65536",
            "8080:80/sctp",
            "8080:80/",
            "8080:80/tcp/udp",
            "1.2.3:1:1",
            "01.2.3.4:1:1",
            "::1:8080:80",
            "[]:1:1",
            "[x]:1:1",
            "localhost:1:1",
            "1:2:3:4",
            "8000-8010:80",
            " 1:1",
            "1:1 ",
            "-p:1",
        ] {
            check(text, Err(InvalidPublishedPort::Form));
        }
        check("[:::]:1:1", Err(InvalidPublishedPort::Address));
        check("[1.2.3.4]:1:1", Err(InvalidPublishedPort::Address));
    }
}

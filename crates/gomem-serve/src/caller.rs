//! Whom a request calls.

use std::net::Ipv6Addr;

/// Whether a request calls this machine by a name of its own: `localhost`, 127.0.0.1 or `[::1]`, with any port. A page of
/// another site can point its own name at this address and then read the answers as its own; the name in the request tells.
pub(crate) fn is_own(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) => {
                return is_port(port) && address.parse() == Ok(Ipv6Addr::LOCALHOST);
            }
            None => return false,
        },
        None => host,
    };
    let (name, port) = name.find(':').map_or((name, ""), |at| name.split_at(at));
    is_port(port) && (name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1")
}

/// Nothing, or a colon and a number.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_not_our_own() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:80", "LOCALHOST", "[::1]", "[::1]:8080"] {
            assert!(is_own(host), "{host}");
        }
        for host in [
            "",
            ":80",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "127.0.0.1@evil.example",
            "localhost:80:80",
            "localhost:http",
            "[::1",
            "[::2]:80",
            "[::1]x",
            "10.0.0.1",
            "0.0.0.0:80",
            "localhost:",
            "localhost ",
        ] {
            assert!(!is_own(host), "{host}");
        }
    }
}

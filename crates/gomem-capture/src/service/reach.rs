//! Who else can ask a service.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket},
    time::Duration,
};

use crate::service::target::Target;

/// From where an address can be reached.
///
/// ```
/// use gomem_capture::Reach;
///
/// assert_eq!(Reach::from_address([127, 0, 0, 1].into()), Reach::Loopback);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reach {
    /// From the same machine.
    Loopback,
    /// From the same network: private (RFC 1918, RFC 4193), shared (RFC 6598) and link-local addresses.
    Private,
    /// From anywhere.
    Public,
}

impl Reach {
    /// Of an address.
    #[must_use]
    pub fn from_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            // The unspecified address, as a destination, is the machine itself.
            address if address.is_loopback() || address.is_unspecified() => Self::Loopback,
            IpAddr::V4(v4) if v4.is_private() || v4.is_link_local() || is_shared(v4) => Self::Private,
            IpAddr::V6(v6) if v6.is_unique_local() || v6.is_unicast_link_local() => Self::Private,
            _ => Self::Public,
        }
    }

    /// In one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Public => "public",
        }
    }
}

/// At which addresses a service answers.
///
/// ```
/// use std::time::Duration;
///
/// use gomem_capture::{Target, listen_check};
///
/// let check = listen_check(&Target::parse("http://127.0.0.1:9")?, Duration::from_secs(1));
/// assert!(!check.is_exposed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListenCheck {
    /// What was checked, without credentials and query.
    pub url: String,
    /// The addresses of the URL's host; for one on this machine, also those that others reach it by.
    pub answers: Vec<Answer>,
}

/// Whether a port is open at an address.
///
/// ```
/// use std::time::Duration;
///
/// use gomem_capture::{Reach, Target, listen_check};
///
/// let check = listen_check(&Target::parse("http://127.0.0.1:9")?, Duration::from_secs(1));
/// assert!(check.answers.iter().all(|answer| !answer.is_open || answer.reach == Reach::Loopback));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Answer {
    /// The address.
    pub address: SocketAddr,
    /// From where it can be reached.
    pub reach: Reach,
    /// Something accepts connections there.
    pub is_open: bool,
    /// The URL names another address, of this machine too.
    pub is_other_interface: bool,
}

/// Tries the addresses of a service, each for at most `timeout`. No request is sent.
///
/// ```
/// use std::time::Duration;
///
/// use gomem_capture::{Target, listen_check};
///
/// let check = listen_check(&Target::parse("http://127.0.0.1:9/debug/pprof")?, Duration::from_secs(1));
/// assert!(check.url.contains("127.0.0.1:9"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn listen_check(target: &Target, timeout: Duration) -> ListenCheck {
    let mut asked: Vec<(SocketAddr, bool)> = addresses(target).into_iter().map(|address| (address, false)).collect();
    let is_local =
        !asked.is_empty() && asked.iter().all(|(address, _)| Reach::from_address(address.ip()) == Reach::Loopback);
    if is_local && let Some(port) = target.url().port_or_known_default() {
        asked.extend(own_addresses().into_iter().map(|ip| (SocketAddr::new(ip, port), true)));
    }
    let answers = asked
        .into_iter()
        .map(|(address, is_other_interface)| Answer {
            address,
            reach: Reach::from_address(address.ip()),
            is_open: TcpStream::connect_timeout(&address, timeout).is_ok(),
            is_other_interface,
        })
        .collect();
    ListenCheck { url: target.shown(), answers }
}

impl ListenCheck {
    /// It answers where it should not: at a public address, or at every interface of this machine.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        self.open().any(|answer| answer.reach == Reach::Public || answer.is_other_interface)
    }

    fn open(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| answer.is_open)
    }
}

impl fmt::Display for ListenCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.url)?;
        if self.answers.is_empty() {
            writeln!(f, "  the host has no address")?;
        }
        for answer in &self.answers {
            let state = if answer.is_open { "open" } else { "closed" };
            let whose = if answer.is_other_interface { ", another interface of this machine" } else { "" };
            writeln!(f, "  {:<24} {state:<7} {}{whose}", answer.address.to_string(), answer.reach.name())?;
        }
        let verdict = if self.is_exposed() {
            "Others can reach it: bind it to 127.0.0.1."
        } else if self.open().any(|answer| answer.reach == Reach::Private) {
            "Whoever is in the same network can reach it: bind it to 127.0.0.1, unless that is meant."
        } else if self.open().next().is_some() {
            "Only this machine reaches it: as it should be."
        } else {
            "Nothing answers."
        };
        write!(f, "\n{verdict}\n\n{HOW_TO_BIND}")
    }
}

/// Where the host of a URL is.
pub(crate) fn addresses(target: &Target) -> Vec<SocketAddr> {
    let (Some(host), Some(port)) = (target.url().host(), target.url().port_or_known_default()) else {
        return Vec::new();
    };
    let mut found: Vec<SocketAddr> = match host {
        url::Host::Ipv4(ip) => vec![(ip, port).into()],
        url::Host::Ipv6(ip) => vec![(ip, port).into()],
        url::Host::Domain(name) => (name, port).to_socket_addrs().map(Iterator::collect).unwrap_or_default(),
    };
    found.sort();
    found.dedup();
    found.truncate(MOST_ADDRESSES);
    found
}

/// What is sent stays on this machine, or is encrypted. A name is not looked up: what it means may change.
pub(crate) fn keeps_secrets(target: &Target) -> bool {
    let is_loopback = match target.url().host() {
        Some(url::Host::Ipv4(ip)) => Reach::from_address(ip.into()) == Reach::Loopback,
        Some(url::Host::Ipv6(ip)) => Reach::from_address(ip.into()) == Reach::Loopback,
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    is_loopback || target.is_encrypted()
}

/// What to know when a service answers from where everybody can ask.
pub(crate) fn warning(addresses: &[SocketAddr]) -> Option<String> {
    let address = addresses.iter().find(|address| Reach::from_address(address.ip()) == Reach::Public)?;
    Some(format!(
        "pprof answers at {address}, which is neither loopback nor private: whoever reaches it reads the program's \
         functions and stacks, and can slow it down; bind it to 127.0.0.1 (--listen-check says how)"
    ))
}

/// The addresses by which this machine goes out. Connecting a UDP socket sends nothing: the system only chooses a route.
fn own_addresses() -> Vec<IpAddr> {
    let documentation: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    ];
    let route = |(from, to): (IpAddr, IpAddr)| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect((to, 9)).ok()?;
        let own = socket.local_addr().ok()?.ip();
        (Reach::from_address(own) != Reach::Loopback).then_some(own)
    };
    documentation.into_iter().filter_map(route).collect()
}

/// 100.64.0.0/10: carriers, and private overlay networks.
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && second & 0xc0 == 64
}

const MOST_ADDRESSES: usize = 16;

const HOW_TO_BIND: &str = "\
net/http/pprof tells whoever reaches it the program's functions, stacks and command line, and lets them slow it down.
Give it a listener of its own, on loopback, apart from the server that the world talks to:

    import _ \"net/http/pprof\"

    go func() { log.Println(http.ListenAndServe(\"127.0.0.1:6060\", nil)) }()

\":6060\" and \"0.0.0.0:6060\" listen at every interface. The import registers at http.DefaultServeMux: let the public
server have another mux. From elsewhere come through a tunnel:

    ssh -L 6060:127.0.0.1:6060 HOST
    kubectl port-forward POD 6060:6060
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_of_addresses() {
        for (address, reach) in [
            ("127.0.0.1", Reach::Loopback),
            ("127.9.9.9", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("0.0.0.0", Reach::Loopback),
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("10.1.2.3", Reach::Private),
            ("172.16.0.1", Reach::Private),
            ("172.32.0.1", Reach::Public),
            ("192.168.1.1", Reach::Private),
            ("169.254.1.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("100.128.0.1", Reach::Public),
            ("fd00::1", Reach::Private),
            ("fe80::1", Reach::Private),
            ("::ffff:8.8.8.8", Reach::Public),
            ("203.0.113.7", Reach::Public),
            ("2001:db8::1", Reach::Public),
        ] {
            assert_eq!(Reach::from_address(address.parse().unwrap()), reach, "{address}");
        }
    }

    #[test]
    fn only_public_addresses_warn() {
        let at = |address: &str| vec![address.parse().unwrap()];
        assert_eq!(warning(&at("127.0.0.1:6060")), None);
        assert_eq!(warning(&at("10.0.0.1:6060")), None);
        let warned = warning(&at("203.0.113.7:6060")).unwrap();
        assert!(warned.starts_with("pprof answers at 203.0.113.7:6060") && warned.contains("bind it to 127.0.0.1"));
    }

    #[test]
    fn a_loopback_listener_is_as_it_should_be() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::parse(&listener.local_addr().unwrap().to_string()).unwrap();
        let check = listen_check(&target, Duration::from_millis(500));
        assert!(!check.is_exposed());
        let text = check.to_string();
        assert!(
            text.contains("open    loopback") && text.contains("as it should be") && text.contains("127.0.0.1:6060")
        );
        drop(listener);
        assert!(listen_check(&target, Duration::from_millis(500)).to_string().contains("Nothing answers."));
    }

    #[test]
    fn what_is_exposed() {
        let answer = |address: &str, is_other_interface| {
            let address: SocketAddr = address.parse().unwrap();
            Answer { address, reach: Reach::from_address(address.ip()), is_open: true, is_other_interface }
        };
        let check = |answers| ListenCheck { url: String::new(), answers };
        assert!(check(vec![answer("203.0.113.7:6060", false)]).is_exposed());
        assert!(check(vec![answer("127.0.0.1:6060", false), answer("10.0.0.1:6060", true)]).is_exposed());
        let private = check(vec![answer("10.0.0.1:6060", false)]);
        assert!(!private.is_exposed() && private.to_string().contains("in the same network"));
        assert!(!check(vec![Answer { is_open: false, ..answer("203.0.113.7:6060", false) }]).is_exposed());
    }
}

//! Which name servers to ask, and how: resolv.conf(5).

use std::fmt;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::path::Path;
use std::time::Duration;

use crate::error::{During, Errno, Error, Operation, Result};
use crate::sys::address::interface_index;
use crate::sys::{Announced, host, name_server};

/// The port of name servers.
const PORT: u16 = 53;

/// Limits of resolv.conf(5): what is above is cut.
const MOST_DOTS: u32 = 15;
const LONGEST_TIMEOUT: u32 = 30;
const MOST_ATTEMPTS: u32 = 5;

/// Where the system keeps it.
const PATH: &str = "/etc/resolv.conf";

/// Which name servers to ask, and how.
///
/// # Examples
///
/// ```
/// use berkeley::dns::Config;
///
/// let config = Config::parse("nameserver 127.0.0.1\nsearch example.org\noptions ndots:2 timeout:1");
/// assert_eq!(config.servers, ["127.0.0.1:53".parse().unwrap()]);
/// assert_eq!((config.search.as_slice(), config.dots), (["example.org".to_owned()].as_slice(), 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The name servers, in the order in which they are asked.
    pub servers: Vec<SocketAddr>,
    /// The domains that a name is looked for in, in their order, without dots at the end.
    pub search: Vec<String>,
    /// How many dots a name has to have, so that it is tried as it is before it is looked for in the domains: `ndots`.
    pub dots: u32,
    /// How long to wait for an answer, each time: `timeout`.
    pub timeout: Duration,
    /// How often each server is asked: `attempts`.
    pub attempts: u32,
    /// Whether each question begins with the next server: `rotate`.
    pub rotate: bool,
    /// Whether to ask over TCP alone: `use-vc`.
    pub tcp: bool,
    /// Whether to say, by EDNS (RFC 6891), that longer datagrams than 512 bytes are welcome.
    pub edns: bool,
}

impl Default for Config {
    /// No server, and the defaults of resolv.conf(5), with EDNS.
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            search: Vec::new(),
            dots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            rotate: false,
            tcp: false,
            edns: true,
        }
    }
}

impl Config {
    /// Makes the configuration that asks these servers.
    #[must_use]
    pub fn of(servers: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self { servers: servers.into_iter().collect(), ..Self::default() }
    }

    /// Reads the configuration of the system.
    ///
    /// The environment has the last word, as resolv.conf(5) says: `LOCALDOMAIN` on the domains, `RES_OPTIONS` on the
    /// options.
    ///
    /// # Errors
    ///
    /// What the system says against reading the file, other than that there is none.
    ///
    /// # Platform notes
    ///
    /// - Unix: `/etc/resolv.conf`. Without a file, and without a server in it, the one of this host is asked.
    /// - Windows: the servers of the interfaces that are up, in the order of their metrics; those that the system makes up
    ///   where an interface has none, `fec0:0:0:ffff::1` and its like, are passed over. The domains are those of the
    ///   registry's `SearchList`, or else that of this machine and those of the interfaces.
    /// - Others: Unsupported; [`of`](Self::of) takes servers.
    pub fn system() -> Result<Self> {
        let mut config = if cfg!(unix) { Self::read(PATH)? } else { Self::of_system()? };
        let variable = |name| std::env::var(name).ok();
        if let Some(domains) = variable("LOCALDOMAIN") {
            config.search = words(&domains).map(domain).collect();
        }
        words(&variable("RES_OPTIONS").unwrap_or_default()).for_each(|option| config.option(option));
        Ok(config)
    }

    fn of_system() -> Result<Self> {
        let announced = match name_server::announced() {
            Err(Errno::OPNOTSUPP) => {
                return Err(Error::unsupported(Operation::LookUp, "a list of the system's name servers"));
            }
            announced => announced.during(Operation::LookUp)?,
        };
        let set = name_server::search_list().during(Operation::LookUp)?;
        let own = host::domain_name().during(Operation::LookUp)?;
        Ok(Self::of_interfaces(announced, &set, &own))
    }

    /// Makes the configuration of what interfaces were told, of the domains that were set, and of the machine's own,
    /// which counts where none were.
    fn of_interfaces(mut announced: Vec<Announced>, set: &[String], own: &str) -> Self {
        let mut config = Self::default();
        announced.sort_by_key(|one| one.metric);
        for (address, zone) in announced.iter().flat_map(|one| &one.servers) {
            let server = match address {
                IpAddr::V4(_) => SocketAddr::new(*address, PORT),
                IpAddr::V6(address) => SocketAddrV6::new(*address, PORT, 0, *zone).into(),
            };
            if !is_made_up(*address) && !config.servers.contains(&server) {
                config.servers.push(server);
            }
        }
        let told = announced.iter().flat_map(|one| one.domains.iter().map(String::as_str));
        let found: Vec<&str> = match set {
            [] => std::iter::once(own).chain(told).collect(),
            set => set.iter().map(String::as_str).collect(),
        };
        for name in found.into_iter().map(domain) {
            if !name.is_empty() && !config.search.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                config.search.push(name);
            }
        }
        config
    }

    /// Reads a file in the format of resolv.conf(5).
    ///
    /// # Errors
    ///
    /// What the system says against reading the file, other than that there is none.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let mut config = match std::fs::read(path.as_ref()) {
            Ok(text) => Self::parse(&String::from_utf8_lossy(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => {
                let errno = Errno::from_raw(error.raw_os_error().unwrap_or(0));
                let path = path.as_ref().display().to_string();
                return Err(Error::new(Operation::LookUp, errno).with_detail(path));
            }
        };
        if config.servers.is_empty() {
            config.servers.push(SocketAddr::from(([127, 0, 0, 1], PORT)));
        }
        Ok(config)
    }

    /// Reads text in the format of resolv.conf(5). What is not understood is passed over, as every resolver does.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut config = Self::default();
        for line in text.lines() {
            // A comment begins with the line, not within it.
            if line.starts_with(['#', ';']) {
                continue;
            }
            let mut rest = words(line);
            match rest.next() {
                Some("nameserver") => config.servers.extend(rest.next().and_then(server)),
                Some("domain") => config.search = rest.next().map(domain).into_iter().collect(),
                Some("search") => config.search = rest.map(domain).collect(),
                Some("options") => rest.for_each(|option| config.option(option)),
                _ => {}
            }
        }
        config
    }

    fn option(&mut self, option: &str) {
        let (name, value) = option.split_once(':').unwrap_or((option, ""));
        let number = value.parse::<u32>().ok();
        match (name, number) {
            ("ndots", Some(dots)) => self.dots = dots.min(MOST_DOTS),
            ("timeout", Some(seconds)) => {
                self.timeout = Duration::from_secs(seconds.clamp(1, LONGEST_TIMEOUT).into());
            }
            ("attempts", Some(attempts)) => self.attempts = attempts.clamp(1, MOST_ATTEMPTS),
            ("rotate", None) => self.rotate = true,
            ("use-vc", None) => self.tcp = true,
            ("edns0", None) => self.edns = true,
            _ => {}
        }
    }

    /// Returns the names to ask for, in their order: a name with a dot at the end as it is; one with enough dots as it
    /// is first; any other in each domain first.
    #[must_use]
    pub fn names(&self, name: &str) -> Vec<String> {
        if let Some(whole) = name.strip_suffix('.') {
            return vec![whole.to_owned()];
        }
        let searched = self.search.iter().map(|domain| match domain.as_str() {
            "" => name.to_owned(),
            domain => format!("{name}.{domain}"),
        });
        let dots = name.matches('.').count();
        let mut names: Vec<String> = searched.collect();
        let place = if dots >= self.dots as usize { 0 } else { names.len() };
        names.insert(place, name.to_owned());
        names.dedup();
        names
    }
}

/// Prints it as a file that [`Config::parse`] reads.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for server in &self.servers {
            match server {
                SocketAddr::V6(server) if server.scope_id() != 0 => {
                    writeln!(f, "nameserver {}%{}", server.ip(), server.scope_id())?;
                }
                server => writeln!(f, "nameserver {}", server.ip())?,
            }
        }
        if !self.search.is_empty() {
            f.write_str("search")?;
            let root = |domain: &&String| if domain.is_empty() { "." } else { "" };
            self.search.iter().try_for_each(|domain| write!(f, " {domain}{}", root(&domain)))?;
            writeln!(f)?;
        }
        let (dots, timeout, attempts) = (self.dots, self.timeout.as_secs(), self.attempts);
        write!(f, "options ndots:{dots} timeout:{timeout} attempts:{attempts}")?;
        let switches = [(self.rotate, " rotate"), (self.tcp, " use-vc"), (self.edns, " edns0")];
        switches.iter().filter(|(on, _)| *on).try_for_each(|(_, name)| f.write_str(name))?;
        writeln!(f)
    }
}

/// Whether Windows has put this server where an interface has none: of a scheme that was given up, which nobody
/// answers at.
fn is_made_up(address: IpAddr) -> bool {
    const LAST: [u16; 3] = [1, 2, 3];
    match address {
        IpAddr::V6(address) => {
            let [start @ .., last] = address.segments();
            start == [0xfec0, 0, 0, 0xffff, 0, 0, 0] && LAST.contains(&last)
        }
        IpAddr::V4(_) => false,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t']).filter(|word| !word.is_empty())
}

fn domain(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

/// Reads an address, with a zone by number or by name.
fn server(text: &str) -> Option<SocketAddr> {
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    match (address.parse().ok()?, zone) {
        (IpAddr::V6(address), Some(zone)) => {
            let index = zone.parse().or_else(|_| interface_index(zone)).ok()?;
            Some(SocketAddrV6::new(address, PORT, 0, index).into())
        }
        (address, None) => Some(SocketAddr::new(address, PORT)),
        (IpAddr::V4(_), Some(_)) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn told(metric: u32, servers: &[(&str, u32)], domains: &[&str]) -> Announced {
        Announced {
            metric,
            servers: servers.iter().map(|(server, zone)| (server.parse().unwrap(), *zone)).collect(),
            domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        }
    }

    #[test]
    fn servers_of_interfaces_are_in_the_order_of_the_metrics_and_each_is_there_once() {
        let announced = vec![
            told(50, &[("192.0.2.1", 0), ("192.0.2.2", 0)], &["Wire.test."]),
            told(25, &[("fec0:0:0:ffff::1", 1), ("fec0:0:0:ffff::3", 1), ("fe80::1", 7)], &["air.test"]),
            told(50, &[("192.0.2.2", 0), ("fe80::1", 9)], &["wire.test", ""]),
        ];
        let config = Config::of_interfaces(announced.clone(), &[], "own.test");
        let servers: Vec<_> = config.servers.iter().map(SocketAddr::to_string).collect();
        assert_eq!(servers, ["[fe80::1%7]:53", "192.0.2.1:53", "192.0.2.2:53", "[fe80::1%9]:53"]);
        assert_eq!(config.search, ["own.test", "air.test", "Wire.test"]);
        let set = ["a.test".to_owned(), "b.test.".to_owned()];
        assert_eq!(Config::of_interfaces(announced, &set, "own.test").search, ["a.test", "b.test"]);
        assert_eq!(Config::of_interfaces(Vec::new(), &[], ""), Config::default());
    }

    #[test]
    fn a_server_that_somebody_has_set_is_none_that_was_made_up() {
        let is_made_up = |text: &str| is_made_up(text.parse().unwrap());
        assert!(["fec0:0:0:ffff::1", "fec0:0:0:ffff::2", "fec0:0:0:ffff::3"].into_iter().all(is_made_up));
        let real = ["fec0:0:0:ffff::4", "fec0:0:0:fffe::1", "fec0::1", "192.0.2.1"];
        assert!(!real.into_iter().any(is_made_up));
    }
}

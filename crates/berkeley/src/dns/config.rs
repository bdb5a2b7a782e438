//! Which name servers to ask, and how: resolv.conf(5).

use std::fmt;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::path::Path;
use std::time::Duration;

use crate::error::{Errno, Error, Operation, Result};
use crate::sys::address::interface_index;

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
    /// options. Without a file, and without a server in it, the one of this host is asked.
    ///
    /// # Errors
    ///
    /// What the system says against reading the file, other than that there is none.
    ///
    /// # Platform notes
    ///
    /// - Unix: `/etc/resolv.conf`.
    /// - Windows, others: Unsupported so far; [`of`](Self::of) takes servers.
    pub fn system() -> Result<Self> {
        if !cfg!(unix) {
            return Err(Error::unsupported(Operation::LookUp, "a file resolv.conf"));
        }
        let mut config = Self::read(PATH)?;
        let variable = |name| std::env::var(name).ok();
        if let Some(domains) = variable("LOCALDOMAIN") {
            config.search = words(&domains).map(domain).collect();
        }
        words(&variable("RES_OPTIONS").unwrap_or_default()).for_each(|option| config.option(option));
        Ok(config)
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

//! Connecting by name: both families looked up at once, and their addresses raced (RFC 8305).

mod order;
mod race;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub use self::race::Race;
use crate::addr::{Address, Family, Target, ToAddress};
use crate::deadline::{Deadline, MILLISECOND};
use crate::error::{Operation, Result};
use crate::kind::{Kind, Protocol};
use crate::name::{Families, Resolver};
use crate::socket::{SocketOf, encode};
use crate::tcp::{Stream, TcpStream, family_of};

/// What is done with each socket before it connects.
type Prepare = dyn Fn(&TcpStream, &Address) -> Result<()> + Send + Sync;

/// How to connect to a host by its name: the settings of a [`Race`], with the defaults of RFC 8305.
///
/// [`TcpStream::connect`] is one with these defaults.
///
/// # Examples
///
/// ```
/// use berkeley::{Connect, MILLISECOND, SECOND, TcpListener};
///
/// # if !cfg!(any(unix, windows)) { return Ok(()); }
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let port = listener.local_address()?.port();
/// let connect = Connect::new()
///     .stagger(MILLISECOND * 100)
///     .prepare(|stream, _| stream.set_nodelay(true));
/// let stream = connect.connect(("localhost", port), SECOND * 10)?;
/// assert!(stream.nodelay()?);
/// # Ok::<(), berkeley::Error>(())
/// ```
#[derive(Clone)]
pub struct Connect {
    families: Families,
    stagger: Duration,
    resolution_delay: Duration,
    local: Vec<SocketAddr>,
    resolver: Option<Resolver>,
    prepare: Option<Arc<Prepare>>,
}

impl Default for Connect {
    fn default() -> Self {
        Self::new()
    }
}

impl Connect {
    /// Makes the settings of RFC 8305: IPv6 first, an attempt each 250 ms, 50 ms for a lookup of IPv6 that is late.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            families: Families::Both,
            stagger: MILLISECOND.saturating_mul(250),
            resolution_delay: MILLISECOND.saturating_mul(50),
            local: Vec::new(),
            resolver: None,
            prepare: None,
        }
    }

    /// Sets which families are tried, and which first: [`Families::Both`] is IPv6 first, as RFC 8305 has it.
    #[must_use]
    pub const fn families(mut self, families: Families) -> Self {
        self.families = families;
        self
    }

    /// Sets how long an attempt has before the next one is started beside it: the "Connection Attempt Delay".
    ///
    /// It is less where the time until the deadline would not do for all addresses, but never less than 10 ms. An attempt
    /// that fails is followed at once.
    #[must_use]
    pub const fn stagger(mut self, delay: Duration) -> Self {
        self.stagger = delay;
        self
    }

    /// Sets how long addresses of the other family wait for those of the first: the "Resolution Delay".
    #[must_use]
    pub const fn resolution_delay(mut self, delay: Duration) -> Self {
        self.resolution_delay = delay;
        self
    }

    /// Has connections to addresses of its family come from this address; once for each family.
    #[must_use]
    pub fn local_address(mut self, address: SocketAddr) -> Self {
        self.local.retain(|local| local.is_ipv4() != address.is_ipv4());
        self.local.push(address);
        self
    }

    /// Sets what is done with each socket before it connects to an address: options that have to be set by then. What
    /// fails there fails the attempt.
    #[must_use]
    pub fn prepare(
        mut self,
        prepare: impl Fn(&TcpStream, &Address) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Some(Arc::new(prepare));
        self
    }

    /// Sets who looks names up; that of the process, if nothing is said.
    #[must_use]
    pub fn resolver(mut self, resolver: &Resolver) -> Self {
        self.resolver = Some(resolver.clone());
        self
    }

    /// Connects, or gives up when the deadline passes.
    ///
    /// # Errors
    ///
    /// With every attempt named, and why it failed, in [`Error::detail`](crate::Error::detail): that of the first attempt
    /// that reached anybody, else that of the first. Of a name that cannot be looked up, those of
    /// [`Query::ask`](crate::name::Query::ask). [`is_deadline_passed`](crate::Error::is_deadline_passed).
    pub fn connect(&self, to: impl ToAddress, deadline: impl Into<Deadline>) -> Result<TcpStream> {
        self.start(to, deadline)?.finish()
    }

    /// Starts to connect, and does not wait: the race gives up when the deadline passes.
    ///
    /// # Errors
    ///
    /// What is neither an address nor a name; a name, a service or a question that is refused without asking anybody.
    pub fn start(&self, to: impl ToAddress, deadline: impl Into<Deadline>) -> Result<Race> {
        Race::start(self.clone(), to.to_target()?, deadline.into())
    }

    /// Starts to connect to whichever of these addresses can be reached first, without looking anything up.
    ///
    /// # Errors
    ///
    /// An address that is none of IPv4 or IPv6 fails as an attempt.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Connect, SECOND, TcpListener};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let good = listener.local_address()?.into();
    /// let bad = "[::1]:1".parse().unwrap();
    /// let stream = Connect::new().start_any([bad, good], SECOND * 10).finish()?;
    /// assert!(stream.is_connected());
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    #[must_use]
    pub fn start_any(
        &self,
        addresses: impl IntoIterator<Item = Address>,
        deadline: impl Into<Deadline>,
    ) -> Race {
        Race::among(self.clone(), addresses, deadline.into())
    }

    /// Returns addresses in the order in which they are tried: the families take turns, each in the order that it has.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::Connect;
    ///
    /// let known = ["192.0.2.1:80", "192.0.2.2:80", "[2001:db8::1]:80"].map(|text| text.parse().unwrap());
    /// let order: Vec<_> = Connect::new().order(known).iter().map(ToString::to_string).collect();
    /// assert_eq!(order, ["[2001:db8::1]:80", "192.0.2.1:80", "192.0.2.2:80"]);
    /// ```
    #[must_use]
    pub fn order(&self, addresses: impl IntoIterator<Item = Address>) -> Vec<Address> {
        let mut order = order::Order::new(self.first());
        order.extend(addresses);
        std::iter::from_fn(|| order.next()).collect()
    }

    /// Returns the family whose turn is first.
    const fn first(&self) -> Family {
        match self.families {
            Families::V4 | Families::V4First => Family::INET,
            _ => Family::INET6,
        }
    }

    fn open(&self, address: &Address) -> Result<TcpStream> {
        let family = family_of(address, Operation::Connect)?;
        let stream = SocketOf::open_as(family, Kind::STREAM, Protocol::TCP, Stream)?;
        let is_v4 = family == Family::INET;
        if let Some(local) = self.local.iter().find(|local| local.is_ipv4() == is_v4) {
            let (local, raw) = encode(local, Operation::Bind)?;
            stream.bind_raw(&local, &raw)?;
        }
        self.prepare.as_ref().map_or(Ok(()), |prepare| prepare(&stream, address))?;
        Ok(stream)
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("families", &self.families)
            .field("stagger", &self.stagger)
            .field("resolution_delay", &self.resolution_delay)
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

impl SocketOf<Stream> {
    /// Connects to an address, or to a host and a service by their names: `example.org:http`.
    ///
    /// Names are looked up in both families at once, and the addresses raced; see [`Connect`], which has settings.
    ///
    /// # Errors
    ///
    /// [`is_refused`](crate::Error::is_refused) where nobody listens; [`is_timed_out`](crate::Error::is_timed_out) when
    /// TCP has given up, on Linux after about two minutes. Of a name, those of [`Connect::connect`].
    ///
    /// # System call
    ///
    /// `connect(2)`.
    pub fn connect(to: impl ToAddress) -> Result<Self> {
        Self::connect_by(to, Deadline::never())
    }

    /// Connects as [`connect`](Self::connect) does, or gives up when the deadline passes.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect), and [`is_deadline_passed`](crate::Error::is_deadline_passed).
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Deadline, MILLISECOND, SECOND, TcpListener, TcpStream};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let stream = TcpStream::connect_by(listener.local_address()?, Deadline::after(SECOND * 3))?;
    /// assert!(stream.is_connected());
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    pub fn connect_by(to: impl ToAddress, deadline: impl Into<Deadline>) -> Result<Self> {
        match to.to_target()? {
            Target::Address(address) => Self::connect_to_address(&address, deadline),
            target @ Target::Host { .. } => Race::start(Connect::new(), target, deadline.into())?.finish(),
        }
    }
}

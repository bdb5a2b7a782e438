//! From a name and a service to addresses.

use super::{Query, Resolver, port};
use crate::addr::{Address, Target, ToAddress};
use crate::deadline::Deadline;
use crate::error::{Error, Operation, Result};
use crate::kind::Protocol;

impl Resolver {
    /// Returns the addresses of a host by its name, with the port of a service, which is one of `protocol` or, with `None`,
    /// of any: in the order in which the system would have them tried.
    ///
    /// An address is the answer by itself, whatever its family.
    ///
    /// # Errors
    ///
    /// - Those of [`Query::ask`] and of [`port`].
    /// - [`is_deadline_passed`](Error::is_deadline_passed).
    /// - [`parse_error`](Error::parse_error): a text that is neither an address nor a name with a service.
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Protocol, Resolver, SECOND};
    ///
    /// # if !cfg!(any(unix, windows)) { return Ok(()); }
    /// let resolver = Resolver::system();
    /// for address in resolver.addresses("localhost:http", Protocol::TCP, SECOND * 10)? {
    ///     assert!(address.is_loopback() && address.port() == Some(80));
    /// }
    /// assert_eq!(resolver.addresses("unix:/run/x", None, SECOND)?, ["unix:/run/x".parse()?]);
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    #[doc(alias = "getaddrinfo")]
    pub fn addresses(
        &self,
        target: impl ToAddress,
        protocol: impl Into<Option<Protocol>>,
        deadline: impl Into<Deadline>,
    ) -> Result<Vec<Address>> {
        let (name, service) = match target.to_target()? {
            Target::Address(address) => return Ok(vec![address]),
            Target::Host { name, service } => (name, service),
        };
        // The system's file of services costs less than a question about the host.
        let port = port(&service, protocol)?;
        let host = self.look_up(&Query::name(&name), deadline)?;
        Ok(host.addresses().iter().filter_map(|address| address.with_port(port)).collect())
    }

    /// Does something with the [`addresses`](Self::addresses) of a name, one after the other, until it succeeds with one.
    ///
    /// It is how to listen, or to send datagrams, by name. To connect, [`TcpStream::connect`](crate::TcpStream::connect)
    /// tries several at once.
    ///
    /// # Errors
    ///
    /// Those of [`addresses`](Self::addresses). If nothing succeeds, the first failure, with all of them in
    /// [`Error::detail`].
    ///
    /// # Examples
    ///
    /// ```
    /// use berkeley::{Protocol, Resolver, SECOND, TcpListener};
    ///
    /// # if !cfg!(any(unix, windows)) { return Ok(()); }
    /// let listen = |address: &_| TcpListener::bind(address);
    /// let listener = Resolver::system().try_each("localhost:0", Protocol::TCP, SECOND * 10, listen)?;
    /// assert!(listener.local_address()?.ip().is_loopback());
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    pub fn try_each<T>(
        &self,
        target: impl ToAddress,
        protocol: impl Into<Option<Protocol>>,
        deadline: impl Into<Deadline>,
        mut attempt: impl FnMut(&Address) -> Result<T>,
    ) -> Result<T> {
        let mut failures = Vec::new();
        for address in self.addresses(target, protocol, deadline)? {
            match attempt(&address) {
                Ok(done) => return Ok(done),
                Err(error) => failures.push(error),
            }
        }
        Err(together(failures))
    }
}

#[cold]
fn together(mut failures: Vec<Error>) -> Error {
    if failures.len() < 2 {
        let none = || Error::invalid(Operation::LookUp, "the name has no address to try");
        return failures.pop().unwrap_or_else(none);
    }
    let all: Vec<String> = failures.iter().map(Error::to_string).collect();
    failures.swap_remove(0).with_detail(all.join("; "))
}

//! What this machine is called.

use crate::error::{During, Operation, Result};
use crate::sys::host;

/// Returns the name of this machine, as it was set: with a domain, or without.
///
/// # Errors
///
/// [`is_unsupported`](crate::Error::is_unsupported).
///
/// # System call
///
/// `gethostname(2)`; `GetComputerNameExW` on Windows.
///
/// # Examples
///
/// ```
/// match berkeley::host_name() {
///     Err(error) => assert!(error.is_unsupported()),
///     Ok(name) => assert!(!name.is_empty()),
/// }
/// ```
#[doc(alias = "gethostname")]
pub fn host_name() -> Result<String> {
    host::host_name().during(Operation::HostName)
}

/// Returns the domain of this machine, `None` if none was set: that of NIS on Unix, which is often none; of DNS on Windows.
///
/// No name server is asked: what the host is called there is another question.
///
/// # Errors
///
/// [`is_unsupported`](crate::Error::is_unsupported), on illumos as well.
///
/// # System call
///
/// `getdomainname(2)`; `GetComputerNameExW` on Windows.
#[doc(alias = "getdomainname")]
pub fn domain_name() -> Result<Option<String>> {
    let name = host::domain_name().during(Operation::HostName)?;
    // So Linux says that there is none.
    Ok(Some(name).filter(|name| !name.is_empty() && name != "(none)"))
}

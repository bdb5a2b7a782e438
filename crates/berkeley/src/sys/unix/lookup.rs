//! Asking the system's resolver: getaddrinfo(3), getnameinfo(3).

use std::ffi::{CStr, CString};
use std::ptr::{null, null_mut};

use super::address::RawAddress;
use super::last_errno;
use crate::addr::{Address, Family};
use crate::error::{Errno, LookupFailure};
use crate::sys::Sockaddr;
use crate::sys::lookup::{Answer, Found, HOST_SIZE, name};

/// The list that the system allocated; it is freed when it is dropped.
struct List(*mut libc::addrinfo);

impl Drop for List {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: getaddrinfo(3) made the list, and nobody else frees it.
            unsafe { libc::freeaddrinfo(self.0) }
        }
    }
}

impl List {
    fn entries(&self) -> impl Iterator<Item = &libc::addrinfo> {
        // SAFETY: the pointers of the list are null or lead to entries that live as long as it.
        let entry = |at: *mut libc::addrinfo| unsafe { at.as_ref() };
        std::iter::successors(entry(self.0), move |last| entry(last.ai_next))
    }
}

/// Asks for the addresses of a name, of one family or of any, and for its canonical name if that is wanted.
pub(crate) fn addresses(host: &str, family: Option<Family>, wants_name: bool) -> Answer<Found> {
    let host = CString::new(host).map_err(|_| LookupFailure::NoSuchName)?;
    // SAFETY: zero is a value of every field of an addrinfo.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_family = family.and_then(Family::as_raw).map_or(libc::AF_UNSPEC, libc::c_int::from);
    // Of one type, so that each address is told once.
    hints.ai_socktype = libc::SOCK_STREAM;
    hints.ai_flags = if wants_name { libc::AI_CANONNAME } else { 0 };
    let mut list = List(null_mut());
    // SAFETY: `host` ends with NUL, no service is given, and `list` takes the pointer to what the call allocates.
    let code = unsafe { libc::getaddrinfo(host.as_ptr(), null(), &raw const hints, &raw mut list.0) };
    match code {
        0 => Ok(found(&list)),
        _ => Err(failure(code)),
    }
}

fn found(list: &List) -> Found {
    let canonical = list.entries().find(|entry| !entry.ai_canonname.is_null()).map(|entry| {
        // SAFETY: the name ends with NUL and lives as long as the list.
        let name = unsafe { CStr::from_ptr(entry.ai_canonname) };
        name.to_string_lossy().into_owned()
    });
    Found { addresses: list.entries().filter_map(address).collect(), canonical }
}

fn address(entry: &libc::addrinfo) -> Option<Address> {
    if entry.ai_addr.is_null() {
        return None;
    }
    // SAFETY: the address is readable for the length that stands beside it.
    let bytes = unsafe { std::slice::from_raw_parts(entry.ai_addr.cast(), entry.ai_addrlen as usize) };
    Address::decode(&RawAddress::from_bytes(bytes)).filter(|address| address.ip().is_some())
}

/// Asks for the name of an address; an address that has none is a failure.
pub(crate) fn host_name(address: &Address) -> Answer<String> {
    let raw = address.encode().map_err(LookupFailure::Os)?;
    let mut buffer = [0u8; HOST_SIZE];
    // The flag for numbers of services keeps the resolver from reading their whole file.
    let flags = libc::NI_NAMEREQD | libc::NI_NUMERICSERV;
    // SAFETY: the address is readable and `buffer` writable, each for the length that is given; no service is asked for.
    let code = unsafe {
        libc::getnameinfo(
            raw.as_ptr(),
            raw.len(),
            buffer.as_mut_ptr().cast(),
            buffer.len() as _,
            null_mut(),
            0,
            flags as _,
        )
    };
    match code {
        0 => Ok(name(&buffer)),
        _ => Err(failure(code)),
    }
}

// Every system counts either upwards or downwards; some headers hide these two.
const DOWNWARDS: bool = libc::EAI_NONAME < 0;
const NODATA: i32 = if DOWNWARDS { -5 } else { 7 };
const ADDRFAMILY: i32 = if DOWNWARDS { -9 } else { 1 };

/// Takes the number that a call of the resolver returned.
fn failure(code: libc::c_int) -> LookupFailure {
    match code {
        libc::EAI_NONAME => LookupFailure::NoSuchName,
        NODATA | ADDRFAMILY => LookupFailure::NoData,
        libc::EAI_AGAIN => LookupFailure::Again,
        libc::EAI_FAIL => LookupFailure::Failed,
        libc::EAI_FAMILY => LookupFailure::Os(Errno::AFNOSUPPORT),
        libc::EAI_MEMORY => LookupFailure::Os(Errno::NOMEM),
        libc::EAI_SYSTEM => LookupFailure::Os(last_errno()),
        other => LookupFailure::Other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_failure() {
        assert_eq!(failure(libc::EAI_NONAME), LookupFailure::NoSuchName);
        assert_eq!(failure(NODATA), LookupFailure::NoData);
        assert_eq!(failure(libc::EAI_AGAIN), LookupFailure::Again);
        assert_eq!(failure(libc::EAI_FAIL), LookupFailure::Failed);
        assert_eq!(failure(libc::EAI_MEMORY), LookupFailure::Os(Errno::NOMEM));
        assert_eq!(failure(12_345), LookupFailure::Other(12_345));
    }
}

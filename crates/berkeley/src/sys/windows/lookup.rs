//! Asking the system's resolver: GetAddrInfoW, GetNameInfoW.

use std::ptr::{null, null_mut};

use super::address::RawAddress;
use super::name::start;
use super::ws;
use crate::addr::{Address, Family};
use crate::error::{Errno, LookupFailure};
use crate::sys::Sockaddr;
use crate::sys::lookup::{Answer, Found, HOST_SIZE};

/// The list that the system allocated; it is freed when it is dropped.
struct List(*mut ws::ADDRINFOW);

impl Drop for List {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: GetAddrInfoW made the list, and nobody else frees it.
            unsafe { ws::FreeAddrInfoW(self.0) }
        }
    }
}

impl List {
    fn entries(&self) -> impl Iterator<Item = &ws::ADDRINFOW> {
        // SAFETY: the pointers of the list are null or lead to entries that live as long as it.
        let entry = |at: *mut ws::ADDRINFOW| unsafe { at.as_ref() };
        std::iter::successors(entry(self.0), move |last| entry(last.ai_next))
    }
}

/// Asks for the addresses of a name, of one family or of any, and for its canonical name if that is wanted.
pub(crate) fn addresses(host: &str, family: Option<Family>, wants_name: bool) -> Answer<Found> {
    start().map_err(LookupFailure::Os)?;
    let host: Vec<u16> = host.encode_utf16().chain([0]).collect();
    let hints = ws::ADDRINFOW {
        ai_family: family.and_then(Family::as_raw).map_or(i32::from(ws::AF_UNSPEC), i32::from),
        // Of one type, so that each address is told once.
        ai_socktype: ws::SOCK_STREAM,
        ai_flags: if wants_name { ws::AI_CANONNAME as i32 } else { 0 },
        ..Default::default()
    };
    let mut list = List(null_mut());
    // SAFETY: `host` ends with NUL, no service is given, and `list` takes the pointer to what the call allocates.
    let code = unsafe { ws::GetAddrInfoW(host.as_ptr(), null(), &raw const hints, &raw mut list.0) };
    match code {
        0 => Ok(found(&list)),
        _ => Err(failure(code)),
    }
}

fn found(list: &List) -> Found {
    let canonical = list.entries().find(|entry| !entry.ai_canonname.is_null()).map(|entry| {
        let units = (0..HOST_SIZE)
            // SAFETY: the name ends with NUL, behind which nothing is read, and lives as long as the list.
            .map(|at| unsafe { *entry.ai_canonname.wrapping_add(at) })
            .take_while(|unit| *unit != 0)
            .collect::<Vec<_>>();
        String::from_utf16_lossy(&units)
    });
    Found { addresses: list.entries().filter_map(address).collect(), canonical }
}

fn address(entry: &ws::ADDRINFOW) -> Option<Address> {
    if entry.ai_addr.is_null() {
        return None;
    }
    // SAFETY: the address is readable for the length that stands beside it.
    let bytes = unsafe { std::slice::from_raw_parts(entry.ai_addr.cast(), entry.ai_addrlen) };
    Address::decode(&RawAddress::from_bytes(bytes)).filter(|address| address.ip().is_some())
}

/// Asks for the name of an address; an address that has none is a failure.
pub(crate) fn host_name(address: &Address) -> Answer<String> {
    start().map_err(LookupFailure::Os)?;
    let raw = address.encode().map_err(LookupFailure::Os)?;
    let mut buffer = [0u16; HOST_SIZE];
    // SAFETY: the address is readable and `buffer` writable, each for the length that is given; no service is asked for.
    let code = unsafe {
        ws::GetNameInfoW(
            raw.as_ptr(),
            raw.len(),
            buffer.as_mut_ptr(),
            buffer.len() as u32,
            null_mut(),
            0,
            ws::NI_NAMEREQD as i32,
        )
    };
    match code {
        0 => {
            let end = buffer.iter().position(|unit| *unit == 0).unwrap_or(buffer.len());
            Ok(String::from_utf16_lossy(&buffer[..end]))
        }
        _ => Err(failure(code)),
    }
}

/// Takes the number that a call of the resolver returned.
fn failure(code: i32) -> LookupFailure {
    match code {
        ws::WSAHOST_NOT_FOUND => LookupFailure::NoSuchName,
        ws::WSANO_DATA => LookupFailure::NoData,
        ws::WSATRY_AGAIN => LookupFailure::Again,
        ws::WSANO_RECOVERY => LookupFailure::Failed,
        other => match Errno::from_raw(other) {
            errno if errno.name().is_some() => LookupFailure::Os(errno),
            _ => LookupFailure::Other(other),
        },
    }
}

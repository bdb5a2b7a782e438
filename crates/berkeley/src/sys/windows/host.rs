//! The names of this machine: GetComputerNameExW.

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, GetLastError};
use windows_sys::Win32::System::SystemInformation::{
    COMPUTER_NAME_FORMAT, ComputerNameDnsDomain, ComputerNameDnsHostname, GetComputerNameExW,
};

use super::{Result, check};
use crate::error::{Errno, Operation};

fn name(which: COMPUTER_NAME_FORMAT) -> Result<String> {
    check(Operation::HostName)?;
    let mut text = vec![0_u16; 256];
    loop {
        let mut length = text.len() as u32;
        // SAFETY: the text is writable for the length that is given.
        if unsafe { GetComputerNameExW(which, text.as_mut_ptr(), &raw mut length) } != 0 {
            text.truncate(length as usize);
            return Ok(String::from_utf16_lossy(&text));
        }
        // SAFETY: the call takes nothing, and returns a number of this thread.
        match unsafe { GetLastError() } {
            ERROR_MORE_DATA if length as usize > text.len() => text.resize(length as usize, 0),
            number => return Err(Errno::from_raw(number as i32)),
        }
    }
}

pub(crate) fn host_name() -> Result<String> {
    name(ComputerNameDnsHostname)
}

pub(crate) fn domain_name() -> Result<String> {
    name(ComputerNameDnsDomain)
}

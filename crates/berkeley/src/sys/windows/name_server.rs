//! Name servers: those that the adapters have, by GetAdaptersAddresses; the registry's list of domains.

use windows_sys::Win32::Foundation::{ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, ERROR_PATH_NOT_FOUND};
use windows_sys::Win32::NetworkManagement::IpHelper as ip;
use windows_sys::Win32::NetworkManagement::Ndis::IfOperStatusUp;
use windows_sys::Win32::System::Registry::{HKEY_LOCAL_MACHINE, RRF_RT_REG_SZ, RegGetValueW};
use windows_sys::core::PCWSTR;
use windows_sys::w;

use super::system::adapters::{Adapter, Adapters, address, chain, wide};
use super::{Announced, Result, check};
use crate::error::{Errno, Operation};

/// What each adapter that is up has.
pub(crate) fn announced() -> Result<Vec<Announced>> {
    const FLAGS: u32 = ip::GAA_FLAG_SKIP_UNICAST
        | ip::GAA_FLAG_SKIP_ANYCAST
        | ip::GAA_FLAG_SKIP_MULTICAST
        | ip::GAA_FLAG_SKIP_FRIENDLY_NAME;
    let adapters = Adapters::ask(FLAGS)?;
    Ok(adapters.iter().filter(|adapter| adapter.OperStatus == IfOperStatusUp).map(of).collect())
}

fn of(adapter: &Adapter) -> Announced {
    // SAFETY: the servers lie in the room of the adapter.
    let servers = unsafe { chain(adapter.FirstDnsServerAddress, |server| server.Next) };
    // SAFETY: the domains lie there too.
    let more = unsafe { chain(adapter.FirstDnsSuffix, |suffix| suffix.Next) };
    // SAFETY: the text, if there is one, ends with zero.
    let own = unsafe { wide(adapter.DnsSuffix) };
    let until_zero = |text: &[u16; 256]| {
        String::from_utf16_lossy(text.split(|number| *number == 0).next().unwrap_or_default())
    };
    // A protocol that the adapter does not have, has no metric.
    let metrics = [adapter.Ipv4Metric, adapter.Ipv6Metric].into_iter().filter(|metric| *metric != 0);
    Announced {
        metric: metrics.min().unwrap_or(u32::MAX),
        servers: servers.filter_map(|server| address(&server.Address)).collect(),
        domains: own.into_iter().chain(more.map(|suffix| until_zero(&suffix.String))).collect(),
    }
}

/// The domains that somebody has set to be searched, by a policy or else in the settings of the network.
pub(crate) fn search_list() -> Result<Vec<String>> {
    let places = [
        w!("Software\\Policies\\Microsoft\\Windows NT\\DNSClient"),
        w!("System\\CurrentControlSet\\Services\\Tcpip\\Parameters"),
    ];
    for place in places {
        let list = value(place, w!("SearchList"))?;
        // The settings have commas between them, and some programs write blanks.
        let words = list.split([',', ' ']).filter(|word| !word.is_empty());
        let domains: Vec<String> = words.map(str::to_owned).collect();
        if !domains.is_empty() {
            return Ok(domains);
        }
    }
    Ok(Vec::new())
}

/// Reads a text of the registry, which ends with zero; it is empty if there is none.
fn value(key: PCWSTR, name: PCWSTR) -> Result<String> {
    let mut room = vec![0_u16; 256];
    loop {
        check(Operation::LookUp)?;
        let mut length = size_of_val(&room[..]) as u32;
        let first = room.as_mut_ptr().cast();
        let kind = std::ptr::null_mut();
        // SAFETY: the names end with zero; the room is writable for the length that is given.
        let asked = unsafe {
            RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ, kind, first, &raw mut length)
        };
        match asked {
            0 => {
                let text = room.split(|number| *number == 0).next().unwrap_or_default();
                return Ok(String::from_utf16_lossy(text));
            }
            ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND => return Ok(String::new()),
            ERROR_MORE_DATA => room.resize((length as usize).div_ceil(2).max(room.len() * 2), 0),
            number => return Err(Errno::from_raw(number as i32)),
        }
    }
}

//! `struct group_filter` of RFC 3678 in bytes: an interface, a group, a mode, how many sources, the sources.

use std::net::{IpAddr, SocketAddr};

use super::address::RawAddress;
use super::layout::{GROUP_AT, STORAGE_SIZE};
use super::{Result, Sockaddr};
use crate::error::Errno;

const MODE: usize = GROUP_AT + STORAGE_SIZE;
const COUNT: usize = MODE + 4;
const SOURCES: usize = COUNT + 4;

/// Makes one with `room` sources, of which some are given.
pub(in crate::sys) fn encode(
    index: u32,
    group: IpAddr,
    mode: u32,
    sources: &[IpAddr],
    room: usize,
) -> Result<Vec<u8>> {
    let mut filter = vec![0; SOURCES + room.max(sources.len()) * STORAGE_SIZE];
    let count = room.max(sources.len()) as u32;
    for (at, number) in [(0, index), (MODE, mode), (COUNT, count)] {
        filter[at..at + 4].copy_from_slice(&number.to_ne_bytes());
    }
    let places = (0..sources.len()).map(|number| SOURCES + number * STORAGE_SIZE);
    for (at, address) in std::iter::once(GROUP_AT).chain(places).zip(std::iter::once(&group).chain(sources)) {
        let raw = SocketAddr::new(*address, 0).encode()?;
        filter[at..at + raw.as_bytes().len()].copy_from_slice(raw.as_bytes());
    }
    Ok(filter)
}

/// Returns the mode, how many sources there are, and those for which there was room.
pub(in crate::sys) fn decode(filter: &[u8]) -> Result<(u32, usize, Vec<IpAddr>)> {
    let number = |at: usize| filter.get(at..at + 4).and_then(|bytes| bytes.first_chunk().copied());
    let (Some(mode), Some(count)) = (number(MODE), number(COUNT)) else { return Err(Errno::INVAL) };
    let count = u32::from_ne_bytes(count) as usize;
    let places = filter[SOURCES..].chunks_exact(STORAGE_SIZE).take(count);
    let sources = places.filter_map(|place| SocketAddr::decode(&RawAddress::from_bytes(place)));
    Ok((u32::from_ne_bytes(mode), count, sources.map(|source| source.ip()).collect()))
}

/// Asks with room for more sources, until there is room for all: `ask` has the system write to a filter.
pub(in crate::sys) fn read(
    index: u32,
    group: IpAddr,
    mut ask: impl FnMut(&mut [u8]) -> Result<()>,
) -> Result<(u32, Vec<IpAddr>)> {
    let mut room = 16;
    loop {
        let mut filter = encode(index, group, 0, &[], room)?;
        ask(&mut filter)?;
        let (mode, count, sources) = decode(&filter)?;
        if count <= room {
            return Ok((mode, sources));
        }
        room = count;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_what_the_header_says() {
        let group = "232.1.2.3".parse().unwrap();
        let sources = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let filter = encode(7, group, 1, &sources, 0).unwrap();
        assert_eq!(filter.len(), SOURCES + 2 * STORAGE_SIZE);
        assert_eq!(filter[..4], 7_u32.to_ne_bytes());
        assert_eq!(filter[GROUP_AT + 4..][..4], [232, 1, 2, 3]);
        assert_eq!(decode(&filter), Ok((1, 2, sources.to_vec())));
        assert_eq!(decode(&filter[..SOURCES - 1]), Err(Errno::INVAL));
        assert_eq!(decode(&filter[..SOURCES + STORAGE_SIZE]), Ok((1, 2, sources[..1].to_vec())));
    }

    #[test]
    fn it_is_asked_again_with_room_for_all() {
        let group = "ff32::1".parse().unwrap();
        let sources: Vec<IpAddr> = (1..=40_u16).map(|n| [0xfe80, 0, 0, 0, 0, 0, 0, n].into()).collect();
        let mut asked = 0;
        let told = read(1, group, |filter| {
            asked += 1;
            let whole = encode(1, group, 1, &sources, 0)?;
            let length = filter.len().min(whole.len());
            filter[..length].copy_from_slice(&whole[..length]);
            Ok(())
        });
        assert_eq!((told, asked), (Ok((1, sources)), 2));
    }
}

//! Addresses by chance, right ones and wrong ones, the same in every run.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Numbers by chance: SplitMix64.
pub struct Chance(u64);

impl Chance {
    /// Begins with a number, and says with which.
    pub fn new(seed: u64) -> Self {
        eprintln!("seed {seed:#x}");
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below another.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn bits(&mut self) -> u128 {
        u128::from(self.next()) << 64 | u128::from(self.next())
    }

    pub fn v4(&mut self) -> Ipv4Addr {
        // Whole octets of zeros and ones are where mistakes are.
        let octets = [0_u8; 4].map(|_| match self.below(6) {
            0 => 0,
            1 => 255,
            _ => self.next() as u8,
        });
        octets.into()
    }

    pub fn v6(&mut self) -> Ipv6Addr {
        const HEADS: [u128; 12] =
            [0, 0xff02, 0xfe80, 0xfec0, 0xfc00, 0x2001, 0x2002, 0x64, 0x3fff, 0x100, 0xff3e, 0x2620];
        let groups = [0_u16; 8].map(|_| if self.below(2) == 0 { 0 } else { self.next() as u16 });
        let bits = Ipv6Addr::from(groups).to_bits();
        match self.below(4) {
            0 => HEADS[self.below(12) as usize] << 112 | bits << 16 >> 16,
            1 => 0xffff << 32 | bits & 0xffff_ffff,
            2 => self.bits(),
            _ => bits,
        }
        .into()
    }

    pub fn ip(&mut self) -> IpAddr {
        if self.below(2) == 0 { self.v4().into() } else { self.v6().into() }
    }

    pub fn prefix(&mut self, like: IpAddr) -> u8 {
        self.below(if like.is_ipv4() { 33 } else { 129 }) as u8
    }

    /// One of the ways in which an address can be written.
    pub fn written(&mut self, address: IpAddr) -> String {
        let IpAddr::V6(v6) = address else { return address.to_string() };
        let groups = v6.segments();
        match self.below(4) {
            0 => groups.map(|group| format!("{group:x}")).join(":"),
            1 => groups.map(|group| format!("{group:04X}")).join(":"),
            2 => {
                let [.., a, b, c, d] = v6.octets();
                format!(
                    "{}:{a}.{b}.{c}.{d}",
                    groups[..6].iter().map(|group| format!("{group:x}")).collect::<Vec<_>>().join(":")
                )
            }
            _ => v6.to_string(),
        }
    }

    /// An address or a network.
    pub fn network(&mut self) -> String {
        let address = self.ip();
        let prefix = self.prefix(address);
        let text = self.written(address);
        let ones = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
        let mask = (ones >> 96) as u32;
        match (self.below(100), address) {
            (..20, _) => text,
            (20..40, IpAddr::V4(_)) => format!("{text}/{}", Ipv4Addr::from_bits(mask)),
            (40, IpAddr::V4(_)) => format!("{text}/{}", Ipv4Addr::from_bits(!mask)),
            (40, IpAddr::V6(_)) => format!("{text}/{}", Ipv6Addr::from_bits(ones)),
            _ => format!("{text}/{prefix}"),
        }
    }

    /// The text with a few characters changed, which may be right all the same.
    pub fn changed(&mut self, text: &str) -> String {
        const LETTERS: &[u8] = b"0123456789abcdefgA:./%-x";
        let mut letters = text.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(letters.len() as u64 + 1) as usize;
            let letter = LETTERS[self.below(LETTERS.len() as u64) as usize];
            match self.below(3) {
                0 => letters.insert(at, letter),
                1 if at < letters.len() => letters[at] = letter,
                _ if at < letters.len() => drop(letters.remove(at)),
                _ => {}
            }
        }
        let changed = String::from_utf8(letters).unwrap();
        if changed.is_empty() { "/".to_owned() } else { changed }
    }
}

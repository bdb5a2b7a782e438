//! Numbers for a system that this crate does not know: all different, none the system's.

use super::Errno;

pub(super) fn all() -> impl Iterator<Item = &'static (Errno, &'static str)> {
    std::iter::empty()
}

pub(super) fn name(_: Errno) -> Option<&'static str> {
    None
}

pub(super) fn by_name(_: &str) -> Option<Errno> {
    None
}

pub(super) const ACCES: i32 = -1;
pub(super) const ADDRINUSE: i32 = -2;
pub(super) const ADDRNOTAVAIL: i32 = -3;
pub(super) const AFNOSUPPORT: i32 = -4;
pub(super) const AGAIN: i32 = -5;
pub(super) const ALREADY: i32 = -6;
pub(super) const BADF: i32 = -7;
pub(super) const CONNABORTED: i32 = -8;
pub(super) const CONNREFUSED: i32 = -9;
pub(super) const CONNRESET: i32 = -10;
pub(super) const DESTADDRREQ: i32 = -11;
pub(super) const HOSTDOWN: i32 = -12;
pub(super) const HOSTUNREACH: i32 = -13;
pub(super) const INPROGRESS: i32 = -14;
pub(super) const INTR: i32 = -15;
pub(super) const INVAL: i32 = -16;
pub(super) const ISCONN: i32 = -17;
pub(super) const MFILE: i32 = -18;
pub(super) const MSGSIZE: i32 = -19;
pub(super) const NAMETOOLONG: i32 = -20;
pub(super) const NETDOWN: i32 = -21;
pub(super) const NETRESET: i32 = -22;
pub(super) const NETUNREACH: i32 = -23;
pub(super) const NFILE: i32 = -24;
pub(super) const NOBUFS: i32 = -25;
pub(super) const NODEV: i32 = -26;
pub(super) const NOENT: i32 = -27;
pub(super) const NOMEM: i32 = -28;
pub(super) const NONET: i32 = -29;
pub(super) const NOPROTOOPT: i32 = -30;
pub(super) const NOSYS: i32 = -31;
pub(super) const NOTCONN: i32 = -32;
pub(super) const NOTSOCK: i32 = -33;
pub(super) const NXIO: i32 = -34;
pub(super) const OPNOTSUPP: i32 = -35;
pub(super) const PERM: i32 = -36;
pub(super) const PFNOSUPPORT: i32 = -37;
pub(super) const PIPE: i32 = -38;
pub(super) const PROTONOSUPPORT: i32 = -39;
pub(super) const PROTOTYPE: i32 = -40;
pub(super) const SHUTDOWN: i32 = -41;
pub(super) const SOCKTNOSUPPORT: i32 = -42;
pub(super) const SRCH: i32 = -44;
pub(super) const TIMEDOUT: i32 = -43;
pub(super) const PROTO: i32 = -45;
pub(super) const IO: i32 = -46;

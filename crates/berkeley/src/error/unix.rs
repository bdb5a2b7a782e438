//! The numbers and the names of the errors of the Unix systems.

use super::Errno;

macro_rules! named {
    ($($name:ident)*) => { &[$((Errno::from_raw(libc::$name), stringify!($name)),)*] };
}

/// What POSIX and the BSDs share.
const COMMON: &[(Errno, &str)] = named![
    E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBADMSG EBUSY ECANCELED
    ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG
    EHOSTDOWN EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR ELOOP EMFILE EMLINK
    EMSGSIZE ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOEXEC ENOLCK
    ENOMEM ENOMSG ENOPROTOOPT ENOSPC ENOSYS ENOTBLK ENOTCONN ENOTDIR ENOTEMPTY ENOTSOCK ENOTTY ENXIO
    EOPNOTSUPP EOVERFLOW EPERM EPFNOSUPPORT EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EREMOTE EROFS
    ESHUTDOWN ESOCKTNOSUPPORT ESPIPE ESRCH ESTALE ETIMEDOUT ETOOMANYREFS ETXTBSY EUSERS EXDEV
];

/// What only Linux has.
#[cfg(linux_like)]
const MORE: &[(Errno, &str)] = named![
    EADV EBADE EBADFD EBADR EBADRQC EBADSLT EBFONT ECHRNG ECOMM EDOTDOT EISNAM EKEYEXPIRED
    EKEYREJECTED EKEYREVOKED EL2HLT EL2NSYNC EL3HLT EL3RST ELIBACC ELIBBAD ELIBEXEC ELIBMAX ELIBSCN ELNRNG
    EMEDIUMTYPE EMULTIHOP ENAVAIL ENOANO ENOCSI ENODATA ENOKEY ENOLINK ENOMEDIUM ENONET ENOPKG ENOSR
    ENOSTR ENOTNAM ENOTRECOVERABLE ENOTUNIQ EOWNERDEAD EREMCHG EREMOTEIO ERESTART ESRMNT ESTRPIPE
    ETIME EUCLEAN EUNATCH EXFULL
];
/// What the BSDs and Apple's systems have; one of them alone has more.
#[cfg(bsd)]
const MORE: &[(Errno, &str)] = named![
    EAUTH EBADRPC EFTYPE ENEEDAUTH ENOATTR EPROCLIM EPROCUNAVAIL EPROGMISMATCH EPROGUNAVAIL ERPCMISMATCH
];
#[cfg(not(any(linux_like, bsd)))]
const MORE: &[(Errno, &str)] = &[];

/// What Linux has and the headers of Android's C library lack: that library is the one whose name is empty.
#[cfg(all(linux_like, not(target_env = "")))]
const NOT_IN_BIONIC: &[(Errno, &str)] = named![EDEADLOCK EHWPOISON ERFKILL];
#[cfg(not(all(linux_like, not(target_env = ""))))]
const NOT_IN_BIONIC: &[(Errno, &str)] = &[];

/// Second names, behind the first ones. On some systems they have numbers of their own.
const ALIASES: &[(Errno, &str)] = named![EWOULDBLOCK ENOTSUP];

pub(super) fn all() -> impl Iterator<Item = &'static (Errno, &'static str)> {
    COMMON.iter().chain(MORE).chain(NOT_IN_BIONIC).chain(ALIASES)
}

pub(super) fn name(errno: Errno) -> Option<&'static str> {
    all().find(|row| row.0 == errno).map(|row| row.1)
}

pub(super) fn by_name(name: &str) -> Option<Errno> {
    all().find(|row| row.1.eq_ignore_ascii_case(name)).map(|row| row.0)
}

pub(super) use libc::{
    EACCES as ACCES, EADDRINUSE as ADDRINUSE, EADDRNOTAVAIL as ADDRNOTAVAIL, EAFNOSUPPORT as AFNOSUPPORT,
    EAGAIN as AGAIN, EALREADY as ALREADY, EBADF as BADF, ECONNABORTED as CONNABORTED,
    ECONNREFUSED as CONNREFUSED, ECONNRESET as CONNRESET, EDESTADDRREQ as DESTADDRREQ, EHOSTDOWN as HOSTDOWN,
    EHOSTUNREACH as HOSTUNREACH, EINPROGRESS as INPROGRESS, EINTR as INTR, EINVAL as INVAL, EIO as IO,
    EISCONN as ISCONN, EMFILE as MFILE, EMSGSIZE as MSGSIZE, ENAMETOOLONG as NAMETOOLONG,
    ENETDOWN as NETDOWN, ENETRESET as NETRESET, ENETUNREACH as NETUNREACH, ENFILE as NFILE,
    ENOBUFS as NOBUFS, ENODEV as NODEV, ENOENT as NOENT, ENOMEM as NOMEM, ENOPROTOOPT as NOPROTOOPT,
    ENOSYS as NOSYS, ENOTCONN as NOTCONN, ENOTSOCK as NOTSOCK, ENXIO as NXIO, EOPNOTSUPP as OPNOTSUPP,
    EPERM as PERM, EPFNOSUPPORT as PFNOSUPPORT, EPIPE as PIPE, EPROTO as PROTO,
    EPROTONOSUPPORT as PROTONOSUPPORT, EPROTOTYPE as PROTOTYPE, ESHUTDOWN as SHUTDOWN,
    ESOCKTNOSUPPORT as SOCKTNOSUPPORT, ESRCH as SRCH, ETIMEDOUT as TIMEDOUT,
};

#[cfg(linux_like)]
pub(super) use libc::ENONET as NONET;
/// Linux alone reports that a machine is not on the network.
#[cfg(not(linux_like))]
pub(super) const NONET: i32 = -1;

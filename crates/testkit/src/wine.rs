//! Wine is not Windows. What it lacks stands here, and nowhere else.
//!
//! A test that meets such a lack asserts what Wine does instead: when Wine has mended it the test fails, and the lack
//! goes from the list.

use berkeley::{Family, Kind, Protocol, Socket};

/// What Wine 8 lacks of Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Of a message whose control messages had no room, the length is told as zero.
    ControlLength,
    /// A datagram socket that was disconnected has no peer, but sends to the one that it had.
    Disconnect,
    /// Who asks for a name of pipes that nobody has made is given one that somebody has.
    FirstInstance,
    /// UDP binds an address of another machine.
    ForeignBind,
    /// The groups that interfaces have joined are not listed.
    Groups,
    /// The options of IPv4's groups take addresses of interfaces, and no index in the place of one.
    GroupIndex,
    /// To bind an address of both families that is in use is not permitted.
    InUse,
    /// A call takes 1024 slices, as many as the Unix below it, and no more.
    ManySlices,
    /// A raw socket is of one of the protocols that Wine knows.
    RawProtocols,
    /// That a datagram reached nobody may be reported although that is switched off.
    Refusals,
    /// A close that is not to linger ends the stream, and does not reset it.
    Reset,
    /// A stream that was never connected reports a reset when it is to send.
    NotConnected,
    /// Opening a Unix socket is unsupported.
    UnixSockets,
}

/// Returns `true` under Wine: so it lacks this.
#[must_use]
pub fn lacks(_: Lack) -> bool {
    is_wine()
}

/// Returns whether the tests of Unix sockets can run; where they cannot, checks that opening one is unsupported.
///
/// # Panics
///
/// Panics if there are none and that is nothing known.
#[must_use]
pub fn has_unix_sockets() -> bool {
    let opened = Socket::open(Family::UNIX, Kind::STREAM, Protocol::DEFAULT);
    if lacks(Lack::UnixSockets) {
        let error = opened.expect_err("Wine lacks them: it goes from the list");
        assert!(error.is_unsupported(), "{error}");
        return false;
    }
    opened.expect("every system here has Unix sockets");
    true
}

#[cfg(windows)]
#[allow(unsafe_code)]
fn is_wine() -> bool {
    use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleA, GetProcAddress};

    // SAFETY: the name ends with NUL.
    let library = unsafe { GetModuleHandleA(c"ntdll.dll".as_ptr().cast()) };
    // SAFETY: every process has that library, for as long as it runs; the name ends with NUL.
    unsafe { GetProcAddress(library, c"wine_get_version".as_ptr().cast()) }.is_some()
}

#[cfg(not(windows))]
const fn is_wine() -> bool {
    false
}

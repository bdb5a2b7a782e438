//! What a `Debug` print tells: family, type, state, both addresses.

use std::fmt;

use super::SocketOf;
use super::role::Role;
use crate::sys;

#[allow(clippy::missing_fields_in_debug, reason = "the system knows more of a socket than its fields do")]
impl<R: Role> fmt::Debug for SocketOf<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decoded = |raw: sys::Result<_>| self.decode(&raw.ok()?).ok();
        let local = decoded(sys::name::local_address(self.borrowed()));
        let peer = decoded(sys::name::peer_address(self.borrowed()));
        let state = match peer {
            Some(_) => "connected",
            None if self.is_listening() => "listening",
            None => "unconnected",
        };
        let mut out = f.debug_struct(R::NAME);
        out.field("family", &self.family).field("kind", &self.kind).field("state", &format_args!("{state}"));
        if let Some(local) = local {
            out.field("local", &format_args!("{}", local.into()));
        }
        if let Some(peer) = peer {
            out.field("peer", &format_args!("{}", peer.into()));
        }
        out.finish()
    }
}

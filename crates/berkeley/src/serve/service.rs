//! What a server does with its connections: the part that is the user's.

use super::connection::{Connections, Turn};
use crate::deadline::{Deadline, SECOND};
use crate::error::{Errno, Result};
use crate::poll::Key;
use crate::socket::{Accepts, AsBytes, Role, SocketOf};

/// The role of the connections of a service.
pub(super) type Stream<S> = <<S as Service>::Listener as Accepts>::Stream;

/// How long a peer that has ended its half has for reading what it is still to get, unless the service says otherwise.
const GRACE: std::time::Duration = SECOND.saturating_mul(30);

/// What a server does with its connections.
///
/// There is one value a thread, which is told of everything that happens there, and a [`State`](Self::State) for each
/// connection. A method that fails ends the connection that it was called for, and the error is what
/// [`closed`](Self::closed) is told; the server goes on.
///
/// # Examples
///
/// Answers each connection with what it sends, and no more than a kilobyte.
///
/// ```
/// use berkeley::{Result, Service, Turn, tcp};
///
/// struct Echo;
///
/// impl Service for Echo {
///     type Listener = tcp::Listener;
///     type State = usize;
///
///     fn admit(&mut self, _: &berkeley::TcpStream, _: &std::net::SocketAddr) -> Option<usize> {
///         Some(0)
///     }
///
///     fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> {
///         turn.send(data)?;
///         *turn.state() += data.len();
///         if *turn.state() > 1024 {
///             turn.close();
///         }
///         Ok(())
///     }
/// }
/// ```
#[allow(unused_variables, reason = "what is not needed is not looked at")]
pub trait Service: Sized {
    /// The role of the listener: [`tcp::Listener`](crate::tcp::Listener) for example.
    type Listener: Accepts<Stream: AsBytes>;

    /// What belongs to one connection, beside its socket and what is queued for it.
    type State;

    /// Makes what belongs to a connection that was accepted, or turns it away: it is closed.
    fn admit(
        &mut self,
        stream: &SocketOf<<Self::Listener as Accepts>::Stream>,
        from: &<Self::Listener as Role>::Address,
    ) -> Option<Self::State>;

    /// Is told once, before anything else.
    fn started(&mut self, connections: &mut Connections<Self>) -> Result<()> {
        Ok(())
    }

    /// Is told of a connection that was admitted: it can be greeted now.
    fn opened(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        Ok(())
    }

    /// Is told of data that has come, or of a message.
    ///
    /// While more is queued for a connection than half of what its queue holds, nothing is received from it.
    fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()>;

    /// Is told that the peer has ended its sending half. If nothing else is written here, it gets what is queued for
    /// it, 30 seconds at most, and then the connection ends.
    fn ended(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        turn.finish(Deadline::after(GRACE))
    }

    /// Is told that all that was queued is sent: there is room for more.
    fn drained(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        Ok(())
    }

    /// Is told that the connection's deadline has passed, or that nothing came for as long as it may be idle. If
    /// nothing else is written here, the connection is closed.
    fn timed_out(&mut self, turn: &mut Turn<'_, Self>) -> Result<()> {
        turn.close();
        Ok(())
    }

    /// Is told that the server is to stop by `deadline`, and again if that changes. If nothing else is written here, the connection gets what is
    /// queued for it, and then the end.
    fn stopping(&mut self, turn: &mut Turn<'_, Self>, deadline: Deadline) -> Result<()> {
        turn.finish(deadline)
    }

    /// Is told that a connection is over, and why if not by an end that was meant.
    fn closed(&mut self, connections: &mut Connections<Self>, state: Self::State, why: Result<()>) {}

    /// Is told that accepting pauses because descriptors or memory are lacking, each time that it does; by itself it goes on
    /// when it can.
    fn overloaded(&mut self, connections: &mut Connections<Self>, lack: Errno) {}

    /// Is told of a timer of [`Connections::add_timer`].
    fn timer(&mut self, connections: &mut Connections<Self>, timer: Key) {}

    /// Is told that a [waker](super::Server::waker) was used.
    fn woken(&mut self, connections: &mut Connections<Self>) {}
}

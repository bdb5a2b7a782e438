//! Several threads, each a server of its own.

use std::thread;

use super::{Report, Server, Service, Stopper};
use crate::deadline::Deadline;
use crate::error::Result;
use crate::socket::{Accepts, SocketOf};

/// Serves each listener on a thread of its own until `stopper` says to stop; tells what was done by all.
///
/// `make` makes the server of each thread there: it is told the number of the thread, from zero, and can set limits. What
/// [`TcpListener::bind_shared`](crate::TcpListener) gives are listeners at one address, among which the system
/// shares out connections.
///
/// # Errors
///
/// The first of any thread, which stops the others at once.
///
/// # Panics
///
/// Those of a service, after the other threads have stopped.
///
/// # Examples
///
/// ```no_run
/// # use berkeley::{Result, Server, Service, Stopper, TcpListener, TcpStream, Turn, tcp};
/// # struct Echo;
/// # impl Service for Echo {
/// #     type Listener = tcp::Listener;
/// #     type State = ();
/// #     fn admit(&mut self, _: &TcpStream, _: &std::net::SocketAddr) -> Option<()> { Some(()) }
/// #     fn received(&mut self, turn: &mut Turn<'_, Self>, data: &[u8]) -> Result<()> { turn.send(data).map(drop) }
/// # }
/// let listeners = TcpListener::bind_shared("[::]:7000", 4)?;
/// berkeley::serve(listeners, &Stopper::new(), |_thread, listener| {
///     let mut server = Server::new(listener, Echo)?;
///     server.set_limit(10_000);
///     Ok(server)
/// })?;
/// # Ok::<(), berkeley::Error>(())
/// ```
pub fn serve<L: Accepts + Send, S: Service<Listener = L>>(
    listeners: impl IntoIterator<Item = SocketOf<L>>,
    stopper: &Stopper,
    make: impl Fn(usize, SocketOf<L>) -> Result<Server<S>> + Sync,
) -> Result<Report> {
    let one = |number, listener| {
        // A thread that ends early ends the others, be it by a panic.
        let alarm = StopsOthers(stopper);
        let report = make(number, listener).and_then(|mut server| server.run(stopper))?;
        std::mem::forget(alarm);
        Ok(report)
    };
    thread::scope(|scope| {
        let one = &one;
        let start = |(number, listener)| scope.spawn(move || one(number, listener));
        let threads: Vec<_> = listeners.into_iter().enumerate().map(start).collect();
        let mut total = Ok(Report::default());
        for thread in threads {
            let report = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            match (&mut total, report) {
                (Ok(total), Ok(report)) => *total += report,
                (Ok(_), Err(error)) => total = Err(error),
                (Err(_), _) => {}
            }
        }
        total
    })
}

struct StopsOthers<'a>(&'a Stopper);

impl Drop for StopsOthers<'_> {
    fn drop(&mut self) {
        // Who cannot be woken stops with its next event.
        let _ = self.0.stop(Deadline::now());
    }
}

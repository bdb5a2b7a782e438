//! The meeting of all clients: what any of them sends goes to the standard output, the standard input to each.
//!
//! The standard input is read no faster than the slowest client takes it; one that takes nothing for [`STALL`] is
//! turned out. While there is no client, it waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use berkeley::{Kind, Shutdown, Socket};

use super::{Door, STALL, Seat, send_patiently};
use crate::report::{Failure, Voice, elapsed, io_reason, reason};
use crate::stdio::{BUFFER, Cut, Input, LONGEST, Output, stdin, stdout};
use crate::transfer::{has_hung_up, is_gone, of_input, of_output};

struct Client {
    socket: Socket,
    name: String,
    /// Whether it sends no more.
    has_ended: AtomicBool,
    seat: Seat,
}

struct Hub {
    clients: Mutex<Clients>,
    arrived: Condvar,
    output: Mutex<Output>,
    voice: Voice,
}

#[derive(Default)]
struct Clients {
    present: Vec<Arc<Client>>,
    /// Whether the standard input has ended.
    input_has_ended: bool,
}

/// Lets clients come and go until a signal ends the program.
pub fn meet(door: &Door<'_>, cut: Cut) -> Result<(), Failure> {
    let output = Mutex::new(Output::new(stdout(), cut == Cut::Lines));
    let hub = Arc::new(Hub { clients: Mutex::default(), arrived: Condvar::new(), output, voice: door.voice });
    let feeder = Arc::clone(&hub);
    std::thread::spawn(move || {
        if let Err(failure) = feeder.feed(cut) {
            crate::end_now(&failure);
        }
    });
    door.accept_all(&|| hub.make_room(), |socket, name, seat| hub.admit(socket, name, seat))
}

impl Hub {
    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(self: &Arc<Self>, socket: Socket, name: String, seat: Seat) {
        let client = Arc::new(Client { socket, name, has_ended: AtomicBool::new(false), seat });
        self.clients().present.push(Arc::clone(&client));
        self.arrived.notify_all();
        let (hub, guest) = (Arc::clone(self), Arc::clone(&client));
        let listen = move || {
            if let Err(failure) = hub.listen_to(&guest) {
                crate::end_now(&failure);
            }
        };
        if let Err(error) = std::thread::Builder::new().spawn(listen) {
            let text = format_args!("warning: {} is turned away: {}", client.name, io_reason(&error));
            self.voice.note(text);
            self.dismiss(&client);
        }
    }

    /// Writes what a client sends to the standard output, until its end.
    fn listen_to(&self, client: &Arc<Client>) -> Result<(), Failure> {
        let mut buffer = vec![0; if client.socket.kind() == Kind::STREAM { BUFFER } else { LONGEST }];
        loop {
            match client.socket.recv(&mut buffer) {
                Ok(received) if received.is_empty() => break,
                Ok(received) => {
                    let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
                    output.write(&buffer[..received.len()]).map_err(|error| of_output(&error))?;
                }
                Err(error) => {
                    let quiet = if is_gone(&error) { Voice::detail } else { Voice::note };
                    quiet(self.voice, format!("receive {}: {}", client.name, reason(&error)).as_str());
                    self.dismiss(client);
                    return Ok(());
                }
            }
        }
        client.has_ended.store(true, Ordering::SeqCst);
        client.seat.call();
        // A client that sends no more may still receive, as long as there is something to send.
        if self.clients().input_has_ended || has_hung_up(&client.socket) {
            self.dismiss(client);
        }
        Ok(())
    }

    /// Sends the standard input to every client, and tells them its end.
    fn feed(&self, cut: Cut) -> Result<(), Failure> {
        let mut input = Input::new(stdin(), cut);
        while let Some(piece) = input.next().map_err(|error| of_input(&error))? {
            for client in self.wait_for_clients() {
                if let Err(error) = send_patiently(&client.socket, piece) {
                    self.give_up(&client, &error);
                }
            }
        }
        let mut clients = self.clients();
        clients.input_has_ended = true;
        // Who comes from now on is told the end together with its own: it has missed nothing.
        let (ended, present): (Vec<_>, Vec<_>) =
            clients.present.drain(..).partition(|client| client.has_ended.load(Ordering::SeqCst));
        clients.present = present;
        for client in clients.present.iter().chain(&ended) {
            // It may be gone, which its own thread finds out.
            let _ = client.socket.shutdown(Shutdown::Send);
        }
        Ok(())
    }

    fn wait_for_clients(&self) -> Vec<Arc<Client>> {
        let mut clients = self.clients();
        while clients.present.is_empty() {
            clients = self.arrived.wait(clients).unwrap_or_else(PoisonError::into_inner);
        }
        clients.present.clone()
    }

    fn give_up(&self, client: &Arc<Client>, error: &berkeley::Error) {
        if error.is_deadline_passed() {
            let text =
                format_args!("warning: {} took nothing for {}: turned out", client.name, elapsed(STALL));
            self.voice.note(text);
        } else {
            self.voice.detail(format_args!("send {}: {}", client.name, reason(error)));
        }
        // What it has sent is still read, unless it is stuck.
        if error.is_deadline_passed() || client.has_ended.load(Ordering::SeqCst) {
            self.dismiss(client);
        } else {
            self.clients().present.retain(|present| !Arc::ptr_eq(present, client));
        }
    }

    fn dismiss(&self, client: &Arc<Client>) {
        self.clients().present.retain(|present| !Arc::ptr_eq(present, client));
        self.voice.detail(format_args!("closed {}", client.name));
        // Its thread may be waiting for it.
        let _ = client.socket.shutdown(Shutdown::Both);
    }

    /// Turns out the oldest of those who send no more; they may be gone altogether, which TCP does not tell.
    fn make_room(&self) -> bool {
        let mut clients = self.clients();
        let oldest = clients.present.iter().position(|client| client.has_ended.load(Ordering::SeqCst));
        oldest.map(|at| clients.present.remove(at)).is_some()
    }
}

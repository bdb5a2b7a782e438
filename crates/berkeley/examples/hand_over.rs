//! A connection is handed over: one process accepts it, another one serves it.
//!
//! `cargo run --example hand_over` starts itself once more as the process that serves, and ends when both have.

#[cfg(unix)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().nth(1).as_deref() == Some(unix::SERVES) { unix::serve() } else { unix::accept() }
}

#[cfg(not(unix))]
fn main() {
    println!("this system passes no descriptors");
}

#[cfg(unix)]
mod unix {
    use std::env;
    use std::error::Error;
    use std::io::{self, BufRead, BufReader, Read, Write};
    use std::os::fd::{AsFd, OwnedFd};
    use std::process::{Command, Stdio};

    use berkeley::{Deadline, SECOND, Shutdown, TcpListener, TcpStream, UnixStream};

    pub const SERVES: &str = "serve";

    /// Serves what comes over the standard input: of each connection a line, which it gets back in capitals.
    pub fn serve() -> Result<(), Box<dyn Error>> {
        let channel = UnixStream::adopt(io::stdin().as_fd().try_clone_to_owned()?)?;
        loop {
            let (mut name, mut descriptors) = ([0; 64], Vec::new());
            let arrival = channel.recv_descriptors(&mut name, &mut descriptors)?;
            if arrival.is_empty() {
                return Ok(());
            }
            let name = String::from_utf8_lossy(&name[..arrival.len()]);
            for descriptor in descriptors {
                let stream = TcpStream::adopt(descriptor)?;
                let mut line = String::new();
                BufReader::new(stream.by(Deadline::after(SECOND * 5))).read_line(&mut line)?;
                println!("process {} serves {name}", std::process::id());
                (&stream).write_all(line.to_uppercase().as_bytes())?;
            }
        }
    }

    /// Accepts a connection, and hands it over with the address that it came from.
    pub fn accept() -> Result<(), Box<dyn Error>> {
        let (channel, other_end) = UnixStream::pair()?;
        let mut command = Command::new(env::current_exe()?);
        command.arg(SERVES).stdin(Stdio::from(OwnedFd::from(other_end)));
        let mut process = command.spawn()?;
        // The command has the other end too, and the process is to see that this one is closed.
        drop(command);

        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut client = TcpStream::connect(listener.local_address()?)?;
        client.write_all(b"hello\n")?;
        let (stream, from) = listener.accept()?;
        println!("process {} accepts {from}", std::process::id());
        channel.send_descriptors(from.to_string().as_bytes(), &[stream])?;
        channel.shutdown(Shutdown::Send)?;

        let mut answer = String::new();
        client.read_to_string(&mut answer)?;
        print!("the client hears {answer}");
        process.wait()?;
        Ok(())
    }
}

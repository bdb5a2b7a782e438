//! A chat without a server: who has joined the group hears what anybody says to it.
//!
//! `cargo run --example group_chat` has three members speak over the loopback, and ends when each has heard all.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use berkeley::multicast::On;
use berkeley::{Deadline, Result, SECOND, UdpSocket};

/// A group that does not leave the site, RFC 2365.
const GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(239, 255, 77, 7));

/// Joins the chat at a port, which all members share; zero has the system choose it.
fn join(port: u16) -> Result<UdpSocket> {
    let member = UdpSocket::bind_multicast(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port))?;
    let loopback = On::Address(Ipv4Addr::LOCALHOST.into());
    member.join_group(GROUP, loopback.clone())?;
    member.set_multicast_interface(loopback)?;
    Ok(member)
}

fn main() -> Result<()> {
    let first = match join(0) {
        Err(error) if error.is_unsupported() => {
            println!("not here: {error}");
            return Ok(());
        }
        joined => joined?,
    };
    let port = first.local_address()?.port();
    let members = [("Ada", first), ("Ben", join(port)?), ("Eve", join(port)?)];
    for (name, member) in &members {
        member.send_to(format!("{name}: hello").as_bytes(), &SocketAddr::new(GROUP, port))?;
    }
    let deadline = Deadline::after(SECOND * 5);
    for (name, member) in &members {
        let mut buffer = [0; 512];
        for _ in &members {
            let (received, from) = member.by(deadline).recv_from(&mut buffer)?;
            let said = String::from_utf8_lossy(&buffer[..received.len()]);
            println!("{name} hears from {from}: {said}");
        }
    }
    Ok(())
}

//! Several hosts: addresses of one link on several cables, hosts of many addresses, groups by their source.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod wire;

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::{IpAddr, SocketAddr};

use berkeley::message::{self, Control, ControlBuffer, Message};
use berkeley::multicast::On;
use berkeley::{Interfaces, TcpListener, TcpStream, UdpSocket, option};
use berkeley_testkit::{Host, ip, soon};
use wire::{alone, hears};

fn run(commands: &[&str]) {
    for words in commands {
        ip(&words.split(' ').collect::<Vec<_>>()).unwrap();
    }
}

fn index(name: &str) -> u32 {
    Interfaces::open().unwrap().by_name(name).unwrap().index()
}

/// The scope of an address, which is the index of its interface.
fn scope(address: SocketAddr) -> u32 {
    let SocketAddr::V6(address) = address else { panic!("{address}") };
    address.scope_id()
}

/// Two neighbours that have one address, on a cable each: `c1` and `c2` at this end.
fn neighbours() -> [Host; 2] {
    [1, 2].map(|number| {
        let host = Host::new().unwrap();
        Host::cable((None, &format!("c{number}")), (Some(&host), "far0"));
        run(&[&format!("addr add fe80::1/64 dev c{number} nodad")]);
        host.configure(&["addr add fe80::2/64 dev far0 nodad"]);
        host
    })
}

#[test]
fn the_zone_says_over_which_cable() {
    alone(|| {
        let hosts = neighbours();
        for (number, host) in hosts.iter().enumerate() {
            let cable = format!("c{}", number + 1);
            let far = host.run(|| UdpSocket::bind("[fe80::2%far0]:0").unwrap());
            let port = far.local_address().unwrap().port();
            let near = UdpSocket::connected_to(format!("[fe80::2%{cable}]:{port}")).unwrap();
            near.send(cable.as_bytes()).unwrap();
            let mut buffer = [0; 16];
            let (received, from) = far.by(soon()).recv_from(&mut buffer).unwrap();
            assert_eq!(&buffer[..received.len()], cable.as_bytes());
            assert_eq!(
                (from.ip().to_string().as_str(), scope(from)),
                ("fe80::1", host.run(|| index("far0")))
            );
            // What was told is enough for an answer.
            far.send_to(b"answer", &from).unwrap();
            let (_, from) = near.by(soon()).recv_from(&mut buffer).unwrap();
            assert_eq!((from.port(), scope(from)), (port, index(&cable)));
        }
    });
}

#[test]
fn a_stream_goes_to_the_neighbour_on_that_cable() {
    alone(|| {
        for (number, host) in neighbours().iter().enumerate() {
            let listener = host.run(|| TcpListener::bind("[fe80::2%far0]:0").unwrap());
            let port = listener.local_address().unwrap().port();
            let cable = format!("c{}", number + 1);
            let mut client = TcpStream::connect_by(format!("[fe80::2%{cable}]:{port}"), soon()).unwrap();
            let (mut server, from) = listener.by(soon()).accept().unwrap();
            assert_eq!(scope(from), host.run(|| index("far0")));
            assert_eq!(scope(client.peer_address().unwrap()), index(&cable));
            client.write_all(b"over ").unwrap();
            client.write_all(cable.as_bytes()).unwrap();
            drop(client);
            let mut text = String::new();
            server.read_to_string(&mut text).unwrap();
            assert_eq!(text, format!("over {cable}"));
        }
    });
}

/// The addresses of a host on two cables, and the cable of each.
const ADDRESSES: [(&str, &str); 6] = [
    ("10.2.0.1", "s1"),
    ("10.2.0.2", "s1"),
    ("10.5.0.1", "s2"),
    ("fd02::1", "s1"),
    ("fd02::2", "s1"),
    ("fd05::1", "s2"),
];

fn host_of_many_addresses() -> Host {
    let host = Host::new().unwrap();
    Host::cable((None, "c1"), (Some(&host), "s1"));
    Host::cable((None, "c2"), (Some(&host), "s2"));
    run(&[
        "addr add 10.2.0.99/24 dev c1",
        "addr add 10.5.0.99/24 dev c2",
        "addr add fd02::99/64 dev c1 nodad",
        "addr add fd05::99/64 dev c2 nodad",
    ]);
    for (address, cable) in ADDRESSES {
        let (length, nodad) = if address.contains(':') { (64, " nodad") } else { (24, "") };
        host.configure(&[&format!("addr add {address}/{length} dev {cable}{nodad}")]);
    }
    host
}

/// Receives a question and answers it from the address that was asked; returns that address and the interface.
fn answer(server: &UdpSocket) -> (IpAddr, u32) {
    let mut memory = ControlBuffer::with_room(256);
    let mut room = [0; 16];
    let arrival = server.by(soon()).recv_message(&mut [IoSliceMut::new(&mut room)], &mut memory).unwrap();
    let mut control = Control::new();
    let asked = if let Some(info) = memory.get(message::ip::PKTINFO) {
        control.push(message::ip::PKTINFO, &info.reply()).unwrap();
        (info.destination.into(), info.interface)
    } else {
        let info = memory.get(message::ipv6::PKTINFO).unwrap();
        control.push(message::ipv6::PKTINFO, &info.reply()).unwrap();
        (info.address.into(), info.interface)
    };
    let data = [IoSlice::new(&room[..arrival.len()])];
    server.send_message(&Message::new(&data).to_maybe(arrival.from()).control(&control)).unwrap();
    asked
}

#[test]
fn a_host_of_many_addresses_answers_each_over_its_cable() {
    alone(|| {
        let host = host_of_many_addresses();
        let [v4, v6] = host.run(|| {
            ["0.0.0.0:0", "[::]:0"].map(|any| {
                let server = UdpSocket::bind(any).unwrap();
                server.set(option::ip::PKTINFO, true).unwrap();
                if any.starts_with('[') {
                    server.set(option::ipv6::RECVPKTINFO, true).unwrap();
                }
                server
            })
        });
        for (address, cable) in ADDRESSES {
            let address: IpAddr = address.parse().unwrap();
            let server = if address.is_ipv4() { &v4 } else { &v6 };
            let port = server.local_address().unwrap().port();
            // A connected socket hears nobody else than whom it asked.
            let client = UdpSocket::connected_to((address, port)).unwrap();
            client.send(b"who?").unwrap();
            assert_eq!(answer(server), (address, host.run(move || index(cable))));
            hears(&client, b"who?");
        }
    });
}

/// Three hosts at a bridge, which is the test's own.
fn bridged() -> [Host; 3] {
    run(&["link add br0 type bridge", "link set br0 up"]);
    [1, 2, 3].map(|number| {
        let host = Host::new().unwrap();
        Host::cable((None, &format!("p{number}")), (Some(&host), "h0"));
        run(&[&format!("link set p{number} master br0")]);
        host.configure(&[
            &format!("addr add 10.8.0.{number}/24 dev h0"),
            &format!("addr add fd08::{number}/64 dev h0 nodad"),
        ]);
        host
    })
}

#[test]
fn a_group_is_heard_from_the_host_that_was_asked_for() {
    alone(|| {
        let [first, second, receiver] = bridged();
        for (group, net) in [("239.255.7.7", "10.8.0."), ("ff15::77", "fd08::")] {
            let group: IpAddr = group.parse().unwrap();
            let [one, two]: [IpAddr; 2] = ["1", "2"].map(|number| format!("{net}{number}").parse().unwrap());
            let any = if group.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let hearer = receiver.run(move || UdpSocket::bind_multicast(any).unwrap());
            let to = SocketAddr::new(group, hearer.local_address().unwrap().port());
            let send = |host: &Host, from: IpAddr, text: &'static [u8]| {
                host.run(move || {
                    let socket = UdpSocket::bind(SocketAddr::new(from, 0)).unwrap();
                    socket.set_multicast_interface("h0".parse::<On>().unwrap()).unwrap();
                    socket.send_to(text, &to).unwrap();
                });
            };
            let on: On = "h0".parse().unwrap();
            let (there, at) = (hearer.duplicate().unwrap(), on.clone());
            receiver.run(move || there.join_source(group, one, at).unwrap());
            send(&second, two, b"of the second");
            send(&first, one, b"of the first");
            hears(&hearer, b"of the first");

            let (there, at) = (hearer.duplicate().unwrap(), on.clone());
            receiver.run(move || {
                there.leave_source(group, one, at.clone()).unwrap();
                there.join_group(group, at.clone()).unwrap();
                there.block_source(group, one, at).unwrap();
            });
            send(&first, one, b"of the blocked");
            send(&second, two, b"of the other");
            hears(&hearer, b"of the other");
        }
    });
}

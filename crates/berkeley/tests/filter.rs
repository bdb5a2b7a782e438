//! Programs that run for what a socket receives.

#![allow(clippy::unwrap_used, clippy::expect_used, unsafe_code)]

use berkeley::{Instruction, UdpSocket, option};
use berkeley_testkit::limit;

/// Lets everything through, and keeps all of it.
const ALL: Instruction = Instruction::give(u32::MAX);

fn udp() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").unwrap()
}

#[test]
fn where_there_are_no_filters_it_is_said() {
    let _limit = limit();
    let socket = udp();
    if option::socket::DETACH_FILTER.is_available() {
        return;
    }
    assert!(socket.attach_filter(&[ALL]).unwrap_err().is_unsupported());
    assert!(socket.attach_chooser(&[ALL]).unwrap_err().is_unsupported());
    assert!(socket.attach_filter_program(&socket).unwrap_err().is_unsupported());
    assert!(socket.attach_chooser_program(&socket).unwrap_err().is_unsupported());
    assert!(socket.attached_filter().unwrap_err().is_unsupported());
    assert!(socket.detach_filter().unwrap_err().is_unsupported());
    assert!(socket.detach_chooser().unwrap_err().is_unsupported());
    let share = option::FlowLabelShare::ANY;
    let leased = socket.lease_flow_label(std::net::Ipv6Addr::LOCALHOST, None, share);
    assert!(leased.unwrap_err().is_unsupported());
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{FromRawFd, OwnedFd};

    use berkeley::{Errno, Family, Kind, Protocol, SECOND, Socket};
    use berkeley_testkit::need;

    use super::*;

    /// Loads from the datagram, behind the eight bytes of UDP's header.
    const FIRST_BYTE: Instruction = Instruction::statement(0x30, 8); // BPF_LD | BPF_B | BPF_ABS
    const IS: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K

    #[test]
    fn a_filter_lets_through_what_it_says_and_is_taken_off() {
        let _limit = limit();
        let receiver = udp();
        let sender = UdpSocket::connected_to(receiver.local_address().unwrap()).unwrap();
        let only_a = [FIRST_BYTE, Instruction::jump(IS, b'a'.into(), 0, 1), ALL, Instruction::give(0)];
        receiver.attach_filter(&only_a).unwrap();
        assert_eq!(receiver.attached_filter().unwrap(), only_a);
        for text in ["b1", "a2", "b3"] {
            sender.send(text.as_bytes()).unwrap();
        }
        let mut buffer = [0; 8];
        assert_eq!(receiver.by(SECOND * 10).recv(&mut buffer).unwrap().len(), 2);
        assert_eq!(&buffer[..2], b"a2");
        assert!(receiver.now().recv(&mut buffer).unwrap().is_none());

        receiver.detach_filter().unwrap();
        assert_eq!(receiver.attached_filter().unwrap(), []);
        sender.send(b"b4").unwrap();
        receiver.by(SECOND * 10).recv(&mut buffer).unwrap();
        assert_eq!(receiver.detach_filter().unwrap_err().errno(), Some(Errno::by_name("ENOENT").unwrap()));
    }

    #[test]
    fn a_filter_cuts_what_it_keeps_in_part() {
        let _limit = limit();
        let receiver = udp();
        receiver.attach_filter(&[Instruction::give(8 + 3)]).unwrap();
        UdpSocket::connected_to(receiver.local_address().unwrap()).unwrap().send(b"abcdef").unwrap();
        let mut buffer = [0; 8];
        assert_eq!(receiver.by(SECOND * 10).recv(&mut buffer).unwrap().len(), 3);
    }

    #[test]
    fn a_locked_filter_stays() {
        let _limit = limit();
        let receiver = udp();
        receiver.attach_filter(&[ALL]).unwrap();
        receiver.set(option::socket::LOCK_FILTER, true).unwrap();
        assert!(receiver.detach_filter().unwrap_err().is_permission_denied());
        assert!(receiver.attach_filter(&[ALL]).unwrap_err().is_permission_denied());
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let _limit = limit();
        let socket = udp();
        let long = vec![ALL; 5000];
        for program in [&[][..], &[FIRST_BYTE][..], &[Instruction::statement(0xffff, 0)][..], &long[..]] {
            let error = socket.attach_filter(program).unwrap_err();
            assert_eq!(error.errno(), Some(Errno::INVAL), "{error}");
        }
        assert!(socket.attach_filter_program(&socket).is_err(), "a socket is no program");
    }

    fn sharing(address: Option<&berkeley::Address>) -> Socket {
        let socket = Socket::open(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        socket.set(option::socket::REUSEPORT, true).unwrap();
        match address {
            Some(address) => socket.bind(address).unwrap(),
            None => socket.bind("127.0.0.1:0").unwrap(),
        }
        socket
    }

    #[test]
    fn a_program_chooses_among_the_sockets_of_a_port() {
        let _limit = limit();
        let first = sharing(None);
        let address = first.local_address().unwrap();
        let others = [sharing(Some(&address)), sharing(Some(&address))];
        // The number that the first byte of the datagram says: BPF_LD | BPF_B | BPF_ABS, then BPF_RET | BPF_A.
        let by_byte = [Instruction::statement(0x30, 0), Instruction::statement(0x16, 0)];
        first.attach_chooser(&by_byte).unwrap();
        for (number, socket) in [&first, &others[0], &others[1]].into_iter().enumerate() {
            // Each from another port, which would spread them if nothing chose.
            for _ in 0..5 {
                UdpSocket::connected_to(address.clone()).unwrap().send(&[number as u8]).unwrap();
                let mut buffer = [9; 1];
                socket.by(SECOND * 10).recv(&mut buffer).unwrap();
                assert_eq!(usize::from(buffer[0]), number);
            }
        }
        first.detach_chooser().unwrap();
    }

    /// Loads a program of the kernel's own machine that gives `number`.
    fn loaded(number: i32) -> Option<OwnedFd> {
        #[repr(C, align(8))]
        #[derive(Default)]
        struct Load {
            kind: u32,
            count: u32,
            instructions: u64,
            licence: u64,
            rest: [u64; 16],
        }
        // r0 = number; exit
        let code: [[u8; 8]; 2] = [[0xb7, 0, 0, 0, number as u8, 0, 0, 0], [0x95, 0, 0, 0, 0, 0, 0, 0]];
        let load = Load {
            kind: 1, // BPF_PROG_TYPE_SOCKET_FILTER
            count: 2,
            instructions: code.as_ptr() as u64,
            licence: c"MIT".as_ptr() as u64,
            ..Load::default()
        };
        // SAFETY: bpf(2) reads the structure, the instructions and the licence, which are readable; 5 is BPF_PROG_LOAD.
        let fd = unsafe { libc::syscall(libc::SYS_bpf, 5, &raw const load, 48) };
        // SAFETY: the call has just opened it.
        (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd as i32) })
    }

    #[test]
    fn a_loaded_program_filters_and_chooses() {
        let _limit = limit();
        let program = loaded(0);
        if !need(program.is_some(), "the right to load programs with bpf(2)") {
            return;
        }
        let program = program.unwrap();
        let receiver = udp();
        receiver.attach_filter_program(&program).unwrap();
        let sender = UdpSocket::connected_to(receiver.local_address().unwrap()).unwrap();
        sender.send(b"unheard").unwrap();
        assert!(receiver.now().recv(&mut [0; 8]).unwrap().is_none());
        receiver.detach_filter().unwrap();

        let first = sharing(None);
        let second = sharing(Some(&first.local_address().unwrap()));
        first.attach_chooser_program(&loaded(1).unwrap()).unwrap();
        for _ in 0..5 {
            UdpSocket::connected_to(first.local_address().unwrap()).unwrap().send(b"x").unwrap();
            second.by(SECOND * 10).recv(&mut [0; 8]).unwrap();
        }
    }
}

//! Interfaces of CAN: virtual ones, and a controller at a serial line, whose part the test plays (slcan).
//!
//! `ci/vm` runs this where the kernel has them, and demands them with `BERKELEY_NEED=can_setup`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bus;

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::time::Duration;

use berkeley::can::{CanInterface, CanModes, CanSetup, CanState, Frame, FrameSize};
use berkeley::{CanSocket, Interest, Interfaces, MILLISECOND, SECOND, Zone, wait_for};
use berkeley_testkit::{limit, need_of, soon};
use bus::on_bus;

const NEED: &str = "can_setup";

#[test]
fn virtual_interfaces_come_and_go() {
    on_bus(NEED, FrameSize::Fd, CanSocket::open, |bus| {
        let interface = bus.interface();
        assert_eq!((interface.index(), interface.status().unwrap().kind.as_str()), (bus.index, "vcan"));
        assert_eq!(interface.status().unwrap().state, None);
        let mtu = || Interfaces::open().unwrap().by_name("vcan0").unwrap().mtu();
        for (size, bytes) in [(FrameSize::Classic, 16), (FrameSize::Fd, 72)] {
            interface.down().unwrap();
            interface.set_frame_size(size).unwrap();
            interface.up().unwrap();
            assert_eq!(mtu(), Some(bytes));
        }
        let taken = CanInterface::add_virtual("vcan0").unwrap_err();
        assert!(taken.to_string().contains("vcan0"), "{taken}");
        let error = CanInterface::add_virtual("a/b").unwrap_err();
        assert!(error.is_invalid(), "{error}");
        let error = interface.set_up(&CanSetup::new().with_bit_rate(500_000)).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        interface.remove().unwrap();
        let gone = CanInterface::open(bus.zone()).unwrap_err();
        assert!(gone.is_no_such_interface() && gone.to_string().contains("vcan0"), "{gone}");
        assert!(CanInterface::open(Zone::NONE).unwrap_err().is_invalid());
    });
}

#[test]
fn what_goes_into_a_tunnel_comes_out_of_it() {
    on_bus(NEED, FrameSize::Classic, CanSocket::open, |_| {
        let (near, far) = CanInterface::add_tunnel("near", "far").unwrap();
        near.up().unwrap();
        far.up().unwrap();
        assert_eq!(far.status().unwrap().kind, "vxcan");
        let (sender, receiver) = (
            CanSocket::bind(Zone::index(near.index())).unwrap(),
            CanSocket::bind(Zone::index(far.index())).unwrap(),
        );
        let frame: Frame = "123#1122".parse().unwrap();
        // A carrier is there a moment after both ends are up, and its queue another moment later: what is sent before that is
        // refused, or taken and lost.
        let deadline = soon();
        let heard = loop {
            let _ = sender.send_frame(&frame);
            match receiver.by(MILLISECOND * 20).recv_frame() {
                Ok(heard) => break heard,
                Err(error) => assert!(error.is_deadline_passed() && !deadline.has_passed(), "{error}"),
            }
        };
        assert_eq!(heard, frame);
        near.remove().unwrap();
        assert!(far.status().unwrap_err().is_no_such_interface());
    });
}

/// A serial line: the side of the controller, and the side that the kernel has made an interface of.
struct Line {
    controller: File,
    _interface: File,
}

impl Line {
    #[allow(unsafe_code)]
    fn new() -> Option<Self> {
        // N_SLCAN of linux/tty.h.
        let discipline: libc::c_int = 17;
        let (mut ours, mut theirs) = (0, 0);
        // SAFETY: an all-zero termios is one; cfmakeraw(3) makes of it a line that changes nothing.
        let mut raw: libc::termios = unsafe { std::mem::zeroed() };
        // SAFETY: the pointer is to a termios.
        unsafe { libc::cfmakeraw(&raw mut raw) };
        let (name, size) = (std::ptr::null_mut(), std::ptr::null());
        // SAFETY: openpty(3) writes two numbers and reads a termios.
        let opened = unsafe { libc::openpty(&raw mut ours, &raw mut theirs, name, &raw const raw, size) };
        assert_eq!(opened, 0, "{}", std::io::Error::last_os_error());
        // SAFETY: openpty(3) has opened it, and nobody else has it.
        let controller = unsafe { File::from_raw_fd(ours) };
        // SAFETY: as above.
        let interface = unsafe { File::from_raw_fd(theirs) };
        // SAFETY: the request reads one number.
        let set = unsafe { libc::ioctl(interface.as_raw_fd(), libc::TIOCSETD, &raw const discipline) };
        (set == 0).then_some(Self { controller, _interface: interface })
    }

    /// Reads what the kernel tells the controller, up to and with these words.
    fn hears(&mut self, words: &str) {
        let mut heard = String::new();
        let deadline = soon();
        while !heard.contains(words) {
            wait_for(&self.controller, Interest::READABLE, deadline)
                .unwrap_or_else(|error| panic!("{error}: {heard:?}"));
            let mut buffer = [0; 64];
            let length = self.controller.read(&mut buffer).unwrap();
            heard.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
    }
}

#[test]
fn a_controller_is_set_up_and_started() {
    let _limit = limit();
    // The interface is not in a network of the test's own: where nobody demands this, the machine is left alone.
    let demanded = std::env::var("BERKELEY_NEED").is_ok_and(|list| list.split(',').any(|word| word == NEED));
    let line = demanded.then(Line::new).flatten();
    if !need_of(NEED, line.is_some(), "a machine of its own with serial controllers (slcan)") {
        return;
    }
    let mut line = line.unwrap();
    let name = Interfaces::open().unwrap().list().unwrap().into_iter().map(|found| found.name().to_owned());
    let name = name.into_iter().find(|name| name.starts_with("can") || name.starts_with("slcan")).unwrap();
    let interface = CanInterface::open(Zone::name(&name).unwrap()).unwrap();
    let status = interface.status().unwrap();
    assert_eq!((status.kind.as_str(), status.state, status.timing), ("can", Some(CanState::Stopped), None));
    let error = interface.set_up(&CanSetup::new().with_bit_rate(123_456)).unwrap_err();
    assert!(error.is_invalid(), "{error}");
    let error = interface.set_up(&CanSetup::new().with_restart_after(MILLISECOND * 1500)).unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("restart"), "{error}");
    interface.set_up(&CanSetup::new().with_bit_rate(500_000)).unwrap();
    let error = interface.set_up(&CanSetup::new().with_modes(CanModes::FD, CanModes::empty())).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    // The kernel waits for the controller to read its commands.
    std::thread::scope(|scope| {
        let started = scope.spawn(|| interface.up());
        line.hears("S6\r");
        line.hears("O\r");
        started.join().unwrap().unwrap();
    });
    let status = interface.status().unwrap();
    assert_eq!(status.timing.map(|timing| timing.bit_rate), Some(500_000));
    assert_eq!((status.state, status.restart_after), (Some(CanState::ErrorActive), Some(Duration::ZERO)));
    assert!(status.statistics.is_some_and(|statistics| statistics.bus_off == 0), "{status:?}");
    let socket = CanSocket::bind(Zone::index(interface.index())).unwrap();
    socket.by(SECOND * 20).send_frame(&"123#1122".parse().unwrap()).unwrap();
    line.hears("t12321122\r");
    line.controller.write_all(b"T1F33445513A\r").unwrap();
    assert_eq!(socket.by(soon()).recv_frame().unwrap().to_string(), "1F334455#3A");
    // It is running, and cannot be changed.
    let error = interface.set_up(&CanSetup::new().with_bit_rate(250_000)).unwrap_err();
    assert!(error.errno().is_some(), "{error}");
    std::thread::scope(|scope| {
        let stopped = scope.spawn(|| interface.down());
        line.hears("C\r");
        stopped.join().unwrap().unwrap();
    });
    assert_eq!(interface.status().unwrap().state, Some(CanState::Stopped));
}

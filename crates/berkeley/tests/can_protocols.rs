//! What goes over CAN: ISO-TP, J1939 and the broadcast manager, on a virtual bus.
//!
//! `ci/vm` runs this where the kernel has them, and demands them with `BERKELEY_NEED=can_protocols`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bus;

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use berkeley::can::{
    BroadcastEvent, CyclicSend, Frame, FrameSize, Id, J1939Report, Pgn, Subscription, SubscriptionFlags,
};
use berkeley::message::{self, ControlBuffer};
use berkeley::option::{
    self, IsoTpFlags, IsoTpFlowControl, IsoTpLinkLayer, IsoTpOptions, J1939Filter, Timestamping,
};
use berkeley::{
    CanAddress, CanBroadcastManager, CanIds, CanIsoTp, CanJ1939, CanSocket, Errno, Events, Interest,
    MILLISECOND, Poller, SECOND, Zone,
};
use berkeley_testkit::{program, soon};
use bus::{Bus, on_bus};

const NEED: &str = "can_protocols";

fn frame(text: &str) -> Frame {
    text.parse().unwrap()
}

fn id(number: u32) -> Id {
    Id::standard(number).unwrap()
}

fn isotp(size: FrameSize, body: impl FnOnce(Bus) + Send) {
    on_bus(NEED, size, CanIsoTp::open, body);
}

/// The two ends of a transport.
fn ends(bus: &Bus) -> (CanIsoTp, CanIsoTp) {
    let one = CanIsoTp::bind(bus.zone(), id(0x7e8), id(0x7e0)).unwrap();
    (one, CanIsoTp::bind(bus.zone(), id(0x7e0), id(0x7e8)).unwrap())
}

fn numbers(length: usize) -> Vec<u8> {
    (0..length).map(|number| number as u8).collect()
}

#[test]
fn isotp_carries_messages_of_any_length() {
    isotp(FrameSize::Classic, |bus| {
        let (one, other) = ends(&bus);
        let mut buffer = vec![0; 8300];
        for length in [1, 7, 8, 9, 100, 4095, 8200] {
            let data = numbers(length);
            assert_eq!(one.by(soon()).send(&data).unwrap(), length);
            let received = other.by(soon()).recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..received.len()], data, "{length}");
            other.by(soon()).send(&data[..1]).unwrap();
            assert_eq!(one.by(soon()).recv(&mut buffer).unwrap().len(), 1);
        }
        one.send(&numbers(100)).unwrap();
        let received = other.by(soon()).recv(&mut buffer[..10]).unwrap();
        assert!(received.is_truncated() && received.len() == 10);
        assert!(other.now().recv(&mut buffer).unwrap().is_none());
        assert!(other.by(MILLISECOND).recv(&mut buffer).unwrap_err().is_deadline_passed());
        let ids = CanIds::IsoTp { receive: 0x7e8, transmit: 0x7e0 };
        assert_eq!(one.local_address().unwrap(), bus.address().with_ids(ids));
    });
}

#[test]
fn isotp_is_frames_on_the_bus() {
    isotp(FrameSize::Classic, |bus| {
        let (one, other) = ends(&bus);
        let wire = bus.socket();
        let hears = |text: &str| assert_eq!(wire.by(soon()).recv_frame().unwrap().to_string(), text);
        one.send(&[1, 2, 3]).unwrap();
        hears("7E0#03010203");
        other.by(soon()).recv(&mut [0; 8]).unwrap();
        one.send(&numbers(10)).unwrap();
        // The first frame, the flow control of the other side, the last.
        hears("7E0#100A000102030405");
        hears("7E8#300000");
        hears("7E0#2106070809");
        assert_eq!(other.by(soon()).recv(&mut [0; 16]).unwrap().len(), 10);
    });
}

#[test]
fn isotp_heeds_its_options() {
    isotp(FrameSize::Fd, |bus| {
        let (one, other) = (CanIsoTp::open().unwrap(), CanIsoTp::open().unwrap());
        let flags = IsoTpFlags::TX_PADDING | IsoTpFlags::WAIT_TX_DONE;
        let options = IsoTpOptions { flags, send_fill: 0x55, ..IsoTpOptions::default() };
        one.set_options(options).unwrap();
        assert_eq!(one.options().unwrap().flags, flags);
        one.set_link_layer(IsoTpLinkLayer::FD).unwrap();
        other.set_link_layer(IsoTpLinkLayer { frame: 72, data: 16, flags: 0 }).unwrap();
        assert_eq!(one.link_layer().unwrap(), IsoTpLinkLayer::FD);
        let flow = IsoTpFlowControl { block: 2, separation: 0, waits: 0 }.with_time(MILLISECOND);
        other.set_flow_control(flow).unwrap();
        assert_eq!(other.flow_control().unwrap(), flow);
        one.bind_ids(bus.zone(), Id::extended(0x18da_f110).unwrap(), Id::extended(0x18da_10f1).unwrap())
            .unwrap();
        other
            .bind_ids(bus.zone(), Id::extended(0x18da_10f1).unwrap(), Id::extended(0x18da_f110).unwrap())
            .unwrap();
        let wire = bus.socket();
        wire.set_fd_frames(true).unwrap();
        thread::scope(|scope| {
            let receiver = scope.spawn(|| {
                let mut buffer = [0; 1000];
                let received = other.by(soon()).recv(&mut buffer).unwrap();
                assert_eq!(buffer[..received.len()], numbers(400));
            });
            one.by(soon()).send(&numbers(400)).unwrap();
            receiver.join().unwrap();
        });
        let mut texts = Vec::new();
        while let Some(frame) = wire.now().recv_frame().unwrap() {
            texts.push(frame.to_string());
        }
        assert!(texts[0].starts_with("18DA10F1##01190"), "{}", texts[0]);
        let controls = texts.iter().filter(|text| text.starts_with("18DAF110##0300201")).count();
        assert_eq!(controls, 3, "{texts:?}");
        // 62 of the first frame, five times 63, and 23 that are filled up to 24.
        assert!(texts.last().unwrap().ends_with("8F") && texts.len() == 10, "{texts:?}");
        assert!(one.options().unwrap().frame_time == 50_000);
    });
}

#[test]
fn isotp_tells_that_nobody_answers() {
    isotp(FrameSize::Classic, |bus| {
        let alone = CanIsoTp::open().unwrap();
        let options = IsoTpOptions { flags: IsoTpFlags::WAIT_TX_DONE, ..IsoTpOptions::default() };
        alone.set_options(options).unwrap();
        alone.bind_ids(bus.zone(), id(0x7e8), id(0x7e0)).unwrap();
        // Without a flow control within a second the message is given up.
        let error = alone.send(&numbers(100)).unwrap_err();
        assert!(error.errno().is_some() && !error.is_would_block(), "{error}");
        let error = CanIsoTp::bind(bus.zone(), id(1), id(1)).unwrap_err();
        assert!(error.is_address_not_available() && error.to_string().contains("vcan0"), "{error}");
    });
}

#[test]
fn isotp_broadcasts_single_frames() {
    isotp(FrameSize::Classic, |bus| {
        let wire = bus.socket();
        let sender = CanIsoTp::broadcast(bus.zone(), id(0x7df)).unwrap();
        sender.send(&[0x3e, 0x80]).unwrap();
        assert_eq!(wire.by(soon()).recv_frame().unwrap().to_string(), "7DF#023E80");
        assert!(sender.send(&numbers(20)).is_err());
    });
}

#[test]
fn isotpsend_and_isotprecv_agree() {
    isotp(FrameSize::Classic, |bus| {
        let (Some(send), Some(receive)) = (program("isotpsend"), program("isotprecv")) else { return };
        let (one, other) = ends(&bus);
        let mut sending = Command::new(send);
        sending.args(["-s", "7e0", "-d", "7e8", bus.name]).stdin(Stdio::piped());
        let mut sending = sending.spawn().unwrap();
        std::io::Write::write_all(&mut sending.stdin.take().unwrap(), b"11 22 33 44 55 66 77 88 99\n")
            .unwrap();
        let mut buffer = [0; 64];
        let received = other.by(soon()).recv(&mut buffer).unwrap();
        assert_eq!(buffer[..received.len()], [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99]);
        assert!(sending.wait().unwrap().success());
        drop(other);
        let ours = bus::listeners("sff", "7e0");
        let mut receiving = Command::new(receive);
        receiving.args(["-s", "7e8", "-d", "7e0", bus.name]).stdout(Stdio::piped());
        let mut receiving = receiving.spawn().unwrap();
        bus::wait_for_listener("sff", "7e0", ours);
        one.send(&numbers(12)).unwrap();
        receiving.wait().unwrap();
        let mut said = String::new();
        std::io::Read::read_to_string(&mut receiving.stdout.take().unwrap(), &mut said).unwrap();
        assert_eq!(said.trim(), "00 01 02 03 04 05 06 07 08 09 0A 0B");
    });
}

fn j1939(body: impl FnOnce(Bus) + Send) {
    on_bus(NEED, FrameSize::Classic, CanJ1939::open, body);
}

fn at(address: u8) -> CanIds {
    CanIds::J1939 { name: CanIds::NO_NAME, pgn: CanIds::NO_PGN, address }
}

fn to(bus: &Bus, pgn: u32, address: u8) -> CanAddress {
    bus.address().with_ids(CanIds::J1939 { name: CanIds::NO_NAME, pgn, address })
}

/// Checks who sent a message: of a long one the kernel does not say over which interface.
fn came_from(bus: &Bus, from: &CanAddress, pgn: u32, address: u8) {
    let expected = to(bus, pgn, address);
    assert_eq!(from.ids(), expected.ids());
    assert!(from.interface().is_none() || from == &expected, "{from}");
}

#[test]
fn j1939_carries_messages_between_addresses() {
    j1939(|bus| {
        let one = CanJ1939::bind(bus.zone(), at(0x20)).unwrap();
        let other = CanJ1939::bind(bus.zone(), at(0x30)).unwrap();
        let mut buffer = [0; 2000];
        for length in [1, 8, 9, 100, 1785] {
            one.by(soon()).send_to(&numbers(length), &to(&bus, 0x12300, 0x30)).unwrap();
            let (received, from) = other.by(soon()).recv_from(&mut buffer).unwrap();
            assert_eq!(buffer[..received.len()], numbers(length), "{length}");
            came_from(&bus, &from, 0x12300, 0x20);
        }
        // To another address: only who is promiscuous hears.
        let third = CanJ1939::bind(bus.zone(), at(0x40)).unwrap();
        third.set_promiscuous(true).unwrap();
        assert!(third.promiscuous().unwrap() && !one.promiscuous().unwrap());
        one.send_to(b"x", &to(&bus, 0x12300, 0x30)).unwrap();
        let mut control = ControlBuffer::with_room(256);
        let mut slices = [std::io::IoSliceMut::new(&mut buffer)];
        third.by(soon()).recv_message(&mut slices, &mut control).unwrap();
        assert_eq!(control.get(message::j1939::DEST_ADDR), Some(0x30));
        assert_eq!(control.get(message::j1939::PRIO), Some(6));
        other.by(soon()).recv(&mut buffer).unwrap();
        third.set_promiscuous(false).unwrap();
        one.send_to(b"y", &to(&bus, 0x12300, 0x30)).unwrap();
        other.by(soon()).recv(&mut buffer).unwrap();
        assert!(third.now().recv(&mut buffer).unwrap().is_none());
    });
}

#[test]
fn j1939_is_frames_with_priority_group_and_addresses() {
    j1939(|bus| {
        let wire = bus.socket();
        let sender = CanJ1939::bind(bus.zone(), at(0x20)).unwrap();
        sender.set_priority(3).unwrap();
        assert_eq!(sender.priority().unwrap(), 3);
        sender.send_to(&[1, 2], &to(&bus, 0x12300, 0x30)).unwrap();
        let Frame::Data(frame) = wire.by(soon()).recv_frame().unwrap() else { panic!("no data") };
        let Id::Extended(id) = frame.id() else { panic!("{frame:?}") };
        let header = berkeley::can::J1939Header::from(id);
        assert_eq!((header.priority, header.pgn, header.source), (3, Pgn::new(0x12300).unwrap(), 0x20));
        assert_eq!((header.destination, frame.data()), (Some(0x30), &[1, 2][..]));
        // To everybody, which has to be allowed.
        let all = to(&bus, 0x0feca, CanIds::NO_ADDRESS);
        assert!(sender.send_to(&[3], &all).unwrap_err().is_permission_denied());
        sender.set_broadcast(true).unwrap();
        let (everybody, filtered) =
            (CanJ1939::bind(bus.zone(), at(0x50)).unwrap(), CanJ1939::bind(bus.zone(), at(0x60)).unwrap());
        for socket in [&everybody, &filtered] {
            socket.set_broadcast(true).unwrap();
        }
        filtered
            .set_filters(&[J1939Filter { pgn: 0x0fecb, pgn_mask: 0x3ffff, ..J1939Filter::default() }])
            .unwrap();
        sender.send_to(&[3], &all).unwrap();
        sender.send_to(&[4], &to(&bus, 0x0fecb, CanIds::NO_ADDRESS)).unwrap();
        let mut buffer = [0; 8];
        let (_, from) = everybody.by(soon()).recv_from(&mut buffer).unwrap();
        came_from(&bus, &from, 0x0feca, 0x20);
        assert_eq!(buffer[0], 3);
        let (_, from) = filtered.by(soon()).recv_from(&mut buffer).unwrap();
        came_from(&bus, &from, 0x0fecb, 0x20);
        assert_eq!(buffer[0], 4);
        assert!(filtered.now().recv(&mut buffer).unwrap().is_none());
    });
}

#[test]
fn j1939_finds_names_once_they_claim_an_address() {
    j1939(|bus| {
        let name = 0x1234_5678_9abc_def0;
        let ids = |pgn, address| CanIds::J1939 { name, pgn, address };
        let claimant = CanJ1939::bind(bus.zone(), ids(CanIds::NO_PGN, 0x80)).unwrap();
        claimant.set_broadcast(true).unwrap();
        let claimed = Pgn::ADDRESS_CLAIMED.as_raw();
        let data = u64::to_le_bytes(name);
        claimant.send_to(&data, &to(&bus, claimed, CanIds::NO_ADDRESS)).unwrap();
        let sender = CanJ1939::bind(bus.zone(), at(0x20)).unwrap();
        let by_name = bus.address().with_ids(ids(0x12300, CanIds::NO_ADDRESS));
        // A claim holds after a quarter of a second without a contender.
        let deadline = soon();
        while let Err(error) = sender.send_to(b"to whom it concerns", &by_name) {
            assert!(error.is_address_not_available() && !deadline.has_passed(), "{error}");
            thread::yield_now();
        }
        let mut buffer = [0; 64];
        let (received, from) = claimant.by(soon()).recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..received.len()], b"to whom it concerns");
        came_from(&bus, &from, 0x12300, 0x20);
    });
}

#[test]
fn j1939_reports_what_became_of_a_message() {
    j1939(|bus| {
        let (one, other) =
            (CanJ1939::bind(bus.zone(), at(0x20)).unwrap(), CanJ1939::bind(bus.zone(), at(0x30)).unwrap());
        one.set_reports(true).unwrap();
        assert!(one.reports().unwrap());
        let told =
            Timestamping::SOFTWARE | Timestamping::OPT_ID | Timestamping::OPT_CMSG | Timestamping::TX_ACK;
        let told = told | Timestamping::TX_SCHED | Timestamping::OPT_STATS | Timestamping::OPT_TSONLY;
        one.set(option::socket::TIMESTAMPING, told).unwrap();
        let report = || loop {
            let queued = one.by(soon()).recv_error(&mut []).unwrap();
            match J1939Report::of(queued.report()) {
                Some(J1939Report::Scheduled { .. }) => {}
                report => return report,
            }
        };
        one.send_to(&numbers(100), &to(&bus, 0x12300, 0x30)).unwrap();
        other.by(soon()).recv(&mut [0; 200]).unwrap();
        assert_eq!(report(), Some(J1939Report::Acknowledged { id: 0 }));
        // Nobody has this address, and so nobody allows the message.
        one.send_to(&numbers(100), &to(&bus, 0x12300, 0x31)).unwrap();
        let Some(J1939Report::Aborted { id: 1, errno }) = report() else { panic!("no abort") };
        assert_eq!(errno, Errno::HOSTUNREACH);
    });
}

fn manager(size: FrameSize, body: impl FnOnce(Bus, CanBroadcastManager) + Send) {
    on_bus(
        NEED,
        size,
        || CanBroadcastManager::connected_to(Zone::NONE),
        |bus| {
            let manager = CanBroadcastManager::connected_to(bus.zone()).unwrap();
            body(bus, manager);
        },
    );
}

/// Receives an event other than the answer to a question.
fn event(manager: &CanBroadcastManager) -> BroadcastEvent {
    manager.by(soon()).recv_event().unwrap().0
}

#[test]
fn the_kernel_sends_by_the_clock() {
    manager(FrameSize::Fd, |bus, manager| {
        let wire = bus.socket();
        wire.set_fd_frames(true).unwrap();
        let hears = |text: &str| assert_eq!(wire.by(soon()).recv_frame().unwrap().to_string(), text);
        let frames = [frame("123#01"), frame("124#R"), frame("00000125#03")];
        let cyclic =
            CyclicSend::new(&frames, Duration::ZERO).unwrap().with_burst(5, MILLISECOND).with_event();
        manager.set_up(&cyclic).unwrap();
        ["123#01", "124#R", "00000125#03", "123#01", "124#R"].into_iter().for_each(hears);
        assert_eq!(event(&manager), BroadcastEvent::Expired(id(0x123)));
        assert!(wire.now().recv_frame().unwrap().is_none());
        // Other contents, at once.
        let changed = CyclicSend::new(&[frame("123#07")], Duration::ZERO).unwrap().from_the_first();
        manager.announce(&changed).unwrap();
        hears("123#07");
        manager.ask(&changed).unwrap();
        let BroadcastEvent::Sending(told) = event(&manager) else { panic!("no answer") };
        assert_eq!((told.frames(), told.id()), (changed.frames(), id(0x123)));
        manager.end(&changed).unwrap();
        assert!(manager.end(&changed).unwrap_err().is_invalid());
        assert!(manager.ask(&changed).unwrap_err().is_invalid());
        // Frames of CAN FD are another matter, of the same identifier.
        let fast = CyclicSend::new(&[frame("123##1AABB")], MILLISECOND).unwrap();
        manager.set_up(&fast).unwrap();
        (0..5).for_each(|_| hears("123##1AABB"));
        manager.change(&CyclicSend::new(&[frame("123##1CC")], MILLISECOND).unwrap()).unwrap();
        let began = Instant::now();
        while wire.by(soon()).recv_frame().unwrap().data() != [0xcc] {
            assert!(began.elapsed() < SECOND * 20);
        }
        manager.end(&fast).unwrap();
        while wire.now().recv_frame().unwrap().is_some() {}
        manager.send_once(&frame("7FF#1122")).unwrap();
        hears("7FF#1122");
        let (set, time) =
            (manager.set_up(&CyclicSend::new(&frames, SECOND * (401 * 86400)).unwrap()), "seconds");
        assert!(set.unwrap_err().to_string().contains(time));
    });
}

#[test]
fn changes_alone_are_told() {
    manager(FrameSize::Fd, |bus, manager| {
        let sender = bus.socket();
        let tells = |manager: &CanBroadcastManager, text: &str| {
            assert_eq!(
                manager.now().recv_event().unwrap(),
                Some((BroadcastEvent::Changed(frame(text)), bus.address()))
            );
        };
        let quiet = |manager: &CanBroadcastManager| assert_eq!(manager.now().recv_event().unwrap(), None);
        let subscription = Subscription::of_changes(&[frame("123#FF00")]).unwrap();
        manager.subscribe(&subscription).unwrap();
        for (sent, told) in [
            ("123#0100", true),
            ("123#0155", false),
            ("123#0255", true),
            ("124#0355", false),
            ("123#02", false),
        ] {
            sender.send_frame(&frame(sent)).unwrap();
            if told { tells(&manager, sent) } else { quiet(&manager) }
        }
        manager.ask_subscription(&subscription).unwrap();
        let BroadcastEvent::Subscribed(told) = event(&manager) else { panic!("no answer") };
        assert_eq!((told.masks(), told.id()), (subscription.masks(), id(0x123)));
        // The length counts as well, if it is to.
        manager.subscribe(&subscription.clone().with_flags(SubscriptionFlags::CHECK_LENGTH)).unwrap();
        sender.send_frame(&frame("123#0255")).unwrap();
        tells(&manager, "123#0255");
        sender.send_frame(&frame("123#02")).unwrap();
        tells(&manager, "123#02");
        manager.unsubscribe(&subscription).unwrap();
        assert!(manager.unsubscribe(&subscription).unwrap_err().is_invalid());
        sender.send_frame(&frame("123#09")).unwrap();
        quiet(&manager);
        manager.subscribe(&Subscription::of_all(id(0x200))).unwrap();
        for text in ["200#01", "200#01"] {
            sender.send_frame(&frame(text)).unwrap();
            tells(&manager, text);
        }
    });
}

#[test]
fn a_frame_that_does_not_come_is_told() {
    manager(FrameSize::Classic, |bus, manager| {
        let began = Instant::now();
        manager.subscribe(&Subscription::of_all(id(0x123)).with_timeout(MILLISECOND * 20)).unwrap();
        let mut poller = Poller::new().unwrap();
        let key = poller.add(manager, Interest::READABLE).unwrap();
        let mut events = Events::new();
        poller.wait(&mut events, soon()).unwrap();
        let manager = poller.get_mut(key).unwrap();
        let told = manager.now().recv_event().unwrap().unwrap();
        assert_eq!(told, (BroadcastEvent::TimedOut(id(0x123)), bus.address()));
        assert!(began.elapsed() >= MILLISECOND * 20);
        assert_eq!(manager.now().recv_event().unwrap(), None);
        bus.socket().send_frame(&frame("123#01")).unwrap();
        assert_eq!(event(manager), BroadcastEvent::Changed(frame("123#01")));
        assert_eq!(event(manager), BroadcastEvent::TimedOut(id(0x123)));
    });
}

#[test]
fn the_kernel_answers_remote_frames() {
    manager(FrameSize::Classic, |bus, manager| {
        manager.subscribe(&Subscription::of_remote(&frame("123#CAFE")).unwrap()).unwrap();
        let asking = bus.socket();
        asking.send_frame(&frame("123#R")).unwrap();
        assert_eq!(asking.by(soon()).recv_frame().unwrap().to_string(), "123#CAFE");
    });
}

#[test]
fn a_manager_of_all_interfaces_hears_and_is_adopted() {
    manager(FrameSize::Classic, |bus, manager| {
        let descriptor = manager.into_descriptor();
        let manager = CanBroadcastManager::adopt(descriptor).unwrap();
        let error = CanIsoTp::adopt(manager.into_descriptor()).unwrap_err();
        assert!(error.to_string().contains("ISO-TP"), "{error}");
        let all = CanBroadcastManager::connected_to(Zone::NONE).unwrap();
        all.subscribe(&Subscription::of_all(id(0x123))).unwrap();
        let other = Bus::new("vcan1", FrameSize::Classic).unwrap();
        for bus in [&bus, &other] {
            bus.socket().send_frame(&frame("123#05")).unwrap();
            let told = all.by(soon()).recv_event().unwrap();
            assert_eq!(told, (BroadcastEvent::Changed(frame("123#05")), bus.address()));
        }
        let error = CanBroadcastManager::connected_to(Zone::name("no-such").unwrap()).unwrap_err();
        assert!(error.is_no_such_interface(), "{error}");
        assert!(CanSocket::bind(Zone::name("no-such").unwrap()).unwrap_err().is_no_such_interface());
    });
}

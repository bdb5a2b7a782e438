//! Raw CAN sockets on a virtual bus.
//!
//! `ci/vm` runs this where the kernel has one, and demands it with `BERKELEY_NEED=can`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bus;

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use berkeley::can::{ErrorClasses, ErrorFrame, Frame, FrameSize, Id, LogLine};
use berkeley::message::{Report, Stage};
use berkeley::option::{self, CanFilter, Timestamping, XlNetworks};
use berkeley::{
    CanAddress, CanSocket, Deadline, Events, Interest, Kind, MILLISECOND, Poller, Protocol, SECOND, Socket,
    Zone,
};
use berkeley_testkit::{need_of, program, soon};
use bus::{Bus, on_bus};

fn on(size: FrameSize, body: impl FnOnce(Bus) + Send) {
    on_bus("can", size, CanSocket::open, body);
}

fn frame(text: &str) -> Frame {
    text.parse().unwrap()
}

fn hears(socket: &CanSocket, text: &str) {
    assert_eq!(socket.by(soon()).recv_frame().unwrap().to_string(), text);
}

fn hears_nothing(socket: &CanSocket) {
    // A virtual bus delivers before the send returns.
    assert_eq!(socket.now().recv_frame().unwrap(), None);
}

#[test]
fn t_f_18_loopback_on_a_specific_interface() {
    on(FrameSize::Classic, |bus| {
        let receiver = bus.socket();
        let heard = thread::scope(|scope| {
            let receiver = scope.spawn(|| receiver.by(soon()).recv_frame().unwrap());
            bus.socket().send_frame(&frame("065#010203")).unwrap();
            receiver.join().unwrap()
        });
        let Frame::Data(data) = heard else { panic!("{heard}") };
        assert_eq!((data.id().as_raw(), data.data()), (101, &[1, 2, 3][..]));
    });
}

#[test]
fn t_f_19_loopback_on_all_interfaces_tells_the_origin() {
    on(FrameSize::Classic, |bus| {
        let (receiver, sender) = (CanSocket::bind(Zone::NONE).unwrap(), CanSocket::bind(Zone::NONE).unwrap());
        let to = CanAddress::new(bus.zone());
        sender.send_frame_to(&frame("065#010203"), &to).unwrap();
        let (heard, from) = receiver.by(soon()).recv_frame_from().unwrap();
        assert_eq!((heard.id().unwrap().as_raw(), heard.data()), (101, &[1, 2, 3][..]));
        assert_eq!(from, bus.address());
        let origin = berkeley::Interfaces::open().unwrap().by_index(from.interface().as_index().unwrap());
        assert_eq!(origin.unwrap().name(), bus.name);
        // Without an interface there is nowhere to send to.
        let error = sender.send_frame(&frame("065#")).unwrap_err();
        assert!(error.is_no_such_interface(), "{error}");
    });
}

#[test]
fn t_f_20_a_poller_tells_of_frames() {
    on(FrameSize::Classic, |bus| {
        let (sender, mut poller, mut events) = (bus.socket(), Poller::new().unwrap(), Events::new());
        let key = poller.add(bus.socket(), Interest::READABLE).unwrap();
        for round in 0..10 {
            poller.wait(&mut events, Deadline::now()).unwrap();
            assert!(events.is_empty(), "round {round}");
            sender.send_frame(&frame(&format!("{round:03}#{round:02}"))).unwrap();
            poller.wait(&mut events, soon()).unwrap();
            assert!(events.iter().any(|event| event.key() == key && event.is_readable()));
            let receiver = poller.get_mut(key).unwrap();
            let (heard, _) = receiver.now().recv_frame_from().unwrap().unwrap();
            assert_eq!(heard.to_string(), format!("{round:03}#{round:02}"));
        }
    });
}

#[test]
fn frames_of_every_kind_arrive_as_they_were_sent() {
    on(FrameSize::Fd, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        for socket in [&receiver, &sender] {
            socket.set_fd_frames(true).unwrap();
            assert!(socket.fd_frames().unwrap());
        }
        let full = format!("1F334455##1{}", "AB".repeat(64));
        for text in [
            "123#",
            "7FF#1122334455667788",
            "1FFFFFFF#00",
            "123#R",
            "00000123#R8",
            "123#1122334455667788_F",
            "123##0",
            &full,
        ] {
            sender.by(soon()).send_frame(&frame(text)).unwrap();
            hears(&receiver, text);
            assert_eq!(sender.now().send_frame(&frame(text)).unwrap(), Some(()));
            hears(&receiver, text);
        }
        // What does not hear of CAN FD is neither given such frames nor takes them.
        let classic = bus.socket();
        sender.send_frame(&frame(&full)).unwrap();
        hears_nothing(&classic);
        assert!(classic.send_frame(&frame(&full)).unwrap_err().is_invalid());
    });
}

#[test]
fn frames_of_can_xl_arrive() {
    let opens = || CanSocket::open().and_then(|socket| socket.set_xl_frames(true));
    on_bus("can", FrameSize::Xl, opens, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        for socket in [&receiver, &sender] {
            socket.set_xl_frames(true).unwrap();
        }
        let most = format!("00123#80:03:12345678#{}", "5A".repeat(2048));
        // As long as the structures of the other kinds are.
        let alike =
            ["00123#80:03:12345678#11223344".to_owned(), format!("00123#81:FF:00000001#{}", "77".repeat(60))];
        for text in [&most, &alike[0], &alike[1], &"00001#80:00:00000000#01".to_owned(), &"123##1".to_owned()]
        {
            sender.send_frame(&frame(text)).unwrap();
            hears(&receiver, text);
        }
    });
}

#[test]
fn virtual_networks_of_can_xl_are_apart() {
    let opens = || CanSocket::open().and_then(|socket| socket.xl_networks());
    on_bus("can_xl_networks", FrameSize::Xl, opens, |bus| {
        let (receiver, sender, elsewhere) = (bus.socket(), bus.socket(), bus.socket());
        for socket in [&receiver, &sender, &elsewhere] {
            socket.set_xl_frames(true).unwrap();
        }
        let pass = XlNetworks { flags: XlNetworks::PASS, send: 0, receive: 0, mask: 0 };
        sender.set_xl_networks(pass).unwrap();
        assert_eq!(sender.xl_networks().unwrap(), pass);
        let hearing = |receive| XlNetworks { flags: XlNetworks::FILTER, send: 0, receive, mask: 0xff };
        receiver.set_xl_networks(hearing(0x45)).unwrap();
        elsewhere.set_xl_networks(hearing(0x46)).unwrap();
        for text in ["45123#80:00:00000001#11", "46123#80:00:00000001#22"] {
            sender.send_frame(&frame(text)).unwrap();
        }
        hears(&receiver, "45123#80:00:00000001#11");
        hears_nothing(&receiver);
        hears(&elsewhere, "46123#80:00:00000001#22");
        sender
            .set_xl_networks(XlNetworks { flags: XlNetworks::SET, send: 0x45, receive: 0, mask: 0 })
            .unwrap();
        sender.send_frame(&frame("46123#80:00:00000001#33")).unwrap();
        hears(&receiver, "45123#80:00:00000001#33");
        hears_nothing(&elsewhere);
    });
}

#[test]
fn an_interface_without_the_size_refuses_the_frame() {
    on(FrameSize::Classic, |bus| {
        let sender = bus.socket();
        sender.set_fd_frames(true).unwrap();
        let error = sender.send_frame(&frame("123##0")).unwrap_err();
        assert!(error.is_invalid() || error.is_message_too_long(), "{error}");
        sender.send_frame(&frame("123#")).unwrap();
    });
}

#[test]
fn a_socket_hears_what_its_filters_let_through() {
    on(FrameSize::Classic, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        let id = |text: &str| frame(text).id().unwrap();
        let sent = ["123#", "124#", "00000123#", "123#R", "323#"];
        let only = CanFilter::only(id("123#"));
        let low = CanFilter::masked(id("123#"), 0x0ff);
        let many: Vec<_> = (0..512).map(|number| CanFilter::only(Id::standard(number).unwrap())).collect();
        let sets: &[&[CanFilter]] = &[
            &[CanFilter::ALL],
            &[],
            &[only],
            &[only.inverted()],
            &[only.data_only()],
            &[only.remote_only()],
            &[low],
            &[CanFilter::only(id("00000123#")), CanFilter::only(id("124#"))],
            &many,
        ];
        for filters in sets {
            receiver.set_filters(filters).unwrap();
            assert_eq!(receiver.filters().unwrap(), *filters);
            for text in sent {
                sender.send_frame(&frame(text)).unwrap();
            }
            for text in sent {
                if filters.iter().any(|filter| filter.passes(&frame(text))) {
                    hears(&receiver, text);
                }
            }
            hears_nothing(&receiver);
        }
        // All at once: 1xx, and not 124.
        receiver.set_joined_filters(true).unwrap();
        let hundreds = CanFilter::masked(id("100#"), 0x700);
        receiver.set_filters(&[hundreds, CanFilter::only(id("124#")).inverted()]).unwrap();
        for text in sent {
            sender.send_frame(&frame(text)).unwrap();
        }
        hears(&receiver, "123#");
        hears(&receiver, "123#R");
        hears_nothing(&receiver);
        let error = receiver.set_filters(&[only; 513]).unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("here are 513"), "{error}");
    });
}

#[test]
fn errors_are_heard_of_by_those_who_ask() {
    on(FrameSize::Classic, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        let error = ErrorFrame::new(ErrorClasses::BUS_OFF | ErrorClasses::BUS_ERROR, &[0; 8]).unwrap();
        sender.send_frame(&error.into()).unwrap();
        hears_nothing(&receiver);
        receiver.set_error_filter(ErrorClasses::BUS_OFF).unwrap();
        assert_eq!(receiver.error_filter().unwrap(), ErrorClasses::BUS_OFF);
        let other = ErrorFrame::new(ErrorClasses::RESTARTED, &[0; 8]).unwrap();
        sender.send_frame(&other.into()).unwrap();
        sender.send_frame(&error.into()).unwrap();
        assert_eq!(receiver.by(soon()).recv_frame().unwrap(), Frame::Error(error));
        hears_nothing(&receiver);
    });
}

#[test]
fn who_sent_a_frame_and_when_is_told() {
    on(FrameSize::Classic, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        for socket in [&receiver, &sender] {
            socket.set_timestamps(true).unwrap();
        }
        sender.set_own_frames(true).unwrap();
        assert!(sender.own_frames().unwrap() && !receiver.own_frames().unwrap());
        let before = SystemTime::now();
        sender.send_frame(&frame("123#11")).unwrap();
        let heard = receiver.by(soon()).recv_frame_arrival().unwrap();
        assert_eq!((heard.frame, heard.from), (frame("123#11"), bus.address()));
        assert!(heard.is_local && !heard.is_own);
        let time = heard.times.software.unwrap();
        let late = time.duration_since(before).unwrap();
        assert!(late < Duration::from_secs(20), "{late:?}");
        let own = sender.by(soon()).recv_frame_arrival().unwrap();
        assert!(own.is_local && own.is_own && own.times.software.unwrap() >= before);
        // Without asking there is no time; the socket's own option tells one as well.
        receiver.set_timestamps(false).unwrap();
        sender.send_frame(&frame("123#12")).unwrap();
        assert_eq!(receiver.by(soon()).recv_frame_arrival().unwrap().times.software, None);
        receiver.set(option::socket::TIMESTAMPNS, true).unwrap();
        sender.send_frame(&frame("123#13")).unwrap();
        assert!(receiver.now().recv_frame_arrival().unwrap().unwrap().times.software.unwrap() > time);
    });
}

#[test]
fn when_a_frame_was_sent_is_told() {
    on(FrameSize::Classic, |bus| {
        let sender = bus.socket();
        let wanted = Timestamping::TX_SOFTWARE | Timestamping::SOFTWARE | Timestamping::OPT_ID;
        sender.set(option::socket::TIMESTAMPING, wanted).unwrap();
        let before = SystemTime::now();
        for number in 0..3 {
            sender.send_frame(&frame("123#1122")).unwrap();
            let mut sent = [0; 16];
            let queued = sender.by(soon()).recv_error(&mut sent).unwrap();
            let Report::Transmitted(told) = queued.report() else { panic!("{queued:?}") };
            assert_eq!((told.stage, told.id), (Stage::Sent, number));
            assert!(told.times.software.unwrap() >= before);
            assert_eq!(Frame::decode(&sent[..queued.received().len()]).unwrap(), frame("123#1122"));
        }
    });
}

#[test]
fn without_loopback_nobody_here_hears() {
    on(FrameSize::Classic, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        assert!(sender.loopback().unwrap());
        sender.set_loopback(false).unwrap();
        sender.send_frame(&frame("123#")).unwrap();
        hears_nothing(&receiver);
        sender.set_loopback(true).unwrap();
        sender.send_frame(&frame("124#")).unwrap();
        hears(&receiver, "124#");
    });
}

#[test]
fn what_a_socket_had_no_room_for_is_counted() {
    on(FrameSize::Classic, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        receiver.set(option::socket::RXQ_OVFL, true).unwrap();
        receiver.set_receive_buffer(2048).unwrap();
        for _ in 0..1000 {
            sender.send_frame(&frame("123#1122334455667788")).unwrap();
        }
        let mut heard = 0;
        while receiver.now().recv_frame().unwrap().is_some() {
            heard += 1;
        }
        sender.send_frame(&frame("124#")).unwrap();
        let last = receiver.by(soon()).recv_frame_arrival().unwrap();
        assert_eq!((last.frame, last.lost), (frame("124#"), Some(1000 - heard)));
        assert!((1..1000).contains(&heard), "{heard}");
    });
}

#[test]
fn a_full_queue_answers_at_once_and_a_deadline_waits_for_room() {
    on(FrameSize::Classic, |bus| {
        const DELAY: Duration = Duration::from_millis(60);
        let made = bus.slow_down(DELAY);
        let what = made.as_ref().err().map_or_else(String::new, |error| format!("the queue netem ({error})"));
        if !need_of("can", made.is_ok(), &what) {
            return;
        }
        let sender = bus.socket();
        let began = Instant::now();
        sender.send_frame(&frame("123#")).unwrap();
        let error = sender.send_frame(&frame("124#")).unwrap_err();
        assert!(error.is_no_buffer_space() && error.should_retry(), "{error}");
        assert!(sender.now().send_frame(&frame("124#")).unwrap_err().is_no_buffer_space());
        let error = sender.by(MILLISECOND).send_frame(&frame("124#")).unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
        assert!(began.elapsed() < SECOND * 20);
        sender.by(soon()).send_frame(&frame("125#")).unwrap();
        assert!(began.elapsed() + MILLISECOND >= DELAY, "{:?}", began.elapsed());
        sender.by(soon()).send_frame_to(&frame("126#"), &bus.address()).unwrap();
        assert!(began.elapsed() + MILLISECOND >= DELAY * 2, "{:?}", began.elapsed());
    });
}

#[test]
fn a_receive_waits_no_longer_than_its_deadline() {
    on(FrameSize::Classic, |bus| {
        let socket = bus.socket();
        assert!(socket.by(MILLISECOND * 5).recv_frame().unwrap_err().is_deadline_passed());
        assert!(socket.by(MILLISECOND * 5).recv_frame_from().unwrap_err().is_deadline_passed());
        assert!(socket.by(MILLISECOND * 5).recv_frame_arrival().unwrap_err().is_deadline_passed());
        assert!(socket.now().recv_frame_from().unwrap().is_none());
        assert!(socket.now().recv_frame_arrival().unwrap().is_none());
    });
}

#[test]
fn the_end_of_an_interface_is_told() {
    on(FrameSize::Classic, |bus| {
        let socket = bus.socket();
        bus.interface().down().unwrap();
        let error = socket.by(soon()).recv_frame().unwrap_err();
        assert!(error.is_network_down(), "{error}");
        assert!(socket.send_frame(&frame("123#")).unwrap_err().is_network_down());
        bus.interface().remove().unwrap();
        let error = socket.by(soon()).recv_frame().unwrap_err();
        assert!(error.is_no_such_interface(), "{error}");
        let error = CanSocket::bind(bus.zone()).unwrap_err();
        assert!(error.is_no_such_interface() && error.to_string().contains("can://vcan0"), "{error}");
        let error = CanSocket::bind(Zone::name("lo").unwrap()).unwrap_err();
        assert!(error.is_no_such_interface(), "{error}");
    });
}

#[test]
fn two_buses_and_two_networks_are_apart() {
    on(FrameSize::Classic, |bus| {
        let other = Bus::new("vcan1", FrameSize::Classic).unwrap();
        let (here, there, all) = (bus.socket(), other.socket(), CanSocket::bind(Zone::NONE).unwrap());
        there.send_frame(&frame("321#")).unwrap();
        hears_nothing(&here);
        assert_eq!(all.by(soon()).recv_frame_from().unwrap(), (frame("321#"), other.address()));
        here.rebind(other.zone()).unwrap();
        assert_eq!(here.local_address().unwrap(), other.address());
        there.send_frame(&frame("322#")).unwrap();
        hears(&here, "322#");
        let elsewhere = berkeley_testkit::in_own_network(|| {
            let same = Bus::new("vcan0", FrameSize::Classic).unwrap();
            same.socket().send_frame(&frame("400#")).unwrap();
        });
        assert_eq!(elsewhere, Some(()));
        hears(&all, "322#");
        hears_nothing(&all);
    });
}

#[test]
fn bytes_that_are_no_frame_are_refused_and_the_next_one_comes() {
    on(FrameSize::Fd, |bus| {
        let (receiver, sender) = (bus.socket(), bus.socket());
        for socket in [&receiver, &sender] {
            socket.set_fd_frames(true).unwrap();
        }
        // An FD frame of nine bytes, which no bus carries and a virtual one does.
        let mut bytes = [0; 72];
        bytes[4] = 9;
        assert_eq!(sender.send(&bytes).unwrap(), 72);
        sender.send_frame(&frame("123#")).unwrap();
        let error = receiver.by(soon()).recv_frame().unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("length 9 at byte 4"), "{error}");
        hears(&receiver, "123#");
    });
}

#[test]
fn a_descriptor_is_adopted_by_what_it_is() {
    on(FrameSize::Classic, |bus| {
        let raw = Socket::open(berkeley::Family::CAN, Kind::RAW, berkeley::can::RAW).unwrap();
        let socket = CanSocket::adopt(raw).unwrap();
        socket.rebind(bus.zone()).unwrap();
        let manager = Socket::open(berkeley::Family::CAN, Kind::DGRAM, Protocol::from_raw(2)).unwrap();
        let error = CanSocket::adopt(manager).unwrap_err();
        assert!(error.to_string().contains("no raw CAN socket"), "{error}");
    });
}

#[test]
fn candump_and_cansend_agree() {
    on(FrameSize::Fd, |bus| {
        let (Some(candump), Some(cansend)) = (program("candump"), program("cansend")) else { return };
        let texts = ["123#DEADBEEF", "1F334455#R", "123##1112233", "123#", "7FF#R5"];
        let (hearing, sending) = (bus.socket(), bus.socket());
        for socket in [&hearing, &sending] {
            socket.set_fd_frames(true).unwrap();
        }
        for text in texts {
            let sent = Command::new(&cansend).args([bus.name, text]).status().unwrap();
            assert!(sent.success());
            hears(&hearing, text);
        }
        let mut dump = Command::new(candump);
        dump.args(["-L", "-n", &texts.len().to_string(), bus.name]).stdout(Stdio::piped());
        let ours = bus::listeners("all", bus.name);
        let dump = dump.spawn().unwrap();
        bus::wait_for_listener("all", bus.name, ours);
        for text in texts {
            sending.send_frame(&frame(text)).unwrap();
        }
        let output = dump.wait_with_output().unwrap();
        let lines: Vec<LogLine> =
            String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect();
        let heard: Vec<_> = lines.iter().map(|line| line.frame.to_string()).collect();
        assert_eq!(heard, texts);
        assert!(lines.iter().all(|line| line.interface == bus.name && line.time > Duration::from_secs(1)));
    });
}

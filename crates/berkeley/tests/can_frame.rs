//! CAN frames as values, in text, in logs and in the kernel's bytes; and what systems without CAN answer.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use berkeley::addr::Reason;
use berkeley::can::{
    ControllerStates, DataFrame, Direction, ErrorClasses, ErrorCounters, ErrorFrame, ExtendedId, FdFlags,
    FdFrame, Frame, Id, LogLine, Malformed, Position, RemoteFrame, StandardId, Transceiver, Violation,
    Violations, XlFlags, XlFrame,
};
use berkeley::option::CanFilter;
use berkeley::{CanBroadcastManager, CanIds, CanIsoTp, CanJ1939, CanSocket, Zone};
use proptest::collection::vec;
use proptest::prelude::*;

fn id() -> impl Strategy<Value = Id> {
    prop_oneof![
        (0..0x800_u32).prop_map(|number| Id::standard(number).unwrap()),
        (0..0x2000_0000_u32).prop_map(|number| Id::extended(number).unwrap()),
    ]
}

fn data_frame() -> impl Strategy<Value = Frame> {
    (id(), vec(any::<u8>(), 0..9), 9..16_u8).prop_map(|(id, data, code)| {
        let frame = DataFrame::new(id, &data).unwrap();
        frame.with_length_code(code).unwrap_or(frame).into()
    })
}

fn remote_frame() -> impl Strategy<Value = Frame> {
    (id(), 0..9_usize, 9..16_u8).prop_map(|(id, length, code)| {
        let frame = RemoteFrame::new(id, length).unwrap();
        frame.with_length_code(code).unwrap_or(frame).into()
    })
}

fn fd_frame() -> impl Strategy<Value = Frame> {
    (id(), vec(any::<u8>(), 0..65), any::<u8>(), any::<u8>()).prop_map(|(id, data, fill, flags)| {
        FdFrame::padded(id, &data, fill).unwrap().with_flags(FdFlags::from_bits_truncate(flags)).into()
    })
}

fn xl_frame() -> impl Strategy<Value = Frame> {
    let numbers = (0..0x800_u32, any::<u8>(), 0..0x80_u8, any::<u8>(), any::<u32>());
    (numbers, vec(any::<u8>(), 1..2049)).prop_map(|((priority, network, flags, kind, acceptance), data)| {
        let frame = XlFrame::new(StandardId::new(priority).unwrap(), &data).unwrap();
        let frame = frame.with_network(network).with_flags(XlFlags::from_bits_retain(flags));
        frame.with_service_type(kind).with_acceptance(acceptance).into()
    })
}

fn error_frame() -> impl Strategy<Value = Frame> {
    (0..0x2000_0000_u32, vec(any::<u8>(), 0..9)).prop_map(|(classes, data)| {
        ErrorFrame::new(ErrorClasses::from_bits_retain(classes), &data).unwrap().into()
    })
}

fn frame() -> impl Strategy<Value = Frame> {
    prop_oneof![data_frame(), remote_frame(), fd_frame(), xl_frame(), error_frame()]
}

fn encoded(frame: &Frame) -> Vec<u8> {
    frame.encode(&mut [0; Frame::MOST_BYTES]).to_vec()
}

proptest! {
    #[test]
    fn a_frame_comes_back_from_its_text_and_its_bytes(frame in frame()) {
        let text = frame.to_string();
        prop_assert_eq!(text.parse::<Frame>(), Ok(frame.clone()), "{}", text);
        prop_assert_eq!(text.to_lowercase().replace("#r", "#R").parse::<Frame>(), Ok(frame.clone()));
        prop_assert_eq!(Frame::decode(&encoded(&frame)), Ok(frame));
    }

    #[test]
    fn what_was_in_the_memory_does_not_get_into_the_bytes(frame in frame(), dirt: u8) {
        let mut memory = [dirt; Frame::MOST_BYTES];
        prop_assert_eq!(frame.encode(&mut memory), &encoded(&frame)[..]);
    }

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..100), size in prop_oneof![Just(16_usize), Just(72), 0..100_usize]) {
        let mut bytes = bytes;
        bytes.resize(size, 0x5a);
        if let Ok(frame) = Frame::decode(&bytes) {
            prop_assert_eq!(Frame::decode(&encoded(&frame)), Ok(frame));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_in_its_place(text in "[0-9A-Fa-fRr#_.:+ é]{0,40}") {
        match text.parse::<Frame>() {
            Ok(frame) => prop_assert_eq!(frame.to_string().parse::<Frame>(), Ok(frame)),
            Err(error) => prop_assert!(error.span().end <= text.len() && !error.caret().to_string().is_empty()),
        }
        let _ = text.parse::<LogLine>();
    }

    #[test]
    fn a_line_of_a_log_comes_back(
        frame in frame(), seconds in 0..1_u64 << 40, nanoseconds in 0..1_000_000_000_u32, direction in 0..3,
    ) {
        let direction = [None, Some(Direction::Received), Some(Direction::Sent)][direction as usize];
        let time = Duration::new(seconds, nanoseconds);
        let line = LogLine { time, interface: "vcan0".to_owned(), frame, direction };
        prop_assert_eq!(line.to_string().parse::<LogLine>(), Ok(line));
    }

    #[test]
    fn the_order_of_identifiers_is_that_of_the_bits_on_the_bus(one in id(), other in id()) {
        let bits = |id: Id| {
            let base = format!("{:011b}", if id.is_extended() { id.as_raw() >> 18 } else { id.as_raw() });
            // The dominant remote bit of one, the recessive substitute of the other.
            if id.is_extended() { format!("{base}1{:018b}", id.as_raw() & 0x3_ffff) } else { format!("{base}0") }
        };
        let (left, right) = (bits(one), bits(other));
        if !left.starts_with(&right) && !right.starts_with(&left) {
            prop_assert_eq!(one.cmp(&other), left.cmp(&right), "{} {}", left, right);
        }
        prop_assert_eq!(one == other, one.cmp(&other).is_eq());
    }

    #[test]
    fn a_filter_and_its_inverse_part_all_frames(
        frame in prop_oneof![data_frame(), remote_frame(), fd_frame(), xl_frame()], id in id(), mask: u32,
    ) {
        for filter in [CanFilter::only(id), CanFilter::masked(id, mask), CanFilter::only(id).remote_only()] {
            prop_assert_ne!(filter.passes(&frame), filter.inverted().passes(&frame));
            prop_assert_eq!(filter.inverted().inverted(), filter);
        }
        if let Some(own) = frame.id() {
            prop_assert!(CanFilter::only(own).passes(&frame));
            prop_assert_eq!(CanFilter::only(id).passes(&frame), id == own);
            let remote = matches!(frame, Frame::Remote(_));
            prop_assert_eq!(CanFilter::only(own).remote_only().passes(&frame), remote);
            prop_assert_eq!(CanFilter::only(own).data_only().passes(&frame), !remote);
        }
        prop_assert!(CanFilter::ALL.passes(&frame) && !CanFilter::ALL.inverted().passes(&frame));
    }
}

fn standard(number: u32) -> Id {
    Id::standard(number).unwrap()
}

fn extended(number: u32) -> Id {
    Id::extended(number).unwrap()
}

/// The examples of can-utils' lib.h, and what they mean.
#[test]
fn texts_of_cansend_are_read() {
    let data = |id, bytes: &[u8]| Frame::from(DataFrame::new(id, bytes).unwrap());
    let remote = |id, length| Frame::from(RemoteFrame::new(id, length).unwrap());
    let fd =
        |flags, bytes: &[u8]| Frame::from(FdFrame::new(standard(0x123), bytes).unwrap().with_flags(flags));
    let eight = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
    let coded = DataFrame::new(standard(0x123), &eight).unwrap().with_length_code(14).unwrap();
    let asked = RemoteFrame::new(standard(0x123), 8).unwrap().with_length_code(9).unwrap();
    let error = ErrorFrame::new(ErrorClasses::from_bits_retain(0x1234_5678), &[0x11, 0x22, 0x33]).unwrap();
    let xl = XlFrame::new(StandardId::new(0x123).unwrap(), &eight[..7]).unwrap().with_network(0x45);
    let xl = xl.with_flags(XlFlags::SEC).with_acceptance(0x1234_5678);
    for (text, frame) in [
        ("123#", data(standard(0x123), &[])),
        ("12345678#", data(extended(0x1234_5678), &[])),
        ("123#R", remote(standard(0x123), 0)),
        ("123#R0", remote(standard(0x123), 0)),
        ("123#R7", remote(standard(0x123), 7)),
        ("123#R8_9", asked.into()),
        ("7A1#r", remote(standard(0x7a1), 0)),
        ("123#00", data(standard(0x123), &[0])),
        ("123#1122334455667788", data(standard(0x123), &eight)),
        ("123#1122334455667788_E", coded.into()),
        ("123#11.22.33.44.55.66.77.88", data(standard(0x123), &eight)),
        ("123#11.2233.44556677.88", data(standard(0x123), &eight)),
        ("32345678#112233", error.into()),
        ("123##0112233", fd(FdFlags::empty(), &[0x11, 0x22, 0x33])),
        ("123##1112233", fd(FdFlags::BRS, &[0x11, 0x22, 0x33])),
        ("123##2112233", fd(FdFlags::ESI, &[0x11, 0x22, 0x33])),
        ("123##3", fd(FdFlags::ESI | FdFlags::BRS, &[])),
        // With the flag of CAN FD itself, as newer kernels have it.
        ("123##5.11.22.33", fd(FdFlags::BRS, &[0x11, 0x22, 0x33])),
        ("45123#81:00:12345678#11223344.556677", xl.into()),
    ] {
        assert_eq!(text.parse::<Frame>().unwrap_or_else(|error| panic!("{text}: {error}")), frame, "{text}");
    }
    assert_eq!("45123#81:00:12345678#11".parse::<Frame>().unwrap().to_string(), "45123#81:00:12345678#11");
    assert_eq!("1F334455#r".parse::<Frame>().unwrap().to_string(), "1F334455#R");
}

#[test]
fn a_text_that_is_no_frame_is_refused_at_its_fault() {
    for (text, reason, token) in [
        ("", Reason::FrameSeparator, ""),
        ("123", Reason::FrameSeparator, "123"),
        ("12#11", Reason::FrameIdentifier, "12"),
        ("12g#11", Reason::FrameIdentifier, "12g"),
        ("800#11", Reason::FrameIdentifierOutOfRange, "800"),
        ("40000000#11", Reason::FrameIdentifierOutOfRange, "40000000"),
        ("F2345678#11", Reason::FrameIdentifierOutOfRange, "F2345678"),
        ("123#1", Reason::FrameData, "1"),
        ("123#11223x", Reason::FrameData, "3x"),
        ("123#11..22", Reason::FrameData, ".2"),
        ("123#+1", Reason::FrameData, "+1"),
        ("123#112233445566778899", Reason::FrameLength, "112233445566778899"),
        ("123#11_9", Reason::FrameLengthCode, "9"),
        ("123#1122334455667788_8", Reason::FrameLengthCode, "8"),
        ("123#R9", Reason::RemoteLength, "9"),
        ("123##", Reason::FrameFlags, ""),
        ("123##x11", Reason::FrameFlags, "x"),
        ("123##0112233445566778899", Reason::FrameLength, "112233445566778899"),
        ("20000000#112233445566778899", Reason::FrameLength, "112233445566778899"),
        ("45123#81:00#11", Reason::FrameHeader, "81:00"),
        ("45123#81:00:12345678", Reason::FrameHeader, "81:00:12345678"),
        ("45123#81:00:12345678:0#11", Reason::FrameHeader, "81:00:12345678:0"),
        ("45123#81:00:12345678#", Reason::FrameLength, ""),
        ("45823#81:00:12345678#11", Reason::FrameIdentifierOutOfRange, "823"),
        ("123#11 22", Reason::FrameCharacter, " "),
        ("123#é1", Reason::FrameCharacter, "é"),
    ] {
        let error = text.parse::<Frame>().expect_err(text);
        assert_eq!((error.reason(), error.token()), (reason, token), "{text}: {error}");
    }
    let error = "123##0112233445566778899".parse::<Frame>().unwrap_err().to_string();
    assert!(error.ends_with("an FD frame has 0 to 8, 12, 16, 20, 24, 32, 48 or 64 bytes"), "{error}");
}

#[test]
fn a_line_of_a_log_is_refused_at_its_fault() {
    let columns: LogLine = "(1436509052.249713)    can1 044#2A366C2BBA R\n".parse().unwrap();
    assert_eq!(columns.interface, "can1");
    assert_eq!(columns.direction, Some(Direction::Received));
    assert_eq!(columns.time, Duration::new(1_436_509_052, 249_713_000));
    for (line, reason, token) in [
        ("", Reason::LogTooShort, ""),
        ("(1.0) vcan0", Reason::LogTooShort, "(1.0) vcan0"),
        ("1.0 vcan0 123#", Reason::LogTime, "1.0"),
        ("(1) vcan0 123#", Reason::LogTime, "(1)"),
        ("(1.0123456789) vcan0 123#", Reason::LogTime, "(1.0123456789)"),
        ("(-1.0) vcan0 123#", Reason::LogTime, "(-1.0)"),
        ("(1.0) vcan0 123#1", Reason::FrameData, "1"),
        ("(1.0) vcan0 123#11 X", Reason::LogJunk, "X"),
        ("(1.0) vcan0 123#11 R R", Reason::LogJunk, "R"),
    ] {
        let error = line.parse::<LogLine>().expect_err(line);
        assert_eq!((error.reason(), error.token()), (reason, token), "{line}: {error}");
    }
    let error = "(1.0) vcan0 123#1".parse::<LogLine>().unwrap_err();
    assert_eq!(error.span(), 16..17);
}

#[test]
fn bounds_are_checked_where_a_frame_is_made() {
    assert!(StandardId::new(0x7ff).is_ok() && StandardId::new(0x800).is_err());
    assert!(ExtendedId::new(0x1fff_ffff).is_ok() && ExtendedId::new(0x2000_0000).is_err());
    assert!(DataFrame::new(standard(1), &[0; 8]).is_ok() && DataFrame::new(standard(1), &[0; 9]).is_err());
    assert!(RemoteFrame::new(standard(1), 8).is_ok() && RemoteFrame::new(standard(1), 9).is_err());
    for length in 0..=70 {
        let exists = matches!(length, 0..=8 | 12 | 16 | 20 | 24 | 32 | 48 | 64);
        assert_eq!(FdFrame::new(standard(1), &vec![0; length]).is_ok(), exists, "{length}");
        assert_eq!(FdFrame::padded(standard(1), &vec![0; length], 0).is_ok(), length <= 64, "{length}");
    }
    let priority = StandardId::ZERO;
    assert!(XlFrame::new(priority, &[]).is_err() && XlFrame::new(priority, &[0; 2049]).is_err());
    assert!(ErrorFrame::new(ErrorClasses::from_bits_retain(1 << 29), &[]).is_err());
    let short = DataFrame::new(standard(1), &[0; 7]).unwrap();
    assert!(short.with_length_code(9).is_err() && short.with_length_code(8).is_err());
    assert_eq!(short.with_length_code(7), Ok(short));
    let error = DataFrame::new(standard(1), &[0; 9]).unwrap_err();
    assert_eq!(error.to_string(), "length 9: a classic frame has 0 to 8 bytes");
    let sent = berkeley::Error::from(error);
    assert!(sent.is_invalid() && sent.to_string().starts_with("send: "), "{sent}");
}

#[test]
fn bytes_lie_as_in_the_structures_of_c() {
    let word = |number: u32| number.to_ne_bytes().to_vec();
    let frame: Frame = "1F334455#112233".parse().unwrap();
    let expected = [word(0x9f33_4455), vec![3, 0, 0, 0, 0x11, 0x22, 0x33, 0, 0, 0, 0, 0]].concat();
    assert_eq!(encoded(&frame), expected);
    let frame: Frame = "123#R8_9".parse().unwrap();
    assert_eq!(encoded(&frame), [word(0x4000_0123), vec![8, 0, 0, 9], vec![0; 8]].concat());
    let frame: Frame = "123##3".parse().unwrap();
    assert_eq!(encoded(&frame), [word(0x123), vec![0, 7, 0, 0], vec![0; 64]].concat());
    let frame: Frame = "20000044#0010".parse().unwrap();
    assert_eq!(encoded(&frame), [word(0x2000_0044), vec![2, 0, 0, 0, 0, 0x10], vec![0; 6]].concat());
    let frame: Frame = "45123#81:02:12345678#AABB".parse().unwrap();
    let length = 2_u16.to_ne_bytes().to_vec();
    let expected = [word(0x45_0123), vec![0x81, 2], length, word(0x1234_5678), vec![0xaa, 0xbb]].concat();
    assert_eq!(encoded(&frame), expected);
}

#[test]
#[cfg(target_os = "linux")]
fn sizes_and_places_are_those_of_the_system() {
    use std::mem::{offset_of, size_of};
    assert_eq!((size_of::<libc::can_frame>(), offset_of!(libc::can_frame, data)), (16, 8));
    assert_eq!((size_of::<libc::canfd_frame>(), offset_of!(libc::canfd_frame, data)), (72, 8));
    assert_eq!(offset_of!(libc::canfd_frame, flags), 5);
    assert_eq!(size_of::<libc::canxl_frame>(), Frame::MOST_BYTES);
    let places = (offset_of!(libc::canxl_frame, len), offset_of!(libc::canxl_frame, af));
    assert_eq!((places, offset_of!(libc::canxl_frame, data)), ((6, 8), 12));
}

#[test]
fn bytes_that_are_no_frame_are_refused_at_their_fault() {
    let with = |size: usize, changes: &[(usize, &[u8])]| {
        let mut bytes = vec![0; size];
        for (at, new) in changes {
            bytes[*at..*at + new.len()].copy_from_slice(new);
        }
        Frame::decode(&bytes).unwrap_err()
    };
    let flags = |canid: u32| canid.to_ne_bytes();
    let check = |error: Malformed, part: &str, place: Option<usize>| {
        assert_eq!((error.part(), error.place()), (part, place), "{error}");
        assert!(!error.right().is_empty());
    };
    check(with(15, &[]), "size", None);
    check(with(0, &[]), "size", None);
    check(with(71, &[]), "size", None);
    check(with(16, &[(4, &[9])]), "length", Some(4));
    check(with(16, &[(0, &flags(0x800))]), "identifier", Some(0));
    check(with(72, &[(4, &[9])]), "length", Some(4));
    check(with(72, &[(4, &[65])]), "length", Some(4));
    check(with(72, &[(0, &flags(0x4000_0000))]), "identifier", Some(0));
    check(with(72, &[(0, &flags(0x2000_0001))]), "identifier", Some(0));
    check(with(12, &[(4, &[0x80])]), "size", None);
    check(with(2061, &[(4, &[0x80])]), "size", None);
    check(with(16, &[(4, &[0x80]), (6, &5_u16.to_ne_bytes())]), "length", Some(6));
    check(with(2060, &[(4, &[0x80])]), "length", Some(6));
    check(
        with(16, &[(0, &flags(0x8000_0000)), (4, &[0x80]), (6, &4_u16.to_ne_bytes())]),
        "identifier",
        Some(0),
    );
    assert_eq!(with(16, &[(4, &[9])]).to_string(), "length 9 at byte 4: a classic frame has 0 to 8 bytes");
    // The whole structure of an XL frame is one as well; a code without its eight bytes counts for nothing.
    let mut whole = encoded(&"45123#81:00:12345678#11".parse().unwrap());
    whole.resize(2060, 0);
    assert_eq!(Frame::decode(&whole).unwrap().data(), [0x11]);
    let mut short = encoded(&"123#11".parse().unwrap());
    short[7] = 9;
    assert_eq!(Frame::decode(&short).unwrap().to_string(), "123#11");
}

#[test]
fn an_error_frame_tells_all_its_classes() {
    let all = ErrorClasses::from_bits_retain(0x3ff);
    let frame = ErrorFrame::new(all, &[7, 0x28, 0x84, 0x0b, 0x45, 0, 130, 12]).unwrap();
    assert_eq!(frame.lost_arbitration(), Some(7));
    assert_eq!(frame.controller(), Some(ControllerStates::TX_WARNING | ControllerStates::TX_PASSIVE));
    let how = Violations::STUFF | Violations::TX;
    assert_eq!(frame.violation(), Some(Violation { how, position: Position::LENGTH_CODE }));
    assert_eq!(frame.transceiver(), Some(Transceiver::from_raw(0x45)));
    assert_eq!(frame.counters(), Some(ErrorCounters { transmit: 130, receive: 12 }));
    assert!(frame.is_bus_off());
    assert_eq!(
        frame.to_string(),
        "arbitration lost at bit 7; controller: warning in sending, error passive in sending; violation of the \
         protocol: missing stuff bit, in sending at the length code; transceiver: number 0x45; sending timed out; no \
         acknowledgement; off the bus; error on the bus; controller restarted; counters: 130 in sending, 12 in receiving"
    );
    let none = ErrorFrame::new(ErrorClasses::BUS_OFF, &[7; 8]).unwrap();
    assert_eq!((none.lost_arbitration(), none.controller(), none.violation()), (None, None, None));
    assert_eq!((none.transceiver(), none.counters()), (None, None));
    assert_eq!(none.to_string(), "off the bus");
    assert_eq!(Transceiver::CANH_SHORT_TO_VCC.to_string(), "short from CANH to the supply");
    let unknown = ErrorFrame::new(ErrorClasses::from_bits_retain(1 << 20), &[]).unwrap();
    assert_eq!(unknown.to_string(), "error of no known class");
    let silent = ErrorFrame::new(ErrorClasses::CONTROLLER | ErrorClasses::LOST_ARBITRATION, &[]).unwrap();
    assert_eq!(silent.to_string(), "arbitration lost; controller: not told");
}

#[test]
fn a_system_without_can_says_so() {
    let ids = CanIds::J1939 { name: CanIds::NO_NAME, pgn: CanIds::NO_PGN, address: 0x20 };
    let opened = [
        CanSocket::open().map(drop),
        CanIsoTp::open().map(drop),
        CanJ1939::open().map(drop),
        CanBroadcastManager::connected_to(Zone::NONE).map(drop),
    ];
    let anywhere = CanSocket::bind(Zone::name("no-such-bus").unwrap()).map(drop);
    let named = CanJ1939::bind(Zone::name("no-such-bus").unwrap(), ids).map(drop);
    for error in opened.into_iter().filter_map(Result::err) {
        assert!(error.is_unsupported(), "{error}");
    }
    for error in [anywhere.unwrap_err(), named.unwrap_err()] {
        assert!(error.is_unsupported() || error.is_no_such_interface(), "{error}");
    }
}

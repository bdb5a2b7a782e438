//! Takes any bytes for control messages, in the layout of every system. What is read is written the same.

#![no_main]

use berkeley::message::{self, Control, ControlMessage, Items, Layout};
use berkeley::option::{Octets, Place};
use libfuzzer_sys::fuzz_target;

/// Linux of 64 and of 32 bits, XNU, the BSDs of 64 bits, NetBSD on SPARC.
const LAYOUTS: [(usize, usize, usize); 4] = [(8, 16, 8), (4, 12, 4), (4, 16, 8), (4, 16, 16)];

fn walk(layout: Layout, bytes: &[u8]) {
    let mut at = 0;
    while let Some((frame, next)) = layout.next(bytes, at) {
        assert!(next > at && frame.data.start <= frame.data.end && frame.data.end <= bytes.len());
        let mut room = vec![0; layout.space(frame.data.len())];
        let place = ControlMessage::<u32>::integer("any", frame.level, frame.number);
        let place: Place = place.sent().expect("it is the caller's own");
        let data = layout.put(&mut room, 0, place, frame.data.len()).expect("there is room");
        room[data].copy_from_slice(&bytes[frame.data.clone()]);
        let (again, _) = layout.next(&room, 0).expect("it was just written");
        assert_eq!((again.level, again.number, again.is_cut), (frame.level, frame.number, false));
        assert_eq!(room[again.data], bytes[frame.data]);
        at = next;
    }
}

fuzz_target!(|bytes: &[u8]| {
    for (length, header, align) in LAYOUTS {
        walk(Layout::new(length, header, align).expect("there are such systems"), bytes);
    }
    let mut control = Control::new();
    for item in Items::of(bytes) {
        let _ = (item.to_string(), item.is_cut(), item.get(message::ip::RECVERR), item.get(message::ip::PKTINFO));
        let row = ControlMessage::<Octets<65536>>::octets("any", item.level(), item.number());
        let _ = control.push(row, &item.data().to_vec());
    }
    assert!(Items::of(control.as_bytes()).all(|item| !item.is_cut()));
    for row in message::all() {
        let _ = row.show(bytes);
    }
});

//! A CAN bus is listened to for two seconds: each frame is a line of a log, and errors are said in words.
//!
//! `cargo run --example can_monitor [INTERFACE]` listens to `vcan0` if none is named, and sends it a frame to have something
//! to hear. Where there is no such bus, it says so.

use std::time::{Duration, UNIX_EPOCH};

use berkeley::can::{Direction, ErrorClasses, Frame, FrameArrival, LogLine};
use berkeley::{CanSocket, Deadline, Result, SECOND, Zone};

fn main() -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "vcan0".to_owned());
    let socket = match CanSocket::bind(Zone::name(&name)?) {
        Ok(socket) => socket,
        Err(error) => {
            println!("nothing to listen to: {error}");
            return Ok(());
        }
    };
    socket.set_fd_frames(true)?;
    socket.set_timestamps(true)?;
    socket.set_error_filter(ErrorClasses::all())?;
    if let Err(error) = CanSocket::bind(Zone::name(&name)?)?.send_frame(&"123#DEADBEEF".parse()?) {
        println!("nothing is sent: {error}");
    }
    let bus = socket.by(Deadline::after(SECOND * 2));
    loop {
        match bus.recv_frame_arrival() {
            Ok(arrival) => println!("{}", line(&name, arrival)),
            Err(error) if error.is_deadline_passed() => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// Says what came: a line of a log, as candump(1) writes it.
fn line(name: &str, arrival: FrameArrival) -> String {
    if let Frame::Error(error) = arrival.frame {
        return format!("{name}: {error}");
    }
    let time = arrival.times.software.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let direction = if arrival.is_local { Direction::Sent } else { Direction::Received };
    let line = LogLine {
        time: time.map_or(Duration::ZERO, |time| Duration::from_micros(time.as_micros() as u64)),
        interface: name.to_owned(),
        frame: arrival.frame,
        direction: Some(direction),
    };
    line.to_string()
}

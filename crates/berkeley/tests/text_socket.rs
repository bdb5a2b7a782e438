//! Text over sockets: what comes in pieces, deadlines amid a line, calls that never wait, peers that are slow or gone.

#![cfg(feature = "text")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::Instant;

use berkeley::text::{Encoder, Encoding, Newline, TextError, TextStream};
use berkeley::{
    Deadline, Events, HoldsSocket, Interest, MILLISECOND, Poller, SECOND, Shutdown, Socket, TcpListener,
    TcpStream,
};
use berkeley_testkit::{LOOPBACK, each_poller, each_stream_pair, limit, soon, tcp_pair};

const LINES: [&str; 4] = ["Grüße, 漢字 😀", "", "two\rreturns\r", "x"];

fn encoded(encoding: Encoding, newline: Newline, lines: &[&str]) -> Vec<u8> {
    let (mut encoder, mut bytes) = (Encoder::new(encoding), Vec::new());
    for line in lines {
        encoder.encode(line, &mut bytes).unwrap();
        encoder.encode(newline.as_str(), &mut bytes).unwrap();
    }
    bytes
}

/// Sends each byte by itself, and waits until it was read before the next.
fn send_singly(sender: &Socket, receiver: &mut TextStream<Socket>, bytes: &[u8]) -> Vec<String> {
    let (mut line, mut lines) = (String::new(), Vec::new());
    for byte in bytes {
        sender.send(&[*byte]).unwrap();
        berkeley::wait_for(&*receiver, Interest::READABLE, soon()).unwrap();
        match receiver.now().read_line(&mut line) {
            Ok(is_line) => {
                assert!(is_line);
                lines.push(line.clone());
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    }
    lines
}

#[test]
fn characters_and_newlines_are_put_together_of_single_bytes() {
    let _limit = limit();
    for encoding in ["utf-8", "utf-16", "utf-32le", "gb18030"] {
        let encoding: Encoding = encoding.parse().unwrap();
        each_stream_pair(|left, right| {
            let mut text = TextStream::new(right).with_encoding(encoding).with_newline(Newline::CrLf);
            let lines = send_singly(&left, &mut text, &encoded(encoding, Newline::CrLf, &LINES));
            assert_eq!(lines, LINES, "{encoding}");
            assert_eq!(text.buffered(), b"");
        });
    }
}

#[test]
fn a_call_that_never_waits_sees_a_character_when_its_last_byte_comes() {
    let _limit = limit();
    let (client, server) = tcp_pair(LOOPBACK).unwrap();
    let mut text = TextStream::new(server);
    assert_eq!(text.now().read_char().unwrap_err().kind(), ErrorKind::WouldBlock);
    for (byte, complete) in "€".bytes().zip([false, false, true]) {
        client.send(&[byte]).unwrap();
        berkeley::wait_for(&text, Interest::READABLE, soon()).unwrap();
        match text.now().peek_char() {
            Ok(character) => assert!(complete && character == Some('€')),
            Err(error) => assert!(!complete && error.kind() == ErrorKind::WouldBlock),
        }
    }
    assert_eq!(text.now().read_char().unwrap(), Some('€'));
    // What is no character of any length is said at once.
    client.send(b"\xFF").unwrap();
    let error = text.by(soon()).read_char().unwrap_err();
    assert!(matches!(TextError::of(&error), Some(TextError::Malformed { position: 3, .. })), "{error}");
}

#[test]
fn a_deadline_is_for_the_whole_line_and_what_came_stays() {
    let _limit = limit();
    let (client, server) = tcp_pair(LOOPBACK).unwrap();
    let mut text = TextStream::new(server);
    let mut line = String::new();
    let start = Instant::now();
    let (most, end) = (MILLISECOND * 60, start + MILLISECOND * 300);
    thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < end {
                client.send(b"x").unwrap();
                thread::sleep(MILLISECOND * 5);
            }
            client.send(b"\n").unwrap();
        });
        let error = text.by(Deadline::at(start + most)).read_line(&mut line).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(
            error
                .get_ref()
                .is_some_and(|error| error.downcast_ref().is_some_and(berkeley::Error::is_deadline_passed))
        );
        let held = text.buffered().len();
        assert!(held > 0 && line.is_empty());
        assert!(text.by(soon()).read_line(&mut line).unwrap());
        assert!(line.len() > held && line.bytes().all(|byte| byte == b'x'));
    });
}

#[test]
fn a_stream_may_own_its_deadline() {
    let _limit = limit();
    let (client, server) = tcp_pair(LOOPBACK).unwrap();
    let mut text = TextStream::new(server.into_by(MILLISECOND));
    let mut line = String::new();
    client.send(b"a li").unwrap();
    assert_eq!(text.read_line(&mut line).unwrap_err().kind(), ErrorKind::TimedOut);
    client.send(b"ne\n").unwrap();
    text.get_mut().set_deadline(soon());
    assert!(text.read_line(&mut line).unwrap());
    assert_eq!(line, "a line");
    // And a view of it has another.
    assert_eq!(text.by(Deadline::now()).read_line(&mut line).unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(text.now().read_line(&mut line).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_poller_gives_whole_lines() {
    let _limit = limit();
    each_poller(|mut poller: Poller<TextStream<TcpStream>>| {
        let (client, server) = tcp_pair(LOOPBACK).unwrap();
        let key = poller.add(TextStream::new(server).with_newline(Newline::Any), Interest::READABLE).unwrap();
        let sent: Vec<_> = (0..200).map(|number| format!("line {number} {}", "é".repeat(number))).collect();
        let bytes = sent.iter().fold(Vec::new(), |bytes, line| [&bytes, line.as_bytes(), b"\r\n"].concat());
        let sender = thread::spawn(move || {
            // Of lengths that cut characters and newlines.
            bytes.chunks(7).for_each(|piece| (&client).write_all(piece).unwrap());
        });
        let (mut lines, mut line, mut events, mut open) = (Vec::new(), String::new(), Events::new(), true);
        while open {
            poller.wait(&mut events, soon()).unwrap();
            assert!(!events.is_empty(), "nothing came");
            let text = poller.get_mut(key).unwrap();
            open = loop {
                match text.now().read_line(&mut line) {
                    Ok(true) => lines.push(line.clone()),
                    Ok(false) => break false,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break true,
                    Err(error) => panic!("{error}"),
                }
            };
        }
        sender.join().unwrap();
        assert_eq!(lines, sent);
    });
}

#[test]
fn who_has_said_all_still_hears_the_answer() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let (mut asking, mut answering) = (TextStream::new(left), TextStream::new(right));
        asking.write_str("one\nlast").unwrap();
        asking.flush().unwrap();
        asking.socket().shutdown(Shutdown::Send).unwrap();
        let lines: Vec<_> = answering.by(soon()).lines().map(Result::unwrap).collect();
        assert_eq!((&lines[..], answering.ended_by()), (&["one".to_owned(), "last".to_owned()][..], None));
        answering.write_line("answer").unwrap();
        answering.by(soon()).flush().unwrap();
        drop(answering);
        let mut answer = String::new();
        assert_eq!(asking.by(soon()).read_to_end(&mut answer).unwrap(), 7);
        assert_eq!(answer, "answer\n");
    });
}

#[test]
fn a_peer_that_does_not_read_gets_each_line_that_was_taken_and_no_other() {
    let _limit = limit();
    let (client, server) = tcp_pair(LOOPBACK).unwrap();
    let mut text = TextStream::new(server).with_sizes(1, 1000).with_encoding(Encoding::UTF_16LE);
    let mut taken = Vec::new();
    for (deadline, kind) in [(None, ErrorKind::WouldBlock), (Some(Deadline::now()), ErrorKind::TimedOut)] {
        let refused = loop {
            let line = format!("line {} {}", taken.len(), "é".repeat(taken.len() % 90));
            let written = match deadline {
                None => text.now().write_line(&line),
                Some(deadline) => text.by(deadline).write_line(&line),
            };
            match written {
                Ok(()) => taken.push(line),
                Err(error) => break error,
            }
        };
        assert_eq!(refused.kind(), kind);
        assert!(TextError::of(&refused).is_none(), "a line was taken in part");
    }
    assert!(text.now().flush().is_err() && !text.unwritten().is_empty());
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut lines = TextStream::new(&client).with_encoding(Encoding::UTF_16LE);
            lines.by(soon()).lines().collect::<Result<Vec<_>, _>>().unwrap()
        });
        text.by(soon()).flush().unwrap();
        text.socket().shutdown(Shutdown::Send).unwrap();
        assert_eq!(reader.join().unwrap(), taken);
    });
}

#[test]
fn a_text_longer_than_all_buffers_goes_on_from_where_it_was_cut_off() {
    let _limit = limit();
    let (client, server) = tcp_pair(LOOPBACK).unwrap();
    let mut text = TextStream::new(server).with_sizes(1, 64);
    let long: String = ('a'..='z').chain(['é', '漢']).cycle().take(8_000_000).collect();
    let error = text.by(MILLISECOND * 20).write_str(&long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let Some(TextError::Partly { taken, .. }) = TextError::of(&error) else { panic!("{error}") };
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut arrived = String::new();
            client.by(soon()).read_to_string(&mut arrived).unwrap();
            arrived
        });
        text.by(soon()).write_str(&long[*taken..]).unwrap();
        text.by(soon()).flush().unwrap();
        text.socket().shutdown(Shutdown::Send).unwrap();
        assert!(reader.join().unwrap() == long);
    });
}

#[test]
fn a_peer_that_is_gone_is_an_error_of_its_own() {
    let _limit = limit();
    let (client, server) = tcp_pair(LOOPBACK).unwrap();
    drop(client);
    let mut text = TextStream::new(server);
    assert!(!text.by(soon()).read_line(&mut String::new()).unwrap());
    let error = loop {
        let written = text.by(soon()).write_line("to nobody").and_then(|()| text.by(soon()).flush());
        if let Err(error) = written {
            break error;
        }
    };
    let gone = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted];
    assert!(gone.contains(&error.kind()), "{error}");
    assert_eq!(text.unwritten(), b"to nobody\n", "what was not sent is kept");
}

#[test]
#[cfg(debug_assertions)]
fn interruptions_and_short_counts_are_not_seen() {
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::Faults;

    let _limit = limit();
    let (client, server) = tcp_pair(LOOPBACK).unwrap();
    let (mut left, mut right) = (TextStream::new(client), TextStream::new(server));
    let mut line = String::new();
    {
        let _faults = Faults::shorten(Operation::Send, 1, 5).and_fail(Operation::Send, Errno::INTR, 2);
        left.write_line("é漢😀").unwrap();
        left.by(soon()).flush().unwrap();
    }
    let _faults = Faults::shorten(Operation::Receive, 1, 5).and_fail(Operation::Receive, Errno::INTR, 2);
    assert!(right.by(soon()).read_line(&mut line).unwrap());
    assert_eq!(line, "é漢😀");
}

/// Echoes lines in an encoding until one says to quit.
fn echo(stream: TcpStream, encoding: Encoding) -> std::io::Result<()> {
    let mut text = TextStream::new(stream).with_encoding(encoding).with_newline(Newline::CrLf);
    let mut line = String::new();
    while text.by(SECOND * 20).read_line(&mut line)? && line != "quit" {
        text.write_line(&line)?;
        text.by(SECOND * 20).flush()?;
    }
    Ok(())
}

#[test]
fn t_x_02_lines_are_echoed_in_an_encoding_until_quit() {
    let _limit = limit();
    let encoding: Encoding = "koi8-r".parse().unwrap();
    let listener = TcpListener::bind(LOOPBACK).unwrap();
    let address = listener.local_address().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            // A thread for each client.
            for _ in 0..3 {
                let (stream, _) = listener.accept().unwrap();
                scope.spawn(move || echo(stream, encoding).unwrap());
            }
        });
        for client in 0..3 {
            let stream = TcpStream::connect(address).unwrap().into_by(soon());
            let mut text = TextStream::new(stream).with_encoding(encoding).with_newline(Newline::CrLf);
            let mut answer = String::new();
            for number in 0..20 {
                let line = format!("Привет {client} {number}");
                text.write_line(&line).unwrap();
                text.flush().unwrap();
                assert!(text.read_line(&mut answer).unwrap());
                assert_eq!(answer, line);
            }
            text.write_line("quit").unwrap();
            text.flush().unwrap();
            assert!(!text.read_line(&mut answer).unwrap(), "the end of the stream");
        }
    });
}

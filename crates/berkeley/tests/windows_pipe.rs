//! Named pipes of Windows.

#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::Instant;

use berkeley::os::windows::{Impersonation, PipeListener, PipeOptions, PipeStream};
use berkeley::{Deadline, Interest, MILLISECOND, Ready, SECOND, Watch, wait_any, wait_for};
use berkeley_testkit::{Lack, lacks, limit};
use pipes::{exactly, fill, name, pair};

mod pipes;

fn hundred() -> Vec<u8> {
    (0..100).collect()
}

#[test]
fn t_w_01_named_pipe_connection_nothing() {
    let _limit = limit();
    let listener = PipeListener::bind(name()).unwrap();
    assert!(listener.now().accept().unwrap().is_none());
    let error = listener.by(MILLISECOND).accept().unwrap_err();
    assert!(error.is_deadline_passed(), "{error}");
}

#[test]
fn t_w_02_named_pipe_connection_wait() {
    let _limit = limit();
    let listener = PipeListener::bind(name()).unwrap();
    assert!(listener.now().accept().unwrap().is_none());
    let client = PipeStream::connect(listener.name()).unwrap();
    let server = listener.by(SECOND * 10).accept().unwrap();
    assert!(server.is_server() && !client.is_server());
}

#[test]
fn t_w_03_named_pipe_connection_no_wait() {
    let _limit = limit();
    let listener = PipeListener::bind(name()).unwrap();
    let _client = PipeStream::connect(listener.name()).unwrap();
    let ready = wait_for(&listener, Interest::READABLE, SECOND * 10).unwrap();
    assert_eq!(ready, Ready::READABLE);
    assert!(listener.now().accept().unwrap().is_some());
    assert!(listener.now().accept().unwrap().is_none());
}

#[test]
fn t_w_04_named_pipe_read_no_data() {
    let _limit = limit();
    let (client, server) = pair();
    let mut buffer = [7; 100];
    assert_eq!(server.now().recv(&mut buffer).unwrap(), None);
    let error = server.by(MILLISECOND).recv(&mut buffer).unwrap_err();
    assert!(error.is_deadline_passed(), "{error}");
    // Nothing is written to the buffer of a call that has returned.
    assert_eq!(client.send(&hundred()).unwrap(), 100);
    assert_eq!(buffer, [7; 100]);
    assert_eq!(exactly(&server, 100), hundred());
}

#[test]
fn t_w_05_named_pipe_read_immediate() {
    let _limit = limit();
    let (client, server) = pair();
    assert_eq!(client.send(&hundred()).unwrap(), 100);
    client.by(SECOND * 10).flush().unwrap();
    assert_eq!(server.queued_receive().unwrap(), 100);
    let mut buffer = [0; 100];
    assert_eq!(server.now().recv(&mut buffer).unwrap(), Some(100));
    assert_eq!(buffer[..], hundred());
}

#[test]
fn t_w_06_named_pipe_read_wait() {
    let _limit = limit();
    let (client, server) = pair();
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut buffer = [0; 100];
            let length = server.recv(&mut buffer).unwrap();
            buffer[..length].to_vec()
        });
        assert_eq!(client.send(&hundred()).unwrap(), 100);
        assert_eq!(reader.join().unwrap(), hundred());
    });
}

#[test]
fn t_w_07_named_pipe_disconnect_close_client() {
    let _limit = limit();
    let (client, server) = pair();
    thread::scope(|scope| {
        let reader = scope.spawn(|| server.recv(&mut [0; 100]).unwrap());
        drop(client);
        assert_eq!(reader.join().unwrap(), 0);
    });
    assert_eq!(server.recv(&mut [0; 100]).unwrap(), 0, "and again");
}

#[test]
fn t_w_08_named_pipe_disconnect_close_server() {
    let _limit = limit();
    let (client, server) = pair();
    thread::scope(|scope| {
        let reader = scope.spawn(|| client.recv(&mut [0; 100]).unwrap());
        drop(server);
        assert_eq!(reader.join().unwrap(), 0);
    });
    assert_eq!(client.now().recv(&mut [0; 100]).unwrap(), Some(0));
}

#[test]
fn t_w_09_wait_for_requests_one() {
    let _limit = limit();
    let [(_first, one), (second, two)] = [pair(), pair()];
    let mut watches = [Watch::new(&one, Interest::READABLE), Watch::new(&two, Interest::READABLE)];
    assert_eq!(wait_any(&mut watches, Deadline::now()).unwrap(), 0);
    second.send(&[1; 10]).unwrap();
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
    assert_eq!(watches.each_ref().map(Watch::ready), [Ready::empty(), Ready::READABLE]);
    assert_eq!(two.recv(&mut [0; 100]).unwrap(), 10);
}

#[test]
fn t_w_10_wait_for_requests_all() {
    let _limit = limit();
    let [(first, one), (second, two)] = [pair(), pair()];
    let mut watches = [Watch::new(&one, Interest::READABLE), Watch::new(&two, Interest::READABLE)];
    assert_eq!(wait_any(&mut watches, Deadline::now()).unwrap(), 0);
    first.send(&[1; 10]).unwrap();
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
    second.send(&[2; 10]).unwrap();
    // What is ready is ready again: who waits for all asks for what is left.
    watches[0].set_interest(Interest::NONE);
    assert_eq!(wait_any(&mut watches, SECOND * 10).unwrap(), 1);
    assert_eq!([&one, &two].map(|pipe| exactly(pipe, 10)), [vec![1; 10], vec![2; 10]]);
}

#[test]
fn a_name_is_its_first_listeners_alone_unless_it_is_to_be_shared() {
    let _limit = limit();
    let name = name();
    let error = PipeStream::connect(&name).unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains(name.as_str()), "{error}");
    let first = PipeListener::bind(&name).unwrap();
    let second = PipeListener::bind(&name);
    if lacks(Lack::FirstInstance) {
        second.unwrap();
    } else {
        let error = second.unwrap_err();
        assert!(error.is_address_in_use() && error.to_string().contains(name.as_str()), "{error}");
    }
    let shared = PipeOptions::new().shared_name().bind(&name).unwrap();
    let clients = [(); 2].map(|()| PipeStream::connect(&name).unwrap());
    let servers = [&first, &shared].map(|door| door.by(SECOND * 10).accept().unwrap());
    drop((first, shared, servers));
    drop(clients);
    // The name is free at once, again and again.
    for _ in 0..50 {
        let listener = PipeListener::bind(&name).unwrap();
        assert!(listener.now().accept().unwrap().is_none());
    }
}

#[test]
fn a_limit_of_clients_makes_others_wait_until_one_has_gone() {
    let _limit = limit();
    let name = name();
    for wrong in [0, 255] {
        let error = PipeOptions::new().instances(wrong).bind(&name).unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("1 to 254"), "{error}");
    }
    let listener = PipeOptions::new().instances(2).bind(&name).unwrap();
    let mut taken: Vec<_> = (0..2)
        .map(|_| (PipeStream::connect(&name).unwrap(), listener.by(SECOND * 10).accept().unwrap()))
        .collect();
    assert!(listener.now().accept().unwrap().is_none());
    assert_eq!(wait_for(&listener, Interest::READABLE, MILLISECOND * 20).unwrap(), Ready::empty());
    let began = Instant::now();
    let error = PipeStream::connect_by(&name, MILLISECOND * 20).unwrap_err();
    assert!(error.is_deadline_passed() && error.to_string().contains(name.as_str()), "{error}");
    assert!(began.elapsed() >= MILLISECOND * 20);
    assert!(PipeStream::connect_by(&name, Deadline::now()).unwrap_err().is_deadline_passed());
    thread::scope(|scope| {
        let third = scope.spawn(|| PipeStream::connect_by(&name, SECOND * 20).unwrap());
        let server = scope.spawn(|| listener.by(SECOND * 20).accept().unwrap());
        drop(taken.pop());
        let (third, server) = (third.join().unwrap(), server.join().unwrap());
        third.send(b"x").unwrap();
        assert_eq!(exactly(&server, 1), b"x");
    });
}

#[test]
fn room_that_another_listener_of_the_name_leaves_is_found() {
    let _limit = limit();
    let name = name();
    let first = PipeOptions::new().instances(2).bind(&name).unwrap();
    let second = PipeOptions::new().instances(2).shared_name().bind(&name).unwrap();
    assert!(PipeOptions::new().shared_name().bind(&name).is_err(), "there are as many as there may be");
    let clients = [(); 2].map(|()| PipeStream::connect(&name).unwrap());
    let _taken = first.by(SECOND * 10).accept().unwrap();
    let other = second.by(SECOND * 10).accept().unwrap();
    drop(second);
    thread::scope(|scope| {
        let server = scope.spawn(|| first.by(SECOND * 20).accept().unwrap());
        drop((other, clients));
        let client = PipeStream::connect_by(&name, SECOND * 20).unwrap();
        client.send(b"x").unwrap();
        assert_eq!(exactly(&server.join().unwrap(), 1), b"x");
    });
}

#[test]
fn who_is_at_the_other_end() {
    let _limit = limit();
    let name = name();
    let listener = PipeListener::bind(&name).unwrap();
    for level in [
        Impersonation::Anonymous,
        Impersonation::Identification,
        Impersonation::Impersonation,
        Impersonation::Delegation,
    ] {
        let client = PipeOptions::new().impersonation(level).connect(&name, SECOND * 10).unwrap();
        let server = listener.by(SECOND * 10).accept().unwrap();
        assert_eq!(client.peer_process().unwrap(), std::process::id());
        assert_eq!(server.peer_process().unwrap(), std::process::id());
    }
}

#[test]
fn a_client_that_has_gone_is_accepted_with_what_it_has_written() {
    let _limit = limit();
    let listener = PipeListener::bind(name()).unwrap();
    let client = PipeStream::connect(listener.name()).unwrap();
    client.send(b"farewell").unwrap();
    drop(client);
    let mut text = String::new();
    listener.by(SECOND * 10).accept().unwrap().by(SECOND * 10).read_to_string(&mut text).unwrap();
    assert_eq!(text, "farewell");
}

#[test]
fn nothing_is_received_into_no_room_and_nothing_sent_of_no_data() {
    let _limit = limit();
    let (client, server) = pair();
    assert_eq!(server.recv(&mut [0; 0]).unwrap(), 0);
    assert_eq!(server.send(&[]).unwrap(), 0);
    assert_eq!(client.now().recv(&mut [0; 1]).unwrap(), None, "no empty message has come");
    let error = (&client.now()).read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    let error = client.by(Deadline::now()).read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_full_pipe_takes_no_more_and_loses_nothing() {
    let _limit = limit();
    let (client, server) = pair();
    let sent = fill(&client);
    assert!(sent >= 2 * 64 * 1024, "{sent}");
    assert!(client.by(MILLISECOND * 5).send(b"x").unwrap_err().is_deadline_passed());
    assert!(client.by(MILLISECOND * 5).flush().unwrap_err().is_deadline_passed());
    assert_eq!(client.now().flush().unwrap(), None);
    assert_eq!(client.now().send(b"x").unwrap(), None);
    assert_eq!(exactly(&server, sent), vec![5; sent]);
    client.by(SECOND * 10).flush().unwrap();
    assert_eq!(server.now().recv(&mut [0; 1]).unwrap(), None);
    client.send(b"last").unwrap();
    assert_eq!(exactly(&server, 4), b"last");
}

#[test]
fn what_is_under_way_when_the_stream_is_dropped_arrives() {
    let _limit = limit();
    for _ in 0..20 {
        let (client, server) = pair();
        let sent = fill(&client);
        // The thread that has begun the last write ends as well.
        thread::spawn(move || drop(client)).join().unwrap();
        let mut received = Vec::new();
        server.by(SECOND * 20).read_to_end(&mut received).unwrap();
        assert_eq!(received.len(), sent);
    }
}

#[test]
fn a_write_goes_on_when_the_thread_that_began_it_has_ended() {
    let _limit = limit();
    let (client, server) = pair();
    let sent = thread::scope(|scope| scope.spawn(|| fill(&client)).join().unwrap());
    let listener = thread::spawn(|| PipeListener::bind(name()).unwrap()).join().unwrap();
    assert_eq!(exactly(&server, sent).len(), sent);
    client.by(SECOND * 10).flush().unwrap();
    let _client = PipeStream::connect(listener.name()).unwrap();
    listener.by(SECOND * 10).accept().unwrap();
}

#[test]
fn a_peer_that_goes_in_the_middle_of_a_write_is_a_broken_pipe() {
    let _limit = limit();
    let (client, server) = pair();
    fill(&client);
    thread::scope(|scope| {
        let writer = scope.spawn(|| client.send(b"x"));
        assert_eq!(server.recv(&mut [0; 10]).unwrap(), 10);
        drop(server);
        let error = writer.join().unwrap().unwrap_err();
        assert!(error.is_broken_pipe(), "{error}");
    });
    let error = client.send(b"x").unwrap_err();
    assert!(error.is_broken_pipe(), "{error}");
    let error = (&client).write_all(b"x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
}

#[test]
fn a_deadline_in_the_middle_of_a_read_loses_no_byte() {
    let _limit = limit();
    let (client, server) = pair();
    client.send(b"first ").unwrap();
    let mut buffer = [0; 12];
    let error = server.by(MILLISECOND * 20).read_exact(&mut buffer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(&buffer[..6], b"first ");
    client.send(b"second").unwrap();
    assert_eq!(exactly(&server, 6), b"second");
}

#[test]
fn a_deadline_that_passes_as_data_comes_loses_no_byte() {
    let _limit = limit();
    let (client, server) = pair();
    let rounds = 1000_u32;
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..rounds {
                // About as long as the reader waits, a little more or less each time.
                let until = Instant::now() + MILLISECOND / 10 * (round % 20);
                while Instant::now() < until {
                    thread::yield_now();
                }
                (&client).write_all(&round.to_le_bytes()).unwrap();
            }
        });
        let mut received = Vec::new();
        let mut passed = 0;
        while received.len() < rounds as usize * 4 {
            let mut buffer = [0; 3];
            match server.by(MILLISECOND).recv(&mut buffer) {
                Ok(length) => received.extend_from_slice(&buffer[..length]),
                Err(error) => {
                    assert!(error.is_deadline_passed(), "{error}");
                    assert_eq!(buffer, [0; 3]);
                    passed += 1;
                }
            }
        }
        let numbers = received.chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap()));
        assert!(numbers.eq(0..rounds));
        assert!(passed > 0, "no deadline has passed");
    });
}

#[test]
fn several_threads_read_and_write_one_stream() {
    let _limit = limit();
    let (client, server) = pair();
    let (threads, rounds) = (4, 200);
    let (client, server) = (&client, &server);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(move || {
                    let (mut buffer, mut sum) = ([0; 1], 0);
                    while server.recv(&mut buffer).unwrap() != 0 && buffer[0] != 0 {
                        sum += u64::from(buffer[0]);
                    }
                    sum
                })
            })
            .collect();
        let writers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(move || (0..rounds).for_each(|_| assert_eq!(client.send(&[3]).unwrap(), 1))))
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        for _ in 0..threads {
            client.send(&[0]).unwrap();
        }
        let sum: u64 = readers.into_iter().map(|reader| reader.join().unwrap()).sum();
        assert_eq!(sum, threads * rounds * 3);
    });
}

#[test]
fn a_hundred_clients() {
    let _limit = limit();
    let listener = PipeListener::bind(name()).unwrap();
    let name = listener.name();
    thread::scope(|scope| {
        for number in 0..100_u8 {
            scope.spawn(move || {
                let client = PipeStream::connect_by(name, SECOND * 60).unwrap();
                (&client).write_all(&[number; 10]).unwrap();
                assert_eq!(exactly(&client, 1), [number]);
            });
        }
        let mut seen = [false; 100];
        for _ in 0..100 {
            let server = listener.by(SECOND * 60).accept().unwrap();
            let number = exactly(&server, 10)[0];
            assert!(!std::mem::replace(&mut seen[usize::from(number)], true));
            server.send(&[number]).unwrap();
        }
    });
}

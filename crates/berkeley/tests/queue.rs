//! The outgoing queue: everything that it took arrives, in order, and it never holds more than its limit.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{ErrorKind, IoSlice, Read, Write};
use std::sync::LazyLock;

use berkeley::{
    AsSource, Deadline, Interest, MILLISECOND, Progress, Queued, SECOND, Shutdown, Socket, Taken,
    TcpListener, TcpStream, UnixSeqpacket, option,
};
use berkeley_testkit::{each_stream_pair, has_unix_sockets, limit, tcp_pair};

/// Bytes that tell their place: more than the buffers of any connection here take.
fn pattern(length: usize) -> &'static [u8] {
    static PATTERN: LazyLock<Vec<u8>> = LazyLock::new(|| {
        (0..16_usize << 20).map(|index| (index % 251) as u8 ^ (index / 251) as u8).collect()
    });
    &PATTERN[..length]
}

/// A queue that holds more than the buffers of its connection, which are made small: while nobody reads, what is in it
/// stays there, though the system may move some of it.
fn patient(left: Socket, right: &Socket) -> Queued<Socket> {
    left.set(option::socket::SNDBUF, 1 << 18).unwrap();
    right.set(option::socket::RCVBUF, 1 << 18).unwrap();
    Queued::with_limit(left, 1 << 22)
}

/// Sends pieces of `data` until the queue refuses one; returns how much it took.
fn fill(queue: &mut Queued<Socket>, data: &[u8], piece: usize) -> usize {
    for (index, piece) in data.chunks(piece).enumerate() {
        let taken = queue.send(piece).unwrap();
        assert!(queue.queued() <= queue.limit());
        if taken == Taken::Refused {
            return index * piece.len();
        }
    }
    panic!("all of {} bytes were taken", data.len());
}

/// Reads and flushes in turn until the queue is as far as that, and then the rest.
fn receive_all(queue: &mut Queued<Socket>, peer: &Socket, until: Progress) -> Vec<u8> {
    let (mut received, mut buffer) = (Vec::new(), vec![0; 100_000]);
    while queue.flush().unwrap() != until {
        let count = peer.recv(&mut buffer).unwrap().len();
        received.extend_from_slice(&buffer[..count]);
    }
    queue.get_ref().shutdown(Shutdown::Send).unwrap();
    (&*peer).read_to_end(&mut received).unwrap();
    received
}

#[test]
fn what_the_system_takes_at_once_is_not_queued() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let mut queue = Queued::new(left);
        assert_eq!(queue.send(b"hello").unwrap(), Taken::Sent);
        assert_eq!(queue.send_vectored(&[IoSlice::new(b", "), IoSlice::new(b"world")]).unwrap(), Taken::Sent);
        assert!(queue.is_empty() && queue.interest() == Interest::NONE && queue.deadline().is_never());
        assert_eq!(queue.flush().unwrap(), Progress::Drained);
        let mut text = [0; 12];
        (&right).read_exact(&mut text).unwrap();
        assert_eq!(&text, b"hello, world");
    });
}

#[test]
fn a_slow_reader_fills_the_queue_and_gets_everything_in_order() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let data = pattern(16 << 20);
        let mut queue = patient(left, &right);
        let taken = fill(&mut queue, data, 9_973);
        assert_eq!(queue.interest(), Interest::WRITABLE);
        assert!(queue.queued() > queue.limit() - 9_973, "it is full before it refuses");
        let received = receive_all(&mut queue, &right, Progress::Drained);
        assert!(received == data[..taken], "{} bytes of {taken}", received.len());
        assert_eq!(queue.interest(), Interest::NONE);
    });
}

#[test]
fn a_part_is_taken_where_the_whole_is_not() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let data = pattern(16 << 20);
        let mut queue = patient(left, &right);
        let (limit, mut taken) = (queue.limit(), 0);
        let error = queue.send(&data[..=limit]).unwrap_err();
        assert!(error.is_message_too_long(), "{error}");
        let text = format!("{} bytes never fit a queue of {limit}", limit + 1);
        assert!(error.detail().unwrap().contains(&text), "{error}");
        for limit in [limit, limit + 10_000] {
            queue.set_limit(limit);
            loop {
                match queue.send_part(&data[taken..]).unwrap() {
                    0 => break,
                    part => taken += part,
                }
            }
            assert_eq!(queue.queued(), limit, "it is full before it takes nothing");
        }
        let received = receive_all(&mut queue, &right, Progress::Drained);
        assert!(received == data[..taken]);
    });
}

#[test]
fn an_empty_send_says_where_it_stands() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let mut queue = patient(left, &right);
        assert_eq!(queue.send(b"").unwrap(), Taken::Sent);
        assert_eq!(queue.send_part(b"").unwrap(), 0);
        fill(&mut queue, pattern(16 << 20), 9_973);
        assert_eq!(queue.send(b"").unwrap(), Taken::Queued);
        let _ = queue.finish(Deadline::never()).unwrap();
        assert!(queue.send(b"").unwrap_err().is_broken_pipe());
    });
}

#[test]
fn a_queue_that_finishes_takes_no_more_and_ends_after_the_last_byte() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let data = pattern(16 << 20);
        let mut queue = patient(left, &right);
        let taken = fill(&mut queue, data, 9_973);
        assert_eq!(queue.finish(SECOND * 30).unwrap(), Progress::Pending);
        assert!(!queue.deadline().is_never());
        let error = queue.send(b"more").unwrap_err();
        assert!(error.is_broken_pipe() && error.detail().is_some(), "{error}");
        assert!(queue.send_part(b"more").unwrap_err().is_broken_pipe());

        let (mut received, mut buffer) = (Vec::new(), vec![0; 100_000]);
        let mut ended = false;
        while !ended {
            let progress = queue.flush().unwrap();
            assert_eq!(progress == Progress::Finished, queue.is_empty());
            let count = right.recv(&mut buffer).unwrap().len();
            received.extend_from_slice(&buffer[..count]);
            ended = count == 0;
        }
        assert!(received == data[..taken]);
        assert_eq!(queue.finish(Deadline::now()).unwrap(), Progress::Finished, "as often as it is asked");
        assert!(queue.deadline().is_never());

        right.send(b"answer").unwrap();
        let mut answer = [0; 6];
        queue.get_ref().recv(&mut answer).unwrap();
        assert_eq!(&answer, b"answer", "the other half is open");
    });
}

#[test]
fn an_empty_queue_finishes_at_once() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let mut queue = Queued::new(left);
        assert_eq!(queue.send(b"x").unwrap(), Taken::Sent);
        assert_eq!(queue.finish(Deadline::now()).unwrap(), Progress::Finished);
        let mut all = Vec::new();
        (&right).read_to_end(&mut all).unwrap();
        assert_eq!(all, b"x");
    });
}

#[test]
fn what_is_not_sent_by_the_deadline_can_be_had_back() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let data = pattern(16 << 20);
        let mut queue = patient(left, &right);
        let taken = fill(&mut queue, data, 9_973);
        let error = queue.finish(Deadline::now()).unwrap_err();
        assert!(error.is_deadline_passed(), "{error}");
        let error = queue.flush_by(SECOND * 20).unwrap_err();
        assert!(error.is_deadline_passed(), "the earlier deadline counts: {error}");
        let unsent = queue.take_unsent().concat();
        assert!(queue.is_empty() && queue.queued() == 0);
        drop(queue.into_inner());
        let mut received = Vec::new();
        (&right).read_to_end(&mut received).unwrap();
        assert!([received, unsent].concat() == data[..taken]);
    });
}

#[test]
fn a_flush_can_wait_until_a_deadline() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let data = pattern(16 << 20);
        let mut queue = patient(left, &right);
        let taken = fill(&mut queue, data, 9_973);
        let deadline = Deadline::after(MILLISECOND * 5);
        let error = queue.flush_by(deadline).unwrap_err();
        assert!(error.is_deadline_passed() && deadline.has_passed(), "{error}");
        assert_eq!(queue.flush().unwrap(), Progress::Pending, "a deadline that passed ends nothing");
        let reader = std::thread::spawn(move || {
            let mut received = Vec::new();
            (&right).read_to_end(&mut received).unwrap();
            received
        });
        assert_eq!(queue.flush_by(SECOND * 30).unwrap(), Progress::Drained);
        drop(queue);
        assert!(reader.join().unwrap() == data[..taken]);
    });
}

/// What m-socket loses: its `receive` closes the socket at the end of the data.
#[test]
fn a_peer_that_has_ended_its_half_still_gets_its_replies() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let data = pattern(16 << 20);
        let mut queue = patient(left, &right);
        let taken = fill(&mut queue, data, 9_973);
        right.shutdown(Shutdown::Send).unwrap();
        let mut buffer = [0; 8];
        let end = queue.get_ref().by(SECOND * 30).recv(&mut buffer).unwrap();
        assert!(end.is_empty());
        assert!(queue.recv(&mut buffer).unwrap().unwrap().is_empty(), "and again, without harm");
        let _ = queue.finish(SECOND * 30).unwrap();
        let received = receive_all(&mut queue, &right, Progress::Finished);
        assert!(received == data[..taken]);
    });
}

#[test]
fn a_connection_that_is_gone_is_told_by_every_call_and_its_data_comes_back() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let mut queue = patient(left, &right);
        fill(&mut queue, pattern(16 << 20), 9_973);
        let queued = queue.queued();
        drop(right);
        let error = loop {
            match queue.flush_by(SECOND * 30) {
                Ok(progress) => panic!("{progress:?}"),
                Err(error) if error.is_deadline_passed() => {}
                Err(error) => break error,
            }
        };
        assert!(error.is_broken_pipe() || error.is_connection_reset(), "{error}");
        assert_eq!(queue.interest(), Interest::NONE, "nothing is to be waited for");
        for again in [
            queue.send(b"x").unwrap_err(),
            queue.send_part(b"x").unwrap_err(),
            queue.flush().unwrap_err(),
            queue.finish(Deadline::never()).unwrap_err(),
        ] {
            assert_eq!(again.errno(), error.errno());
        }
        assert_eq!(queue.queued(), queued);
        assert_eq!(queue.take_unsent().concat().len(), queued);
    });
}

#[test]
fn it_is_a_reader_and_a_writer_that_tell_full_from_closed() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let data = pattern(1 << 20);
        let mut queue = Queued::with_limit(left, 4096);
        let (mut sent, mut received, mut buffer) = (0, Vec::new(), vec![0; 50_000]);
        while sent < data.len() {
            match queue.write(&data[sent..]) {
                Ok(count) => sent += count,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    assert_eq!(Write::flush(&mut queue).unwrap_err().kind(), ErrorKind::WouldBlock);
                    let count = right.recv(&mut buffer).unwrap().len();
                    received.extend_from_slice(&buffer[..count]);
                }
            }
        }
        while Write::flush(&mut queue).is_err() {
            let count = right.recv(&mut buffer).unwrap().len();
            received.extend_from_slice(&buffer[..count]);
        }
        let _ = queue.finish(Deadline::never()).unwrap();
        (&right).read_to_end(&mut received).unwrap();
        assert!(received == data);
        assert_eq!(queue.write(b"x").unwrap_err().kind(), ErrorKind::BrokenPipe);

        assert_eq!(queue.read(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
        right.send(b"abc").unwrap();
        queue.get_ref().peek(&mut [0; 1]).unwrap();
        assert_eq!(queue.read(&mut buffer).unwrap(), 3);
    });
}

#[test]
fn messages_keep_their_boundaries_empty_ones_too() {
    let _limit = limit();
    let (left, right) = match UnixSeqpacket::pair() {
        Ok(pair) => pair,
        Err(error) => return assert!(error.is_unsupported() && !has_unix_sockets(), "{error}"),
    };
    let mut queue = Queued::with_limit(left, 10_000);
    let message = |index: usize| vec![index as u8; index % 7 * 100];
    let mut taken = 0;
    while queue.send(&message(taken)).unwrap() != Taken::Refused {
        taken += 1;
        assert!(queue.queued() <= queue.limit());
    }
    assert!(queue.send_part(&[1; 10_000]).unwrap_err().is_message_too_long());
    let mut buffer = [0; 1000];
    for index in 0..taken {
        let _ = queue.flush().unwrap();
        let received = right.recv(&mut buffer).unwrap();
        assert_eq!(buffer[..received.len()], message(index), "message {index} of {taken}");
    }
    assert_eq!(queue.flush().unwrap(), Progress::Drained);
    assert!(right.now().recv(&mut buffer).unwrap().is_none());
}

#[test]
fn empty_messages_fill_a_queue_too() {
    let _limit = limit();
    let Ok((left, _right)) = UnixSeqpacket::pair() else { return };
    let mut queue = Queued::with_limit(left, 100);
    let taken = (0..1 << 20).take_while(|_| queue.send(b"").unwrap() != Taken::Refused).count();
    assert!(taken >= 100);
    assert_eq!((queue.queued(), queue.take_unsent().len()), (0, 100));
}

#[test]
fn a_queue_lends_its_socket_and_may_hold_a_reference() {
    fn is_a_source(_: &impl AsSource) {}
    let _limit = limit();
    let (client, server) = tcp_pair("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut queue = Queued::new(&client);
    is_a_source(&queue);
    assert_eq!(queue.send(b"lent").unwrap(), Taken::Sent);
    assert_eq!(
        format!("{queue:?}"),
        format!("Queued {{ socket: {client:?}, queued: 0, limit: {}, .. }}", 64 * 1024)
    );
    let mut shared = Queued::new(std::sync::Arc::new(client));
    assert_eq!(shared.send(b", shared").unwrap(), Taken::Sent);
    let mut text = [0; 12];
    (&server).read_exact(&mut text).unwrap();
    assert_eq!(&text, b"lent, shared");
}

#[test]
#[cfg(target_os = "linux")]
fn the_mode_of_the_descriptor_is_left_alone() {
    let _limit = limit();
    each_stream_pair(|left, right| {
        let mut queue = patient(left, &right);
        fill(&mut queue, pattern(16 << 20), 9_973);
        let _ = queue.flush().unwrap();
        assert!(berkeley_testkit::descriptor::is_blocking(queue.get_ref()));
    });
}

#[test]
fn a_thousand_idle_queues_have_no_memory_of_their_own() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_address().unwrap()).unwrap();
    let queue = Queued::new(stream);
    assert!(size_of_val(&queue) <= 128, "{}", size_of_val(&queue));
}

/// System calls that go wrong, which only debug builds can have.
#[cfg(debug_assertions)]
mod faults {
    use super::*;
    use berkeley::{Errno, Operation};
    use berkeley_testkit::fault::{Faults, calls_of};
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn one_call_sends_and_behind_a_queue_there_is_none() {
        let _limit = limit();
        each_stream_pair(|left, right| {
            let mut queue = Queued::new(left);
            let (taken, calls) = calls_of(|| queue.send(b"abc").unwrap());
            assert_eq!((taken, &calls[..]), (Taken::Sent, &[Operation::Send][..]));
            let _faults = Faults::fail(Operation::Send, Errno::AGAIN, 1);
            assert_eq!(queue.send(b"def").unwrap(), Taken::Queued);
            let (taken, calls) = calls_of(|| queue.send(b"ghi").unwrap());
            assert_eq!((taken, &calls[..]), (Taken::Queued, &[][..]));
            let (progress, calls) = calls_of(|| queue.flush().unwrap());
            assert_eq!((progress, &calls[..]), (Progress::Drained, &[Operation::Send][..]));
            let (_, calls) = calls_of(|| queue.flush().unwrap());
            assert_eq!(calls, []);
            let (_, calls) = calls_of(|| (queue.finish(SECOND).unwrap(), queue.finish(SECOND).unwrap()));
            assert_eq!(calls, [Operation::Shutdown], "executed once");
            let mut text = String::new();
            (&right).read_to_string(&mut text).unwrap();
            assert_eq!(text, "abcdefghi");
        });
    }

    #[test]
    fn an_interruption_is_no_end_and_a_lack_of_memory_is_a_lack_of_room() {
        let _limit = limit();
        each_stream_pair(|left, right| {
            let mut queue = Queued::new(left);
            let faults = Faults::fail(Operation::Send, Errno::INTR, 3);
            assert_eq!(queue.send(b"abc").unwrap(), Taken::Sent);
            drop(faults);
            let faults = Faults::fail(Operation::Send, Errno::NOBUFS, 3);
            assert_eq!(queue.send(b"def").unwrap(), Taken::Queued);
            assert!(queue.is_short_of_memory(), "which no poller tells of");
            for _ in 0..2 {
                let error = queue.flush().unwrap_err();
                assert!(error.should_retry() && error.is_no_buffer_space(), "{error}");
                assert_eq!(queue.interest(), Interest::WRITABLE);
            }
            drop(faults);
            let _faults = Faults::fail(Operation::Send, Errno::INTR, 3);
            assert_eq!(queue.flush().unwrap(), Progress::Drained);
            assert!(!queue.is_short_of_memory());
            let mut text = [0; 6];
            (&right).read_exact(&mut text).unwrap();
            assert_eq!(&text, b"abcdef");
        });
    }

    #[test]
    fn each_answer_says_who_has_the_data() {
        let _limit = limit();
        each_stream_pair(|left, right| {
            let mut queue = Queued::with_limit(left, 10);
            let faults =
                Faults::shorten(Operation::Send, 4, 1).and_fail_after(1, Operation::Send, Errno::AGAIN, 2);
            assert_eq!(queue.send(b"0123456789").unwrap(), Taken::Partly(4));
            assert_eq!(queue.send(b"abcde").unwrap(), Taken::Refused, "six and five are eleven");
            drop(faults);
            assert_eq!(queue.send(b"abcd").unwrap(), Taken::Queued);
            assert_eq!(queue.send(b"e").unwrap(), Taken::Sent, "there was room after all");
            let mut text = [0; 15];
            (&right).read_exact(&mut text).unwrap();
            assert_eq!(&text, b"0123456789abcde");
        });
    }

    #[test]
    fn a_short_count_is_tried_again_before_anyone_waits() {
        let _limit = limit();
        each_stream_pair(|left, right| {
            let mut queue = Queued::new(left);
            let _faults = Faults::shorten(Operation::Send, 2, 3);
            assert_eq!(queue.send(b"0123456789").unwrap(), Taken::Sent);
            let mut text = [0; 10];
            (&right).read_exact(&mut text).unwrap();
            assert_eq!(&text, b"0123456789");
        });
    }

    #[test]
    fn the_number_of_the_first_error_is_the_one_that_is_told() {
        let _limit = limit();
        for errno in [Errno::PIPE, Errno::CONNRESET, Errno::TIMEDOUT] {
            each_stream_pair(|left, _right| {
                let mut queue = Queued::new(left);
                let _faults =
                    Faults::fail(Operation::Send, Errno::AGAIN, 1).and_fail(Operation::Send, errno, 1);
                queue.send(b"unsent").unwrap();
                assert_eq!(queue.flush().unwrap_err().errno(), Some(errno));
                assert_eq!(queue.send(b"more").unwrap_err().errno(), Some(errno));
                assert_eq!(queue.take_unsent(), [b"unsent"]);
            });
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Send(usize),
        SendInTwo(usize, usize),
        SendPart(usize),
        Flush,
        Receive(usize),
        Shorten(usize, usize),
        Block(usize),
        Lack(usize),
        Limit(usize),
    }

    fn steps() -> impl Strategy<Value = Step> {
        let length = || prop_oneof![4 => 0..300_usize, 2 => 0..20_000_usize, 1 => 0..400_000_usize];
        prop_oneof![
            6 => length().prop_map(Step::Send),
            2 => (length(), length()).prop_map(|(first, second)| Step::SendInTwo(first, second)),
            3 => length().prop_map(Step::SendPart),
            3 => Just(Step::Flush),
            3 => (1..200_000_usize).prop_map(Step::Receive),
            2 => (0..5_000_usize, 1..6_usize).prop_map(|(length, times)| Step::Shorten(length, times)),
            1 => (1..10_usize).prop_map(Step::Block),
            1 => (1..3_usize).prop_map(Step::Lack),
            1 => (0..100_000_usize).prop_map(Step::Limit),
        ]
    }

    /// What was taken and what has arrived, to be the same in the end.
    struct Run<'a> {
        queue: Queued<Socket>,
        peer: &'a Socket,
        source: &'a [u8],
        taken: Vec<u8>,
        received: Vec<u8>,
    }

    impl Run<'_> {
        fn note(&mut self, data: &[u8], answer: berkeley::Result<Taken>) {
            match answer {
                Ok(Taken::Refused) => assert!(self.queue.queued() + data.len() > self.queue.limit()),
                Ok(answer) => {
                    self.taken.extend_from_slice(data);
                    assert_eq!(answer == Taken::Sent, self.queue.is_empty(), "{answer:?}");
                }
                Err(error) => {
                    assert!(error.is_message_too_long() && data.len() > self.queue.limit(), "{error}");
                }
            }
        }

        fn step(&mut self, step: &Step) {
            let start = self.taken.len();
            let data = |length: usize| &self.source[start..][..length.min(self.source.len() - start)];
            let before = self.queue.queued();
            match *step {
                Step::Send(length) => {
                    let answer = self.queue.send(data(length));
                    self.note(data(length), answer);
                }
                Step::SendInTwo(first, second) => {
                    let (left, right) = data(first + second).split_at(first);
                    let answer = self.queue.send_vectored(&[IoSlice::new(left), IoSlice::new(right)]);
                    self.note(data(first + second), answer);
                }
                Step::SendPart(length) => {
                    let taken = self.queue.send_part(data(length)).unwrap();
                    self.taken.extend_from_slice(data(taken));
                }
                Step::Flush => {
                    if let Err(error) = self.queue.flush() {
                        assert!(error.should_retry(), "{error}");
                    }
                }
                Step::Receive(length) => self.receive(length),
                Step::Shorten(length, times) => {
                    std::mem::forget(Faults::shorten(Operation::Send, length, times));
                }
                Step::Block(times) => {
                    std::mem::forget(Faults::fail(Operation::Send, Errno::AGAIN, times));
                }
                Step::Lack(times) => {
                    std::mem::forget(Faults::fail(Operation::Send, Errno::NOBUFS, times));
                }
                Step::Limit(limit) => self.queue.set_limit(limit),
            }
            assert!(self.queue.queued() <= self.queue.limit().max(before));
        }

        fn receive(&mut self, length: usize) {
            let mut buffer = vec![0; length];
            if let Some(received) = self.peer.now().recv(&mut buffer).unwrap() {
                self.received.extend_from_slice(&buffer[..received.len()]);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_goes_wrong_all_that_was_taken_arrives_in_order(steps in vec(steps(), 1..80)) {
            let _limit = limit();
            let source = pattern(16 << 20);
            each_stream_pair(|left, peer| {
                let queue = Queued::new(left);
                let (taken, received) = (Vec::new(), Vec::new());
                let mut run = Run { queue, peer: &peer, source, taken, received };
                for step in &steps {
                    run.step(step);
                }
                berkeley::fault::disarm();
                let _ = run.queue.finish(SECOND * 30).unwrap();
                while run.queue.flush().unwrap() != Progress::Finished {
                    run.receive(100_000);
                }
                (&peer).read_to_end(&mut run.received).unwrap();
                assert!(run.received == run.taken, "{} of {}", run.received.len(), run.taken.len());
            });
        }
    }
}

//! `sock send` and `sock recv` with each other: what is beside the data, what is expected, what is refused.
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]
#![cfg(unix)]

#[path = "common/ask.rs"]
mod ask;
mod common;
#[path = "common/messages.rs"]
mod messages;

use std::net::UdpSocket;
use std::path::Path;

use ask::ask;
use berkeley_testkit::limit;
use common::sock;
use messages::{hearer, lines, texts};
use serde_json::Value;
use tempfile::TempDir;

/// An address at which nobody is.
fn nobody(host: &str) -> String {
    let socket = UdpSocket::bind((host.trim_matches(['[', ']']), 0)).unwrap();
    format!("udp://{}", socket.local_addr().unwrap())
}

/// An address of a directory of the test's own.
fn at(directory: &TempDir, scheme: &str) -> String {
    format!("{scheme}:{}", directory.path().join(scheme).display())
}

#[test]
fn a_message_is_told_with_all_that_is_beside_it() {
    let _limit = limit();
    for (scheme, host) in [("udp", "127.0.0.1"), ("udp", "[::1]"), ("udplite", "127.0.0.1")] {
        let receiver = hearer(&["--count", "2", &format!("{scheme}://{host}:0")]);
        let address = receiver.address.clone();
        let way = ["--ttl", "7", "--tos", "0x10", "--ecn", "ect0", "--source", host.trim_matches(['[', ']'])];
        let sent = ask(&[&["send"], &way[..], &[&address, "hello", "\u{1F600}"]].concat(), "");
        assert_eq!((sent.code, sent.out.as_str(), sent.said.as_str()), (Some(0), "", ""), "{address}");
        let records = receiver.ends_with(0);
        assert_eq!(texts(&records), ["hello", "\u{1F600}"]);
        let record = &records[0];
        assert_eq!(record["to"], address);
        let from = record["from"].as_str().unwrap();
        assert!(from.starts_with(&format!("{scheme}://{host}:")) && from != address, "{record}");
        assert_eq!((&record["bytes"], &record["truncated"]), (&5.into(), &false.into()));
        if cfg!(target_os = "linux") {
            assert_eq!((&record["ttl"], &record["tos"]), (&7.into(), &0x12.into()), "{record}");
            assert_eq!((&record["ecn"], &record["interface"]), (&"ect0".into(), &"lo".into()));
            assert_eq!(record["kernel_time"], true);
            assert!(record["t_unix_ns"].as_u64() <= records[1]["t_unix_ns"].as_u64());
        }
    }
}

#[test]
fn local_messages_say_whose_they_are() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    for scheme in ["unix-dgram", "unix-seqpacket"] {
        let receiver = hearer(&["--count", "2", &at(&directory, scheme)]);
        let mut sender = sock(&["send", &receiver.address, "one record", ""]);
        let id = sender.id;
        let address = receiver.address.clone();
        sender.end();
        sender.ends_with(0);
        let records = receiver.ends_with(0);
        assert_eq!(texts(&records), ["one record", ""], "{scheme}");
        if cfg!(target_os = "linux") {
            assert!(records.iter().all(|record| record["pid"] == id), "{records:?}");
        }
        assert!(!Path::new(address.split_once(':').unwrap().1).exists(), "{address}");
    }
}

#[test]
fn a_message_that_is_cut_says_so() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    for address in ["udp://127.0.0.1:0".to_owned(), at(&directory, "unix-dgram")] {
        let receiver = hearer(&["--count", "1", "--room", "4", &address]);
        assert_eq!(ask(&["send", &receiver.address, "123456"], "").code, Some(0));
        let record = &receiver.ends_with(0)[0];
        assert_eq!((&record["text"], &record["truncated"]), (&"1234".into(), &true.into()));
        if cfg!(target_os = "linux") {
            assert_eq!(record["whole_bytes"], 6);
        }
    }
}

#[test]
fn forms_are_for_people_or_for_pipes() {
    let _limit = limit();
    let rows: [(&str, &[u8]); 4] =
        [("raw", b"a\xffbb"), ("lines", b"a\xff\nbb\n"), ("hex", b"|a.|\n"), ("text", b"  < a\\xff\n")];
    for (form, expected) in rows {
        let mut receiver = sock(&["recv", "--count", "2", "--form", form, "udp://127.0.0.1:0"]);
        let line = receiver.line_with("receiving at ");
        let address = line.trim_start_matches("receiving at ");
        assert_eq!(ask(&["send", "--hex", address, "61ff", "6262"], "").code, Some(0));
        let (out, _) = receiver.finish(0);
        let is_alone = form == "raw" || form == "lines";
        let holds = if is_alone { out == expected } else { contains(&out, expected) };
        assert!(holds, "{form}: {}", out.escape_ascii());
    }
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

#[test]
fn what_is_read_is_cut_as_is_said() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "ab\ncd").unwrap();
    let file = file.to_str().unwrap();
    let rows: [(&[&str], &str, &[&str]); 6] = [
        (&[], "one\n\ntwo", &["one", "", "two"]),
        (&["--size", "3"], "abcdefg", &["abc", "def", "g"]),
        (&["--whole"], "a\nb\n", &["a\nb\n"]),
        (&["--hex"], "6162\n63 64\n", &["ab", "cd"]),
        (&["--file", file], "", &["ab", "cd"]),
        (&["--file", file, "--whole"], "", &["ab\ncd"]),
    ];
    for (arguments, input, expected) in rows {
        let count = expected.len().to_string();
        let receiver = hearer(&["--count", &count, &at(&directory, "unix-dgram")]);
        let address = receiver.address.clone();
        assert_eq!(ask(&[&["send", &address], arguments].concat(), input).code, Some(0), "{arguments:?}");
        assert_eq!(texts(&receiver.ends_with(0)), expected, "{arguments:?}");
    }
}

#[test]
fn a_line_that_is_wrong_is_told_and_the_others_are_sent() {
    let _limit = limit();
    let receiver = hearer(&["--count", "2", "udp://127.0.0.1:0"]);
    let answer = ask(&["send", "--hex", &receiver.address], "61\n6x\n62\n");
    assert_eq!(answer.code, Some(2));
    assert!(
        answer.said.starts_with("error: line 2: 'x' is no hexadecimal digit\n  6x\n   ^"),
        "{}",
        answer.said
    );
    assert_eq!(texts(&receiver.ends_with(0)), ["a", "b"]);
}

#[test]
fn words_are_repeated_and_each_is_recorded() {
    let _limit = limit();
    let receiver = hearer(&["--count", "6", "udp://127.0.0.1:0"]);
    let arguments = ["send", "--jsonl", "--count", "3", "--interval", "1ms", &receiver.address, "a", "b"];
    let answer = ask(&arguments, "");
    assert_eq!(texts(&receiver.ends_with(0)), ["a", "b", "a", "b", "a", "b"]);
    let records: Vec<Value> =
        answer.lines(0).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 7);
    assert!(records[..6].iter().all(|record| record["what"] == "sent" && record["bytes"] == 1));
    assert_eq!((&records[6]["event"], &records[6]["exit"]), (&"end".into(), &0.into()));
}

#[test]
fn an_answer_that_is_expected_ends_it() {
    let _limit = limit();
    let mut server = sock(&["listen", "--echo", "udp://127.0.0.1:0"]);
    let address = server.address();
    let answer = ask(&["send", "--expect", "on", "--timeout", "40s", &address, "ping pong"], "");
    assert_eq!((answer.lines(0), answer.said.as_str()), (vec!["ping pong"], ""));
    let answer = ask(&["send", "--expect-hex", "70 6f", "--timeout", "40s", &address, "ping pong"], "");
    assert_eq!(answer.code, Some(0));
    let late = ask(&["send", "--json", "--expect", "other", "--timeout", "100ms", &address, "ping"], "");
    let document: Value = serde_json::from_str(&late.out).unwrap();
    assert_eq!((late.code, &document["exit"]), (Some(4), &4.into()));
    assert_eq!(document["results"][1]["text"], "ping");
    assert!(late.said.contains("no such answer within 100.0 ms; 1 came that are not"), "{}", late.said);
    server.terminate();
}

#[test]
fn an_answer_of_a_connection_that_ends_is_no() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    let receiver = hearer(&["--count", "1", &at(&directory, "unix-seqpacket")]);
    let answer = ask(&["send", "--expect", "x", "--timeout", "40s", &receiver.address, "question"], "");
    assert_eq!(answer.code, Some(1), "{}", answer.said);
    assert!(answer.said.contains("has ended the connection without the answer"), "{}", answer.said);
    assert_eq!(texts(&receiver.ends_with(0)), ["question"]);
}

#[test]
fn who_refuses_is_told_once() {
    let _limit = limit();
    for (host, icmp) in [("127.0.0.1", "ICMP 3/3"), ("[::1]", "ICMP 1/4")] {
        let address = nobody(host);
        // However long it would wait for an answer: none comes from there.
        for arguments in [&["--wait", "40ms"][..], &["--expect", "x", "--timeout", "40s"]] {
            let answer = ask(&[&["send"], arguments, &[&address, "a", "b", "c"]].concat(), "");
            assert_eq!(answer.code, Some(5), "{}", answer.said);
            assert_eq!(answer.said.matches("error: ").count(), 1, "{}", answer.said);
            assert!(
                answer.said.contains(&format!("send {address}: refused (ECONNREFUSED)")),
                "{}",
                answer.said
            );
            if cfg!(target_os = "linux") {
                let who = host.trim_matches(['[', ']']);
                let words = format!("says {who}: port unreachable ({icmp})");
                assert!(answer.said.contains(&words), "{}", answer.said);
            }
        }
    }
}

#[test]
fn what_is_expected_ends_a_receiver() {
    let _limit = limit();
    let receiver = hearer(&["--expect", "stop", "udp://127.0.0.1:0"]);
    assert_eq!(ask(&["send", &receiver.address, "go", "please stop"], "").code, Some(0));
    assert_eq!(texts(&receiver.ends_with(0)), ["go", "please stop"]);
    let receiver = hearer(&["--expect", "stop", "--count", "1", "udp://127.0.0.1:0"]);
    assert_eq!(ask(&["send", &receiver.address, "go"], "").code, Some(0));
    assert_eq!(texts(&receiver.ends_with(1)), ["go"]);
}

#[test]
fn the_code_says_what_came_in_time() {
    let _limit = limit();
    for (arguments, code) in [(&["--count", "1"][..], 4), (&["--expect", "x"], 4), (&[], 1)] {
        let arguments = [arguments, &["--timeout", "20ms", "udp://127.0.0.1:0"]].concat();
        assert!(hearer(&arguments).ends_with(code).is_empty());
    }
    let receiver = hearer(&["--timeout", "3s", "udp://127.0.0.1:0"]);
    assert_eq!(ask(&["send", &receiver.address, "a"], "").code, Some(0));
    assert_eq!(texts(&receiver.ends_with(0)), ["a"]);
}

#[test]
fn a_signal_ends_in_good_order() {
    let _limit = limit();
    let directory = TempDir::new().unwrap();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let receiver = hearer(&[&at(&directory, "unix-dgram")]);
        receiver.running.signal(signal);
        assert!(receiver.ends_with(code).is_empty());
        assert!(!directory.path().join("unix-dgram").exists());
        let mut sender = sock(&["send", "-v", "--jsonl", "--interval", "1h", &nobody("127.0.0.1"), "a", "b"]);
        sender.line_with("error: send");
        sender.signal(signal);
        let records = lines(&mut sender);
        assert_eq!(records.last().unwrap()["exit"], code);
        sender.ends_with(code);
    }
}

#[test]
fn a_command_line_that_is_wrong_is_told_all_at_once() {
    let _limit = limit();
    let rows: [(&[&str], &str); 15] = [
        (&["send", "tcp://127.0.0.1:9"], "a stream has no datagrams and no records"),
        (&["recv", "unix:/x"], "sock listen is for streams"),
        (&["send", "udp://:9"], "a host is needed"),
        (&["send", "udp://127.0.0.1:0"], "port 0 is no port"),
        (&["send", "mcast://10.0.0.1:9"], "10.0.0.1 is no group"),
        (&["connect", "mcast://239.1.1.1:9"], "a group is for sock send and sock recv"),
        (&["send", "--hex", "udp://127.0.0.1:9", "61", "6"], "a byte has two digits, and here is one"),
        (&["send", "--size", "65508", "udp://127.0.0.1:9"], "65508 is out of range (1 to 65507)"),
        (&["send", "--ttl", "256", "udp://127.0.0.1:9", "x"], "\"256\" is not a number of hops"),
        (&["send", "--ttl", "3", "unix-dgram:/x", "x"], "--ttl is for IP"),
        (&["send", "--timeout", "3s", "udp://127.0.0.1:9", "x"], "--timeout is for an answer"),
        (&["send", "--count", "2", "udp://127.0.0.1:9"], "--count is for DATA"),
        (&["send", "--source", "::1", "udp://127.0.0.1:9", "x"], "--source ::1 is IPv6"),
        (
            &["send", "--interface", "no-such0", "udp://127.0.0.1:9", "x"],
            "no interface is called no-such0 (there are",
        ),
        (&["recv", "mcast://239.1.1.1%no-such0:5000"], "no interface is called no-such0 (there are"),
    ];
    for (arguments, said) in rows {
        let answer = ask(arguments, "");
        assert_eq!(answer.code, Some(2), "{arguments:?}: {}", answer.said);
        assert!(answer.said.contains(said), "{arguments:?}: {}", answer.said);
    }
    let answer =
        ask(&["send", "--tos", "x", "--ecn", "y", "--timeout", "z", "udp://127.0.0.1:99999", "x"], "");
    assert_eq!(answer.said.matches("error: ").count(), 4, "{}", answer.said);
}

#[test]
fn what_is_too_long_is_told_and_the_rest_is_sent() {
    let _limit = limit();
    let receiver = hearer(&["--count", "1", "udp4://127.0.0.1:0"]);
    let long = "x".repeat(65508) + "\nshort\n";
    let answer = ask(&["send", &receiver.address], &long);
    assert_eq!(answer.code, Some(9), "{}", answer.said);
    assert!(answer.said.contains("it has 65508 bytes"), "{}", answer.said);
    assert_eq!(texts(&receiver.ends_with(0)), ["short"]);
    let longer = "x".repeat((256 << 10) + 1);
    let answer = ask(&["send", &receiver_address()], &longer);
    assert!(
        answer.code == Some(9) && answer.said.contains("a line is longer than 262144 bytes"),
        "{}",
        answer.said
    );
}

fn receiver_address() -> String {
    nobody("127.0.0.1")
}

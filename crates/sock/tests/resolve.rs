//! `sock resolve` as it is run: what the system knows, forms of output, exit codes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
mod common;

use ask::ask;
use berkeley_testkit::limit;
use serde_json::Value;

fn json(arguments: &[&str], code: i32) -> Value {
    let answer = ask(&[&["resolve", "--json"], arguments].concat(), "");
    assert_eq!(answer.code, Some(code), "{}", answer.said);
    serde_json::from_str(&answer.out).unwrap()
}

#[test]
fn services_and_protocols_are_found_by_name_and_by_number() {
    let _limit = limit();
    let found = json(&["--service", "ssh", "53/udp", "SSH/tcp", "22"], 0);
    let ports: Vec<u64> =
        found["results"].as_array().unwrap().iter().map(|row| row["port"].as_u64().unwrap()).collect();
    assert_eq!(ports, [22, 53, 22, 22]);
    assert_eq!(
        (&found["results"][1]["name"], &found["results"][1]["protocol"]),
        (&"domain".into(), &"udp".into())
    );
    let text = ask(&["resolve", "--protocol", "tcp", "17"], "");
    assert_eq!(text.lines(0)[..2], ["name     tcp", "number   6"]);
    let absent = ask(&["resolve", "--service", "1024", "telnett", "ssh"], "");
    assert!(absent.lines(1).contains(&"name      ssh"), "{}", absent.out);
    assert!(absent.said.contains("error: 1024: no such service is known\n"), "{}", absent.said);
    assert!(absent.said.contains("did you mean \"telnet"), "{}", absent.said);
}

#[test]
fn mistakes_are_pointed_at() {
    let _limit = limit();
    let rows: &[(&[&str], &str)] = &[
        (&["10.0.0.300"], "octet 300 is out of range (0 to 255)\n  10.0.0.300\n         ^^^"),
        (&["a..b"], "a name has 1 to 63 characters between two dots\n  a..b\n  ^^^^"),
        (&["--service", "99999/tcp"], "port 99999 is out of range (0 to 65535)\n  99999/tcp\n  ^^^^^"),
        (
            &["--service", "www/tpc"],
            "no protocol \"tpc\" is known\n  www/tpc\n      ^^^    did you mean \"tcp\"?",
        ),
        (
            &["--server", "ns.test", "--type", "MXX", "a"],
            "\"ns.test\" is not the address of a server\n  --server ns.test\n           ^^^^^^^    write 192.0.2.53, \
             192.0.2.53:5353 or [2001:db8::53]:53\nerror: \"MXX\" is no type of records\n  --type MXX\n         ^^^    \
             did you mean MX?",
        ),
        (
            &["--timeout", "5x", "a"],
            "unknown unit of time \"x\"\n  --timeout 5x\n             ^    write 500ms, 2s, 1m or 1h",
        ),
    ];
    for (arguments, message) in rows {
        let answer = ask(&[&["resolve"], *arguments].concat(), "");
        assert_eq!((answer.code, answer.said.as_str()), (Some(2), format!("error: {message}").as_str()));
    }
}

#[test]
fn a_line_that_is_wrong_is_told_with_its_number() {
    let _limit = limit();
    let answer = ask(&["resolve", "--service", "--jsonl"], "ssh\n# none\n99999\ndomain/udp\n");
    let lines: Vec<Value> = answer.lines(2).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["result", "error", "result", "end"]);
    assert_eq!((&lines[1]["line"], &lines[3]["exit"]), (&3.into(), &2.into()));
}

/// A name server that answers nothing before it was asked for all.
#[test]
fn several_names_are_asked_for_at_once() {
    let _limit = limit();
    let server = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    let answering = common::beside(move || {
        let mut asked: Vec<(Vec<u8>, std::net::SocketAddr)> = Vec::new();
        let mut buffer = [0; 512];
        while asked.len() < 3 {
            let (length, from) = server.recv_from(&mut buffer).unwrap();
            // The same question may come again: the first is not forgotten.
            if !asked.iter().any(|(question, _)| question[12..] == buffer[12..length]) {
                asked.push((buffer[..length].to_vec(), from));
            }
        }
        for (mut question, from) in asked {
            // It is an answer, and there is no such name.
            question[2] |= 0x80;
            question[3] = 3;
            server.send_to(&question, from).unwrap();
        }
    });
    let names = ["one.test.", "two.test.", "three.test."];
    let answer = ask(&[&["resolve", "--type", "A", "--server", &address], &names[..]].concat(), "");
    assert_eq!((answer.code, answer.out.as_str()), (Some(1), ""));
    for name in names {
        assert!(answer.said.contains(&format!("error: {name}: there is no such name")), "{}", answer.said);
    }
    answering.join().unwrap();
}

#[cfg(target_os = "linux")]
mod with_files {
    use std::net::{TcpStream, UdpSocket};
    use std::process::{Child, Command, Stdio};

    use berkeley_testkit::{in_own_network, need, program, replace_files};

    use super::ask::Answer;
    use super::*;

    const HOSTS: &str = "127.0.0.1 localhost\n192.0.2.7 www.files.test www\n2001:db8::7 www.files.test\n";

    fn run(test: impl FnOnce() + Send) {
        let _ran = in_own_network(|| {
            let files = [
                ("/etc/nsswitch.conf", "hosts: files dns\n"),
                ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30\n"),
                ("/etc/hosts", HOSTS),
            ];
            let replaced = replace_files(&files);
            if need(replaced.is_ok(), "files of its own") {
                test();
            }
        });
    }

    fn resolve(arguments: &[&str]) -> Answer {
        ask(&[&["resolve"], arguments].concat(), "")
    }

    #[test]
    fn names_and_addresses_are_answered_in_the_order_of_the_questions() {
        let _limit = limit();
        run(|| {
            let found = json(&["www", "192.0.2.7", "localhost"], 0);
            let rows = found["results"].as_array().unwrap();
            assert_eq!(rows[0]["canonical_name"], "www.files.test");
            assert_eq!(rows[0]["addresses"], serde_json::json!(["192.0.2.7"]));
            assert_eq!((&rows[1]["address"], &rows[1]["aliases"][0]), (&"192.0.2.7".into(), &"www".into()));
            assert_eq!(rows[2]["families"], serde_json::json!(["IPv4"]));
            let both = json(&["www.files.test"], 0);
            assert_eq!(both["results"][0]["addresses"].as_array().unwrap().len(), 2);
            assert_eq!(
                resolve(&["-6", "www.files.test"]).lines(0).last().unwrap().trim_end(),
                "addresses       2001:db8::7"
            );
        });
    }

    #[test]
    fn what_no_server_answers_ends_with_its_code() {
        let _limit = limit();
        run(|| {
            // Nobody listens: no server could say.
            let answer = resolve(&["nosuch.test", "www"]);
            assert!(answer.lines(3).contains(&"name            www"), "{}", answer.out);
            assert!(
                answer.said.starts_with("error: nosuch.test: no name server has an answer"),
                "{}",
                answer.said
            );
            // Somebody does, and says nothing.
            let _silent = UdpSocket::bind("127.0.0.1:53").unwrap();
            let answer = resolve(&["--timeout", "50ms", "never.test"]);
            assert_eq!((answer.code, answer.out.as_str()), (Some(4), ""));
            assert_eq!(answer.said, "error: never.test: no answer in time");
        });
    }

    /// A name server that the test has started.
    struct Server(Child);

    impl Drop for Server {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    /// Starts dnsmasq, which knows a few names below `.test` and refuses all others.
    fn dnsmasq() -> Option<Server> {
        const SETTINGS: &[&str] = &[
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
            "--pid-file",
            "--user=root",
            "--listen-address=127.0.0.1",
            "--bind-interfaces",
            "--host-record=both.test,192.0.2.21,2001:db8::21",
            "--host-record=www.files.test,192.0.2.99",
            "--host-record=four.test,192.0.2.22",
            "--host-record=xn--bcher-kva.test,192.0.2.23",
            "--cname=alias.test,both.test",
            "--txt-record=text.test,nothing else",
            "--mx-host=both.test,mail.test,10",
            "--local=/test/",
            "--local=/2.0.192.in-addr.arpa/",
        ];
        let program = program("dnsmasq")?;
        let server = Command::new(program).args(SETTINGS).stderr(Stdio::null()).spawn().unwrap();
        // It answers from when on TCP connects.
        while TcpStream::connect("127.0.0.1:53").is_err() {
            std::thread::yield_now();
        }
        Some(Server(server))
    }

    #[test]
    fn a_name_server_is_asked_beside_the_system() {
        let _limit = limit();
        run(|| {
            let Some(_server) = dnsmasq() else { return };
            let found = json(&["--dns", "both.test", "alias.test", "192.0.2.21", "www.files.test"], 0);
            let rows = found["results"].as_array().unwrap();
            // In the order in which connect tries them.
            assert_eq!(rows[0]["addresses"], serde_json::json!(["2001:db8::21", "192.0.2.21"]));
            assert_eq!(rows[0]["dns"]["records"], serde_json::json!(["AAAA 2001:db8::21", "A 192.0.2.21"]));
            assert_eq!(rows[0]["dns"]["server"], "127.0.0.1:53");
            assert_eq!(rows[1]["dns"]["canonical_name"], "both.test");
            assert_eq!(rows[2]["dns"]["records"], serde_json::json!(["PTR both.test."]));
            // The hosts file says one thing, the server another.
            assert_eq!(rows[3]["addresses"], serde_json::json!(["2001:db8::7", "192.0.2.7"]));
            assert_eq!(rows[3]["dns"]["records"], serde_json::json!(["A 192.0.2.99"]));
            // In any script.
            let found = json(&["--dns", "-4", "b\u{fc}cher.test", "B\u{dc}CHER.test"], 0);
            for row in found["results"].as_array().unwrap() {
                assert_eq!(row["addresses"], serde_json::json!(["192.0.2.23"]));
                assert_eq!(row["dns"]["records"], serde_json::json!(["A 192.0.2.23"]), "{row}");
            }
            let found = json(&["-4", "--tcp", "both.test"], 0);
            assert_eq!(found["results"][0]["dns"]["records"], serde_json::json!(["A 192.0.2.21"]));
        });
    }

    #[test]
    fn records_of_any_type_are_asked_for() {
        let _limit = limit();
        run(|| {
            let Some(_server) = dnsmasq() else { return };
            let found = json(&["--type", "mx,TXT", "--server", "127.0.0.1", "both.test", "text.test"], 0);
            let records: Vec<_> =
                found["results"].as_array().unwrap().iter().map(|row| row["records"][0].clone()).collect();
            assert_eq!(records, ["MX 10 mail.test.", "TXT nothing else"]);
            let answer = resolve(&["--type", "MX", "four.test", "nosuch.test"]);
            assert_eq!((answer.code, answer.out.as_str()), (Some(1), ""));
            assert!(answer.said.starts_with("error: four.test: "), "{}", answer.said);
            assert!(answer.said.contains("error: nosuch.test: there is no such name"), "{}", answer.said);
        });
    }

    #[test]
    fn where_one_of_the_two_knows_nothing_that_is_said_and_is_the_exit_code() {
        let _limit = limit();
        run(|| {
            let Some(_server) = dnsmasq() else { return };
            let found = json(&["--dns", "www", "four.test"], 3);
            let rows = found["results"].as_array().unwrap();
            assert_eq!(rows[0]["addresses"], serde_json::json!(["192.0.2.7"]));
            assert!(rows[0]["dns_error"].as_str().unwrap().contains("Query Refused"), "{}", rows[0]);
            assert_eq!(rows[1]["dns"]["records"], serde_json::json!(["A 192.0.2.22"]));
            // Nobody is there to ask.
            let answer = resolve(&["--type", "A", "--server", "127.0.0.1:1", "four.test"]);
            assert_eq!(answer.code, Some(3), "{}", answer.said);
            let _silent = UdpSocket::bind("127.0.0.1:54").unwrap();
            let answer =
                resolve(&["--type", "A", "--server", "127.0.0.1:54", "--timeout", "50ms", "four.test"]);
            assert_eq!((answer.code, answer.said.as_str()), (Some(4), "error: four.test: no answer in time"));
        });
    }
}

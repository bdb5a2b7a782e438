//! `sock option` as it is run: the dictionary, fresh and connected sockets, those of running processes; and every option
//! in addresses.
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
mod common;

#[cfg(unix)]
use ask::ask_program;
use ask::{Answer, ask};
use berkeley::{Family, Kind, Protocol, Socket, TcpListener, option};
use berkeley_testkit::limit;
#[cfg(unix)]
use berkeley_testkit::program;
use serde_json::Value;

fn sock_option(arguments: &[&str]) -> Answer {
    ask(&[&["option"], arguments].concat(), "")
}

fn json(arguments: &[&str], code: i32) -> Value {
    let answer = sock_option(&[&["--json"], arguments].concat());
    assert_eq!(answer.code, Some(code), "{}{}", answer.out, answer.said);
    serde_json::from_str(&answer.out).unwrap()
}

/// The values that were printed, with their names.
fn values(answer: &Answer) -> Vec<(&str, &str)> {
    let lines = answer.lines(0).into_iter();
    lines
        .map(|line| line.split_once("  ").map(|(name, value)| (name.trim(), value.trim())).unwrap())
        .collect()
}

#[test]
fn the_dictionary_has_every_option_by_its_level() {
    let _limit = limit();
    for verb in ["option", "opts"] {
        let answer = ask(&[verb], "");
        let lines = answer.lines(0);
        let names = lines.iter().filter_map(|line| line.strip_prefix("  ")?.split_ascii_whitespace().next());
        assert!(names.eq(option::all().map(option::Row::name)));
        let levels: Vec<_> = lines.iter().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
        assert_eq!(levels[..4], [&"socket", &"ip", &"ipv6", &"tcp"]);
    }
    let level = sock_option(&["udp", "local"]);
    assert_eq!((level.lines(0)[0], level.out.contains("\nlocal\n")), ("udp", true));
    assert!(!level.out.contains("tcp."));
}

#[test]
#[cfg(unix)]
fn json_is_what_python_reads() {
    let _limit = limit();
    let Some(python) = program("python3") else { return };
    let count = option::all().count();
    let read = "import json,sys; d=json.load(sys.stdin); r=d['results']; \
                print(d['v'], d['exit'], len(r), len({x['name'] for x in r}), sum(x['available'] for x in r))";
    let document = sock_option(&["--json"]);
    let answer = ask_program(python.to_str().unwrap(), &["-c", read], &document.out);
    let available = option::all().filter(|row| row.is_available()).count();
    assert_eq!(answer.lines(0), [format!("option/1 0 {count} {count} {available}")]);
    let read = "import json,sys; d=[json.loads(line) for line in sys.stdin]; print(len(d), d[-1])";
    let lines = sock_option(&["--jsonl", "ttl", "rcvbuf=1MiB", "tcp4://:0"]);
    let answer = ask_program(python.to_str().unwrap(), &["-c", read], &lines.out);
    assert_eq!(answer.lines(0), ["3 {'v': 'option/1', 'event': 'end', 'results': 2, 'exit': 0}"]);
}

#[test]
fn an_option_is_explained_in_full() {
    let _limit = limit();
    for name in ["tcp.keepidle", "TCP_KEEPIDLE", "keepidle"] {
        let document = json(&[name], 0);
        let entry = &document["results"][0];
        assert_eq!((&entry["name"], &entry["c_name"]), (&"tcp.keepidle".into(), &"TCP_KEEPIDLE".into()));
        assert!(entry["value"].as_str().unwrap().starts_with("a time such as 90s"), "{entry}");
        assert_eq!((&entry["access"], &entry["available"]), (&"get, set".into(), &true.into()));
    }
    let text = sock_option(&["socket.type", "multicast-ttl"]).out;
    for part in ["SO_TYPE", "access     get\n", "IP_MULTICAST_TTL", "get, set"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(json(&["tcp.fail-connect-on-icmp-error"], 0)["results"][0]["available"], cfg!(windows));
}

#[test]
fn a_fresh_socket_has_its_defaults_and_what_its_address_asks_for() {
    let _limit = limit();
    let answer = sock_option(&["keepalive", "tcp.nodelay", "ttl", "linger", "tcp4://:0?ip.ttl=7&linger=3s"]);
    let expected =
        [("socket.keepalive", "off"), ("tcp.nodelay", "off"), ("ip.ttl", "7"), ("socket.linger", "3s")];
    assert_eq!(values(&answer), expected);
    let all = sock_option(&["udp://127.0.0.1:9"]);
    let all = values(&all);
    assert!(all.len() > 10 && all.contains(&("socket.broadcast", "off")), "{all:?}");
    let level = sock_option(&["tcp", "tcp4://:0"]);
    assert!(values(&level).iter().all(|(name, _)| name.starts_with("tcp.")));
    assert!(values(&level).len() < all.len());
}

#[test]
fn what_is_set_is_read_back() {
    let _limit = limit();
    let answer = sock_option(&["rcvbuf=64KiB", "tcp4://:0", "nodelay=on", "ttl=12"]);
    let read = if cfg!(target_os = "linux") { "131072  (65536 was set)" } else { "65536" };
    assert_eq!(values(&answer), [("socket.rcvbuf", read), ("tcp.nodelay", "on"), ("ip.ttl", "12")]);
    let document = json(&["rcvbuf=64KiB", "ip.add-membership=224.0.0.251@127.0.0.1", "udp4://:0"], 0);
    let (buffer, group) = (&document["results"][0], &document["results"][1]);
    assert_eq!((&buffer["input"], &buffer["set"]), (&"rcvbuf=64KiB".into(), &"65536".into()));
    assert_eq!(buffer["value"], if cfg!(target_os = "linux") { "131072" } else { "65536" });
    assert!(group["value"].is_null() && group["set"].as_str().unwrap().starts_with("224.0.0.251"), "{group}");
}

#[test]
fn a_connected_socket_has_a_connection() {
    let _limit = limit();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}?tcp.nodelay=off", listener.local_address().unwrap());
    let answer =
        sock_option(&["--connect", "--timeout", "30s", "nodelay", "socket.error", "keepalive=on", &address]);
    let expected = [("tcp.nodelay", "off"), ("socket.error", "none"), ("socket.keepalive", "on")];
    assert_eq!(values(&answer), expected);
    // Bound, so that nobody else listens there.
    let silent = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    silent.bind("127.0.0.1:0").unwrap();
    let refused = sock_option(&["--connect", &format!("tcp://{}", silent.local_address().unwrap())]);
    assert_eq!(refused.code, Some(5), "{}", refused.said);
}

#[test]
fn mistakes_are_pointed_at() {
    let _limit = limit();
    let rows: &[(&[&str], i32, &[&str])] = &[
        (
            &["tcp.nodelai"],
            2,
            &["tcp.nodelai", "^^^^^^^^^^^    did you mean tcp.nodelay? (sock option lists all)"],
        ),
        (&["nodelay=perhaps", "tcp4://:0"], 2, &["        ^^^^^^^    nodelay is on or off"]),
        (
            &["tcp4://:0?tcp.user-timeout=soon"],
            2,
            &["                           ^^^^    tcp.user-timeout is a time"],
        ),
        (
            &["tcp4://:0?tcp.usr-timeout=1s"],
            2,
            &["          ^^^^^^^^^^^^^^^    did you mean tcp.user-timeout?"],
        ),
        (&["ip.tos=256", "tcp4://:0"], 2, &["       ^^^    ip.tos is a number from 0 to 255"]),
        (&["tcp.info=1", "tcp4://:0"], 2, &["tcp.info can only be read"]),
        (&["recverr", "udp://:0"], 2, &["write ip.recverr or ipv6.recverr"]),
        (&["nodelay=on"], 2, &["an address is missing", "write sock option nodelay=on tcp4://:0"]),
        (&["tcp4://:0", "udp4://:0"], 2, &["one address is enough"]),
        (&["tcp4://:99999", "foo"], 2, &["port 99999 is out of range", "unknown option \"foo\""]),
        (&["--connect", "nodelay"], 2, &["--connect is for an address"]),
        (&["--connect", "pid:1/fd:1"], 2, &["--connect is for addresses"]),
        (&["--timeout", "1s", "tcp4://:1"], 2, &["--connect"]),
        (&["pid:x"], 2, &["    ^    write pid:N, or pid:N/fd:M"]),
        (&["pid:0"], 2, &["\"0\" is no process"]),
        (&["pid:+1"], 2, &["\"+1\" is no process"]),
        (&["pid:99999999999"], 2, &["    ^^^^^^^^^^^"]),
        (&["pid:1/7"], 2, &["      ^    write pid:1/fd:M"]),
        (&["pid:1/fd:99999999999"], 2, &["      ^^^^^^^^^^^^^^"]),
        (&["tcp.nodelay", "udp4://127.0.0.1:9"], 7, &["udp4://127.0.0.1:9: get option tcp.nodelay"]),
    ];
    for (arguments, code, parts) in rows {
        let answer = sock_option(arguments);
        assert!(answer.lines(*code).is_empty());
        for part in *parts {
            assert!(answer.said.contains(part), "{arguments:?}: {part:?} is not in\n{}", answer.said);
        }
    }
}

#[test]
fn one_failure_does_not_hide_the_other_answers() {
    let _limit = limit();
    let document = json(&["socket.type", "tcp.nodelay", "ttl", "udp4://:0"], 7);
    let names: Vec<_> = document["results"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["socket.type", "ip.ttl"]);
    assert_eq!((&document["errors"][0]["input"], &document["exit"]), (&"tcp.nodelay".into(), &7.into()));
    assert_eq!(document["errors"][0]["error"]["exit"], 7);
    let missing = option::all().find(|row| !row.is_available() && row.is_settable()).unwrap();
    let answer = sock_option(&[missing.name(), "tcp4://:0"]);
    assert!(answer.lines(7).is_empty());
    assert!(answer.said.ends_with(&format!("this system has no {}", missing.c_name())), "{}", answer.said);
}

#[test]
fn shells_and_manuals_know_every_option() {
    let _limit = limit();
    for shell in ["bash", "zsh", "fish"] {
        let script = ask(&["completions", shell], "").out;
        for row in option::all() {
            assert!(script.contains(row.name()), "{shell}: {}", row.name());
        }
    }
    let page = ask(&["man", "options"], "").out.replace("\\-", "-");
    for row in option::all() {
        assert!(
            page.contains(&format!("\\fB{}\\fR", row.name())) && page.contains(row.c_name()),
            "{}",
            row.name()
        );
    }
    assert!(ask(&["man", "addresses"], "").out.contains("sock\\-options"));
}

#[cfg(not(target_os = "linux"))]
#[test]
fn other_systems_lend_no_sockets() {
    let _limit = limit();
    for address in ["pid:1", "pid:1/fd:3"] {
        let answer = sock_option(&[address]);
        assert!(answer.lines(7).is_empty());
        assert!(answer.said.starts_with(&format!("error: {address}")) || answer.said.contains("pid:1"));
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{AsFd, AsRawFd};

    use berkeley::{TcpStream, UdpSocket, UnixStream};
    use berkeley_testkit::need;

    use super::*;
    use crate::common::sock;

    /// A socket of this process, as an address.
    fn shared(socket: &impl AsFd) -> String {
        format!("pid:{}/fd:{}", std::process::id(), socket.as_fd().as_raw_fd())
    }

    /// Asks, unless this process cannot be traced by its own child.
    fn ask_shared(arguments: &[&str]) -> Option<Answer> {
        let answer = sock_option(arguments);
        let can = answer.code != Some(6) && answer.code != Some(7);
        need(can, "the right to trace this process, and Linux 5.6").then_some(answer)
    }

    /// What ss says of the socket at a local port.
    fn ss(flags: &str, port: u16) -> Option<String> {
        let ss = program("ss")?;
        let port = format!("sport = :{port}");
        let answer = ask_program(ss.to_str().unwrap(), &["-Hn", flags, &port], "");
        assert_eq!(answer.code, Some(0), "{}", answer.said);
        Some(answer.out)
    }

    fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_address().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    fn port(socket: &TcpStream) -> u16 {
        socket.local_address().unwrap().port()
    }

    #[test]
    fn the_socket_of_a_process_is_set_and_ss_sees_it() {
        let _limit = limit();
        let (client, _server) = connection();
        let address = shared(&client);
        let Some(before) = ss("-to", port(&client)) else { return };
        assert!(!before.contains("keepalive"), "{before}");
        let arguments = [address.as_str(), "keepalive=on", "tcp.keepidle=90s", "tcp.congestion=reno"];
        let Some(answer) = ask_shared(&arguments) else { return };
        let expected = [("socket.keepalive", "on"), ("tcp.keepidle", "90s"), ("tcp.congestion", "reno")];
        assert_eq!(values(&answer), expected);
        let shown = ss("-to", port(&client)).unwrap();
        assert!(shown.contains("timer:(keepalive,1min2"), "{shown}");
        let shown = ss("-ti", port(&client)).unwrap();
        assert!(shown.contains("reno"), "{shown}");
        assert!(client.get(option::socket::KEEPALIVE).unwrap());
        let info = sock_option(&["tcp.info", &address]);
        assert!(values(&info)[0].1.contains("state=established"), "{}", info.out);
        // A short name is that of the socket's own family.
        let listener = TcpListener::bind("[::1]:0").unwrap();
        for (address, name) in [(address, "ip.recverr"), (shared(&listener), "ipv6.recverr")] {
            assert_eq!(values(&sock_option(&["recverr=on", &address])), [(name, "on")]);
        }
    }

    #[test]
    fn the_sockets_of_a_process_are_listed_with_their_ends() {
        let _limit = limit();
        let (client, server) = connection();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let listener = TcpListener::bind("[::1]:0").unwrap();
        let (left, _right) = UnixStream::pair().unwrap();
        let process = format!("pid:{}", std::process::id());
        let Some(answer) = ask_shared(&[&process]) else { return };
        let of = |socket: &dyn AsFd| {
            let number = format!("{process}/fd:{}", socket.as_fd().as_raw_fd());
            let line =
                answer.lines(0).into_iter().find(|line| line.starts_with(&format!("{number} "))).unwrap();
            line.split_ascii_whitespace().skip(1).collect::<Vec<_>>().join(" ")
        };
        let (near, far) = (client.local_address().unwrap(), server.local_address().unwrap());
        assert_eq!(of(&client), format!("tcp tcp://{near} tcp://{far}"));
        assert_eq!(of(&server), format!("tcp tcp://{far} tcp://{near}"));
        assert_eq!(of(&udp), format!("udp udp://{} -", udp.local_address().unwrap()));
        assert_eq!(of(&listener), format!("tcp tcp://{} listening", listener.local_address().unwrap()));
        assert_eq!(of(&left), "unix unix:(unnamed) unix:(unnamed)");
        let rows = json(&[&process], 0)["results"].clone();
        let row =
            rows.as_array().unwrap().iter().find(|row| row["address"] == shared(&listener)).unwrap().clone();
        assert_eq!((&row["listening"], &row["kind"]), (&true.into(), &"tcp".into()));
        // A listener that was looked at still blocks.
        let blocking = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(sock_option(&[&process]).code, Some(0));
        assert_eq!(sock_option(&[&shared(&blocking)]).code, Some(0));
        assert!(berkeley_testkit::descriptor::is_blocking(&blocking));
    }

    #[test]
    fn what_a_process_does_not_have_is_told() {
        let _limit = limit();
        let file = std::fs::File::open("/dev/null").unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let (process, address) = (format!("pid:{}", std::process::id()), shared(&socket));
        let missing = format!("{process}/fd:999999");
        for wrong in [&shared(&file), &missing] {
            let Some(answer) = ask_shared(&["rcvbuf", wrong]) else { return };
            assert!(answer.lines(5).is_empty());
            assert!(
                answer.said.contains("there is no such socket in that process\n  it has "),
                "{}",
                answer.said
            );
            assert!(answer.said.contains(&address), "{}", answer.said);
        }
        let answer = sock_option(&["keepalive=on", &process]);
        assert!(answer.lines(2).is_empty() && answer.said.contains(&address), "{}", answer.said);
        assert!(!socket.get(option::socket::KEEPALIVE).unwrap());
        // Above what the kernel gives as the number of a process.
        let answer = sock_option(&["pid:4194305/fd:3"]);
        assert!(answer.lines(5).is_empty());
        assert_eq!(answer.said, "error: pid:4194305: there is no such process");
    }

    /// Asks as a user without privileges; a machine on which this one has none already does so by itself.
    fn ask_as_nobody(arguments: &[&str]) -> Option<Answer> {
        let setpriv = program("setpriv")?;
        let nobody =
            ["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_sock"), "option"];
        let answer = ask_program(setpriv.to_str().unwrap(), &[&nobody, arguments].concat(), "");
        need(!answer.said.starts_with("setpriv"), "root, to become another user").then_some(answer)
    }

    #[test]
    fn a_privilege_that_is_missing_is_named() {
        let _limit = limit();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let process = format!("pid:{}", std::process::id());
        for address in [&shared(&socket), &process] {
            let Some(answer) = ask_as_nobody(&["rcvbuf=1", address][usize::from(*address == process)..])
            else {
                return;
            };
            assert!(answer.lines(6).is_empty());
            for part in ["not permitted", "kernel.yama.ptrace_scope", "CAP_SYS_PTRACE"] {
                assert!(answer.said.contains(part), "{}", answer.said);
            }
        }
        for arguments in
            [&["mark=7", "tcp4://:0"][..], &["tcp4://:0?mark=7"], &["--connect", "tcp4://127.0.0.1:9?mark=7"]]
        {
            let Some(answer) = ask_as_nobody(arguments) else { return };
            assert!(answer.lines(6).is_empty());
            for part in ["option socket.mark: not permitted (EPERM)", "needs CAP_NET_ADMIN or CAP_NET_RAW"] {
                assert!(answer.said.contains(part), "{}", answer.said);
            }
        }
    }

    #[test]
    fn options_of_addresses_are_set_before_the_connect_and_the_bind() {
        let _limit = limit();
        // Nobody has this address, and only an option that is set before lets it be bound.
        let mut listener = sock(&["listen", "tcp4://192.0.2.1:0?ip.freebind&IP_TOS=16&tcp.user-timeout=30s"]);
        assert!(listener.address().starts_with("tcp://192.0.2.1:"));
        let process = format!("pid:{}", listener.id);
        let Some(listed) = ask_shared(&[&process]) else { return };
        let address = listed
            .lines(0)
            .into_iter()
            .find(|line| line.contains(" tcp "))
            .unwrap()
            .split_ascii_whitespace()
            .next()
            .unwrap()
            .to_owned();
        let answer = sock_option(&["ip.freebind", "tos", "user-timeout", &address]);
        let expected = [("ip.freebind", "on"), ("ip.tos", "16"), ("tcp.user-timeout", "30s")];
        assert_eq!(values(&answer), expected);
        listener.terminate();
        // What a segment holds at most is said in the handshake.
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = format!("tcp://{}?tcp.maxseg=600&keepalive&nodelay=off", server.local_address().unwrap());
        let client = sock(&["connect", &to]);
        let (peer, _) = server.accept().unwrap();
        assert!(peer.get(option::tcp::MAXSEG).unwrap() <= 600);
        let Some(shown) = ss("-tio", peer.peer_address().unwrap().port()) else { return };
        // Time stamps take 12 bytes of it.
        let is_said = ["advmss:600 ", "advmss:588 "].iter().any(|said| shown.contains(said));
        assert!(is_said && shown.contains("timer:(keepalive,"), "{shown}");
        drop(peer);
        client.finish(0);
    }

    #[test]
    fn a_value_that_the_kernel_does_not_take_is_told() {
        let _limit = limit();
        let address = "tcp4://127.0.0.1:9?tcp.congestion=of-no-kernel";
        for arguments in [&["option", address][..], &["connect", address], &["listen", address]] {
            let answer = ask(arguments, "");
            assert!(answer.lines(7).is_empty());
            let said = "set option tcp.congestion: this system has none of that name (ENOENT)";
            assert!(answer.said.contains(said), "{}", answer.said);
        }
        let answer = sock_option(&["tcp.keepidle=0s", "tcp4://:0"]);
        assert!(answer.lines(2).is_empty());
        assert!(answer.said.contains("not a value that it can have now (EINVAL)\n  tcp.keepidle is a time"));
    }
}
